// The two charts of the gradient check: the loss around the weight, and the error over the step size.
#include "check_inner.h"
#include "plot.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>

enum { AXIS = 84, FOOT = 26, HEAD = 34 };

// A key of a series before its words; returns the x after them.
static float key(const struct check_page *p, float x, float y, color ink, float width, bool dashed, const char *words) {
    draw_path_move(p->list, x, y - 4.5f);
    draw_path_line(p->list, x + 24, y - 4.5f);
    if (dashed)
        draw_path_stroke_dashed(p->list, ink, width, 6, 4);
    else
        draw_path_stroke(p->list, ink, width, false, false);
    return x + 30 + draw_text(p->list, x + 30, y, words, text_of(FONT_SANS_MEDIUM, 13, p->theme->ink2, ALIGN_LEFT)) +
           16;
}

static float title(const struct check_page *p, rect r, const char *words) {
    return r.x + draw_text(p->list, r.x, r.y + 16, words, text_of(FONT_SANS_SEMIBOLD, 14, p->theme->ink1, ALIGN_LEFT)) +
           18;
}

static void wait_words(const struct check_page *p, rect r) {
    draw_text(p->list, r.x + AXIS + 12, r.y + HEAD + 24, "being worked out",
              text_of(FONT_SANS, 14, p->theme->ink3, ALIGN_LEFT));
}

// --- the loss around w ---

// The tangent lies under the loss, wide and pale: where the two are one, both are seen.
enum { LOSS_WIDTH = 2, TANGENT_WIDTH = 7 };
static color analytic_ink(const struct check_page *p) {
    return color_mix(p->theme->m_b, p->theme->stage, 0.45f);
}

static void curve_range(const struct weight_check *a, struct plot *plot) {
    plot->y0 = INFINITY, plot->y1 = -INFINITY;
    for (int k = 0; k < a->points; k++) {
        if (!isfinite(a->loss[k])) continue;
        plot->y0 = fmin(plot->y0, a->loss[k]);
        plot->y1 = fmax(plot->y1, a->loss[k]);
    }
    double room = (plot->y1 - plot->y0) * 0.08;
    if (!(room > 0)) room = fmax(fabs(plot->y0), 1) * 1e-15; // not a bit of difference
    plot->y0 -= room;
    plot->y1 += room;
}

// A straight line with this slope through (0, loss), over the whole width; what leaves the area is cut off.
static void slope_line(const struct check_page *p, const struct plot *plot, double loss, double slope, color ink,
                       float width, bool dashed) {
    double x[2] = {plot->x0, plot->x1}, y[2] = {loss + slope * plot->x0, loss + slope * plot->x1};
    draw_clip_push(p->list, plot->area);
    plot_line(plot, x, y, 2, ink, width, dashed);
    draw_clip_pop(p->list);
}

static void offset_label(const struct check_page *p, const struct plot *plot, double at, const char *words) {
    float x = plot_x(plot, at), bottom = plot->area.y + plot->area.h;
    draw_vline(p->list, x, plot->area.y, bottom, p->theme->line);
    math_draw(p->list, p->theme, x, bottom + 18, words, 14, p->theme->ink2, ALIGN_CENTER);
}

// Losses that differ in late digits only are told from the loss at w.
static void loss_axis(const struct check_page *p, const struct plot *plot, double loss) {
    struct plot shifted = *plot;
    bool shift = (plot->y1 - plot->y0) < 1e-3 * fmax(1, fabs(loss));
    if (shift) shifted.y0 -= loss, shifted.y1 -= loss;
    double span = shifted.y1 - shifted.y0;
    if (shift && span < 1e-4) { // as multiples of a power of ten
        int power = (int)floor(log10(span));
        double unit = pow(10, power);
        shifted.y0 /= unit, shifted.y1 /= unit;
        plot_lines_y(&shifted, plot->area.h > 150 ? 6 : 4);
        char markup[80];
        snprintf(markup, sizeof markup, "L-L(w)~\\t{in}~\\s{10}^{\\s{%d}}", power);
        math_draw(p->list, p->theme, plot->area.x - AXIS + 4, plot->area.y - 6, markup, 14, p->theme->ink2, ALIGN_LEFT);
        return;
    }
    plot_lines_y(&shifted, plot->area.h > 150 ? 6 : 4);
    math_draw(p->list, p->theme, plot->area.x - 10, plot->area.y - 6, shift ? "L-L(w)" : "L", 15, p->theme->ink2,
              ALIGN_RIGHT);
}

