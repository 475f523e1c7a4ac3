// The chain rule as a ledger: one factor a row, units in columns, the result on the highlighter; under it the
// gradient by loss.
#include "diagram.h"
#include "flow.h"
#include "inspector_parts.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { LOSS_ROWS = 12 };

// The gradient of the step alone, where there is no ledger of factors.
static float gradient_picker(struct page *page, float y) {
    const struct cell_desc *cell = page->cell;
    const struct step *step = &page->step;
    int slot = step->kind == STEP_PART_BACK ? cell->parts[step->part].result
                                            : cell->state_out[step->state >= 0 ? step->state : 0];
    const struct tape *tape = page->record->tape;
    struct picker picker = {.n = page->H, .slot = slot, .kind = STRIP_GRADIENT, .fresh = page->running};
    enum record_kind kind = step->kind == STEP_FROM_LOSS     ? RECORD_FROM_LOSS
                            : step->kind == STEP_FROM_FUTURE ? RECORD_FROM_FUTURE
                                                             : RECORD_BACKWARD;
    picker.tensor = record_name(page->record, kind, page->layer, page->direction, slot);
    picker.values = kind == RECORD_FROM_LOSS ? tape_from_loss(tape, page->layer, page->direction, step->state, page->t)
                    : kind == RECORD_FROM_FUTURE
                        ? tape_from_future(tape, page->layer, page->direction, step->state, page->t)
                        : tape_grad(tape, page->layer, page->direction, slot, page->t);
    return page_picker(page, y, &picker);
}

// What a letter d stands for, at the right of the last line of the equation where that leaves room.
static void meaning(struct page *page, float y) {
    char text[PAGE_TEXT], name[64], markup[160];
    label_equation(text, sizeof text, page->record, &page->step, false, page->label);
    const char *last = strrchr(text, '\n');
    if (!last) return;
    int slot = page->cell->state_out[page->step.state > 0 ? page->step.state : 0];
    const struct symbol *s = &page->cell->slots[slot].symbol[page->label.notation];
    snprintf(name, sizeof name, s->sub[0] ? "%s_%s" : "%s%s", s->base, s->sub);
    snprintf(markup, sizeof markup, "d%s=\\partial L/\\partial %s", name, name);
    float used = math_measure(page->list, last + 1, 19).width + 90, needed = math_measure(page->list, markup, 16).width;
    if (used + needed + 16 <= page->w)
        math_draw(page->list, page->theme, page->x + page->w, y, markup, 16, page->theme->ink3, ALIGN_RIGHT);
}

// The terms of W_ya^T dz_y for the chosen unit: a weight and the gradient at its logit, largest first.
static void head_terms(const struct page *page, struct page_terms *terms, int rows) {
    const struct record *record = page->record;
    const int loss = record_loss_time(record, page->direction, page->t), t = loss < 0 ? page->t : loss;
    const double *d = tape_logits_grad(record->tape, t);
    const int param = layout_param(&record->layout, PARAM_HEAD, -1, -1);
    const int column = page->direction * page->H + page->unit;
    if (rows > TERM_ROWS) rows = TERM_ROWS;
    const int outputs = record->layout.spec.outputs, room = outputs > rows ? rows - 1 : outputs;
    for (int k = 0; k < outputs; k++) {
        double weight = record_param_value(record, RECORD_PARAM, param, k, column);
        struct term term = {.weight = weight,
                            .operand = d[k],
                            .value = weight * d[k],
                            .row = k,
                            .column = column,
                            .operand_tensor = "backward/logits",
                            .operand_row = t,
                            .operand_column = k};
        term.tensor = record_param_name(record, param, false);
        const char *symbol = record_answer(record, k);
        if (isalnum((unsigned char)symbol[0]) && !symbol[1])
            snprintf(term.label, sizeof term.label, "w_{\\t{%s},%d}~dz_\\t{%s}", symbol, page->unit + 1, symbol);
        else
            snprintf(term.label, sizeof term.label, "w_{%d,%d}~dz_{%d}", k + 1, page->unit + 1, k + 1);
        int at = terms->count < room ? terms->count : room;
        while (at > 0 && fabs(terms->list[at - 1].value) < fabs(term.value))
            at--;
        if (terms->count == room)
            terms->rest_count++, terms->rest += at < room ? terms->list[room - 1].value : term.value;
        if (at >= room) continue;
        int moved = (terms->count < room ? terms->count : room - 1) - at;
        memmove(&terms->list[at + 1], &terms->list[at], (size_t)moved * sizeof term);
        terms->list[at] = term;
        if (terms->count < room) terms->count++;
    }
}

