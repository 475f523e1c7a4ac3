#include "flow.h"
#include "diagram.h"
#include "label.h"
#include "mathbox.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DECADES_LEAST = 2, DECADES_MOST = 8, NUMBERED_SHARE = 15 };

struct flow {
    struct ui *ui;
    struct draw_list *list;
    const struct theme *theme;
    const struct scene *scene;
    const struct itemised *items;
    struct stage_columns columns;
    rect r;
    int T, first_known, last_known; // gradients of a<t> are known at these timesteps; none: first_known > last_known
    int low, high;                  // decades of the axis
    int layer, direction;           // looked at
    bool by_loss;                   // gradients by loss are those of this layer and direction
    const char *total_name;
    float top, bottom, share; // y of the axis' ends and of the share bars
};

static color tint(const struct theme *theme, int distance) {
    return color_mix(theme->gr_p, theme->panel, fminf(0.84f, 0.05f + (float)distance * 0.2f));
}

static double by_loss(const struct itemised *items, int tau, int t) {
    return items->a[(size_t)tau * (size_t)items->T + (size_t)t];
}

static double total(const struct flow *f, int t) {
    const struct record *record = f->scene->record;
    return record_norm(tape_grad(record->tape, f->layer, f->direction, record_cell(record)->state_out[0], t),
                       record_H(record));
}

static bool course(const struct scene *scene) {
    return !scene->state || scene->state->notation == NOTATION_COURSE;
}

static bool known(const struct scene *scene, int t) {
    const struct cell_desc *cell = record_cell(scene->record);
    int layer, direction;
    diagram_place(scene, &layer, &direction);
    return script_has_grad(scene->script, cell, scene->position, layer, direction, cell->state_out[0], t);
}

static void include(double value, double *low, double *high) {
    if (!(value > 0) || !isfinite(value)) return;
    *low = fmin(*low, value);
    *high = fmax(*high, value);
}

// Whole decades around what is shown; a gradient of zero has no place on the axis and lies on its foot.
static void find_range(struct flow *f) {
    double low = INFINITY, high = 0;
    for (int t = 0; t < f->T; t++) {
        include(total(f, t), &low, &high);
        if (f->by_loss) include(by_loss(f->items, f->T - 1, t), &low, &high);
    }
    if (!(high > 0)) low = 0.1, high = 1;
    f->high = (int)ceil(log10(high));
    f->low = (int)floor(log10(low));
    if (f->high - f->low < DECADES_LEAST) f->low = f->high - DECADES_LEAST;
    if (f->high - f->low > DECADES_MOST) f->low = f->high - DECADES_MOST;
}

static float height_of(const struct flow *f, double value) {
    if (!(value > 0)) return f->bottom;
    float k = ((float)log10(value) - (float)f->low) / (float)(f->high - f->low);
    return f->bottom - fminf(1, fmaxf(0, k)) * (f->bottom - f->top);
}

static struct text_style text_of(enum font font, float size, color ink, enum align align) {
    return (struct text_style){font, size, ink, align};
}

static void axis_power(struct flow *f, float x, float y, int power) {
    char text[16];
    draw_text(f->list, x, y + 5, "10", text_of(FONT_SANS_MEDIUM, 13, f->theme->ink3, ALIGN_RIGHT));
    format_value(text, sizeof text, power, 0, false);
    draw_text(f->list, x + 1, y - 1, text, text_of(FONT_SANS_MEDIUM, 10, f->theme->ink3, ALIGN_LEFT));
}

static void draw_axis(struct flow *f) {
    int stride = f->high - f->low > 5 || f->bottom - f->top < 22 * (float)(f->high - f->low) ? 2 : 1;
    for (int power = f->low; power <= f->high; power++) {
        float y = height_of(f, pow(10, power));
        draw_hline(f->list, f->columns.x0 - 6, f->r.x + f->r.w - 18, y,
                   power == f->low ? f->theme->line2 : f->theme->line);
        if ((f->high - power) % stride == 0) axis_power(f, f->columns.x0 - 30, y, power);
    }
}