// From x on, further left or with fewer words where they would go beyond `end`; the loss is what the title says.
static void curve_keys(const struct check_page *p, float x, float end, float baseline) {
    static const char *const words[][3] = {{"loss", "analytic slope", "numeric"}, {"loss", "analytic", "numeric"}};
    struct text_style style = text_of(FONT_SANS_MEDIUM, 13, p->theme->ink2, ALIGN_LEFT);
    const float least = x - 60, gaps = 3 * 46 - 16;
    int brief = -1, first = 1; // first: of the keys that are drawn
    for (float width; first && ++brief < 2;) {
        width = gaps;
        for (int k = 0; k < 3; k++)
            width += text_width(p->list, words[brief][k], style);
        if (least + width > end) continue;
        first = 0;
        x = fminf(x, end - width);
    }
    if (first) brief = 1, x = least;
    if (!first) x = key(p, x, baseline, p->theme->loss, LOSS_WIDTH, false, words[brief][0]);
    x = key(p, x, baseline, analytic_ink(p), TANGENT_WIDTH, false, words[brief][1]);
    key(p, x, baseline, p->theme->m_a, LOSS_WIDTH, true, words[brief][2]);
}

void check_curve(struct check_page *p, rect r) {
    static const char *const widths[] = {"±3ε", "±1"};
    float x = title(p, r, "The loss around w");
    rect segments = {r.x + r.w - 110, r.y - 4, 110, 30};
    p->memory->wide = ui_segments(p->ui, segments, "width of the curve", widths, NULL, 2, p->memory->wide, false) == 1;
    // The keys beside the title, or under it.
    bool beside = r.w >= 620;
    curve_keys(p, beside ? x : r.x + AXIS + 60, r.x + r.w, r.y + (beside ? 16 : HEAD + 6));
    struct plot plot = {.list = p->list, .theme = p->theme, .x0 = -p->question.span, .x1 = p->question.span};
    plot.area = (rect){r.x + AXIS, r.y + HEAD + 14, r.w - AXIS - 12, r.h - HEAD - 14 - FOOT};
    if (!p->answered || p->answer.points < 2) {
        wait_words(p, r);
        return;
    }
    const struct weight_check *a = &p->answer;
    const double loss = p->record->loss, epsilon = p->question.epsilon;
    curve_range(a, &plot);
    loss_axis(p, &plot, loss);
    bool apart = plot_x(&plot, epsilon) - plot_x(&plot, 0) > 26;
    if (apart) {
        offset_label(p, &plot, -epsilon, "w-\\epsilon");
        offset_label(p, &plot, epsilon, "w+\\epsilon");
    }
    offset_label(p, &plot, 0, "w");
    if (p->memory->wide) {
        offset_label(p, &plot, -1, "w-1");
        offset_label(p, &plot, 1, "w+1");
    }
    slope_line(p, &plot, loss, p->analytic.value, analytic_ink(p), TANGENT_WIDTH, false);
    draw_clip_push(p->list, plot.area);
    plot_line(&plot, a->offset, a->loss, a->points, p->theme->loss, LOSS_WIDTH, false);
    for (int k = 0; k < a->points; k++)
        draw_circle(p->list, (point){plot_x(&plot, a->offset[k]), plot_y(&plot, a->loss[k])}, 2.5f, p->theme->loss);
    draw_clip_pop(p->list);
    if (a->ready) {
        // The secant through the two nudged points.
        double middle = (a->numeric.plus + a->numeric.minus) / 2;
        slope_line(p, &plot, middle, a->numeric.estimate, p->theme->m_a, LOSS_WIDTH, true);
        if (apart || !p->memory->wide) {
            plot_mark(&plot, -epsilon, a->numeric.minus, 4.5f, p->theme->m_a, true);
            plot_mark(&plot, epsilon, a->numeric.plus, 4.5f, p->theme->m_a, true);
        }
    }
    plot_mark(&plot, 0, loss, 5, p->theme->m_b, false);
}

