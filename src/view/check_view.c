// The gradient check: one weight nudged by epsilon both ways, the slope that the two losses make beside the gradient of
// the backward pass, for one step size and for all; and every parameter of the network checked the same way.
#include "check_inner.h"
#include "views.h"
#include "weight_map.h"
#include "weight_picker.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TITLE = 48, MARGIN = 24, LOSS_DIGITS = 12 };
static const double power_low = -9, power_high = -1, power_first = -4;

// --- what is asked and what is known ---

static struct source number_of(const struct check_page *p, enum record_param_kind kind) {
    const struct weight w = p->question.weight;
    bool vector = param_is_vector(p->record->layout.params[w.param].role);
    return (struct source){record_param_name_of(p->record, kind, w.param), w.row, vector ? -1 : w.column,
                           record_param_value(p->record, kind, w.param, w.row, w.column)};
}

void check_open(struct check_page *p, struct ui *ui, const struct scene *scene) {
    *p = (struct check_page){.ui = ui,
                             .list = ui->list,
                             .theme = ui->theme,
                             .scene = scene,
                             .record = scene_whole(scene),
                             .memory = scene->memory};
    if (!p->memory->set) *p->memory = (struct check_memory){true, power_first, true};
    const enum notation notation = scene->state->notation;
    p->question.weight = scene_weight(scene);
    p->question.epsilon = pow(10, p->memory->power);
    p->question.span = p->memory->wide ? 1 : 3 * p->question.epsilon;
    weight_label(p->label, sizeof p->label, p->record, notation, false, p->question.weight);
    weight_label(p->grad_label, sizeof p->grad_label, p->record, notation, true, p->question.weight);
    p->weight = number_of(p, RECORD_PARAM);
    p->analytic = number_of(p, RECORD_GRAD);
    p->answered = checker_weight(scene->checker, p->record, &p->question, &p->answer);
    p->tensor_count = checker_tensors(scene->checker, p->record, p->tensors, CHECK_TENSORS);
}

int check_passed(const struct check_page *p) {
    int passed = 0;
    for (int k = 0; k < p->tensor_count; k++)
        passed += p->tensors[k].done && p->tensors[k].worst <= CHECK_PASS;
    return passed;
}

// --- the nudge ---

static void epsilon_row(struct check_page *p, rect r) {
    struct ui *ui = p->ui;
    double *power = &p->memory->power;
    while (ui_take_key(ui, '-', MOD_ALT))
        *power = fmax(power_low, ceil(*power - 1));
    while (ui_take_key(ui, '=', MOD_ALT) || ui_take_key(ui, '+', MOD_ALT))
        *power = fmin(power_high, floor(*power + 1));
    math_draw(p->list, p->theme, r.x, r.y + 21, "\\epsilon", 19, p->theme->ink1, ALIGN_LEFT);
    ui_slider(ui, (rect){r.x + 24, r.y, r.w - 24 - 84, 32}, "epsilon", power, power_low, power_high, 0.5);
    char text[48];
    format_value(text, sizeof text, pow(10, *power), -2, false);
    draw_text(p->list, r.x + r.w, r.y + 21, text, text_of(FONT_SANS_SEMIBOLD, 14, p->theme->ink1, ALIGN_RIGHT));
}

struct nudge_row {
    const char *words, *maths; // one of them
    struct source source;
    int digits;
    bool plus, rule; // rule: a line above
    color mark;      // of the series in the charts; alpha 0 = none
};

static void nudge_row(struct check_page *p, rect r, const struct nudge_row *row, bool known) {
    float x = r.x, y = r.y + 18;
    if (row->rule) draw_hline(p->list, r.x, r.x + r.w, r.y, p->theme->line);
    if (row->mark.a) {
        draw_circle(p->list, (point){x + 5, y - 5}, 4.5f, row->mark);
        x += 16;
    }
    if (row->maths)
        math_draw_fit(p->list, p->theme, x, y, r.w * 0.55f - (x - r.x), row->maths, 16, p->theme->ink1, ALIGN_LEFT);
    else
        draw_text_fit(p->list, x, y, r.w * 0.6f - (x - r.x), row->words,
                      text_of(FONT_SANS_MEDIUM, 13.5f, p->theme->ink2, ALIGN_LEFT));
    struct text_style number = text_of(FONT_SANS_MEDIUM, 14, p->theme->ink1, ALIGN_RIGHT);
    if (!known) {
        draw_text(p->list, r.x + r.w, y, "…", number);
        return;
    }
    scene_value(p->scene, p->list, r.x + r.w, y, row->source, row->digits, row->plus, number);
}

