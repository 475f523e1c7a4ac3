#include "setup.h"

#include "check.h"
#include "checkpoint.h"
#include "mem.h"
#include "reader.h"
#include "task.h"
#include <stdio.h>
#include <string.h>

struct setup setup_default(void) {
    struct data_options text = data_options_default();
    return (struct setup){.recipe = recipe_default(), .shape = TEXT_AUTO, .validation = text.validation};
}

bool setup_same_network(const struct setup *a, const struct setup *b) {
    const struct recipe *r = &a->recipe, *s = &b->recipe;
    return !strcmp(a->data, b->data) && !strcmp(a->task, b->task) &&
           !memcmp(&a->reading, &b->reading, sizeof a->reading) && !strcmp(a->checkpoint, b->checkpoint) &&
           a->shape == b->shape && a->tokens == b->tokens && a->lower == b->lower && a->min_count == b->min_count &&
           r->kind == s->kind && r->spec.embed == s->spec.embed && a->validation == b->validation &&
           r->spec.cell == s->spec.cell && r->spec.activation == s->spec.activation &&
           r->spec.layers == s->spec.layers && r->spec.hidden == s->spec.hidden &&
           r->spec.directions == s->spec.directions && r->seed == s->seed && r->steps == s->steps &&
           r->batch == s->batch && r->max_T == s->max_T && r->forget_bias == s->forget_bias && r->init == s->init &&
           r->schedule == s->schedule && r->options.lr == s->options.lr &&
           r->options.optimizer == s->options.optimizer && r->options.clip_norm == s->options.clip_norm &&
           r->options.threads == s->options.threads;
}

static void set_name(int *to, const char *name, const char *const *names, int count, const char *what) {
    for (int k = 0; name && k < count; k++)
        if (!strcmp(names[k], name)) {
            *to = k;
            return;
        }
    check(!name, "the %s \"%s\" is named, which there is not", what, name);
}

static const char *const activation_names[] = {[ACTIVATION_TANH] = "tanh", [ACTIVATION_RELU] = "relu"};

static void set_int(int *to, int value) {
    if (value > 0) *to = value;
}

static void set_real(double *to, double value) {
    if (value > 0) *to = value;
}

void recipe_of_task(struct recipe *recipe, const struct task *task, bool walk) {
    const struct task_recipe *r = &task->recipe;
    struct net_spec *spec = &recipe->spec;
    int activation = spec->activation, optimizer = recipe->options.optimizer, init = recipe->init,
        schedule = recipe->schedule;
    set_name(&activation, r->activation, activation_names, 2, "activation");
    set_name(&optimizer, r->optimizer, optimizer_names, OPTIMIZER_COUNT, "optimizer");
    set_name(&init, r->init, init_names, INIT_COUNT, "initialisation");
    set_name(&schedule, r->schedule, schedule_names, SCHEDULE_COUNT, "schedule");
    check(!r->cell || cell_by_name(r->cell, &spec->cell), "a task names the cell \"%s\", which there is not", r->cell);
    set_name(&recipe->kind, r->kind, net_kind_names, NET_KIND_COUNT, "kind");
    spec->activation = (enum activation)activation;
    recipe->options.optimizer = (enum optimizer)optimizer;
    recipe->init = (enum init_kind)init;
    recipe->schedule = (enum schedule_kind)schedule;
    spec->directions = r->bidirectional ? 2 : 1;
    set_int(&spec->layers, r->layers);
    set_int(&spec->hidden, walk && task->walk.hidden > 0 ? task->walk.hidden : r->hidden);
    set_int(&spec->embed, r->embed);
    set_int(&recipe->batch, r->batch);
    set_real(&recipe->options.lr, r->lr);
    set_real(&recipe->options.clip_norm, r->clip_norm);
    set_real(&recipe->forget_bias, r->forget_bias);
    long steps = walk && task->walk.steps > 0 ? task->walk.steps : r->steps;
    if (steps > 0) recipe->steps = steps;
}

// An encoder reads in the direction that it was trained on, else in the task's own.
static bool read_task(struct dataset *data, const struct setup *setup, const struct data_options *options,
                      struct err *err) {
    const struct task *task;
    struct task_settings settings;
    struct data_options own = *options;
    if (!task_parse(setup->task, &task, &settings, err)) return false;
    own.reverse_source = options->vocabulary ? options->vocabulary->reversed : task->reverse_source;
    return dataset_from_task(data, task, &settings, &own, err);
}

bool setup_data_path(const struct setup *setup, char path[ASSET_PATH], struct err *err) {
    snprintf(path, ASSET_PATH, "%s", setup->data);
    return *path || *setup->task || asset_find("dinosaurs.txt", path, err);
}

// checkpoint: whose vocabularies the data are read with, or NULL.
static struct dataset *read_data(const struct setup *setup, const struct checkpoint *checkpoint,
                                 workbench_progress *progress, void *context, struct err *err) {
    char path[ASSET_PATH];
    if (!setup_data_path(setup, path, err)) return NULL;
    struct data_options options = data_options_default();
    options.shape = setup->shape;
    options.tokens = setup->tokens;
    options.lower = setup->lower;
    options.min_count = setup->min_count;
    options.validation = setup->validation;
    options.seed = (uint64_t)setup->recipe.seed;
    if (!choices_apply(&setup->reading, &options, err)) return NULL;
    if (checkpoint && checkpoint->vocabulary.count > 0) options.vocabulary = &checkpoint->vocabulary;
    if (checkpoint && checkpoint->labels.count > 0) options.labels = &checkpoint->labels;
    options.progress = progress;
    options.progress_context = context;
    struct dataset *data = mem_need(1, sizeof *data);
    if (*setup->task ? read_task(data, setup, &options, err) : dataset_read(data, path, &options, err)) return data;
    mem_free(data);
    return NULL;
}

