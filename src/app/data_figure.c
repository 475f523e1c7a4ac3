// The kind of network that the data ask for, as a small figure: cells without values, and the symbols of the first
// example.
#include "data_page.h"
#include "mathbox.h"
#include "token.h"
#include "wire.h"

#include <math.h>
#include <stdio.h>

enum { COLUMNS = 4, BOX_W = 32, BOX_H = 28 };

struct figure {
    struct ui *ui;
    const struct dataset *data;
    float pitch, x, y; // of the first box
};

static float center(const struct figure *f, int column) {
    return f->x + f->pitch * (float)column + BOX_W / 2.0f;
}

static struct wire_style wires(const struct figure *f) {
    return (struct wire_style){.ink = f->ui->theme->ink2, .width = 1.5f, .head = 4.5f};
}

// gap: the wire to the last cell leaves timesteps out.
static void cells(struct figure *f, int count, int first_decoder, bool gap) {
    struct draw_list *list = f->ui->list;
    for (int k = 0; k < count; k++) {
        rect box = {center(f, k) - BOX_W / 2.0f, f->y, BOX_W, BOX_H};
        draw_rect(list, box, f->ui->theme->panel, 6);
        draw_box(list, box, k >= first_decoder ? f->ui->theme->ink1 : f->ui->theme->ink2, 6,
                 k >= first_decoder ? 2 : 1.5f);
        struct wire_style style = wires(f);
        if (gap && k + 2 == count) style.dash = style.gap = 2.5f;
        if (k + 1 < count)
            wire_draw(list,
                      (point[]){{box.x + BOX_W, f->y + BOX_H / 2.0f}, {box.x + f->pitch - 1, f->y + BOX_H / 2.0f}}, 2,
                      style);
    }
}

static void symbol(struct figure *f, int column, float baseline, const struct vocabulary *vocabulary, int index) {
    struct draw_list *list = f->ui->list;
    float c = center(f, column);
    if (index < 0) {
        draw_text(list, c, baseline, "0", data_text(f->ui, FONT_MONO, 13, 3, ALIGN_CENTER));
        return;
    }
    token_draw_fit(list, c, baseline, f->pitch - 4, vocabulary->texts[index], 13, FONT_MONO, f->ui->theme->ink2);
}

static void read_symbol(struct figure *f, int column, const struct vocabulary *vocabulary, int index) {
    float c = center(f, column);
    wire_draw(f->ui->list, (point[]){{c, f->y + BOX_H + 18}, {c, f->y + BOX_H + 1}}, 2, wires(f));
    symbol(f, column, f->y + BOX_H + 34, vocabulary, index);
}

// A dot for numbers.
static void read_number(struct figure *f, int column) {
    float c = center(f, column);
    wire_draw(f->ui->list, (point[]){{c, f->y + BOX_H + 18}, {c, f->y + BOX_H + 1}}, 2, wires(f));
    draw_circle(f->ui->list, (point){c, f->y + BOX_H + 24}, 4, f->ui->theme->ink2);
}

static void answer(struct figure *f, int column, const struct vocabulary *vocabulary, int index) {
    float c = center(f, column);
    wire_draw(f->ui->list, (point[]){{c, f->y}, {c, f->y - 17}}, 2, wires(f));
    if (vocabulary)
        symbol(f, column, f->y - 24, vocabulary, index);
    else
        math_draw(f->ui->list, f->ui->theme, c, f->y - 24, "\\hat{y}", 20, f->ui->theme->ink1, ALIGN_CENTER);
}

// The symbol of the example's input at t; -1: none, behind the end <EOS> where `ends`.
static int input_at(const struct dataset *d, int t) {
    const struct dataset_example *example = &d->examples[0];
    return t < 0 || t >= example->length ? -1 : dataset_symbol(d, example->start + (size_t)t);
}

static int steps(const struct dataset *d, int most) {
    int n = d->example_count > 0 ? d->examples[0].length : most;
    return n < 1 ? 1 : n < most ? n : most;
}

static void language(struct figure *f) {
    const struct dataset *d = f->data;
    int n = steps(d, COLUMNS - 1) + (d->examples[0].length < COLUMNS), length = d->examples[0].length;
    cells(f, n, n, false);
    for (int k = 0; k < n; k++) {
        if (d->symbols)
            read_symbol(f, k, &d->vocabulary, input_at(d, k - 1));
        else
            read_number(f, k);
        if (d->symbols)
            answer(f, k, &d->vocabulary, k < length ? input_at(d, k) : VOCABULARY_EOS);
        else
            answer(f, k, NULL, 0);
    }
}

static void labelled(struct figure *f) {
    const struct dataset *d = f->data;
    int n = steps(d, COLUMNS);
    cells(f, n, n, n < d->examples[0].length);
    for (int k = 0; k < n; k++) {
        int length = d->examples[0].length, t = k + 1 == n ? length - 1 : k; // the last column is the last timestep
        if (d->symbols)
            read_symbol(f, k, &d->vocabulary, input_at(d, t));
        else
            read_number(f, k);
        if (d->answers == ANSWERS_EACH && d->labels.count > 0)
            answer(f, k, &d->labels, d->answer_symbols[dataset_answer(d, 0).start + (size_t)t]);
        else if (d->answers == ANSWERS_EACH || k + 1 == n)
            answer(f, k, NULL, 0);
    }
}

static void pairs(struct figure *f) {
    const struct dataset *d = f->data;
    const struct dataset_answer target = dataset_answer(d, 0);
    int read = steps(d, 2), written = target.length < 2 ? target.length + 1 : 2;
    cells(f, read + written, read, false);
    for (int k = 0; k < read; k++)
        if (d->symbols)
            read_symbol(f, k, &d->vocabulary, input_at(d, k));
        else
            read_number(f, k);
    for (int k = 0; k < written; k++)
        answer(f, read + k, dataset_answer_vocabulary(d),
               k < target.length ? d->answer_symbols[target.start + (size_t)k] : VOCABULARY_EOS);
}

void data_draw_figure(struct app *app, rect r) {
    const struct dataset *d = app->data_page->look->data;
    struct ui *ui = &app->ui;
    draw_rect(ui->list, r, ui->theme->sunk, 10);
    if (d->example_count == 0) return;
    int columns = d->answers == ANSWERS_SEQUENCE ? steps(d, 2) + 2
                  : d->answers == ANSWERS_NEXT   ? steps(d, COLUMNS - 1) + (d->examples[0].length < COLUMNS)
                                                 : steps(d, COLUMNS);
    struct figure f = {.ui = ui, .data = d, .pitch = fminf(52, (r.w - 24) / COLUMNS)};
    f.x = r.x + (r.w - f.pitch * (float)(columns - 1) - BOX_W) / 2;
    f.y = r.y + (r.h - BOX_H) / 2 + 1;
    draw_clip_push(ui->list, r);
    if (d->answers == ANSWERS_NEXT)
        language(&f);
    else if (d->answers == ANSWERS_SEQUENCE && d->output == VALUES_SYMBOLS)
        pairs(&f);
    else
        labelled(&f);
    draw_clip_pop(ui->list);
}