// Decimals that show both gradients to where they part, and one more.
static int gradient_digits(const struct numeric_gradient *n) {
    double size = fmax(fabs(n->analytic), fabs(n->estimate));
    if (!(size > 0) || !isfinite(size)) return 6;
    int digits = check_digits(n->error) + 2 - (int)floor(log10(size));
    return digits < 4 ? 4 : digits > 14 ? 14 : digits;
}

static void nudge_rows(struct check_page *p, rect r) {
    const struct numeric_gradient *n = &p->answer.numeric;
    const struct weight w = p->question.weight;
    const int digits = p->answered && p->answer.ready ? gradient_digits(n) : 6;
    struct source minus = {CHECK_MINUS, w.row, w.column, n->minus}, plus = {CHECK_PLUS, w.row, w.column, n->plus};
    struct source difference = {CHECK_DIFFERENCE, w.row, w.column, n->plus - n->minus};
    struct source numeric = {CHECK_NUMERIC, w.row, w.column, n->estimate},
                  error = {CHECK_ERROR, w.row, w.column, n->error};
    struct source agree = {CHECK_DIGITS, w.row, w.column, check_digits(n->error)};
    const struct nudge_row rows[] = {
        {.maths = "L(w+\\epsilon)", .source = plus, .digits = LOSS_DIGITS},
        {.maths = "L(w-\\epsilon)", .source = minus, .digits = LOSS_DIGITS},
        {.words = "difference", .source = difference, .digits = LOSS_DIGITS, .plus = true, .rule = true},
        {.words = "numeric: difference / 2ε",
         .source = numeric,
         .digits = digits,
         .plus = true,
         .rule = true,
         .mark = p->theme->m_a},
        {.words = "analytic: backward pass",
         .source = p->analytic,
         .digits = digits,
         .plus = true,
         .mark = p->theme->m_b},
        {.words = "relative error", .source = error, .digits = n->error == 0 ? 0 : -2, .rule = true},
        {.words = "digits that agree", .source = agree, .digits = 0},
    };
    enum { ROWS = sizeof rows / sizeof *rows };
    float pitch = fminf(29, r.h / ROWS);
    for (int k = 0; k < ROWS; k++) {
        rect row = {r.x, r.y + pitch * (float)k, r.w, pitch};
        nudge_row(p, row, &rows[k], (p->answered && p->answer.ready) || k == 4);
    }
}

static void choose_map(struct check_page *p, rect r, struct weight_hover *hover) {
    const float heading = 26, caption = 18, symbols = weight_map_has_symbols(p->scene) ? 18 : 0;
    struct weight_map map =
        weight_map_plan(p->scene, (rect){r.x, r.y + heading, r.w, r.h - heading - caption - symbols}, false);
    float x = r.x + math_draw(p->list, p->theme, r.x, r.y + 15, p->label, 20, p->theme->ink1, ALIGN_LEFT) + 12;
    draw_text(p->list, x, r.y + 15, "w =", text_of(FONT_SANS_MEDIUM, 14, p->theme->ink2, ALIGN_LEFT));
    scene_value(p->scene, p->list, x + 32, r.y + 15, p->weight, 6, true,
                text_of(FONT_SANS_SEMIBOLD, 14, p->theme->ink1, ALIGN_LEFT));
    weight_map_draw(p->ui, p->scene, &map, WEIGHT_MAP_GRADIENT, "map of gradients", hover);
    weight_map_caption(p->ui, p->scene, &map, r.x, r.w, true);
}

// --- all parameters ---

