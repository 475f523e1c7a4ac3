#include "ui.h"
#include "check.h"
#include "mem.h"
#include "ui_state.h"
#include <math.h>
#include <string.h>

enum { MAX_SEEDS = 32 };

void ui_init(struct ui *ui) {
    memset(ui, 0, sizeof *ui);
    ui->state = mem_need(1, sizeof *ui->state);
    ui->theme = theme_get(THEME_LIGHT);
}

void ui_release(struct ui *ui) {
    if (!ui->state) return;
    ui_layers_release(ui);
    ui_field_release(&ui->state->field);
    mem_free(ui->state);
    memset(ui, 0, sizeof *ui);
}

// Events

void ui_push_event(struct ui *ui, const struct input_event *event) {
    int total = ui->event_count + ui->state->held_back;
    struct input_event *last = total > 0 ? &ui->events[total - 1] : NULL;
    if (last && event->kind == INPUT_MOVE && last->kind == INPUT_MOVE) {
        *last = *event;
        return;
    }
    if (total == UI_MAX_EVENTS) return; // nobody types that fast; the frame is late
    ui->events[total] = *event;
    ui->state->held_back++;
}

// Where the frame's share of the events ends: before a second press, release or key.
static int share(const struct ui *ui, int total) {
    bool press = false, release = false, key = false;
    for (int i = 0; i < total; i++) {
        enum input_kind kind = ui->events[i].kind;
        if (kind == INPUT_PRESS && (press || release)) return i;
        if (kind == INPUT_RELEASE && release) return i;
        if (kind == INPUT_KEY && key) return i;
        press = press || kind == INPUT_PRESS;
        release = release || kind == INPUT_RELEASE;
        key = key || kind == INPUT_KEY;
    }
    return total;
}

static void read_event(struct ui *ui, const struct input_event *event) {
    if (event->kind == INPUT_MOVE || event->kind == INPUT_WHEEL || event->kind == INPUT_PINCH ||
        event->kind == INPUT_PRESS || event->kind == INPUT_RELEASE) {
        ui->pointer = event->at;
        ui->pointer_inside = true;
        ui->mods = event->mods;
    }
    switch (event->kind) {
    case INPUT_PRESS:
    case INPUT_RELEASE:
        if (event->button > 1) break;
        ui->down = event->kind == INPUT_PRESS;
        if (ui->down)
            ui->pressed = true;
        else
            ui->released = true;
        if (!ui->down) break;
        ui->state->press_at = event->at;
        ui->state->clicks = event->clicks > 0 ? event->clicks : 1;
        break;
    case INPUT_KEY:
    case INPUT_KEY_UP:
        ui->mods = event->mods;
        break;
    case INPUT_LEAVE:
        ui->pointer_inside = false;
        break;
    default:
        break;
    }
}

static bool hears(const struct ui *ui, const struct ui_spot *spot) {
    const struct ui_state *state = ui->state;
    if (state->swallow) return spot->layer == state->layer_count && (spot->flags & UI_OPENER);
    if (spot->layer == state->layer_count) return true;
    bool over_popup = state->layer_count > 0 && !state->layers[state->layer_count - 1].sheet;
    return over_popup && spot->layer == state->layer_count - 1 && (spot->flags & UI_OPENER);
}

static const struct ui_spot *topmost(const struct ui *ui, const struct ui_spot *spots, int count, point at) {
    for (int i = count; i-- > 0;)
        if (hears(ui, &spots[i]) && rect_has(spots[i].r, at)) return &spots[i];
    return NULL;
}

// What lies under the pointer, by the layout of the last frame: all of it is known, also what was drawn on
// top.
static void find_hot(struct ui *ui) {
    struct ui_state *state = ui->state;
    int last = 1 - state->now;
    point at = ui->pressed ? state->press_at : ui->pointer;
    const struct ui_spot *spot =
        ui->pointer_inside ? topmost(ui, state->spots[last], state->spot_count[last], at) : NULL;
    ui->hot = spot ? spot->id : 0;
    const struct ui_spot *region = topmost(ui, state->regions[last], state->region_count[last], ui->pointer);
    state->wheel_region = region ? region->id : 0;
    if (!ui->pressed) return;
    ui->active = ui->hot;
    if (state->swallow && !spot) return;
    ui->focus_visible = false;
    ui->focus = spot && (spot->flags & UI_FOCUSABLE) ? spot->id : 0;
    state->focus_flags = spot ? spot->flags : 0;
}

