#pragma once
// What the Data page shows of a setup's data: the data set, its rows to look at, and what was counted. Made in a
// worker; afterwards read by one thread (rows are cut out when they are asked for).

#include "preview.h"
#include "setup.h"
#include "summary.h"

struct data_look {
    struct dataset *data;
    struct preview *preview;
    char path[ASSET_PATH];             // "" of a task
    struct length_bins lengths;        // of what goes in
    struct length_bins answer_lengths; // of the targets of encoder-decoders
    part_counts parts;
    part_counts *classes;          // by label, or NULL
    long class_most;               // how often the most frequent label stands
    long symbol_most, target_most; // how often the most frequent symbol of either vocabulary stands
    size_t bytes;                  // of the file; 0 of folders and tasks
    long problems_apart;           // problems that are neither duplicates nor mere remarks
    long remarks;
    enum net_kind kind; // of the network that the data ask for
    int limit;          // timesteps that are trained on at once
};

// NULL with err.
struct data_look *data_look_new(const struct setup *setup, workbench_progress *progress, void *context,
                                struct err *err);
void data_look_free(struct data_look *look);

// How often a symbol stands in the data: <EOS> once an example where it is one of the answers.
long data_look_count(const struct data_look *look, const struct vocabulary *vocabulary, int symbol);
// The examples that can be looked at one by one, and the symbols of one: of one long text or series there is one.
long data_look_examples(const struct data_look *look);
// "names.txt": what is open, in a few words.
const char *data_look_name(const struct data_look *look);
// One sentence: what the network does with the data.
void data_look_sentence(const struct data_look *look, char *out, size_t size);
const char *data_look_kind(const struct data_look *look);
// The problem of a line that changed what is read of it (skipped, repaired), or NULL.
const struct problem *data_look_problem(const struct data_look *look, long line);
// The labels of examples, or the tags of their timesteps, where there are such; else NULL.
const struct vocabulary *data_look_labels(const struct data_look *look);
// What stood in the file where token `index` of an example is <UNK> now; false where that cannot be told.
bool data_look_original(struct data_look *look, int example, int index, char *out, size_t size);
