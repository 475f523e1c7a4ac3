// What a learner's name for an array stands for.

#include "homework_parts.h"

#include "mem.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// A name without what says gradient, layer and direction.
struct stem {
    char text[HOMEWORK_NAME];
    bool gradient;
    int layer, direction;
};

static bool cut_end(char *text, const char *end) {
    size_t a = strlen(text), b = strlen(end);
    if (a <= b || strcasecmp(text + a - b, end) != 0) return false;
    text[a - b] = 0;
    return true;
}

static bool cut_start(char *text, const char *start) {
    size_t n = strlen(start);
    if (strncasecmp(text, start, n) != 0 || !text[n]) return false;
    memmove(text, text + n, strlen(text + n) + 1);
    return true;
}

static void cut_layer(struct stem *stem) {
    stem->direction = cut_end(stem->text, "_reverse") ? 1 : 0;
    char *mark = strrchr(stem->text, '_');
    if (!mark || mark[1] != 'l' || !isdigit((unsigned char)mark[2]) || mark[3]) return;
    stem->layer = mark[2] - '0';
    *mark = 0;
}

// Every reading of a name by which it may be known: as it is, and as a gradient.
static int stems(const char *name, struct stem out[2]) {
    struct stem plain = {0};
    snprintf(plain.text, sizeof plain.text, "%s", name);
    cut_start(plain.text, "rnn.");
    bool marked = cut_end(plain.text, ".grad") || cut_end(plain.text, "_grad") || cut_start(plain.text, "grad_") ||
                  cut_start(plain.text, "gradients_");
    plain.gradient = marked;
    cut_layer(&plain);
    out[0] = plain;
    if (marked || tolower((unsigned char)plain.text[0]) != 'd' || strlen(plain.text) < 2) return 1;
    out[1] = plain;
    out[1].gradient = true;
    memmove(out[1].text, out[1].text + 1, strlen(out[1].text));
    return 2;
}

static bool is_one_of(const char *text, const char *const *words) {
    for (; *words; words++)
        if (!strcasecmp(text, *words)) return true;
    return false;
}

// How exercises call the gates and candidates.
static const struct {
    enum identity identity;
    const char *names[10];
} gate_names[] = {
    {IDENTITY_F, {"f", "ft", "f_t", "forget", "gamma_f", NULL}},
    {IDENTITY_U, {"u", "i", "it", "i_t", "ut", "update", "gamma_u", "gamma_i", "zt", NULL}},
    {IDENTITY_O, {"o", "ot", "o_t", "output", "gamma_o", NULL}},
    {IDENTITY_R, {"r", "rt", "r_t", "reset", "gamma_r", NULL}},
    {IDENTITY_C, {"cct", "g", "gt", "g_t", "nt", "candidate", "c_candidate", NULL}},
};
enum { GATE_NAMES = sizeof gate_names / sizeof *gate_names };

static const char *const state_names[CELL_MAX_STATES][8] = {
    {"a", "a_next", "a_t", "h", "h_next", "h_t", "hidden", NULL}, {"c", "c_next", "c_t", "cell", "memory", NULL}};
static const char *const y_hat_names[] = {"y", "y_hat", "yhat", "y_pred", "yt_pred", "yt_hat", "probs", NULL};
static const char *const logit_names[] = {"logits", "scores", "z_y", "zy", NULL};
static const char *const loss_names[] = {"loss", "losses", "l", NULL};
static const char *const input_names[] = {"x", "xt", "input", "inputs", NULL};

