// The split into parts: how large they are, by which seed, and how the classes are spread over them.
#include "data_page.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NARROW = 290, ROW = 36, PAD = 20, CLASS_ROW = 24, CLASSES_LEAST = 6, SEED_MOST = 1000000000 };
static const double fractions[] = {0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4};
enum { FRACTIONS = sizeof fractions / sizeof *fractions };

// Whether it is the person's to choose: parts of the file's own, and tasks, are as they are.
static bool can_split(const struct dataset *d) {
    return !d->task && strcmp(d->reader, "piano-roll") != 0;
}

static color part_color(const struct theme *theme, int part) {
    return part == DATA_TRAIN ? theme->ink1 : part == DATA_VALIDATION ? theme->ink3 : theme->line2;
}

// The three parts side by side, w wide for `all`.
static void part_bar(struct ui *ui, rect r, const long *parts, long all) {
    float x = r.x;
    for (int k = 0; k < DATA_PARTS; k++) {
        float w = r.w * (float)((double)parts[k] / (double)(all > 0 ? all : 1));
        if (parts[k] == 0) continue;
        draw_rect_exact(ui->list, (rect){x, r.y, fmaxf(1, w - 2), r.h}, part_color(ui->theme, k), fminf(3, r.h / 6));
        x += fmaxf(2, w);
    }
}

static void part_names(struct ui *ui, rect r, const struct data_look *look) {
    static const char *const names[DATA_PARTS] = {"train ", "validation ", "test "};
    struct text_style style = data_text(ui, FONT_SANS_MEDIUM, 13, 2, ALIGN_LEFT);
    float x = r.x + r.w;
    for (int k = DATA_PARTS - 1; k >= 0; k--) {
        char text[48], number[32];
        if (look->parts[k] == 0) continue;
        format_count(number, sizeof number, look->parts[k]);
        snprintf(text, sizeof text, "%s%s", names[k], number);
        float w = text_width(ui->list, text, style) + 17;
        x -= w;
        float at = k == DATA_TRAIN ? r.x : x;
        draw_rect(ui->list, (rect){at, r.y - 10, 11, 11}, part_color(ui->theme, k), 2);
        draw_text(ui->list, at + 17, r.y, text, style);
        x -= 16;
    }
}

// Returns its width.
static float fraction_chip(struct app *app, rect r, const char *name, double *value, double other) {
    struct ui *ui = &app->ui;
    char label[48];
    snprintf(label, sizeof label, "%s %.3g%%", name, 100 * *value);
    rect chip = {r.x, r.y, fminf(r.w, ui_chip_width(ui, label, false)), r.h};
    if (!ui_chip_id(ui, chip, ICON_COUNT, label, name)) return chip.w;
    rect menu = ui_popup_begin(ui, chip, 130, 32 * FRACTIONS);
    for (int k = 0; k < FRACTIONS; k++) {
        snprintf(label, sizeof label, "%.3g%%", 100 * fractions[k]);
        bool now = fabs(fractions[k] - *value) < 1e-9;
        if (!ui_menu_row(ui, rect_cut_top(&menu, 32), label, NULL, now)) continue;
        ui_popup_close(ui);
        if (now || fractions[k] + other >= 1) continue;
        *value = fractions[k];
        data_page_read(app);
    }
    ui_popup_end(ui);
    return chip.w;
}

static void choices(struct app *app, rect r) {
    struct ui *ui = &app->ui;
    struct data_page *page = app->data_page;
    struct data_choices *c = &page->setup.reading;
    bool whole = page->look->data->shape == TEXT_WHOLE;
    bool narrow = r.w < NARROW; // then the seed has a row of its own
    float seed = narrow ? 0 : 94;
    const char *name = r.w >= 326 ? "validation" : "valid.";
    float used = fraction_chip(app, (rect){r.x, r.y, r.w - seed, r.h}, name, &c->validation, c->test);
    if (whole) return; // its end validates
    fraction_chip(app, (rect){r.x + used + 8, r.y, r.w - seed - used, r.h}, "test", &c->test, c->validation);
    if (narrow) r = (rect){r.x - r.w + 88, r.y + ROW, r.w, r.h};
    draw_text(ui->list, r.x + r.w - 56, r.y + 19, "seed", data_text(ui, FONT_SANS_MEDIUM, 13, 2, ALIGN_RIGHT));
    if (!ui_text_field(ui, (rect){r.x + r.w - 50, r.y, 50, r.h}, "split seed", page->seed_field,
                       sizeof page->seed_field, "1"))
        return;
    long value = strtol(page->seed_field, NULL, 10);
    value = value < 0 ? 0 : value > SEED_MOST ? SEED_MOST : value;
    snprintf(page->seed_field, sizeof page->seed_field, "%ld", value);
    if (value == c->seed) return;
    c->seed = value;
    data_page_read(app);
}

