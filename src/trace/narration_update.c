// What clip and update say.
#include "narration_parts.h"

#include <math.h>

// The others of the minibatch: their gradient comes in here.
static void tell_rest(struct teller *teller) {
    const struct record *record = teller->record;
    int others = record_batch_count(record) - 1;
    if (others == 0) {
        say(teller, "The minibatch has no other example. ");
        return;
    }
    say(teller,
        others == 1 ? "The gradient of the other example is added: norm "
                    : "The gradient of the other %d examples is added: norm ",
        others);
    say_number(teller, "clip/rest_norm", 0, -1, record->rest_norm, digits_of(record->rest_norm));
    say(teller, " to this one’s ");
    say_number(teller, "clip/own_norm", 0, -1, record->own_norm, digits_of(record->own_norm));
    say(teller, ". ");
}

void tell_clip(struct teller *teller) {
    const struct record *record = teller->record;
    double limit = record->options.clip_norm;
    if (record->batch) tell_rest(teller);
    say(teller,
        record->batch ? "Together, over all %zu parameters, the norm is "
                      : "The gradient of all %zu parameters has norm ",
        record->whole->layout.weights);
    say_number(teller, "clip/grad_norm", 0, -1, record->grad_norm, digits_of(record->grad_norm));
    if (!(limit > 0)) {
        say(teller, "; no limit is set, so nothing is clipped.");
        return;
    }
    say(teller, record->clip_scale < 1 ? ", over the limit of " : ", within the limit of ");
    say_number(teller, "clip/max_norm", 0, -1, limit, limit == floor(limit) ? 0 : digits_of(limit));
    if (!(record->clip_scale < 1)) {
        say(teller, ": nothing is clipped.");
        return;
    }
    say(teller, ": all of it is multiplied by ");
    say_number(teller, "clip/scale", 0, -1, record->clip_scale, digits_of(record->clip_scale) + 1);
    say(teller, ".");
    end_first(teller);
    say(teller, " Its direction stays the same.");
}

// The entry that moves most; of those that move alike (Adam's first updates move all by the learning rate)
// the one with the largest gradient.
struct moved {
    int param, row, column;
    double delta, gradient;
};

static bool moves_more(const struct moved *a, const struct moved *b) {
    if (b->param < 0 || fabs(a->delta) > 1.01 * fabs(b->delta)) return true;
    return fabs(a->delta) > 0.99 * fabs(b->delta) && fabs(a->gradient) > fabs(b->gradient);
}

static void look_at(const struct teller *teller, int param, int row_first, int row_count, struct moved *best) {
    const struct record *record = teller->record;
    const struct param *p = &record->layout.params[param];
    bool head = p->layer < 0, weight = !param_is_vector(p->role);
    int first = row_first, last = row_first + row_count;
    // A selected unit: its own row of the cell's weights, its own column of the output's.
    if (teller->unit >= 0 && !head) last = (first = row_first + teller->unit) + 1;
    for (int column = 0; column < p->in; column++) {
        if (teller->unit >= 0 && head && weight && column % teller->H != teller->unit) continue;
        size_t at = p->offset + (size_t)column * (size_t)p->out;
        const double *before = record->params + at, *after = record->params_after + at, *grad = record->total + at;
        for (int row = first; row < last; row++) {
            struct moved entry = {param, row, column, after[row] - before[row], grad[row]};
            if (moves_more(&entry, best)) *best = entry;
        }
    }
}

// Of an embedding the rows that this example looked up; a row is a symbol there.
static struct moved find_moved_row(const struct teller *teller) {
    const struct record *record = teller->record;
    int param = layout_param(&record->layout, PARAM_EMBED, -1, -1), E = record->layout.params[param].out;
    struct moved best = {.param = -1};
    for (int t = 0; t < record_T(record); t++)
        for (int k = 0; record->example.x[t] >= 0 && k < E; k++) {
            int row = record->example.x[t];
            struct moved entry = {.param = param, .row = row, .column = k};
            entry.delta = record_param_value(record, RECORD_DELTA, param, row, k);
            entry.gradient = record_param_value(record, record_total_kind(record), param, row, k);
            if (moves_more(&entry, &best)) best = entry;
        }
    return best;
}