// A tensor of the trace file; of those with a time, the rows are timesteps.
static struct homework_target *add_tensor(const struct record *record, const char *tensor, struct homework_target *out,
                                          int *count) {
    struct homework_target target = {.beside = -1, .block = -1, .layer = -1, .direction = -1, .slot = -1, .param = -1};
    struct place *place = &target.place;
    if (*count == HOMEWORK_TARGETS || !place_find(record, tensor, 0, 0, place, NULL)) return NULL;
    bool param = place->kind == PLACE_PARAM || place->kind == PLACE_PARAM_GRAD;
    bool state = place->kind == PLACE_VALUE || place->kind == PLACE_GRAD;
    bool other = place->kind == PLACE_INPUT || place->kind == PLACE_LOGITS || place->kind == PLACE_Y_HAT ||
                 place->kind == PLACE_LOSS || place->kind == PLACE_LOGITS_GRAD || place->kind == PLACE_INPUT_GRAD;
    if (place->norm || place->encoder || (!param && !state && !other)) return NULL;
    snprintf(target.tensor, sizeof target.tensor, "%s", tensor);
    target.time = !param;
    target.gradient = place->kind == PLACE_PARAM_GRAD || place->kind == PLACE_GRAD ||
                      place->kind == PLACE_LOGITS_GRAD || place->kind == PLACE_INPUT_GRAD;
    if (state) {
        target.layer = place->layer;
        target.direction = place->direction;
        target.slot = place->slot;
    }
    if (param) {
        target.param = place->param;
        target.layer = record->layout.params[place->param].layer;
        target.direction = record->layout.params[place->param].direction;
    }
    out[*count] = target;
    return &out[(*count)++];
}

static void add_slot(const struct record *record, const struct stem *stem, int slot, struct homework_target *out,
                     int *count) {
    char tensor[PLACE_NAME];
    snprintf(tensor, sizeof tensor, "%s/l%d%s/%s", stem->gradient ? "backward" : "forward", stem->layer,
             stem->direction ? "_reverse" : "", record_cell(record)->slots[slot].id);
    add_tensor(record, tensor, out, count);
}

// A gate or candidate by its letter: the vector itself, of a gradient also that of the weighted sum before it, which
// the exercises call by the same name.
static void add_gates(const struct record *record, const struct stem *stem, struct homework_target *out, int *count) {
    const struct cell_desc *cell = record_cell(record);
    for (int g = 0; g < GATE_NAMES; g++) {
        if (!is_one_of(stem->text, gate_names[g].names)) continue;
        for (int pass = 0; pass < (stem->gradient ? 2 : 1); pass++)
            for (int s = 0; s < cell->slot_count; s++) {
                const struct cell_slot *slot = &cell->slots[s];
                bool wanted = pass == 0 ? slot->role == SLOT_GATE || slot->role == SLOT_CANDIDATE
                                        : slot->role == SLOT_PREACT && slot->id[0] == 'z' && strlen(slot->id) == 3;
                if (wanted && slot->identity == gate_names[g].identity) add_slot(record, stem, s, out, count);
            }
    }
}

static void add_vectors(const struct record *record, const struct stem *stem, struct homework_target *out, int *count) {
    const struct cell_desc *cell = record_cell(record);
    int slot = cell_slot_by_id(cell, stem->text);
    if (slot >= 0 && slot != cell->input) add_slot(record, stem, slot, out, count);
    for (int s = 0; s < cell->state_count; s++)
        if (is_one_of(stem->text, state_names[s]) && slot != cell->state_out[s])
            add_slot(record, stem, cell->state_out[s], out, count);
    // A cell with one state calls it c (course) or h: "a" is the same vector.
    if (cell->state_count == 1 && slot < 0 && is_one_of(stem->text, state_names[1]))
        add_slot(record, stem, cell->state_out[0], out, count);
    add_gates(record, stem, out, count);
    if (is_one_of(stem->text, y_hat_names) && !stem->gradient) add_tensor(record, "forward/y_hat", out, count);
    if (is_one_of(stem->text, logit_names) || (stem->gradient && is_one_of(stem->text, y_hat_names)))
        add_tensor(record, stem->gradient ? "backward/logits" : "forward/logits", out, count);
    if (is_one_of(stem->text, loss_names) && !stem->gradient) add_tensor(record, "forward/loss", out, count);
    if (is_one_of(stem->text, input_names)) add_tensor(record, stem->gradient ? "backward/input" : "input", out, count);
}

