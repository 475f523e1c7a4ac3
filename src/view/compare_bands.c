// A band for each model: its loss and its answer at every timestep, what it remembers, its gates.
#include "compare_inner.h"

#include "log_axis.h"
#include "mathbox.h"
#include "widgets.h"
#include <math.h>
#include <stdio.h>

enum { BAND_GAP = 12, ROW_MOST = 34, LINES_MOST = 32, STRIP_FROM = 34 }; // pitch from which columns hold strips

static enum strip_kind output_strip(const struct compared *m) {
    return m->side->layout.spec.output == OUTPUT_LINEAR ? STRIP_VALUE : STRIP_GATE;
}

static void add_row(struct compared *m, struct compare_row row) {
    if (m->row_count < COMPARE_ROWS) m->rows[m->row_count++] = row;
}

static void rows_of(struct compared *m) {
    if (m->side->layout.spec.outputs > 0) {
        add_row(m, (struct compare_row){.kind = COMPARE_LOSS});
        add_row(m, (struct compare_row){.kind = COMPARE_Y_HAT, .strip = output_strip(m), .scale = 1});
    }
    int memory = m->cell->state_out[m->cell->state_count - 1];
    add_row(m, (struct compare_row){.kind = COMPARE_SLOT,
                                    .slot = memory,
                                    .strip = STRIP_VALUE,
                                    .scale = scene_row_scale(m->side, m->chain.layer, m->chain.direction, memory)});
    for (int s = 0; s < m->cell->slot_count; s++)
        if (m->cell->slots[s].role == SLOT_GATE)
            add_row(m, (struct compare_row){.kind = COMPARE_SLOT, .slot = s, .strip = STRIP_GATE, .scale = 1});
}

float compare_bands_want(const struct compare *c) {
    enum { ROW_WANT = 24, TARGETS = 26 };
    float height = TARGETS;
    for (int k = 0; k < c->count; k++) {
        const struct compared *m = &c->models[k];
        int rows = 1 + (m->side->layout.spec.outputs > 0 ? 2 : 0);
        for (int s = 0; s < m->cell->slot_count; s++)
            rows += m->cell->slots[s].role == SLOT_GATE;
        height += (float)(ROW_WANT * rows + BAND_GAP);
    }
    return height;
}

// Every row of every model is equally high, but that a band is never less than its name takes.
float compare_rows(struct compare *c, rect r) {
    enum { NAME = 58 };
    int rows = 0;
    for (int k = 0; k < c->count; k++) {
        rows_of(&c->models[k]);
        rows += c->models[k].row_count;
    }
    float each = floorf(fminf(ROW_MOST, (r.h - (float)(BAND_GAP * (c->count - 1))) / (float)rows)), y = r.y;
    each = fmaxf(each, 11);
    for (int k = 0; k < c->count; k++) {
        struct compared *m = &c->models[k];
        float own = fmaxf(each, floorf(fminf(NAME, r.h / (float)c->count - BAND_GAP) / (float)m->row_count));
        m->band = (rect){r.x, y, r.w, own * (float)m->row_count};
        for (int i = 0; i < m->row_count; i++) {
            m->rows[i].y = y + own * (float)i;
            m->rows[i].h = own - 3;
        }
        y += m->band.h + BAND_GAP;
    }
    return y - BAND_GAP;
}

// --- one row at one timestep ---

static color ink_of(const struct compare *c, const struct compare_row *row, double value) {
    if (!isfinite(value)) return c->page.theme->err;
    double part = fmax(-1, fmin(1, value / row->scale));
    return c->ramp[row->strip == STRIP_GATE][STRIP_RAMP + (int)lround(STRIP_RAMP * part)];
}

// Timesteps that one column of tiles stands for: a tile is never narrower than 2.5 pixels.
static int columns_together(const struct compare *c) {
    return c->page.pitch >= 2.5f ? 1 : (int)ceilf(2.5f / c->page.pitch);
}

