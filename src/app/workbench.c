#include "workbench.h"

#include "mem.h"
#include "surgery.h"
#include "thread.h"
#include "training.h"
#include <stdio.h>
#include <string.h>

enum { HISTORY_BUDGET = 64 << 20, NARROW_UNITS = 8 };

struct recipe recipe_default(void) {
    struct recipe recipe = {.kind = -1, .seed = 1, .steps = 400, .batch = 32, .forget_bias = 1};
    recipe.spec = (struct net_spec){.cell = CELL_LSTM,
                                    .activation = ACTIVATION_TANH,
                                    .kind = NET_MANY_TO_MANY,
                                    .layers = 1,
                                    .hidden = NARROW_UNITS,
                                    .directions = 1};
    recipe.options = train_options_default();
    recipe.options.lr = 0.01;
    return recipe;
}

bool recipe_settle(struct recipe *recipe, const struct dataset *data, struct err *err) {
    if (!training_network(data, recipe->kind, &recipe->spec, err)) return false;
    if (recipe->max_T <= 0) recipe->max_T = training_length(data);
    return net_spec_check(&recipe->spec, err);
}

bool recipe_model(const struct recipe *recipe, struct model *model, struct rng *batches, struct err *err) {
    struct rng rng = rng_seed((uint64_t)recipe->seed);
    *batches = rng_fork(&rng, 1);
    return model_init(model, &recipe->spec, err) &&
           model_init_weights(model, recipe->init, &rng, (float)recipe->forget_bias, err);
}

bool recipe_training(const struct recipe *recipe, const struct dataset *data, struct model *model, struct rng batches,
                     struct training *training, struct err *err) {
    struct training_plan plan = {
        .schedule = {.kind = recipe->schedule, .lr = recipe->options.lr, .total = recipe->steps, .factor = 0.1}};
    return training_init(training, data, model, &recipe->options, recipe->batch, recipe->max_T, batches, err) &&
           training_follow(training, &plan, err);
}

struct record_texts workbench_texts(const struct vocabulary *symbols, const struct vocabulary *labels) {
    bool own = labels->count > 0;
    return (struct record_texts){.symbols = symbols->texts,
                                 .symbol_count = symbols->count,
                                 .answers = own ? labels->texts : NULL,
                                 .answer_count = own ? labels->count : 0};
}

static void forget_record(struct workbench *bench) {
    insights_about(bench->insights, NULL);
    surgery_drop(bench);
    script_free(bench->script);
    record_free(bench->record);
    bench->script = NULL;
    bench->record = NULL;
}

void workbench_free(struct workbench *bench) {
    if (!bench) return;
    forget_record(bench);
    insights_free(bench->insights);
    bench_example_free(bench->example);
    bench_minibatch_free(bench->minibatch);
    model_release(&bench->model);
    history_free(bench->history);
    if (bench->data) dataset_release(bench->data);
    mem_free(bench->data);
    mem_free(bench);
}

// The state that the record begins with.
static struct snapshot state_of(const struct workbench *bench) {
    struct snapshot now = {.rng = rng_seed(1)};
    history_get(bench->history, bench->update, &now);
    return now;
}

// Within a minibatch, or of the example alone.
static struct record *record_of(struct workbench *bench, const struct bench_example *of,
                                const struct bench_minibatch *within, int index, struct err *err) {
    const struct snapshot now = state_of(bench);
    const struct record_texts texts = workbench_texts(&bench->data->vocabulary, &bench->data->labels);
    const struct train_options *options = &bench->recipe.options;
    if (!within)
        return record_new_with(&bench->model, &of->example, NULL, &texts, REDUCTION_SUM, options, now.m, now.v,
                               bench->update + 1, err);
    const struct record *like = workbench_before(bench) ? workbench_before(bench) : bench->record;
    const struct record_within where = {within->batch, index, like};
    return record_new_within(&bench->model, NULL, &where, NULL, &texts, options, now.m, now.v, bench->update + 1, err);
}

// Makes the record and the script of an example; on failure the old ones stay.
static bool make_record(struct workbench *bench, const struct bench_example *of, const struct bench_minibatch *within,
                        int index, struct err *err) {
    struct record *record = record_of(bench, of, within, index, err);
    if (!record) return false;
    struct script *script = script_new(record, err);
    if (!script) {
        record_free(record);
        return false;
    }
    forget_record(bench);
    bench->record = record;
    bench->script = script;
    insights_about(bench->insights, record);
    return true;
}

// Takes the example and the minibatch that it is of (NULL: none) over, also where it fails; but not a minibatch that is
// there already.
static bool show_within(struct workbench *bench, struct bench_example *example, struct bench_minibatch *minibatch,
                        int index, struct err *err) {
    bool other = minibatch != bench->minibatch, good = example && make_record(bench, example, minibatch, index, err);
    if (!good) {
        bench_example_free(example);
        if (other) bench_minibatch_free(minibatch);
        return false;
    }
    if (other) { // what was ahead followed from another gradient
        if (bench->history) history_cut(bench->history, bench->update);
        if (bench->run_last > bench->update) bench->run_last = bench->update;
        bench_minibatch_free(bench->minibatch);
    }
    bench->minibatch = minibatch;
    bench->minibatch_index = index;
    bench_example_free(bench->example);
    bench->example = example;
    bench->T = example->example.T;
    bench->cut = example->cut;
    bench->example_index = example->index;
    snprintf(bench->example_text, sizeof bench->example_text, "%s", example->text);
    return true;
}

