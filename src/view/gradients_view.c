// Gradients through time: how large dL/da<t> is at every timestep, from all losses and from one, over all paths or
// some; and the same for every pair of loss and timestep. Answers: does the gradient of the last loss reach the first
// timestep?
#include "chain_chart.h"
#include "gradients_view.h"
#include "log_axis.h"
#include "mathbox.h"
#include "views.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    HEADER = 48,
    CONTROLS = 40,
    CAPTION = 28,
    TIMES = 22,
    ROW_MOST = 26,
    LABEL_PITCH = 17,
    TILE_LEAST = 4,
    DECADES_MOST = 16
};

// --- the figure ---

struct figure {
    struct gradients g;
    struct ui *ui;
    struct draw_list *list;
    const struct theme *theme;
    struct log_axis axis; // of the chart's heights and of the tiles' colours alike
    rect chart, grid;
    float row;              // height of a row of the grid
    int rows, columns;      // losses and timesteps that one tile stands for
    int hover_row, hover_t; // -1: none
};

static void norm_markup(const struct figure *f, const char *loss, int t, char *out, size_t size) {
    char state[64], over[64];
    const struct chain_page *page = &f->g.page;
    label_slot(state, sizeof state, page->cell, page->cell->state_out[f->g.memory->state], t, LABEL_NO_UNIT,
               (struct label_style){page->label.notation, false});
    snprintf(over, sizeof over, "%s", loss);
    snprintf(out, size, "\\norm{\\partial %s/\\partial %s}", over, state);
}

static const char *loss_symbol(const struct figure *f, char *out, size_t size, int tau) {
    if (tau < 0)
        snprintf(out, size, f->g.page.label.notation == NOTATION_COURSE ? "L^{<\\tau>}" : "L_\\tau");
    else
        label_output(out, size, "L", tau, (struct label_style){f->g.page.label.notation, false});
    return out;
}

static void find_axis(struct figure *f) {
    const struct itemised *items = f->g.items;
    int state = f->g.memory->state;
    log_axis_open(&f->axis, f->chart.y + CAPTION + 12, f->chart.y + f->chart.h - 10);
    for (int t = 0; t < items->T; t++) {
        log_axis_take(&f->axis, items->totals[state][t]);
        for (int k = 0; k < items->loss_count; k++)
            log_axis_take(&f->axis, itemised_norm(items, state, items->losses[k], t));
        if (f->g.all && f->g.tau >= 0) log_axis_take(&f->axis, itemised_norm(f->g.all, state, f->g.tau, t));
    }
    log_axis_close(&f->axis, DECADES_MOST);
}

// --- chart ---

static void line_of(const struct figure *f, const struct itemised *items, enum chart_key key) {
    bool started = false, marked = f->g.page.pitch >= 24;
    int state = f->g.memory->state;
    for (int t = 0; t < items->T; t++) {
        double norm = itemised_norm(items, state, f->g.tau, t);
        if (!(norm > 0)) continue;
        float x = chain_x(&f->g.page, t), y = log_axis_y(&f->axis, norm);
        if (started)
            draw_path_line(f->list, x, y);
        else
            draw_path_move(f->list, x, y);
        started = true;
    }
    if (!started) return;
    chart_stroke(&f->g.page, key);
    for (int t = 0; t < items->T; t++) {
        double norm = itemised_norm(items, state, f->g.tau, t);
        if (norm > 0 && (marked || t == f->g.from || t == f->g.page.start))
            chart_marker(&f->g.page, (point){chain_x(&f->g.page, t), log_axis_y(&f->axis, norm)}, key);
    }
}

static float bar_width(const struct figure *f) {
    float pitch = f->g.page.pitch;
    return pitch >= 24 ? fminf(48, pitch * 0.58f) : pitch >= 4 ? pitch - 1 : pitch;
}

static void bars(const struct figure *f) {
    const struct itemised *items = f->g.items;
    float width = bar_width(f);
    for (int t = 0; t < items->T; t++) {
        double norm = items->totals[f->g.memory->state][t];
        float x = chain_x(&f->g.page, t) - width / 2, y = log_axis_y(&f->axis, norm);
        draw_rect(f->list, (rect){x, y, width, f->axis.bottom - y}, color_mix(f->theme->gr_p, f->theme->panel, 0.82f),
                  0);
        if (norm > 0) draw_rect(f->list, (rect){x, y - 1, width, 3}, f->theme->gr_p, 0);
    }
}