static void key_all(struct flow *f, float x, float y) {
    draw_rect(f->list, (rect){x, y - 6, 20, 12}, color_mix(f->theme->gr_p, f->theme->panel, 0.82f), 0);
    draw_rect(f->list, (rect){x, y - 7, 20, 3}, f->theme->gr_p, 0);
}

static void marker(struct flow *f, float x, float y, float radius) {
    draw_circle(f->list, (point){x, y}, radius + 1.25f, f->theme->m_b);
    draw_circle(f->list, (point){x, y}, radius - 1.25f, f->theme->panel);
}

static void key_last(struct flow *f, float x, float y) {
    draw_path_move(f->list, x, y);
    draw_path_line(f->list, x + 26, y);
    draw_path_stroke(f->list, f->theme->m_b, 2.75f, false, true);
    marker(f, x + 13, y, 4.5f);
}

static void draw_header(struct flow *f) {
    const float baseline = f->r.y + 31;
    float x = f->r.x + 24;
    x += draw_text(f->list, x, baseline, "Gradient flow", text_of(FONT_SANS_SEMIBOLD, 16, f->theme->ink1, ALIGN_LEFT)) +
         14;
    static const char *const words[] = {"all losses", "last loss"};
    static const float widths[] = {20, 26};
    struct text_style style = text_of(FONT_SANS_MEDIUM, 13, f->theme->ink2, ALIGN_LEFT);
    float q = f->r.x + f->r.w - 24;
    for (int i = 1; i >= 0; i--) {
        q -= text_width(f->list, words[i], style);
        draw_text(f->list, q, baseline, words[i], style);
        q -= widths[i] + 8;
        if (i)
            key_last(f, q, baseline - 4.5f);
        else
            key_all(f, q, baseline - 4.5f);
        q -= 18;
    }
    const struct cell_desc *cell = record_cell(f->scene->record);
    enum notation notation = f->scene->state ? f->scene->state->notation : NOTATION_COURSE;
    char state[64], markup[128];
    label_slot(state, sizeof state, cell, cell->state_out[0], LABEL_SYMBOLIC, LABEL_NO_UNIT,
               (struct label_style){notation, false});
    snprintf(markup, sizeof markup, "\\norm{\\partial L/\\partial %s}", state);
    if (x + math_measure(f->list, markup, 18).width < q)
        math_draw(f->list, f->theme, x, baseline, markup, 18, f->theme->ink2, ALIGN_LEFT);
}

static float column_width(const struct flow *f, int t) {
    return t == f->columns.lens ? f->columns.lens_width : f->columns.width;
}

static bool seen(const struct flow *f, int t) {
    return t >= f->first_known && t <= f->last_known && t >= f->columns.first &&
           t < f->columns.first + f->columns.count;
}

static void draw_bar(struct flow *f, int t) {
    float x = stage_column_x(&f->columns, t), width = column_width(f, t);
    float inset = width >= 24 ? width * 16 / 72 : width >= 6 ? 1 : 0;
    double norm = total(f, t);
    float y = height_of(f, norm);
    rect bar = {x + inset, y, width - 2 * inset, f->bottom - y};
    draw_rect(f->list, bar, color_mix(f->theme->gr_p, f->theme->panel, 0.82f), 0);
    if (norm > 0) draw_rect(f->list, (rect){bar.x, y - 1, bar.w, 3}, f->theme->gr_p, 0);
}

