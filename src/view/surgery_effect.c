// What the edits changed, timestep by timestep, in aligned columns: losses, gradients, one vector; and y-hat at the
// selected timestep. Before is A (dashed, squares), after is B (solid, circles), as compared models are.

#include "check.h"
#include "surgery_effect.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The name of a number in the record without edits: one text a name, kept for the frame.
static const char *before_name(struct effect *e, const char *name) {
    static const char *const prefix = "before/";
    for (int k = 0; k < e->names; k++)
        if (!strcmp(e->s->memory->names[k] + strlen(prefix), name)) return e->s->memory->names[k];
    check(e->names < SURGERY_NAMES, "more than %d tensors compared", SURGERY_NAMES);
    char *out = e->s->memory->names[e->names++];
    snprintf(out, SURGERY_NAME, "%s%s", prefix, name);
    return out;
}

// A number, or "?" while a question asks for it.
float effect_number(struct effect *e, float x, float y, bool before, const char *tensor, int row, int column,
                    double value, int digits, struct text_style style) {
    if (scene_is_hidden(e->s->scene, tensor, row, column)) return draw_text(e->list, x, y, "?", style);
    const char *name = before && e->edited ? before_name(e, tensor) : tensor;
    return draw_value(e->list, x, y, (struct source){name, row, column, value}, digits, false, style);
}

bool effect_hides(const struct effect *e, const char *tensor, int row, int column) {
    return scene_is_hidden(e->s->scene, tensor, row, column);
}

static int digits_of(double a, double b) {
    return edit_digits(fmax(fabs(a), fabs(b)), 2);
}

static float value_width(struct effect *e, double value, int digits, bool plus, struct text_style style) {
    char text[48];
    format_value(text, sizeof text, value, digits, plus);
    return text_width(e->list, text, style);
}

enum { ARROW = 20, BEFORE_ARROW = 6, BEHIND = 10 };

static struct text_style change_style(const struct effect *e, float size, bool strong) {
    return effect_text(strong ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, size, strong ? e->theme->ink1 : e->theme->ink2,
                       ALIGN_LEFT);
}

float effect_change_width(struct effect *e, double before, double after, float size) {
    int digits = digits_of(before, after);
    struct text_style strong = change_style(e, size, true), quiet = change_style(e, size, false);
    float width = value_width(e, after, digits, false, strong);
    if (!e->edited) return width;
    return width + value_width(e, before, digits, false, quiet) + BEFORE_ARROW + ARROW + BEHIND +
           text_width(e->list, "()", quiet) + value_width(e, after - before, digits, true, quiet);
}

// "1.02 -> 0.87 (-0.15)": before, after, difference. Returns the x behind it.
float effect_change(struct effect *e, float x, float y, const char *tensor, int row, int column, double before,
                    double after, float size) {
    int digits = digits_of(before, after);
    struct text_style strong = change_style(e, size, true), quiet = change_style(e, size, false);
    if (!e->edited) return x + effect_number(e, x, y, false, tensor, row, column, after, digits, strong);
    x += effect_number(e, x, y, true, tensor, row, column, before, digits, quiet) + BEFORE_ARROW;
    icon_draw(e->list, ICON_ARROW_RIGHT, x, y - size * 0.36f - 7, 14, e->theme->ink3, 1.5f);
    x += ARROW;
    x += effect_number(e, x, y, false, tensor, row, column, after, digits, strong) + BEHIND;
    if (effect_hides(e, tensor, row, column)) return x;
    x += draw_text(e->list, x, y, "(", quiet);
    x += draw_value(e->list, x, y, (struct source){"sum/difference", row, column, after - before}, digits, true, quiet);
    return x + draw_text(e->list, x, y, ")", quiet);
}

// --- columns ---

float effect_x(const struct effect *e, int t) {
    return e->x0 + (float)(t - e->first) * e->pitch;
}

static void place_columns(struct effect *e, rect r) {
    float room = r.w - GUTTER - 4;
    e->x0 = r.x + GUTTER;
    e->pitch = fminf(96, room / (float)e->T);
    e->count = e->T;
    if (e->pitch >= LEAST_PITCH) return;
    e->pitch = LEAST_PITCH; // a window around the selected timestep
    e->count = (int)(room / LEAST_PITCH);
    e->first = e->t - e->count / 2;
    e->first = e->first < 0 ? 0 : e->first > e->T - e->count ? e->T - e->count : e->first;
}