static void all_button(struct check_page *p, rect r) {
    bool asked = p->tensor_count > 0,
         done = asked && p->tensor_count == p->record->layout.count && p->tensors[p->tensor_count - 1].done;
    if (!asked) {
        if (ui_button(p->ui, r, "Check them all", true)) p->scene->state->ask = (struct ask){.kind = ASK_CHECK_ALL};
        return;
    }
    char text[96];
    int passed = check_passed(p), count = p->record->layout.count;
    if (done)
        snprintf(text, sizeof text, "%d of %d parameters agree", passed, count);
    else
        snprintf(text, sizeof text, "checking: %d of %d", p->tensor_count - 1, count);
    bool good = passed == count || !done;
    float width = text_width(p->list, text, text_of(FONT_SANS_SEMIBOLD, 13, p->theme->ink1, ALIGN_LEFT));
    float x = r.x + r.w - width;
    if (done)
        icon_draw(p->list, good ? ICON_CHECK : ICON_WARN, x - 24, r.y + 8, 16, good ? p->theme->ink1 : p->theme->err,
                  2);
    draw_text(p->list, x, r.y + 21, text,
              text_of(FONT_SANS_SEMIBOLD, 13, good ? p->theme->ink1 : p->theme->err, ALIGN_LEFT));
}

// --- all of it ---

static void ask_for_numbers(struct check_page *p) {
    if (p->answered || p->scene->state->ask.kind != ASK_NOTHING) return;
    p->scene->state->ask = (struct ask){.kind = ASK_CHECK, .check = p->question};
}

static void draw_all(struct check_page *p, rect r) {
    r = (rect){r.x + MARGIN, r.y + TITLE + 8, r.w - 2 * MARGIN, r.h - TITLE - 20};
    rect left = rect_cut_left(&r, floorf(fminf(400, fmaxf(300, r.w * 0.36f))));
    rect_cut_left(&r, 36);
    const float rows = fminf(210, left.h * 0.47f);
    rect map = {left.x, left.y, left.w, left.h - rows - 44};
    struct weight_hover hover = {0};
    choose_map(p, map, &hover);
    epsilon_row(p, (rect){left.x, map.y + map.h + 8, left.w, 32});
    nudge_rows(p, (rect){left.x, left.y + left.h - rows, left.w, rows});
    float upper = floorf(r.h * 0.52f);
    check_curve(p, (rect){r.x, r.y, r.w, upper});
    check_errors(p, (rect){r.x, r.y + upper + 8, r.w, r.h - upper - 8});
    weight_hover_draw(p->ui, p->scene, &hover);
}

static void draw(struct ui *ui, rect r, const struct scene *scene) {
    draw_rect(ui->list, r, ui->theme->stage, 0);
    weight_begin(ui, scene);
    float x = view_title(ui, r, scene, "Gradient check");
    struct check_page p;
    check_open(&p, ui, scene);
    const float button = fmaxf(ui_button_width(ui, "Check them all"), 180);
    rect bar = {x + 12, r.y + 8, r.x + r.w - MARGIN - x - 12, 32};
    rect all = rect_cut_right(&bar, button);
    weight_picker(ui, (rect){bar.x, bar.y, bar.w - 16, bar.h}, scene);
    all_button(&p, all);
    check_open(&p, ui, scene); // the picker may have chosen another one
    draw_all(&p, r);
    ask_for_numbers(&p);
    struct err err = {0};
    checker_failed(scene->checker, &err);
    if (err.code != ERR_NONE)
        ui_message(ui, (rect){r.x + MARGIN, r.y + r.h - 60, r.w - 2 * MARGIN, 44}, err.message, UI_ERROR, NULL);
}

static const char *misfit(const struct scene *scene) {
    return scene->checker ? NULL : "There is nothing here that could check gradients.";
}

static void side(struct ui *ui, rect r, const struct scene *scene) {
    struct check_page p;
    draw_rect(ui->list, r, ui->theme->panel, 0);
    draw_vline(ui->list, r.x, r.y, r.y + r.h, ui->theme->line);
    check_open(&p, ui, scene);
    check_table(&p, r);
}

const struct view view_of_check = {
    .name = "check",
    .title = "Gradient check",
    .about = "one weight nudged both ways: the slope of the loss beside the gradient of the backward pass",
    .key = 'k',
    .memory = sizeof(struct check_memory),
    .misfit = misfit,
    .draw = draw,
    .side = side,
};
