// The two plots: loss, and the norm of the gradient before clipping.
#include "train.h"

#include "training.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

// Texts that live as long as the frame.
struct plot_texts {
    char series[2 * EXPERIMENT_MODELS][EXPERIMENT_NAME + 16], lines[CURVES_LINES][32], note[64], remark[160];
};
struct plot_of {
    const struct train_page *page;
    enum train_plot which;
};

static bool is_real(const struct experiment_look *look) {
    return look->run[0].recipe.spec.output == OUTPUT_LINEAR;
}

// --- read-out ---

static struct source number(const char *tensor, int k, int64_t update, double value) {
    return (struct source){tensor, k, (int)update, value};
}

static void read_loss(const struct train_page *page, int64_t update, struct curves_reading *out) {
    static const char *const titles[] = {"minibatch", "mean", "validation"};
    out->column_count = 3;
    double least = INFINITY;
    for (int k = 0; k < page->shown->models; k++) {
        const struct curve_data *data = &page->curves.run[k].loss;
        const struct run_check *check = train_check_at(&page->shown->run[k], update);
        struct source *v = out->values[k];
        v[0] = number("train/loss", k, update, (double)curve_data_at(data, update));
        v[1] = number("train/mean_loss", k, update, curve_data_mean(data, update - train_window(page), update));
        v[2] = number("train/valid_loss", k, update, check ? check->valid_loss : NAN);
        for (int c = 0; c < 3; c++)
            least = fmin(least, v[c].value);
    }
    for (int c = 0; c < 3; c++) {
        out->columns[c] = titles[c];
        int digits = isfinite(least) ? train_loss_digits(least) : 3;
        out->digits[c] = digits < 0 ? digits : digits + 1;
    }
}

static void read_norm(const struct train_page *page, int64_t update, struct curves_reading *out) {
    static const char *const titles[] = {"norm", "clipped to", "mean"};
    out->column_count = 3;
    for (int k = 0; k < page->shown->models; k++) {
        const struct run_look *run = &page->shown->run[k];
        const struct curve_data *data = &page->curves.run[k].norm;
        const struct run_point *p = update > 0 && update <= run->point_count ? &run->points[update - 1] : NULL;
        struct source *v = out->values[k];
        double norm = p ? (double)p->grad_norm : NAN, scale = p ? (double)p->clip_scale : NAN;
        v[0] = number("train/grad_norm", k, update, norm);
        v[1] = number("train/clipped_norm", k, update, norm * scale);
        v[2] = number("train/mean_norm", k, update, curve_data_mean(data, update - train_window(page), update));
    }
    for (int c = 0; c < 3; c++) {
        out->columns[c] = titles[c];
        out->digits[c] = 3;
    }
}

static void read_out(const void *context, int64_t update, struct curves_reading *out) {
    const struct plot_of *of = context;
    const struct experiment_look *look = of->page->shown;
    struct curves place = {.epoch = look->epoch};
    curves_place_text(&place, update, out->title, sizeof out->title);
    (of->which == TRAIN_LOSS ? read_loss : read_norm)(of->page, update, out);
    const struct run_look *run = &look->run[0];
    if (update < 1 || update > run->point_count) return;
    double lr = (double)run->points[update - 1].lr;
    snprintf(out->rest.name, sizeof out->rest.name, "learning rate");
    out->rest.value = number("train/lr", 0, update, lr);
    out->rest_digits = lr >= 1e-4 && lr < 1e4 ? (int)fmax(2, 2 - floor(log10(lr))) : -2;
}

// --- what is plotted ---

static void add_loss(const struct train_page *page, struct curves *c, struct plot_texts *texts) {
    const struct experiment_look *look = page->shown;
    for (int k = 0; k < look->models; k++) {
        const struct train_run_curves *run = &page->curves.run[k];
        bool few = look->models <= 2;
        snprintf(texts->series[2 * k], sizeof *texts->series, few ? "%s train" : "%s", page->names[k]);
        snprintf(texts->series[2 * k + 1], sizeof *texts->series, "%s validation", page->names[k]);
        bool validates = run->checks > 0 && !isnan(run->valid[0]);
        if (validates)
            c->series[c->series_count++] = (struct curve_series){.model = k,
                                                                 .at = run->at,
                                                                 .values = run->valid,
                                                                 .count = run->checks,
                                                                 .name = few ? texts->series[2 * k + 1] : NULL};
        c->series[c->series_count++] =
            (struct curve_series){.model = k, .data = &run->loss, .name = texts->series[2 * k]};
    }
    if (isnan(look->guess)) return;
    snprintf(texts->lines[0], sizeof *texts->lines, "guess %.2f", look->guess);
    c->lines[c->line_count++] = (struct curve_line){look->guess, texts->lines[0], (color){0}, true};
}

static void clip_line(struct curves *c, struct plot_texts *texts, double clip) {
    for (int k = 0; k < c->line_count; k++)
        if (c->lines[k].value == clip) return;
    snprintf(texts->lines[c->line_count], sizeof *texts->lines, "clip %g", clip);
    c->lines[c->line_count] = (struct curve_line){clip, texts->lines[c->line_count], (color){0}, false};
    c->line_count++;
}