static void add_param(const struct record *record, const struct stem *stem, int param, int beside, int block,
                      struct homework_target *out, int *count) {
    char tensor[PLACE_NAME];
    if (param < 0) return;
    snprintf(tensor, sizeof tensor, "%s/%s", stem->gradient ? "grad" : "param", record->layout.params[param].name);
    struct homework_target *target = add_tensor(record, tensor, out, count);
    if (!target) return;
    target->beside = beside;
    target->block = block;
}

// "Wf", "bf", "Waa", "Wax", "Wya", "ba", "by"; PyTorch's names, with or without what stands before them.
static void add_params(const struct record *record, const struct stem *stem, const char *name,
                       struct homework_target *out, int *count) {
    const struct layout *layout = &record->layout;
    const struct cell_desc *cell = record_cell(record);
    for (int p = 0; p < layout->count; p++) {
        char full[HOMEWORK_NAME];
        snprintf(full, sizeof full, "%s", name);
        cut_end(full, ".grad");
        const char *own = layout->params[p].name;
        if (!strcasecmp(full, own) || (!strncmp(own, "rnn.", 4) && !strcasecmp(full, own + 4)))
            add_param(record, stem, p, -1, -1, out, count);
    }
    if (layout->encoder) return; // the short names do not say which side
    char kind = (char)tolower((unsigned char)stem->text[0]);
    const char *rest = stem->text + 1;
    int input = layout_param(layout, PARAM_INPUT, stem->layer, stem->direction),
        recurrent = layout_param(layout, PARAM_RECURRENT, stem->layer, stem->direction),
        bias = layout_param(layout, PARAM_BIAS, stem->layer, stem->direction);
    if ((kind != 'w' && kind != 'b') || !*rest) return;
    if (*rest == '_' && rest[1]) rest++;
    if (!strcasecmp(rest, "ya") || !strcasecmp(rest, "y"))
        add_param(record, stem, layout_param(layout, kind == 'w' ? PARAM_HEAD : PARAM_HEAD_BIAS, -1, -1), -1, -1, out,
                  count);
    if (cell->block_count == 1 && kind == 'w') {
        if (!strcasecmp(rest, "aa") || !strcasecmp(rest, "hh")) add_param(record, stem, recurrent, -1, -1, out, count);
        if (!strcasecmp(rest, "ax") || !strcasecmp(rest, "xh")) add_param(record, stem, input, -1, -1, out, count);
        if (!strcasecmp(rest, "a")) add_param(record, stem, recurrent, input, -1, out, count);
    }
    if (cell->block_count == 1 && kind == 'b' && (!strcasecmp(rest, "a") || !strcasecmp(rest, "h")))
        add_param(record, stem, bias, -1, -1, out, count);
    for (int b = 0; cell->block_count > 1 && b < cell->block_count; b++) {
        bool named = !strcasecmp(rest, cell->blocks[b].id);
        for (int g = 0; g < GATE_NAMES; g++)
            named |= gate_names[g].identity == cell->blocks[b].identity && is_one_of(rest, gate_names[g].names);
        named |= cell->blocks[b].identity == IDENTITY_C && !strcasecmp(rest, "c");
        if (!named) continue;
        if (kind == 'w')
            add_param(record, stem, recurrent, input, b, out, count);
        else
            add_param(record, stem, bias, -1, b, out, count);
    }
}

int homework_targets(const struct record *record, const char *name, struct homework_target out[HOMEWORK_TARGETS]) {
    const struct net_spec *spec = &record->layout.spec;
    int count = 0;
    if (strchr(name, '/')) {
        add_tensor(record, name, out, &count);
        return count;
    }
    struct stem readings[2];
    int n = stems(name, readings);
    for (int k = 0; k < n; k++) {
        if (readings[k].layer >= spec->layers || readings[k].direction >= spec->directions) continue;
        add_vectors(record, &readings[k], out, &count);
        add_params(record, &readings[k], name, out, &count);
    }
    return count;
}
