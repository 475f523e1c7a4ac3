// The time part of the view of shared weights: columns t = 1..T with a cell, a piece of the gradient, and a norm each.
#include "plot.h"
#include "strip.h"
#include "token.h"
#include "weight_picker.h"
#include "weights_inner.h"
#include "wire.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NUMBERS_FROM = 56, LABEL_X = 24 }; // pitch from which every column shows its number

static float column_x(const struct weights *w, int t) {
    return w->x0 + w->pitch * (float)t;
}

static float center_of(const struct weights *w, int t) {
    return column_x(w, t) + w->pitch / 2;
}

// A bar's rectangle in a column: gaps while there is room for them.
static rect bar_of(const struct weights *w, int t, float top, float bottom) {
    float inset = w->pitch >= 24 ? w->pitch * 0.2f : w->pitch >= 5 ? 1 : 0;
    return (rect){column_x(w, t) + inset, fminf(top, bottom), w->pitch - 2 * inset, fabsf(bottom - top)};
}

static bool labelled(const struct weights *w, int t) {
    static const int strides[] = {1, 2, 5, 10, 20, 50, 100};
    size_t k = 0;
    while (k + 1 < sizeof strides / sizeof *strides && w->pitch * (float)strides[k] < 40)
        k++;
    return strides[k] == 1 || (t + 1) % strides[k] == 0;
}

static void side_words(const struct weights *w, float y, const char *words, enum font font) {
    draw_text_fit(w->list, LABEL_X + w->x0 - 104, y, 84, words, text_of(font, 13, w->theme->ink2, ALIGN_LEFT));
}

void weights_columns(struct weights *w, rect all) {
    struct ui_result result = ui_control(w->ui, ui_make_id(w->ui, "timesteps of the weight"), all, false);
    rect now = {column_x(w, w->t), all.y, fmaxf(w->pitch, 2), all.h};
    draw_rect(w->list, now, w->theme->sunk, 0);
    if (!result.hovered) return;
    int t = (int)((w->ui->pointer.x - all.x) / w->pitch);
    if (t < 0 || t >= w->T) return;
    if (scene_encoder(w->scene) == w->encoder) w->scene->state->hover_t = t;
    draw_box(w->list, (rect){column_x(w, t), all.y, fmaxf(w->pitch, 2), all.h}, w->theme->line2, 0, 1);
    if (result.clicked) weights_take(w, t);
}

// --- the network ---

// The values themselves, pale: the same ones in every copy.
static void small_values(const struct weights *w, rect m, float tile, int down, int across) {
    bool turned = weight_turned(w->record, w->weight.param);
    for (int d = 0; d < down; d++)
        for (int a = 0; a < across; a++) {
            int row = w->block.first + (turned ? a : d), column = turned ? d : a;
            double v = record_param_value(w->record, RECORD_PARAM, w->weight.param, row, column);
            rect at = {m.x + tile * (float)a, m.y + tile * (float)d, tile - 0.5f, tile - 0.5f};
            draw_rect_exact(w->list, at, color_mix(ramp_value(w->theme, (float)v), w->theme->panel, 0.3f), 0);
        }
}

// The matrix inside a cell, small, with the chosen weight lit where it stands in it.
static void small_matrix(const struct weights *w, rect cell) {
    int rows, columns;
    record_param_shape(w->record, w->weight.param, &rows, &columns);
    bool turned = weight_turned(w->record, w->weight.param);
    float row = (float)(w->weight.row - w->block.first), column = (float)w->weight.column;
    float across = (float)(turned ? w->block.count : columns), down = (float)(turned ? columns : w->block.count);
    if (turned) {
        float kept = row;
        row = column, column = kept;
    }
    float side = fminf(cell.h, 34), width = fminf(cell.w, 60);
    rect m = {cell.x + (cell.w - width) / 2, cell.y + (cell.h - side) / 2, width, side};
    if (down == 1) m.y += m.h / 2 - 4, m.h = 8;
    if (m.w < 5 || m.h < 5) {
        draw_rect(w->list, cell, w->theme->hi, 0);
        return;
    }
    draw_rect(w->list, m, w->theme->sunk, 2);
    float tile = fminf(fminf(9, m.h), fmaxf(4, m.w / across));
    if (m.h / down >= 3 && m.w / across >= 3) {
        tile = fminf(m.h / down, m.w / across);
        m = (rect){cell.x + (cell.w - tile * across) / 2, cell.y + (cell.h - tile * down) / 2, tile * across,
                   tile * down};
        small_values(w, m, tile, (int)down, (int)across);
    }
    rect lit = {m.x + (m.w - tile) * (across > 1 ? column / (across - 1) : 0.5f),
                m.y + (m.h - tile) * (down > 1 ? row / (down - 1) : 0.5f), tile, tile};
    draw_rect(w->list, lit, w->theme->hi, 1);
    if (tile >= 6) draw_box(w->list, lit, w->theme->on_hi, 1, 1);
}

