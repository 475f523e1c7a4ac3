// One line of text. All positions are byte offsets at the start of a character (with the marks that combine
// with it).

#include "mem.h"
#include "str.h"
#include "ui_state.h"
#include "widgets.h"
#include <math.h>
#include <string.h>

struct edit { // the field being worked on in this frame
    struct ui *ui;
    struct ui_field *field;
    char *text;
    int size, length;
    struct text_style style;
    rect inner;
    bool accepted;
};

// Positions

static bool is_mark(unsigned c) { // combines with what is before it
    return (c >= 0x300 && c <= 0x36f) || c == 0x200d || (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0x20d0 && c <= 0x20ff);
}

static unsigned at_char(const struct edit *e, int at, int *size) {
    size_t used = 0;
    unsigned c = at < e->length ? utf8_next(e->text + at, (size_t)(e->length - at), &used) : 0;
    if (size) *size = (int)used;
    return c;
}

static int next_char(const struct edit *e, int at) {
    int size;
    if (at >= e->length) return e->length;
    at_char(e, at, &size);
    at += size;
    while (at < e->length && is_mark(at_char(e, at, &size)))
        at += size;
    return at;
}

static int previous_char(const struct edit *e, int at) {
    while (at > 0) {
        at--;
        while (at > 0 && ((unsigned char)e->text[at] & 0xc0) == 0x80)
            at--;
        if (!is_mark(at_char(e, at, NULL))) break;
    }
    return at;
}

