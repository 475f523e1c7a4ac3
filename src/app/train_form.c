#include "train_form.h"

#include "task.h"
#include <stdio.h>
#include <string.h>

#define MODEL(cell_, ...)                                                                                              \
    { .cell = CELL_##cell_, .clip = TRAIN_AS_ALL, __VA_ARGS__ }
const struct train_preset train_presets[TRAIN_PRESETS] = {
    {"RNN against LSTM", 2, {MODEL(RNN), MODEL(LSTM)}, false},
    {"Simplified GRU, GRU, LSTM", 3, {MODEL(GRU_SIMPLE), MODEL(GRU), MODEL(LSTM)}, false},
    {"LSTM: forget bias 0 against 1", 2, {MODEL(LSTM, .forget_bias = 0), MODEL(LSTM, .forget_bias = 1)}, false},
    {"RNN: clipping off against on", 2, {{.cell = CELL_RNN, .clip = 0}, MODEL(RNN)}, true},
    {"RNN: orthogonal against uniform",
     2,
     {MODEL(RNN, .init = INIT_ORTHOGONAL), MODEL(RNN, .init = INIT_UNIFORM)},
     false},
};
#undef MODEL

bool train_has_forget_gate(enum cell_id cell) {
    return cell_slot_by_id(cell_describe(cell, ACTIVATION_TANH), "gate_f") >= 0;
}

void train_form_of(struct train_form *form, const struct setup *setup, const struct net_spec *spec) {
    *form = (struct train_form){.setup = *setup, .models = 1, .temperature = 1};
    struct recipe *recipe = &form->setup.recipe;
    form->setup.checkpoint[0] = form->setup.word[0] = 0;
    form->setup.example = 0;
    if (spec) { // a checkpoint says more of the network than the recipe
        recipe->spec.cell = spec->cell;
        recipe->spec.activation = spec->activation;
        recipe->spec.hidden = spec->hidden;
        recipe->spec.layers = spec->layers;
        recipe->spec.directions = spec->directions;
        recipe->spec.embed = spec->embed;
    }
    form->model[0] = (struct train_model){
        .cell = recipe->spec.cell, .clip = TRAIN_AS_ALL, .init = recipe->init, .forget_bias = recipe->forget_bias};
}

void train_form_preset(struct train_form *form, int preset) {
    const struct train_preset *p = &train_presets[preset];
    double bias = form->setup.recipe.forget_bias;
    bool biases = preset == 2;
    form->models = p->models;
    memcpy(form->model, p->model, sizeof form->model);
    for (int k = 0; k < p->models && !biases; k++)
        form->model[k].forget_bias = bias;
    if (p->clips && form->setup.recipe.options.clip_norm <= 0) form->setup.recipe.options.clip_norm = 1;
}

void train_form_add(struct train_form *form) {
    if (form->models >= EXPERIMENT_MODELS) return;
    struct train_model *new = &form->model[form->models];
    *new = form->model[form->models - 1];
    new->name[0] = 0;
    bool taken = true;
    for (int tries = 0; taken && tries < CELL_COUNT; tries++) {
        new->cell = (enum cell_id)((new->cell + 1) % CELL_COUNT);
        taken = false;
        for (int k = 0; k < form->models; k++)
            taken = taken || form->model[k].cell == new->cell;
    }
    form->models++;
}

void train_form_remove(struct train_form *form, int k) {
    if (form->models < 2 || k < 0 || k >= form->models) return;
    memmove(&form->model[k], &form->model[k + 1], (size_t)(form->models - 1 - k) * sizeof *form->model);
    form->models--;
}

bool train_form_same(const struct train_form *a, const struct train_form *b) {
    bool same = a->models == b->models && a->check_every == b->check_every && a->temperature == b->temperature &&
                setup_same_network(&a->setup, &b->setup);
    for (int k = 0; same && k < a->models; k++) {
        const struct train_model *m = &a->model[k], *n = &b->model[k];
        bool bias = !train_has_forget_gate(m->cell) || m->forget_bias == n->forget_bias;
        same = m->cell == n->cell && m->hidden == n->hidden && m->layers == n->layers && m->clip == n->clip &&
               m->init == n->init && bias;
    }
    return same;
}

struct recipe train_form_recipe(const struct train_form *form, int k) {
    struct recipe recipe = form->setup.recipe;
    const struct train_model *m = &form->model[k];
    recipe.spec.cell = m->cell;
    if (m->hidden > 0) recipe.spec.hidden = m->hidden;
    if (m->layers > 0) recipe.spec.layers = m->layers;
    if (m->clip >= 0) recipe.options.clip_norm = m->clip;
    recipe.init = m->init;
    recipe.forget_bias = m->forget_bias;
    return recipe;
}

// What tells models of one cell apart, as far as they differ in it.
void train_form_name(const struct train_form *form, int k, char out[EXPERIMENT_NAME]) {
    const struct train_model *m = &form->model[k];
    if (*m->name) {
        snprintf(out, EXPERIMENT_NAME, "%s", m->name);
        return;
    }
    struct recipe own = train_form_recipe(form, k);
    bool units = false, layers = false, clip = false, init = false, bias = false, same = false;
    int before = 0;
    for (int i = 0; i < form->models; i++) {
        if (i == k || form->model[i].cell != m->cell) continue;
        struct recipe other = train_form_recipe(form, i);
        bool u = other.spec.hidden != own.spec.hidden, l = other.spec.layers != own.spec.layers,
             c = other.options.clip_norm != own.options.clip_norm, n = other.init != own.init,
             b = train_has_forget_gate(m->cell) && other.forget_bias != own.forget_bias;
        units = units || u;
        layers = layers || l;
        clip = clip || c;
        init = init || n;
        bias = bias || b;
        if (!u && !l && !c && !n && !b) same = true, before += i < k;
    }
    char text[96];
    int n = snprintf(text, sizeof text, "%s", cell_describe(m->cell, ACTIVATION_TANH)->title);
    if (units) n += snprintf(text + n, sizeof text - (size_t)n, " %d", own.spec.hidden);
    if (layers)
        n += snprintf(text + n, sizeof text - (size_t)n, " %d layer%s", own.spec.layers,
                      own.spec.layers == 1 ? "" : "s");
    if (init) n += snprintf(text + n, sizeof text - (size_t)n, " %s", init_names[own.init]);
    if (bias) n += snprintf(text + n, sizeof text - (size_t)n, " bias %g", own.forget_bias);
    if (clip && own.options.clip_norm > 0)
        n += snprintf(text + n, sizeof text - (size_t)n, " clip %g", own.options.clip_norm);
    if (clip && own.options.clip_norm <= 0) n += snprintf(text + n, sizeof text - (size_t)n, " no clip");
    if (same) snprintf(text + n, sizeof text - (size_t)n, " (%c)", 'a' + before);
    snprintf(out, EXPERIMENT_NAME, "%.*s", EXPERIMENT_NAME - 1, text);
}

struct experiment_plan train_form_plan(const struct train_form *form) {
    struct experiment_plan plan = {.setup = form->setup,
                                   .models = form->models,
                                   .check_every = form->check_every,
                                   .temperature = form->temperature};
    for (int k = 0; k < form->models; k++) {
        plan.recipe[k] = train_form_recipe(form, k);
        train_form_name(form, k, plan.name[k]);
    }
    return plan;
}

// --- tasks ---

void train_form_task(struct train_form *form, const struct task *task) {
    struct setup *setup = &form->setup;
    struct recipe recipe = recipe_default();
    recipe.seed = setup->recipe.seed;
    recipe.options.threads = setup->recipe.options.threads;
    recipe_of_task(&recipe, task, false);
    setup->recipe = recipe;
    setup->data[0] = 0;
    setup->reading = (struct data_choices){0};
    snprintf(setup->task, sizeof setup->task, "%s", task->id);
    for (int k = 0; k < form->models; k++)
        if (form->model[k].forget_bias <= 0) form->model[k].forget_bias = recipe.forget_bias;
}