static bool has_symbols(const struct weights *w) {
    return weight_token(w->record, w->weight.param, 0) && w->pitch >= 9;
}

static void symbol_under(const struct weights *w, int t, float y) {
    const char *text = weight_token(w->record, w->weight.param, t);
    float size = fminf(15, w->pitch * 0.95f);
    enum font font = t == w->t ? FONT_MONO_SEMIBOLD : FONT_MONO;
    color ink = t == w->t ? w->theme->ink1 : w->theme->ink2;
    if (token_width(w->list, text, size, font) > 1.5f * size)
        token_draw_fit(w->list, center_of(w, t), y, w->pitch - 2, text, w->pitch < 26 ? fminf(size, 10) : size, font,
                       ink);
    else
        token_draw(w->list, center_of(w, t), y, text, size, font, ink);
}

static void time_under(const struct weights *w, int t, float y) {
    if (!labelled(w, t) && t != w->t) return;
    char text[24];
    snprintf(text, sizeof text, w->pitch >= 40 ? "t = %d" : "%d", t + 1);
    // The chosen one stands alone: its neighbours give way.
    if (t != w->t && fabsf(center_of(w, t) - center_of(w, w->t)) < 34 && !(w->pitch >= 40)) return;
    draw_text(w->list, center_of(w, t), y, text,
              text_of(t == w->t ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 12,
                      t == w->t ? w->theme->ink1 : w->theme->ink3, ALIGN_CENTER));
}

// From each cell to the next in the direction's own order; a head or an embedding hands nothing on.
static void state_wire(const struct weights *w, int t, rect cell) {
    const struct param *p = &w->record->layout.params[w->weight.param];
    float gap = w->pitch - cell.w;
    if (p->layer < 0 || gap < 4 || t + 1 >= w->T) return;
    float y = cell.y + cell.h / 2, from = cell.x + cell.w, to = cell.x + w->pitch;
    point points[2] = {{from, y}, {to, y}};
    if (p->direction == 1) points[0].x = to, points[1].x = from;
    wire_draw(w->list, points, 2,
              (struct wire_style){.ink = w->theme->ink2, .head = gap >= 9 ? fminf(5, gap - 3) : -1});
}

void weights_cells(struct weights *w, rect r) {
    const float under = has_symbols(w) ? 38 : 22;
    float width = w->pitch >= 12 ? fminf(84, w->pitch - fminf(14, w->pitch * 0.25f))
                                 : fmaxf(1, w->pitch - (w->pitch >= 5 ? 1 : 0));
    rect row = {r.x, r.y + 4, r.w, r.h - under - 4};
    if (row.h > 60) row.y += (row.h - 60) / 2, row.h = 60;
    for (int t = 0; t < w->T; t++) {
        rect cell = {center_of(w, t) - width / 2, row.y, width, row.h};
        if (w->pitch >= 12) {
            draw_rect(w->list, cell, w->theme->panel, 6);
            draw_box(w->list, cell, t == w->t ? w->theme->ink1 : w->theme->line2, 6, t == w->t ? 2 : 1);
            state_wire(w, t, cell);
            small_matrix(w, rect_inset(cell, w->pitch >= 30 ? 6 : 3));
        } else {
            draw_rect_exact(w->list, cell, w->theme->line, 0);
            draw_rect_exact(w->list, (rect){cell.x, cell.y + cell.h / 2 - 3, cell.w, 6}, w->theme->hi, 0);
        }
        if (has_symbols(w)) symbol_under(w, t, row.y + row.h + 17);
        time_under(w, t, row.y + row.h + under - 5);
    }
    char copies[48];
    snprintf(copies, sizeof copies, w->T == 1 ? "1 copy" : "%d copies", w->T);
    side_words(w, row.y + row.h / 2 - 3, "one weight,", FONT_SANS_SEMIBOLD);
    side_words(w, row.y + row.h / 2 + 14, copies, FONT_SANS_SEMIBOLD);
    math_draw_fit(w->list, w->theme, column_x(w, w->T) + 10, row.y + row.h / 2 + 6, 80, w->label, 17, w->theme->ink1,
                  ALIGN_LEFT);
}

