// Clipping: what the two rules make of this gradient, side by side, each at a limit that can be moved.
#include "clip_inner.h"
#include "plot.h"
#include "views.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TITLE = 48, MARGIN = 24, GAP = 40, ROW = 24 };
static const double limit_decades = 4; // of the slider: from the largest there is times ten, downwards

const struct clip_names clip_names[CLIP_RULES] = {
    [CLIP_BY_NORM] = {"clipping/norm/after", "clipping/norm/scale", "clipping/norm/cut", "clipping/norm/angle",
                      "clipping/norm/step", "clipping/norm/tensor_after"},
    [CLIP_BY_VALUE] = {"clipping/value/after", "clipping/value/scale", "clipping/value/cut", "clipping/value/angle",
                       "clipping/value/step", "clipping/value/tensor_after"},
};

// --- what is worked out ---

static double own_limit(const struct record *record, enum clip_rule rule) {
    return rule == CLIP_BY_NORM ? record->options.clip_norm : record->options.clip_value;
}

static double largest_entry(const struct record *record) {
    double most = 0;
    for (int k = 0; k < record->layout.count; k++) {
        int rows, columns;
        record_param_shape(record, k, &rows, &columns);
        struct weight w = weight_largest(record, k, 0, rows);
        most = fmax(most, fabs(record_param_value(record, RECORD_GRAD, k, w.row, w.column)));
    }
    return most;
}

static double rounded(double limit) { // to two digits, so that it can be read
    double unit = pow(10, floor(log10(limit)) - 1);
    return round(limit / unit) * unit;
}

// The limits to begin with: the network's own, else a quarter of what there is.
static void choose_limits(struct clip_page *p) {
    struct clip_memory *m = p->memory;
    if (m->set) return;
    for (int rule = 0; rule < CLIP_RULES; rule++) {
        double own = own_limit(p->record, (enum clip_rule)rule);
        double most = rule == CLIP_BY_NORM ? p->record->grad_norm : largest_entry(p->record);
        m->limit[rule] = own > 0 ? own : rounded((most > 0 ? most : 1) / 4);
    }
    m->set = true;
}

// What a limit is measured against: the whole norm, or the largest entry.
static double most_of(const struct clip_page *p, enum clip_rule rule) {
    double most = rule == CLIP_BY_NORM ? p->record->grad_norm : p->answer.step[CLIP_BY_NORM].clipping.largest;
    return most > 0 ? most : 1;
}

// The ends of a slider: from ten times what there is four decades down; the network's own limit is on it.
static void range_of(const struct clip_page *p, enum clip_rule rule, double *low, double *high) {
    double own = own_limit(p->record, rule), most = most_of(p, rule);
    *high = fmax(10 * most, 1.5 * own);
    *low = fmin(most * pow(10, 1 - limit_decades), own > 0 ? own / 1.5 : most);
}

// Asks for what the limits make of the gradient unless it is there. False: nothing is there yet to be drawn.
static bool find_numbers(struct clip_page *p) {
    struct ask *ask = &p->scene->state->ask;
    choose_limits(p);
    bool there = checker_clip(p->scene->checker, p->record, &p->answer);
    if (there && !memcmp(p->answer.limit, p->memory->limit, sizeof p->answer.limit)) return true;
    if (ask->kind == ASK_NOTHING) {
        *ask = (struct ask){.kind = ASK_CLIP};
        memcpy(ask->limit, p->memory->limit, sizeof ask->limit);
    }
    return there;
}

// --- the limit ---

static void limit_keys(struct clip_page *p) {
    static const struct {
        int key;
        enum clip_rule rule;
        double factor;
    } keys[] = {{'-', CLIP_BY_NORM, 1 / 1.25},
                {'=', CLIP_BY_NORM, 1.25},
                {'+', CLIP_BY_NORM, 1.25},
                {'[', CLIP_BY_VALUE, 1 / 1.25},
                {']', CLIP_BY_VALUE, 1.25}};
    for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
        while (ui_take_key(p->ui, keys[k].key, MOD_ALT)) {
            double *limit = &p->memory->limit[keys[k].rule], low, high;
            range_of(p, keys[k].rule, &low, &high);
            *limit = rounded(fmin(high, fmax(low, *limit * keys[k].factor)));
            p->ui->animating = true;
        }
}

// Digits for a limit: what it takes to write two of them.
static int limit_digits(double limit) {
    int digits = 1 - (int)floor(log10(limit) + 1e-9);
    return digits < 0 ? 0 : digits > 5 ? -2 : digits;
}

