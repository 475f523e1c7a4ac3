#include "flow.h"
#include "diagram.h"
#include "label.h"
#include "log_axis.h"
#include "mathbox.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DECADES_MOST = 8, NUMBERED_SHARE = 15 };

struct flow {
    struct ui *ui;
    struct draw_list *list;
    const struct theme *theme;
    const struct scene *scene;
    const struct itemised *items;
    struct stage_columns columns;
    rect r;
    int T, first_known, last_known; // gradients of a<t> are known at these timesteps; none: first_known > last_known
    int layer, direction;           // looked at
    const char *total_name;
    int far; // the loss with the line of its own: the last one, of a backward direction the first
    struct log_axis axis;
    const char *far_words;
    float top, bottom, share; // y of the axis' ends and of the share bars
};

static color tint(const struct theme *theme, int distance) {
    float most = theme->contrast ? 0.5f : 0.84f; // what is far stays a shape that stands out
    return color_mix(theme->gr_p, theme->panel, fminf(most, 0.05f + (float)distance * 0.2f));
}

static double by_loss(const struct itemised *items, int tau, int t) {
    return itemised_norm(items, 0, tau, t);
}

// How far away a loss is; those of a decoder are counted from where it begins.
static int distance(const struct itemised *items, int tau, int t) {
    return items->chain.side ? tau : abs(tau - t);
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

static void find_range(struct flow *f) {
    log_axis_open(&f->axis, f->top, f->bottom);
    for (int t = 0; t < f->T; t++) {
        log_axis_take(&f->axis, total(f, t));
        if (f->far >= 0) log_axis_take(&f->axis, by_loss(f->items, f->far, t));
    }
    log_axis_close(&f->axis, DECADES_MOST);
}

static float height_of(const struct flow *f, double value) {
    return log_axis_y(&f->axis, value);
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
    const char *const words[] = {"all losses", f->far_words};
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
    for (int tau = 0; tau < f->items->taus; tau++)
        sum += by_loss(f->items, tau, t);
    if (!(sum > 0) || !isfinite(sum)) return;
    float x = stage_column_x(&f->columns, t), width = column_width(f, t), held = 0;
    for (int tau = 0; tau < f->items->taus; tau++) {
        held += width * (float)(by_loss(f->items, tau, t) / sum);
        if (held < 0.5f && (held <= 0 || tau < f->items->taus - 1)) continue;
        color fill = tint(f->theme, distance(f->items, tau, t));
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
        float x = stage_column_center(&f->columns, t), y = height_of(f, by_loss(f->items, f->far, t));
        if (started)
            draw_path_line(f->list, x, y);
        else
            draw_path_move(f->list, x, y);
        started = true;
    }
    if (!started) return;
    draw_path_stroke(f->list, f->theme->m_b, 2.75f, false, true);
    for (int t = 0; t < f->T; t++)
        if (seen(f, t) && (marked || t == f->far))
            marker(f, stage_column_center(&f->columns, t), height_of(f, by_loss(f->items, f->far, t)),
                   marked ? 5 : 3.5f);
}

// The line's name and its number at the earliest timestep that is known: at its left where there is room,
// else above it.
static void name_line(struct flow *f) {
    int t = f->first_known > f->columns.first ? f->first_known : f->columns.first;
    if (t >= f->T || !seen(f, t)) return;
    double value = by_loss(f->items, f->far, t);
    float y = height_of(f, value), x = stage_column_x(&f->columns, t) + 4;
    struct text_style name = text_of(FONT_SANS_SEMIBOLD, 14, f->theme->m_b, ALIGN_RIGHT);
    struct text_style number = text_of(FONT_SANS_MEDIUM, 14, f->theme->m_b, ALIGN_RIGHT);
    struct source source = {f->items->norm_name[0], f->far, t, value};
    if (t > f->columns.first && f->columns.pitch >= 60) {
        y = fminf(y, f->bottom - 17);
        draw_text(f->list, x, y - 1, f->far_words, name);
        draw_value(f->list, x, y + 16, source, log_axis_digits(value), false, number);
        return;
    }
    name.align = number.align = ALIGN_LEFT;
    char text[48];
    format_value(text, sizeof text, value, log_axis_digits(value), false);
    float between = f->columns.pitch - column_width(f, t);
    if (t + 1 < f->T && between >= text_width(f->list, f->far_words, name) - 30) {
        // Between the first bar and the next, away from the line.
        float next = height_of(f, by_loss(f->items, f->far, t + 1));
        x = stage_column_x(&f->columns, t) + column_width(f, t) + 2;
        y = fminf(y, next) - 14 > f->top + 12 ? fminf(y, next) - 14 : fmaxf(y, next) + 24;
        draw_value(f->list, x, y, source, log_axis_digits(value), false, number);
        return;
    }
    x = stage_column_center(&f->columns, t) - 8;
    y = y - f->top > 30 ? y - 14 : y + 24;
    draw_rect(f->list, (rect){x - 3, y - 13, text_width(f->list, text, number) + 6, 18}, f->theme->panel, 3);
    draw_value(f->list, x, y, source, log_axis_digits(value), false, number);
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
        draw_value(f->list, center, y, (struct source){f->total_name, t, -1, norm}, log_axis_digits(norm), false,
                   style);
        if (f->scene->state) f->scene->state->hover_t = t;
        if (result.clicked) f->scene->state->t = t, f->ui->animating = true;
    }
}

