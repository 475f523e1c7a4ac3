// A plot as a picture, its numbers as a table: into the current folder, under a name that is not taken.
#include "train.h"

#include "capture.h"
#include "file.h"
#include "str.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>

static const char *const plot_names[TRAIN_PLOTS] = {"loss", "gradient-norm"};
static const char *const endings[] = {"png", "svg", "csv"};
static const char *const popups[TRAIN_PLOTS] = {"save loss", "save gradient norm"};

static void free_path(enum train_plot which, enum train_file file, char *out, size_t size) {
    for (int k = 1; k < 10000; k++) {
        snprintf(out, size, "unroll-%s-%d.%s", plot_names[which], k, endings[file]);
        if (!file_exists(out)) return;
    }
}

static bool save_picture(struct app *app, enum train_plot which, const char *path, struct err *err) {
    enum { WIDTH = 800, HEIGHT = 480, FINER = 2 };
    struct capture *capture = capture_new(FINER, err);
    if (!capture) return false;
    struct draw_list list;
    const struct theme *theme = theme_get(app->theme);
    draw_init(&list, capture_fonts(capture));
    draw_begin(&list, WIDTH, HEIGHT, FINER);
    train_paint_plot(app->train, &list, theme, (rect){0, 0, WIDTH, HEIGHT}, which);
    bool good = capture_save(capture, &list, theme->panel, path, err);
    draw_release(&list);
    capture_free(capture);
    return good;
}

static void put_number(struct str *out, double value) {
    str_put_char(out, ',');
    if (!isnan(value)) str_printf(out, "%.9g", value);
}

// A row an update, from 0; columns a model. Empty: not measured there.
static bool save_table(const struct train_page *page, const char *path, struct err *err) {
    const struct experiment_look *look = page->shown;
    struct str out = {0};
    int next[EXPERIMENT_MODELS] = {0};
    str_put(&out, "update");
    for (int k = 0; k < look->models; k++) {
        static const char *const columns[] = {"loss",   "grad_norm",  "clip_scale", "lr",
                                              "tokens", "valid_loss", "accuracy"};
        for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
            str_printf(&out, ",\"%s %s\"", page->names[k], columns[c]);
    }
    for (int64_t update = 0; update <= look->last; update++) {
        str_printf(&out, "\n%lld", (long long)update);
        for (int k = 0; k < look->models; k++) {
            const struct run_look *run = &look->run[k];
            bool has = update > 0 && update <= run->point_count;
            const struct run_point *p = has ? &run->points[update - 1] : NULL;
            put_number(&out, p ? (double)p->loss : NAN);
            put_number(&out, p ? (double)p->grad_norm : NAN);
            put_number(&out, p ? (double)p->clip_scale : NAN);
            put_number(&out, p ? (double)p->lr : NAN);
            put_number(&out, p ? p->tokens : NAN);
            bool checked = next[k] < run->check_count && run->checks[next[k]].update == update;
            put_number(&out, checked ? run->checks[next[k]].valid_loss : NAN);
            put_number(&out, checked ? run->checks[next[k]].accuracy : NAN);
            next[k] += checked;
        }
    }
    str_put_char(&out, '\n');
    bool good = file_save_whole(path, out.data, out.size, err);
    str_release(&out);
    return good;
}

void train_save(struct app *app, enum train_plot which, enum train_file file) {
    char path[128];
    struct err err = {0};
    free_path(which, file, path, sizeof path);
    bool good = file == TRAIN_CSV ? save_table(app->train, path, &err) : save_picture(app, which, path, &err);
    if (good) err_set(&err, ERR_IO, "Saved %s.", path);
    app_say(app, &err);
    app->message_good = good;
}

void train_open_save_menu(struct app *app) {
    ui_popup_open(&app->ui, popups[app->train->last_plot]);
}

// The smoothing of both plots, and what can be saved: the menu at a card's corner.
void train_save_menu(struct app *app, rect card, enum train_plot which) {
    struct ui *ui = &app->ui;
    struct train_page *page = app->train;
    static const char *const labels[] = {"Save as PNG", "Save as SVG", "Save the numbers as CSV"};
    rect at = {card.x + card.w - 42, card.y + (card.h < 260 ? 6 : 12), 32, 32};
    ui_push_id_int(ui, (int)which);
    bool open = ui_menu_anchor(ui, at, popups[which]);
    for (int k = -1; k <= 1; k++)
        draw_circle(ui->list, (point){at.x + 16 + 6 * (float)k, at.y + 16}, 1.75f, ui->theme->ink2);
    if (open) {
        rect r = ui_popup_begin(ui, (rect){at.x + 32 - 284, at.y, 284, 32}, 260, 3 * 34 + 72);
        for (int k = 0; k < 3; k++)
            if (ui_menu_row(ui, rect_cut_top(&r, 34), labels[k], NULL, false)) {
                train_save(app, which, (enum train_file)k);
                ui_popup_close(ui);
            }
        draw_hline(ui->list, r.x, r.x + r.w, r.y + 6, ui->theme->line);
        rect_cut_top(&r, 12);
        double smoothing = log10((double)train_window(page));
        char text[64], count[32];
        format_count(count, sizeof count, (long)train_window(page));
        snprintf(text, sizeof text, "The line is the mean of %s update%s", count, train_window(page) == 1 ? "" : "s");
        draw_text(ui->list, r.x, r.y + 20, text, text_of(FONT_SANS_MEDIUM, 13, ui->theme->ink2, ALIGN_LEFT));
        if (ui_slider(ui, (rect){r.x, r.y + 28, r.w, 32}, "smoothing", &smoothing, 0, 4, 0.05))
            page->smoothing = smoothing;
        ui_popup_end(ui);
    }
    ui_pop_id(ui);
}
