#pragma once
// A data set counted for a person: how long its examples are, and how its classes are spread over the parts. Pure
// functions of a data set; any thread.

#include "dataset.h"

enum { LENGTH_BINS = 60 };
struct length_bins { // bin k counts the examples of first + k * width .. first + (k + 1) * width - 1 timesteps
    int first, width, count;
    long counts[LENGTH_BINS];
    long most; // of one bin
};
// answers: of the answers of `sequence`, else of the inputs. As many bins as fit, of 1, 2, 5, 10 ... timesteps.
void dataset_length_bins(const struct dataset *dataset, bool answers, struct length_bins *out);

enum { DATA_TRAIN, DATA_VALIDATION, DATA_TEST, DATA_PARTS };
typedef long part_counts[DATA_PARTS];
// How many examples each part has; of a TEXT_WHOLE how many timesteps.
void dataset_parts(const struct dataset *dataset, part_counts out);
bool dataset_has_classes(const struct dataset *dataset); // one label an example
// Examples of each class in each part: (labels.count), freed with mem_free(). NULL where there are no classes, or no
// memory.
part_counts *dataset_class_parts(const struct dataset *dataset);
