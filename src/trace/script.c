#include "script.h"

#include "check.h"
#include "mem.h"

#include <stdio.h>
#include <string.h>

// --- where each step is ---

// Steps of one layer, direction and timestep, in a row of track_at.
enum { TRACK_INPUT, TRACK_FROM_LOSS, TRACK_FROM_FUTURE, TRACK_SUM };
// Steps of one timestep that belong to no layer, in a row of time_at.
enum { TIME_OUTPUT, TIME_LOSS, TIME_OUTPUT_BACK, TIME_COLUMNS };

static int track_columns(const struct script *s) {
    return TRACK_SUM + s->states + 2 * s->parts;
}

// The column of a step in a row of track_at; -1 for kinds that have no layer, and for parts or states that do
// not exist.
static int track_column(const struct script *s, enum step_kind kind, int which) {
    switch (kind) {
    case STEP_INPUT:
        return TRACK_INPUT;
    case STEP_FROM_LOSS:
        return which > 0 ? -1 : TRACK_FROM_LOSS;
    case STEP_FROM_FUTURE:
        return which > 0 ? -1 : TRACK_FROM_FUTURE;
    case STEP_SUM:
        return which >= 0 && which < s->states ? TRACK_SUM + which : -1;
    case STEP_PART:
        return which >= 0 && which < s->parts ? TRACK_SUM + s->states + which : -1;
    case STEP_PART_BACK:
        return which >= 0 && which < s->parts ? TRACK_SUM + s->states + s->parts + which : -1;
    default:
        return -1;
    }
}

static int time_column(enum step_kind kind) {
    return kind == STEP_OUTPUT        ? TIME_OUTPUT
           : kind == STEP_LOSS        ? TIME_LOSS
           : kind == STEP_OUTPUT_BACK ? TIME_OUTPUT_BACK
                                      : -1;
}

static int *track_cell(const struct script *s, int layer, int direction, int t, int column) {
    if (layer < 0 || layer >= s->layers || direction < 0 || direction >= s->directions || t < 0 || t >= s->T)
        return NULL;
    size_t row = ((size_t)layer * (size_t)s->directions + (size_t)direction) * (size_t)s->T + (size_t)t;
    return s->track_at + row * (size_t)track_columns(s) + column;
}

static int *place_of(const struct script *s, enum step_kind kind, int layer, int direction, int t, int which) {
    int column = time_column(kind);
    if (column >= 0) return t >= 0 && t < s->T ? s->time_at + t * TIME_COLUMNS + column : NULL;
    column = track_column(s, kind, which);
    return column >= 0 ? track_cell(s, layer, direction, t, column) : NULL;
}

// --- building: once to count, once to fill ---

struct builder {
    struct script *script;
    const struct record *record;
    bool fill;
    int count;
    enum phase phase;
};

static void put(struct builder *b, struct step step) {
    if (b->fill) {
        step.phase = b->phase;
        b->script->steps[b->count] = step;
        int which = step.kind == STEP_PART || step.kind == STEP_PART_BACK ? step.part : step.state;
        int *place = place_of(b->script, step.kind, step.layer, step.direction, step.t, which);
        if (place) *place = b->count + 1;
        if (b->script->phase_count[b->phase]++ == 0) b->script->phase_first[b->phase] = b->count;
    }
    b->count++;
}

static struct step blank(enum step_kind kind) {
    return (struct step){.kind = kind, .layer = -1, .direction = -1, .t = -1, .part = -1, .state = -1, .block = -1};
}

static void put_time(struct builder *b, enum step_kind kind, int t) {
    struct step step = blank(kind);
    step.t = t;
    put(b, step);
}

static void put_track(struct builder *b, enum step_kind kind, int layer, int direction, int t, int which) {
    struct step step = blank(kind);
    step.layer = layer;
    step.direction = direction;
    step.t = t;
    if (kind == STEP_PART || kind == STEP_PART_BACK)
        step.part = which;
    else if (kind != STEP_INPUT)
        step.state = which;
    put(b, step);
}

static bool has_target(const struct record *record, int t) {
    return record->example.target && record->example.target[t] >= 0;
}

// A net that answers once shows its output where the answer is asked, or at the end when none is.
static bool shows_output(const struct record *record, int t) {
    if (record->layout.spec.kind != NET_MANY_TO_ONE || has_target(record, t)) return true;
    bool any = false;
    for (int k = 0; k < record_T(record); k++)
        any |= has_target(record, k);
    return !any && t == record_T(record) - 1;
}

static void forward_cell(struct builder *b, int layer, int direction, int t) {
    put_track(b, STEP_INPUT, layer, direction, t, -1);
    for (int p = 0; p < b->script->parts; p++)
        put_track(b, STEP_PART, layer, direction, t, p);
}

