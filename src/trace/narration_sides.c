// What is said of embeddings, and of what an encoder hands over to its decoder.
#include "narration_parts.h"

void tell_embed(struct teller *teller) {
    const struct cell_desc *cell = teller->cell;
    int t = teller->t, symbol = teller->record->example.x[t], E = record_input_width(teller->record);
    if (symbol < 0) {
        say(teller, "No symbol is read here: ");
        say_slot(teller, cell->input, t);
        say(teller, " is the zero vector.");
        return;
    }
    const double *row = values_at(teller, cell->input, t);
    int k = largest_of(row, E);
    say_symbol(teller, symbol);
    say(teller, " is looked up: its row of the embedding, %d number%s, becomes ", E, E == 1 ? "" : "s");
    say_slot(teller, cell->input, t);
    say(teller, "; the largest is number %d, ", k + 1);
    say_number(teller, record_name(teller->record, RECORD_FORWARD, 0, 0, cell->input), t, k, row[k], digits_of(row[k]));
    say(teller, ".");
}

void tell_embed_back(struct teller *teller) {
    const struct record *record = teller->record;
    int t = teller->t, symbol = record->example.x[t], E = record_input_width(record), largest = 0, times = 0;
    double d = record_input_grad(record, t, 0);
    for (int k = 1; k < E; k++) {
        double other = record_input_grad(record, t, k);
        if (other * other > d * d) d = other, largest = k;
    }
    for (int k = 0; k < record_T(record); k++)
        times += record->example.x[k] == symbol;
    say_grad(teller, teller->cell->input, t);
    say(teller, " goes into the row of ");
    say_symbol(teller, symbol);
    say(teller, ", strongest in number %d: ", largest + 1);
    say_number(teller, record_input_name(record, true), t, largest, d, digits_of(d));
    say(teller, ".");
    end_first(teller);
    if (times > 1)
        say(teller, " It is read at %d timesteps: their parts add up.", times);
    else
        say(teller, " Rows of symbols that were not read have no gradient.");
}

// One state of the layer: unit by unit what the encoder's last one is, of two directions both and their sum.
static void tell_handed(struct teller *teller, int state) {
    const struct record *encoder = record_side(teller->record, true);
    int in = teller->cell->state_in[state], out = teller->cell->state_out[state], layer = teller->layer;
    const double *first = values_at(teller, in, 0);
    int unit = chosen_unit(teller, first), D = encoder->layout.spec.directions, last[] = {record_T(encoder) - 1, 0};
    double terms[NET_MAX_DIRECTIONS] = {0};
    for (int d = 0; d < D; d++)
        terms[d] = tape_value(encoder->tape, layer, d, out, last[d])[unit];
    int digits = D > 1 ? digits_of_sum(terms, D, first[unit], 2) : digits_of(first[unit]);
    say(teller, " Unit %d of ", unit + 1);
    say_slot(teller, in, 0);
    say(teller, " is ");
    for (int d = 0; D > 1 && d < D; d++) {
        say_number(teller, record_name(encoder, RECORD_FORWARD, layer, d, out), last[d], unit, terms[d], digits);
        say(teller, d == 0 ? " and " : ", together ");
    }
    say_value(teller, in, 0, unit, digits);
    say(teller, ".");
}

void tell_hand_over(struct teller *teller) {
    const struct record *encoder = record_side(teller->record, true);
    const char *layer = teller->record->layout.spec.layers > 1 ? "This layer of the decoder" : "The decoder";
    if (encoder->layout.spec.directions > 1)
        say(teller, "%s starts from the last states of both of the encoder’s directions, added up.", layer);
    else
        say(teller, "%s starts where the encoder ended: all it knows of the source is in this state.", layer);
    end_first(teller);
    for (int s = 0; s < teller->cell->state_count; s++)
        tell_handed(teller, s);
}
