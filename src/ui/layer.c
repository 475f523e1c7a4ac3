// Popups and sheets: what lies over the rest. Their commands go into lists of their own, which ui_end puts
// behind the ground's; while one is open the input is its own.

#include "check.h"
#include "mem.h"
#include "ui_state.h"
#include "widgets.h"
#include <math.h>
#include <string.h>

enum { POPUP_PADDING = 12, SHEET_PADDING = 32 };

// Joining lists

static void *grown(void *data, int *capacity, int needed, size_t size) {
    if (needed <= *capacity) return data;
    int more = *capacity ? *capacity : 256;
    while (more < needed)
        more *= 2;
    void *bigger = mem_grow(data, (size_t)*capacity * size, (size_t)more * size);
    check(bigger, "no memory for a draw list of %d elements", more);
    *capacity = more;
    return bigger;
}

static void copy(void *to, const void *from, int count, size_t size) {
    if (count > 0) memcpy(to, from, (size_t)count * size);
}

void draw_append(struct draw_list *list, const struct draw_list *other) {
    check(list->clip_depth == 0 && other->clip_depth == 0, "draw lists join outside of clips only");
    list->commands = grown(list->commands, &list->capacity, list->count + other->count, sizeof *list->commands);
    list->points =
        grown(list->points, &list->point_capacity, list->point_count + other->point_count, sizeof *list->points);
    list->texts = grown(list->texts, &list->text_capacity, list->text_size + other->text_size, 1);
    list->sources =
        grown(list->sources, &list->source_capacity, list->source_count + other->source_count, sizeof *list->sources);
    copy(list->points + list->point_count, other->points, other->point_count, sizeof *list->points);
    copy(list->texts + list->text_size, other->texts, other->text_size, 1);
    copy(list->sources + list->source_count, other->sources, other->source_count, sizeof *list->sources);
    for (int i = 0; i < other->count; i++) {
        struct draw_command command = other->commands[i];
        if (command.op == DRAW_FILL || command.op == DRAW_STROKE) command.first += list->point_count;
        if (command.op == DRAW_TEXT) command.text += list->text_size;
        if (command.source >= 0) command.source += list->source_count;
        list->commands[list->count++] = command;
    }
    list->point_count += other->point_count;
    list->text_size += other->text_size;
    list->source_count += other->source_count;
    list->path_first = list->point_count;
    list->pen_down = false;
}

// The stack

static int find(const struct ui_state *state, ui_id id) {
    for (int i = 0; i < state->layer_count; i++)
        if (state->layers[i].id == id) return i;
    return -1;
}

// Closes layer `from` and all above it; the focus goes back to where it came from.
static void close_from(struct ui *ui, int from) {
    struct ui_state *state = ui->state;
    if (from < 0 || from >= state->layer_count) return;
    ui->focus = state->layers[from].return_focus;
    ui->focus_visible = ui->focus && state->layers[from].return_visible;
    state->focus_seen = true;
    state->focus_flags = 0;
    state->layer_count = from;
    ui->animating = true;
}

static struct ui_layer *open_layer(struct ui *ui, ui_id id, bool sheet) {
    struct ui_state *state = ui->state;
    if (state->layer_count == UI_MAX_LAYERS) close_from(ui, UI_MAX_LAYERS - 1);
    struct ui_layer *layer = &state->layers[state->layer_count++];
    struct draw_list list = layer->list;                // its memory is used again
    bool key = !sheet && !ui->pressed && !ui->released; // a sheet is read: no ring until Tab
    *layer = (struct ui_layer){.id = id,
                               .sheet = sheet,
                               .fresh = true,
                               .wants_focus = true,
                               .by_key = key,
                               .list = list,
                               .return_focus = ui->focus,
                               .return_visible = ui->focus_visible};
    ui->animating = true;
    return layer;
}

void ui_layers_begin(struct ui *ui) {
    struct ui_state *state = ui->state;
    for (int i = 0; i < state->layer_count; i++)
        state->layers[i].seen = false;
    if (!ui->pressed || state->layer_count == 0) return;
    struct ui_layer *top = &state->layers[state->layer_count - 1];
    if (top->fresh || rect_has(top->r, state->press_at)) return;
    if (top->sheet) {
        top->close_asked = true;
        return;
    }
    // All popups down to the one that was hit, or to the sheet that they belong to.
    int from = state->layer_count;
    while (from > 0 && !state->layers[from - 1].sheet && !rect_has(state->layers[from - 1].r, state->press_at))
        from--;
    state->just_closed = state->layers[from].id;
    state->swallow = true;
    close_from(ui, from);
}

