// The Jacobian between two timesteps: one factor a timestep, what the factors come to on the way back, and the whole
// with its singular values. Answers: what is left of a small change, and what do the factors' norms say about it?
#include "chain_chart.h"
#include "jacobian_view.h"
#include "log_axis.h"
#include "mathbox.h"
#include "views.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER = 48,
    AXIS = 62,
    TIMES = 20,
    CAPTION = 26,
    DECADES_MOST = 16,
    FACTOR_PITCH = 46, // from here on the factors stand under their timesteps
    FACTOR_ROOM = 84,
    FACTOR_MOST = 96,
    LOW = 480,     // height from which on the chart has room beside the matrices
    TILES = 12000, // drawn for all factors
    PRODUCT_TILES = 64
};

static const double BOUND_ROOM = 1e4; // how far above the rest the bound is followed

// --- the figure ---

struct figure {
    struct jacobian_page p;
    struct ui *ui;
    struct draw_list *list;
    const struct theme *theme;
    struct log_axis axis;
    rect handles, factors, chart, product, spectrum;
};

// --- the two handles ---

static void move_handle(struct figure *f, bool is_to, int t) {
    struct jacobian_memory *memory = f->p.memory;
    int from = f->p.from, to = f->p.to, last = f->p.page.T - 1;
    bool backward = f->p.page.chain.direction == 1;
    if (is_to)
        to = backward ? clamp_to(t, 0, from - 1) : clamp_to(t, from + 1, last);
    else
        from = backward ? clamp_to(t, to + 1, last) : clamp_to(t, 0, to - 1);
    if (from == f->p.from && to == f->p.to) return;
    memory->from = from + 1;
    memory->to = to + 1;
    f->ui->animating = true;
}

static void handle(struct figure *f, bool is_to) {
    const struct chain_page *page = &f->p.page;
    int t = is_to ? f->p.to : f->p.from;
    float x = chain_x(page, t), y = f->handles.y + 14;
    rect grip = {x - 16, y - 16, 32, 32};
    ui_id id = ui_make_id(f->ui, is_to ? "to" : "from");
    struct ui_result result = ui_control(f->ui, id, grip, true);
    if (result.hovered || result.held) f->ui->cursor = CURSOR_RESIZE_H;
    if (result.held) move_handle(f, is_to, chain_t_at(page, f->ui->pointer.x));
    if (result.focused && ui_take_key(f->ui, KEY_LEFT, 0)) move_handle(f, is_to, t - 1);
    if (result.focused && ui_take_key(f->ui, KEY_RIGHT, 0)) move_handle(f, is_to, t + 1);
    if (result.focused && ui_take_key(f->ui, KEY_HOME, 0)) move_handle(f, is_to, 0);
    if (result.focused && ui_take_key(f->ui, KEY_END, 0)) move_handle(f, is_to, page->T - 1);
    draw_circle(f->list, (point){x, y}, 9, f->theme->btn);
    if (!is_to) draw_circle(f->list, (point){x, y}, 5, f->theme->on_btn);
    ui_focus_ring(f->ui, id, (rect){x - 9, y - 9, 18, 18}, 11);
}

static void draw_handles(struct figure *f) {
    const struct chain_page *page = &f->p.page;
    float y = f->handles.y + 14, a = chain_x(page, f->p.from), b = chain_x(page, f->p.to);
    draw_rect(f->list, (rect){page->x0, y - 2, page->x1 - page->x0, 4}, f->theme->sunk, 2);
    draw_rect(f->list, (rect){fminf(a, b), y - 2, fabsf(b - a), 4}, f->theme->ink1, 0);
    if (page->pitch >= 16)
        for (int t = 0; t < page->T; t++)
            draw_circle(f->list, (point){chain_x(page, t), y}, 3, f->theme->line2);
    handle(f, false);
    handle(f, true);
    chain_times(page, y + 32, chain_selected_t(page, -1));
    bool apart = fabsf(b - a) > 64;
    if (apart) {
        chain_text(page, a, y - 16, "from", FONT_SANS_MEDIUM, 12, f->theme->ink2, ALIGN_CENTER);
        chain_text(page, b, y - 16, "to", FONT_SANS_MEDIUM, 12, f->theme->ink2, ALIGN_CENTER);
    }
}