// The selected timestep, behind everything; a click selects another.
static void selection(struct effect *e, rect r) {
    struct surgery *s = e->s;
    rect area = {e->x0, r.y, e->pitch * (float)e->count, r.h};
    ui_id id = ui_make_id(s->ui, "timesteps");
    struct ui_result result = ui_control(s->ui, id, area, true);
    int at = e->first + (int)((s->ui->pointer.x - e->x0) / e->pitch);
    if (result.clicked && !result.keyed && at >= 0 && at < e->T) {
        s->scene->state->t = at;
        s->ui->animating = true;
    }
    int moved = result.focused ? ui_take_key(s->ui, KEY_RIGHT, 0) - ui_take_key(s->ui, KEY_LEFT, 0) : 0;
    if (moved) {
        s->scene->state->t = (e->t + moved + e->T) % e->T;
        s->ui->animating = true;
    }
    float width = fmaxf(2, e->pitch);
    if (result.hovered && at >= 0 && at < e->T)
        draw_rect(e->list, (rect){effect_x(e, at), r.y, width, r.h}, e->theme->belt, 3);
    draw_rect(e->list, (rect){effect_x(e, e->t), r.y, width, r.h}, e->theme->sunk, 3);
    ui_focus_ring(s->ui, id, area, 4);
}

static void times(struct effect *e, float y) {
    char window[64];
    int every = e->pitch >= 26 ? 1 : e->pitch >= 8 ? 5 : 20;
    for (int t = e->first; t < e->first + e->count; t++) {
        bool chosen = t == e->t;
        if (!chosen && ((t + 1) % every != 0 || abs(t - e->t) * e->pitch < 26)) continue;
        char text[16];
        snprintf(text, sizeof text, "%d", t + 1);
        draw_text(e->list, effect_x(e, t) + e->pitch / 2, y + 14, text,
                  effect_text(chosen ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 12,
                              chosen ? e->theme->ink1 : e->theme->ink3, ALIGN_CENTER));
    }
    if (e->count < e->T) {
        snprintf(window, sizeof window, "t = %d to %d of %d, around the selected one", e->first + 1,
                 e->first + e->count, e->T);
        draw_text_fit(e->list, e->x0, y + TIME + 13, e->pitch * (float)e->count, window,
                      effect_text(FONT_SANS_MEDIUM, 12, e->theme->ink3, ALIGN_LEFT));
    }
    draw_text(e->list, e->x0 - 10, y + 14, "t", effect_text(FONT_MATH_ITALIC, 15, e->theme->ink3, ALIGN_RIGHT));
}

// --- a quantity of every timestep ---

struct series {
    const char *tensor; // its name; row t
    double (*value)(const struct effect *e, const struct record *record, int t);
    bool logarithmic;
    double low, high; // of the axis
};

static double loss_at(const struct effect *e, const struct record *record, int t) {
    (void)e;
    return tape_loss(record->tape, t);
}

static double norm_at(const struct effect *e, const struct record *record, int t) {
    int slot = e->s->cell->state_out[0];
    return record_norm(tape_grad(record->tape, e->layer, e->direction, slot, t), record_H(record));
}

static void find_axis(const struct effect *e, struct series *series) {
    double least = INFINITY, most = 0;
    for (int t = e->first; t < e->first + e->count; t++)
        for (int k = 0; k < 2; k++) {
            double value = series->value(e, k ? e->after : e->before, t);
            if (!(value > 0) || !isfinite(value)) continue;
            least = fmin(least, value);
            most = fmax(most, value);
        }
    if (!(most > 0)) least = most = 1;
    series->low = series->logarithmic ? fmax(floor(log10(least)), ceil(log10(most)) - 8) : 0;
    series->high = series->logarithmic ? ceil(log10(most)) : most;
    if (series->high <= series->low) series->high = series->low + 1;
}

static float height_of(const struct series *series, rect plot, double value) {
    double at = series->logarithmic ? (value > 0 ? log10(value) : series->low) : value;
    double k = (at - series->low) / (series->high - series->low);
    return plot.y + plot.h - plot.h * (float)fmin(1, fmax(0, isfinite(k) ? k : 0));
}

static void axis_text(struct effect *e, const struct series *series, float y, double value) {
    struct text_style style = effect_text(FONT_SANS_MEDIUM, 12, e->theme->ink3, ALIGN_RIGHT);
    char text[32];
    if (!series->logarithmic) {
        snprintf(text, sizeof text, "%.3g", value);
        draw_text(e->list, e->x0 - 10, y + 4, text, style);
        return;
    }
    format_value(text, sizeof text, value, 0, false);
    style.size = 10;
    float width = text_width(e->list, text, style);
    draw_text(e->list, e->x0 - 10, y - 1, text, style);
    style.size = 12;
    draw_text(e->list, e->x0 - 11 - width, y + 5, "10", style);
}