static void legend(const struct figure *f) {
    char loss[64], path[128], markup[256];
    float x = f->g.page.r.x + f->g.page.r.w - CHAIN_MARGIN, y = f->chart.y + 18;
    const float left = f->g.page.r.x + CHAIN_MARGIN + 90;
    gradients_path_words(&f->g, f->g.path, path, sizeof path);
    if (f->g.tau >= 0) {
        gradients_loss_words(&f->g, loss, sizeof loss);
        if (f->g.path != PATH_ALL && f->g.all) {
            snprintf(markup, sizeof markup, "\\s{%s, all paths}", loss + 4);
            x = chart_entry(&f->g.page, x, y, markup, CHART_COMPARED);
        }
        snprintf(markup, sizeof markup, "\\s{%s, }%s", loss + 4, path);
        x = chart_entry(&f->g.page, x, y, markup, CHART_LINE);
    }
    snprintf(markup, sizeof markup, "\\s{all losses, }%s", path);
    if (x - chart_entry_width(&f->g.page, markup, CHART_BAR) > left) chart_entry(&f->g.page, x, y, markup, CHART_BAR);
}

// Above what it belongs to, or below it where that is high up.
static void number_at(const struct figure *f, int t, struct source source, color ink) {
    float y = log_axis_y(&f->axis, source.value) - 12;
    if (y - 12 < f->chart.y + CAPTION - 4) y += 32;
    chart_number(&f->g.page, chain_x(&f->g.page, t), y, source, ink);
}

static void chart_numbers(const struct figure *f) {
    const struct itemised *items = f->g.items;
    int state = f->g.memory->state, ends[] = {f->g.from, f->g.page.start};
    for (int k = 0; f->g.tau >= 0 && k < (ends[0] == ends[1] ? 1 : 2); k++) {
        if (k == 1 && fabsf(chain_x(&f->g.page, ends[0]) - chain_x(&f->g.page, ends[1])) < 60) continue;
        double value = itemised_norm(items, state, f->g.tau, ends[k]);
        number_at(f, ends[k], (struct source){items->norm_name[state], f->g.tau, ends[k], value}, f->theme->m_b);
    }
}

static void chart_input(struct figure *f) {
    const struct itemised *items = f->g.items;
    const struct chain_page *page = &f->g.page;
    rect area = {page->x0, f->axis.top - 8, page->x1 - page->x0, f->axis.bottom - f->axis.top + 12};
    struct ui_result result = ui_control(f->ui, ui_make_id(f->ui, "chart"), area, false);
    if (!result.hovered) return;
    int t = chain_t_at(page, f->ui->pointer.x), state = f->g.memory->state;
    page->scene->state->hover_t = t;
    double norm = items->totals[state][t];
    number_at(f, t, (struct source){items->total_name[state], t, -1, norm}, f->theme->ink1);
    if (result.clicked) chain_select_t(page, t);
}

static void draw_chart(struct figure *f) {
    char markup[192];
    norm_markup(f, "L", LABEL_SYMBOLIC, markup, sizeof markup);
    math_draw(f->list, f->theme, f->g.page.r.x + CHAIN_MARGIN, f->chart.y + 18, markup, 16, f->theme->ink2, ALIGN_LEFT);
    legend(f);
    log_axis_draw(&f->axis, f->list, f->theme, f->g.page.x0 - 8, f->g.page.x1);
    bars(f);
    if (f->g.tau < 0) return;
    if (f->g.path != PATH_ALL && f->g.all) line_of(f, f->g.all, CHART_COMPARED);
    line_of(f, f->g.items, CHART_LINE);
    chart_numbers(f);
}

// --- grid ---

static rect tile_at(const struct figure *f, int row, int t) {
    float w = f->g.page.pitch * (float)f->columns, h = f->row * (float)f->rows;
    rect r = {f->g.page.x0 + (float)(t / f->columns) * w, f->grid.y + (float)(row / f->rows) * h, w, h};
    if (t / f->columns * f->columns + f->columns > f->g.page.T) r.w = f->g.page.x1 - r.x;
    return r;
}

// The largest norm that a tile stands for.
static double largest_in(const struct figure *f, int row, int t) {
    const struct itemised *items = f->g.items;
    double largest = 0;
    for (int k = row; k < row + f->rows && k < items->loss_count; k++)
        for (int i = t; i < t + f->columns && i < items->T; i++) {
            double norm = itemised_norm(items, f->g.memory->state, items->losses[k], i);
            if (!(norm <= largest)) largest = norm;
        }
    return largest;
}