// --- the parts of its gradient ---

static color sign_ink(const struct weights *w, double value) {
    return value < 0 ? w->theme->gr_n : w->theme->gr_p;
}

// A piece of the gradient; minus hollow where signs are marked.
static void piece(const struct weights *w, rect r, double value) {
    color ink = value == 0 ? w->theme->line2 : sign_ink(w, value);
    if (r.h < 1) r.y -= (1 - r.h) / 2, r.h = 1;
    if (w->scene->state->sign_marks && value < 0 && r.w >= 4 && r.h >= 4)
        draw_box(w->list, r, ink, 2, 1.5f);
    else
        draw_rect_exact(w->list, r, ink, fminf(2, fminf(r.w, r.h) / 2));
}

// Every part as wide as its share of all that pulls, whichever way: what is left of it after the signs is the total.
static void share_bar(const struct weights *w, float y) {
    double sum = 0;
    for (int t = 0; t < w->T; t++)
        sum += fabs(w->parts[t]);
    if (!(sum > 0)) return;
    float x = w->x0, whole = w->pitch * (float)w->T;
    for (int t = 0; t < w->T; t++) {
        float width = whole * (float)(fabs(w->parts[t]) / sum);
        rect r = {x, y, width - (width > 3 ? 1 : 0), 16};
        x += width;
        if (width < 0.3f) continue;
        color fill = color_mix(sign_ink(w, w->parts[t]), w->theme->stage, t % 2 ? 0.28f : 0);
        draw_rect_exact(w->list, r, fill, r.w > 6 ? 2 : 0);
        if (t == w->t) draw_box(w->list, (rect){r.x - 1, r.y - 2, fmaxf(3, r.w + 2), r.h + 4}, w->theme->ink1, 2, 2);
        char text[16];
        snprintf(text, sizeof text, "%d", t + 1);
        struct text_style number = text_of(FONT_SANS_SEMIBOLD, 12, w->theme->ink1, ALIGN_CENTER);
        if (width < 15 || width < text_width(w->list, text, number) + 5) continue;
        color white = {255, 255, 255, 255}, black = {0x14, 0x17, 0x1B, 255};
        number.color = color_contrast(white, fill) > 4 ? white : black;
        draw_text(w->list, r.x + r.w / 2, y + 12.5f, text, number);
    }
}

// The range of the running totals; numbers: with room for a line of text on both sides.
static void range_of(const struct weights *w, struct plot *plot, bool numbers) {
    double low = 0, high = 0;
    for (int t = 0; t < w->T; t++) {
        low = fmin(low, w->sums[t]);
        high = fmax(high, w->sums[t]);
    }
    if (w->record->batch) {
        double whole = weights_number(w, RECORD_TOTAL).value;
        low = fmin(low, whole);
        high = fmax(high, whole);
    }
    if (!(high > low)) high = 1e-9;
    const float text = 18, h = plot->area.h;
    double room = numbers && h > 3 * text ? (high - low) * text / (h - 2 * text) : (high - low) * 0.04;
    plot->y0 = low - (numbers || low < 0 ? room : 0);
    plot->y1 = high + (numbers || high > 0 ? room : 0);
}

// The number of a part at its piece, outside of it on the side where it points.
static void part_number(const struct weights *w, int t, rect bar) {
    struct text_style style =
        text_of(t == w->t ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 12, w->theme->ink1, ALIGN_CENTER);
    struct source source = weights_part(w, t);
    char text[48];
    int digits = source.value == 0 ? 0 : w->part_digits;
    format_value(text, sizeof text, source.value, digits, true);
    float width = text_width(w->list, text, style);
    if (width > w->pitch - 2) style.size *= fmaxf(0.8f, (w->pitch - 2) / width);
    float y = source.value >= 0 ? bar.y - 5 : bar.y + bar.h + 14;
    scene_value(w->scene, w->list, center_of(w, t), y, source, digits, true, style);
}