static bool in_word(const struct edit *e, int at) {
    unsigned c = at_char(e, at, NULL);
    return c >= 0x80 || c == '_' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static int next_word(const struct edit *e, int at) {
    while (at < e->length && !in_word(e, at))
        at = next_char(e, at);
    while (at < e->length && in_word(e, at))
        at = next_char(e, at);
    return at;
}

static int previous_word(const struct edit *e, int at) {
    while (at > 0 && !in_word(e, previous_char(e, at)))
        at = previous_char(e, at);
    while (at > 0 && in_word(e, previous_char(e, at)))
        at = previous_char(e, at);
    return at;
}

static float width_to(const struct edit *e, int at) {
    const struct font_source *fonts = e->ui->list->fonts;
    return fonts && at > 0 ? fonts->width(fonts->context, e->style.font, e->style.size, e->text, (size_t)at) : 0;
}

static int position_at(const struct edit *e, float x) {
    x -= e->inner.x - e->field->scroll;
    int at = 0;
    while (at < e->length) {
        int next = next_char(e, at);
        if ((width_to(e, at) + width_to(e, next)) / 2 > x) break;
        at = next;
    }
    return at;
}

// History: states of the text, the present one at history_at

static void drop_history(struct ui_field *field, int from) {
    for (int i = from; i < field->history_count; i++)
        mem_free(field->history[i].text);
    if (from < field->history_count) field->history_count = from;
}

void ui_field_release(struct ui_field *field) {
    drop_history(field, 0);
    mem_free(field->original);
    *field = (struct ui_field){0};
}

static void remember(struct edit *e, bool typing) {
    struct ui_field *field = e->field;
    drop_history(field, field->history_at + 1);
    bool grow = typing && field->typing && field->history_at > 0;
    if (grow) drop_history(field, field->history_at--);
    if (field->history_count == UI_FIELD_HISTORY) {
        mem_free(field->history[0].text);
        memmove(field->history, field->history + 1, (UI_FIELD_HISTORY - 1) * sizeof *field->history);
        field->history_count--;
        field->history_at--;
    }
    field->history[field->history_count++] =
        (struct ui_field_edit){mem_copy_text(e->text), field->cursor, field->anchor};
    field->history_at = field->history_count - 1;
    field->typing = typing;
    field->changed = true;
}

static void restore(struct edit *e, const char *text, int cursor, int anchor) {
    size_t length = strlen(text);
    if (length >= (size_t)e->size) return;
    if (strcmp(e->text, text) != 0) e->field->changed = true;
    memcpy(e->text, text, length + 1);
    e->length = (int)length;
    e->field->cursor = cursor;
    e->field->anchor = anchor;
    e->field->typing = false;
}

static void travel(struct edit *e, int by) {
    struct ui_field *field = e->field;
    int to = field->history_at + by;
    if (to < 0 || to >= field->history_count) return;
    field->history_at = to;
    const struct ui_field_edit *state = &field->history[to];
    restore(e, state->text, state->cursor, state->anchor);
}

// Changes

static int low(const struct ui_field *f) {
    return f->cursor < f->anchor ? f->cursor : f->anchor;
}
static int high(const struct ui_field *f) {
    return f->cursor > f->anchor ? f->cursor : f->anchor;
}

static void cut(struct edit *e, int from, int to) {
    memmove(e->text + from, e->text + to, (size_t)(e->length - to) + 1);
    e->length -= to - from;
    e->field->cursor = e->field->anchor = from;
}

// Puts valid text in place of the selection; line breaks and tabs become spaces, what does not fit is left
// out.
static void insert(struct edit *e, const char *text, bool typing) {
    struct str clean = {0};
    size_t length = strlen(text);
    for (size_t at = 0, used; at < length; at += used) {
        unsigned c = utf8_next(text + at, length - at, &used);
        bool fault = c == 0xfffd && !(used == 3 && memcmp(text + at, "\xef\xbf\xbd", 3) == 0);
        if (c == '\r' || c == '\n' || c == '\t')
            str_put_char(&clean, ' ');
        else if (!fault && c >= ' ' && c != 0x7f)
            str_put_n(&clean, text + at, used);
    }
    bool replaces = low(e->field) != high(e->field);
    int room = e->size - 1 - (e->length - (high(e->field) - low(e->field)));
    size_t fits = clean.size;
    while (fits > (size_t)room || (fits > 0 && fits < clean.size && ((unsigned char)clean.data[fits] & 0xc0) == 0x80))
        fits--;
    if (fits > 0) {
        cut(e, low(e->field), high(e->field));
        int at = e->field->cursor;
        memmove(e->text + at + fits, e->text + at, (size_t)(e->length - at) + 1);
        memcpy(e->text + at, clean.data, fits);
        e->length += (int)fits;
        e->field->cursor = e->field->anchor = at + (int)fits;
        if (replaces) e->field->typing = false;
        remember(e, typing);
    }
    str_release(&clean);
}

static void erase(struct edit *e, int to) {
    struct ui_field *field = e->field;
    if (field->cursor == field->anchor) field->anchor = to;
    if (field->cursor == field->anchor) return;
    cut(e, low(field), high(field));
    remember(e, false);
}

static void copy_out(struct edit *e) {
    struct ui *ui = e->ui;
    if (!ui->clipboard_set || low(e->field) == high(e->field)) return;
    struct str part = {0};
    str_put_n(&part, e->text + low(e->field), (size_t)(high(e->field) - low(e->field)));
    ui->clipboard_set(ui->clipboard_context, str_text(&part));
    str_release(&part);
}

static void paste(struct edit *e) {
    struct ui *ui = e->ui;
    char *text = ui->clipboard_get ? ui->clipboard_get(ui->clipboard_context) : NULL;
    if (text) insert(e, text, false);
    mem_free(text);
}

// Keys

static void move_to(struct edit *e, int to, bool select) {
    e->field->cursor = to;
    if (!select) e->field->anchor = to;
    e->field->typing = false;
}

static bool move_key(struct edit *e, int key, unsigned mods) {
    struct ui_field *field = e->field;
    bool select = mods & MOD_SHIFT, word = mods & MOD_CTRL, ranged = low(field) != high(field) && !select && !word;
    switch (key) {
    case KEY_LEFT:
        move_to(e,
                ranged ? low(field)
                : word ? previous_word(e, field->cursor)
                       : previous_char(e, field->cursor),
                select);
        return true;
    case KEY_RIGHT:
        move_to(e, ranged ? high(field) : word ? next_word(e, field->cursor) : next_char(e, field->cursor), select);
        return true;
    case KEY_HOME:
    case KEY_UP:
        move_to(e, 0, select);
        return true;
    case KEY_END:
    case KEY_DOWN:
        move_to(e, e->length, select);
        return true;
    default:
        return false;
    }
}

static bool control_key(struct edit *e, int key, unsigned mods) {
    switch (key) {
    case 'a':
        e->field->anchor = 0;
        e->field->cursor = e->length;
        return true;
    case 'c':
        copy_out(e);
        return true;
    case 'x':
        copy_out(e);
        if (low(e->field) != high(e->field)) erase(e, e->field->cursor);
        return true;
    case 'v':
        paste(e);
        return true;
    case 'z':
        travel(e, mods & MOD_SHIFT ? 1 : -1);
        return true;
    case 'y':
        travel(e, 1);
        return true;
    default:
        return false;
    }
}

// Answers whether the key belongs to the field.
static bool take_key(struct edit *e, int key, unsigned mods) {
    struct ui_field *field = e->field;
    if (mods & (MOD_ALT | MOD_SUPER)) return false;
    bool word = mods & MOD_CTRL;
    if (move_key(e, key, mods)) return true;
    switch (key) {
    case KEY_BACKSPACE:
        erase(e, word ? previous_word(e, field->cursor) : previous_char(e, field->cursor));
        return true;
    case KEY_DELETE:
        erase(e, word ? next_word(e, field->cursor) : next_char(e, field->cursor));
        return true;
    case KEY_ENTER:
        return e->accepted = true;
    case KEY_ESCAPE:
        if (strcmp(e->text, field->original) == 0) return false; // nothing to bring back: for the popup around it
        restore(e, field->original, (int)strlen(field->original), 0);
        remember(e, false);
        return true;
    default:
        break;
    }
    if (word) return control_key(e, key, mods);
    return key >= ' ' && key < 0x100; // its letter comes as text
}

static void take_events(struct edit *e) {
    struct ui *ui = e->ui;
    for (int i = 0; i < ui->event_count; i++) {
        struct input_event *event = &ui->events[i];
        bool taken = false;
        if (event->kind == INPUT_TEXT) {
            e->field->composition[0] = 0;
            insert(e, event->text, true);
            taken = true;
        } else if (event->kind == INPUT_EDITING) {
            memcpy(e->field->composition, event->text, sizeof e->field->composition);
            e->field->composition[sizeof e->field->composition - 1] = 0;
            taken = true;
        } else if (event->kind == INPUT_KEY) {
            // While characters are being composed, keys steer the composition.
            taken = e->field->composition[0] || take_key(e, event->key, event->mods);
        }
        if (taken) event->kind = INPUT_NONE;
    }
}

// Pointer

static void take_pointer(struct edit *e, struct ui_result result) {
    struct ui *ui = e->ui;
    struct ui_field *field = e->field;
    if (result.pressed) {
        int at = position_at(e, ui->state->press_at.x);
        move_to(e, at, ui->mods & MOD_SHIFT);
        if (ui->state->clicks == 2) {
            field->anchor = previous_word(e, next_char(e, at));
            field->cursor = next_word(e, field->anchor);
        }
        if (ui->state->clicks > 2) field->anchor = 0, field->cursor = e->length;
    }
    if (result.held && ui->state->clicks < 2) field->cursor = position_at(e, ui->pointer.x);
}

// The field gets the focus

static void enter(struct ui *ui, ui_id id, const char *text) {
    struct ui_field *field = &ui->state->field;
    ui_field_release(field);
    int length = (int)strlen(text);
    *field = (struct ui_field){.id = id, .cursor = length, .original = mem_copy_text(text)};
    field->history[0] = (struct ui_field_edit){mem_copy_text(text), length, 0};
    field->history_count = 1;
}

// Looks

static void draw_inside(struct edit *e, const char *hint, bool focused) {
    struct ui *ui = e->ui;
    const struct theme *theme = ui->theme;
    struct ui_field *field = e->field;
    struct draw_list *list = ui->list;
    float y = e->inner.y + e->inner.h / 2 + e->style.size * 0.355f;
    if (!focused) {
        struct text_style style = e->style;
        if (!e->length) style.color = theme->ink3;
        draw_text_fit(list, e->inner.x, y, e->inner.w, e->length ? e->text : hint ? hint : "", style);
        return;
    }
    float caret = width_to(e, field->cursor), composed = text_width(list, field->composition, e->style);
    float full = width_to(e, e->length) + composed + 1;
    if (caret + composed - field->scroll > e->inner.w - 1) field->scroll = caret + composed - e->inner.w + 1;
    if (caret - field->scroll < 0) field->scroll = caret;
    field->scroll = fmaxf(0, fminf(field->scroll, full - e->inner.w));
    float x = e->inner.x - field->scroll, top = y - e->style.size, height = e->style.size * 1.35f;
    draw_clip_push(list, (rect){e->inner.x - 2, e->inner.y, e->inner.w + 4, e->inner.h});
    float from = width_to(e, low(field)), to = width_to(e, high(field));
    if (to > from)
        draw_rect(list, (rect){x + from, top, to - from, height}, color_mix(theme->panel, theme->ink3, 0.35f), 0);
    if (!e->length && !composed && hint) {
        struct text_style style = e->style;
        style.color = theme->ink3;
        draw_text_fit(list, e->inner.x, y, e->inner.w, hint, style);
    }
    draw_text_n(list, x, y, e->text, (size_t)field->cursor, e->style);
    draw_text(list, x + caret, y, field->composition, e->style);
    if (composed > 0) draw_hline(list, x + caret, x + caret + composed, y + 3, theme->ink1);
    draw_text(list, x + caret + composed, y, e->text + field->cursor, e->style);
    ui->caret = (rect){x + caret + composed, top, 1.5f, height};
    draw_rect(list, ui->caret, theme->ink1, 0);
    draw_clip_pop(list);
}

bool ui_text_field(struct ui *ui, rect r, const char *name, char *text, int size, const char *hint) {
    struct ui_state *state = ui->state;
    const struct theme *theme = ui->theme;
    ui_id id = ui_make_id(ui, name);
    struct ui_result result = ui_control_with(ui, id, r, UI_FOCUSABLE | UI_KEEPS_SPACE | UI_POINTER_KEYS);
    struct edit e = {.ui = ui, .field = &state->field, .text = text, .size = size, .length = (int)strlen(text)};
    e.style = (struct text_style){FONT_SANS_MEDIUM, 14, theme->ink1, ALIGN_LEFT};
    e.inner = (rect){r.x + 10, r.y, r.w - 20, r.h};
    bool focused = result.focused, left = state->field.id == id && ui->focus != id;
    bool accepted = left && strcmp(state->field.original, text) != 0;
    if (left) ui_field_release(&state->field);
    if (focused && state->field.id != id) enter(ui, id, text);
    if (focused) {
        struct ui_field *field = &state->field;
        // The caller may have changed the text.
        if (field->cursor > e.length || field->anchor > e.length) field->cursor = field->anchor = e.length;
        take_pointer(&e, result);
        take_events(&e);
        accepted = e.accepted;
        if (accepted) {
            mem_free(field->original);
            field->original = mem_copy_text(text);
        }
        ui->text_input = true;
    }
    if (result.hovered || result.held) ui->cursor = CURSOR_TEXT;
    draw_rect(ui->list, r, theme->panel, 6);
    draw_box(ui->list, r, focused ? theme->ink1 : result.hovered ? theme->ink3 : theme->line2, 6, focused ? 1.5f : 1);
    draw_inside(&e, hint, focused);
    state->last_field = id;
    state->last_field_changed = focused && state->field.changed;
    ui_focus_ring(ui, id, r, 6);
    return accepted;
}

bool ui_text_field_changed(const struct ui *ui) {
    return ui->state->last_field_changed;
}

void ui_text_field_to_end(struct ui *ui) {
    ui->state->field.cursor = ui->state->field.anchor = UI_MAX_TEXT; // the field itself knows how long its text is
}