static void draw_tiles(const struct figure *f) {
    const struct itemised *items = f->g.items;
    for (int row = 0; row < items->loss_count; row += f->rows)
        for (int t = 0; t < items->T; t += f->columns) {
            double norm = largest_in(f, row, t);
            if (norm == 0 && f->g.path == PATH_ALL) continue; // no loss reaches what comes after it
            rect r = tile_at(f, row, t);
            float gap = fminf(r.w, r.h) >= 10 ? 1.5f : fminf(r.w, r.h) >= 5 ? 0.5f : 0;
            r = rect_inset(r, gap);
            if (r.w > 64) r = (rect){r.x + (r.w - 64) / 2, r.y, 64, r.h};
            float radius = gap > 1 ? fminf(fminf(r.w, r.h) / 2, 9) : 0;
            color fill = color_mix(f->theme->line, f->theme->gr_p, (float)log_axis_part(&f->axis, norm));
            if (!isfinite(norm)) fill = f->theme->err;
            if (norm > 0)
                draw_rect(f->list, r, fill, radius);
            else if (norm == 0 && gap > 1 && t <= items->losses[row])
                draw_box(f->list, r, f->theme->ghost, radius, 1);
        }
}

static int row_of_loss(const struct figure *f, int tau) {
    for (int k = 0; k < f->g.items->loss_count; k++)
        if (f->g.items->losses[k] == tau) return k;
    return -1;
}

static float label_y(const struct figure *f, int row) {
    return f->grid.y + fmaxf(7, fminf(f->grid.h - 9, ((float)row + 0.5f) * f->row));
}

static void row_label(const struct figure *f, int row, bool chosen) {
    char text[64];
    float y = label_y(f, row), right = f->g.page.x0 - 18;
    loss_symbol(f, text, sizeof text, f->g.items->losses[row]);
    float width = math_measure(f->list, text, 15).width;
    if (chosen) draw_rect(f->list, (rect){right - width - 8, y - 11, width + 16, 22}, f->theme->hi_soft, 6);
    math_draw(f->list, f->theme, right, y + 5, text, 15, chosen ? f->theme->ink1 : f->theme->ink3, ALIGN_RIGHT);
}

// From the last one up, as many as there is room for; the chosen one always.
static void row_labels(const struct figure *f, int chosen) {
    int stride = 1;
    while ((float)stride * f->row < LABEL_PITCH)
        stride++;
    float below = INFINITY;
    for (int row = f->g.items->loss_count - 1; row >= 0; row -= stride) {
        float y = label_y(f, row);
        if (below - y < LABEL_PITCH || (chosen >= 0 && fabsf(label_y(f, chosen) - y) < LABEL_PITCH)) continue;
        row_label(f, row, false);
        below = y;
    }
    if (chosen >= 0) row_label(f, chosen, true);
}

static void card(const struct figure *f, rect tile, int row, int t) {
    const struct itemised *items = f->g.items;
    int state = f->g.memory->state, tau = items->losses[row];
    char loss[64], markup[192], text[32];
    double norm = itemised_norm(items, state, tau, t);
    norm_markup(f, loss_symbol(f, loss, sizeof loss, tau), t, markup, sizeof markup);
    struct text_style style = {FONT_SANS_SEMIBOLD, 14, f->theme->ink1, ALIGN_LEFT};
    format_value(text, sizeof text, norm, log_axis_digits(norm), false);
    float label = math_measure(f->list, markup, 15).width, width = label + 14 + text_width(f->list, text, style) + 20;
    rect r = {tile.x + tile.w / 2 - width / 2, tile.y - 40, width, 32};
    r.x = fmaxf(f->g.page.r.x + 8, fminf(r.x, f->g.page.r.x + f->g.page.r.w - width - 8));
    draw_rect(f->list, r, f->theme->panel, 6);
    draw_box(f->list, r, f->theme->ink1, 6, 1.5f);
    math_draw(f->list, f->theme, r.x + 10, r.y + 21, markup, 15, f->theme->ink2, ALIGN_LEFT);
    chain_value(&f->g.page, r.x + 10 + label + 14, r.y + 21, (struct source){items->norm_name[state], tau, t, norm},
                log_axis_digits(norm), style);
}

static void choose(struct figure *f, int row, int t) {
    const struct itemised *items = f->g.items;
    row = row < 0 ? 0 : row >= items->loss_count ? items->loss_count - 1 : row;
    f->g.memory->loss = items->losses[row] + 1;
    chain_select_t(&f->g.page, t);
}