static void begin(struct ui *ui, struct ui_layer *layer, rect r) {
    struct ui_state *state = ui->state;
    layer->seen = true;
    layer->fresh = false;
    layer->r = r;
    layer->below = ui->list;
    const struct draw_list *below = ui->list;
    if (!layer->list.fonts) draw_init(&layer->list, below->fonts);
    layer->list.fonts = below->fonts;
    draw_begin(&layer->list, below->bounds.w, below->bounds.h, below->scale);
    ui->list = &layer->list;
    layer->parent = state->layer;
    state->layer = (int)(layer - state->layers) + 1;
}

static void end(struct ui *ui) {
    struct ui_state *state = ui->state;
    check(state->layer > 0, "a popup or sheet was ended that nobody began");
    struct ui_layer *layer = &state->layers[state->layer - 1];
    if (state->layer == state->layer_count) {
        while (ui_take_key(ui, KEY_DOWN, 0))
            ui_move_focus(ui, 1);
        while (ui_take_key(ui, KEY_UP, 0))
            ui_move_focus(ui, -1);
    }
    if (state->layer == state->layer_count && layer->wants_focus) {
        layer->wants_focus = false;
        for (int i = 0; i < ui->order_count; i++)
            if (state->order_layer[i] == state->layer) {
                ui_set_focus(ui, ui->order[i], layer->by_key);
                break;
            }
    }
    ui_draw_ring(ui, state->layer);
    ui->list = layer->below;
    state->layer = layer->parent;
}

void ui_layers_end(struct ui *ui) {
    struct ui_state *state = ui->state;
    ui_draw_ring(ui, 0);
    for (int i = 0; i < state->layer_count; i++) {
        struct ui_layer *layer = &state->layers[i];
        if (!layer->seen && !layer->fresh) {
            close_from(ui, i); // nobody draws it any more
            break;
        }
        if (layer->seen) draw_append(ui->list, &layer->list);
    }
    if (!state->tip_seen) state->tip_key = 0;
    if (!ui->tooltip[0]) return;
    struct draw_list *list = ui->list;
    struct text_style style = {FONT_SANS_MEDIUM, 13, ui->theme->on_btn, ALIGN_LEFT};
    rect at = ui->tooltip_at, bounds = list->bounds;
    rect r = {0, at.y + at.h + 6, fminf(text_width(list, ui->tooltip, style) + 20, bounds.w - 8), 28};
    r.x = fmaxf(4, fminf(at.x + at.w / 2 - r.w / 2, bounds.w - r.w - 4));
    if (r.y + r.h > bounds.h - 4) r.y = at.y - 6 - r.h;
    draw_rect(list, r, ui->theme->btn, 6);
    draw_text_fit(list, r.x + 10, r.y + 18.5f, r.w - 20, ui->tooltip, style);
}

void ui_layers_release(struct ui *ui) {
    for (int i = 0; i < UI_MAX_LAYERS; i++)
        draw_release(&ui->state->layers[i].list);
}

// Popups

// Popups are named from the ground, whatever ids are pushed: an application opens them by a key from
// elsewhere.
void ui_popup_open(struct ui *ui, const char *name) {
    int at = find(ui->state, ui_hash(0, name));
    if (at >= 0) {
        close_from(ui, at);
        return;
    }
    if (ui->state->layer > ui->state->layer_count) return; // asked from within a popup that has just closed
    if (ui->state->layer_count > ui->state->layer) close_from(ui, ui->state->layer);
    open_layer(ui, ui_hash(0, name), false);
}

void ui_popup_close(struct ui *ui) {
    struct ui_state *state = ui->state;
    if (state->layer > 0)
        close_from(ui, state->layer - 1);
    else if (state->layer_count > 0 && !state->layers[state->layer_count - 1].sheet)
        close_from(ui, state->layer_count - 1);
}

bool ui_popup_is_open(const struct ui *ui, const char *name) {
    return find(ui->state, ui_hash(0, name)) >= 0;
}