static void running_total(const struct weights *w, int t, float y) {
    struct text_style style =
        text_of(t == w->t ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 12, w->theme->ink2, ALIGN_CENTER);
    scene_value(w->scene, w->list, center_of(w, t), y, weights_sum(w, t), w->sums[t] == 0 ? 0 : w->digits, true, style);
}

// "t = 5: part, running total, whole" in one line, where columns are too narrow for numbers.
static void told_line(const struct weights *w, float y) {
    struct text_style word = text_of(FONT_SANS_MEDIUM, 13, w->theme->ink2, ALIGN_LEFT);
    struct text_style number = text_of(FONT_SANS_SEMIBOLD, 13, w->theme->ink1, ALIGN_LEFT);
    char time[32];
    snprintf(time, sizeof time, "t = %d:  part ", w->t + 1);
    float x = w->x0;
    x += draw_text(w->list, x, y, time, word);
    x += scene_value(w->scene, w->list, x, y, weights_part(w, w->t), w->parts[w->t] == 0 ? 0 : w->part_digits, true,
                     number);
    x += draw_text(w->list, x, y, ", running total ", word);
    scene_value(w->scene, w->list, x, y, weights_sum(w, w->t), w->sums[w->t] == 0 ? 0 : w->digits, true, number);
}

// What comes of the parts: a bar from one value to another, its name above, its number below.
static void whole_bar(const struct weights *w, const struct plot *plot, float x, double from, double to, double value) {
    float a = plot_y(plot, from), b = plot_y(plot, to);
    piece(w, (rect){x, fminf(a, b), 26, fabsf(b - a)}, value);
}

static void whole_number(const struct weights *w, float x, float y, struct source source, int digits, float room) {
    struct text_style style = text_of(FONT_SANS_SEMIBOLD, 13, w->theme->grad, ALIGN_LEFT);
    char text[48];
    format_value(text, sizeof text, source.value, digits, true);
    style.size *= fminf(1, fmaxf(0.75f, room / text_width(w->list, text, style)));
    scene_value(w->scene, w->list, x, y, source, digits, true, style);
}

static void whole_of_example(const struct weights *w, const struct plot *plot, float top, float bottom) {
    float x = column_x(w, w->T) + 10;
    whole_bar(w, plot, x, 0, w->total, w->total);
    math_draw_fit(w->list, w->theme, x, top, 80, w->grad_label, 16, w->theme->grad, ALIGN_LEFT);
    whole_number(w, x, bottom, weights_number(w, RECORD_GRAD), w->digits, 76);
}

// The rest of the minibatch goes on where this example's parts ended, and both make the whole.
static void whole_of_batch(const struct weights *w, const struct plot *plot, float top, float bottom) {
    const struct source rest = weights_number(w, RECORD_REST), whole = weights_number(w, RECORD_TOTAL);
    const float step = 76;
    float x = column_x(w, w->T) + 10;
    char others[24];
    int count = record_batch_count(w->record) - 1;
    snprintf(others, sizeof others, count == 1 ? "1 other" : "%d others", count);
    struct text_style name = text_of(FONT_SANS_SEMIBOLD, 12, w->theme->ink2, ALIGN_LEFT);
    draw_text_fit(w->list, x, top, step - 6, others, name);
    draw_text_fit(w->list, x + step, top, step - 6, "whole", name);
    if (w->pitch >= 5) // where the parts ended
        draw_hline(w->list, column_x(w, w->T) - 2, x, plot_y(plot, w->total), w->theme->ink3);
    whole_bar(w, plot, x, w->total, whole.value, rest.value);
    draw_hline(w->list, x + 26, x + step, plot_y(plot, whole.value), w->theme->ink3);
    whole_bar(w, plot, x + step, 0, whole.value, whole.value);
    whole_number(w, x, bottom, rest, w->whole_digits, step - 8);
    whole_number(w, x + step, bottom, whole, w->whole_digits, step - 8);
}