static bool show(struct workbench *bench, struct bench_example *example, struct err *err) {
    return show_within(bench, example, NULL, 0, err);
}

static bool show_of(struct workbench *bench, struct bench_minibatch *minibatch, int index, struct err *err) {
    if (!minibatch) return false;
    if (index >= 0 && index < minibatch->count)
        return show_within(bench,
                           bench_example_copy(&bench->model.layout, example_batch_get(minibatch->batch, index),
                                              minibatch->captions[index], err),
                           minibatch, index, err);
    err_set(err, ERR_VALUE, "the minibatch has %d examples, found a wish for number %d", minibatch->count, index + 1);
    if (minibatch != bench->minibatch) bench_minibatch_free(minibatch);
    return false;
}

static struct bench_minibatch *draw_next(const struct workbench *bench, struct err *err) {
    const struct snapshot now = state_of(bench);
    const struct recipe *recipe = &bench->recipe;
    return bench_minibatch_draw(bench->data, &bench->model.layout, &now.rng, recipe->batch, recipe->max_T, err);
}

bool workbench_follows_run(const struct workbench *bench) {
    return bench->update <= bench->run_last;
}

bool workbench_next_minibatch(struct workbench *bench, int index, struct err *err) {
    if (workbench_follows_run(bench)) return show_of(bench, draw_next(bench, err), index, err);
    return err_set(err, ERR_VALUE, "the minibatch of the next update is not known: this network was not trained here");
}

bool workbench_set_within(struct workbench *bench, int index, struct err *err) {
    if (bench->minibatch) return show_of(bench, bench->minibatch, index, err);
    return err_set(err, ERR_VALUE, "the update is of one example alone: there is no minibatch to choose from");
}

bool workbench_set_number(struct workbench *bench, int number, struct err *err) {
    return show(bench, bench_example_numbered(bench->data, number, err), err);
}

bool workbench_set_example(struct workbench *bench, const char *text, struct err *err) {
    if (!*text) return workbench_set_number(bench, 0, err);
    return show(bench, bench_example_typed(bench->data, &bench->model, text, err), err);
}

static bool set_first(struct workbench *bench, const char *text, int number, struct err *err) {
    return text && *text ? workbench_set_example(bench, text, err) : workbench_set_number(bench, number, err);
}

static bool train(struct workbench *bench, workbench_progress *progress, void *context, struct rng rng,
                  struct err *err) {
    struct recipe *recipe = &bench->recipe;
    struct training training = {0};
    double start = clock_seconds();
    bool good = recipe_training(recipe, bench->data, &bench->model, rng, &training, err);
    for (long k = 0; good && k < recipe->steps; k++) {
        struct step_report report;
        good = training_step(&training, &report, err);
        bench->last_loss = report.loss;
        if (good && progress && k % 8 == 0 && !progress(context, (double)k / recipe->steps))
            good = err_set(err, ERR_STOPPED, "stopped after %ld of %ld updates", k, recipe->steps);
    }
    bench->train_seconds = clock_seconds() - start;
    bench->update = training.done;
    int slabs = good ? trainer_state_slabs(training.trainer) : 0;
    good = good && (history_push(bench->history, bench->update, &training.rng, bench->model.params,
                                 slabs > 0 ? trainer_state(training.trainer, 0) : NULL,
                                 slabs > 1 ? trainer_state(training.trainer, 1) : NULL) ||
                    err_set(err, ERR_MEMORY, "no memory for a snapshot of %zu parameters", bench->model.layout.size));
    training_release(&training);
    bench->run_last = good && recipe->options.dropout <= 0 ? bench->update : -1; // a record has no masks
    return good;
}

struct workbench *workbench_new(struct dataset *data, const struct recipe *recipe, const char *text, int number,
                                workbench_progress *progress, void *context, struct err *err) {
    struct workbench *bench = mem_need(1, sizeof *bench);
    bench->insights = insights_new();
    bench->data = data;
    bench->recipe = *recipe;
    struct recipe *own = &bench->recipe;
    struct rng batches;
    if (!recipe_settle(own, data, err) || !recipe_model(own, &bench->model, &batches, err)) goto fail;
    bench->history = history_new(bench->model.layout.size, HISTORY_BUDGET);
    if (!train(bench, progress, context, batches, err)) goto fail;
    if (!set_first(bench, text, number, err)) goto fail;
    return bench;
fail:
    bench->data = NULL; // stays the caller's when it fails
    workbench_free(bench);
    return NULL;
}