// Units down, as many lines as can be told apart. values: (columns, n); a tile is the mean of what it stands for.
static void heat(const struct compare *c, const struct compare_row *row, rect cell, const double *values, int n,
                 int columns) {
    int most = (int)(cell.h / 2), limit = c->page.pitch < 4 ? 8 : c->page.pitch < 12 ? 16 : LINES_MOST;
    most = most < 1 ? 1 : most > limit ? limit : most;
    int each = (n + most - 1) / most, lines = (n + each - 1) / each;
    float h = cell.h / (float)lines;
    for (int k = 0; k < lines; k++) {
        double sum = 0;
        int end = (k + 1) * each < n ? (k + 1) * each : n;
        for (int column = 0; column < columns; column++)
            for (int i = k * each; i < end; i++)
                sum += values[column * n + i];
        draw_rect_exact(c->page.list, (rect){cell.x, cell.y + (float)k * h, cell.w, h - (h > 3.6f ? 0.5f : 0)},
                        ink_of(c, row, sum / ((end - k * each) * columns)), 0);
    }
}

static rect cell_of(const struct compare *c, const struct compare_row *row, int t) {
    float pitch = c->page.pitch, gap = pitch >= STRIP_FROM ? 8 : pitch > 12 ? 2 : pitch > 5 ? 0.6f : 0;
    float width = fminf(pitch - gap, 104);
    return (rect){chain_x(&c->page, t) - width / 2, row->y, width, row->h};
}

static void vector(const struct compare *c, const struct compare_row *row, int t, const double *values, int n,
                   int columns) {
    rect cell = cell_of(c, row, t);
    cell.w += c->page.pitch * (float)(columns - 1);
    if (c->page.pitch < STRIP_FROM) {
        if (values)
            heat(c, row, cell, values, n, columns);
        else if (c->page.pitch >= 6)
            draw_box(c->page.list, cell, c->page.theme->ghost, 1, 1);
        return;
    }
    struct strip_style style = strip_style_default(values ? row->strip : STRIP_GHOST, 0, 0, 0);
    style.max = row->scale;
    style.selected = c->page.scene->state->unit < n ? c->page.scene->state->unit : -1;
    style.sign_marks = c->page.scene->state->sign_marks;
    strip_block(c->page.list, c->page.theme, cell, values, n, &style);
}

static double largest_loss(const struct compare *c) {
    double most = 0;
    for (int k = 0; k < c->count; k++)
        for (int t = 0; t < c->models[k].T; t++)
            most = fmax(most, tape_loss(c->models[k].tape, t));
    return most > 0 && isfinite(most) ? most : 1;
}

static float baseline(const struct compare_row *row) {
    return row->y + row->h / 2 + 4.5f;
}

static void number(const struct compare *c, const struct compare_row *row, int t, struct source source, color ink) {
    int digits = c->page.pitch >= 2 * COMPARE_NUMBERS - 20 ? log_axis_digits(source.value) : 2;
    scene_value(c->page.scene, c->page.list, chain_x(&c->page, t), baseline(row), source, digits, false,
                text_of(FONT_SANS_SEMIBOLD, fminf(13, row->h), ink, ALIGN_CENTER));
}

static void loss_at(const struct compare *c, const struct compared *m, const struct compare_row *row, int t,
                    double most) {
    double loss = tape_loss(m->tape, t);
    if (!record_has_target(m->side, t) || !compare_has_loss(c, t)) return;
    struct source source = compare_source(c, m, "forward/loss", t, -1, loss);
    if (scene_is_hidden(c->page.scene, source.tensor, t, -1) || c->page.pitch >= COMPARE_NUMBERS) {
        number(c, row, t, source, c->page.theme->grad);
        return;
    }
    rect cell = cell_of(c, row, t);
    float h = cell.h * (float)fmin(1, loss / most);
    draw_rect_exact(c->page.list, (rect){cell.x, cell.y + cell.h - h, cell.w, h}, c->page.theme->grad, 0);
}

