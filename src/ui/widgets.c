#include "widgets.h"
#include "mathbox.h"
#include "str.h"
#include "ui_state.h"
#include <math.h>
#include <string.h>

// Baseline of a line of Inter in the middle of r.
static float middle(rect r, float size) {
    return r.y + r.h / 2 + size * 0.355f;
}

static color hover_fill(const struct ui *ui, bool hovered, bool held) {
    const struct theme *theme = ui->theme;
    return held ? color_mix(theme->sunk, theme->line2, 0.35f) : hovered ? theme->sunk : (color){0};
}

static float width_n(struct draw_list *list, const char *text, size_t length, struct text_style style) {
    return list->fonts ? list->fonts->width(list->fonts->context, style.font, style.size, text, length) : 0;
}

// Draws a label (up to "##"), cut to r.w.
static void draw_label(struct draw_list *list, rect r, const char *label, struct text_style style) {
    float y = middle(r, style.size), x = style.align == ALIGN_CENTER  ? r.x + r.w / 2
                                         : style.align == ALIGN_RIGHT ? r.x + r.w
                                                                      : r.x;
    size_t length = ui_label_length(label);
    if (width_n(list, label, length, style) <= r.w) {
        draw_text_n(list, x, y, label, length, style);
        return;
    }
    struct str cut = {0};
    str_put_n(&cut, label, length);
    style.align = ALIGN_LEFT;
    draw_text_fit(list, r.x, y, r.w, str_text(&cut), style);
    str_release(&cut);
}

// Buttons

float ui_button_width(struct ui *ui, const char *label) {
    return ceilf(
        width_n(ui->list, label, ui_label_length(label), text_of(FONT_SANS_SEMIBOLD, 14, ui->theme->ink1, ALIGN_LEFT)) +
        32);
}

bool ui_button(struct ui *ui, rect r, const char *label, bool primary) {
    const struct theme *theme = ui->theme;
    ui_id id = ui_make_id(ui, label);
    struct ui_result result = ui_control(ui, id, r, true);
    if (primary) {
        float lighter = result.held ? 0.3f : result.hovered ? 0.15f : 0;
        draw_rect(ui->list, r, color_mix(theme->btn, theme->panel, lighter), 8);
    } else {
        draw_rect(ui->list, r, result.hovered || result.held ? hover_fill(ui, true, result.held) : theme->panel, 8);
        draw_box(ui->list, r, theme->line2, 8, 1);
    }
    rect inner = {r.x + 10, r.y, r.w - 20, r.h};
    draw_label(ui->list, inner, label,
               text_of(primary ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 14, primary ? theme->on_btn : theme->ink1,
                       ALIGN_CENTER));
    ui_focus_ring(ui, id, r, 8);
    return result.clicked;
}

bool ui_link(struct ui *ui, rect r, const char *label, struct text_style style) {
    ui_id id = ui_make_id(ui, label);
    struct ui_result result = ui_control(ui, id, r, true);
    draw_label(ui->list, r, label, style);
    if (result.hovered || result.held) {
        float width = fminf(r.w, width_n(ui->list, label, ui_label_length(label), style));
        float x = style.align == ALIGN_CENTER  ? r.x + (r.w - width) / 2
                  : style.align == ALIGN_RIGHT ? r.x + r.w - width
                                               : r.x;
        draw_hline(ui->list, x, x + width, middle(r, style.size) + 3, style.color);
        ui->cursor = CURSOR_HAND;
    }
    ui_focus_ring(ui, id, r, 4);
    return result.clicked;
}

bool ui_icon_button(struct ui *ui, rect r, enum icon icon, float icon_size, const char *name, bool filled) {
    const struct theme *theme = ui->theme;
    ui_id id = ui_make_id(ui, name);
    struct ui_result result = ui_control(ui, id, r, true);
    float x = r.x + (r.w - icon_size) / 2, y = r.y + (r.h - icon_size) / 2, round = fminf(r.w, r.h) / 2;
    if (filled) {
        float lighter = result.held ? 0.3f : result.hovered ? 0.15f : 0;
        draw_circle(ui->list, (point){r.x + r.w / 2, r.y + r.h / 2}, round,
                    color_mix(theme->btn, theme->panel, lighter));
    } else
        draw_rect(ui->list, r, hover_fill(ui, result.hovered, result.held), 6);
    bool quiet = icon == ICON_HELP || icon == ICON_SUN || icon == ICON_MOON || icon == ICON_ZOOM_IN ||
                 icon == ICON_ZOOM_OUT || icon == ICON_CLOSE;
    icon_draw(ui->list, icon, x, y, icon_size,
              filled  ? theme->on_btn
              : quiet ? theme->ink2
                      : theme->ink1,
              quiet ? 1.6f : 1.75f);
    ui_focus_ring(ui, id, r, filled ? round : 6);
    if (result.hovered || result.focused) {
        char text[128];
        size_t length = ui_label_length(name);
        if (length > 0 && length < sizeof text) {
            memcpy(text, name, length);
            text[length] = 0;
            ui_tooltip(ui, r, text);
        }
    }
    return result.clicked;
}