static void add_norm(const struct train_page *page, struct curves *c, struct plot_texts *texts) {
    const struct experiment_look *look = page->shown;
    size_t n = 0;
    for (int k = 0; k < look->models; k++) {
        const struct train_run_curves *run = &page->curves.run[k];
        snprintf(texts->series[k], sizeof *texts->series, look->models <= 2 ? "%s mean" : "%s", page->names[k]);
        c->series[c->series_count++] = (struct curve_series){.model = k, .data = &run->norm, .name = texts->series[k]};
        double clip = look->run[k].recipe.options.clip_norm, share = curve_data_mean(&run->clipped, 0, look->update);
        if (clip <= 0) continue;
        clip_line(c, texts, clip);
        if (isnan(share) || n >= sizeof texts->remark) continue;
        n += (size_t)snprintf(texts->remark + n, sizeof texts->remark - n, "%s%s %.0f%%",
                              n ? ", " : "clipped: ", page->names[k], 100 * share);
    }
    if (n > 0 && n < sizeof texts->remark) snprintf(texts->remark + n, sizeof texts->remark - n, " of updates");
    c->remark = n > 0 ? texts->remark : NULL;
}

static void add_older(const struct train_page *page, struct curves *c, enum train_plot which) {
    for (int k = 0; k < page->shown->models; k++)
        for (int b = 0; b < TRAIN_OLDER; b++) {
            const struct train_run_curves *run = &page->curves.run[k];
            const struct curve_data *data = which == TRAIN_LOSS ? &run->older_loss[b] : &run->older_norm[b];
            if (data->count > 0 && c->series_count < CURVES_SERIES)
                c->series[c->series_count++] = (struct curve_series){.model = k, .data = data, .left = true};
        }
}

static void add_beside(const struct train_page *page, struct curves *c, enum train_plot which) {
    const struct train_beside *beside = &page->beside;
    for (int k = 0; k < beside->models && c->series_count < CURVES_SERIES; k++)
        c->series[c->series_count++] =
            (struct curve_series){.model = k,
                                  .data = which == TRAIN_LOSS ? &beside->loss[k] : &beside->norm[k],
                                  .name = beside->name[k],
                                  .left = true};
}

static void loss_note(const struct experiment_look *look, char *out, size_t size) {
    static const char *const outputs[OUTPUT_COUNT] = {
        [OUTPUT_SIGMOID] = "nats a timestep", [OUTPUT_LINEAR] = "squared error"};
    const char *name = outputs[look->run[0].recipe.spec.output];
    if (name)
        snprintf(out, size, "%s", name);
    else
        snprintf(out, size, train_writes(look) ? "nats per %s" : "nats per answer",
                 look->data ? data_unit_word(look->data) : "");
}

static int64_t axis_end(const struct experiment_look *look) {
    int64_t end = look->last;
    if (look->phase == EXPERIMENT_RUNNING && look->until != INT64_MAX && look->until > end) end = look->until;
    return end;
}

static void fill(const struct train_page *page, enum train_plot which, struct curves *c, struct plot_texts *texts) {
    const struct experiment_look *look = page->shown;
    c->epoch = look->epoch;
    c->update = look->phase == EXPERIMENT_TRAVELLING ? look->until : look->update;
    c->last = axis_end(look);
    c->window = train_window(page);
    c->names = page->name_list;
    c->models = look->models;
    c->read = read_out;
    c->note = texts->note;
    c->empty = look->last > 0 || !look->data ? NULL : "Press Space to train.";
    if (which == TRAIN_LOSS) {
        c->title = "Loss";
        loss_note(look, texts->note, sizeof texts->note);
        size_t n = strlen(texts->note);
        if (look->models > 2) snprintf(texts->note + n, sizeof texts->note - n, "; dotted: validation");
        add_loss(page, c, texts);
        if (is_real(look)) c->logarithmic = true;
    } else {
        c->title = "Gradient norm";
        snprintf(texts->note, sizeof texts->note, "before clipping");
        c->logarithmic = c->peaks = true;
        add_norm(page, c, texts);
    }
    add_older(page, c, which);
    add_beside(page, c, which);
}

static void set_inks(struct curves *c, const struct theme *theme) {
    for (int k = 0; k < c->line_count; k++)
        c->lines[k].ink = c->lines[k].dotted ? theme->ink3 : theme->grad;
}

void train_paint_plot(struct train_page *page, struct draw_list *list, const struct theme *theme, rect r,
                      enum train_plot which) {
    struct curves c = {0};
    struct plot_texts texts = {0};
    fill(page, which, &c, &texts);
    set_inks(&c, theme);
    curves_paint(list, theme, r, &c, &page->view[which]);
}

struct drawn {
    struct curves curves;
    struct plot_texts texts;
    struct plot_of of;
};

static void one(struct app *app, rect r, enum train_plot which, struct drawn *drawn) {
    struct train_page *page = app->train;
    static const char *const ids[] = {"loss plot", "gradient norm plot"};
    *drawn = (struct drawn){.of = {page, which}};
    fill(page, which, &drawn->curves, &drawn->texts);
    set_inks(&drawn->curves, app->ui.theme);
    drawn->curves.context = &drawn->of;
    int64_t asked = curves_draw(&app->ui, r, ids[which], &drawn->curves, &page->view[which]);
    if (page->view[which].shows >= 0) page->last_plot = (int)which;
    if (asked >= 0 && page->shown == page->look) train_go(page, asked);
    train_save_menu(app, r, which);
}

void train_plots(struct app *app, rect loss, rect norm) {
    struct drawn drawn[TRAIN_PLOTS];
    one(app, loss, TRAIN_LOSS, &drawn[TRAIN_LOSS]);
    one(app, norm, TRAIN_NORM, &drawn[TRAIN_NORM]);
    curves_draw_reading(&app->ui, loss, &drawn[TRAIN_LOSS].curves, &app->train->view[TRAIN_LOSS]);
    curves_draw_reading(&app->ui, norm, &drawn[TRAIN_NORM].curves, &app->train->view[TRAIN_NORM]);
}