// --- factors ---

// Factors first .. first + count - 1 are drawn; under their timesteps where there is room.
static int factors_shown(const struct figure *f, int *first, bool *aligned) {
    const struct chain_page *page = &f->p.page;
    int steps = f->p.j->steps;
    *first = 0;
    *aligned = page->pitch >= FACTOR_PITCH;
    if (*aligned) return steps;
    int room = (int)((page->x1 - page->x0) / FACTOR_ROOM);
    if (steps <= room) return steps;
    *first = clamp_to(jacobian_factor(&f->p) - room / 2, 0, steps - room);
    return room;
}

static void one_factor(struct figure *f, int i, rect at, double scale, int most) {
    const struct jacobian *j = f->p.j;
    const struct chain_page *page = &f->p.page;
    int t = jacobian_t(&f->p, i);
    size_t square = (size_t)j->size * (size_t)j->size;
    struct matrix_style style = {
        .scale = scale, .most = most, .block = page->cell->state_count > 1 ? record_H(page->record) : 0};
    matrix_draw(f->list, f->theme, at, j->factors + (size_t)i * square, j->size, j->size, &style);
    char label[32];
    snprintf(label, sizeof label, page->label.notation == NOTATION_COURSE ? "F^{<%d>}" : "F_{%d}", t + 1);
    bool selected = chain_selected_t(page, -1) == t;
    math_draw(f->list, f->theme, at.x + at.w / 2, at.y + at.h + 19, label, 15,
              selected ? f->theme->ink1 : f->theme->ink3, ALIGN_CENTER);
    if (selected) draw_box(f->list, rect_inset(at, -3), f->theme->ink1, 4, 2);
    ui_push_id_int(f->ui, i);
    struct ui_result result = ui_control(f->ui, ui_make_id(f->ui, "factor"), at, false);
    ui_pop_id(f->ui);
    if (result.hovered) f->ui->cursor = CURSOR_HAND, page->scene->state->hover_t = t;
    if (result.clicked) chain_select_t(page, t);
}

static void draw_factors(struct figure *f) {
    const struct chain_page *page = &f->p.page;
    const struct jacobian *j = f->p.j;
    math_draw(f->list, f->theme, page->r.x + CHAIN_MARGIN, f->factors.y + f->factors.h / 2 - 6,
              page->label.notation == NOTATION_COURSE ? "F^{<t>}" : "F_t", 18, f->theme->ink2, ALIGN_LEFT);
    if (!j->factors) {
        draw_text_fit(f->list, page->x0, f->factors.y + f->factors.h / 2, page->x1 - page->x0,
                      "So many factors of this size are not kept; their norms are. Take fewer timesteps to see them.",
                      (struct text_style){FONT_SANS_MEDIUM, 14, f->theme->ink2, ALIGN_LEFT});
        return;
    }
    int first;
    bool aligned;
    int count = factors_shown(f, &first, &aligned);
    float pitch = aligned ? page->pitch : FACTOR_ROOM;
    float side = fminf(fminf(pitch - 12, FACTOR_MOST), f->factors.h - 26);
    int most = (int)sqrt((double)TILES / count);
    double scale = matrix_scale(j->factors_entry);
    for (int k = 0; k < count; k++) {
        int i = first + k, along = page->chain.direction ? count - 1 - k : k;
        float x = aligned ? chain_x(page, jacobian_t(&f->p, i)) : page->x0 + ((float)along + 0.5f) * pitch;
        one_factor(f, i, (rect){x - side / 2, f->factors.y, side, side}, scale, most);
    }
    if (count < j->steps) {
        float a = chain_x(page, jacobian_t(&f->p, first)), b = chain_x(page, jacobian_t(&f->p, first + count - 1));
        draw_rect(f->list, (rect){fminf(a, b), f->handles.y + 26, fmaxf(4, fabsf(b - a)), 3}, f->theme->ink3, 1.5f);
        char text[64];
        snprintf(text, sizeof text, "%d of %d", count, j->steps);
        chain_text(page, page->r.x + CHAIN_MARGIN, f->factors.y + f->factors.h / 2 + 14, text, FONT_SANS_MEDIUM, 12,
                   f->theme->ink3, ALIGN_LEFT);
    }
}