// What it says: of symbols the probability of the one that was asked for, else all outputs.
static void answer_at(const struct compare *c, const struct compared *m, const struct compare_row *row, int t) {
    const struct net_spec *spec = &m->side->layout.spec;
    if (!record_shows_output(m->side, t)) return;
    const double *y_hat = tape_y_hat(m->tape, t);
    bool known = compare_has_output(c, t), symbols = spec->output == OUTPUT_SOFTMAX;
    int target = symbols ? m->side->example.target[t] : 0;
    if (target < 0) return;
    if (symbols || spec->outputs == 1) {
        struct source source = compare_source(c, m, "forward/y_hat", t, target, y_hat[target]);
        if (scene_is_hidden(c->page.scene, source.tensor, t, target)) known = false;
        if (known && c->page.pitch >= COMPARE_NUMBERS) {
            number(c, row, t, source, c->page.theme->ink1);
            return;
        }
    }
    vector(c, row, t, known ? y_hat + target : NULL, symbols ? 1 : spec->outputs, 1);
}

static void row_at(const struct compare *c, const struct compared *m, const struct compare_row *row, int t,
                   double most) {
    if (row->kind == COMPARE_LOSS)
        loss_at(c, m, row, t, most);
    else if (row->kind == COMPARE_Y_HAT)
        answer_at(c, m, row, t);
    else {
        int together = columns_together(c), columns = t + together <= m->T ? together : m->T - t;
        if (t % together != 0) return;
        // As far as they are known: forward in time the last of them is the last to come.
        bool known = compare_has_state(c, t) && compare_has_state(c, t + columns - 1);
        vector(c, row, t, known ? tape_value(m->tape, m->chain.layer, m->chain.direction, row->slot, t) : NULL, m->H,
               columns);
    }
}

// --- names ---

static void row_label(const struct compare *c, const struct compared *m, const struct compare_row *row) {
    char markup[96];
    struct label_style style = {.notation = c->page.label.notation};
    color ink = c->page.theme->ink1;
    int t = row->h >= 20 ? LABEL_SYMBOLIC : LABEL_NO_TIME; // indices take height
    if (row->kind == COMPARE_SLOT) {
        label_slot(markup, sizeof markup, m->cell, row->slot, t, LABEL_NO_UNIT, style);
        ink = c->page.theme->identity_ink[m->cell->slots[row->slot].identity];
    } else
        label_output(markup, sizeof markup, row->kind == COMPARE_LOSS ? "L" : "\\hat{y}", t, style);
    math_draw(c->page.list, c->page.theme, c->page.x0 - 12, baseline(row), markup, fminf(16, row->h + 1), ink,
              ALIGN_RIGHT);
}

static void model_name(const struct compare *c, const struct compared *m) {
    const struct theme *theme = c->page.theme;
    struct draw_list *list = c->page.list;
    float x = c->page.r.x + CHAIN_MARGIN, y = m->band.y + 15;
    bool best = compare_best(c) == m->index;
    if (c->count > 1) compare_swatch(c, m->index, x, y - 4.5f);
    float at = c->count > 1 ? x + 34 : x;
    draw_text_fit(list, at, y, c->page.x0 - 48 - at, m->name, text_of(FONT_SANS_SEMIBOLD, 14, theme->ink1, ALIGN_LEFT));
    if (m->band.h < 34) return;
    y += 19;
    if (m->side->layout.spec.outputs == 0 || !compare_has_total(c)) return;
    float used = draw_text(list, x, y, "loss ", text_of(FONT_SANS_MEDIUM, 13, theme->ink3, ALIGN_LEFT));
    scene_value(c->page.scene, list, x + used, y, compare_total(c, m), compare_total_digits(c), false,
                text_of(FONT_SANS_SEMIBOLD, 13, theme->grad, ALIGN_LEFT));
    if (best && m->band.h >= 52)
        draw_text(list, m->index > 0 ? x + 26 : x, y + 20, "lowest",
                  text_of(FONT_SANS_SEMIBOLD, 13, theme->ink1, ALIGN_LEFT));
}