static void marker(struct effect *e, float x, float y, bool before) {
    if (before) {
        draw_rect_exact(e->list, (rect){x - 4.5f, y - 4.5f, 9, 9}, e->theme->m_a, 1);
        draw_rect_exact(e->list, (rect){x - 2.25f, y - 2.25f, 4.5f, 4.5f}, e->theme->stage, 0);
        return;
    }
    draw_circle(e->list, (point){x, y}, 4.5f, e->theme->m_b);
    draw_circle(e->list, (point){x, y}, 2, e->theme->stage);
}

static void line(struct effect *e, const struct series *series, rect plot, bool before) {
    const struct record *record = before ? e->before : e->after;
    color ink = before ? e->theme->m_a : e->theme->m_b;
    bool down = false, marked = e->pitch >= 24;
    for (int pass = 0; pass < 2; pass++)
        for (int t = e->first; t < e->first + e->count; t++) {
            if (effect_hides(e, series->tensor, t, -1)) continue;
            float x = effect_x(e, t) + e->pitch / 2, y = height_of(series, plot, series->value(e, record, t));
            if (pass == 1) {
                if (marked) marker(e, x, y, before);
                continue;
            }
            if (down)
                draw_path_line(e->list, x, y);
            else
                draw_path_move(e->list, x, y);
            down = true;
            if (t + 1 < e->first + e->count) continue;
            if (before)
                draw_path_stroke_dashed(e->list, ink, 2.25f, 6, 4);
            else
                draw_path_stroke(e->list, ink, 2.5f, false, true);
        }
    if (!down) return;
    if (e->count == 1) marker(e, effect_x(e, e->first) + e->pitch / 2, plot.y + plot.h / 2, before);
}

// Caption with the numbers of the selected timestep, axis, and the lines.
static void chart(struct effect *e, rect r, const char *markup, const char *words, struct series *series) {
    rect head = rect_cut_top(&r, CAPTION);
    struct text_style quiet = effect_text(FONT_SANS_MEDIUM, 13, e->theme->ink3, ALIGN_LEFT);
    float x = head.x, y = head.y + 16;
    x += math_draw(e->list, e->theme, x, y, markup, 16, e->theme->ink1, ALIGN_LEFT) + 8;
    double before = series->value(e, e->before, e->t), after = series->value(e, e->after, e->t);
    float right = effect_change_width(e, before, after, 14);
    char text[24];
    snprintf(text, sizeof text, "t = %d:", e->t + 1);
    right += text_width(e->list, text, quiet) + 8;
    float at = head.x + head.w - right;
    if (x + text_width(e->list, words, quiet) < at - 12) draw_text(e->list, x, y, words, quiet);
    at += draw_text(e->list, at, y, text, quiet) + 8;
    effect_change(e, at, y, series->tensor, e->t, -1, before, after, 14);
    rect plot = {e->x0, r.y + 6, e->pitch * (float)e->count, r.h - 12};
    find_axis(e, series);
    draw_hline(e->list, plot.x, plot.x + plot.w, plot.y, e->theme->line);
    draw_hline(e->list, plot.x, plot.x + plot.w, plot.y + plot.h, e->theme->line2);
    axis_text(e, series, plot.y, series->high);
    axis_text(e, series, plot.y + plot.h, series->low);
    if (e->edited) line(e, series, plot, true);
    line(e, series, plot, false);
}

// --- all of it ---

static void key(struct effect *e, float right, float y) {
    static const char *const words[] = {"before", "after"};
    struct text_style style = effect_text(FONT_SANS_MEDIUM, 13, e->theme->ink2, ALIGN_LEFT);
    for (int k = 1; k >= 0; k--) {
        right -= text_width(e->list, words[k], style);
        draw_text(e->list, right, y, words[k], style);
        marker(e, right - 14, y - 4.5f, k == 0);
        right -= 40;
    }
}