// What part of the gradient at t came from each loss. Parts too thin to see are drawn together.
static void draw_share(struct flow *f, int t) {
    double sum = 0;
    for (int tau = t; tau < f->T; tau++)
        sum += by_loss(f->items, tau, t);
    if (!(sum > 0) || !isfinite(sum)) return;
    float x = stage_column_x(&f->columns, t), width = column_width(f, t), held = 0;
    for (int tau = t; tau < f->T; tau++) {
        held += width * (float)(by_loss(f->items, tau, t) / sum);
        if (held < 0.5f && tau < f->T - 1) continue;
        color fill = tint(f->theme, tau - t);
        draw_rect_exact(f->list, (rect){x, f->share, fmaxf(0.5f, held - (held > 2 ? 1 : 0)), 16}, fill,
                        held > 6 ? 2 : 0);
        char text[16];
        snprintf(text, sizeof text, "%d", tau + 1);
        struct text_style number = text_of(FONT_SANS_SEMIBOLD, 12, f->theme->ink1, ALIGN_CENTER);
        if (held > NUMBERED_SHARE && held > text_width(f->list, text, number) + 5) {
            color white = {255, 255, 255, 255}, black = {0x14, 0x17, 0x1B, 255};
            number.color = color_contrast(white, fill) > 4 ? white : black;
            draw_text(f->list, x + held / 2 - 0.5f, f->share + 12.5f, text, number);
        }
        x += held;
        held = 0;
    }
}

static void draw_line(struct flow *f) {
    bool started = false, marked = f->columns.pitch >= 24;
    for (int t = 0; t < f->T; t++) {
        if (!seen(f, t)) continue;
        float x = stage_column_center(&f->columns, t), y = height_of(f, by_loss(f->items, f->T - 1, t));
        if (started)
            draw_path_line(f->list, x, y);
        else
            draw_path_move(f->list, x, y);
        started = true;
    }
    if (!started) return;
    draw_path_stroke(f->list, f->theme->m_b, 2.75f, false, true);
    for (int t = 0; t < f->T; t++)
        if (seen(f, t) && (marked || t == f->T - 1))
            marker(f, stage_column_center(&f->columns, t), height_of(f, by_loss(f->items, f->T - 1, t)),
                   marked ? 5 : 3.5f);
}

// A gradient that has all but vanished is a power of ten.
static int small_digits(double value) {
    return !(value > 0) || value >= 0.1 ? 2 : value >= 0.01 ? 3 : value >= 0.001 ? 4 : -2;
}

// The line's name and its number at the earliest timestep that is known: at its left where there is room,
// else above it.
static void name_line(struct flow *f) {
    int t = f->first_known > f->columns.first ? f->first_known : f->columns.first;
    if (t >= f->T || !seen(f, t)) return;
    double value = by_loss(f->items, f->T - 1, t);
    float y = height_of(f, value), x = stage_column_x(&f->columns, t) + 4;
    struct text_style name = text_of(FONT_SANS_SEMIBOLD, 14, f->theme->m_b, ALIGN_RIGHT);
    struct text_style number = text_of(FONT_SANS_MEDIUM, 14, f->theme->m_b, ALIGN_RIGHT);
    struct source source = {"itemised/a", f->T - 1, t, value};
    if (t > f->columns.first && f->columns.pitch >= 60) {
        y = fminf(y, f->bottom - 17);
        draw_text(f->list, x, y - 1, "last loss", name);
        draw_value(f->list, x, y + 16, source, small_digits(value), false, number);
        return;
    }
    name.align = number.align = ALIGN_LEFT;
    char text[48];
    format_value(text, sizeof text, value, small_digits(value), false);
    float between = f->columns.pitch - column_width(f, t);
    if (t + 1 < f->T && between >= text_width(f->list, "last loss", name) - 30) {
        // Between the first bar and the next, away from the line.
        float next = height_of(f, by_loss(f->items, f->T - 1, t + 1));
        x = stage_column_x(&f->columns, t) + column_width(f, t) + 2;
        y = fminf(y, next) - 14 > f->top + 12 ? fminf(y, next) - 14 : fmaxf(y, next) + 24;
        draw_value(f->list, x, y, source, small_digits(value), false, number);
        return;
    }
    x = stage_column_center(&f->columns, t) - 8;
    y = y - f->top > 30 ? y - 14 : y + 24;
    draw_rect(f->list, (rect){x - 3, y - 13, text_width(f->list, text, number) + 6, 18}, f->theme->panel, 3);
    draw_value(f->list, x, y, source, small_digits(value), false, number);
}

