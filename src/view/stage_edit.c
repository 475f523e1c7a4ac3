// Hands on the stage: marks of what is held and of what that changes, the popover that holds a unit (Shift+C), and Ctrl
// with a drag on a tile.

#include "edit_part.h"
#include "stage_inner.h"
#include <math.h>
#include <stdio.h>

static const char *const popover = "hold a unit";

static const struct clamp *held(const struct stage *s, int slot, int column, int unit) {
    const struct stage_side *side = stage_side_of(s, column);
    const struct stage_track *track = s->track;
    return tape_clamp_at(side->record->tape, track->layer, track->direction, slot, stage_t(s, column), unit);
}

static double value_at(const struct stage *s, struct poke row, int column, int unit) {
    const struct tape *tape = stage_side_of(s, column)->record->tape;
    return tape_value(tape, row.layer, row.direction, row.slot, stage_t(s, column))[unit];
}

// --- marks ---

static bool row_is_held(const struct stage *s, int slot) {
    for (int column = 0; column < s->T; column++)
        if (stage_exists(s, column) && held(s, slot, column, -1)) return true;
    return false;
}

static void lock(struct stage *s, const struct stage_row *row) {
    icon_draw(s->list, ICON_LOCK, s->columns.x0 - 20, row->y - 19, 14, s->theme->ink1, 2);
}

static float level_y(const struct stage_row *row, rect tile, double value) {
    double low = row->kind == STRIP_GATE ? 0 : -row->scale;
    double k = fmin(1, fmax(0, (value - low) / (row->scale - low)));
    return tile.y + tile.h * (float)(1 - k);
}

// A line at the value held, as wide as the tiles that are.
static void levels(struct stage *s, const struct stage_row *row, int column, rect area) {
    struct poke at = {row->slot, s->track->layer, s->track->direction};
    for (int i = 0; i < s->H; i++) {
        if (!held(s, row->slot, column, i)) continue;
        rect tile = strip_tile(area, s->H, i);
        float y = level_y(row, tile, value_at(s, at, column, i));
        draw_rect(s->list, (rect){tile.x - 1, y - 1, tile.w + 2, 2}, s->theme->ink1, 0);
    }
}

void stage_edit_marks(struct stage *s, int row, int column, rect area) {
    const struct stage_track *track = s->track;
    const struct stage_row *about = &track->rows[row];
    if (!s->scene->before) return;
    const struct stage_side *side = stage_side_of(s, column);
    const struct record *before = record_side(s->scene->before, side->encoder);
    bool open = s->detail != STAGE_SCORE || column == s->columns.lens;
    bool any = tape_clamp_count(side->record->tape) > 0,
         first = column == s->columns.first || column == s->columns.lens;
    if (any && first && track->form != TRACK_LINE && row_is_held(s, about->slot)) lock(s, about);
    if (!stage_has(s, row, column)) return;
    if (any && open && !s->backward && !about->band) levels(s, about, column, area);
    int t = stage_t(s, column);
    if (!record_differs(side->record, before, s->backward, track->layer, track->direction, about->slot, t)) return;
    float y = about->band ? about->y + 7 : area.y + area.h;
    draw_rect(s->list, (rect){area.x, y + 2, area.w, 2}, s->theme->hi, 0);
}

// Symbols that were exchanged carry the underline as well: what is read, and what is asked for.
static void exchanged(struct stage *s) {
    if (!s->scene->before || s->detail == STAGE_SCORE) return;
    for (int column = s->columns.first; column < stage_end(s); column++) {
        const struct stage_side *side = stage_side_of(s, column);
        const struct record *before = record_side(s->scene->before, side->encoder);
        int t = stage_t(s, column);
        const struct example *now = &side->record->example, *then = &before->example;
        float wide = s->plan.token_size, left = stage_center(s, column) - wide / 2;
        if (s->plan.token > 0 && now->x[t] != then->x[t])
            draw_rect(s->list, (rect){left, s->plan.token + wide + 2, wide, 2}, s->theme->hi, 0);
        if (s->plan.y_hat > 0 && stage_has_target(s, column) && now->target[t] != then->target[t])
            draw_rect(s->list, (rect){left, s->plan.y_hat_bottom + 2, wide, 2}, s->theme->hi, 0);
    }
}

// --- input ---