static void total(struct effect *e, rect r) {
    bool nats = e->s->spec->output != OUTPUT_LINEAR;
    double before = e->before->whole->loss, after = e->after->whole->loss;
    struct text_style quiet = effect_text(FONT_SANS_MEDIUM, 13, e->theme->ink3, ALIGN_LEFT);
    float x = r.x, y = r.y + 19;
    x += draw_text(e->list, x, y, e->edited ? "Total loss" : "Total loss, as it is",
                   effect_text(FONT_SANS_SEMIBOLD, 16, e->theme->ink1, ALIGN_LEFT)) +
         14;
    x = effect_change(e, x, y, "forward/total_loss", 0, -1, before, after, 16) + 6;
    if (nats) x += draw_text(e->list, x, y, "nats", quiet);
    if (e->edited && x + 150 < r.x + r.w) key(e, r.x + r.w, y);
}

static void start(struct effect *e, struct surgery *s) {
    *e = (struct effect){.s = s,
                         .list = s->list,
                         .theme = s->theme,
                         .before = s->before,
                         .after = s->record,
                         .edited = s->scene->before != NULL,
                         .T = record_T(s->record),
                         .t = s->t};
    e->answers = !record_is_encoder(e->after);
    e->answer = net_one_answer(s->spec) ? e->T - 1 : e->t;
    surgery_shown(s, &e->slot, &e->layer, &e->direction);
}

// Cuts what it needs from the top of r.
static void invitation(struct effect *e, rect *r) {
    static const char *const words =
        "Hold a gate, poke a value, exchange a symbol or set a weight: everything is computed again at once, and here "
        "stands what it changed. On the stage, **Shift+C** holds the selected unit, and **Ctrl** with a drag on a tile "
        "pokes it.";
    struct rich_style style = {14, 21, e->theme->ink2, e->theme->ink1};
    float height = rich_text(e->list, e->theme, r->x, r->y + 16, r->w, words, style, true);
    rect_cut_top(r, height + GAP);
}

void surgery_effect(struct surgery *s, rect r) {
    struct effect e;
    if (r.w < 200 || r.h < 200) return;
    start(&e, s);
    draw_clip_push(s->list, (rect){r.x - 8, r.y - 8, r.w + 16, r.h + 16});
    total(&e, rect_cut_top(&r, 34));
    if (!e.edited) invitation(&e, &r);
    // y-hat stands at the right where there is room, else below.
    bool beside = e.answers && (r.w >= 620 || (r.w >= 460 && r.h < 540));
    rect side = {0};
    if (beside)
        side = rect_cut_right(&r, r.w < 620 ? SIDE_NARROW : SIDE);
    else if (e.answers)
        side = rect_cut_bottom(&r, fminf(r.h * 0.34f, 52 + Y_ROW * 6));
    if (beside) r.w -= 24;
    place_columns(&e, r);
    float time_height = e.count < e.T ? TIME + 20 : TIME;
    int H = record_H(e.after), lines = e.edited ? 3 : 1;
    float strip = fminf(strip_area_height(H) + 6, 44),
          fixed = time_height + CAPTION + (strip + 4) * (float)lines + 3 * GAP;
    float charts = fmaxf(90, fminf(460, r.h - fixed));
    rect loss = rect_cut_top(&r, e.answers ? floorf(charts / 2) : 0);
    if (e.answers) rect_cut_top(&r, GAP);
    rect norms = rect_cut_top(&r, e.answers ? floorf(charts / 2) : charts);
    rect_cut_top(&r, GAP);
    rect strips_at = rect_cut_top(&r, fminf(r.h - time_height, CAPTION + (strip + 4) * (float)lines));
    rect time = rect_cut_top(&r, time_height);
    selection(&e, (rect){loss.x, loss.y + CAPTION, loss.w, time.y + TIME - loss.y - CAPTION});
    struct series losses = {.tensor = "forward/loss", .value = loss_at};
    char markup[96], state[64];
    label_output(markup, sizeof markup, "L", LABEL_SYMBOLIC, s->label);
    if (e.answers) chart(&e, loss, markup, "loss of each timestep", &losses);
    struct series gradients = {
        .tensor = record_norm_name(e.after, RECORD_BACKWARD, e.layer, e.direction, s->cell->state_out[0]),
        .value = norm_at,
        .logarithmic = true};
    label_slot(state, sizeof state, s->cell, s->cell->state_out[0], LABEL_SYMBOLIC, LABEL_NO_UNIT,
               (struct label_style){s->label.notation, false});
    snprintf(markup, sizeof markup, "\\norm{\\partial L/\\partial %s}", state);
    chart(&e, norms, markup, "length of the gradient", &gradients);
    effect_vector(&e, strips_at);
    times(&e, time.y);
    if (e.answers) effect_outputs(&e, side);
    draw_clip_pop(s->list);
}
