#include "train_rows.h"

#include "widgets.h"
#include <math.h>
#include <stdio.h>

#define CHOICES(name_, label_, words_, ...)                                                                            \
    static const double name_##_values[] = {__VA_ARGS__};                                                              \
    const struct train_choices name_ = {label_, name_##_values, sizeof name_##_values / sizeof *name_##_values, words_}

static const char *as_all(double value) {
    static char text[32];
    if (value < 0 || value == 0) return "as all";
    snprintf(text, sizeof text, "%g", value);
    return text;
}

static const char *off(double value) {
    static char text[32];
    if (value < 0) return "as all";
    if (value == 0) return "off";
    snprintf(text, sizeof text, "%g", value);
    return text;
}

static const char *epoch(double value) {
    static char text[32];
    if (value == 0) return "usual";
    snprintf(text, sizeof text, "%g", value);
    return text;
}

CHOICES(train_units, "Units", NULL, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512);
CHOICES(train_own_units, "Units", as_all, 0, 2, 3, 4, 5, 6, 8, 10, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512);
CHOICES(train_own_layers, "Layers", as_all, 0, 1, 2, 3, 4);
CHOICES(train_layers, "Layers", NULL, 1, 2, 3, 4);
CHOICES(train_rates, "Learning rate", NULL, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.2, 0.5, 1, 2,
        5);
CHOICES(train_clips, "Clip norm at", off, 0, 0.1, 0.25, 0.5, 1, 2, 2.5, 5, 10, 25, 100);
CHOICES(train_own_clips, "Clip norm at", off, TRAIN_AS_ALL, 0, 0.1, 0.25, 0.5, 1, 2, 2.5, 5, 10, 25, 100);
CHOICES(train_batches, "One update", NULL, 1, 2, 4, 8, 16, 32, 64, 128, 256);
CHOICES(train_checks, "Checkpoint", epoch, 0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000);
CHOICES(train_temperatures, "Temperature", NULL, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.5, 2);
CHOICES(train_biases, "Forget bias", NULL, 0, 0.5, 1, 2, 3, 5);

void train_row_label(struct ui *ui, rect *r, const char *text) {
    rect row = rect_cut_top(r, TRAIN_ROW_LABEL);
    draw_text(ui->list, row.x, row.y + 17, text, text_of(FONT_SANS_MEDIUM, 13, ui->theme->ink3, ALIGN_LEFT));
}

static int nearest(const struct train_choices *choices, double value) {
    int best = 0;
    for (int k = 1; k < choices->count; k++)
        if (fabs(choices->values[k] - value) < fabs(choices->values[best] - value)) best = k;
    return best;
}

bool train_row_slider(struct ui *ui, rect *r, const struct train_choices *choices, double *value) {
    rect row = rect_cut_top(r, TRAIN_ROW);
    bool narrow = row.w < 300;
    float room = narrow ? 80 : 104, end = narrow ? 44 : 64;
    char text[32];
    snprintf(text, sizeof text, "%g", *value);
    draw_text(ui->list, row.x, row.y + 24, choices->label, text_of(FONT_SANS_MEDIUM, 14, ui->theme->ink1, ALIGN_LEFT));
    draw_text(ui->list, row.x + row.w, row.y + 24, choices->words ? choices->words(*value) : text,
              text_of(FONT_SANS_SEMIBOLD, 14, ui->theme->ink1, ALIGN_RIGHT));
    double at = nearest(choices, *value);
    rect slider = {row.x + room, row.y + 4, row.w - room - end, 32};
    if (!ui_slider(ui, slider, choices->label, &at, 0, choices->count - 1, 1)) return false;
    *value = choices->values[(int)lround(at)];
    return true;
}

bool train_row_segments(struct ui *ui, rect *r, const char *label, const char *const *items, int count, int *chosen) {
    train_row_label(ui, r, label);
    int now = ui_segments(ui, rect_cut_top(r, 32), label, items, NULL, count, *chosen, false);
    rect_cut_top(r, 4);
    if (now < 0 || now == *chosen) return false;
    *chosen = now;
    return true;
}
