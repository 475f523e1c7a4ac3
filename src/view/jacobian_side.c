// Beside the Jacobian: its numbers, and the selected factor large, entry by entry.
#include "jacobian_view.h"
#include "log_axis.h"
#include "mathbox.h"
#include <math.h>
#include <stdio.h>

enum { PADDING = 20, ROW = 26, TILES = 64 };

struct side {
    struct jacobian_page p;
    struct ui *ui;
    struct draw_list *list;
    const struct theme *theme;
    float x, w, y;
};

static struct text_style number(const struct side *s, enum font font) {
    return (struct text_style){font, 14, s->theme->ink1, ALIGN_RIGHT};
}

static void row(struct side *s, const char *markup, struct source source, bool bold) {
    s->y += ROW;
    math_draw_fit(s->list, s->theme, s->x, s->y, s->w - 80, markup, 17, s->theme->ink2, ALIGN_LEFT);
    chain_value(&s->p.page, s->x + s->w, s->y, source, log_axis_digits(source.value),
                number(s, bold ? FONT_SANS_SEMIBOLD : FONT_SANS_MEDIUM));
}

static void heading(struct side *s, const char *text, const char *right) {
    s->y += 34;
    float used =
        draw_text(s->list, s->x, s->y, text, (struct text_style){FONT_SANS_SEMIBOLD, 14, s->theme->ink1, ALIGN_LEFT});
    if (right) math_draw(s->list, s->theme, s->x + used + 10, s->y, right, 16, s->theme->ink2, ALIGN_LEFT);
}

static void numbers(struct side *s) {
    heading(s, "The product", NULL);
    row(s, "\\s{norm}", jacobian_source(&s->p, JACOBIAN_RUNNING_NORM, 0), true);
    row(s, "\\s{norms of the factors, multiplied}", jacobian_source(&s->p, JACOBIAN_BOUND_NORM, 0), false);
    row(s, "\\s{largest singular value}", jacobian_source(&s->p, JACOBIAN_RUNNING_LARGEST, 0), true);
    row(s, "\\s{those of the factors, multiplied}", jacobian_source(&s->p, JACOBIAN_BOUND_LARGEST, 0), false);
}

// An entry by its row and column: which unit of which state answers to which.
static void entry_words(const struct side *s, int t, int row, int column, char *out, size_t size) {
    const struct chain_page *page = &s->p.page;
    const struct cell_desc *cell = page->cell;
    int H = record_H(page->record), before = page->chain.direction ? t + 1 : t - 1;
    char to[96], from[96];
    struct label_style style = {page->label.notation, false};
    label_slot(to, sizeof to, cell, cell->state_out[row / H], t, row % H, style);
    label_slot(from, sizeof from, cell, cell->state_out[column / H], before, column % H, style);
    snprintf(out, size, "\\partial %s/\\partial %s", to, from);
}

static void factor(struct side *s) {
    const struct jacobian *j = s->p.j;
    const struct chain_page *page = &s->p.page;
    int i = jacobian_factor(&s->p), t = jacobian_t(&s->p, i), at_row, at_column;
    size_t square = (size_t)j->size * (size_t)j->size;
    char label[320];
    snprintf(label, sizeof label, page->label.notation == NOTATION_COURSE ? "F^{<%d>}" : "F_{%d}", t + 1);
    heading(s, "One factor", label);
    row(s, "\\s{norm}", jacobian_source(&s->p, JACOBIAN_FACTOR_NORM, i), false);
    row(s, "\\s{largest singular value}", jacobian_source(&s->p, JACOBIAN_FACTOR_LARGEST, i), false);
    if (!j->factors) return;
    float side = fminf(s->w, page->r.y + page->r.h - s->y - 80);
    if (side < 60) return;
    rect at = {s->x, s->y + 26, side, side};
    const double *values = j->factors + (size_t)i * square;
    struct matrix_style style = {.scale = matrix_scale(matrix_largest(values, square)),
                                 .most = TILES,
                                 .block = page->cell->state_count > 1 ? record_H(page->record) : 0};
    matrix_draw(s->list, s->theme, at, values, j->size, j->size, &style);
    jacobian_blocks(&s->p, at, page->cell->state_count);
    struct ui_result result = ui_control(s->ui, ui_make_id(s->ui, "factor"), at, false);
    s->y = at.y + at.h + 26;
    if (!result.hovered || !matrix_hit(at, j->size, j->size, s->ui->pointer, &at_row, &at_column)) {
        chain_text(page, s->x, s->y, "Point at an entry for its number.", FONT_SANS_MEDIUM, 13, s->theme->ink3,
                   ALIGN_LEFT);
        return;
    }
    double value = values[(size_t)at_row * (size_t)j->size + (size_t)at_column];
    entry_words(s, t, at_row, at_column, label, sizeof label);
    math_draw_fit(s->list, s->theme, s->x, s->y, s->w - 70, label, 16, s->theme->ink1, ALIGN_LEFT);
    struct source source = {s->p.found->jacobian_names[JACOBIAN_FACTOR], i * j->size + at_row, at_column, value};
    chain_value(page, s->x + s->w, s->y, source, fabs(value) < 0.01 && value != 0 ? -2 : 3,
                number(s, FONT_SANS_SEMIBOLD));
}

void jacobian_side(struct ui *ui, rect r, const struct scene *scene) {
    struct side s = {.ui = ui, .list = ui->list, .theme = ui->theme, .x = r.x + PADDING, .w = r.w - 2 * PADDING};
    draw_rect(ui->list, r, ui->theme->panel, 0);
    draw_vline(ui->list, r.x, r.y, r.y + r.h, ui->theme->line);
    jacobian_open(&s.p, ui, r, scene);
    draw_clip_push(ui->list, r);
    ui_push_id(ui, "jacobian side");
    char range[64];
    snprintf(range, sizeof range, "\\s{t = %d to %d}", s.p.key.from + 1, s.p.key.to + 1);
    s.y = chain_title(&s.p.page, s.x, s.w, "Numbers", range);
    if (s.p.j) {
        numbers(&s);
        factor(&s);
    }
    ui_pop_id(ui);
    draw_clip_pop(ui->list);
}