// Pointing at a column tells its number and takes its timestep with a click.
static void hover(struct flow *f) {
    rect area = {f->columns.x0, f->top - 10, f->r.x + f->r.w - f->columns.x0, f->share + 16 - f->top + 10};
    struct ui_result result = ui_control(f->ui, ui_make_id(f->ui, "flow"), area, false);
    if (!result.hovered || !f->scene->state) return;
    for (int t = 0; t < f->T; t++) {
        float x = stage_column_x(&f->columns, t), width = column_width(f, t);
        if (!seen(f, t) || f->ui->pointer.x < x || f->ui->pointer.x >= x + width) continue;
        double norm = total(f, t);
        struct text_style style = text_of(FONT_SANS_SEMIBOLD, 14, f->theme->ink1, ALIGN_CENTER);
        float y = fmaxf(height_of(f, norm) - 7, f->top + 4), center = stage_column_center(&f->columns, t);
        draw_rect(f->list, (rect){center - 24, y - 14, 48, 19}, f->theme->panel, 4);
        draw_value(f->list, center, y, (struct source){f->total_name, t, -1, norm}, small_digits(norm), false, style);
        if (f->scene->state) f->scene->state->hover_t = t;
        if (result.clicked) f->scene->state->t = t, f->ui->animating = true;
    }
}

static bool open_flow(struct flow *f, struct ui *ui, rect r, const struct scene *scene) {
    *f =
        (struct flow){.ui = ui, .list = ui->list, .theme = ui->theme, .scene = scene, .items = scene->itemised, .r = r};
    if (!scene->record || !scene->script) return false;
    f->T = record_T(scene->record);
    f->columns = stage_columns_here(r, scene);
    diagram_place(scene, &f->layer, &f->direction);
    f->by_loss =
        f->items && f->items->T == f->T && f->layer == 0 && f->direction == 0 && !record_is_encoder(scene->record);
    f->total_name = record_norm_name(scene->record, RECORD_BACKWARD, f->layer, f->direction,
                                     record_cell(scene->record)->state_out[0]);
    f->top = r.y + 54;
    f->bottom = r.y + r.h - 64;
    f->share = r.y + r.h - 40;
    f->first_known = 0;
    f->last_known = f->T - 1;
    while (f->first_known < f->T && !known(scene, f->first_known))
        f->first_known++;
    while (f->last_known >= f->first_known && !known(scene, f->last_known))
        f->last_known--;
    return true;
}

static void side_labels(struct flow *f) {
    math_draw(f->list, f->theme, f->columns.x0 - 23, f->share + 13, course(f->scene) ? "L^{<\\tau>}" : "L_\\tau", 17,
              f->theme->ink1, ALIGN_RIGHT);
    int t = f->first_known - 1;
    if (t < f->columns.first || f->columns.pitch < 48 || f->first_known >= f->T) return;
    float x = stage_column_x(&f->columns, t) + column_width(f, t) - 4;
    draw_text(f->list, x, f->share + 13, "share", text_of(FONT_SANS_MEDIUM, 13, f->theme->ink3, ALIGN_RIGHT));
}

void view_flow(struct ui *ui, rect r, const struct scene *scene) {
    struct flow f;
    draw_rect(ui->list, r, ui->theme->panel, 0);
    draw_hline(ui->list, r.x, r.x + r.w, r.y, ui->theme->line);
    if (!open_flow(&f, ui, r, scene) || r.h < 150) return;
    draw_clip_push(ui->list, r);
    draw_header(&f);
    if (!f.items) {
        draw_text_fit(f.list, r.x + 24, r.y + 70, r.w - 48,
                      record_is_encoder(scene->record) ? "The losses are the decoder’s: step there to see their shares."
                                                       : "Gradients by loss are not computed for sequences this long.",
                      text_of(FONT_SANS, 15, f.theme->ink2, ALIGN_LEFT));
    } else {
        find_range(&f);
        draw_axis(&f);
        if (f.by_loss) side_labels(&f);
        for (int t = 0; t < f.T; t++)
            if (seen(&f, t)) draw_bar(&f, t);
        for (int t = 0; f.by_loss && t < f.T; t++)
            if (seen(&f, t)) draw_share(&f, t);
        if (f.by_loss) draw_line(&f), name_line(&f);
        hover(&f);
    }
    draw_clip_pop(ui->list);
}