void weights_parts(struct weights *w, rect r) {
    const bool numbers = w->pitch >= NUMBERS_FROM;
    const float share = 30, line = 20;
    struct plot plot = {.list = w->list, .theme = w->theme, .x1 = 1};
    plot.area = (rect){w->x0, r.y + (numbers ? 4 : line + 4), w->pitch * (float)w->T, 0};
    plot.area.h = r.y + r.h - share - (numbers ? line : 4) - plot.area.y;
    range_of(w, &plot, numbers);
    plot_lines_y(&plot, plot.area.h > 90 ? 4 : 2);
    if (!numbers) told_line(w, r.y + 15);
    float bottom = plot.area.y + plot.area.h;
    for (int t = 0; t < w->T; t++) {
        rect bar = bar_of(w, t, plot_y(&plot, t ? w->sums[t - 1] : 0), plot_y(&plot, w->sums[t]));
        piece(w, bar, w->parts[t]);
        if (w->pitch >= 5 && t + 1 < w->T) // where the next piece begins
            draw_hline(w->list, bar.x + bar.w, bar.x + bar.w + w->pitch - bar.w, plot_y(&plot, w->sums[t]),
                       w->theme->ink3);
        if (numbers) part_number(w, t, bar);
        if (numbers) running_total(w, t, bottom + line - 3);
    }
    if (w->record->batch)
        whole_of_batch(w, &plot, r.y + (numbers ? 6 : 15), bottom + (numbers ? line - 3 : 14));
    else
        whole_of_example(w, &plot, r.y + (numbers ? 6 : 15), bottom + (numbers ? line - 3 : 14));
    if (numbers) side_words(w, bottom + line - 3, "running total", FONT_SANS_MEDIUM);
    side_words(w, r.y + r.h - share + 18, "shares", FONT_SANS_MEDIUM);
    share_bar(w, r.y + r.h - share + 6);
}

// --- norms ---

static int small_digits(double value) {
    return !(value > 0) || value >= 0.1 ? 2 : value >= 0.01 ? 3 : -2;
}

void weights_norms(struct weights *w, rect r) {
    struct plot plot = {.list = w->list, .theme = w->theme, .x1 = 1, .log_y = true};
    plot.area = (rect){w->x0, r.y + 26, w->pitch * (float)w->T, r.h - 34};
    double low = INFINITY, high = 0;
    for (int t = 0; t < w->T; t++) {
        if (w->norms[t] > 0) low = fmin(low, w->norms[t]);
        high = fmax(high, w->norms[t]);
    }
    plot_decades(low, high, 2, 8, &plot.y0, &plot.y1);
    draw_text(w->list, w->x0, r.y + 14,
              w->record->batch ? "Size of each timestep’s part of this example’s gradient"
                               : "Size of each timestep’s part of the whole gradient",
              text_of(FONT_SANS_SEMIBOLD, 13, w->theme->ink2, ALIGN_LEFT));
    plot_grid_y(&plot);
    const char *name = record_param_name_of(w->record, RECORD_GRAD_AT_NORM, w->weight.param);
    float bottom = plot.area.y + plot.area.h;
    for (int t = 0; t < w->T; t++) {
        rect bar = bar_of(w, t, plot_y(&plot, w->norms[t]), bottom);
        draw_rect(w->list, bar, color_mix(w->theme->gr_p, w->theme->panel, 0.82f), 0);
        if (w->norms[t] > 0) draw_rect(w->list, (rect){bar.x, bar.y - 1, bar.w, 3}, w->theme->gr_p, 0);
        struct source source = {name, t, -1, w->norms[t]};
        if (w->pitch < NUMBERS_FROM) { // only of the chosen timestep, at the right of the title
            char time[24];
            snprintf(time, sizeof time, "t = %d:", t + 1);
            struct text_style style = text_of(FONT_SANS_SEMIBOLD, 13, w->theme->ink1, ALIGN_RIGHT);
            float x = column_x(w, w->T);
            if (t != w->t) continue;
            x -= scene_value(w->scene, w->list, x, r.y + 14, source, small_digits(source.value), false, style) + 6;
            style.color = w->theme->ink2, style.font = FONT_SANS_MEDIUM;
            draw_text(w->list, x, r.y + 14, time, style);
            continue;
        }
        float y = bar.y - 5 < r.y + 26 ? bar.y + 15 : bar.y - 5;
        scene_value(w->scene, w->list, center_of(w, t), y, source, small_digits(w->norms[t]), false,
                    text_of(t == w->t ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 12, w->theme->ink1, ALIGN_CENTER));
    }
}