// Segments

enum { MAX_SEGMENTS = 16 };
static const float math_size = 16, segment_size = 13;

static float segment_text(struct ui *ui, const char *item, bool math) {
    if (math) return math_measure(ui->list, item, math_size).width;
    return text_width(ui->list, item, text_of(FONT_SANS_MEDIUM, segment_size, ui->theme->ink1, ALIGN_LEFT));
}

static float segment_widths(struct ui *ui, const char *const *items, const char *const *keys, int count, bool math,
                            float *out) {
    float sum = 0;
    for (int i = 0; i < count; i++) {
        out[i] = segment_text(ui, items[i], math) + (keys && keys[i] ? 18 : 0) + 24;
        sum += out[i];
    }
    return sum;
}

float ui_segments_width(struct ui *ui, const char *const *items, const char *const *keys, int count, bool math) {
    float widths[MAX_SEGMENTS];
    return ceilf(segment_widths(ui, items, keys, count < MAX_SEGMENTS ? count : MAX_SEGMENTS, math, widths));
}

static void draw_segment(struct ui *ui, rect r, const char *item, const char *key, bool on, bool math) {
    const struct theme *theme = ui->theme;
    struct draw_list *list = ui->list;
    if (on) {
        rect box = rect_inset(r, 2);
        draw_rect(list, box, theme->panel, 4.5f);
        draw_box(list, box, theme->line2, 4.5f, 1);
    }
    color ink = on ? theme->ink1 : theme->ink2;
    float center = r.x + r.w / 2;
    if (math) {
        math_draw(list, theme, center, r.y + r.h / 2 + 5, item, math_size, ink, ALIGN_CENTER);
        return;
    }
    struct text_style style = text_of(on ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, segment_size, ink, ALIGN_LEFT);
    struct text_style plain = style;
    plain.font = FONT_SANS_MEDIUM;
    float wide = text_width(list, item, plain), hint = key ? 14 : 0, y = r.y + r.h / 2 + 4.5f, room = r.w - 8;
    if (text_width(list, item, style) > room) style.font = FONT_SANS_MEDIUM;
    if (text_width(list, item, style) > room) {
        draw_text_fit(list, r.x + 4, y, room, item, style);
        return;
    }
    style.align = ALIGN_CENTER;
    draw_text(list, center - hint / 2, y, item, style);
    if (key)
        draw_text(list, center + wide / 2 - hint / 2 + 7, y, key,
                  text_of(FONT_SANS_MEDIUM, 11, theme->ink3, ALIGN_LEFT));
}

int ui_segments(struct ui *ui, rect r, const char *name, const char *const *items, const char *const *keys, int count,
                int selected, bool math) {
    if (count < 1) return selected;
    if (count > MAX_SEGMENTS) count = MAX_SEGMENTS;
    ui_id id = ui_make_id(ui, name);
    struct ui_result result = ui_control_with(ui, id, r, UI_FOCUSABLE | UI_KEEPS_SPACE);
    float widths[MAX_SEGMENTS], sum = segment_widths(ui, items, keys, count, math, widths);
    if (sum > r.w + 0.5f && keys) sum = segment_widths(ui, items, keys = NULL, count, math, widths);
    for (int i = 0; i < count; i++)
        widths[i] = math ? r.w / (float)count : widths[i] + (r.w - sum) / (float)count;
    draw_rect(ui->list, r, ui->theme->sunk, 6);
    float x = r.x;
    int chosen = selected;
    for (int i = 0; i < count; i++) {
        rect one = {x, r.y, widths[i], r.h};
        if (result.pressed && ui->state->press_at.x >= one.x && ui->state->press_at.x < one.x + one.w) chosen = i;
        x += widths[i];
    }
    if (result.focused && ui_take_key(ui, KEY_RIGHT, 0) && chosen + 1 < count) chosen++;
    if (result.focused && ui_take_key(ui, KEY_LEFT, 0) && chosen > 0) chosen--;
    x = r.x;
    for (int i = 0; i < count; i++) {
        draw_segment(ui, (rect){x, r.y, widths[i], r.h}, items[i], keys ? keys[i] : NULL, i == chosen, math);
        x += widths[i];
    }
    ui_focus_ring(ui, id, r, 6);
    return chosen;
}

// Slider, toggle

static double quantised(double value, double low, double high, double step) {
    if (step > 0) value = low + round((value - low) / step) * step;
    return fmin(high, fmax(low, value));
}

