#pragma once
// What `trace`, `render` and the app are opened on: a checkpoint or a recipe, a data set, an example.

#include "options.h"
#include "setup.h"

struct opening {
    struct model_words model;
    struct training_words training;
    const char *checkpoint; // .safetensors, or NULL
    const char *word;       // the example as text, or NULL
    int example;            // or its number in the data set, from 1; 0 = not given
    int within;             // or its number in the minibatch of the next update, from 1; 0 = not given
};
struct opening opening_default(void);
// command_parse(); where a built-in task is named, over the network that it brings to be walked through.
struct command;
int opening_parse(struct opening *opening, const struct command *command, const struct option *const *tables,
                  int table_count, int argc, char **argv, const char **words, int max, struct common *common,
                  int *status);
struct option *option_opening(struct opening *opening);
bool opening_setup(const struct opening *opening, struct setup *setup, struct err *err);