// --- chart ---

static double at_factor(const struct figure *f, enum jacobian_part largest, int i) {
    return jacobian_source(&f->p, jacobian_measured(&f->p, largest), i).value;
}

// Wide enough for what the product and the factors are; the bound, which may be far above, leaves it at the top.
static void find_axis(struct figure *f) {
    log_axis_open(&f->axis, f->chart.y + CAPTION + 10, f->chart.y + f->chart.h - 8);
    log_axis_take(&f->axis, 1);
    for (int i = 0; i < f->p.j->steps; i++) {
        log_axis_take(&f->axis, at_factor(f, JACOBIAN_FACTOR_LARGEST, i));
        log_axis_take(&f->axis, at_factor(f, JACOBIAN_RUNNING_LARGEST, i));
    }
    double top = f->axis.largest * BOUND_ROOM;
    for (int i = 0; i < f->p.j->steps; i++)
        log_axis_take(&f->axis, fmin(top, at_factor(f, JACOBIAN_BOUND_LARGEST, i)));
    log_axis_close(&f->axis, DECADES_MOST);
}

// Where the product back to factor i stands: at the timestep that it leads back to.
static float running_x(const struct figure *f, int i) {
    int t = jacobian_t(&f->p, i);
    return chain_x(&f->p.page, f->p.page.chain.direction ? t + 1 : t - 1);
}

// From the last factor back; it ends where it leaves the axis.
static void chart_line(const struct figure *f, enum jacobian_part part, enum chart_key key) {
    int first = f->p.j->steps - 1, end = first;
    double top = pow(10, f->axis.high);
    for (; end >= 0; end--) {
        double value = at_factor(f, part, end);
        point at = {running_x(f, end), log_axis_y(&f->axis, value)};
        if (end == first)
            draw_path_move(f->list, at.x, at.y);
        else
            draw_path_line(f->list, at.x, at.y);
        if (!(value <= top)) break;
    }
    chart_stroke(&f->p.page, key);
    bool marked = f->p.page.pitch >= 20;
    for (int i = first; i > end; i--)
        if (marked || i == 0)
            chart_marker(&f->p.page, (point){running_x(f, i), log_axis_y(&f->axis, at_factor(f, part, i))}, key);
}

static void chart_numbers(const struct figure *f) {
    static const struct {
        enum jacobian_part part;
        enum chart_key key;
    } ends[] = {{JACOBIAN_RUNNING_LARGEST, CHART_LINE}, {JACOBIAN_BOUND_LARGEST, CHART_COMPARED}};
    float y[2];
    for (int k = 0; k < 2; k++)
        y[k] = log_axis_y(&f->axis, at_factor(f, ends[k].part, 0));
    for (int k = 0; k < 2; k++) { // the upper one above its marker, the lower one below
        bool above = k == 0 ? y[0] < y[1] : y[1] <= y[0];
        float at = y[k] + (above ? -11 : 22);
        if (at - 12 < f->axis.top - 8) at = y[k] + 22;
        if (at > f->axis.bottom + 4) at = y[k] - 11;
        chart_number(&f->p.page, running_x(f, 0), at, jacobian_source(&f->p, jacobian_measured(&f->p, ends[k].part), 0),
                     chart_ink(&f->p.page, ends[k].key));
    }
}