static double slider_keys(struct ui *ui, double value, double low, double high, double step) {
    double by = step > 0 ? step : (high - low) / 100;
    static const struct {
        int key;
        int steps;
    } moves[] = {{KEY_RIGHT, 1}, {KEY_UP, 1}, {KEY_LEFT, -1}, {KEY_DOWN, -1}, {KEY_PAGE_UP, 10}, {KEY_PAGE_DOWN, -10}};
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        while (ui_take_key(ui, moves[i].key, 0))
            value += by * moves[i].steps;
    if (ui_take_key(ui, KEY_HOME, 0)) value = low;
    if (ui_take_key(ui, KEY_END, 0)) value = high;
    return value;
}

bool ui_slider(struct ui *ui, rect r, const char *name, double *value, double low, double high, double step) {
    enum { KNOB = 7 };
    const struct theme *theme = ui->theme;
    ui_id id = ui_make_id(ui, name);
    struct ui_result result = ui_control_with(ui, id, r, UI_FOCUSABLE | UI_KEEPS_SPACE);
    double before = *value, at = before;
    float travel = r.w - 2 * KNOB;
    if (result.held && travel > 0) at = low + (high - low) * (double)((ui->pointer.x - r.x - KNOB) / travel);
    if (result.focused) at = slider_keys(ui, at, low, high, step);
    if (at != before && high > low) *value = quantised(at, low, high, step);
    double f = high > low ? (*value - low) / (high - low) : 0;
    float knob = r.x + KNOB + travel * (float)fmin(1, fmax(0, f)), y = r.y + r.h / 2;
    draw_rect(ui->list, (rect){r.x, y - 1.5f, r.w, 3}, theme->line2, 1.5f);
    draw_rect(ui->list, (rect){r.x, y - 1.5f, knob - r.x, 3}, theme->ink1, 1.5f);
    draw_circle(ui->list, (point){knob, y}, KNOB + 1, theme->ink1);
    draw_circle(ui->list, (point){knob, y}, KNOB - 1, result.hovered || result.held ? theme->sunk : theme->panel);
    ui_focus_ring(ui, id, (rect){knob - KNOB, y - KNOB, 2 * KNOB, 2 * KNOB}, KNOB);
    return *value != before;
}

bool ui_toggle(struct ui *ui, rect r, const char *label, bool *value) {
    const struct theme *theme = ui->theme;
    ui_id id = ui_make_id(ui, label);
    struct ui_result result = ui_control(ui, id, r, true);
    if (result.clicked) *value = !*value;
    rect track = {r.x, r.y + r.h / 2 - 9, 32, 18};
    point knob = {*value ? track.x + 23 : track.x + 9, track.y + 9};
    if (*value)
        draw_rect(ui->list, track, theme->btn, 9);
    else {
        draw_rect(ui->list, track, result.hovered ? theme->sunk : theme->panel, 9);
        draw_box(ui->list, track, theme->ink3, 9, 1.5f);
    }
    draw_circle(ui->list, knob, *value ? 6 : 5, *value ? theme->on_btn : theme->ink3);
    draw_label(ui->list, (rect){r.x + 42, r.y, r.w - 42, r.h}, label,
               text_of(FONT_SANS_MEDIUM, 14, theme->ink1, ALIGN_LEFT));
    ui_focus_ring(ui, id, track, 9);
    return result.clicked;
}

// Chips and menus

float ui_chip_width(struct ui *ui, const char *label, bool with_icon) {
    struct text_style style = text_of(FONT_SANS_MEDIUM, 13, ui->theme->ink1, ALIGN_LEFT);
    return ceilf(width_n(ui->list, label, ui_label_length(label), style) + 40 + (with_icon ? 20 : 0));
}

bool ui_chip_id(struct ui *ui, rect r, enum icon icon, const char *label, const char *popup) {
    const struct theme *theme = ui->theme;
    ui_id id = ui_hash(ui_hash(0, popup), "chip");
    struct ui_result result;
    bool open = ui_popup_opener(ui, id, r, popup, &result);
    bool with_icon = (unsigned)icon < ICON_COUNT;
    draw_rect(ui->list, r, open || result.hovered ? theme->sunk : theme->panel, 6);
    draw_box(ui->list, r, open ? theme->ink3 : theme->line2, 6, 1);
    if (with_icon) icon_draw(ui->list, icon, r.x + 8, r.y + (r.h - 16) / 2, 16, theme->ink2, 1.5f);
    float left = with_icon ? 30 : 10;
    draw_label(ui->list, (rect){r.x + left, r.y, r.w - left - 28, r.h}, label,
               text_of(FONT_SANS_MEDIUM, 13, theme->ink1, ALIGN_LEFT));
    icon_draw(ui->list, ICON_CHEVRON_DOWN, r.x + r.w - 23, r.y + (r.h - 14) / 2, 15, theme->ink3, 1.5f);
    ui_focus_ring(ui, id, r, 6);
    return open;
}