static bool part_makes(const struct cell_desc *cell, int part, int slot) {
    const struct cell_part *p = &cell->parts[part];
    for (int i = p->first; i < p->first + p->count; i++)
        if (cell->steps[i].out == slot) return true;
    return false;
}

// Whether anything arrives from the loss side: below the top layer always, at the top where there is a
// target.
static bool hears_loss(const struct builder *b, int layer, int t) {
    return layer < b->script->layers - 1 || has_target(b->record, t);
}

static void backward_cell(struct builder *b, int layer, int direction, int t) {
    const struct cell_desc *cell = b->script->cell;
    int last = direction == 0 ? b->script->T - 1 : 0;
    if (hears_loss(b, layer, t)) put_track(b, STEP_FROM_LOSS, layer, direction, t, 0);
    if (t != last) put_track(b, STEP_FROM_FUTURE, layer, direction, t, 0);
    for (int p = cell->part_count - 1; p >= 0; p--) {
        for (int s = 0; s < cell->state_count; s++)
            if (part_makes(cell, p, cell->state_out[s])) put_track(b, STEP_SUM, layer, direction, t, s);
        put_track(b, STEP_PART_BACK, layer, direction, t, p);
    }
}

static void forward_phase(struct builder *b) {
    const struct script *s = b->script;
    b->phase = PHASE_FORWARD;
    if (s->directions == 1) {
        for (int t = 0; t < s->T; t++) {
            for (int l = 0; l < s->layers; l++)
                forward_cell(b, l, 0, t);
            if (shows_output(b->record, t)) put_time(b, STEP_OUTPUT, t);
        }
        return;
    }
    for (int l = 0; l < s->layers; l++)
        for (int d = 0; d < s->directions; d++)
            for (int n = 0; n < s->T; n++)
                forward_cell(b, l, d, d == 0 ? n : s->T - 1 - n);
    for (int t = 0; t < s->T; t++)
        if (shows_output(b->record, t)) put_time(b, STEP_OUTPUT, t);
}

static void backward_phase(struct builder *b) {
    const struct script *s = b->script;
    b->phase = PHASE_BACKWARD;
    if (s->directions == 1) {
        for (int t = s->T - 1; t >= 0; t--) {
            if (has_target(b->record, t)) put_time(b, STEP_OUTPUT_BACK, t);
            for (int l = s->layers - 1; l >= 0; l--)
                backward_cell(b, l, 0, t);
        }
        return;
    }
    for (int t = s->T - 1; t >= 0; t--)
        if (has_target(b->record, t)) put_time(b, STEP_OUTPUT_BACK, t);
    for (int l = s->layers - 1; l >= 0; l--)
        for (int d = s->directions - 1; d >= 0; d--)
            for (int n = s->T - 1; n >= 0; n--)
                backward_cell(b, l, d, d == 0 ? n : s->T - 1 - n);
}

static void update_phase(struct builder *b) {
    const struct script *s = b->script;
    b->phase = PHASE_UPDATE;
    struct step step = blank(STEP_UPDATE);
    for (step.layer = 0; step.layer < s->layers; step.layer++)
        for (step.direction = 0; step.direction < s->directions; step.direction++)
            for (step.block = 0; step.block < s->cell->block_count; step.block++)
                for (int bias = 0; bias < 2; bias++) {
                    step.bias = bias;
                    put(b, step);
                }
    for (int bias = 0; bias < 2; bias++) {
        step = blank(STEP_UPDATE);
        step.bias = bias;
        put(b, step);
    }
}

static void build(struct builder *b) {
    forward_phase(b);
    b->phase = PHASE_LOSS;
    for (int t = 0; t < b->script->T; t++)
        if (has_target(b->record, t)) put_time(b, STEP_LOSS, t);
    backward_phase(b);
    b->phase = PHASE_CLIP;
    put(b, blank(STEP_CLIP));
    update_phase(b);
}

struct script *script_new(const struct record *record, struct err *err) {
    const struct net_spec *spec = &record->layout.spec;
    const struct cell_desc *cell = record_cell(record);
    struct script *s = mem_alloc(sizeof *s);
    size_t tracks = (size_t)spec->layers * (size_t)spec->directions * (size_t)record_T(record);
    if (s) {
        *s = (struct script){.T = record_T(record),
                             .layers = spec->layers,
                             .directions = spec->directions,
                             .parts = cell->part_count,
                             .states = cell->state_count,
                             .cell = cell};
        struct builder count = {.script = s, .record = record};
        build(&count);
        s->count = count.count;
        s->steps = mem_array((size_t)s->count, sizeof *s->steps);
        s->track_at = mem_array(tracks, (size_t)track_columns(s) * sizeof *s->track_at);
        s->time_at = mem_array((size_t)s->T, TIME_COLUMNS * sizeof *s->time_at);
        if (s->steps && s->track_at && s->time_at) {
            struct builder fill = {.script = s, .record = record, .fill = true};
            build(&fill);
            return s;
        }
    }
    err_set(err, ERR_MEMORY, "no memory for the walk through %d timesteps", record_T(record));
    script_free(s);
    return NULL;
}