static void chart_input(struct figure *f) {
    const struct chain_page *page = &f->p.page;
    rect area = {page->x0, f->axis.top - 8, page->x1 - page->x0, f->axis.bottom - f->axis.top + 12};
    struct ui_result result = ui_control(f->ui, ui_make_id(f->ui, "chart"), area, false);
    if (!result.hovered) return;
    int t = chain_t_at(page, f->ui->pointer.x), i = abs(t - f->p.key.from) - 1;
    page->scene->state->hover_t = t;
    if (result.clicked) chain_select_t(page, t);
    if (i < 0 || i >= f->p.j->steps || jacobian_t(&f->p, i) != t) return;
    struct source source = jacobian_source(&f->p, jacobian_measured(&f->p, JACOBIAN_FACTOR_LARGEST), i);
    float y = log_axis_y(&f->axis, source.value);
    chart_number(&f->p.page, chain_x(page, t), y - 10 > f->axis.top + 6 ? y - 10 : y + 22, source, f->theme->ink1);
}

static void chart_header(struct figure *f) {
    struct chain_page *page = &f->p.page;
    static const char *const measures[] = {"largest singular value", "norm"};
    float y = f->chart.y, width = ui_segments_width(f->ui, measures, NULL, 2, false);
    int chosen = ui_segments(f->ui, (rect){page->r.x + CHAIN_MARGIN, y - 4, width, 28}, "measure", measures, NULL, 2,
                             f->p.memory->measure, false);
    if (chosen != f->p.memory->measure) f->p.memory->measure = chosen, f->ui->animating = true;
    float left = page->r.x + 2 * CHAIN_MARGIN + width, x = page->r.x + page->r.w - CHAIN_MARGIN;
    bool wide = x - left > 470;
    x = chart_entry(page, x, y + 15, wide ? "\\s{product of the factors' own}" : "\\s{their product}", CHART_COMPARED);
    x = chart_entry(page, x, y + 15, wide ? "\\s{of the product back to t}" : "\\s{of the product}", CHART_LINE);
    chart_entry(page, x, y + 15, wide ? "\\s{of one factor}" : "\\s{a factor}", CHART_POINT);
}

static void draw_chart(struct figure *f) {
    const struct chain_page *page = &f->p.page;
    find_axis(f);
    log_axis_draw(&f->axis, f->list, f->theme, page->x0 - 8, page->x1);
    float one = log_axis_y(&f->axis, 1); // above it a change grows, below it fades
    draw_path_move(f->list, page->x0 - 8, one);
    draw_path_line(f->list, page->x1, one);
    draw_path_stroke(f->list, f->theme->line2, 1.5f, false, false);
    bool marked = page->pitch >= 6;
    for (int i = 0; i < f->p.j->steps; i++) {
        point at = {chain_x(page, jacobian_t(&f->p, i)),
                    log_axis_y(&f->axis, at_factor(f, JACOBIAN_FACTOR_LARGEST, i))};
        if (marked)
            chart_marker(page, at, CHART_POINT);
        else
            draw_rect_exact(f->list, (rect){at.x - 1, at.y - 1, 2, 2}, f->theme->ink2, 0);
    }
    chart_line(f, JACOBIAN_BOUND_LARGEST, CHART_COMPARED);
    chart_line(f, JACOBIAN_RUNNING_LARGEST, CHART_LINE);
    chart_numbers(f);
    chart_header(f);
    chart_input(f);
}

// --- the whole ---

static void product_label(const struct figure *f, char *out, size_t size) {
    char to[160], from[160];
    jacobian_state(&f->p, f->p.key.to, to, sizeof to);
    jacobian_state(&f->p, f->p.key.from, from, sizeof from);
    snprintf(out, size, "\\partial %s/\\partial %s", to, from);
}

