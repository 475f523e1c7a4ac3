#include "gallery_numbers.h"

#include "mem.h"
#include "task.h"
#include "sampling.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { UPDATES = 200, SEEDS = 50 };
static const char *const word = "troodon", *const long_word = "micropachycephalosaurus";

// An eight-unit network on the names, trained for a moment.
static struct workbench *names(enum cell_id cell, int layers, workbench_progress *progress, void *context,
                               struct err *err) {
    struct setup setup = setup_default();
    setup.recipe.spec.cell = cell;
    setup.recipe.spec.layers = layers;
    setup.recipe.spec.hidden = THUMB_UNITS;
    setup.recipe.seed = 4;
    setup.recipe.steps = UPDATES;
    snprintf(setup.word, sizeof setup.word, "%s", word);
    return setup_build(&setup, progress, context, err);
}

static void take(const struct record *record, int layer, bool grad, thumb_vector *out) {
    int slot = record_cell(record)->state_out[0];
    for (int t = 0; t < THUMB_STEPS && t < record_T(record); t++)
        memcpy(out[t], (grad ? tape_grad : tape_value)(record->tape, layer, 0, slot, t), sizeof out[t]);
}

// The most probable symbols after the first two letters, the likeliest first.
static void take_guesses(const struct record *record, struct thumb_numbers *out) {
    const int t = 2, count = record->layout.spec.outputs;
    const double *y_hat = tape_y_hat(record->tape, t);
    for (int k = 0; k < 2; k++)
        snprintf(out->read[k], sizeof out->read[k], "%s", record_symbol(record, record->example.x[k + 1]));
    double above = INFINITY;
    for (int k = 0; k < THUMB_GUESSES; k++) {
        int best = -1;
        for (int s = 0; s < count; s++)
            if (y_hat[s] < above && (best < 0 || y_hat[s] > y_hat[best])) best = s;
        if (best < 0) return;
        above = out->y_hat[k] = y_hat[best];
        snprintf(out->guess[k], sizeof out->guess[k], "%s", record_answer(record, best));
    }
}

// The first seed whose text is long enough.
static bool take_sample(const struct workbench *bench, struct thumb_numbers *out, struct err *err) {
    for (int seed = 1; seed <= SEEDS; seed++) {
        struct sampling_options options = {.seed = (uint64_t)seed,
                                           .rule = {.temperature = 1, .forbid = VOCABULARY_UNK},
                                           .end = VOCABULARY_EOS,
                                           .limit = THUMB_STEPS};
        struct sampling *sampling = sampling_new(&bench->model, &options, err);
        if (!sampling) return false;
        while (sampling_draw(sampling, err))
            ;
        bool good = sampling_count(sampling) == THUMB_STEPS && !sampling_ended(sampling);
        for (int k = 0; good && k < THUMB_STEPS; k++)
            snprintf(out->drawn[k], sizeof out->drawn[k], "%s",
                     record_answer(bench->record, sampling_step(sampling, k).chosen));
        sampling_free(sampling);
        if (good) break;
    }
    return true;
}

// How much of the last loss comes back along a long word, as powers of ten of what there is at its end.
static bool take_curve(struct workbench *bench, int state, double *out, struct err *err) {
    if (!workbench_set_example(bench, long_word, err)) return false;
    struct itemised *itemised = itemised_new(bench->record, chain_get(bench->record, 0), PATH_ALL, NULL, err);
    if (!itemised) return false;
    const int last = itemised->T - 1;
    for (int k = 0; k < THUMB_POINTS; k++) {
        int t = last * k / (THUMB_POINTS - 1);
        out[k] = log10(fmax(1e-30, itemised_norm(itemised, state, itemised->taus - 1, t)) /
                       fmax(1e-30, itemised_norm(itemised, state, itemised->taus - 1, last)));
    }
    itemised_free(itemised);
    return true;
}

static bool take_context(struct thumb_numbers *out, workbench_progress *progress, void *context, struct err *err) {
    struct setup setup = setup_default();
    const struct task *task;
    struct task_settings settings;
    snprintf(setup.task, sizeof setup.task, "sums");
    if (!task_parse(setup.task, &task, &settings, err)) return false;
    recipe_of_task(&setup.recipe, task, true);
    setup.recipe.spec.hidden = THUMB_UNITS;
    setup.recipe.steps = UPDATES;
    struct workbench *bench = setup_build(&setup, progress, context, err);
    if (!bench) return false;
    const struct record *encoder = record_side(bench->record, true);
    memcpy(out->context,
           tape_value(encoder->tape, encoder->layout.spec.layers - 1, 0, record_cell(encoder)->state_out[0],
                      record_T(encoder) - 1),
           sizeof out->context);
    workbench_free(bench);
    return true;
}

void *gallery_numbers_make(const struct setup *setup, workbench_progress *progress, void *context, struct err *err) {
    (void)setup;
    struct thumb_numbers *out = mem_need(1, sizeof *out);
    struct workbench *rnn = names(CELL_RNN, 1, progress, context, err), *lstm = NULL, *deep = NULL;
    if (rnn) lstm = names(CELL_LSTM, 1, progress, context, err);
    if (lstm) deep = names(CELL_RNN, THUMB_LAYERS, progress, context, err);
    bool good = deep && take_sample(rnn, out, err) && take_context(out, progress, context, err);
    if (good) {
        take(rnn->record, 0, false, out->a);
        take(rnn->record, 0, true, out->da);
        take_guesses(rnn->record, out);
        for (int layer = 0; layer < THUMB_LAYERS; layer++)
            take(deep->record, layer, false, out->deep[layer]);
        out->ready =
            take_curve(rnn, 0, out->curve[0], err) && take_curve(lstm, 1, out->curve[1], err); // the rest is taken
    }
    workbench_free(deep);
    workbench_free(lstm);
    workbench_free(rnn);
    if (out->ready) return out;
    mem_free(out);
    return NULL;
}
