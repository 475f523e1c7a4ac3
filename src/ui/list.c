// Scrolled areas and the list.

#include "check.h"
#include "ui_state.h"
#include "widgets.h"
#include <math.h>
#include <string.h>
#include <strings.h>

enum { BAR = 6, BAR_LEAST = 24, WHEEL_STEP = 48 };

// The offset kept under an id; the one not used for longest makes room.
float *ui_scroll_offset(struct ui *ui, ui_id id) {
    struct ui_state *state = ui->state;
    struct ui_scroll *oldest = &state->scrolls[0];
    for (int i = 0; i < UI_MAX_SCROLLS; i++) {
        struct ui_scroll *scroll = &state->scrolls[i];
        if (scroll->id == id) {
            scroll->used = state->frame;
            return &scroll->offset;
        }
        if (scroll->used < oldest->used) oldest = scroll;
    }
    *oldest = (struct ui_scroll){id, 0, state->frame};
    return &oldest->offset;
}

static void take_wheel(struct ui *ui, ui_id id, rect r, float *offset) {
    struct ui_state *state = ui->state;
    rect seen = ui_visible(ui, r);
    if (state->region_count[state->now] < UI_MAX_REGIONS)
        state->regions[state->now][state->region_count[state->now]++] = (struct ui_spot){id, seen, state->layer, 0};
    float x, y;
    if (state->wheel_region != id || !ui_take_wheel(ui, r, &x, &y)) return;
    *offset -= y * WHEEL_STEP;
}

static rect bar_rect(rect r, float content, float offset) {
    float height = fmaxf(BAR_LEAST, r.h * r.h / content), room = r.h - height - 4;
    return (rect){r.x + r.w - BAR - 2, r.y + 2 + room * offset / fmaxf(1, content - r.h), BAR, height};
}

// The thumb, dragged: the press keeps the point of the thumb it took.
static void bar(struct ui *ui, ui_id id, rect r, float content, float *offset) {
    if (content <= r.h) return;
    ui_id thumb = ui_hash(id, "thumb");
    float *grip = ui_scroll_offset(ui, ui_hash(id, "grip"));
    rect at = bar_rect(r, content, *offset);
    rect track = {at.x - 4, r.y, BAR + 6, r.h};
    struct ui_result result = ui_control(ui, thumb, track, false);
    if (result.pressed) {
        float y = ui->state->press_at.y;
        *grip = y >= at.y && y < at.y + at.h ? y - at.y : at.h / 2;
    }
    if (result.held) {
        float room = r.h - at.h - 4;
        *offset = fmaxf(0, fminf(content - r.h, (ui->pointer.y - *grip - r.y - 2) / fmaxf(1, room) * (content - r.h)));
        at = bar_rect(r, content, *offset);
    }
    draw_rect_exact(ui->list, at, result.hovered || result.held ? ui->theme->ink3 : ui->theme->line2, BAR / 2.0f);
}

static float clamp_offset(float offset, float content, float height) {
    return fmaxf(0, fminf(offset, content - height));
}

static void scroll_keys(struct ui *ui, rect r, float content, float *offset) {
    const struct {
        int key;
        float by;
    } moves[] = {{KEY_DOWN, 40},          {KEY_UP, -40},        {KEY_PAGE_DOWN, r.h - 40},
                 {KEY_PAGE_UP, 40 - r.h}, {KEY_HOME, -content}, {KEY_END, content}};
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        while (ui_take_key(ui, moves[i].key, 0))
            *offset += moves[i].by;
}