// --- error over the step size ---

static void now_band(const struct check_page *p, const struct plot *plot) {
    float x = plot_x(plot, p->question.epsilon);
    draw_rect(p->list, (rect){x - 4, plot->area.y, 8, plot->area.h}, p->theme->hi, 0);
    draw_rect(p->list, (rect){x - 0.75f, plot->area.y, 1.5f, plot->area.h}, p->theme->on_hi, 0);
}

// Above the chart: inside of it the band of the chosen step would run through them.
static void side_words(const struct check_page *p, rect r, float left) {
    static const char *const words[] = {
        "left: rounding, the losses share their digits; right: truncation, the curve bends",
        "left: rounding; right: truncation", "← rounding, truncation →"};
    struct text_style style = text_of(FONT_SANS_MEDIUM, 12, p->theme->ink3, ALIGN_RIGHT);
    for (size_t k = 0; k < sizeof words / sizeof *words; k++) {
        if (text_width(p->list, words[k], style) > r.x + r.w - 12 - left) continue;
        draw_text(p->list, r.x + r.w - 12, r.y + 16, words[k], style);
        return;
    }
}

void check_errors(struct check_page *p, rect r) {
    float after = title(p, r, "Relative error over the step");
    math_draw(p->list, p->theme, after - 10, r.y + 16, "\\epsilon", 18, p->theme->ink1, ALIGN_LEFT);
    struct plot plot = {.list = p->list, .theme = p->theme, .x0 = 3e-13, .x1 = 0.3, .log_x = true, .log_y = true};
    plot.area = (rect){r.x + AXIS, r.y + HEAD, r.w - AXIS - 12, r.h - HEAD - FOOT};
    if (!p->answered || p->answer.steps < 1) {
        wait_words(p, r);
        return;
    }
    const struct weight_check *a = &p->answer;
    double x[CHECK_STEPS], y[CHECK_STEPS], low = INFINITY, high = 0;
    for (int k = 0; k < a->steps; k++) {
        x[k] = check_step_size(k);
        y[k] = a->by_step[k].error;
        if (y[k] > 0) low = fmin(low, y[k]);
        if (y[k] == 0) y[k] = NAN; // has no place on the axis
        if (y[k] > 0 && isfinite(y[k])) high = fmax(high, y[k]);
    }
    if (!(high > 0)) {
        draw_text_fit(p->list, plot.area.x, plot.area.y + 24, plot.area.w,
                      a->steps < CHECK_STEPS ? "no error so far"
                                             : "None at any step: both are 0, the loss does not depend on this weight.",
                      text_of(FONT_SANS, 14, p->theme->ink2, ALIGN_LEFT));
        return;
    }
    plot_decades(low, high, 3, 16, &plot.y0, &plot.y1);
    now_band(p, &plot);
    plot_grid_y(&plot);
    plot_grid_x(&plot);
    side_words(p, r, after + 16);
    plot_line(&plot, x, y, a->steps, p->theme->m_a, 2.75f, true);
    for (int k = 0; k < a->steps; k++)
        if (isfinite(y[k])) plot_mark(&plot, x[k], y[k], 4.5f, p->theme->m_a, true);
}