void script_free(struct script *script) {
    if (!script) return;
    mem_free(script->steps);
    mem_free(script->track_at);
    mem_free(script->time_at);
    mem_free(script);
}

// --- moving ---

// Whether two steps that follow each other belong to the same unit of a granularity.
static bool together(const struct script *s, const struct step *a, const struct step *b, enum granularity by) {
    bool same_cell = a->layer == b->layer && a->direction == b->direction;
    switch (by) {
    case BY_OPERATION:
        return false;
    case BY_CELL:
        return a->phase == b->phase && a->t == b->t && same_cell;
    case BY_TIMESTEP: // with two directions a timestep is walked once for each, at different times
        return a->phase == b->phase && a->t == b->t && (s->directions == 1 || same_cell || a->phase > PHASE_BACKWARD);
    case BY_PASS:
        return a->phase == b->phase;
    default:
        return true;
    }
}

static bool is_boundary(const struct script *s, int p, enum granularity by) {
    return p <= 0 || p >= s->count || !together(s, &s->steps[p - 1], &s->steps[p], by);
}

int script_move(const struct script *script, int p, enum granularity by, int direction) {
    int way = direction < 0 ? -1 : 1;
    p = p < 0 ? 0 : p > script->count ? script->count : p;
    do {
        if ((way < 0 && p == 0) || (way > 0 && p == script->count)) return p;
        p += way;
    } while (!is_boundary(script, p, by));
    return p;
}

// --- looking ---

int script_find(const struct script *script, enum step_kind kind, int layer, int direction, int t, int part_or_state) {
    if (kind == STEP_CLIP || kind == STEP_UPDATE) {
        enum phase phase = kind == STEP_CLIP ? PHASE_CLIP : PHASE_UPDATE;
        for (int i = script->phase_first[phase]; i < script->phase_first[phase] + script->phase_count[phase]; i++) {
            const struct step *step = &script->steps[i];
            if (kind == STEP_CLIP || (step->layer == layer && (layer < 0 || step->direction == direction) &&
                                      (layer < 0 || step->block == part_or_state)))
                return i + 1;
        }
        return -1;
    }
    const int *place = place_of(script, kind, layer, direction, t, part_or_state);
    return place && *place ? *place : -1;
}

const struct step *script_running(const struct script *script, int p) {
    return p > 0 && p <= script->count ? &script->steps[p - 1] : NULL;
}

static bool passed(const struct script *s, int p, enum step_kind kind, int layer, int direction, int t, int which) {
    int at = script_find(s, kind, layer, direction, t, which);
    return at > 0 && at <= p;
}

static int part_that_makes(const struct cell_desc *cell, int slot) {
    for (int i = 0; i < cell->step_count; i++)
        if (cell->steps[i].out == slot) return cell_part_of_step(cell, i);
    return -1;
}

// The part that is last on the way back among those that read a slot; -1 when none does.
static int first_reader(const struct cell_desc *cell, int slot) {
    for (int i = 0; i < cell->step_count; i++)
        if (cell->steps[i].in[0] == slot || cell->steps[i].in[1] == slot) return cell_part_of_step(cell, i);
    return -1;
}

bool script_has_value(const struct script *script, const struct cell_desc *cell, int p, int layer, int direction,
                      int slot, int t) {
    if (slot < 0 || slot >= cell->slot_count) return false;
    int part = part_that_makes(cell, slot);
    if (part < 0) return passed(script, p, STEP_INPUT, layer, direction, t, -1);
    return passed(script, p, STEP_PART, layer, direction, t, part);
}

bool script_has_grad(const struct script *script, const struct cell_desc *cell, int p, int layer, int direction,
                     int slot, int t) {
    if (slot < 0 || slot >= cell->slot_count) return false;
    for (int s = 0; s < cell->state_count; s++)
        if (cell->state_out[s] == slot) return passed(script, p, STEP_SUM, layer, direction, t, s);
    int reader = first_reader(cell, slot);
    return reader >= 0 && passed(script, p, STEP_PART_BACK, layer, direction, t, reader);
}

bool script_has_output(const struct script *script, int p, int t) {
    return passed(script, p, STEP_OUTPUT, -1, -1, t, -1);
}

bool script_has_loss(const struct script *script, int p, int t) {
    return passed(script, p, STEP_LOSS, -1, -1, t, -1);
}