// --- the list for the inspector ---

static void loss_row(struct ui *ui, rect r, float y, const struct scene *scene, int tau, int t) {
    const struct itemised *items = scene->itemised;
    const struct theme *theme = ui->theme;
    char label[32];
    snprintf(label, sizeof label, course(scene) ? "L^{<%d>}" : "L_{%d}", tau + 1);
    math_draw(ui->list, theme, r.x, y, label, 16, theme->ink1, ALIGN_LEFT);
    double value = by_loss(items, tau, t);
    rect track = {r.x + 48, y - 12, r.w - 106, 14};
    draw_rect(ui->list, track, theme->sunk, 2);
    float length = track.w * gradient_length((float)value);
    draw_rect_exact(ui->list, (rect){track.x, track.y, length, track.h}, tint(theme, tau - t), fminf(2, length / 2));
    draw_value(ui->list, r.x + r.w, y, (struct source){"itemised/a", tau, t, value}, small_digits(value), false,
               text_of(FONT_SANS_MEDIUM, 13, theme->ink1, ALIGN_RIGHT));
}

void view_flow_by_loss(struct ui *ui, rect r, const struct scene *scene) {
    const struct itemised *items = scene->itemised;
    if (!items || !scene->record || r.h < 28) return;
    const struct theme *theme = ui->theme;
    const int T = items->T, t = scene_t(scene);
    char title[64], norm[128];
    snprintf(title, sizeof title, "Gradient at t = %d, by loss", t + 1);
    float y = r.y + 28;
    float used = draw_text_fit(ui->list, r.x, y, r.w, title, text_of(FONT_SANS_SEMIBOLD, 14, theme->ink1, ALIGN_LEFT));
    char state[64];
    const struct cell_desc *cell = record_cell(scene->record);
    enum notation notation = scene->state ? scene->state->notation : NOTATION_COURSE;
    label_slot(state, sizeof state, cell, cell->state_out[0], LABEL_SYMBOLIC, LABEL_NO_UNIT,
               (struct label_style){notation, false});
    snprintf(norm, sizeof norm,
             course(scene) ? "\\norm{\\partial L^{<\\tau>}/\\partial %s}" : "\\norm{\\partial L_\\tau/\\partial %s}",
             state);
    if (used + 12 + math_measure(ui->list, norm, 15).width <= r.w)
        math_draw(ui->list, theme, r.x + r.w, y, norm, 15, theme->ink3, ALIGN_RIGHT);
    if (!known(scene, t)) {
        draw_text_fit(ui->list, r.x, y + 26, r.w, "Not computed yet at this timestep.",
                      text_of(FONT_SANS_MEDIUM, 13, theme->ink3, ALIGN_LEFT));
        return;
    }
    y += 6;
    float pitch = 23;
    int rows = (int)((r.y + r.h - y - 4) / pitch), wanted = T - t;
    if (rows < wanted && (r.y + r.h - y - 4) / 21 >= (float)wanted) pitch = 21, rows = wanted;
    if (rows < 1) return;
    // When not all fit: the nearest losses, how many are left out, and the last one.
    int near = rows >= wanted ? wanted : rows - 2;
    if (near < 1) near = rows < wanted ? rows : wanted;
    for (int k = 0; k < near; k++)
        loss_row(ui, r, y += pitch, scene, t + k, t);
    if (near >= wanted || rows - near < 2) return;
    char text[48];
    snprintf(text, sizeof text, "… %d more", wanted - near - 1);
    draw_text(ui->list, r.x + 48, y += pitch, text, text_of(FONT_SANS_MEDIUM, 13, theme->ink3, ALIGN_LEFT));
    loss_row(ui, r, y + pitch, scene, T - 1, t);
}