static void grid_input(struct figure *f, int chosen) {
    int count = f->g.items->loss_count;
    if (count == 0) return; // of sequences whose answers are all left out
    ui_id id = ui_make_id(f->ui, "grid");
    struct ui_result result = ui_control(f->ui, id, f->grid, true);
    ui_focus_ring(f->ui, id, rect_inset(f->grid, -3), 4);
    if (result.focused && chosen >= 0) {
        static const struct {
            int key, row, t;
        } moves[] = {{KEY_UP, -1, 0}, {KEY_DOWN, 1, 0}, {KEY_LEFT, 0, -1}, {KEY_RIGHT, 0, 1}};
        for (size_t k = 0; k < sizeof moves / sizeof *moves; k++)
            if (ui_take_key(f->ui, moves[k].key, 0))
                choose(f, chosen + moves[k].row * f->rows, f->g.t + moves[k].t * f->columns);
    }
    if (!result.hovered && !result.held) return;
    f->hover_row = (int)((f->ui->pointer.y - f->grid.y) / f->row);
    f->hover_t = chain_t_at(&f->g.page, f->ui->pointer.x);
    f->hover_row = f->hover_row < 0 ? 0 : f->hover_row >= count ? count - 1 : f->hover_row;
    f->g.page.scene->state->hover_t = f->hover_t;
    f->ui->cursor = CURSOR_HAND;
    if (result.held || result.clicked) choose(f, f->hover_row, f->hover_t);
}

// The ramp with the ends of the axis.
static float ramp(const struct figure *f, float right, float y) {
    enum { WIDTH = 96, PARTS = 24 };
    char low[48], high[48];
    snprintf(low, sizeof low, "10^{%d}", f->axis.low);
    snprintf(high, sizeof high, "10^{%d}", f->axis.high);
    right -= math_draw(f->list, f->theme, right, y, high, 13, f->theme->ink3, ALIGN_RIGHT) + 8;
    for (int k = 0; k < PARTS; k++)
        draw_rect_exact(f->list,
                        (rect){right - WIDTH + (float)(k * WIDTH) / PARTS, y - 10, (float)WIDTH / PARTS + 0.5f, 10},
                        color_mix(f->theme->line, f->theme->gr_p, ((float)k + 0.5f) / PARTS), 0);
    right -= WIDTH + 8;
    return right - math_draw(f->list, f->theme, right, y, low, 13, f->theme->ink3, ALIGN_RIGHT) - 16;
}

static void grid_caption(const struct figure *f) {
    char loss[32], markup[192], text[96];
    float y = f->grid.y - 10, x = f->g.page.r.x + CHAIN_MARGIN;
    norm_markup(f, loss_symbol(f, loss, sizeof loss, -1), LABEL_SYMBOLIC, markup, sizeof markup);
    x += math_draw(f->list, f->theme, x, y, markup, 16, f->theme->ink2, ALIGN_LEFT) + 14;
    float right = ramp(f, f->g.page.r.x + f->g.page.r.w - CHAIN_MARGIN, y);
    if (f->rows > 1 || f->columns > 1)
        snprintf(text, sizeof text, "a tile is the largest of %d × %d: losses × timesteps", f->rows, f->columns);
    else
        snprintf(text, sizeof text, "each row one loss, each column a timestep");
    draw_text_fit(f->list, x, y, right - x, text,
                  (struct text_style){FONT_SANS_MEDIUM, 13, f->theme->ink3, ALIGN_LEFT});
}

static void draw_grid(struct figure *f) {
    int chosen = row_of_loss(f, f->g.tau);
    grid_caption(f);
    draw_tiles(f);
    row_labels(f, chosen);
    if (chosen >= 0) {
        rect tile = tile_at(f, chosen, f->g.t);
        if (tile.w > 68) tile = (rect){tile.x + (tile.w - 68) / 2, tile.y, 68, tile.h};
        float least = fmaxf(0, 7 - fminf(tile.w, tile.h)) / 2;
        draw_box(f->list, rect_inset(tile, -1 - least), f->theme->ink1, fminf(10, fminf(tile.w, tile.h) / 2), 2);
    }
    f->hover_row = f->hover_t = -1;
    grid_input(f, chosen);
    if (f->hover_row >= 0) card(f, tile_at(f, f->hover_row, f->hover_t), f->hover_row, f->hover_t);
}

// --- together ---