void ui_begin(struct ui *ui, struct draw_list *list, const struct theme *theme, double now) {
    struct ui_state *state = ui->state;
    ui->list = list;
    ui->theme = theme;
    ui->now = now;
    int total = ui->event_count + state->held_back;
    ui->event_count = share(ui, total);
    state->held_back = total - ui->event_count;
    ui->pressed = ui->released = false;
    for (int i = 0; i < ui->event_count; i++)
        read_event(ui, &ui->events[i]);
    state->frame++;
    state->now = 1 - state->now;
    state->spot_count[state->now] = state->region_count[state->now] = 0;
    state->layer = state->scroll_depth = 0;
    state->ring.on = state->tip_seen = state->field.changed = false;
    state->focus_seen = state->active_seen = false;
    state->next_popup = state->just_closed = 0;
    state->swallow = false;
    ui->order_count = ui->seed_depth = 0;
    ui->next_hot = 0;
    ui->cursor = CURSOR_ARROW;
    ui->tooltip[0] = 0;
    ui->animating = false;
    ui->wake_at = 0;
    ui->text_input = false;
    ui_layers_begin(ui);
    find_hot(ui);
}

void ui_end(struct ui *ui) {
    struct ui_state *state = ui->state;
    check(state->layer == 0 && state->scroll_depth == 0, "a popup, a sheet or a scrolled area was not ended");
    ui_id focus = ui->focus;
    while (ui_take_key(ui, KEY_TAB, 0))
        ui_move_focus(ui, 1);
    while (ui_take_key(ui, KEY_TAB, MOD_SHIFT))
        ui_move_focus(ui, -1);
    ui_layers_end(ui);
    if (ui->focus != focus || state->held_back > 0) ui->animating = true;
    if (ui->pressed) state->lost_index = 0;
    if (ui->focus && ui->focus == focus && !state->focus_seen) {
        ui->focus = 0;
        ui->focus_visible = false;
        state->lost_index = state->focus_index + 1;
    }
    if (ui->released || !ui->down || (ui->active && !state->active_seen)) ui->active = 0;
    memmove(ui->events, ui->events + ui->event_count, (size_t)state->held_back * sizeof *ui->events);
    ui->event_count = 0;
}

// Identity

static ui_id hash_bytes(ui_id seed, const void *data, size_t length) { // FNV-1a
    uint64_t hash = seed ? seed : 0xcbf29ce484222325u;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ ((const unsigned char *)data)[i]) * 0x100000001b3u;
    return hash ? hash : 1;
}

ui_id ui_hash(ui_id seed, const char *name) {
    return hash_bytes(seed, name, strlen(name) + 1);
}

static ui_id seed(const struct ui *ui) {
    return ui->seed_depth ? ui->seeds[ui->seed_depth - 1] : 0;
}

ui_id ui_make_id(struct ui *ui, const char *name) {
    return ui_hash(seed(ui), name);
}

static void push_seed(struct ui *ui, ui_id id) {
    check(ui->seed_depth < MAX_SEEDS, "more than %d ids in each other", MAX_SEEDS);
    ui->seeds[ui->seed_depth++] = id;
}

void ui_push_id(struct ui *ui, const char *name) {
    push_seed(ui, ui_make_id(ui, name));
}

void ui_push_id_int(struct ui *ui, int n) {
    push_seed(ui, hash_bytes(seed(ui), &n, sizeof n));
}

void ui_pop_id(struct ui *ui) {
    check(ui->seed_depth > 0, "an id was popped that nobody pushed");
    ui->seed_depth--;
}

size_t ui_label_length(const char *label) {
    const char *end = strstr(label, "##");
    return end ? (size_t)(end - label) : strlen(label);
}

// Controls

rect rect_meet(rect a, rect b) {
    float x0 = fmaxf(a.x, b.x), y0 = fmaxf(a.y, b.y), x1 = fminf(a.x + a.w, b.x + b.w),
          y1 = fminf(a.y + a.h, b.y + b.h);
    return (rect){x0, y0, fmaxf(0, x1 - x0), fmaxf(0, y1 - y0)};
}

