// The numbers of an example as lines over its timesteps, in the file's own units; notes as a roll.
#include "data_page.h"
#include "plot.h"

#include <math.h>
#include <stdio.h>

enum { SERIES_MOST = 8 };

struct series {
    const struct dataset *data;
    const float *values; // (T, channels)
    long T;
    int channels; // drawn
};

static double value_at(const struct series *s, long t, int c) {
    const struct dataset *d = s->data;
    double value = (double)s->values[(size_t)t * (size_t)d->channels + (size_t)c];
    return d->scale ? value * (double)d->scale[c] + (double)d->mean[c] : value;
}

static void range(const struct series *s, double *low, double *high) {
    *low = INFINITY;
    *high = -INFINITY;
    for (long t = 0; t < s->T; t++)
        for (int c = 0; c < s->channels; c++) {
            *low = fmin(*low, value_at(s, t, c));
            *high = fmax(*high, value_at(s, t, c));
        }
    if (!(*high > *low)) *low -= 1, *high += 1;
}

// Where there are more timesteps than pixels: the least and the greatest of each pixel.
static void draw_line(const struct plot *plot, const struct series *s, int c, color ink) {
    if (s->T == 1) { // a line of one point
        plot_mark(plot, 1, value_at(s, 0, c), 4, ink, false);
        return;
    }
    long pixels = (long)fmaxf(1, plot->area.w), each = s->T > 2 * pixels ? (s->T + pixels - 1) / pixels : 1;
    bool any = false;
    for (long t = 0; t < s->T; t += each) {
        double low = value_at(s, t, c), high = low;
        for (long k = t + 1; k < t + each && k < s->T; k++) {
            low = fmin(low, value_at(s, k, c));
            high = fmax(high, value_at(s, k, c));
        }
        float x = plot_x(plot, (double)t + 1);
        if (any)
            draw_path_line(plot->list, x, plot_y(plot, low));
        else
            draw_path_move(plot->list, x, plot_y(plot, low));
        if (each > 1) draw_path_line(plot->list, x, plot_y(plot, high));
        any = true;
    }
    draw_path_stroke(plot->list, ink, 1.5f, false, true);
}

static color ink_of(const struct theme *theme, int c, int channels) {
    return channels == 1 ? theme->ink1 : c < HUE_COUNT ? theme->identity[c] : c == HUE_COUNT ? theme->m_a : theme->m_b;
}

// Ticks of timesteps below.
static void ticks(const struct plot *plot, long T) {
    static const long steps[] = {1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000};
    enum { STEPS = sizeof steps / sizeof *steps };
    struct text_style style = text_of(FONT_SANS_MEDIUM, 13, plot->theme->ink3, ALIGN_CENTER);
    float room = fmaxf(60, plot->area.w);
    int k = 0;
    while (k + 1 < STEPS && (float)(T / steps[k]) * 60 > room)
        k++;
    long step = steps[k];
    while ((float)(T / step) * 60 > room)
        step *= 2;
    for (long t = step; t <= T; t += step) {
        char text[24];
        format_count(text, sizeof text, t);
        draw_text(plot->list, plot_x(plot, (double)t), plot->area.y + plot->area.h + 18, text, style);
    }
}

static void names(struct ui *ui, const struct data_look *look, const struct series *s, rect r) {
    const struct dataset *d = look->data;
    float x = r.x;
    if (d->channels == 1) return;
    for (int c = 0, column = -1; c < s->channels; c++) {
        char text[56];
        do
            column++;
        while (column < d->column_count && d->columns[column].role != ROLE_VALUE);
        if (column < d->column_count && d->columns[column].name[0])
            snprintf(text, sizeof text, "%s", d->columns[column].name);
        else
            snprintf(text, sizeof text, "%d", c + 1);
        struct text_style style = data_text(ui, FONT_SANS_MEDIUM, 13, 2, ALIGN_LEFT);
        float w = text_width(ui->list, text, style);
        if (x + w + 20 > r.x + r.w) break;
        draw_rect(ui->list, (rect){x, r.y - 6, 12, 3}, ink_of(ui->theme, c, d->channels), 1.5f);
        draw_text(ui->list, x + 17, r.y, text, style);
        x += w + 34;
    }
    if (d->channels > s->channels) {
        char text[48];
        snprintf(text, sizeof text, "and %d more", d->channels - s->channels);
        draw_text_fit(ui->list, x, r.y, r.x + r.w - x, text, data_text(ui, FONT_SANS, 13, 3, ALIGN_LEFT));
    }
}

static void roll(struct ui *ui, const struct series *s, rect r) {
    const struct dataset *d = s->data;
    int low = d->channels, high = -1;
    for (long t = 0; t < s->T; t++)
        for (int c = 0; c < d->channels; c++)
            if (s->values[(size_t)t * (size_t)d->channels + (size_t)c] != 0) {
                if (c < low) low = c;
                if (c > high) high = c;
            }
    if (high < low) low = 0, high = d->channels - 1;
    float w = r.w / (float)s->T, h = r.h / (float)(high - low + 1);
    draw_rect(ui->list, r, ui->theme->sunk, 4);
    for (long t = 0; t < s->T; t++)
        for (int c = low; c <= high; c++)
            if (s->values[(size_t)t * (size_t)d->channels + (size_t)c] != 0)
                draw_rect_exact(
                    ui->list, (rect){r.x + w * (float)t, r.y + h * (float)(high - c), fmaxf(1, w - 0.5f), fmaxf(1, h)},
                    ui->theme->ink1, 0);
}

void data_draw_chart(struct app *app, rect r, int example) {
    struct ui *ui = &app->ui;
    const struct data_look *look = app->data_page->look;
    const struct dataset *d = look->data;
    bool whole = d->shape == TEXT_WHOLE;
    const struct dataset_example *e = &d->examples[example];
    struct series s = {.data = d,
                       .values = d->values + (size_t)e->start * (size_t)d->channels,
                       .T = whole ? (long)d->symbol_count : e->length,
                       .channels = d->channels < SERIES_MOST ? d->channels : SERIES_MOST};
    rect area = {r.x + 64, r.y + 14, r.w - 84, r.h - 14 - (d->channels > 1 ? 62 : 42)};
    struct plot plot = {.list = ui->list, .theme = ui->theme, .area = area, .x0 = 1, .x1 = (double)s.T};
    if (d->input == VALUES_SETS) {
        area = (rect){r.x + 20, r.y + 14, r.w - 40, r.h - 14 - 42};
        roll(ui, &s, area);
        plot.area = area;
        ticks(&plot, s.T);
        return;
    }
    range(&s, &plot.y0, &plot.y1);
    if (whole && look->parts[DATA_VALIDATION] > 0) {
        float from = plot_x(&plot, (double)d->train_symbols + 1);
        draw_rect_exact(ui->list, (rect){from, area.y, area.x + area.w - from, area.h}, ui->theme->sunk, 0);
        draw_text(ui->list, area.x + area.w, area.y - 5, "validation",
                  data_text(ui, FONT_SANS_MEDIUM, 13, 3, ALIGN_RIGHT));
    }
    plot_lines_y(&plot, 5);
    for (int c = 0; c < s.channels; c++)
        draw_line(&plot, &s, c, ink_of(ui->theme, c, d->channels));
    ticks(&plot, s.T);
    names(ui, look, &s, (rect){area.x, r.y + r.h - 12, area.w, 0});
}
