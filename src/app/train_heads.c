// The cards at the top, one a model: who it is, how large, how fast, and its losses where the parameters are.
#include "train.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

struct figure {
    const char *title, *brief, *before, *tensor; // before: of an earlier update, "valid. at 392"
    double value;
    int digits;
    double shown; // the number in the unit it is written in
    const char *unit;
    int64_t checked; // the earlier update that it was measured at, or -1
};

static int collect(const struct train_page *page, int k, struct figure *out) {
    const struct experiment_look *look = page->shown;
    const struct run_look *run = &look->run[k];
    int64_t at = look->update, window = train_interval(look);
    double train = curve_data_mean(&page->curves.run[k].loss, at > window ? at - window : 0, at);
    const struct run_check *check = train_check_at(run, at);
    double valid = check ? check->valid_loss : NAN, accuracy = check ? check->accuracy : NAN;
    int count = 0;
    out[count++] = (struct figure){"train loss", "train", "train", "train/train_loss", train, train_loss_digits(train),
                                   train,        "",      -1};
    int64_t checked = check && check->update < at ? check->update : -1;
    out[count++] = (struct figure){"validation loss",
                                   "validation",
                                   "valid.",
                                   "train/valid_loss",
                                   valid,
                                   train_loss_digits(valid),
                                   valid,
                                   "",
                                   checked};
    if (!train_writes(look) && !isnan(accuracy))
        out[count++] = (struct figure){"accuracy", "accuracy",     "right", "train/accuracy", accuracy,
                                       0,          accuracy * 100, " %",    checked};
    return count;
}

static void figure(struct draw_list *list, const struct theme *theme, float right, float y, const struct figure *f,
                   int k, int64_t at, float size, bool brief) {
    struct text_style number = text_of(FONT_DISPLAY, size, theme->ink1, ALIGN_RIGHT);
    float x = right;
    if (isnan(f->value)) {
        draw_text(list, x, y, "–", number);
    } else {
        if (*f->unit) {
            draw_text(list, x, y, f->unit, number);
            x -= text_width(list, f->unit, number);
        }
        draw_value(list, x, y, (struct source){f->tensor, k, (int)at, f->shown}, f->digits, false, number);
    }
    struct text_style title = text_of(FONT_SANS_MEDIUM, brief ? 12 : 13, theme->ink3, ALIGN_RIGHT);
    char words[64], update[32];
    snprintf(words, sizeof words, "%s", brief ? f->brief : f->title);
    format_count(update, sizeof update, (long)f->checked);
    if (f->checked >= 0) snprintf(words, sizeof words, "%s at %s", f->before, update);
    draw_text(list, right, y + (size > 20 ? 24 : 20), words, title);
}

// brief: thousands and millions.
static void rate_text(double rate, bool brief, char *out, size_t size) {
    char number[32];
    out[0] = 0;
    if (isnan(rate)) return;
    if (brief && rate >= 1e6)
        snprintf(number, sizeof number, "%.1f M", rate / 1e6);
    else if (brief && rate >= 1e4)
        snprintf(number, sizeof number, "%.0f k", rate / 1e3);
    else
        format_count(number, sizeof number, lround(rate));
    snprintf(out, size, brief ? "%s tok/s" : "%s tokens/s", number);
}

// Beside each other where the card is wide; else the losses stand under the name.
static void card(const struct train_page *page, struct draw_list *list, const struct theme *theme, rect r, int k) {
    const struct experiment_look *look = page->shown;
    const struct run_look *run = &look->run[k];
    struct figure figures[3];
    int count = collect(page, k, figures);
    char weights[48], rate[48], number[32];
    format_count(number, sizeof number, (long)run->weights);
    snprintf(weights, sizeof weights, "%s weights", run->weights > 0 ? number : "…");
    rate_text(run->rate, false, rate, sizeof rate);
    draw_rect(list, r, theme->panel, 12);
    draw_box(list, r, theme->line, 12, 1);
    struct text_style name = text_of(FONT_DISPLAY, 20, theme->ink1, ALIGN_LEFT);
    struct text_style quiet = text_of(FONT_SANS_MEDIUM, 14, theme->ink2, ALIGN_LEFT);
    float each = r.w > 600 ? 128 : r.w > 440 ? 112 : fminf(104, (r.w - 40) / (float)count);
    bool wide = r.w - 40 - each * (float)count > 180;
    float x = r.x + 20, y = r.y + (wide ? r.h / 2 - 11 : 26);
    if (!wide) name.size = 16;
    float named = MODEL_SAMPLE + (wide ? 12 : 10), room = (wide ? r.w - 40 - each * (float)count : r.w - 36) - named;
    while (name.size > 13 && text_width(list, page->names[k], name) > room)
        name.size -= 1;
    if (text_width(list, page->names[k], name) > room) { // the mark alone
        room += named - 20;
        named = 20;
        model_mark(list, theme, k, (point){x + 6, y - 5}, 5);
    } else
        model_sample(list, theme, k, x, y - 6);
    draw_text_fit(list, x + named, y, room, page->names[k], name);
    if (wide) {
        float at = x + draw_text(list, x, y + 31, weights, quiet) + 18;
        if (at + text_width(list, rate, quiet) > x + named + room - 8) rate_text(run->rate, true, rate, sizeof rate);
        draw_text_fit(list, at, y + 31, x + named + room - at, rate, quiet);
    } else {
        quiet.size = 12;
        float end = r.x + r.w - 16, at = x;
        bool both = at + text_width(list, weights, quiet) + 12 + text_width(list, rate, quiet) < end;
        if (both || !*rate) at += draw_text(list, at, y + 20, weights, quiet) + 12;
        draw_text_fit(list, at, y + 20, end - at, rate, quiet);
    }
    // Where three do not fit, the training loss is left to the plot.
    int first = !wide && each < 60 && count > 2;
    for (int f = first; f < count; f++) {
        float right = wide ? r.x + r.w - 20 - each * (float)(count - 1 - f)
                           : r.x + 20 + (r.w - 40) * (float)(f + 1 - first) / (float)(count - first);
        figure(list, theme, right, wide ? r.y + r.h / 2 - 3 : r.y + r.h - 32, &figures[f], k, look->update,
               wide        ? 28
               : each < 72 ? 16
                           : 20,
               !wide && each < 104);
    }
}

void train_heads(struct app *app, rect r) {
    const struct train_page *page = app->train;
    int n = page->shown->models;
    float gap = n > 2 ? 16 : 24, w = (r.w - gap * (float)(n - 1)) / (float)n;
    for (int k = 0; k < n; k++)
        card(page, app->ui.list, app->ui.theme, (rect){r.x + (w + gap) * (float)k, r.y, w, r.h}, k);
}