static void class_rows(struct ui *ui, rect r, const struct data_look *look) {
    const struct vocabulary *labels = &look->data->labels;
    float names = 62;
    for (int k = 0; k < labels->count; k++)
        names =
            fmaxf(names, text_width(ui->list, labels->texts[k], data_text(ui, FONT_SANS, 13.5f, 2, ALIGN_LEFT)) + 12);
    names = fminf(names, r.w * 0.42f);
    float offset = ui_scroll_begin(ui, r, "classes", (float)(CLASS_ROW * labels->count) + 8);
    for (int k = 0; k < labels->count; k++) {
        float y = r.y + (float)(CLASS_ROW * k) - offset, room = r.w - 2 * PAD - names - 52;
        if (y + CLASS_ROW < r.y || y > r.y + r.h) continue;
        char text[32];
        draw_text_fit(ui->list, r.x + PAD, y + 15, names - 8, labels->texts[k],
                      data_text(ui, FONT_SANS, 13.5f, 2, ALIGN_LEFT));
        rect bar = {r.x + PAD + names, y + 4, room * (float)labels->counts[k] / (float)look->class_most, 13};
        if (look->classes)
            part_bar(ui, bar, look->classes[k], labels->counts[k]);
        else if (labels->counts[k] > 0)
            data_bar(ui, (rect){bar.x, bar.y, fmaxf(1, bar.w), bar.h});
        format_count(text, sizeof text, labels->counts[k]);
        draw_text(ui->list, r.x + r.w - PAD, y + 15, text, data_text(ui, FONT_SANS_MEDIUM, 13.5f, 1, ALIGN_RIGHT));
    }
    ui_scroll_end(ui);
}

static void about(const struct data_look *look, const struct data_choices *c, char *out, size_t size) {
    const struct dataset *d = look->data;
    if (d->fresh)
        snprintf(out, size, "new examples every time");
    else if (d->shape == TEXT_WHOLE)
        snprintf(out, size, "the end validates");
    else if (!can_split(d))
        snprintf(out, size, d->task ? "the task's own" : "the file's own");
    else
        snprintf(out, size, look->classes ? "by class, seed %ld" : "by chance, seed %ld", c->seed);
}

void data_draw_split(struct app *app, rect r, bool measure, float *height) {
    struct ui *ui = &app->ui;
    const struct data_look *look = app->data_page->look;
    const struct dataset *d = look->data;
    const struct vocabulary *labels = data_look_labels(look);
    bool chosen = can_split(d), second = chosen && d->shape == TEXT_LINES && r.w - 2 * PAD < NARROW;
    float fixed = 36 + 18 + 18 + 38 + (chosen ? 44 : 0) + (second ? ROW : 0),
          classes = labels ? 8 + CLASS_ROW * fminf((float)labels->count, CLASSES_LEAST) : 0;
    *height = fixed + classes + 12;
    if (measure) return;
    char text[64];
    about(look, &app->data_page->shown.reading, text, sizeof text);
    rect in = {r.x + PAD, r.y, r.w - 2 * PAD, r.h};
    draw_text(ui->list, in.x, in.y + 36, "Split", data_text(ui, FONT_SANS_SEMIBOLD, 16, 1, ALIGN_LEFT));
    draw_text(ui->list, in.x + in.w, in.y + 36, text, data_text(ui, FONT_SANS, 14, 3, ALIGN_RIGHT));
    long all = look->parts[DATA_TRAIN] + look->parts[DATA_VALIDATION] + look->parts[DATA_TEST];
    part_bar(ui, (rect){in.x, in.y + 54, in.w, 18}, look->parts, all);
    part_names(ui, (rect){in.x, in.y + 92, in.w, 0}, look);
    if (chosen) choices(app, (rect){in.x, in.y + 110, in.w, 28});
    if (labels) {
        rect rows = {r.x, r.y + fixed + 8, r.w, r.h - fixed - 16};
        if (rows.h > 0) class_rows(ui, rows, look);
    }
}