// Takes one of the others away.
static void drop(const struct compare *c, const struct compared *m) {
    char name[80];
    if (m->index == 0 || m->band.h < 52) return;
    snprintf(name, sizeof name, "Without %s", m->name);
    ui_push_id_int(c->page.ui, m->index);
    if (ui_icon_button(c->page.ui, (rect){c->page.r.x + CHAIN_MARGIN - 6, m->band.y + 36, 28, 28}, ICON_CLOSE, 15, name,
                       false))
        c->page.scene->state->ask = (struct ask){.kind = ASK_RIVAL_DROP, .index = m->index - 1};
    ui_pop_id(c->page.ui);
}

// The number under the pointer.
static void hover(const struct compare *c, const struct compared *m, const struct compare_row *row) {
    struct ui *ui = c->page.ui;
    int t = chain_t_at(&c->page, ui->pointer.x);
    rect cell = cell_of(c, row, t);
    if (row->kind != COMPARE_SLOT || t >= m->T || !compare_has_state(c, t) || !rect_has(cell, ui->pointer)) return;
    int unit = c->page.pitch >= STRIP_FROM ? strip_hit(cell, m->H, ui->pointer)
                                           : (int)((ui->pointer.y - cell.y) / cell.h * (float)m->H);
    if (unit < 0 || unit >= m->H) return;
    char markup[96], text[32];
    const char *tensor = record_name(m->side, RECORD_FORWARD, m->chain.layer, m->chain.direction, row->slot);
    double value = tape_value(m->tape, m->chain.layer, m->chain.direction, row->slot, t)[unit];
    label_slot(markup, sizeof markup, m->cell, row->slot, t, unit, (struct label_style){c->page.label.notation});
    struct text_style style = text_of(FONT_SANS_SEMIBOLD, 14, ui->theme->ink1, ALIGN_LEFT);
    format_value(text, sizeof text, value, 3, false);
    float label = math_measure(ui->list, markup, 16).width, width = label + text_width(ui->list, text, style) + 32;
    rect card = {fminf(cell.x, c->page.r.x + c->page.r.w - width - 8), cell.y - 38, width, 32};
    draw_rect(ui->list, card, ui->theme->panel, 6);
    draw_box(ui->list, card, ui->theme->ink1, 6, 1.5f);
    math_draw(ui->list, ui->theme, card.x + 10, card.y + 21, markup, 16, ui->theme->ink2, ALIGN_LEFT);
    scene_value(c->page.scene, ui->list, card.x + 20 + label, card.y + 21, compare_source(c, m, tensor, t, unit, value),
                3, false, style);
    c->page.scene->state->hover_unit = unit;
}

void compare_bands(struct compare *c) {
    double most = largest_loss(c);
    strip_make_ramp(c->page.theme, STRIP_VALUE, c->ramp[0]);
    strip_make_ramp(c->page.theme, STRIP_GATE, c->ramp[1]);
    for (int k = 0; k < c->count; k++) {
        const struct compared *m = &c->models[k];
        if (k > 0)
            draw_hline(c->page.list, c->page.r.x + CHAIN_MARGIN, c->page.x1, m->band.y - BAND_GAP / 2 - 1,
                       c->page.theme->line);
        model_name(c, m);
        drop(c, m);
        for (int i = 0; i < m->row_count; i++) {
            row_label(c, m, &m->rows[i]);
            for (int t = 0; t < m->T; t++)
                row_at(c, m, &m->rows[i], t, most);
        }
    }
    for (int k = 0; k < c->count; k++)
        for (int i = 0; i < c->models[k].row_count; i++)
            hover(c, &c->models[k], &c->models[k].rows[i]);
}