static struct stage_track *track_of(struct stage *s, struct poke row) {
    for (int k = 0; k < s->track_count; k++)
        if (s->tracks[k].layer == row.layer && s->tracks[k].direction == row.direction) return &s->tracks[k];
    return NULL;
}

static struct edit edit_of(const struct stage *s, struct poke row, int column, int unit, double value) {
    const struct net_spec *spec = &s->record->whole->layout.spec;
    int t = stage_t(s, column);
    return (struct edit){.kind = EDIT_CLAMP,
                         .encoder = stage_side_of(s, column)->encoder,
                         .slot = row.slot,
                         .layer = spec->layers == 1 ? -1 : row.layer,
                         .direction = spec->directions == 1 ? -1 : row.direction,
                         .unit = unit,
                         .from = t,
                         .to = t,
                         .value = value};
}

// Which unit of which row: the one under the pointer or the keyboard, else the selected one on the row that runs, else
// a gate's.
static void open_popover(struct stage *s) {
    struct view_state *state = s->scene->state;
    bool found = s->found_unit >= 0 && s->found_track && s->found_slot != s->cell->input;
    const struct stage_track *track = found ? s->found_track : &s->tracks[s->shown];
    int row = -1;
    for (int k = 0; row < 0 && k < track->row_count; k++)
        if (found ? track->rows[k].slot == s->found_slot : track->focus.on && track->focus.result[k]) row = k;
    for (int k = 0; row < 0 && k < track->row_count; k++)
        if (track->rows[k].kind == STRIP_GATE) row = k;
    state->poke = (struct poke){track->rows[row < 0 ? track->row_a : row].slot, track->layer, track->direction};
    if (found) {
        state->unit = s->found_unit;
        state->t = stage_t(s, s->found_column);
        state->encoder = stage_side_of(s, s->found_column)->encoder;
        s->t = s->found_column;
    }
    if (state->unit < 0) state->unit = 0;
    ui_popup_open(s->ui, popover);
}

static void choose_row(struct stage *s, rect r) {
    char labels[STAGE_ROWS][STAGE_LABEL];
    const char *items[STAGE_ROWS];
    int now = stage_row_of(s, s->scene->state->poke.slot), count = s->track->row_count < 12 ? s->track->row_count : 12;
    for (int k = 0; k < count; k++) {
        label_slot(labels[k], sizeof labels[k], s->cell, s->track->rows[k].slot, LABEL_NO_TIME, LABEL_NO_UNIT,
                   (struct label_style){s->scene->state->notation, true});
        items[k] = labels[k];
    }
    int chosen = ui_segments(s->ui, r, "row", items, NULL, count, now, true);
    if (chosen >= 0 && chosen != now) s->scene->state->poke.slot = s->track->rows[chosen].slot;
}

// "unit 3, t = 4, layer 2, held by hand"
static void popover_title(const struct stage *s, int column, int unit, bool there, char *out, size_t size) {
    const struct stage_side *side = stage_side_of(s, column);
    int n = snprintf(out, size, "unit %d, %st = %d", unit + 1,
                     s->side_count < 2 ? ""
                     : side->encoder   ? "encoder "
                                       : "decoder ",
                     stage_t(s, column) + 1);
    if (s->layers > 1) n += snprintf(out + n, size - (size_t)n, ", layer %d", s->scene->state->poke.layer + 1);
    if (there) snprintf(out + n, size - (size_t)n, ", held by hand");
}

