#pragma once
// Minibatches: (T, B) arrays filled from a data set, for every kind of data (dataset.h says what is read and answered
// where). A struct minibatch owns its arrays when it was made by minibatch_init(); one thread uses it at a time. Arrays
// are row-major; row t holds timestep t of all B sequences. Sequences shorter than T are padded at the end: x and
// target are -1 there, real values 0. Everything drawn is deterministic given rng.

#include "dataset.h"

struct builder;

struct minibatch {
    int B, max_T, max_source_T; // room
    int T, source_T;            // of what is in it; source_T 0 unless answers are sequences
    int *x;                     // (T, B) symbols, -1 = none; of real inputs 0 where there is one
    int *target;                // (T, B) symbols; of real answers 0 where there is one; -1 = no loss
    float *x_real;              // (T, B, channels), or NULL
    float *target_real;         // (T, B, answer_channels), or NULL
    int *source;                // (source_T, B), as x: what the encoder reads. Of `sequence`, else NULL
    float *source_real;         // (source_T, B, channels) of real inputs; x_real is NULL then
    struct builder *fresh;      // internal: what was generated for it
};

// Room for B sequences of max_T timesteps. Longer ones are cut into pieces where answers are `next` or `each`; of `one`
// and `sequence` nothing is ever cut: there is room for the longest whatever max_T says.
bool minibatch_init(struct minibatch *batch, const struct dataset *dataset, int B, int max_T, struct err *err);
void minibatch_release(struct minibatch *batch);

// The functions below fill `batch` and return its T. B and max_T are the batch's.

// One example, B = 1: number `index`, cut to max_T (*cut says so). TEXT_WHOLE: window `index` of max_T timesteps; x is
// the symbol before each target (-1 before the first of the text), and *cut says that more follows.
int dataset_window(const struct dataset *dataset, int index, struct minibatch *batch, bool *cut);
int dataset_window_count(const struct dataset *dataset, int max_T);

// For training. TEXT_LINES: random examples of the training part; of an example longer than max_T a random piece
// (pieces start at multiples of max_T, and a language model's first x of a later piece is the symbol before it). Of a
// fresh task: new examples. TEXT_WHOLE: random windows of max_T.
int dataset_batch(const struct dataset *dataset, struct rng *rng, struct minibatch *batch);
// Minibatches by length, for TEXT_LINES: sequences of about the same length together, so that little is padding. order:
// the training part from short to long, from dataset_order_by_length(). Every example is drawn as often as in
// dataset_batch(); a draw picks one example of all, and the others from the 8 B or so around it.
// False when memory ran out; the indices are as they were then.
bool dataset_order_by_length(const struct dataset *dataset, int *order);             // room for train_count
bool dataset_sort_by_length(const struct dataset *dataset, int *indices, int count); // indices of examples
int dataset_batch_by_length(const struct dataset *dataset, const int *order, struct rng *rng, struct minibatch *batch);
// Contiguous windows, for a state that is carried on: a part of a TEXT_WHOLE is cut into B streams of equal length (the
// last ones may be shorter or empty: -1 there), and window k of each goes on where window k - 1 ended. Every token of
// the part once. Returns T, or 0 behind the last window.
enum dataset_part { DATASET_TRAIN, DATASET_VALIDATION };
int dataset_stream_batch(const struct dataset *dataset, enum dataset_part part, long k, struct minibatch *batch);
long dataset_stream_windows(const struct dataset *dataset, enum dataset_part part, int B, int max_T);
// Every validation token once, <EOS> included where there is one: batch number k (from 0), cut into pieces as above,
// rows without an example all -1; returns T, or 0 when there are no more.
int dataset_validation_batch(const struct dataset *dataset, int k, struct minibatch *batch);
