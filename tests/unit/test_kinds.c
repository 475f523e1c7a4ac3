// Record, script, equations, narration and provenance of every form of network: one answer, embeddings, real numbers,
// encoder-decoders, all outputs; every cell, one and two layers and directions.
#include "random_example.h"

#include "narration.h"
#include "provenance.h"
#include "script.h"
#include <string.h>

struct world {
    const char *name;
    struct random_net net;
    struct random_example example;
    struct record *record;
    struct script *script;
};

static void world_init(struct world *w, const struct net_form *form, enum cell_id cell, int layers, int directions,
                       bool masked) {
    struct err err = {0};
    struct net_spec spec = spec_of_form(form, cell, layers, directions, 3);
    struct train_options options = train_options_default();
    options.optimizer = OPTIMIZER_ADAM;
    w->name = form->name;
    random_net_init(&w->net, spec, 7 + (uint64_t)cell);
    random_example_init(&w->example, &spec, form->source_T, form->T, masked, &w->net.rng);
    w->record = record_new(&w->net.model, &w->example.example, NULL, 0, masked ? REDUCTION_MEAN : REDUCTION_SUM,
                           &options, NULL, NULL, 1, &err);
    if (!w->record) fail_msg("%s: %s", form->name, err.message);
    w->script = script_new(w->record, &err);
    if (!w->script) fail_msg("%s: %s", form->name, err.message);
}

static void world_release(struct world *w) {
    script_free(w->script);
    record_free(w->record);
    random_net_release(&w->net);
}

static void for_all_kinds(void (*run)(struct world *w)) {
    for (int f = 0; f < NET_FORM_COUNT; f++)
        for (int cell = 0; cell < CELL_COUNT; cell++)
            for (int k = 0; k < 4; k++) {
                struct world w;
                world_init(&w, &net_forms[f], (enum cell_id)cell, 1 + k % 2, 1 + k / 2, (f + cell + k) % 2);
                run(&w);
                world_release(&w);
            }
}

static int which_of(const struct step *step) {
    bool part = step->kind == STEP_PART || step->kind == STEP_PART_BACK;
    return part ? step->part : step->kind == STEP_UPDATE ? step->block : step->state;
}

// --- the sides of a record ---

static void check_sides(struct world *w) {
    const struct record *whole = w->record;
    for (int k = 0; k < 2; k++) {
        const struct record *side = record_side(whole, k == 1);
        assert_ptr_equal(record_side(side, false), record_side(whole, false));
        assert_ptr_equal(record_side(side, true), record_side(whole, true));
        assert_int_equal(record_T(side), tape_length(side->tape));
        assert_int_equal(side->layout.spec.directions, tape_spec(side->tape)->directions);
        assert_int_equal(side->example.T, record_T(side));
        assert_true(side->loss == whole->loss && side->grad_norm == whole->grad_norm);
        for (int p = 0; p < side->layout.count; p++) { // a parameter is the same number on its side and of the whole
            int all = layout_find(&whole->layout, side->layout.params[p].name);
            assert_true(all >= 0);
            assert_ptr_equal(record_side_of_param(whole, all), side);
            assert_string_equal(record_param_name(whole, all, true), record_param_name(side, p, true));
            assert_true(record_param_value(whole, RECORD_GRAD, all, 0, 0) ==
                        record_param_value(side, RECORD_GRAD, p, 0, 0));
        }
        if (!whole->encoder) assert_ptr_equal(side, whole);
    }
    bool pair = whole->layout.spec.kind == NET_ENCODER_DECODER;
    assert_int_equal(whole->encoder != NULL, pair);
    assert_int_equal(record_is_encoder(record_side(whole, true)), pair);
    assert_int_equal(record_is_decoder(record_side(whole, false)), pair);
}

static void sides(void **state) {
    (void)state;
    for_all_kinds(check_sides);
}

// --- every step is found, on its side; phases are parts of the walk ---