bool ui_popup_opener(struct ui *ui, ui_id control, rect r, const char *name, struct ui_result *result) {
    struct ui_state *state = ui->state;
    ui_id id = ui_hash(0, name);
    *result = ui_control_with(ui, control, r, UI_FOCUSABLE | UI_OPENER);
    bool toggles = result->pressed || (result->clicked && result->keyed);
    bool down = result->focused && find(state, id) < 0 && ui_take_key(ui, KEY_DOWN, 0);
    if (toggles && find(state, id) >= 0)
        close_from(ui, find(state, id));
    else if ((toggles && state->just_closed != id) || down) {
        if (state->layer_count > state->layer) close_from(ui, state->layer);
        struct ui_layer *layer = open_layer(ui, id, false);
        layer->return_focus = control;
        layer->by_key = layer->return_visible = !ui->pressed;
    }
    bool open = find(state, id) >= 0;
    if (open) state->next_popup = id;
    return open;
}

rect ui_popup_begin(struct ui *ui, rect anchor, float width, float height) {
    struct ui_state *state = ui->state;
    int at = find(state, state->next_popup);
    check(at >= 0, "ui_popup_begin needs an open popup: call it when its chip answers true");
    rect bounds = ui->list->bounds;
    rect r = {anchor.x, anchor.y + anchor.h + 6, fminf(width + 2 * POPUP_PADDING, bounds.w - 8),
              fminf(height + 2 * POPUP_PADDING, bounds.h - 8)};
    if (r.x + r.w > bounds.w - 4) r.x = fmaxf(4, fminf(anchor.x + anchor.w, bounds.w - 4) - r.w);
    if (r.y + r.h > bounds.h - 4) r.y = anchor.y - 6 - r.h >= 4 ? anchor.y - 6 - r.h : fmaxf(4, bounds.h - 4 - r.h);
    begin(ui, &state->layers[at], r);
    ui_control_with(ui, ui_hash(state->next_popup, "ground"), r, 0);
    draw_rect(ui->list, r, ui->theme->panel, 8);
    draw_box(ui->list, r, ui->theme->line2, 8, 1);
    draw_clip_push(ui->list, rect_inset(r, 1));
    return rect_inset(r, POPUP_PADDING);
}

void ui_popup_end(struct ui *ui) {
    struct ui_state *state = ui->state;
    bool closed = state->layer > state->layer_count;
    draw_clip_pop(ui->list);
    int index = state->layer - 1;
    bool escape = !closed && ui_take_key(ui, KEY_ESCAPE, 0);
    end(ui);
    if (escape) close_from(ui, index);
}

// Sheets

rect ui_sheet_begin(struct ui *ui, float width, float height, bool *open) {
    struct ui_state *state = ui->state;
    ui_id id = ui_hash(0, "sheet") ^ (ui_id)(uintptr_t)open; // an address that stays: one sheet a flag
    int at = find(state, id);
    struct ui_layer *layer = at >= 0 ? &state->layers[at] : open_layer(ui, id, true);
    rect bounds = ui->list->bounds;
    rect r = {0, 0, fminf(width + 2 * SHEET_PADDING, bounds.w - 16), fminf(height + 2 * SHEET_PADDING, bounds.h - 16)};
    r.x = floorf((bounds.w - r.w) / 2);
    r.y = floorf((bounds.h - r.h) / 2);
    begin(ui, layer, r);
    draw_rect(ui->list, bounds, color_alpha(ui->theme->app, 0.72f), 0);
    draw_rect(ui->list, r, ui->theme->panel, 12);
    draw_box(ui->list, r, ui->theme->line2, 12, 1);
    rect cross = {r.x + r.w - 44, r.y + 12, 32, 32};
    if (ui_icon_button(ui, cross, ICON_CLOSE, 20, "Close (Esc)", false)) layer->close_asked = true;
    layer->open = open;
    draw_clip_push(ui->list, rect_inset(r, 1));
    return rect_inset(r, SHEET_PADDING);
}

void ui_sheet_end(struct ui *ui) {
    struct ui_layer *layer = &ui->state->layers[ui->state->layer - 1];
    draw_clip_pop(ui->list);
    if (layer->close_asked || ui_take_key(ui, KEY_ESCAPE, 0)) {
        *layer->open = false;
        ui->animating = true;
    }
    layer->close_asked = false;
    layer->open = NULL;
    end(ui);
}