static void draw_product(struct figure *f) {
    const struct jacobian *j = f->p.j;
    const struct chain_page *page = &f->p.page;
    char label[400];
    double scale = matrix_scale(matrix_largest(j->product, (size_t)j->rows * (size_t)j->columns));
    struct matrix_style style = {
        .scale = scale, .most = PRODUCT_TILES, .block = f->p.key.to_state < 0 ? record_H(page->record) : 0};
    matrix_draw(f->list, f->theme, f->product, j->product, j->rows, j->columns, &style);
    jacobian_blocks(&f->p, f->product, f->p.key.to_state < 0 ? page->cell->state_count : 1);
    float x = f->product.x + f->product.w + 20, room = f->spectrum.x - x - 24;
    product_label(f, label, sizeof label);
    math_draw_fit(f->list, f->theme, x, f->product.y + 18, room, label, 18, f->theme->ink1, ALIGN_LEFT);
    char text[64], size[24];
    format_value(size, sizeof size, scale, scale >= 1 ? 0 : scale >= 0.001 ? (int)ceil(-log10(scale)) : -1, false);
    snprintf(text, sizeof text, "%d × %d, colours to ±%s", j->rows, j->columns, size);
    draw_text_fit(f->list, x, f->product.y + 42, room, text,
                  (struct text_style){FONT_SANS_MEDIUM, 13, f->theme->ink3, ALIGN_LEFT});
    int merged = matrix_merged(f->product, j->rows, j->columns, PRODUCT_TILES), row, column;
    if (merged > 1) {
        snprintf(text, sizeof text, "a tile: the largest of %d × %d", merged, merged);
        draw_text_fit(f->list, x, f->product.y + 62, room, text,
                      (struct text_style){FONT_SANS_MEDIUM, 13, f->theme->ink3, ALIGN_LEFT});
    }
    struct ui_result result = ui_control(f->ui, ui_make_id(f->ui, "product"), f->product, false);
    if (!result.hovered || !matrix_hit(f->product, j->rows, j->columns, f->ui->pointer, &row, &column)) return;
    double value = j->product[(long)row * j->columns + column];
    snprintf(text, sizeof text, "row %d, column %d", row + 1, column + 1);
    float y = f->product.y + fminf(f->product.h - 4, 88);
    draw_text_fit(f->list, x, y, room - 70, text,
                  (struct text_style){FONT_SANS_MEDIUM, 13, f->theme->ink2, ALIGN_LEFT});
    chain_value(page, x + room, y, (struct source){f->p.found->jacobian_names[JACOBIAN_PRODUCT], row, column, value},
                log_axis_digits(fabs(value)), (struct text_style){FONT_SANS_SEMIBOLD, 13, f->theme->ink1, ALIGN_RIGHT});
}

static void draw_spectrum(struct figure *f) {
    const struct jacobian *j = f->p.j;
    const struct chain_page *page = &f->p.page;
    int count = j->rows < j->columns ? j->rows : j->columns;
    chain_text(page, f->spectrum.x, f->spectrum.y + 12, "Its singular values", FONT_SANS_SEMIBOLD, 14, f->theme->ink1,
               ALIGN_LEFT);
    struct log_axis axis;
    rect area = f->spectrum;
    rect_cut_top(&area, 26);
    rect_cut_left(&area, 52);
    log_axis_open(&axis, area.y + 4, area.y + area.h - 4);
    for (int k = 0; k < count; k++)
        log_axis_take(&axis, j->singular[k]);
    log_axis_close(&axis, 12);
    log_axis_draw(&axis, f->list, f->theme, area.x, area.x + area.w);
    float pitch = fminf(28, (area.w - 8) / (float)count), width = pitch >= 6 ? fminf(16, pitch * 0.65f) : pitch;
    for (int k = 0; k < count; k++) {
        float y = log_axis_y(&axis, j->singular[k]), x = area.x + 4 + ((float)k + 0.5f) * pitch - width / 2;
        draw_rect_exact(f->list, (rect){x, y, width, fmaxf(0, axis.bottom - y)}, f->theme->ink3, width > 5 ? 2 : 0);
    }
    struct ui_result result = ui_control(f->ui, ui_make_id(f->ui, "spectrum"), area, false);
    int k = result.hovered ? (int)((f->ui->pointer.x - area.x - 4) / pitch) : 0;
    k = clamp_to(k, 0, count - 1);
    char text[32];
    snprintf(text, sizeof text, "number %d", k + 1);
    float right = f->spectrum.x + f->spectrum.w;
    struct text_style style = {FONT_SANS_SEMIBOLD, 14, f->theme->ink1, ALIGN_RIGHT};
    right -= chain_value(page, right, f->spectrum.y + 12, jacobian_source(&f->p, JACOBIAN_SINGULAR, k),
                         log_axis_digits(j->singular[k]), style) +
             10;
    chain_text(page, right, f->spectrum.y + 12, text, FONT_SANS_MEDIUM, 13, f->theme->ink3, ALIGN_RIGHT);
}