static void check_found(struct world *w) {
    const struct script *whole = w->script;
    int first = 0;
    for (int p = 0; p < PHASE_COUNT; p++) {
        assert_int_equal(whole->phase_first[p], whole->phase_count[p] ? first : 0);
        first += whole->phase_count[p];
    }
    assert_int_equal(whole->count, first);
    for (int i = 0; i < whole->count; i++) {
        const struct step *step = &whole->steps[i];
        const struct script *side = script_side(whole, step->encoder);
        assert_int_equal(side->count, whole->count);
        assert_ptr_equal(script_running(side, i + 1), step);
        int found = script_find(side, step->kind, step->layer, step->direction, step->t, which_of(step));
        if (step->kind == STEP_UPDATE && step->bias)
            assert_int_equal(found, i); // the weights of the block come first
        else if (found != i + 1)
            fail_msg("%s: step %d of kind %d is found at %d", w->name, i + 1, step->kind, found);
        if (!w->record->encoder) assert_false(step->encoder);
        if (step->t < 0) continue;
        assert_in_range(step->t, 0, side->T - 1);
        struct narration narration;
        char title[128], equation[1024], plain[1024];
        step_title(w->record, step, title, sizeof title);
        assert_true(strlen(title) > 4);
        for (int symbolic = 0; symbolic < 2; symbolic++)
            for (int notation = 0; notation < NOTATION_COUNT; notation++) {
                struct label_style style = {(enum notation)notation, true};
                label_equation(equation, sizeof equation, w->record, step, symbolic, style);
                bool back = step->kind == STEP_PART_BACK; // may have nothing left to hand on
                if (!back && !strchr(equation, '=') && step->kind != STEP_INPUT)
                    fail_msg("%s, %s: no equation but \"%s\"", w->name, title, equation);
            }
        narrate(&narration, w->record, whole, i + 1, i % 3 - 1, NOTATION_COURSE);
        narrate_plain(&narration, plain, sizeof plain);
        if (strncmp(plain, title, strlen(title)) != 0 || strlen(plain) < strlen(title) + 4)
            fail_msg("%s: \"%s\" tells \"%s\"", w->name, title, plain);
    }
}

static void found(void **state) {
    (void)state;
    for_all_kinds(check_found);
}

// One output and one loss where there is one answer; a hand-over a layer, between the two forward passes.
static void check_kind_steps(struct world *w) {
    const struct net_spec *spec = &w->record->layout.spec;
    int kinds[STEP_KIND_COUNT] = {0}, targets = 0, embedded = 0, rows = 0;
    for (int i = 0; i < w->script->count; i++)
        kinds[w->script->steps[i].kind]++;
    for (int t = 0; t < record_T(w->record); t++)
        targets += record_has_target(w->record, t);
    assert_int_equal(kinds[STEP_LOSS], targets);
    assert_int_equal(kinds[STEP_OUTPUT_BACK], targets);
    assert_int_equal(kinds[STEP_OUTPUT], net_one_answer(spec) ? 1 : record_T(w->record));
    if (net_one_answer(spec)) assert_true(script_find(w->script, STEP_OUTPUT, -1, -1, record_T(w->record) - 1, -1) > 0);
    for (int side = 0; spec->embed > 0 && side < 1 + (w->record->encoder != NULL); side++) {
        const struct record *record = record_side(w->record, side == 1);
        embedded += record_T(record);
        for (int t = 0; t < record_T(record); t++)
            rows += record->example.x[t] >= 0;
    }
    assert_int_equal(kinds[STEP_EMBED], embedded);
    assert_int_equal(kinds[STEP_EMBED_BACK], rows);
    assert_int_equal(kinds[STEP_HAND_OVER], w->record->encoder ? spec->layers : 0);
    for (int l = 0; w->record->encoder && l < spec->layers; l++) {
        int at = script_find(w->script, STEP_HAND_OVER, l, 0, 0, -1);
        for (int i = 0; i < w->script->count; i++) {
            const struct step *step = &w->script->steps[i];
            if (step->phase != PHASE_FORWARD || step->kind == STEP_HAND_OVER) continue;
            assert_int_equal(step->encoder, i < at - 1);
        }
    }
}

static void kind_steps(void **state) {
    (void)state;
    for_all_kinds(check_kind_steps);
}

// --- what is known where ---

// Every value and gradient appears exactly once in the walk, with the step that makes it.
static void check_known(struct world *w) {
    const struct cell_desc *cell = record_cell(w->record);
    for (int k = 0; k < 1 + (w->record->encoder != NULL); k++) {
        const struct script *s = script_side(w->script, k == 1);
        for (int l = 0; l < s->layers; l++)
            for (int d = 0; d < s->directions; d++)
                for (int t = 0; t < s->T; t++)
                    for (int slot = 0; slot < cell->slot_count; slot++) {
                        int value = 0, grad = 0, since_value = -1, since_grad = -1;
                        bool had_value = false, had_grad = false;
                        for (int p = 0; p <= s->count; p++) {
                            bool has_value = script_has_value(s, cell, p, l, d, slot, t),
                                 has_grad = script_has_grad(s, cell, p, l, d, slot, t);
                            if (has_value != had_value) value++, since_value = p;
                            if (has_grad != had_grad) grad++, since_grad = p;
                            had_value = has_value;
                            had_grad = has_grad;
                        }
                        assert_true(value == 1 && had_value && grad == 1 && had_grad);
                        const struct step *made = script_running(s, since_value), *told = script_running(s, since_grad);
                        assert_true(made->phase == PHASE_FORWARD && told->phase == PHASE_BACKWARD);
                        assert_true(made->t == t && told->t == t && made->layer == l && told->layer == l);
                        assert_true(made->encoder == (k == 1) && told->encoder == (k == 1));
                    }
    }
}

