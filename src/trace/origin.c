#include "origin_parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// --- the largest terms ---

struct keep {
    const struct record *record;
    struct origin *out;
    struct raw_term rows[ORIGIN_ROWS];
    bool pinned; // the first row stays where it is
};

static void to_rest(struct origin *out, double value) {
    out->rest_count++;
    out->rest += value;
}

static void keep_term(struct keep *keep, const struct raw_term *term, int group, double value) {
    struct origin *out = keep->out;
    int first = keep->pinned, at = out->row_count;
    while (at > first && !(fabs(out->rows[at - 1].value) >= fabs(value)))
        at--;
    if (at >= ORIGIN_ROWS) {
        to_rest(out, value);
        return;
    }
    if (out->row_count == ORIGIN_ROWS) to_rest(out, out->rows[--out->row_count].value);
    size_t moved = (size_t)(out->row_count - at);
    memmove(out->rows + at + 1, out->rows + at, moved * sizeof *out->rows);
    memmove(keep->rows + at + 1, keep->rows + at, moved * sizeof *keep->rows);
    out->rows[at] = (struct origin_row){.value = value, .group = group};
    keep->rows[at] = *term;
    out->row_count++;
}

// Arguments of a rule keep their order and all have a row; a sum's terms of 0 are counted, not listed, unless nothing
// else is there to see.
static void collect(struct keep *keep, const struct sum *sum) {
    struct origin *out = keep->out;
    struct raw_term term;
    if (sum->rule == ORIGIN_SHARE) {
        int group;
        sum_term(sum, sum->own, &term, &group);
        keep_term(keep, &term, group, sum_term_value(sum->record, &term));
        keep->pinned = true;
    }
    for (int n = 0; n < sum->count; n++) {
        int group;
        sum_term(sum, n, &term, &group);
        double value = sum_term_value(sum->record, &term);
        out->sum += value;
        out->size += fabs(value);
        out->groups[group] += value;
        out->group_sizes[group]++;
        if (sum->rule == ORIGIN_SHARE && n == sum->own) continue;
        bool listed = value != 0 || sum->rule == ORIGIN_UPDATE || sum->count <= ORIGIN_ROWS / 3;
        if (!listed)
            out->zero_count++;
        else if (sum->rule == ORIGIN_UPDATE) {
            out->rows[n] = (struct origin_row){.value = value, .group = group};
            keep->rows[n] = term;
            out->row_count = n + 1;
        } else
            keep_term(keep, &term, group, value);
    }
}

static void name_row(const struct keep *keep, int k, struct label_style style) {
    struct origin_row *row = &keep->out->rows[k];
    const struct raw_term *term = &keep->rows[k];
    row->coefficient = term->coefficient;
    row->count = term->count;
    raw_label(keep->record, term, style, row->label, sizeof row->label);
    for (int i = 0; i < term->count; i++) {
        struct origin_factor *factor = &row->factors[i];
        factor->place = term->factors[i].place;
        factor->shape = term->factors[i].shape;
        factor->is = term->factors[i].is;
        factor->value = place_value(keep->record, &factor->place);
        factor->less = term->factors[i].less;
        if (factor->less) {
            factor->other = term->factors[i].other;
            factor->less_value = place_value(keep->record, &factor->other);
        }
        origin_label(keep->record, &factor->place, style, factor->label, sizeof factor->label);
    }
}

void origin_of(const struct record *record, const struct place *place, struct label_style style, struct origin *out) {
    struct sum sum;
    struct keep keep = {.record = record, .out = out};
    *out = (struct origin){.place = *place, .value = place_value(record, place)};
    sum_open(&sum, record, place);
    out->rule = sum.rule;
    out->group_count = sum.segment_count;
    origin_title(record, place, out->title, sizeof out->title);
    origin_label(record, place, style, out->label, sizeof out->label);
    if (sum.rule == ORIGIN_GIVEN) {
        snprintf(out->why, sizeof out->why, "%s", sum.why);
        return;
    }
    collect(&keep, &sum);
    for (int k = 0; k < out->row_count; k++)
        name_row(&keep, k, style);
    struct pen_out sink = {out->formula, sizeof out->formula, 0};
    struct label_pen pen = pen_of(&sink, record, place, style);
    put_text(&pen, "%s=", out->label);
    size_t left = sink.used;
    put_formula(&pen, &sum, out, NULL);
    if (!strcmp(out->formula + left, out->label)) out->formula[left - 1] = 0; // a product is named by its factors
}

int origin_numbers(const struct record *record, const struct origin *origin, int digits, char *text, size_t size,
                   struct origin_number numbers[ORIGIN_NUMBERS]) {
    struct sum sum;
    struct number_list list = {numbers, 0, digits};
    struct pen_out sink = {text, size, 0};
    sum_open(&sum, record, &origin->place);
    text[0] = 0;
    if (sum.rule == ORIGIN_GIVEN || sum.rule == ORIGIN_UPDATE) return 0;
    struct label_pen pen = pen_of(&sink, record, &origin->place, (struct label_style){NOTATION_COURSE, false});
    put_text(&pen, "=~");
    put_formula(&pen, &sum, origin, &list);
    return list.count;
}

// --- the rule ---

// The optimiser's own rule on the one entry, in single precision: rows are w, dL/dw, the scale, and its state. The
// entry stands in a row of equals, as in a slab: the last bit of a number that is alone may be another one.
static double update(const struct record *record, const struct origin *origin) {
    enum { ROW = 64 };
    float w[ROW], g[ROW], m[ROW] = {0}, v[ROW] = {0};
    for (int i = 0; i < ROW; i++) {
        w[i] = (float)origin->rows[0].value;
        g[i] = (float)origin->rows[1].value;
        if (origin->row_count > 3) m[i] = (float)origin->rows[3].value;
        if (origin->row_count > 4) v[i] = (float)origin->rows[4].value;
    }
    optimizer_apply(&record->options, ROW, w, g, m, v, record->update, origin->rows[2].value);
    return w[0];
}

double origin_combine(const struct record *record, const struct origin *origin) {
    double sum = origin->rest;
    for (int k = 0; k < origin->row_count; k++)
        sum += origin->rows[k].value;
    switch (origin->rule) {
    case ORIGIN_SIGMOID:
        return 1 / (1 + exp(-sum));
    case ORIGIN_TANH:
        return tanh(sum);
    case ORIGIN_RELU:
        return sum < 0 ? 0 : sum;
    case ORIGIN_SHARE:
        return origin->rows[0].value / sum;
    case ORIGIN_ROOT:
        return sqrt(sum);
    case ORIGIN_LIMIT:
        return sum < 1 ? sum : 1;
    case ORIGIN_SHRINK:
        return sum > 1 ? 1 / sqrt(sum) : 1;
    case ORIGIN_UPDATE:
        return update(record, origin);
    case ORIGIN_GIVEN:
        return origin->value;
    default:
        return sum;
    }
}
