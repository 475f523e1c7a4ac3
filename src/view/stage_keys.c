// What the pointer and the keyboard do on the stage: the layer that is shown, the tile under the arrow keys, clicks.
#include "stage_inner.h"
#include <math.h>
#include <stdio.h>

// --- the layer that is shown ---

// Chosen where it is not the one that the step decides anyway.
static void show_track(struct stage *s, int k) {
    struct view_state *state = s->scene->state;
    if (k < 0 || k >= s->track_count) return;
    state->place_pinned = false;
    stage_choose_track(s);
    state->place_pinned = k != s->shown;
    state->layer = s->tracks[k].layer;
    state->direction = s->tracks[k].direction;
    s->ui->animating = true;
}

static rect track_area(const struct stage *s, const struct stage_track *track) {
    float top = track->box_top, bottom = track->box_bottom;
    if (s->detail == STAGE_SCORE) {
        const struct stage_row *first = &track->rows[0], *last = &track->rows[track->row_count - 1];
        top = first->y - first->heat / 2 - 4;
        bottom = last->y + last->heat / 2 + 4;
    }
    return (rect){s->r.x, top, s->r.w, bottom - top};
}

// The labels at the left are buttons, one a track.
void stage_track_controls(struct stage *s) {
    for (int k = 0; s->track_count > 1 && k < s->track_count; k++) {
        const struct stage_track *track = &s->tracks[k];
        char text[96];
        int n = snprintf(text, sizeof text, "Show layer %d", track->layer + 1);
        if (s->directions > 1)
            n += snprintf(text + n, sizeof text - (size_t)n, ", %s,", track->direction ? "reverse" : "forward");
        snprintf(text + n, sizeof text - (size_t)n, " in full (Ctrl + \u2191 \u2193)");
        rect r = track_area(s, track);
        r.w = s->columns.x0 - 20 - s->r.x;
        ui_push_id_int(s->ui, k);
        ui_id id = ui_make_id(s->ui, "track");
        struct ui_result result = ui_control(s->ui, id, r, true);
        ui_pop_id(s->ui);
        if (result.hovered) s->ui->cursor = CURSOR_HAND;
        if (result.hovered || result.focused) ui_tooltip(s->ui, r, text);
        if (result.clicked) show_track(s, k);
        ui_focus_ring(s->ui, id, rect_inset(r, 3), 4);
    }
}

// --- the tile with the keyboard ---

static int track_of(const struct stage *s, int layer, int direction) {
    for (int k = 0; k < s->track_count; k++)
        if (s->tracks[k].layer == layer && s->tracks[k].direction == direction) return k;
    return s->shown;
}

static void go_to_row(struct stage *s, int track, int row) {
    struct stage_memory *at = s->memory;
    at->layer = s->tracks[track].layer;
    at->direction = s->tracks[track].direction;
    at->slot = s->tracks[track].rows[row].slot;
}

static void start(struct stage *s) {
    struct stage_memory *at = s->memory;
    at->cursor = true;
    at->column = s->t;
    at->unit = s->unit < 0 ? 0 : s->unit;
    go_to_row(s, s->shown, s->tracks[s->shown].row_a);
}

static void move_row(struct stage *s, int by) {
    struct stage_memory *at = s->memory;
    int track = track_of(s, at->layer, at->direction);
    s->track = &s->tracks[track];
    int row = stage_row_of(s, at->slot);
    if (row < 0) row = s->track->row_a;
    row += by;
    if (row < 0 && track > 0) row = s->tracks[--track].row_count - 1;
    if (row >= s->tracks[track].row_count && track + 1 < s->track_count) track++, row = 0;
    if (row >= 0 && row < s->tracks[track].row_count) go_to_row(s, track, row);
}

static void move_column(struct stage *s, int by) {
    struct stage_memory *at = s->memory;
    struct view_state *state = s->scene->state;
    int column = at->column + by;
    if (column < 0 || column >= s->T) return;
    at->column = column;
    if (column < s->columns.first) state->scroll = (float)column;
    if (column >= stage_end(s)) state->scroll = (float)(column - s->columns.count + 1);
}

// From unit to unit, and over the end of a strip into the next column.
static void move_unit(struct stage *s, int by) {
    struct stage_memory *at = s->memory;
    int unit = at->unit + by, column = at->column;
    if (unit >= 0 && unit < s->H) {
        at->unit = unit;
        return;
    }
    move_column(s, by);
    if (at->column != column) at->unit = unit < 0 ? s->H - 1 : 0;
}

