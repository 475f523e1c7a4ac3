// The tracks of the stage: which layers and directions there are, which rows each of them shows, what is known of a
// column, and what the running step reads and writes.
#include "stage_inner.h"

// --- sides and columns ---

const struct stage_side *stage_side_of(const struct stage *s, int column) {
    return &s->sides[s->side_count > 1 && column >= s->sides[1].first];
}

int stage_t(const struct stage *s, int column) {
    return column - stage_side_of(s, column)->first;
}

bool stage_seen(const struct stage *s, int column) {
    return column >= s->columns.first && column < stage_end(s);
}

int stage_end(const struct stage *s) {
    return s->columns.first + s->columns.count;
}

bool stage_exists(const struct stage *s, int column) {
    return column >= 0 && column < s->T && s->track->direction < stage_side_of(s, column)->directions;
}

// --- values, and whether the walk has come to them ---

const double *stage_values(const struct stage *s, int row, int column) {
    const struct stage_track *track = s->track;
    const struct tape *tape = stage_side_of(s, column)->record->tape;
    int slot = track->rows[row].slot, t = stage_t(s, column);
    return s->backward ? tape_grad(tape, track->layer, track->direction, slot, t)
                       : tape_value(tape, track->layer, track->direction, slot, t);
}

bool stage_has(const struct stage *s, int row, int column) {
    const struct stage_track *track = s->track;
    const struct script *script = stage_side_of(s, column)->script;
    int slot = track->rows[row].slot, p = s->scene->position, t = stage_t(s, column);
    return s->backward ? script_has_grad(script, s->cell, p, track->layer, track->direction, slot, t)
                       : script_has_value(script, s->cell, p, track->layer, track->direction, slot, t);
}

bool stage_has_output(const struct stage *s, int column) {
    const struct stage_side *side = stage_side_of(s, column);
    return !side->encoder && script_has_output(side->script, s->scene->position, stage_t(s, column));
}

bool stage_has_loss(const struct stage *s, int column) {
    const struct stage_side *side = stage_side_of(s, column);
    return stage_has_target(s, column) && script_has_loss(side->script, s->scene->position, stage_t(s, column));
}

bool stage_gives_output(const struct stage *s, int column) {
    const struct stage_side *side = stage_side_of(s, column);
    return !side->encoder && record_shows_output(side->record, stage_t(s, column));
}

bool stage_has_target(const struct stage *s, int column) {
    const struct stage_side *side = stage_side_of(s, column);
    return !side->encoder && record_has_target(side->record, stage_t(s, column));
}

bool stage_has_from_loss(const struct stage *s, int column) {
    return script_has_from_loss(stage_side_of(s, column)->script, s->scene->position, s->track->layer,
                                s->track->direction, stage_t(s, column));
}

bool stage_has_from_future(const struct stage *s, int column) {
    return script_has_from_future(stage_side_of(s, column)->script, s->scene->position, s->track->layer,
                                  s->track->direction, stage_t(s, column));
}

int stage_symbol(const struct stage *s, int column) {
    const struct example *example = &stage_side_of(s, column)->record->example;
    return example->x ? example->x[stage_t(s, column)] : -1;
}

const char *stage_tensor(const struct stage *s, const struct stage_track *track, int slot, int column) {
    return record_name(stage_side_of(s, column)->record, s->backward ? RECORD_BACKWARD : RECORD_FORWARD, track->layer,
                       track->direction, slot);
}

bool stage_runs(const struct stage *s, int column) {
    return s->focus.running && s->track->focus.on && column == s->now;
}

enum column_state stage_state(const struct stage *s, int column) {
    const struct step *step = s->step;
    if (!step || (s->backward && step->phase < PHASE_BACKWARD)) return COLUMN_AHEAD;
    bool mine = step->phase == (s->backward ? PHASE_BACKWARD : PHASE_FORWARD) && column == s->now;
    if (mine && s->track->focus.on) return COLUMN_RUNNING;
    return stage_has(s, s->track->row_a, column) ? COLUMN_DONE : COLUMN_AHEAD;
}

struct stage_track *stage_bottom_track(struct stage *s, int layer) {
    struct stage_track *found = &s->tracks[0];
    for (int k = 0; k < s->track_count; k++)
        if (s->tracks[k].layer == layer) found = &s->tracks[k];
    return found;
}

bool stage_is_top(const struct stage *s) {
    return s->track->layer + 1 == s->layers;
}

// --- tracks and their rows ---

// The one that was chosen, or that of the running step; outputs come from the top layer.
void stage_choose_track(struct stage *s) {
    const struct view_state *state = s->scene->state;
    const struct step *step = s->step;
    int layer = step && step->layer >= 0 ? step->layer : step && step->t >= 0 ? s->layers - 1 : 0;
    int direction = step && step->direction > 0;
    if (state->place_pinned) layer = state->layer, direction = state->direction;
    if (layer < 0 || layer >= s->layers) layer = s->layers - 1;
    if (direction < 0 || direction >= s->directions) direction = 0;
    s->track_count = 0;
    for (int l = s->layers - 1; l >= 0; l--)
        for (int d = s->directions - 1; d >= 0; d--) {
            if (l == layer && d == direction) s->shown = s->track_count;
            struct stage_track *track = &s->tracks[s->track_count++];
            track->layer = l;
            track->direction = d;
        }
    s->track = &s->tracks[s->shown];
}

static void add_row(struct stage *s, struct stage_track *track, int slot, bool lane) {
    const struct cell_slot *about = &s->cell->slots[slot];
    struct stage_row *row = &track->rows[track->row_count++];
    *row = (struct stage_row){.slot = slot, .lane = lane, .scale = 1};
    row->state = about->role == SLOT_STATE_OUT;
    row->kind = s->backward ? STRIP_GRADIENT : about->role == SLOT_GATE ? STRIP_GATE : STRIP_VALUE;
    row->height = row->state && !s->backward ? 24 : 26;
}

void stage_make_scales(struct stage *s) {
    for (int k = 0; k < s->track_count; k++)
        for (int i = 0; i < s->tracks[k].row_count; i++) {
            struct stage_row *row = &s->tracks[k].rows[i];
            if (row->kind == STRIP_VALUE)
                row->scale = scene_row_scale(s->sides[0].record, s->tracks[k].layer, s->tracks[k].direction, row->slot);
        }
}

// Memory on top, what is computed in the order of the walk, the activation below. A cell without gates shows
// its weighted sums, and over them the activation that they become.
void stage_make_rows(struct stage *s, struct stage_track *track, enum track_form form) {
    const struct cell_desc *cell = s->cell;
    track->form = form;
    track->row_count = 0;
    track->row_c = -1;
    if (cell->state_count > 1 && form != TRACK_LINE) {
        track->row_c = 0;
        add_row(s, track, cell->state_out[1], true);
    }
    int before = track->row_count;
    for (int p = 0; form == TRACK_FULL && p < cell->part_count; p++) {
        enum slot_role role = cell->slots[cell->parts[p].result].role;
        if (role == SLOT_GATE || role == SLOT_CANDIDATE) add_row(s, track, cell->parts[p].result, false);
    }
    bool gates = track->row_count > before;
    track->row_a = track->row_count;
    add_row(s, track, cell->state_out[0], false);
    for (int k = 0; form == TRACK_FULL && !gates && k < cell->step_count; k++)
        if (cell->slots[cell->steps[k].out].role == SLOT_PREACT) add_row(s, track, cell->steps[k].out, false);
    track->row_in = track->row_count - 1;
}