static bool open_flow(struct flow *f, struct ui *ui, rect r, const struct scene *scene) {
    *f = (struct flow){.ui = ui, .list = ui->list, .theme = ui->theme, .scene = scene, .r = r};
    if (!scene->record || !scene->script) return false;
    f->items = scene_itemised(scene);
    f->far = f->items ? itemised_farthest(f->items) : -1;
    f->far_words = f->far >= 0 && f->far < f->items->losses[f->items->loss_count - 1] ? "first loss" : "last loss";
    f->T = record_T(scene->record);
    f->columns = stage_columns_here(r, scene);
    diagram_place(scene, &f->layer, &f->direction);
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

// Where the shares will stand: how far their numbers are.
static void wait_for_losses(struct flow *f) {
    double done;
    if (insights_busy(f->scene->insights, &done) && done > 0)
        ui_progress(f->ui, (rect){f->columns.x0, f->share + 6, f->r.x + f->r.w - 18 - f->columns.x0, 3}, done);
}

void view_flow(struct ui *ui, rect r, const struct scene *scene) {
    struct flow f;
    draw_rect(ui->list, r, ui->theme->panel, 0);
    draw_hline(ui->list, r.x, r.x + r.w, r.y, ui->theme->line);
    if (!open_flow(&f, ui, r, scene) || r.h < 150) return;
    draw_clip_push(ui->list, r);
    draw_header(&f);
    find_range(&f);
    log_axis_draw(&f.axis, f.list, f.theme, f.columns.x0 - 6, r.x + r.w - 18);
    for (int t = 0; t < f.T; t++)
        if (seen(&f, t)) draw_bar(&f, t);
    if (f.items) {
        side_labels(&f);
        for (int t = 0; t < f.T; t++)
            if (seen(&f, t)) draw_share(&f, t);
        if (f.far >= 0) draw_line(&f), name_line(&f);
    } else
        wait_for_losses(&f);
    hover(&f);
    draw_clip_pop(ui->list);
}

// --- the list for the inspector ---

static int loss_at(const struct itemised *items, int n) {
    return items->losses[items->chain.direction == 1 && items->chain.side == 0 ? items->loss_count - 1 - n : n];
}

// Losses in the chain's own order, the nearest one first; the first at place n or later that comes back to t, or
// loss_count.
static int next_heard(const struct itemised *items, int t, int n) {
    bool reverse = items->chain.direction == 1 && items->chain.side == 0;
    for (; n < items->loss_count; n++) {
        int tau = loss_at(items, n);
        if (items->chain.side || itemised_norm(items, 0, tau, t) > 0 || (reverse ? tau <= t : tau >= t)) break;
    }
    return n;
}

int view_flow_losses(const struct scene *scene, int t) {
    const struct itemised *items = scene_itemised(scene);
    if (!items) return record_T(scene->record) - t;
    int count = 0;
    for (int n = next_heard(items, t, 0); n < items->loss_count; n = next_heard(items, t, n + 1))
        count++;
    return count;
}

static void loss_row(struct ui *ui, rect r, float y, const struct scene *scene, const struct itemised *items, int tau,
                     int t) {
    const struct theme *theme = ui->theme;
    char label[32];
    snprintf(label, sizeof label, course(scene) ? "L^{<%d>}" : "L_{%d}", tau + 1);
    math_draw(ui->list, theme, r.x, y, label, 16, theme->ink1, ALIGN_LEFT);
    double value = by_loss(items, tau, t);
    rect track = {r.x + 48, y - 12, r.w - 106, 14};
    draw_rect(ui->list, track, theme->sunk, 2);
    float length = track.w * gradient_length((float)value);
    draw_rect_exact(ui->list, (rect){track.x, track.y, length, track.h}, tint(theme, distance(items, tau, t)),
                    fminf(2, length / 2));
    draw_value(ui->list, r.x + r.w, y, (struct source){items->norm_name[0], tau, t, value}, log_axis_digits(value),
               false, text_of(FONT_SANS_MEDIUM, 13, theme->ink1, ALIGN_RIGHT));
}

void view_flow_by_loss(struct ui *ui, rect r, const struct scene *scene) {
    if (!scene->record || r.h < 28) return;
    const struct itemised *items = scene_itemised(scene);
    const struct theme *theme = ui->theme;
    const int t = scene_t(scene);
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
    if (!items) return; // the rows come when they are computed
    y += 6;
    float pitch = 23;
    int rows = (int)((r.y + r.h - y - 4) / pitch), wanted = view_flow_losses(scene, t);
    if (rows < wanted && (r.y + r.h - y - 4) / 21 >= (float)wanted) pitch = 21, rows = wanted;
    if (rows < 1) return;
    // When not all fit: the nearest losses, how many are left out, and the last one.
    int near = rows >= wanted ? wanted : rows - 2;
    if (near < 1) near = rows < wanted ? rows : wanted;
    int last = 0;
    for (int k = 0, n = next_heard(items, t, 0); n < items->loss_count; k++, n = next_heard(items, t, n + 1)) {
        last = n;
        if (k < near) loss_row(ui, r, y += pitch, scene, items, loss_at(items, n), t);
    }
    if (near >= wanted || rows - near < 2) return;
    char text[48];
    snprintf(text, sizeof text, "… %d more", wanted - near - 1);
    draw_text(ui->list, r.x + 48, y += pitch, text, text_of(FONT_SANS_MEDIUM, 13, theme->ink3, ALIGN_LEFT));
    loss_row(ui, r, y + pitch, scene, items, loss_at(items, last), t);
}