bool ui_chip(struct ui *ui, rect r, enum icon icon, const char *label) {
    return ui_chip_id(ui, r, icon, label, label);
}

bool ui_menu_anchor(struct ui *ui, rect r, const char *popup) {
    ui_id id = ui_hash(ui_hash(0, popup), "chip");
    struct ui_result result;
    bool open = ui_popup_opener(ui, id, r, popup, &result);
    draw_rect(ui->list, r, hover_fill(ui, result.hovered || open, false), 6);
    ui_focus_ring(ui, id, r, 6);
    return open;
}

int ui_menu_row(struct ui *ui, rect r, const char *label, const char *key, bool checked) {
    const struct theme *theme = ui->theme;
    ui_id id = ui_make_id(ui, label);
    struct ui_result result = ui_control(ui, id, r, true);
    draw_rect(ui->list, r, hover_fill(ui, result.hovered || ui->focus == id, result.held), 6);
    if (checked) icon_draw(ui->list, ICON_CHECK, r.x + 8, r.y + (r.h - 16) / 2, 16, theme->ink1, 2);
    struct text_style style = text_of(FONT_SANS_MEDIUM, 13, theme->ink3, ALIGN_RIGHT);
    float right = key ? text_width(ui->list, key, style) + 20 : 8;
    if (key) draw_text(ui->list, r.x + r.w - 10, middle(r, 13), key, style);
    draw_label(ui->list, (rect){r.x + 32, r.y, r.w - 32 - right, r.h}, label,
               text_of(checked ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 14, theme->ink1, ALIGN_LEFT));
    ui_focus_ring(ui, id, rect_inset(r, 4), 2);
    return result.clicked;
}

// What only shows

void ui_mark_draw(struct draw_list *list, const struct theme *theme, point center, enum ui_mark mark) {
    if (mark == UI_MARK_DONE) {
        draw_circle(list, center, 9, theme->ink1);
        icon_draw(list, ICON_CHECK, center.x - 6.5f, center.y - 6.5f, 13, theme->panel, 2);
        return;
    }
    if (mark == UI_MARK_NOW) draw_circle(list, center, 8.25f, theme->hi);
    draw_ring(list, center, 8.25f, mark == UI_MARK_NOW ? theme->ink1 : theme->line2, mark == UI_MARK_NOW ? 2 : 1.5f);
}

void ui_progress(struct ui *ui, rect r, double fraction) {
    draw_rect(ui->list, r, ui->theme->line, 0);
    if (fraction > 0)
        draw_rect_exact(ui->list, (rect){r.x, r.y, r.w * (float)fmin(1, fraction), r.h}, ui->theme->ink1, 0);
}

int ui_message(struct ui *ui, rect r, const char *text, int tone, const char *action) {
    static const enum icon icons[] = {[UI_GOOD] = ICON_CHECK, [UI_ERROR] = ICON_STOP, [UI_WARNING] = ICON_WARN};
    const struct theme *theme = ui->theme;
    color ink = tone == UI_ERROR ? theme->err : tone == UI_WARNING ? theme->warn : theme->ink1;
    struct rich_style style = {.size = 14, .line_height = 20, .ink = theme->ink1, .bold = theme->ink1};
    float button = action ? ui_button_width(ui, action) : 0;
    float room = r.w - 44 - 48 - (action ? button + 12 : 0);
    float height = plain_text(ui->list, 0, 0, room, text, style, false);
    r.h = fmaxf(r.h, height + 24);
    ui_push_id(ui, "message");
    ui_control(ui, ui_make_id(ui, "ground"), r, false);
    draw_rect(ui->list, r, theme->panel, 8);
    draw_box(ui->list, r, ink, 8, 1.5f);
    icon_draw(ui->list, icons[tone >= 0 && tone <= UI_WARNING ? tone : UI_ERROR], r.x + 14, r.y + (r.h - 20) / 2, 20,
              ink, 1.75f);
    plain_text(ui->list, r.x + 44, r.y + (r.h - height) / 2, room, text, style, true);
    int answer = UI_MESSAGE_NONE;
    float x = r.x + r.w - 40;
    if (action && ui_button(ui, (rect){x - 8 - button, r.y + (r.h - 32) / 2, button, 32}, action, false))
        answer = UI_MESSAGE_ACTION;
    if (ui_icon_button(ui, (rect){x, r.y + (r.h - 32) / 2, 32, 32}, ICON_CLOSE, 18, "Close", false))
        answer = UI_MESSAGE_CLOSED;
    ui_pop_id(ui);
    return answer;
}