// --- together ---

static void header(struct figure *f, const struct scene *scene) {
    struct chain_page *page = &f->p.page;
    struct jacobian_memory *memory = f->p.memory, before = *memory;
    view_title(f->ui, page->r, scene, "Jacobian between two timesteps");
    float x = page->r.x + page->r.w - CHAIN_MARGIN;
    int state = memory->states - 1;
    x = chain_states(page, x, page->r.y + 10, true, &state);
    memory->states = state + 1;
    chain_stepper(page, x, page->r.y + 10, &memory->chain);
    if (before.states != memory->states || before.chain != memory->chain) f->ui->animating = true;
}

static void lay_out(struct figure *f, rect body) {
    const struct chain_page *page = &f->p.page;
    f->handles = rect_cut_top(&body, AXIS);
    bool low = body.h < LOW;
    float product = fminf(190, body.h * (low ? 0.22f : 0.3f)),
          factor = fminf(FACTOR_MOST, body.h * (low ? 0.14f : 0.2f)) + 28;
    if (f->p.page.pitch >= FACTOR_PITCH) factor = fminf(factor, page->pitch - 12 + 28);
    f->factors = rect_cut_top(&body, factor);
    rect bottom = rect_cut_bottom(&body, product);
    rect_cut_top(&body, 10);
    rect_cut_bottom(&body, 18);
    f->chart = body;
    f->product = (rect){page->x0, bottom.y, product, product};
    float spectrum = fmaxf(220, bottom.w * 0.4f);
    f->spectrum = (rect){page->r.x + page->r.w - CHAIN_MARGIN - spectrum, bottom.y, spectrum, product};
}

static void draw(struct ui *ui, rect r, const struct scene *scene) {
    struct figure f = {.ui = ui, .list = ui->list, .theme = ui->theme};
    jacobian_open(&f.p, ui, r, scene);
    draw_rect(ui->list, r, ui->theme->stage, 0);
    draw_clip_push(ui->list, r);
    ui_push_id(ui, "jacobian");
    header(&f, scene);
    rect body = r;
    rect_cut_top(&body, HEADER + 10);
    struct said said = {.scene = scene};
    jacobian_say(&f.p, &said);
    said_draw(&f.p.page, &said, rect_cut_bottom(&body, said_height(&f.p.page, &said)));
    rect_cut_bottom(&body, 14);
    lay_out(&f, body);
    if (f.p.page.T > 1) draw_handles(&f);
    if (f.p.j) {
        draw_factors(&f);
        draw_chart(&f);
        draw_product(&f);
        draw_spectrum(&f);
    }
    if (!f.p.j || f.p.key.from != f.p.from || f.p.key.to != f.p.to || f.p.key.to_state != f.p.state)
        chain_waits(&f.p.page, (rect){f.p.page.x0, f.chart.y + 10, f.p.page.x1 - f.p.page.x0, 20}, f.p.found);
    ui_pop_id(ui);
    draw_clip_pop(ui->list);
}

static const char *misfit(const struct scene *scene) {
    if (!scene->insights) return "No analyses are made here.";
    const struct record *record = scene_whole(scene);
    if (record_T(record) < 2) return "A Jacobian leads from one timestep to another: this example has only one.";
    if (record_H(record) * record_cell(record)->state_count > JACOBIAN_MAX)
        return "Jacobians are computed up to 1024 entries of the state; this network has more.";
    return NULL;
}

const struct view view_of_jacobian = {
    .name = "jacobian",
    .title = "Jacobian between two timesteps",
    .about = "its factors, their product and its singular values",
    .key = 'j',
    .memory = sizeof(struct jacobian_memory),
    .misfit = misfit,
    .draw = draw,
    .side = jacobian_side,
};