static void known(void **state) {
    (void)state;
    static const int forms[] = {2, 4, 6, 9, 10, 12}; // the search is long: some of each sort
    for (size_t f = 0; f < sizeof forms / sizeof *forms; f++)
        for (int k = 0; k < 4; k++) {
            struct world w;
            world_init(&w, &net_forms[forms[f]], k % 2 ? CELL_LSTM : CELL_GRU, 1 + k % 2, 1 + k / 2, k == 2);
            check_known(&w);
            world_release(&w);
        }
}

// --- a source without a step is zero ---

static bool is_zero(const double *values, int n) {
    for (int i = 0; i < n; i++)
        if (values[i] != 0) return false;
    return true;
}

static void check_sources(struct world *w) {
    const struct cell_desc *cell = record_cell(w->record);
    int H = record_H(w->record);
    for (int k = 0; k < 1 + (w->record->encoder != NULL); k++) {
        const struct record *side = record_side(w->record, k == 1);
        const struct script *s = script_side(w->script, k == 1);
        for (int l = 0; l < s->layers; l++)
            for (int d = 0; d < s->directions; d++)
                for (int t = 0; t < s->T; t++) {
                    const double *loss = tape_from_loss(side->tape, l, d, 0, t),
                                 *future = tape_from_future(side->tape, l, d, 0, t);
                    bool hears = script_find(s, STEP_FROM_LOSS, l, d, t, 0) > 0,
                         later = script_find(s, STEP_FROM_FUTURE, l, d, t, 0) > 0;
                    if (cell->state_count < 3 && !hears && !is_zero(loss, H))
                        fail_msg("%s, layer %d, direction %d, t = %d: a loss that is not walked", w->name, l, d, t);
                    if (!later && !is_zero(future, H))
                        fail_msg("%s, layer %d, direction %d, t = %d: a future that is not walked", w->name, l, d, t);
                    assert_int_equal(hears, record_hears_loss(side, l, d, t));
                    assert_int_equal(later, record_has_future(side, d, t));
                }
    }
}

static void sources(void **state) {
    (void)state;
    for_all_kinds(check_sources);
}

// --- what is handed over ---

static void check_handed(struct world *w) {
    if (!w->record->encoder) return;
    const struct record *encoder = w->record->encoder, *decoder = w->record->decoder;
    const struct cell_desc *cell = record_cell(w->record);
    int H = record_H(w->record), D = encoder->layout.spec.directions, last[] = {record_T(encoder) - 1, 0};
    for (int l = 0; l < decoder->layout.spec.layers; l++) {
        struct ledger ledger;
        int at = script_find(w->script, STEP_HAND_OVER, l, 0, 0, -1);
        ledger_init(&ledger, w->record, script_running(w->script, at),
                    (struct label_style){.notation = NOTATION_COURSE});
        assert_int_equal(ledger.count, cell->state_count * (D + 1));
        for (int s = 0; s < cell->state_count; s++)
            for (int i = 0; i < H; i++) {
                double sum = 0, back = tape_grad(decoder->tape, l, 0, cell->state_in[s], 0)[i];
                for (int d = 0; d < D; d++) {
                    sum += ledger.rows[s * (D + 1) + d].values[i];
                    assert_true(tape_from_future(encoder->tape, l, d, s, last[d])[i] == back);
                }
                assert_close(ledger.rows[s * (D + 1) + D].values[i], sum, 1e-12);
                assert_close(tape_value(decoder->tape, l, 0, cell->state_in[s], 0)[i], sum, 1e-12);
            }
        ledger_release(&ledger);
    }
}

static void handed(void **state) {
    (void)state;
    for_all_kinds(check_handed);
}

// --- numbers that are told or shown are those of the trace file ---

struct lookup {
    const char *name;
    int row, column;
    double value;
    bool found, equal;
};

struct lookups {
    struct lookup list[4000];
    int count;
};

