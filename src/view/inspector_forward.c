#include "inspector_parts.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double *value_of(const struct page *page, int slot) {
    return tape_value(page->record->tape, page->layer, page->direction, slot, page->t);
}

static const char *tensor_of(const struct page *page, int slot) {
    return record_name(page->record, RECORD_FORWARD, page->layer, page->direction, slot);
}

void page_when(const struct page *page, char *out, size_t size) {
    const struct net_spec *spec = &page->record->layout.spec;
    const char *side = page->record == page->record->whole ? ""
                       : record_is_encoder(page->record)   ? "encoder "
                                                           : "decoder ";
    int used = snprintf(out, size, "%st = %d", side, page->t + 1);
    if (spec->layers > 1) used += snprintf(out + used, size - (size_t)used, ", layer %d", page->layer + 1);
    if (spec->directions > 1 && page->direction > 0) snprintf(out + used, size - (size_t)used, ", reverse");
}

bool page_computed(const struct page *page) {
    const struct scene *scene = page->scene;
    int which = page->step.kind == STEP_PART ? page->step.part : -1;
    int at = script_find(page->script, page->step.kind, page->layer, page->direction, page->t, which);
    return at >= 0 && at <= scene->position;
}

static bool held(const struct page *page, int slot, int unit) {
    return tape_clamp_at(page->record->tape, page->layer, page->direction, slot, page->t, unit) != NULL;
}

// "running", or how many of the units are shown; what a hand holds is not what the figures make of it.
const char *page_right_words(const struct page *page, char *out, size_t size) {
    if (page->step.kind == STEP_PART && held(page, page->cell->parts[page->step.part].result, -1))
        snprintf(out, size, "held by hand");
    else if (page->H > PICKER_UNITS)
        snprintf(out, size, "%d of %d units", PICKER_UNITS, page->H);
    else
        snprintf(out, size, "%s", page->running ? "running" : page_computed(page) ? "done" : "not yet");
    return out;
}

// A slot's symbol with a unit and without its time: "\Gamma_{f,7}", "z_7".
static void unit_symbol(const struct page *page, int slot, char *out, size_t size) {
    const struct cell_slot *s = &page->cell->slots[slot];
    const struct symbol *symbol = &s->symbol[page->label.notation];
    static const char *const hues[IDENTITY_COUNT] = {"a", "f", "u", "o", "c", "r"};
    if (s->role == SLOT_PREACT)
        snprintf(out, size, "%s_%s%d%s", symbol->base, "{", page->unit + 1, "}");
    else if (symbol->sub[0])
        snprintf(out, size, "\\col{%s}{%s_{%s,%d}}", hues[s->identity], symbol->base, symbol->sub, page->unit + 1);
    else
        snprintf(out, size, "\\col{%s}{%s_{%d}}", hues[s->identity], symbol->base, page->unit + 1);
}

void page_start(struct page *page) {
    char when[48];
    page_when(page, when, sizeof when);
    page_open(page, "Inside the cell", when, (struct page_need){.tight = 90, .full = 110});
    struct rich_style style = {14, 20, page->theme->ink2, page->theme->ink1};
    rich_text(page->list, page->theme, page->x, page->y + 30, page->w,
              "**Nothing is computed yet.** Step forward to read the first input.", style, true);
}

// --- the weighted sum: gates, candidate, the RNN's activation ---

struct weighted {
    int step, z, result;
    struct page_terms terms;
    double bias, recurrent, input;
    struct source bias_source;
};

static void find_terms(const struct page *page, struct weighted *sum, int rows) {
    struct page_terms *terms = &sum->terms;
    int room = rows > TERM_ROWS ? TERM_ROWS : rows;
    for (int try = 0; try < 2; try++) {
        terms->count = provenance_terms(page->record, page->layer, page->direction, sum->step, page->t, page->unit,
                                        page->label, terms->list, room, &terms->rest_count, &terms->rest, &sum->bias,
                                        &sum->recurrent, &sum->input);
        if (terms->rest_count == 0) break;
        room--; // the rest needs a row of its own
    }
    terms->total = (struct source){tensor_of(page, sum->z), page->t, page->unit, value_of(page, sum->z)[page->unit]};
    int param = layout_param(&page->record->layout, PARAM_BIAS, page->layer, page->direction);
    int row = page->cell->steps[sum->step].block * page->H + page->unit;
    sum->bias_source = (struct source){record_param_name(page->record, param, false), row, -1, sum->bias};
    if (page->cell->two_biases) sum->bias_source = (struct source){"sum/bias", page->t, page->unit, sum->bias};
}

