// What the networks write, or answer, at checkpoints: the same random seeds, the same examples each time.
#include "train.h"

#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE = 20 };

static bool has_text(const struct experiment_look *look) {
    for (int k = 0; k < look->models; k++)
        if (look->run[k].check_count > 0 && look->run[k].checks[0].text[0][0]) return true;
    return false;
}

static int compare_int(const void *a, const void *b) {
    return *(const int *)a - *(const int *)b;
}

static bool put_in(int *list, int *count, int index) {
    for (int k = 0; k < *count; k++)
        if (list[k] == index) return false;
    list[(*count)++] = index;
    return true;
}

int train_columns(const struct experiment_look *look, int64_t update, int most, int *out) {
    const struct run_look *run = &look->run[0];
    int last = run->check_count - 1, count = 0;
    if (last < 0 || most < 1) return 0;
    const struct run_check *now = train_check_at(run, update);
    put_in(out, &count, now ? (int)(now - run->checks) : 0);
    if (count < most) put_in(out, &count, last);
    // 1, 2, 5, 10, 20, 50 ... checkpoints, the sparser ones first: how training went from the start on.
    static const int steps[] = {1,   10,   100, 1000, 10000, 5, 50, 500, 5000, 2, 20,
                                200, 2000, 3,   30,   300,   7, 70, 4,   6,    8};
    for (size_t k = 0; k < sizeof steps / sizeof *steps && count < most; k++)
        if (steps[k] <= last) put_in(out, &count, steps[k]);
    if (count < most) put_in(out, &count, 0);
    qsort(out, (size_t)count, sizeof *out, compare_int);
    return count;
}

static void check_title(const struct experiment_look *look, int64_t update, char *out, size_t size) {
    if (update > 0 && look->epoch > 1 && update % look->epoch == 0)
        snprintf(out, size, "epoch %lld", (long long)(update / look->epoch));
    else
        snprintf(out, size, "update %lld", (long long)update);
}

struct table {
    struct app *app;
    const struct experiment_look *look;
    rect r;
    float names, first, pitch; // of the columns
    int texts;                 // a model
    float model, line;         // height of one, and of a text
    float head, titles;        // height of the card's title, and of the columns'
};

static void column_head(struct table *t, float x, int64_t update, bool now) {
    struct ui *ui = &t->app->ui;
    char title[48], id[64];
    check_title(t->look, update, title, sizeof title);
    snprintf(id, sizeof id, "%s##column", title);
    struct text_style style =
        text_of(now ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM, 13, now ? ui->theme->ink1 : ui->theme->ink3, ALIGN_LEFT);
    rect r = {x, t->r.y + t->head, fminf(t->pitch - 12, text_width(ui->list, title, style)), t->titles - 2};
    if (ui_link(ui, r, id, style) && t->look == t->app->train->look) train_go(t->app->train, update);
}

static void column(struct table *t, int index, int c, bool now) {
    struct ui *ui = &t->app->ui;
    const struct theme *theme = ui->theme;
    float x = t->first + t->pitch * (float)c;
    if (now)
        draw_rect(ui->list,
                  (rect){x - 10, t->r.y + t->head, t->pitch - 4, t->titles + t->model * (float)t->look->models + 6},
                  theme->hi_soft, 8);
    column_head(t, x, t->look->run[0].checks[index].update, now);
    struct text_style style = text_of(FONT_MONO, 13, now ? theme->ink1 : theme->ink2, ALIGN_LEFT);
    for (int k = 0; k < t->look->models; k++) {
        const struct run_look *run = &t->look->run[k];
        if (index >= run->check_count) continue;
        for (int i = 0; i < t->texts; i++)
            draw_text_fit(ui->list, x, t->r.y + t->head + t->titles + 14 + t->model * (float)k + t->line * (float)i,
                          t->pitch - 14, run->checks[index].text[i], style);
    }
}

static float widest(const struct table *t) {
    struct draw_list *list = t->app->ui.list;
    struct text_style style = text_of(FONT_MONO, 13, t->app->ui.theme->ink1, ALIGN_LEFT);
    float most = 120;
    for (int k = 0; k < t->look->models; k++) {
        const struct run_look *run = &t->look->run[k];
        int first = run->check_count > 12 ? run->check_count - 12 : 0;
        for (int i = first; i < run->check_count; i++)
            for (int n = 0; n < t->texts; n++)
                most = fmaxf(most, text_width(list, run->checks[i].text[n], style));
    }
    return most + 20;
}

static void lay_out(struct table *t, int *columns, int *count) {
    struct draw_list *list = t->app->ui.list;
    const struct train_page *page = t->app->train;
    struct text_style name = text_of(FONT_SANS_SEMIBOLD, 14, t->app->ui.theme->ink1, ALIGN_LEFT);
    t->head = t->r.h < 190 ? 40 : 48;
    t->titles = t->r.h < 190 ? 26 : 34;
    t->names = 40;
    for (int k = 0; k < t->look->models; k++)
        t->names = fmaxf(t->names, text_width(list, page->names[k], name));
    t->names = fminf(t->names, 150);
    t->first = t->r.x + 20 + t->names + 26;
    float room = t->r.h - t->head - t->titles - 10, wide = t->r.x + t->r.w - 16 - t->first;
    t->line = t->look->models > 2 ? 17.5f : LINE;
    t->model = room / (float)t->look->models;
    t->texts = (int)fminf(CHECK_TEXTS, fmaxf(1, floorf((t->model - 9) / t->line)));
    t->model = fminf(t->model, t->line * (float)t->texts + 12);
    float each = train_writes(t->look) ? fminf(fmaxf(widest(t), 120), 190) : fminf(widest(t), 340);
    int most = (int)fminf(TRAIN_COLUMNS, fmaxf(1, floorf(wide / each)));
    *count = train_columns(t->look, train_goal(page), most, columns);
    t->pitch = *count > 0 ? fminf(wide / (float)*count, fmaxf(each, 260)) : wide;
}

void train_samples(struct app *app, rect r) {
    struct train_page *page = app->train;
    struct ui *ui = &app->ui;
    const struct theme *theme = ui->theme;
    struct table t = {.app = app, .look = page->shown, .r = r};
    if (!has_text(page->shown)) {
        if (page->shown->data)
            draw_text_fit(ui->list, r.x + 20, r.y + r.h / 2 + 10, r.w - 40,
                          "There is nothing to read of these networks.",
                          text_of(FONT_SANS_MEDIUM, 14, theme->ink2, ALIGN_LEFT));
        return;
    }
    int columns[TRAIN_COLUMNS], count;
    lay_out(&t, columns, &count);
    int64_t at = page->shown == page->look ? train_goal(page) : page->shown->update;
    const struct run_check *now = train_check_at(&page->shown->run[0], at);
    ui_push_id(ui, "samples");
    for (int c = 0; c < count; c++) {
        ui_push_id_int(ui, columns[c]);
        column(&t, columns[c], c, now == &page->shown->run[0].checks[columns[c]]);
        ui_pop_id(ui);
    }
    ui_pop_id(ui);
    for (int k = 0; k < page->shown->models; k++) {
        float y = r.y + t.head + t.titles + t.model * (float)k;
        draw_text_fit(ui->list, r.x + 20, y + 14, t.names + 10, page->names[k],
                      text_of(FONT_SANS_SEMIBOLD, 14, model_ink(theme, k), ALIGN_LEFT));
        if (k > 0 && t.model >= 26) draw_hline(ui->list, r.x + 20, r.x + r.w - 20, y - 5, theme->line);
    }
}