struct dataset *setup_read_data(const struct setup *setup, workbench_progress *progress, void *context,
                                struct err *err) {
    return read_data(setup, NULL, progress, context, err);
}

void setup_free_data(struct dataset *data) {
    if (data) dataset_release(data);
    mem_free(data);
}

static struct workbench *build_by_recipe(const struct setup *setup, workbench_progress *progress, void *context,
                                         struct err *err) {
    struct dataset *data = setup_read_data(setup, progress, context, err);
    struct workbench *bench = NULL;
    if (data) bench = workbench_new(data, &setup->recipe, setup->word, setup->example, progress, context, err);
    if (!bench) setup_free_data(data);
    return bench;
}

static struct workbench *build_by_checkpoint(const struct setup *setup, workbench_progress *progress, void *context,
                                             struct err *err) {
    struct checkpoint checkpoint = {0};
    if (!checkpoint_load(&checkpoint, setup->checkpoint, NULL, err)) return NULL;
    if (!checkpoint_finite(&checkpoint, setup->checkpoint, err)) {
        checkpoint_release(&checkpoint);
        return NULL;
    }
    struct workbench *bench = NULL;
    struct dataset *data = NULL;
    if (checkpoint.vocabulary.count == 0 && !checkpoint.model.layout.spec.real_input)
        err_set(err, ERR_FORMAT, "%s: expected a vocabulary in its metadata, found none", setup->checkpoint);
    else if ((data = read_data(setup, &checkpoint, progress, context, err)))
        bench = workbench_from_model(&checkpoint.model, data, setup->word, setup->example, err);
    if (!bench) setup_free_data(data);
    checkpoint_release(&checkpoint);
    return bench;
}

struct workbench *setup_build(const struct setup *setup, workbench_progress *progress, void *context, struct err *err) {
    struct workbench *bench = *setup->checkpoint ? build_by_checkpoint(setup, progress, context, err)
                                                 : build_by_recipe(setup, progress, context, err);
    if (!bench || setup->within == 0 || workbench_next_minibatch(bench, setup->within - 1, err)) return bench;
    workbench_free(bench);
    return NULL;
}

void setup_keep_example(struct setup *setup, const struct workbench *bench) {
    bool within = bench->minibatch && workbench_follows_run(bench), typed = !within && bench->example_index < 0;
    setup->within = within ? bench->minibatch_index + 1 : 0;
    setup->example = bench->example_index > 0 ? bench->example_index : 0;
    snprintf(setup->word, sizeof setup->word, "%s", typed && !bench->minibatch ? bench->example_text : "");
}

bool setup_from_scene(struct setup *setup, const struct lesson_scene *scene, struct err *err) {
    struct recipe *recipe = &setup->recipe;
    struct net_spec *spec = &recipe->spec;
    setup->checkpoint[0] = 0;
    snprintf(setup->task, sizeof setup->task, "%s", scene->task);
    const struct task *task;
    struct task_settings settings;
    if (*scene->task && !task_parse(scene->task, &task, &settings, err)) return false;
    if (*scene->task) recipe_of_task(recipe, task, true);
    if (!*scene->task || scene->embed > 0) spec->embed = scene->embed;
    if (scene->directions > 0) spec->directions = scene->directions;
    if (*scene->data && !asset_find(scene->data, setup->data, err)) return false;
    if (*scene->cell && !cell_by_name(scene->cell, &spec->cell))
        return err_set(err, ERR_VALUE, "there is no cell \"%s\"", scene->cell);
    int activation = spec->activation, optimizer = recipe->options.optimizer, init = recipe->init;
    set_name(&activation, *scene->activation ? scene->activation : NULL, activation_names, 2, "activation");
    set_name(&optimizer, *scene->optimizer ? scene->optimizer : NULL, optimizer_names, OPTIMIZER_COUNT, "optimizer");
    set_name(&init, *scene->init ? scene->init : NULL, init_names, INIT_COUNT, "initialisation");
    set_name(&recipe->kind, *scene->kind ? scene->kind : NULL, net_kind_names, NET_KIND_COUNT, "kind");
    spec->activation = (enum activation)activation;
    recipe->options.optimizer = (enum optimizer)optimizer;
    recipe->init = (enum init_kind)init;
    if (scene->lr >= 0) recipe->options.lr = scene->lr;
    if (scene->clip >= 0) recipe->options.clip_norm = scene->clip;
    set_int(&recipe->batch, scene->batch);
    set_int(&spec->hidden, scene->units);
    set_int(&spec->layers, scene->layers);
    if (scene->seed >= 0) recipe->seed = scene->seed;
    if (scene->train >= 0) recipe->steps = scene->train;
    if (*scene->word) snprintf(setup->word, sizeof setup->word, "%s", scene->word);
    return true;
}