float ui_scroll_begin(struct ui *ui, rect r, const char *name, float content) {
    struct ui_state *state = ui->state;
    ui_id id = ui_make_id(ui, name);
    float *offset = ui_scroll_offset(ui, id);
    if (content > r.h) {
        struct ui_result result = ui_control_with(ui, id, r, UI_FOCUSABLE | UI_KEEPS_SPACE);
        if (result.focused) scroll_keys(ui, r, content, offset);
        ui_focus_ring(ui, id, rect_inset(r, 4), 2);
        take_wheel(ui, id, r, offset);
    }
    *offset = clamp_offset(*offset, content, r.h);
    int capacity = (int)(sizeof state->open_scrolls / sizeof *state->open_scrolls);
    check(state->scroll_depth < capacity, "more than %d scrolled areas in each other", capacity);
    state->open_scrolls[state->scroll_depth].id = id;
    state->open_scrolls[state->scroll_depth].r = r;
    state->open_scrolls[state->scroll_depth].content = content;
    state->open_scrolls[state->scroll_depth].offset = offset;
    state->open_scrolls[state->scroll_depth].wants = false;
    state->scroll_depth++;
    draw_clip_push(ui->list, r);
    return *offset;
}

void ui_scroll_show(struct ui *ui, rect what) {
    struct ui_state *state = ui->state;
    check(state->scroll_depth > 0, "nothing is scrolled here");
    state->open_scrolls[state->scroll_depth - 1].want = what;
    state->open_scrolls[state->scroll_depth - 1].wants = true;
}

void ui_scroll_end(struct ui *ui) {
    struct ui_state *state = ui->state;
    check(state->scroll_depth > 0, "a scrolled area was ended that nobody began");
    int depth = --state->scroll_depth;
    rect r = state->open_scrolls[depth].r, want = state->open_scrolls[depth].want;
    float content = state->open_scrolls[depth].content, *offset = state->open_scrolls[depth].offset;
    draw_clip_pop(ui->list);
    if (state->open_scrolls[depth].wants && content > r.h) {
        float before = *offset, margin = 12;
        if (want.y + want.h > r.y + r.h - margin) *offset += want.y + want.h - (r.y + r.h - margin);
        if (want.y - (*offset - before) < r.y + margin) *offset = before + want.y - r.y - margin;
        *offset = clamp_offset(*offset, content, r.h);
        if (*offset != before) ui->animating = true;
    }
    bar(ui, state->open_scrolls[depth].id, r, content, offset);
}

// The list

struct list {
    struct ui *ui;
    const struct ui_rows *rows;
    int *highlight;
};

// Letters typed within a second make one word; the next row that begins with it is lit.
static void type_ahead(struct list *l, const char *letters) {
    struct ui_state *state = l->ui->state;
    if (l->ui->now - state->typed_at > 1) state->typed_length = 0;
    bool again = state->typed_length == 0;
    state->typed_at = l->ui->now;
    size_t length = strlen(letters);
    if (length == 0 || (size_t)state->typed_length + length >= sizeof state->typed) return;
    memcpy(state->typed + state->typed_length, letters, length + 1);
    state->typed_length += (int)length;
    int start = *l->highlight < 0 ? 0 : *l->highlight + (again ? 1 : 0);
    for (int i = 0; i < l->rows->count; i++) {
        int row = (start + i) % l->rows->count;
        if (strncasecmp(l->rows->text(l->rows->context, row), state->typed, (size_t)state->typed_length) != 0) continue;
        *l->highlight = row;
        return;
    }
}

static void move_keys(struct list *l, int page) {
    const int count = l->rows->count;
    const struct {
        int key;
        int by;
    } moves[] = {{KEY_DOWN, 1},        {KEY_UP, -1},       {KEY_PAGE_DOWN, page},
                 {KEY_PAGE_UP, -page}, {KEY_HOME, -count}, {KEY_END, count}};
    int at = *l->highlight;
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        while (ui_take_key(l->ui, moves[i].key, 0)) {
            at = at < 0 && moves[i].by > 0 && moves[i].by < count ? 0 : at + moves[i].by;
            at = at < 0 ? 0 : at >= count ? count - 1 : at;
        }
    *l->highlight = at;
}

// Letters go to the row that begins with them.
static bool list_letters(struct list *l) {
    struct ui *ui = l->ui;
    bool typing = ui->state->typed_length > 0 && ui->now - ui->state->typed_at < 1;
    bool chosen = !typing && ui_take_key(ui, KEY_SPACE, 0);
    for (int i = 0; i < ui->event_count; i++) {
        struct input_event *event = &ui->events[i];
        if (event->kind == INPUT_TEXT && (typing || event->text[0] != ' ')) {
            type_ahead(l, event->text);
            event->kind = INPUT_NONE;
        }
        if (event->kind == INPUT_KEY && event->mods <= MOD_SHIFT && event->key > ' ' && event->key < 0x100)
            event->kind = INPUT_NONE;
    }
    return chosen;
}

