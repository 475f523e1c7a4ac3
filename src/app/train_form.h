#pragma once
// What an experiment of the page "Train and compare" is made of, as a value that the page's left side edits: data,
// settings that all models share, and what is different in each. Interface thread.

#include "experiment.h"

// One model. What is the same in all stands in train_form.setup.recipe.
struct train_model {
    char name[EXPERIMENT_NAME]; // "" = told by what is different
    enum cell_id cell;
    int hidden, layers; // 0 = as all
    double clip;        // norm; 0 = off, TRAIN_AS_ALL
    enum init_kind init;
    double forget_bias; // of cells with a forget gate
};
enum { TRAIN_AS_ALL = -1 };

struct train_form {
    struct setup setup;
    int models; // 1 .. EXPERIMENT_MODELS
    struct train_model model[EXPERIMENT_MODELS];
    int64_t check_every; // updates; 0 = as usual (experiment.h)
    double temperature;  // of samples
};

struct train_preset {
    const char *title;
    int models;
    struct train_model model[EXPERIMENT_MODELS];
    bool clips; // needs a clip norm that is on
};
enum { TRAIN_PRESETS = 5 };
extern const struct train_preset train_presets[TRAIN_PRESETS];

// Of the network and data on the workbench: that network alone.
void train_form_of(struct train_form *form, const struct setup *setup, const struct net_spec *spec);
void train_form_preset(struct train_form *form, int preset); // data and shared settings stay
void train_form_add(struct train_form *form);                // the next cell; where there is room
void train_form_remove(struct train_form *form, int k);      // not the last one
// The same but for names.
bool train_form_same(const struct train_form *a, const struct train_form *b);
struct recipe train_form_recipe(const struct train_form *form, int k);
void train_form_name(const struct train_form *form, int k, char out[EXPERIMENT_NAME]);
struct experiment_plan train_form_plan(const struct train_form *form);
bool train_has_forget_gate(enum cell_id cell);
// The data are this task with the network and the training that it brings; the models stay.
void train_form_task(struct train_form *form, const struct task *task);
