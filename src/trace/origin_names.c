// One number under several names: copies, and the name that stands for all of them.
#include "origin_sums.h"

bool is_copy(const struct sum *sum, struct place *source) {
    enum place_kind kind = sum->place.kind;
    bool of_track = kind >= PLACE_VALUE && kind <= PLACE_SENT;
    if (sum->place.norm || (!of_track && kind != PLACE_INPUT_GRAD)) return false;
    if (sum->rule != ORIGIN_SUM || sum->count != 1) return false;
    const struct segment *segment = &sum->segments[0];
    struct raw_term term;
    segment->term(sum, segment->a, segment->b, 0, &term);
    if (term.count != 1 || term.factors[0].shape != SHAPE_ITSELF || term.coefficient != 1) return false;
    *source = term.factors[0].place;
    return true;
}

void sum_open(struct sum *sum, const struct record *record, const struct place *place) {
    struct place source;
    sum_init(sum, record, place);
    while (is_copy(sum, &source))
        sum_init(sum, record, &source);
}

// Whom a gradient is handed to, where that could be its only source.
static bool heir_of(const struct record *record, const struct place *place, struct place *out) {
    struct place_side side = side_of(record, place->encoder);
    const struct cell_desc *cell = side.cell;
    if (place->kind == PLACE_SENT) {
        int slot = cell->steps[place->step].in[place->operand];
        bool leaves = cell_state_index(cell, slot) >= 0;
        *out = place_at(place, leaves ? PLACE_FROM_LOSS : PLACE_GRAD, slot, place->t, place->row);
        return true;
    }
    if (place->kind != PLACE_GRAD) return false;
    int state = state_in_index(cell, place->slot), H = side.spec->hidden;
    if (state >= 0) {
        bool first = place->t == first_of_side(&side, place->direction), handed = first && tape_encoder(side.tape);
        if (first && (!handed || tape_spec(tape_encoder(side.tape))->directions > 1)) return false;
        *out = place_at(place, PLACE_FROM_FUTURE, cell->state_out[state], time_before_in(place->direction, place->t),
                        place->row);
        out->encoder = place->encoder || handed;
        if (handed) out->t = tape_length(tape_encoder(side.tape)) - 1;
        return true;
    }
    if (place->slot != cell->input) return false;
    *out = place_at(place, place->layer > 0 ? PLACE_FROM_LOSS : PLACE_INPUT_GRAD, cell->state_out[0], place->t,
                    place->row);
    if (place->layer > 0) {
        out->layer--;
        out->direction = place->row / H;
        out->row = place->row % H;
    } else
        *out = (struct place){.kind = PLACE_INPUT_GRAD, .encoder = place->encoder, .t = place->t, .row = place->row};
    return true;
}

static bool copies(const struct record *record, const struct place *place, const struct place *of) {
    struct sum sum;
    struct place source;
    sum_init(&sum, record, place);
    return is_copy(&sum, &source) && place_equal(&source, of);
}

static struct place represent_norm(const struct record *record, const struct place *place) {
    struct place row = *place;
    row.norm = false;
    row = origin_represent(record, &row);
    bool same_row = row.row == 0 && row.kind >= PLACE_GRAD && row.kind <= PLACE_SENT;
    if (!same_row || tape_has_clamps(record->tape)) return *place;
    row.norm = true;
    return row;
}

struct place origin_represent(const struct record *record, const struct place *place) {
    struct place at = *place, next;
    bool of_track = place->kind >= PLACE_VALUE && place->kind <= PLACE_SENT;
    if (!of_track && place->kind != PLACE_INPUT_GRAD) return at;
    if (place->norm) return represent_norm(record, place);
    struct sum sum;
    sum_open(&sum, record, place);
    at = sum.place;
    while (heir_of(record, &at, &next) && copies(record, &next, &at))
        at = next;
    return at;
}

void name_operands(const struct record *record, struct raw_term *term) {
    for (int k = 0; k < term->count; k++)
        term->factors[k].place = origin_represent(record, &term->factors[k].place);
}
