#pragma once
// `unroll train --keep FOLDER`, `--resume FOLDER`: the run as an experiment of one model, kept as the window keeps it.

#include "experiment_kept.h"
#include "options.h"
#include "training.h"
#include <jansson.h>

struct train_keep;

// A new folder. other: with options that only the command line has.
struct train_keep *train_keep_new(const char *folder, const struct model_words *model,
                                  const struct training_words *training, const struct recipe *recipe,
                                  int64_t check_every, bool other, struct err *err);
// A folder to go on with: one model, a checkpoint is there.
struct train_keep *train_keep_open(const char *folder, struct err *err);
void train_keep_free(struct train_keep *keep); // may be NULL
const char *train_keep_checkpoint(const struct train_keep *keep);
const struct recipe *train_keep_recipe(const struct train_keep *keep);
// What the run goes on with, where words of it were said again.
bool train_keep_set_recipe(struct train_keep *keep, const struct recipe *recipe, bool other, struct err *err);
uint64_t train_keep_data(const struct train_keep *keep); // dataset_fingerprint() of what it began with
// The words that the folder knows, where nothing else is said: data and how they are read. Borrowed from keep.
void train_keep_words(const struct train_keep *keep, struct model_words *model, struct training_words *training);

// Each update; lr: of it. False (ERR_MEMORY): no memory.
bool train_keep_add(struct train_keep *keep, const struct step_report *report, double lr, double seconds,
                    struct err *err);
// Lines and a checkpoint, where updates came since the last; trouble is said on stderr. measured: NULL, or losses of a
// measurement. run: JSON text of the checkpoint; best: as in training_save().
struct train_keep_measured {
    double loss, accuracy;
};
void train_keep_write(struct train_keep *keep, const struct training *training, const struct recipe *recipe,
                      const struct train_keep_measured *measured, const char *run, const float *best);