// Terms carry one digit more than the result; digits are added until they add up on screen.
static int carried_digits(const double *terms, int count, double total) {
    for (int digits = 2; digits < 4; digits++) {
        double unit = pow(10, digits), sum = 0;
        for (int i = 0; i < count; i++)
            sum += round(terms[i] * unit * 10);
        if (fabs(round(sum / 10) - round(total * unit)) < 0.5) return digits;
    }
    return 2;
}

static void weighted_equations(struct page *page, const struct weighted *sum, float y_sum, float y_result) {
    char z[96], result[96], markup[PAGE_TEXT];
    unit_symbol(page, sum->z, z, sizeof z);
    unit_symbol(page, sum->result, result, sizeof result);
    double parts[] = {sum->recurrent, sum->input, sum->bias};
    int digits = carried_digits(parts, 3, sum->terms.total.value);
    struct source sources[] = {
        {"sum/recurrent", page->t, page->unit, sum->recurrent},
        {"sum/input", page->t, page->unit, sum->input},
        sum->bias_source,
        sum->terms.total,
        {tensor_of(page, sum->result), page->t, page->unit, value_of(page, sum->result)[page->unit]}};
    snprintf(markup, sizeof markup, "%s=\\v{0}{%d}\\V{1}{%d}\\V{2}{%d}=\\v{3}{%d}", z, digits + 1, digits + 1,
             digits + 1, digits);
    if (held(page, sum->z, page->unit)) snprintf(markup, sizeof markup, "%s=\\v{3}{%d}\\t{, held by hand}", z, digits);
    page_sum(page, y_sum, markup, 18.5f, sources, 5);
    const struct cell_part *part = &page->cell->parts[page->step.part];
    enum cell_op op = page->cell->steps[part->first + part->count - 1].op;
    const char *function = op == OP_SIGMOID ? "\\sigma" : op == OP_TANH ? "\\tanh" : op == OP_RELU ? "\\t{ReLU}" : "";
    snprintf(markup, sizeof markup, "%s=%s(%s)=\\v{4}{2}", result, function, z);
    if (held(page, sum->result, page->unit))
        snprintf(markup, sizeof markup, "%s=\\v{4}{2}\\t{ by hand, not }%s(%s)", result, function, z);
    page_sum(page, y_result, markup, 19, sources, 5);
}

struct picker page_picker_of(const struct page *page, int slot, bool known) {
    const struct cell_slot *s = &page->cell->slots[slot];
    struct picker picker = {
        .tensor = tensor_of(page, slot), .values = value_of(page, slot), .n = page->H, .slot = slot};
    picker.kind = s->role == SLOT_GATE ? STRIP_GATE : STRIP_VALUE;
    int scale_slot = s->role == SLOT_STATE_IN ? s->next : slot;
    if (picker.kind == STRIP_VALUE)
        picker.max = scene_row_scale(page->record, page->layer, page->direction, scale_slot);
    picker.ghost = !known;
    picker.fresh = page->running;
    return picker;
}

// Hovering a unit of a weighted sum also tells its parts.
static void weighted_card(struct page *page, const struct weighted *sum) {
    int unit = page->card_source.column;
    if (!page->card || page->card_source.tensor != tensor_of(page, sum->result) || unit < 0) return;
    page_slot_card(page, sum->result, unit, page->card_at, false);
}

void page_affine(struct page *page, int step) {
    struct weighted sum = {.step = step, .z = page->cell->steps[step].out};
    const struct cell_part *part = &page->cell->parts[page->step.part];
    sum.result = part->result;
    char when[48], right[48];
    page_when(page, when, sizeof when);
    const float below = page->H > PICKER_UNITS ? 15 : 0;
    const float lines = 26 * (float)(page_equation_lines(page) - 1);
    struct page_need need = {230 + below + lines, 282 + below + lines, 23, 26, 2, 5, TERM_ROWS};
    int rows = page_open(page, "Inside the cell", when, need);
    const bool known = page_computed(page);
    float y = page->y + page_mix(page, 24, 30);
    page_heading(page, y, page->cell->slots[sum.result].identity, part->title,
                 page_right_words(page, right, sizeof right));
    y = page_equation(page, y + page_mix(page, 30, 34), 21, 26);
    struct picker picker = page_picker_of(page, sum.result, known);
    y = page_picker(page, y + page_mix(page, 14, 20), &picker);
    if (!known) {
        page_caption(page, y + page_mix(page, 28, 36), "Not computed yet at this timestep.", NULL);
        return;
    }
    find_terms(page, &sum, rows);
    float y_sum = y + page_mix(page, 28, 36), y_result = y_sum + page_mix(page, 26, 32);
    weighted_equations(page, &sum, y_sum, y_result);
    y = y_result + page_mix(page, 26, 32);
    page_caption(page, y,
                 held(page, sum.z, page->unit) ? "Terms of the sum, which is not used" : "Largest terms of the sum",
                 NULL);
    page_term_rows(page, y, &sum.terms, "sum z");
    weighted_card(page, &sum);
}