rect ui_visible(const struct ui *ui, rect r) {
    const struct draw_list *list = ui->list;
    if (list->clip_depth == 0) return r;
    rect clip = list->clips[list->clip_depth - 1];
    float k = 1 / list->scale;
    return rect_meet(r, (rect){clip.x * k, clip.y * k, clip.w * k, clip.h * k});
}

bool ui_top_layer(const struct ui *ui) {
    return ui->state->layer == ui->state->layer_count;
}

bool ui_has_keys(const struct ui *ui, ui_id id) {
    return ui->focus == id && (ui->focus_visible || (ui->state->focus_flags & UI_POINTER_KEYS)) && ui_top_layer(ui);
}

static void ask_to_see(struct ui *ui, rect r) {
    struct ui_state *state = ui->state;
    if (state->frame > state->focus_moved + 1 || state->scroll_depth == 0) return;
    state->open_scrolls[state->scroll_depth - 1].want = r;
    state->open_scrolls[state->scroll_depth - 1].wants = true;
}

struct ui_result ui_control_with(struct ui *ui, ui_id id, rect r, unsigned flags) {
    struct ui_state *state = ui->state;
    struct ui_result result = {0};
    struct ui_spot spot = {id, ui_visible(ui, r), state->layer, flags};
    int *count = &state->spot_count[state->now];
    if (*count < UI_MAX_CONTROLS) state->spots[state->now][(*count)++] = spot;
    if ((flags & UI_FOCUSABLE) && ui->order_count < UI_MAX_FOCUS) {
        if (ui->focus == id) state->focus_index = ui->order_count, state->focus_flags = flags;
        state->order_layer[ui->order_count] = state->layer;
        ui->order[ui->order_count++] = id;
    }
    bool inside = ui->pointer_inside && rect_has(spot.r, ui->pointer) && hears(ui, &spot);
    // Nothing lay here in the last frame: what is new takes the pointer.
    if (!ui->hot && hears(ui, &spot) && ui->pointer_inside &&
        rect_has(spot.r, ui->pressed ? state->press_at : ui->pointer)) {
        ui->hot = id;
        if (ui->pressed) ui->active = id;
        if (ui->pressed && (flags & UI_FOCUSABLE)) ui->focus = id, state->focus_flags = flags;
    }
    if (ui->hot == id) ui->next_hot = id;
    result.hovered = ui->hot == id && inside && (!ui->active || ui->active == id);
    result.pressed = ui->pressed && ui->active == id;
    result.held = ui->active == id;
    result.clicked = ui->released && ui->active == id && inside;
    if (ui->active == id) state->active_seen = true;
    if (ui->focus == id) state->focus_seen = true;
    result.focused = (flags & UI_FOCUSABLE) && ui_has_keys(ui, id);
    if (!result.focused) return result;
    ask_to_see(ui, r);
    if (!(flags & UI_KEEPS_SPACE) && (ui_take_key(ui, KEY_ENTER, 0) || ui_take_key(ui, KEY_SPACE, 0)))
        result.clicked = result.keyed = true;
    return result;
}

struct ui_result ui_control(struct ui *ui, ui_id id, rect r, bool focusable) {
    return ui_control_with(ui, id, r, focusable ? UI_FOCUSABLE : 0);
}

rect ui_spot_of(const struct ui *ui, ui_id id) {
    const struct ui_state *state = ui->state;
    for (int i = state->spot_count[state->now]; i-- > 0;)
        if (state->spots[state->now][i].id == id) return state->spots[state->now][i].r;
    return (rect){0};
}

// Keys

// Of what is not the top layer: combinations and function keys still work, letters and arrows do not.
static bool passes_below(int key, unsigned mods) {
    return (mods & MOD_CTRL) || (key >= KEY_F1 && key <= KEY_F12) || key == '?' || (key == '/' && mods == MOD_SHIFT);
}

bool ui_take_key(struct ui *ui, int key, unsigned mods) {
    if (!ui_top_layer(ui) && key != KEY_TAB && !passes_below(key, mods)) return false;
    for (int i = 0; i < ui->event_count; i++) {
        struct input_event *event = &ui->events[i];
        if (event->kind != INPUT_KEY || event->key != key || event->mods != mods) continue;
        event->kind = INPUT_NONE;
        return true;
    }
    return false;
}