// What is left under the ledger: the gradient by loss, or the figure of the cell with its arrows turned
// round.
static void below(struct page *page, float y) {
    bool known = script_has_grad(page->script, page->cell, page->scene->position, page->layer, page->direction,
                                 page->cell->state_out[0], page->t);
    if (page->scene->insights && known) {
        float height = page->bottom - y, wanted = 48 + 23 * (float)view_flow_losses(page->scene, page->t);
        if (height < 28 + 6 + 23 + 4 + 8) return; // not even one row under its title
        draw_hline(page->list, page->r.x, page->r.x + page->r.w, y, page->theme->line);
        view_flow_by_loss(page->ui, (rect){page->x, y, page->w, fminf(height - 8, wanted)}, page->scene);
        y += wanted;
    }
    float height = fminf(page->bottom - y - 20, 226 * page->w / 316);
    if (height < 150) return;
    draw_hline(page->list, page->r.x, page->r.x + page->r.w, y, page->theme->line);
    page_diagram(page, (rect){page->x + 6, y + 12, page->w - 12, height});
}

// W^T dz arrives at a: its units, and the terms of the chosen one.
static void page_from_loss(struct page *page) {
    const struct cell_desc *cell = page->cell;
    bool top = page->layer == page->record->layout.spec.layers - 1;
    const float unit_row = page->H > PICKER_UNITS ? 15 : 0;
    const float extra = 26 * (float)(page_equation_lines(page) - 1);
    struct page_need need = {.tight = 60 + extra + 14 + 46 + unit_row + 30 + 2 + 26 + 12,
                             .full = 70 + extra * 1.15f + 24 + 50 + unit_row + 42 + 5 + 30 + 20};
    if (top) need.row_tight = 23, need.row_full = 26, need.least = 2, need.want = 9, need.most = TERM_ROWS;
    int rows = page_fit(page, need);
    float y = page_equation(page, page->y + page_mix(page, 60, 70), 19, page_mix(page, 26, 30));
    y = gradient_picker(page, y + page_mix(page, 14, 24));
    if (!top) return;
    y += page_mix(page, 30, 42);
    page_caption(page, y, "Largest terms of the sum", NULL);
    struct page_terms terms = {.count = 0};
    head_terms(page, &terms, rows);
    int slot = cell->state_out[0];
    const double *values = tape_from_loss(page->record->tape, page->layer, page->direction, 0, page->t);
    terms.total = (struct source){record_name(page->record, RECORD_FROM_LOSS, page->layer, page->direction, slot),
                                  page->t, page->unit, values[page->unit]};
    below(page, page_term_rows(page, y, &terms, "sum") + 24);
}

void page_backward(struct page *page) {
    char when[96];
    page_when(page, when, sizeof when);
    size_t used = strlen(when);
    snprintf(when + used, sizeof when - used, ", unit %d", page->unit + 1);
    page_title(page, "Chain rule", when);
    if (page->step.kind == STEP_FROM_LOSS && page->step.state <= 0) {
        page_from_loss(page);
        return;
    }
    struct ledger ledger;
    ledger_init(&ledger, page->record, &page->step, page->label);
    const float extra = 30 * (float)(page_equation_lines(page) - 1), unit_row = page->H > PICKER_UNITS ? 16 : 0;
    const int rows = ledger.count + page_equation_lines(page);
    const float least = rows > 16 ? 24 : 28; // a gate that is read twice makes a long ledger
    float tight = ledger.count ? page_ledger_height(&ledger, least, 4) : 60,
          full = ledger.count ? page_ledger_height(&ledger, 37, 12) : 70;
    int losses = page->scene->insights ? view_flow_losses(page->scene, page->t) : 0;
    losses = losses > LOSS_ROWS ? LOSS_ROWS : losses;
    const float end = losses ? 44 : 10;
    struct page_need need = {.tight = 60 + extra * 0.85f + 12 + unit_row + tight + 8 + end,
                             .full = 70 + extra + 23 + unit_row + full + 22.5f + end};
    if (losses) need.row_tight = 21, need.row_full = 23, need.least = 0, need.want = losses, need.most = losses;
    page_fit(page, need);
    float y = page_equation(page, page->y + page_mix(page, 60, 70), 19, page_mix(page, 26, 30));
    if (page->step.kind == STEP_SUM) meaning(page, y);
    y += page_mix(page, 12, 23);
    if (ledger.count) {
        float pitch = page_mix(page, least, 37), gap = page_mix(page, 4, 12);
        y += unit_row;
        y = page_ledger(page, y + pitch / 2, &ledger, pitch, gap) + page_mix(page, -6, 4);
    } else
        y = gradient_picker(page, y) + page_mix(page, 16, 24);
    below(page, y);
    ledger_release(&ledger);
}