// --- elementwise parts: memory, activation ---

static struct ledger_row *add_row(struct ledger *ledger, const struct page *page, int slot, char op) {
    const struct cell_slot *s = &page->cell->slots[slot];
    struct ledger_row *row = &ledger->rows[ledger->count++];
    *row = (struct ledger_row){.op = op, .kind = s->role == SLOT_GATE, .values = value_of(page, slot), .row = page->t};
    row->tensor = tensor_of(page, slot);
    if (s->role == SLOT_PRODUCT)
        snprintf(row->label, sizeof row->label, "%s", s->symbol[page->label.notation].base);
    else
        label_slot_of(row->label, sizeof row->label, page->record, -1, page->direction, slot, page->t, LABEL_NO_UNIT,
                      page->label);
    return row;
}

// A sum over weights has no row of factors: it enters as it is.
static bool has_weights(const struct cell_step *step) {
    return step->op == OP_AFFINE || step->op == OP_DIAGONAL;
}

static bool made_here(const struct page *page, const struct cell_part *part, int slot) {
    for (int i = part->first; i < part->first + part->count; i++)
        if (page->cell->steps[i].out == slot) return !has_weights(&page->cell->steps[i]);
    return false;
}

// The steps of a part as rows: its operands, how they are joined, what comes out; a sum of earlier results is
// the last row.
static void forward_ledger(const struct page *page, const struct cell_part *part, struct ledger *ledger) {
    int before = -1; // what the step before put out
    for (int i = part->first; i < part->first + part->count && ledger->count + 3 <= LEDGER_ROWS; i++) {
        const struct cell_step *step = &page->cell->steps[i];
        if (has_weights(step)) continue;
        const bool last = i == part->first + part->count - 1, binary = step->in[1] >= 0;
        bool joins = binary && made_here(page, part, step->in[0]) && made_here(page, part, step->in[1]);
        char op = step->op == OP_ADD ? '+' : '*';
        if (!joins) {
            int first = step->in[0], second = step->in[1];
            if (before >= 0 && second == before) second = first, first = before;
            if (first != before) add_row(ledger, page, first, ' ');
            if (binary) add_row(ledger, page, second, op);
        }
        struct ledger_row *row = add_row(ledger, page, step->out, joins ? op : '=');
        row->result = true;
        row->total = last;
        if (last) // on the highlighter: no colour of its own
            label_slot_of(row->label, sizeof row->label, page->record, -1, page->direction, step->out, page->t,
                          LABEL_NO_UNIT, (struct label_style){page->label.notation, false});
        before = step->out;
    }
}

void page_elementwise(struct page *page) {
    const struct cell_part *part = &page->cell->parts[page->step.part];
    struct ledger ledger = {0};
    forward_ledger(page, part, &ledger);
    char when[48], right[48];
    page_when(page, when, sizeof when);
    float lines = 26 * (float)(page_equation_lines(page) - 1);
    struct page_need need = {.tight = 24 + 30 + lines + 22 + 16 + page_ledger_height(&ledger, 28, 5),
                             .full = 30 + 34 + lines + 40 + 16 + page_ledger_height(&ledger, 37, 12)};
    page_open(page, "Inside the cell", when, need);
    float y = page->y + page_mix(page, 24, 30);
    page_heading(page, y, page->cell->slots[part->result].identity, part->title,
                 page_right_words(page, right, sizeof right));
    y = page_equation(page, y + page_mix(page, 30, 34), lines > 0 ? 19 : 21, 26);
    if (!page_computed(page)) {
        page_caption(page, y + 34, "Not computed yet at this timestep.", NULL);
        return;
    }
    page_ledger(page, y + page_mix(page, 30, 40), &ledger, page_mix(page, 28, 37), page_mix(page, 5, 12));
}
