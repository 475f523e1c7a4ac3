#pragma once
// One example of a data set as the engine takes it: by its number, or as typed. Owns its arrays. One thread.

#include "dataset.h"
#include "example_batch.h"

struct bench_example {
    struct example example; // its source points below
    struct example source;  // of encoder-decoders
    int index;              // number in the data set, or -1: typed
    bool cut;               // it goes on behind the longest timeline
    char text[256];         // what was asked for; of real input a caption: "sequence 3, class rising"
};
enum { WORKBENCH_MAX_T = 500 };

// How many there are to choose from: examples of a list, passages of one long text or series.
int bench_example_count(const struct dataset *data);
// What number `index` is called, as in bench_example.text.
void bench_example_caption(const struct dataset *data, int index, char *out, size_t size);

// Column b of a minibatch, without its padding, of any length; index -1. A caption in any case: its text, or "sequence
// 3" (b from 0), with the class where it has one.
struct minibatch;
struct bench_example *bench_example_of_column(const struct dataset *data, const struct minibatch *m, int b);
// NULL with err: there is no such number, or it is longer than WORKBENCH_MAX_T and may not be cut.
struct bench_example *bench_example_numbered(const struct dataset *data, int index, struct err *err);
// Text is looked up in the data; else its symbols are taken as they are, without answers where they are not the text
// itself. A decoder then reads what the model answers by itself, the likeliest symbol each time. “#17”, where it is
// no text of the data, is number 17; of real input every number is one, from 1. A word that is not in the
// vocabulary is read as <UNK>. NULL with err: a character that is not in it, nothing at all, not UTF-8.
struct bench_example *bench_example_typed(const struct dataset *data, const struct model *model, const char *text,
                                          struct err *err);
// A copy of an example that is none of the data's by number: of a minibatch.
struct bench_example *bench_example_copy(const struct layout *layout, const struct example *example, const char *text,
                                         struct err *err);
void bench_example_free(struct bench_example *example);

// What one timestep is: "character", "word", "byte", "symbol", "value", "frame".
const char *data_unit_word(const struct dataset *data);