static struct moved find_moved(const struct teller *teller) {
    const struct step *step = teller->step;
    const struct layout *layout = &teller->record->layout;
    struct moved best = {.param = -1};
    if (step->layer < 0 && step->block == BLOCK_EMBED) return find_moved_row(teller);
    if (step->layer < 0) {
        look_at(teller, layout_param(layout, step->bias ? PARAM_HEAD_BIAS : PARAM_HEAD, -1, -1), 0,
                layout->spec.outputs, &best);
        return best;
    }
    int first = step->block * teller->H;
    if (step->bias) {
        look_at(teller, layout_param(layout, PARAM_BIAS, step->layer, step->direction), first, teller->H, &best);
        int second = layout_param(layout, PARAM_RECURRENT_BIAS, step->layer, step->direction);
        if (second >= 0) look_at(teller, second, first, teller->H, &best);
        return best;
    }
    int diagonal = cell_diagonal_row(teller->cell, step->block);
    if (diagonal >= 0)
        look_at(teller, layout_param(layout, PARAM_DIAGONAL, step->layer, step->direction), diagonal * teller->H,
                teller->H, &best);
    look_at(teller, layout_param(layout, PARAM_INPUT, step->layer, step->direction), first, teller->H, &best);
    look_at(teller, layout_param(layout, PARAM_RECURRENT, step->layer, step->direction), first, teller->H, &best);
    return best;
}

// "from “o”", "from unit 3": what a weight of the cell reads.
static void say_source(struct teller *teller, const struct moved *moved) {
    const struct param *p = &teller->record->layout.params[moved->param];
    say(teller, "from ");
    const struct net_spec *spec = &teller->record->layout.spec;
    if (p->role == PARAM_INPUT && p->layer == 0 && !spec->real_input && spec->embed == 0)
        say_symbol(teller, moved->column);
    else
        say(teller, "%s %d", p->role == PARAM_INPUT ? "input" : "unit",
            (p->role == PARAM_INPUT ? moved->column : moved->column % teller->H) + 1);
}

static void say_moved(struct teller *teller, const struct moved *moved) {
    const struct param *p = &teller->record->layout.params[moved->param];
    bool selected = teller->unit >= 0;
    switch (p->role) {
    case PARAM_BIAS:
    case PARAM_RECURRENT_BIAS:
        say(teller, selected ? "The bias of unit %d moves from " : "The bias of unit %d moves most, from ",
            moved->row % teller->H + 1);
        return;
    case PARAM_DIAGONAL:
        say(teller,
            selected ? "The weight of unit %d from its own memory moves from "
                     : "The weight of unit %d from its own memory moves most, from ",
            moved->row % teller->H + 1);
        return;
    case PARAM_EMBED:
        say(teller, "Of the rows that were read, number %d of ", moved->column + 1);
        say_symbol(teller, moved->row);
        say(teller, " moves most, from ");
        return;
    case PARAM_HEAD_BIAS:
        say(teller, "The bias of ");
        say_answer(teller, moved->row);
        say(teller, " moves most, from ");
        return;
    case PARAM_HEAD:
        if (selected)
            say(teller, "Of unit %d’s weights, that to ", teller->unit + 1);
        else
            say(teller, "The weight from unit %d to ", moved->column % teller->H + 1);
        say_answer(teller, moved->row);
        break;
    default:
        if (selected)
            say(teller, "Of unit %d’s weights, that ", teller->unit + 1);
        else
            say(teller, "The weight ");
        say_source(teller, moved);
        if (!selected) say(teller, " to unit %d", moved->row % teller->H + 1);
        break;
    }
    say(teller, " moves most, from ");
}

void tell_update(struct teller *teller) {
    const struct record *record = teller->record;
    struct moved moved = find_moved(teller);
    if (moved.param < 0 || moved.delta == 0) {
        say(teller, "Nothing moves here.");
        return;
    }
    double before = record_param_value(record, RECORD_PARAM, moved.param, moved.row, moved.column);
    double after = record_param_value(record, RECORD_PARAM_AFTER, moved.param, moved.row, moved.column);
    double gradient = record_param_value(record, record_total_kind(record), moved.param, moved.row, moved.column);
    const struct param *p = &record->layout.params[moved.param];
    int column = param_is_vector(p->role) ? -1 : moved.column, digits = 3;
    while (digits < 8 && fabs(round(before * pow(10, digits)) - round(after * pow(10, digits))) < 1)
        digits++;
    say_moved(teller, &moved);
    say_number(teller, record_param_name_of(record, RECORD_PARAM, moved.param), moved.row, column, before, digits);
    say(teller, " to ");
    say_number(teller, record_param_name_of(record, RECORD_PARAM_AFTER, moved.param), moved.row, column, after, digits);
    say(teller, ".");
    end_first(teller);
    if (gradient == 0) {
        say(teller, " Its gradient is zero here: the averages of earlier updates still move it.");
        return;
    }
    int T = record_T(record), count = record_batch_count(record);
    if (count > 1)
        say(teller, " Its gradient, the sum over all %d examples, is ", count);
    else
        say(teller, T > 1 ? " Its gradient, the sum over all %d timesteps, is " : " Its gradient is ", T);
    say_number(teller, record_param_name_of(record, record_total_kind(record), moved.param), moved.row, column,
               gradient, digits_of(gradient));
    say(teller, ".");
}