static void look(void *context, const char *name, int dims, const int64_t *shape, const double *data) {
    struct lookups *all = context;
    for (int i = 0; i < all->count; i++) {
        struct lookup *at = &all->list[i];
        if (strcmp(at->name, name) != 0) continue;
        int64_t columns = dims > 1 ? shape[1] : 1, column = at->column < 0 ? 0 : at->column;
        at->found = at->row >= 0 && at->row < shape[0] && column < columns && (at->column >= 0) == (dims > 1);
        at->equal = at->found && fabs(data[at->row * columns + column] - at->value) <= 1e-12 * fmax(1, fabs(at->value));
    }
}

static void note(struct lookups *all, const char *name, int row, int column, double value) {
    if (name && all->count < (int)(sizeof all->list / sizeof *all->list))
        all->list[all->count++] = (struct lookup){.name = name, .row = row, .column = column, .value = value};
}

static void check_numbers(struct world *w) {
    struct lookups *all = mem_need(1, sizeof *all);
    for (int i = 0; i < w->script->count; i++) {
        struct narration n;
        struct ledger ledger;
        const struct step *step = &w->script->steps[i];
        narrate(&n, w->record, w->script, i + 1, i % 4 - 1, NOTATION_PAPER);
        for (int k = 0; k < n.count; k++)
            note(all, n.values[k].tensor, n.values[k].row, n.values[k].column, n.values[k].value);
        ledger_init(&ledger, w->record, step, (struct label_style){.notation = NOTATION_PYTORCH});
        for (int k = 0; k < ledger.count; k++)
            note(all, ledger.rows[k].tensor, ledger.rows[k].row, i % ledger.rows[k].width,
                 ledger.rows[k].values[i % ledger.rows[k].width]);
        ledger_release(&ledger);
    }
    assert_true(all->count > 20);
    assert_true(record_each(w->record, look, all));
    for (int i = 0; i < all->count; i++)
        if (!all->list[i].equal)
            fail_msg("%s: %s[%d][%d] is told as %.12g and is %s", w->name, all->list[i].name, all->list[i].row,
                     all->list[i].column, all->list[i].value, all->list[i].found ? "another" : "not there");
    mem_free(all);
}

static void numbers(void **state) {
    (void)state;
    for_all_kinds(check_numbers);
}

// The total of a sum is the sum of its terms; of an output's gradient the chain gives its result.
static void check_ledgers(struct world *w) {
    for (int i = 0; i < w->script->count; i++) {
        const struct step *step = &w->script->steps[i];
        if (step->kind != STEP_SUM && step->kind != STEP_OUTPUT_BACK && step->kind != STEP_FROM_FUTURE) continue;
        struct ledger ledger;
        ledger_init(&ledger, w->record, step, (struct label_style){.notation = NOTATION_COURSE});
        double sum = 0, chain = 0, size = 0;
        int unit = i % (ledger.count ? ledger.rows[0].width : 1);
        for (int k = 0; k < ledger.count; k++) {
            const struct ledger_row *row = &ledger.rows[k];
            double v = row->values[unit];
            size = fmax(size, fabs(v));
            if (row->op == '+' && row->total) {
                if (!(fabs(sum - v) <= 1e-12 * fmax(1, size)))
                    fail_msg("%s, step %d: terms add up to %.12g, the total is %.12g", w->name, i + 1, sum, v);
                continue;
            }
            chain = row->op == ' ' ? v : row->op == '*' ? chain * v : row->op == '+' ? chain + v : chain;
            if (row->op == '=') assert_true(fabs(chain - v) <= 1e-12 * fmax(1, size));
            if (row->result) sum += v;
        }
        ledger_release(&ledger);
    }
}

static void ledgers(void **state) {
    (void)state;
    for_all_kinds(check_ledgers);
}

// --- moves ---

static void check_moves(struct world *w) {
    const struct script *s = w->script;
    for (int by = 0; by < GRANULARITY_COUNT; by++) {
        int p = 0;
        while (p < s->count) {
            int next = script_move(s, p, (enum granularity)by, 1);
            assert_true(next > p);
            assert_int_equal(script_move(s, next, (enum granularity)by, -1), p);
            for (int i = p; by <= BY_TIMESTEP && i + 1 < next; i++) // nothing but a pass or an update has both sides
                assert_true(s->steps[i].phase >= PHASE_CLIP || s->steps[i].encoder == s->steps[i + 1].encoder);
            p = next;
        }
    }
}

static void moves(void **state) {
    (void)state;
    for_all_kinds(check_moves);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sides),   cmocka_unit_test(found),   cmocka_unit_test(kind_steps),
        cmocka_unit_test(known),   cmocka_unit_test(sources), cmocka_unit_test(handed),
        cmocka_unit_test(numbers), cmocka_unit_test(ledgers), cmocka_unit_test(moves)};
    return cmocka_run_group_tests_name("kinds", tests, NULL, NULL);
}