static void limit_slider(struct clip_page *p, rect r, enum clip_rule rule) {
    static const char *const ids[CLIP_RULES] = {"limit of the norm", "limit of an entry"};
    double low, top, own = own_limit(p->record, rule), *limit = &p->memory->limit[rule], at = log10(*limit);
    range_of(p, rule, &low, &top);
    low = log10(low), top = log10(top);
    draw_text(p->list, r.x, r.y + 21, "limit", text_of(FONT_SANS_MEDIUM, 14, p->theme->ink2, ALIGN_LEFT));
    rect track = {r.x + 46, r.y, r.w - 46 - 70, 32};
    if (own > 0) { // where the network's own limit is
        float x = track.x + 7 + (track.w - 14) * (float)((log10(own) - low) / (top - low));
        draw_rect(p->list, (rect){x - 1, track.y + 3, 2, 26}, p->theme->ink1, 0);
    }
    if (ui_slider(p->ui, track, ids[rule], &at, low, top, 0)) {
        *limit = rounded(pow(10, at));
        if (own > 0 && fabs(log10(own) - at) < 0.025) *limit = own; // it catches there
        p->ui->animating = true;
    }
    char text[48];
    format_value(text, sizeof text, *limit, limit_digits(*limit), false);
    draw_text(p->list, r.x + r.w, r.y + 21, text, text_of(FONT_SANS_SEMIBOLD, 15, p->theme->ink1, ALIGN_RIGHT));
}

// --- numbers ---

static int norm_digits(double value) {
    return value >= 0.1 || value == 0 ? 3 : value >= 1e-3 ? 5 : -3;
}

static void arrow_row(struct clip_page *p, rect r, const char *words, struct source before, struct source after,
                      int digits, int after_digits, const char *between) {
    float y = r.y + 17, x = r.x + r.w;
    struct text_style number = text_of(FONT_SANS_SEMIBOLD, 14, p->theme->ink1, ALIGN_RIGHT);
    x -= scene_value(p->scene, p->list, x, y, after, after_digits, false, number);
    if (between) {
        number.font = FONT_SANS_MEDIUM, number.color = p->theme->ink2;
        x -= draw_text(p->list, x - 6, y, between, number) + 12;
        x -= scene_value(p->scene, p->list, x, y, before, digits, false, number);
    }
    draw_text_fit(p->list, r.x, y, x - 8 - r.x, words,
                  text_of(FONT_SANS_MEDIUM, 13.5f, p->theme->ink2, ALIGN_LEFT));
}

// "14 of 1 436"
static void held_row(struct clip_page *p, rect r, const struct clipping *c) {
    char of[48], count[32];
    format_count(count, sizeof count, c->entries);
    snprintf(of, sizeof of, "of %s", count);
    struct text_style number = text_of(FONT_SANS_MEDIUM, 14, p->theme->ink2, ALIGN_RIGHT);
    float x = r.x + r.w, y = r.y + 17;
    draw_text(p->list, r.x, y, "entries held", text_of(FONT_SANS_MEDIUM, 13.5f, p->theme->ink2, ALIGN_LEFT));
    x -= draw_text(p->list, x, y, of, number) + 6;
    number.font = FONT_SANS_SEMIBOLD, number.color = p->theme->ink1;
    struct source cut = {clip_names[CLIP_BY_VALUE].cut, -1, -1, (double)c->cut};
    scene_value(p->scene, p->list, x, y, cut, 0, false, number);
}

static void numbers(struct clip_page *p, rect r, enum clip_rule rule) {
    const struct clip_step *step = &p->answer.step[rule];
    const struct clipping *c = &step->clipping;
    const struct clip_names *names = &clip_names[rule];
    struct source before = {"clip/grad_norm", 0, -1, c->before}, after = {names->after, -1, -1, c->after};
    struct source angle = {names->angle, -1, -1, c->angle}, moved = {names->moved, -1, -1, step->moved};
    struct source unclipped = {CLIP_UNCLIPPED, -1, -1, step->unclipped};
    const struct source none = {0};
    int digits = norm_digits(fmin(c->after, c->before));
    arrow_row(p, r, "norm", before, after, digits, digits, "→");
    r.y += ROW;
    if (rule == CLIP_BY_NORM)
        arrow_row(p, r, "every entry times", none, (struct source){names->scale, -1, -1, c->scale}, 0,
                  c->scale == 1 ? 0 : norm_digits(c->scale), NULL);
    else
        held_row(p, r, c);
    r.y += ROW;
    arrow_row(p, r, "turned by (degrees)", none, angle, 0, c->angle == 0 ? 0 : 2, NULL);
    r.y += ROW;
    digits = norm_digits(step->moved);
    arrow_row(p, r, "length of the step", unclipped, moved, digits, digits, "→");
}

static const char *verdict(const struct clipping *c, enum clip_rule rule) {
    if (rule == CLIP_BY_NORM)
        return c->scale < 1 ? "Every entry shrinks alike: shorter, the same direction."
                            : "The norm is within the limit: nothing is clipped.";
    return c->cut ? "What sticks out is cut off: the direction changes."
                  : "No entry is beyond the limit: nothing is clipped.";
}