static void select_column(struct stage *s, int column, bool toggle) {
    struct view_state *state = s->scene->state;
    const struct stage_side *side = stage_side_of(s, column);
    bool same = toggle && state->t == stage_t(s, column) && state->encoder == side->encoder;
    state->t = same ? -1 : stage_t(s, column);
    state->encoder = side->encoder;
}

// Enter on a tile: its cell.
static void open_cell(struct stage *s) {
    const struct stage_memory *at = s->memory;
    struct view_state *state = s->scene->state;
    select_column(s, at->column, false);
    state->unit = at->unit;
    show_track(s, track_of(s, at->layer, at->direction));
    int cell = view_find("cell");
    if (cell >= 0) state->ask = (struct ask){.kind = ASK_VIEW, .index = cell};
}

// The arrows, once the rows are known.
void stage_tile_keys(struct stage *s) {
    static const struct {
        int key;
        unsigned mods;
        void (*move)(struct stage *s, int by);
        int by;
    } moves[] = {
        {KEY_LEFT, 0, move_unit, -1}, {KEY_RIGHT, 0, move_unit, 1},          {KEY_UP, 0, move_row, -1},
        {KEY_DOWN, 0, move_row, 1},   {KEY_LEFT, MOD_CTRL, move_column, -1}, {KEY_RIGHT, MOD_CTRL, move_column, 1}};
    for (size_t k = 0; s->focused && k < sizeof moves / sizeof *moves; k++) {
        if (!ui_take_key(s->ui, moves[k].key, moves[k].mods)) continue;
        if (s->memory->cursor)
            moves[k].move(s, moves[k].by);
        else
            start(s);
        s->ui->animating = true; // the next frame shows it
    }
}

// Before the control of the stage, which would take Enter for a press.
void stage_keys(struct stage *s) {
    struct ui *ui = s->ui;
    if (ui_take_key(ui, KEY_UP, MOD_CTRL)) show_track(s, s->shown - 1);
    if (ui_take_key(ui, KEY_DOWN, MOD_CTRL)) show_track(s, s->shown + 1);
    if (s->focused && s->memory->cursor && ui_take_key(ui, KEY_ENTER, 0)) open_cell(s);
    if (s->focused && ui_take_key(ui, KEY_ENTER, 0)) // no tile has the keyboard
        s->scene->state->ask = (struct ask){.kind = ASK_VIEW, .index = view_find("cell")};
    if (s->focused && s->memory->cursor && ui_take_key(ui, KEY_ESCAPE, 0)) s->memory->cursor = false;
    s->keys = s->focused && s->memory->cursor;
}

void stage_publish_box(const struct stage *s) {
    int column = s->t < s->columns.first ? s->columns.first : s->t >= stage_end(s) ? stage_end(s) - 1 : s->t;
    rect area = track_area(s, &s->tracks[s->shown]);
    area.x = stage_column_x(&s->columns, column);
    area.w = column == s->columns.lens ? s->columns.lens_width : s->columns.width;
    s->scene->state->stage_box = area;
}

// --- clicks ---

static int column_at(const struct stage *s, point at) {
    for (int column = s->columns.first; column < stage_end(s); column++) {
        float x = stage_column_x(&s->columns, column);
        float width = column == s->columns.lens ? s->columns.lens_width : s->columns.pitch;
        if (at.x >= x && at.x < x + width) return column;
    }
    return -1;
}

void stage_click(struct stage *s, struct ui_result result) {
    struct view_state *state = s->scene->state;
    if (!result.clicked) return;
    if (result.keyed) {
        if (s->keys) state->unit = state->unit == s->memory->unit ? -1 : s->memory->unit;
        return;
    }
    s->memory->cursor = false;
    point at = s->ui->pointer;
    if (s->found_unit >= 0 && s->found_slot != s->cell->input) state->unit = s->found_unit;
    for (int k = 0; k < s->track_count; k++)
        if (k != s->shown && rect_has(rect_inset(track_area(s, &s->tracks[k]), -4), at)) {
            show_track(s, k);
            return;
        }
    int column = column_at(s, at);
    if (s->found_unit < 0 && column >= 0 && at.y >= s->r.y + 40 + stage_overview_height(s))
        select_column(s, column, true);
}