static void controls(struct figure *f, rect r) {
    char words[CELL_MAX_SLOTS][128];
    const char *items[CELL_MAX_SLOTS];
    struct chain_page *page = &f->g.page;
    float x = r.x + CHAIN_MARGIN;
    if (f->g.path_count > 1) {
        for (int k = 0; k < f->g.path_count; k++) {
            int path = f->g.paths[k];
            if (path >= 0)
                label_slot(words[k], sizeof words[k], page->cell, path, LABEL_NO_TIME, LABEL_NO_UNIT, page->label);
            else
                gradients_path_words(&f->g, path, words[k], sizeof words[k]);
            items[k] = words[k];
        }
        chain_text(page, x, r.y + 19, "Paths", FONT_SANS_MEDIUM, 13, f->theme->ink2, ALIGN_LEFT);
        float width = fminf(96.0f * (float)f->g.path_count, r.w - 3 * CHAIN_MARGIN - 48);
        int chosen = ui_segments(f->ui, (rect){x + 50, r.y, width, 28}, "paths", items, NULL, f->g.path_count,
                                 f->g.memory->path, true);
        if (chosen != f->g.memory->path) f->g.memory->path = chosen, f->ui->animating = true;
        x += 50 + width + 16;
        if (gradients_below(&f->g))
            draw_text_fit(f->list, x, r.y + 19, r.x + r.w - CHAIN_MARGIN - x,
                          "of this layer; what comes from above uses all of its own",
                          (struct text_style){FONT_SANS_MEDIUM, 13, f->theme->ink3, ALIGN_LEFT});
    } else
        chain_text(page, x, r.y + 19, "All paths: this cell has one way from timestep to timestep.", FONT_SANS_MEDIUM,
                   13, f->theme->ink2, ALIGN_LEFT);
}

static void header(struct figure *f, const struct scene *scene) {
    struct chain_page *page = &f->g.page;
    struct gradients_memory *memory = f->g.memory;
    view_title(f->ui, page->r, scene, "Gradients through time");
    struct gradients_memory before = *memory;
    float x = page->r.x + page->r.w - CHAIN_MARGIN;
    x = chain_states(page, x, page->r.y + 10, false, &memory->state);
    chain_stepper(page, x, page->r.y + 10, &memory->chain);
    if (memcmp(&before, memory, sizeof before) != 0) f->ui->animating = true;
}

static void lay_out(struct figure *f, rect body) {
    int losses = f->g.items ? f->g.items->loss_count : f->g.page.T;
    if (losses < 1) losses = 1;
    rect times = rect_cut_bottom(&body, TIMES);
    (void)times;
    float grid = fminf((float)losses * ROW_MOST, body.h * 0.6f - CAPTION);
    f->grid = rect_cut_bottom(&body, grid);
    f->grid.x = f->g.page.x0;
    f->grid.w = f->g.page.x1 - f->g.page.x0;
    f->row = grid / (float)losses;
    f->rows = f->row >= TILE_LEAST ? 1 : (int)ceilf(TILE_LEAST / f->row);
    f->columns = f->g.page.pitch >= TILE_LEAST ? 1 : (int)ceilf(TILE_LEAST / f->g.page.pitch);
    rect_cut_bottom(&body, CAPTION);
    f->chart = body;
}

static void draw(struct ui *ui, rect r, const struct scene *scene) {
    struct figure f = {.ui = ui, .list = ui->list, .theme = ui->theme};
    gradients_open(&f.g, ui, r, scene);
    draw_rect(ui->list, r, ui->theme->stage, 0);
    draw_clip_push(ui->list, r);
    header(&f, scene);
    rect body = r;
    rect_cut_top(&body, HEADER);
    controls(&f, rect_cut_top(&body, CONTROLS));
    struct said said = {.scene = scene};
    gradients_say(&f.g, &said);
    said_draw(&f.g.page, &said, rect_cut_bottom(&body, said_height(&f.g.page, &said)));
    lay_out(&f, body);
    if (f.g.items) {
        find_axis(&f);
        draw_chart(&f);
        chart_input(&f);
        draw_grid(&f);
    } else
        chain_waits(&f.g.page, (rect){f.g.page.x0, f.chart.y, f.grid.w, f.chart.h}, f.g.found);
    chain_times(&f.g.page, f.grid.y + f.grid.h + 16, f.g.t);
    draw_clip_pop(ui->list);
}

static const char *misfit(const struct scene *scene) {
    return scene->insights ? NULL : "No analyses are made here.";
}

const struct view view_of_gradients = {
    .name = "gradients",
    .title = "Gradients through time",
    .about = "how much of each loss reaches each timestep, and on which paths",
    .key = 'd',
    .memory = sizeof(struct gradients_memory),
    .misfit = misfit,
    .draw = draw,
    .side = gradients_side,
};