static void popover_content(struct stage *s, rect r, int column, int unit) {
    struct view_state *state = s->scene->state;
    struct ui *ui = s->ui;
    choose_row(s, rect_cut_top(&r, 32));
    struct poke at = state->poke;
    double now = value_at(s, at, column, unit), low, high;
    struct edit edit = edit_of(s, at, column, unit, now);
    const struct edits *edits = s->scene->edits;
    int there = edits ? edits_find(edits, &edit) : -1;
    char text[96], shown[32];
    popover_title(s, column, unit, there >= 0, text, sizeof text);
    rect row = rect_cut_top(&r, 30);
    draw_text_fit(ui->list, row.x, row.y + 20, row.w, text,
                  (struct text_style){FONT_SANS_MEDIUM, 13, s->theme->ink2, ALIGN_LEFT});
    format_value(shown, sizeof shown, now, 3, false);
    const char *tensor = record_name(stage_side_of(s, column)->record, RECORD_FORWARD, at.layer, at.direction, at.slot);
    if (scene_is_hidden(s->scene, tensor, edit.from, unit)) {
        snprintf(shown, sizeof shown, "?"); // a question asks for it
        edit.value = 0;
    }
    edit_range(s->record->whole, &edit, &low, &high);
    bool changed = edit_value(ui, rect_cut_top(&r, 32), shown, &edit.value, low, high, &state->poke_typed);
    bool gate = s->cell->slots[at.slot].role == SLOT_GATE;
    if (gate) edit.value = fmin(1, fmax(0, edit.value));
    rect_cut_top(&r, 6);
    row = rect_cut_top(&r, 32);
    float width = floorf((row.w - 16) / 3);
    if (gate && ui_button(ui, rect_cut_left(&row, width), "Open (1)", false)) edit.value = 1, changed = true;
    if (gate) rect_cut_left(&row, 8);
    if (ui_button(ui, rect_cut_left(&row, width), gate ? "Shut (0)" : "Set to 0", false))
        edit.value = 0, changed = true;
    rect_cut_left(&row, 8);
    if (changed) edit_ask_put(ui, s->scene, &edit, &state->poke_going);
    if (there < 0 || !ui_button(ui, rect_cut_left(&row, width), "Release", false)) return;
    struct edits without = *edits;
    edits_remove(&without, there);
    edit_ask(ui, s->scene, &without, &state->poke_going);
}

static void show_popover(struct stage *s) {
    enum { WIDTH = 300, HEIGHT = 132 };
    struct view_state *state = s->scene->state;
    int unit = state->unit, column = s->t;
    if (!ui_popup_is_open(s->ui, popover)) return;
    s->track = track_of(s, state->poke);
    if (unit < 0 || unit >= s->H || column < 0 || column >= s->T || !s->track || !stage_exists(s, column)) return;
    int row = stage_row_of(s, state->poke.slot);
    if (row < 0) return;
    rect anchor = {s->r.x + 60, s->r.y + 40, 0, 0}; // its column is out of sight
    if (stage_seen(s, column)) {
        rect tile = strip_tile(stage_strip_area(s, row, column), s->H, unit);
        anchor.x = tile.x + tile.w / 2;
        anchor.y = tile.y + tile.h;
    }
    if (!ui_menu_anchor(s->ui, anchor, popover)) return;
    popover_content(s, ui_popup_begin(s->ui, anchor, WIDTH, HEIGHT), column, unit);
    ui_popup_end(s->ui);
}

static void drag(struct stage *s) {
    struct poke_drag *drag = &s->scene->state->drag;
    struct ui *ui = s->ui;
    if (ui->pressed && s->hovered && (ui->mods & MOD_CTRL) && s->found_unit >= 0 && s->found_track &&
        s->found_slot != s->cell->input && !s->backward) {
        struct poke row = {s->found_slot, s->found_track->layer, s->found_track->direction};
        *drag = (struct poke_drag){true, row, s->found_column, s->found_unit, s->found_tile};
        s->scene->state->poke_going = (struct edit_going){0};
    }
    if (!drag->on) return;
    s->track = track_of(s, drag->row);
    int row = s->track ? stage_row_of(s, drag->row.slot) : -1;
    if (!ui->down || row < 0 || drag->column >= s->T || !stage_exists(s, drag->column) || drag->unit >= s->H) {
        drag->on = false;
        return;
    }
    ui->cursor = CURSOR_HAND;
    const struct stage_row *about = &s->track->rows[row];
    double low = about->kind == STRIP_GATE ? 0 : -about->scale;
    // A tile is low: the way from one end to the other is longer than it.
    float travel = fmaxf(60, drag->tile.h), middle = drag->tile.y + drag->tile.h / 2;
    double k = fmin(1, fmax(0, 0.5 - (ui->pointer.y - middle) / travel));
    double value = low + (about->scale - low) * k;
    if (value == value_at(s, drag->row, drag->column, drag->unit)) return;
    struct edit edit = edit_of(s, drag->row, drag->column, drag->unit, value);
    edit_ask_put(ui, s->scene, &edit, &s->scene->state->poke_going);
}

void stage_edit_input(struct stage *s) {
    exchanged(s);
    if (!ui_text_focused(s->ui) && ui_take_key(s->ui, 'c', MOD_SHIFT)) open_popover(s);
    show_popover(s);
    drag(s);
}