// A copy of a model on data; no example yet.
static struct workbench *bench_of_model(const struct model *model, struct dataset *data, const struct recipe *recipe,
                                        struct err *err) {
    struct workbench *bench = mem_need(1, sizeof *bench);
    bench->insights = insights_new();
    bench->run_last = -1;
    bench->recipe = *recipe;
    bench->recipe.spec = model->layout.spec;
    if (training_fits(data, &model->layout.spec, "the model", err) && model_copy(&bench->model, model, err)) {
        bench->data = data;
        bench->history = history_new(bench->model.layout.size, HISTORY_BUDGET);
        return bench;
    }
    workbench_free(bench);
    return NULL;
}

static struct workbench *give_up(struct workbench *bench) {
    bench->data = NULL; // stays the caller's
    workbench_free(bench);
    return NULL;
}

struct workbench *workbench_from_model(const struct model *model, struct dataset *data, const char *text, int number,
                                       struct err *err) {
    struct recipe recipe = recipe_default();
    recipe.steps = 0;
    struct workbench *bench = bench_of_model(model, data, &recipe, err);
    if (!bench) return NULL;
    struct rng rng = rng_seed(1);
    history_push(bench->history, 0, &rng, bench->model.params, NULL, NULL);
    return set_first(bench, text, number, err) ? bench : give_up(bench);
}

struct workbench *workbench_from_update(const struct run_state *run, struct dataset *data, const struct recipe *recipe,
                                        const struct minibatch *minibatch, int index, struct err *err) {
    if (recipe->options.dropout > 0) {
        err_set(err, ERR_VALUE, "expected an update without dropout to step through, found dropout %g",
                recipe->options.dropout);
        return NULL;
    }
    struct workbench *bench = bench_of_model(run->model, data, recipe, err);
    if (!bench) return NULL;
    struct rng none = rng_seed(1);
    bench->update = run->update;
    bench->run_last = run->rng ? run->update : -1;
    if (!history_push(bench->history, run->update, run->rng ? run->rng : &none, bench->model.params, run->m, run->v)) {
        err_set(err, ERR_MEMORY, "no memory for a snapshot of %zu parameters", bench->model.layout.size);
        return give_up(bench);
    }
    struct bench_minibatch *of =
        run->rng ? draw_next(bench, err) : bench_minibatch_new(data, &bench->model.layout, minibatch, err);
    return show_of(bench, of, index, err) ? bench : give_up(bench);
}

// The same example; within a minibatch of a run the same place in the minibatch of the update that it is now.
static bool record_again(struct workbench *bench, struct err *err) {
    if (!bench->minibatch) return make_record(bench, bench->example, NULL, 0, err);
    if (!workbench_follows_run(bench))
        return make_record(bench, bench->example, bench->minibatch, bench->minibatch_index, err);
    struct bench_minibatch *next = draw_next(bench, err);
    int last = next ? next->count - 1 : 0;
    return show_of(bench, next, bench->minibatch_index < last ? bench->minibatch_index : last, err);
}

// Parameters of a snapshot become the model's, and the same example is recorded again.
static bool go_to_update(struct workbench *bench, int64_t update, struct err *err) {
    struct snapshot to;
    if (!history_get(bench->history, update, &to))
        return err_set(err, ERR_VALUE, "update %lld is not kept", (long long)update);
    const size_t size = bench->model.layout.size;
    float *before = mem_array(size, sizeof *before);
    if (!before) return err_set(err, ERR_MEMORY, "no memory for a copy of %zu parameters", size);
    int64_t old = bench->update;
    memcpy(before, bench->model.params, size * sizeof *before);
    memcpy(bench->model.params, to.params, size * sizeof *before);
    bench->update = update;
    bool good = record_again(bench, err);
    if (!good) {
        memcpy(bench->model.params, before, size * sizeof *before);
        bench->update = old;
    }
    mem_free(before);
    return good;
}

bool workbench_next_update(struct workbench *bench, struct err *err) {
    const struct record *record = workbench_before(bench) ? workbench_before(bench) : bench->record;
    const size_t size = bench->model.layout.size;
    struct snapshot next;
    if (!history_get(bench->history, bench->update + 1, &next)) {
        const bool follows = bench->minibatch && workbench_follows_run(bench);
        const struct rng rng = follows ? bench->minibatch->after : state_of(bench).rng;
        float *params = mem_array(size, sizeof *params);
        if (!params) return err_set(err, ERR_MEMORY, "no memory for a snapshot of %zu parameters", size);
        for (size_t k = 0; k < size; k++)
            params[k] = (float)record->params_after[k];
        bool kept = history_push(bench->history, bench->update + 1, &rng, params, record->m_after, record->v_after);
        mem_free(params);
        if (!kept) return err_set(err, ERR_MEMORY, "no memory for a snapshot of %zu parameters", size);
        if (follows) bench->run_last = bench->update + 1;
    }
    return go_to_update(bench, bench->update + 1, err);
}

bool workbench_previous_update(struct workbench *bench, struct err *err) {
    return go_to_update(bench, bench->update - 1, err);
}
