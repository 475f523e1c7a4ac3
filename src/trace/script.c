#include "script.h"

#include "check.h"
#include "mem.h"

#include <stdio.h>
#include <string.h>

// --- where each step is ---

// Steps of one layer, direction and timestep, in a row of track_at.
enum { TRACK_INPUT, TRACK_FROM_LOSS, TRACK_FROM_FUTURE, TRACK_HAND_OVER, TRACK_SUM };
// Steps of which a timestep has one, in a row of time_at.
enum { TIME_OUTPUT, TIME_LOSS, TIME_OUTPUT_BACK, TIME_EMBED, TIME_EMBED_BACK, TIME_COLUMNS };

static int track_columns(const struct script *s) {
    return TRACK_SUM + s->states + 2 * s->parts;
}

// The column of a step in a row of track_at; -1 for kinds that stand in no row of it, and for parts or states that do
// not exist.
static int track_column(const struct script *s, enum step_kind kind, int which) {
    switch (kind) {
    case STEP_INPUT:
        return TRACK_INPUT;
    case STEP_FROM_LOSS:
        return which > 0 ? -1 : TRACK_FROM_LOSS;
    case STEP_FROM_FUTURE:
        return which > 0 ? -1 : TRACK_FROM_FUTURE;
    case STEP_HAND_OVER:
        return TRACK_HAND_OVER;
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
    switch (kind) {
    case STEP_OUTPUT:
        return TIME_OUTPUT;
    case STEP_LOSS:
        return TIME_LOSS;
    case STEP_OUTPUT_BACK:
        return TIME_OUTPUT_BACK;
    case STEP_EMBED:
        return TIME_EMBED;
    case STEP_EMBED_BACK:
        return TIME_EMBED_BACK;
    default:
        return -1;
    }
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

// At work on one side.
struct builder {
    struct script *whole;
    const struct script *side; // what is looked up there
    const struct record *record;
    bool fill;
    int count;
    enum phase phase;
};

static void put(struct builder *b, struct step step) {
    step.phase = b->phase;
    step.encoder = record_is_encoder(b->record);
    if (b->fill) {
        b->whole->steps[b->count] = step;
        int which = step.kind == STEP_PART || step.kind == STEP_PART_BACK ? step.part : step.state;
        int *place = place_of(b->side, step.kind, step.layer, step.direction, step.t, which);
        if (place) *place = b->count + 1;
        if (b->whole->phase_count[b->phase]++ == 0) b->whole->phase_first[b->phase] = b->count;
    }
    b->count++;
}

static struct step blank(enum step_kind kind) {
    return (struct step){
        .kind = kind, .layer = -1, .direction = -1, .t = -1, .part = -1, .state = -1, .block = BLOCK_HEAD};
}

static void put_time(struct builder *b, enum step_kind kind, int t) {
    struct step step = blank(kind);
    step.t = t;
    if (kind == STEP_EMBED || kind == STEP_EMBED_BACK) step.layer = step.direction = 0;
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

static void forward_cell(struct builder *b, int layer, int direction, int t) {
    put_track(b, STEP_INPUT, layer, direction, t, -1);
    for (int p = 0; p < b->side->parts; p++)
        put_track(b, STEP_PART, layer, direction, t, p);
}

static bool part_makes(const struct cell_desc *cell, int part, int slot) {
    const struct cell_part *p = &cell->parts[part];
    for (int i = p->first; i < p->first + p->count; i++)
        if (cell->steps[i].out == slot) return true;
    return false;
}

static void backward_cell(struct builder *b, int layer, int direction, int t) {
    const struct cell_desc *cell = b->side->cell;
    if (record_hears_loss(b->record, layer, direction, t)) put_track(b, STEP_FROM_LOSS, layer, direction, t, 0);
    if (record_has_future(b->record, direction, t)) put_track(b, STEP_FROM_FUTURE, layer, direction, t, 0);
    for (int p = cell->part_count - 1; p >= 0; p--) {
        for (int s = 0; s < cell->state_count; s++)
            if (part_makes(cell, p, cell->state_out[s])) put_track(b, STEP_SUM, layer, direction, t, s);
        put_track(b, STEP_PART_BACK, layer, direction, t, p);
    }
}

static bool embeds(const struct builder *b) {
    return b->record->layout.spec.embed > 0;
}

// The zero vector, which is read where there is no symbol, has no row.
static bool gives_row(const struct builder *b, int t) {
    return embeds(b) && b->record->example.x[t] >= 0;
}

static void forward_side(struct builder *b) {
    const struct script *s = b->side;
    bool apart = s->directions > 1; // layer by layer
    for (int t = 0; apart && embeds(b) && t < s->T; t++)
        put_time(b, STEP_EMBED, t);
    for (int l = 0; apart && l < s->layers; l++)
        for (int d = 0; d < s->directions; d++)
            for (int n = 0; n < s->T; n++)
                forward_cell(b, l, d, d == 0 ? n : s->T - 1 - n);
    for (int t = 0; t < s->T; t++) {
        if (!apart && embeds(b)) put_time(b, STEP_EMBED, t);
        for (int l = 0; !apart && l < s->layers; l++)
            forward_cell(b, l, 0, t);
        if (record_shows_output(b->record, t)) put_time(b, STEP_OUTPUT, t);
    }
}

static void loss_side(struct builder *b) {
    for (int t = 0; t < b->side->T; t++)
        if (record_has_target(b->record, t)) put_time(b, STEP_LOSS, t);
}

static void backward_side(struct builder *b) {
    const struct script *s = b->side;
    bool apart = s->directions > 1;
    for (int t = s->T - 1; t >= 0; t--) {
        if (record_has_target(b->record, t)) put_time(b, STEP_OUTPUT_BACK, t);
        for (int l = s->layers - 1; !apart && l >= 0; l--)
            backward_cell(b, l, 0, t);
        if (!apart && gives_row(b, t)) put_time(b, STEP_EMBED_BACK, t);
    }
    for (int l = s->layers - 1; apart && l >= 0; l--)
        for (int d = s->directions - 1; d >= 0; d--)
            for (int n = s->T - 1; n >= 0; n--)
                backward_cell(b, l, d, d == 0 ? n : s->T - 1 - n);
    for (int t = s->T - 1; apart && t >= 0; t--)
        if (gives_row(b, t)) put_time(b, STEP_EMBED_BACK, t);
}

static void put_update(struct builder *b, int layer, int direction, int block, bool bias) {
    struct step step = blank(STEP_UPDATE);
    step.layer = layer;
    step.direction = direction;
    step.block = block;
    step.bias = bias;
    put(b, step);
}

static void update_side(struct builder *b) {
    const struct script *s = b->side;
    if (embeds(b)) put_update(b, -1, -1, BLOCK_EMBED, false);
    for (int l = 0; l < s->layers; l++)
        for (int d = 0; d < s->directions; d++)
            for (int block = 0; block < s->cell->block_count; block++)
                for (int bias = 0; bias < 2; bias++)
                    put_update(b, l, d, block, bias);
    for (int bias = 0; bias < 2 && b->record->layout.spec.outputs > 0; bias++)
        put_update(b, -1, -1, BLOCK_HEAD, bias);
}

static void on_side(struct builder *b, bool encoder, void (*walk)(struct builder *)) {
    if (encoder && !b->whole->encoder) return;
    b->side = script_side(b->whole, encoder);
    b->record = record_side(b->record, encoder);
    walk(b);
}

// Each layer of the decoder starts from what the encoder's last states are.
static void hand_over(struct builder *b) {
    for (int l = 0; b->whole->encoder && l < b->side->layers; l++)
        put_track(b, STEP_HAND_OVER, l, 0, 0, -1);
}

static void put_clip(struct builder *b) {
    put(b, blank(STEP_CLIP));
}

static void build(struct builder *b) {
    static const struct {
        enum phase phase;
        bool encoder;
        void (*walk)(struct builder *);
    } walks[] = {{PHASE_FORWARD, true, forward_side},    {PHASE_FORWARD, false, hand_over},
                 {PHASE_FORWARD, false, forward_side},   {PHASE_LOSS, false, loss_side},
                 {PHASE_BACKWARD, false, backward_side}, {PHASE_BACKWARD, true, backward_side},
                 {PHASE_CLIP, false, put_clip},          {PHASE_UPDATE, true, update_side},
                 {PHASE_UPDATE, false, update_side}};
    for (size_t i = 0; i < sizeof walks / sizeof *walks; i++) {
        b->phase = walks[i].phase;
        on_side(b, walks[i].encoder, walks[i].walk);
    }
}

// A script that looks at one side: its sizes, and room for the places of its steps. NULL when memory ran out.
static struct script *make_side(const struct record *record) {
    const struct net_spec *spec = &record->layout.spec;
    const struct cell_desc *cell = record_cell(record);
    struct script *s = mem_alloc(sizeof *s);
    if (!s) return NULL;
    *s = (struct script){.T = record_T(record),
                         .layers = spec->layers,
                         .directions = spec->directions,
                         .parts = cell->part_count,
                         .states = cell->state_count,
                         .cell = cell,
                         .whole = s};
    size_t tracks = (size_t)s->layers * (size_t)s->directions * (size_t)s->T;
    s->track_at = mem_array(tracks, (size_t)track_columns(s) * sizeof *s->track_at);
    s->time_at = mem_array((size_t)s->T, TIME_COLUMNS * sizeof *s->time_at);
    if (s->track_at && s->time_at) return s;
    script_free(s);
    return NULL;
}

// The encoder's script gets what is known of the whole.
static void share_steps(struct script *s) {
    struct script *e = s->encoder;
    if (!e) return;
    e->steps = s->steps;
    e->count = s->count;
    memcpy(e->phase_first, s->phase_first, sizeof e->phase_first);
    memcpy(e->phase_count, s->phase_count, sizeof e->phase_count);
}

struct script *script_new(const struct record *record, struct err *err) {
    struct script *s = make_side(record_side(record, false));
    bool two = record->whole->encoder != NULL;
    if (s && two) s->encoder = make_side(record_side(record, true));
    if (s && s->encoder) s->encoder->whole = s;
    if (s && (!two || s->encoder)) {
        struct builder count = {.whole = s, .record = record};
        build(&count);
        s->count = count.count;
        s->steps = mem_array((size_t)s->count, sizeof *s->steps);
        if (s->steps) {
            struct builder fill = {.whole = s, .record = record, .fill = true};
            build(&fill);
            share_steps(s);
            return s;
        }
    }
    err_set(err, ERR_MEMORY, "no memory for the walk through %d timesteps", record_T(record));
    script_free(s);
    return NULL;
}

void script_free(struct script *script) {
    if (!script) return;
    if (script->encoder) {
        mem_free(script->encoder->track_at);
        mem_free(script->encoder->time_at);
        mem_free(script->encoder);
    }
    mem_free(script->steps);
    mem_free(script->track_at);
    mem_free(script->time_at);
    mem_free(script);
}

const struct script *script_side(const struct script *script, bool encoder) {
    const struct script *whole = script->whole;
    return encoder && whole->encoder ? whole->encoder : whole;
}

// Whether a step belongs to the side that a script looks at.
static bool is_mine(const struct script *script, const struct step *step) {
    return step->encoder == (script != script->whole);
}

// --- moving ---

// Whether two steps that follow each other belong to the same unit of a granularity.
static bool together(const struct script *s, const struct step *a, const struct step *b, enum granularity by) {
    bool same_cell = a->layer == b->layer && a->direction == b->direction && a->encoder == b->encoder;
    int directions = script_side(s, a->encoder)->directions;
    switch (by) {
    case BY_OPERATION:
        return false;
    case BY_CELL:
        return a->phase == b->phase && a->t == b->t && same_cell;
    case BY_TIMESTEP: // with two directions a timestep is walked once for each, at different times
        return a->phase == b->phase && a->t == b->t &&
               (same_cell || (directions == 1 && a->encoder == b->encoder) || a->phase > PHASE_BACKWARD);
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

// Clip, or the first update of a block.
static int find_late(const struct script *script, enum step_kind kind, int layer, int direction, int block) {
    enum phase phase = kind == STEP_CLIP ? PHASE_CLIP : PHASE_UPDATE;
    int first = script->phase_first[phase], end = first + script->phase_count[phase];
    for (int i = first; i < end; i++) {
        const struct step *step = &script->steps[i];
        if (kind == STEP_CLIP) return i + 1;
        if (!is_mine(script, step) || step->layer != layer) continue;
        bool same = layer >= 0 ? step->direction == direction && step->block == block
                               : (step->block == BLOCK_EMBED) == (block == BLOCK_EMBED);
        if (same) return i + 1;
    }
    return -1;
}

int script_find(const struct script *script, enum step_kind kind, int layer, int direction, int t, int part_or_state) {
    if (kind == STEP_CLIP || kind == STEP_UPDATE) return find_late(script, kind, layer, direction, part_or_state);
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
    if (slot == cell->input && layer == 0 && script_find(script, STEP_EMBED, 0, 0, t, -1) > 0)
        return passed(script, p, STEP_EMBED, 0, 0, t, -1);
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
        if (step->t != t || !is_mine(script, step)) continue;
        if (layer >= 0 && step->layer >= 0 && step->layer != layer) continue;
        if (direction >= 0 && step->direction >= 0 && step->direction != direction) continue;
        return i + 1;
    }
    return -1;
}
