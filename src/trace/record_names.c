#include "record_names.h"

#include "arena.h"
#include "check.h"
#include "mem.h"

#include <string.h>

struct track_names {
    const char *name[RECORD_KIND_COUNT][CELL_MAX_SLOTS], *norm[RECORD_KIND_COUNT][CELL_MAX_SLOTS];
    const char *sent[CELL_MAX_STEPS][2], *sent_norm[CELL_MAX_STEPS][2];
};

struct record_names {
    struct arena arena;
    struct track_names *tracks; // (layers, directions)
    const char **params[RECORD_PARAM_KIND_COUNT];
    const char **numbers; // of what has no text, from `number_first` on
    int number_first, number_count;
};

static const char *const folders[RECORD_KIND_COUNT] = {
    [RECORD_FORWARD] = "forward",
    [RECORD_BACKWARD] = "backward",
    [RECORD_FROM_LOSS] = "backward/from_loss",
    [RECORD_FROM_FUTURE] = "backward/from_future",
};
static const char *const param_folders[RECORD_PARAM_KIND_COUNT] = {
    [RECORD_PARAM] = "param",
    [RECORD_GRAD] = "grad",
    [RECORD_CLIPPED] = "clip/grad",
    [RECORD_PARAM_AFTER] = "param_after",
    [RECORD_DELTA] = "delta",
    [RECORD_MOMENT] = "optimizer/m",
    [RECORD_SQUARE] = "optimizer/v",
    [RECORD_REST] = "rest",
    [RECORD_TOTAL] = "total",
    [RECORD_GRAD_AT] = "grad_at",
    [RECORD_GRAD_AT_NORM] = "norm/grad_at",
};

static void name_track(struct arena *arena, struct track_names *names, const char *prefix, const struct cell_desc *cell,
                       int layer, int direction) {
    const char *reverse = direction ? "_reverse" : "";
    for (int kind = 0; kind < RECORD_KIND_COUNT; kind++)
        for (int s = 0; s < cell->slot_count; s++) {
            const char *name = arena_printf(arena, "%s/l%d%s/%s", folders[kind], layer, reverse, cell->slots[s].id);
            names->name[kind][s] = arena_printf(arena, "%s%s", prefix, name);
            names->norm[kind][s] = arena_printf(arena, "%snorm/%s", prefix, name);
        }
    for (int i = 0; i < cell->step_count; i++)
        for (int k = 0; k < 2; k++) {
            const char *name = arena_printf(arena, "backward/sent/l%d%s/%d_%d", layer, reverse, i, k);
            names->sent[i][k] = arena_printf(arena, "%s%s", prefix, name);
            names->sent_norm[i][k] = arena_printf(arena, "%snorm/%s", prefix, name);
        }
}

// Symbols beyond the texts; outputs that are no symbols are counted from 1.
static void name_numbers(struct record_names *names, const struct record *record) {
    const struct net_spec *spec = &record->layout.spec;
    bool symbols = spec->output == OUTPUT_SOFTMAX;
    int end = spec->outputs + !symbols;
    if (!spec->real_input && spec->inputs > end) end = spec->inputs;
    names->number_first = symbols ? record->symbol_count : 0;
    names->number_count = end - names->number_first;
    if (names->number_count <= 0) return;
    names->numbers = arena_alloc(&names->arena, (size_t)names->number_count, sizeof *names->numbers);
    for (int i = 0; i < names->number_count; i++)
        names->numbers[i] = arena_printf(&names->arena, "%d", names->number_first + i);
}

struct record_names *record_names_new(const struct record *record, const char *prefix) {
    const struct layout *layout = &record->layout;
    int layers = layout->spec.layers, directions = layout->spec.directions;
    struct record_names *names = mem_need(1, sizeof *names);
    arena_init(&names->arena);
    names->tracks = arena_alloc(&names->arena, (size_t)(layers * directions), sizeof *names->tracks);
    for (int l = 0; l < layers; l++)
        for (int d = 0; d < directions; d++)
            name_track(&names->arena, &names->tracks[l * directions + d], prefix, record_cell(record), l, d);
    for (int kind = 0; kind < RECORD_PARAM_KIND_COUNT; kind++) {
        names->params[kind] = arena_alloc(&names->arena, (size_t)layout->count, sizeof *names->params[kind]);
        for (int p = 0; p < layout->count; p++)
            names->params[kind][p] = arena_printf(&names->arena, "%s/%s", param_folders[kind], layout->params[p].name);
    }
    name_numbers(names, record);
    return names;
}

void record_names_free(struct record_names *names) {
    if (!names) return;
    arena_release(&names->arena);
    mem_free(names);
}

const char *record_number_name(const struct record *record, int symbol) {
    const struct record_names *names = record->names;
    int i = symbol - (names ? names->number_first : 0);
    return names && i >= 0 && i < names->number_count ? names->numbers[i] : "?";
}

static const struct track_names *track_of(const struct record *record, int layer, int direction) {
    const struct net_spec *spec = &record->layout.spec;
    check(layer >= 0 && layer < spec->layers && direction >= 0 && direction < spec->directions,
          "layer %d, direction %d", layer, direction);
    return &record->names->tracks[layer * spec->directions + direction];
}

static void check_slot(const struct record *record, enum record_kind kind, int slot) {
    check((unsigned)kind < RECORD_KIND_COUNT && slot >= 0 && slot < record_cell(record)->slot_count, "slot %d", slot);
}

const char *record_name(const struct record *record, enum record_kind kind, int layer, int direction, int slot) {
    check_slot(record, kind, slot);
    return track_of(record, layer, direction)->name[kind][slot];
}

const char *record_norm_name(const struct record *record, enum record_kind kind, int layer, int direction, int slot) {
    check_slot(record, kind, slot);
    return track_of(record, layer, direction)->norm[kind][slot];
}

static void check_step(const struct record *record, int step, int k) {
    check(step >= 0 && step < record_cell(record)->step_count && (k == 0 || k == 1), "step %d, operand %d", step, k);
}

const char *record_sent_name(const struct record *record, int layer, int direction, int step, int k) {
    check_step(record, step, k);
    return track_of(record, layer, direction)->sent[step][k];
}

const char *record_sent_norm_name(const struct record *record, int layer, int direction, int step, int k) {
    check_step(record, step, k);
    return track_of(record, layer, direction)->sent_norm[step][k];
}

const char *record_param_name_of(const struct record *record, enum record_param_kind kind, int param) {
    check((unsigned)kind < RECORD_PARAM_KIND_COUNT && param >= 0 && param < record->layout.count, "parameter %d",
          param);
    return record->names->params[kind][param];
}

const char *record_param_name(const struct record *record, int param, bool grad) {
    return record_param_name_of(record, grad ? RECORD_GRAD : RECORD_PARAM, param);
}