bool ui_take_wheel(struct ui *ui, rect r, float *x, float *y) {
    bool any = false;
    *x = *y = 0;
    if (!ui_top_layer(ui)) return false;
    rect seen = ui_visible(ui, r);
    for (int i = 0; i < ui->event_count; i++) {
        struct input_event *event = &ui->events[i];
        if (event->kind != INPUT_WHEEL || !rect_has(seen, event->at)) continue;
        event->kind = INPUT_NONE;
        *x += event->wheel_x;
        *y += event->wheel_y;
        any = true;
    }
    return any;
}

bool ui_take_pinch(struct ui *ui, rect r, float *factor) {
    bool any = false;
    *factor = 1;
    if (!ui_top_layer(ui)) return false;
    rect seen = ui_visible(ui, r);
    for (int i = 0; i < ui->event_count; i++) {
        struct input_event *event = &ui->events[i];
        if (event->kind != INPUT_PINCH || !rect_has(seen, event->at) || !(event->pinch > 0)) continue;
        event->kind = INPUT_NONE;
        *factor *= event->pinch;
        any = true;
    }
    return any;
}

// Focus

void ui_set_focus(struct ui *ui, ui_id id, bool visible) {
    if (ui->focus != id) ui->animating = true;
    ui->focus = id;
    ui->focus_visible = visible;
    if (visible) ui->state->focus_moved = ui->state->frame;
    ui->state->lost_index = 0;
    ui->state->focus_seen = true;
}

void ui_move_focus(struct ui *ui, int direction) {
    struct ui_state *state = ui->state;
    int count = ui->order_count, at = -1;
    for (int i = 0; i < count; i++)
        if (ui->order[i] == ui->focus && state->order_layer[i] == state->layer_count) at = i;
    if (at < 0) at = direction > 0 ? -1 : count;
    // What had the focus is gone: go on from where it was.
    if (ui->focus == 0 && state->lost_index > 0 && state->lost_index <= count)
        at = state->lost_index - 1 - (direction > 0);
    for (int i = 0; i < count; i++) {
        at = (at + direction + count) % count;
        if (state->order_layer[at] != state->layer_count) continue;
        ui_set_focus(ui, ui->order[at], true);
        state->focus_index = at;
        return;
    }
}

void ui_focus_ring(struct ui *ui, ui_id id, rect r, float radius) {
    if (ui->focus != id || !ui->focus_visible || !ui_top_layer(ui)) return;
    struct ui_state *state = ui->state;
    state->ring.on = true;
    state->ring.r = r;
    state->ring.radius = radius;
    state->ring.layer = state->layer;
    const struct draw_list *list = ui->list;
    rect all = {0, 0, ceilf(list->bounds.w * list->scale), ceilf(list->bounds.h * list->scale)};
    state->ring.clip = list->clip_depth ? list->clips[list->clip_depth - 1] : all;
}

// Last, so that neighbours do not cover it; kept inside the window.
void ui_draw_ring(struct ui *ui, int layer) {
    struct ui_state *state = ui->state;
    if (!state->ring.on || state->ring.layer != layer) return;
    struct draw_list *list = ui->list;
    float k = 1 / list->scale;
    rect clip = state->ring.clip;
    rect r = rect_meet(rect_inset(state->ring.r, -4), rect_inset(list->bounds, 1));
    draw_clip_push(list, (rect){clip.x * k, clip.y * k, clip.w * k, clip.h * k});
    draw_box(list, r, ui->theme->ink1, state->ring.radius + 4, 2);
    draw_clip_pop(list);
}

bool ui_text_focused(const struct ui *ui) {
    return ui->focus && ui->focus == ui->state->field.id;
}

void ui_tooltip(struct ui *ui, rect at, const char *text) {
    struct ui_state *state = ui->state;
    uint64_t key = ui_hash(0, text) ^ ((uint64_t)(int64_t)at.x << 32) ^ (uint64_t)(int64_t)at.y;
    if (ui->pressed) state->tip_since = INFINITY; // it was used: the name is known
    if (key != state->tip_key) state->tip_since = ui->pressed ? INFINITY : ui->now;
    state->tip_key = key;
    state->tip_seen = true;
    double due = state->tip_since + 0.5;
    if (isinf(due)) return;
    if (ui->now < due) {
        if (ui->wake_at == 0 || due < ui->wake_at) ui->wake_at = due;
        return;
    }
    size_t length = strnlen(text, sizeof ui->tooltip - 1);
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--;
    memcpy(ui->tooltip, text, length);
    ui->tooltip[length] = 0;
    ui->tooltip_at = at;
}