static void draw_rows(struct list *l, rect r, float offset, int hovered) {
    struct ui *ui = l->ui;
    const struct ui_rows *rows = l->rows;
    const struct theme *theme = ui->theme;
    int first = (int)floorf(offset / UI_LIST_ROW), last = (int)ceilf((offset + r.h) / UI_LIST_ROW);
    for (int row = first; row < last && row < rows->count; row++) {
        rect at = {r.x, r.y + (float)row * UI_LIST_ROW - offset, r.w, UI_LIST_ROW};
        bool lit = row == *l->highlight;
        if (lit || row == hovered)
            draw_rect(ui->list, (rect){at.x + 4, at.y + 1, at.w - 8 - BAR, at.h - 2}, theme->sunk, 4);
        rect inner = {at.x + 14, at.y, at.w - 28 - BAR, at.h};
        struct text_style style = {lit ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 14, theme->ink1, ALIGN_LEFT};
        if (rows->draw)
            rows->draw(rows->context, ui, row, inner, style);
        else
            draw_text_fit(ui->list, inner.x, inner.y + UI_LIST_BASELINE, inner.w, rows->text(rows->context, row),
                          style);
    }
}

static void scroll_to(float *offset, float height, int row) {
    float top = (float)row * UI_LIST_ROW;
    if (top < *offset) *offset = top;
    if (top + UI_LIST_ROW > *offset + height) *offset = top + UI_LIST_ROW - height;
}

int ui_list_rows(struct ui *ui, rect r, const char *name, const struct ui_rows *rows, int *highlight) {
    ui_id id = ui_make_id(ui, name);
    struct list l = {ui, rows, highlight};
    const int count = rows->count;
    float content = (float)count * UI_LIST_ROW, *offset = ui_scroll_offset(ui, id);
    struct ui_result result =
        ui_control_with(ui, id, r, rows->beside_field ? 0 : UI_FOCUSABLE | UI_KEEPS_SPACE | UI_POINTER_KEYS);
    if (*highlight >= count) *highlight = count - 1;
    int before = *highlight, chosen = -1;
    if (count > 0 && (result.focused || rows->keys)) {
        bool asked = false;
        move_keys(&l, (int)fmaxf(1, floorf(r.h / UI_LIST_ROW) - 1));
        if (result.focused) {
            ui->text_input = true; // letters
            ui->caret = r;
            asked = list_letters(&l);
        }
        if ((ui_take_key(ui, KEY_ENTER, 0) || asked) && *highlight >= 0) chosen = *highlight;
    }
    take_wheel(ui, id, r, offset);
    if ((*highlight != before || rows->show) && *highlight >= 0) scroll_to(offset, r.h, *highlight);
    *offset = clamp_offset(*offset, content, r.h);
    int hovered = -1;
    if (result.hovered) hovered = (int)floorf((ui->pointer.y - r.y + *offset) / UI_LIST_ROW);
    if (hovered >= count) hovered = -1;
    if (result.clicked && !result.keyed && hovered >= 0) chosen = *highlight = hovered;
    draw_rect(ui->list, r, ui->theme->panel, 6);
    draw_clip_push(ui->list, r);
    draw_rows(&l, r, *offset, hovered);
    draw_clip_pop(ui->list);
    bar(ui, id, r, content, offset);
    draw_box(ui->list, r, ui->theme->line2, 6, 1);
    ui_focus_ring(ui, id, r, 6);
    return chosen;
}

int ui_list(struct ui *ui, rect r, const char *name, int count, const char *(*text)(void *context, int row),
            void *context, int *highlight) {
    struct ui_rows rows = {.count = count, .text = text, .context = context};
    return ui_list_rows(ui, r, name, &rows, highlight);
}