static void heading(struct clip_page *p, rect r, enum clip_rule rule) {
    static const char *const titles[CLIP_RULES] = {"By global norm", "By value"};
    float x =
        r.x +
        draw_text(p->list, r.x, r.y + 18, titles[rule], text_of(FONT_SANS_SEMIBOLD, 16, p->theme->ink1, ALIGN_LEFT)) +
        12;
    double own = own_limit(p->record, rule);
    struct text_style small = text_of(FONT_SANS_MEDIUM, 12, own > 0 ? p->theme->ink1 : p->theme->ink3, ALIGN_LEFT);
    const char *words = own > 0 ? "used by this network at" : "not used by this network";
    float width = text_width(p->list, words, small);
    rect tag = {x, r.y + 2, width + 16, 22};
    char number[32];
    format_value(number, sizeof number, own, own > 0 ? limit_digits(own) : 0, false);
    if (own > 0) tag.w += text_width(p->list, number, small) + 5;
    draw_box(p->list, tag, own > 0 ? p->theme->ink1 : p->theme->line2, 11, own > 0 ? 1.5f : 1);
    x = tag.x + 8 + draw_text(p->list, tag.x + 8, tag.y + 15, words, small) + 5;
    struct source source = {rule == CLIP_BY_NORM ? "clip/max_norm" : "clip/max_value", 0, -1, own};
    if (own > 0) scene_value(p->scene, p->list, x, tag.y + 15, source, limit_digits(own), false, small);
}

enum { NUMBERS = 240 }; // the arrows get what is left

static void column(struct clip_page *p, rect r, enum clip_rule rule, float histogram) {
    heading(p, rect_cut_top(&r, 30), rule);
    limit_slider(p, rect_cut_top(&r, 34), rule);
    clip_histogram(p, rect_cut_top(&r, histogram), rule);
    rect words = rect_cut_top(&r, 24);
    draw_text_fit(p->list, words.x, words.y + 17, words.w, verdict(&p->answer.step[rule].clipping, rule),
                  text_of(FONT_SANS, 13.5f, p->theme->ink2, ALIGN_LEFT));
    rect arrows = rect_cut_right(&r, fminf(4 * ROW + 4, fmaxf(48, r.w - 16 - NUMBERS)));
    rect_cut_right(&r, 16);
    clip_arrows(p, arrows, rule);
    numbers(p, r, rule);
}

static void draw(struct ui *ui, rect r, const struct scene *scene) {
    draw_rect(ui->list, r, ui->theme->stage, 0);
    struct clip_page p = {.ui = ui,
                          .list = ui->list,
                          .theme = ui->theme,
                          .scene = scene,
                          .record = scene_whole(scene),
                          .memory = scene->memory};
    float x = view_title(ui, r, scene, "Clipping");
    bool there = find_numbers(&p);
    if (there) limit_keys(&p);
    struct err err = {0};
    checker_failed(scene->checker, &err);
    if (!there || err.code != ERR_NONE) {
        draw_text_fit(ui->list, r.x + MARGIN, r.y + 80, r.w - 2 * MARGIN, err.code ? err.message : "being worked out",
                      text_of(FONT_SANS, 15, err.code ? ui->theme->err : ui->theme->ink2, ALIGN_LEFT));
        return;
    }
    draw_text_fit(ui->list, x + 4, r.y + 30, r.x + r.w - MARGIN - x,
                  own_limit(scene_whole(scene), CLIP_BY_NORM) > 0 && own_limit(scene_whole(scene), CLIP_BY_VALUE) > 0
                      ? "this network clips by value first, then what is left by its norm; here each rule alone"
                  : scene_whole(scene)->batch
                      ? "the gradient of the whole minibatch, clipped in two ways before the optimiser reads it"
                      : "the gradient of this example, clipped in two ways before the optimiser reads it",
                  text_of(FONT_SANS_MEDIUM, 13, ui->theme->ink3, ALIGN_LEFT));
    rect body = {r.x + MARGIN, r.y + TITLE + 6, r.w - 2 * MARGIN, r.h - TITLE - 14};
    const float fixed = 30 + 34 + 24 + 4 * ROW + 10;
    const float room = body.h - fixed, table = 8 + clip_tensors_height(&p); // all of its rows, where that leaves enough
    float histogram = floorf(fminf(220, fmaxf(100, fminf(room * 0.55f, room - table))));
    rect top = rect_cut_top(&body, fixed + histogram);
    float half = (top.w - GAP) / 2;
    column(&p, (rect){top.x, top.y, half, top.h}, CLIP_BY_NORM, histogram);
    column(&p, (rect){top.x + half + GAP, top.y, half, top.h}, CLIP_BY_VALUE, histogram);
    draw_hline(ui->list, r.x, r.x + r.w, body.y, ui->theme->line);
    clip_tensors(&p, (rect){body.x, body.y + 8, body.w, body.h - 8});
}

static const char *misfit(const struct scene *scene) {
    return scene->checker ? NULL : "There is nothing here that could work out an update.";
}

const struct view view_of_clip = {
    .name = "clip",
    .title = "Clipping",
    .about = "the gradient before and after: by its norm and by value, at limits that can be moved",
    .key = 'o',
    .memory = sizeof(struct clip_memory),
    .misfit = misfit,
    .draw = draw,
};