bool script_has_from_loss(const struct script *script, int p, int layer, int direction, int t) {
    return passed(script, p, STEP_FROM_LOSS, layer, direction, t, 0);
}

bool script_has_from_future(const struct script *script, int p, int layer, int direction, int t) {
    return passed(script, p, STEP_FROM_FUTURE, layer, direction, t, 0);
}

int script_first_t(const struct script *script, int p, int layer, int direction, int t) {
    const struct step *running = script_running(script, p);
    enum phase phase = running ? running->phase : PHASE_FORWARD;
    if (phase > PHASE_BACKWARD) phase = PHASE_BACKWARD;
    int first = script->phase_first[phase], end = first + script->phase_count[phase];
    for (int i = first; i < end; i++) {
        const struct step *step = &script->steps[i];
        if (step->t != t) continue;
        if (layer >= 0 && step->layer >= 0 && step->layer != layer) continue;
        if (direction >= 0 && step->direction >= 0 && step->direction != direction) continue;
        return i + 1;
    }
    return -1;
}

// --- titles ---

const char *phase_title(enum phase phase) {
    static const char *const titles[PHASE_COUNT] = {"Forward", "Loss", "Backward", "Clip", "Update"};
    return (unsigned)phase < PHASE_COUNT ? titles[phase] : "";
}

// The part that a block of weights belongs to.
static int part_of_block(const struct cell_desc *cell, int block) {
    for (int i = 0; i < cell->step_count; i++)
        if (cell->steps[i].op == OP_AFFINE && cell->steps[i].block == block) return cell_part_of_step(cell, i);
    return -1;
}

static void lower_first(char *text) {
    if (text[0] >= 'A' && text[0] <= 'Z' && !(text[1] >= 'A' && text[1] <= 'Z')) text[0] = (char)(text[0] - 'A' + 'a');
}

static bool is_state_out(const struct cell_desc *cell, int slot) {
    return cell->slots[slot].role == SLOT_STATE_OUT;
}

static void put_title(const struct cell_desc *cell, const struct step *step, char *out, size_t size) {
    char name[64] = "";
    switch (step->kind) {
    case STEP_INPUT:
        snprintf(out, size, "Input");
        return;
    case STEP_PART:
        snprintf(out, size, "%s", cell->parts[step->part].title);
        return;
    case STEP_OUTPUT:
        snprintf(out, size, "Output");
        return;
    case STEP_LOSS:
        snprintf(out, size, "Loss");
        return;
    case STEP_OUTPUT_BACK:
        snprintf(out, size, "Output gradient");
        return;
    case STEP_FROM_LOSS:
        snprintf(out, size, "From this step\u2019s loss");
        return;
    case STEP_FROM_FUTURE:
        snprintf(out, size, "From the future");
        return;
    case STEP_SUM: { // the gradient of what a part made carries that part's name
        int part = part_that_makes(cell, cell->state_out[step->state]);
        snprintf(out, size, "%s", part >= 0 ? cell->parts[part].backward_title : "Gradient");
        return;
    }
    case STEP_PART_BACK:
        if (!is_state_out(cell, cell->parts[step->part].result)) {
            snprintf(out, size, "%s", cell->parts[step->part].backward_title);
            return;
        }
        snprintf(name, sizeof name, "%s", cell->parts[step->part].title);
        lower_first(name);
        snprintf(out, size, "Back through the %s", name);
        return;
    case STEP_CLIP:
        snprintf(out, size, "Clip");
        return;
    case STEP_UPDATE: {
        int part = step->layer < 0 ? -1 : part_of_block(cell, step->block);
        snprintf(name, sizeof name, "%s", part < 0 ? "Output" : cell->parts[part].title);
        lower_first(name);
        snprintf(out, size, "Update, %s %s", name, step->bias ? "bias" : "weights");
        return;
    }
    case STEP_KIND_COUNT:
        break;
    }
    snprintf(out, size, "%s", "");
}

void step_title(const struct record *record, const struct step *step, char *out, size_t size) {
    if (size == 0) return;
    char title[96], layer[48] = "", time[24] = "";
    put_title(record_cell(record), step, title, sizeof title);
    if (step->kind == STEP_FROM_LOSS && step->layer < record->layout.spec.layers - 1)
        snprintf(title, sizeof title, "From the layer above");
    if (step->layer >= 0 && record->layout.spec.layers > 1)
        snprintf(layer, sizeof layer, ", layer %d", step->layer + 1);
    if (step->direction == 1)
        strcat(layer, " (reverse)");
    else if (step->direction == 0 && record->layout.spec.directions > 1)
        strcat(layer, " (forward)");
    if (step->t >= 0) snprintf(time, sizeof time, ", t = %d", step->t + 1);
    snprintf(out, size, "%s%s%s", title, layer, time);
}
