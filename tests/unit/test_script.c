// The walk: counts, order, moves at every granularity, and what is known where, against a simulation of who
// waits for whom.
#include "trace_record.h"

static int count_kind(const struct script *s, enum step_kind kind) {
    int n = 0;
    for (int i = 0; i < s->count; i++)
        n += s->steps[i].kind == kind;
    return n;
}

static void counts_lstm(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM, 1, 1);
    const struct script *s = w.script;
    const int expected[PHASE_COUNT] = {8 * WORD_T, WORD_T, 11 * WORD_T - 1, 1, 10};
    int first = 0;
    for (int p = 0; p < PHASE_COUNT; p++) {
        assert_int_equal(s->phase_count[p], expected[p]);
        assert_int_equal(s->phase_first[p], first);
        first += expected[p];
    }
    assert_int_equal(s->count, first);
    word_release(&w);
}

static void counts_rnn(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_RNN, 1, 1);
    const int expected[PHASE_COUNT] = {3 * WORD_T, WORD_T, 5 * WORD_T - 1, 1, 4};
    for (int p = 0; p < PHASE_COUNT; p++)
        assert_int_equal(w.script->phase_count[p], expected[p]);
    word_release(&w);
}

static void backward_order(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM, 1, 1);
    const enum step_kind kinds[] = {STEP_OUTPUT_BACK, STEP_FROM_LOSS, STEP_FROM_FUTURE, STEP_SUM,
                                    STEP_PART_BACK,   STEP_SUM,       STEP_PART_BACK,   STEP_PART_BACK,
                                    STEP_PART_BACK,   STEP_PART_BACK, STEP_PART_BACK};
    const char *const parts[] = {"", "", "", "", "activation", "", "memory", "gate_o", "c_tilde", "gate_u", "gate_f"};
    int at = script_find(w.script, STEP_OUTPUT_BACK, -1, -1, 2, -1) - 1;
    for (int i = 0; i < 11; i++) {
        const struct step *step = &w.script->steps[at + i];
        assert_int_equal(step->kind, kinds[i]);
        assert_int_equal(step->t, 2);
        if (*parts[i]) assert_int_equal(step->part, cell_part_by_id(record_cell(w.record), parts[i]));
        if (step->kind == STEP_SUM) assert_int_equal(step->state, i == 3 ? 0 : 1);
    }
    word_release(&w);
}

// --- moves ---

static void check_moves(struct word_record *w) {
    const struct script *s = w->script;
    bool *coarser = mem_need((size_t)s->count + 1, sizeof *coarser),
         *here = mem_need((size_t)s->count + 1, sizeof *here);
    for (int p = 0; p <= s->count; p++)
        coarser[p] = p == 0 || p == s->count;
    for (int by = BY_UPDATE; by >= BY_OPERATION; by--) {
        memset(here, 0, ((size_t)s->count + 1) * sizeof *here);
        int p = 0, moves = 0;
        for (here[0] = true; p < s->count; moves++) {
            int next = script_move(s, p, (enum granularity)by, 1);
            assert_true(next > p && next <= s->count);
            assert_int_equal(script_move(s, next, (enum granularity)by, -1), p); // there and back
            p = next;
            here[p] = true;
        }
        assert_int_equal(script_move(s, s->count, (enum granularity)by, 1), s->count);
        assert_int_equal(script_move(s, 0, (enum granularity)by, -1), 0);
        for (; p > 0; moves--)
            p = script_move(s, p, (enum granularity)by, -1);
        assert_int_equal(moves, 0);
        if (by == BY_UPDATE) assert_int_equal(script_move(s, 0, BY_UPDATE, 1), s->count);
        for (int k = 0; k <= s->count; k++) {
            assert_true(!coarser[k] || here[k]); // a boundary of the coarse is one of the fine
            // From the middle of a unit: to its own ends.
            assert_true(here[script_move(s, k, (enum granularity)by, 1)] &&
                        here[script_move(s, k, (enum granularity)by, -1)]);
            coarser[k] = here[k];
        }
    }
    // Any sequence of moves at mixed granularities stays inside, and a move of one operation can always be
    // taken back.
    struct rng rng = rng_seed(11);
    for (int i = 0, p = 0; i < 2000; i++) {
        p = script_move(s, p, (enum granularity)rng_below(&rng, GRANULARITY_COUNT), rng_below(&rng, 2) ? 1 : -1);
        assert_in_range(p, 0, s->count);
        if (p > 0) assert_int_equal(script_move(s, script_move(s, p, BY_OPERATION, -1), BY_OPERATION, 1), p);
    }
    mem_free(coarser);
    mem_free(here);
}

static void moves(void **state) {
    (void)state;
    for_word_kinds(check_moves);
}

static void move_units(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM, 1, 1);
    assert_int_equal(script_move(w.script, 0, BY_CELL, 1), 7); // input and six parts
    assert_int_equal(script_move(w.script, 7, BY_CELL, 1), 8); // the output
    assert_int_equal(script_move(w.script, 0, BY_TIMESTEP, 1), 8);
    assert_int_equal(script_move(w.script, 3, BY_TIMESTEP, -1), 0);
    assert_int_equal(script_move(w.script, 0, BY_PASS, 1), 8 * WORD_T);
    int back = w.script->phase_first[PHASE_BACKWARD];
    assert_int_equal(script_move(w.script, back, BY_TIMESTEP, 1),
                     back + 10); // no future at the last timestep
    assert_int_equal(script_move(w.script, -5, BY_OPERATION, 1), 1);
    assert_int_equal(script_move(w.script, 1 << 30, BY_OPERATION, -1), w.script->count - 1);
    word_release(&w);
}

// --- what is known where ---

// Counts what every vector has got so far, and asserts that no step runs before what it needs is there.
struct simulation {
    const struct record *record;
    const struct script *script;
    const struct cell_desc *cell;
    struct {
        bool value[CELL_MAX_SLOTS], whole[CELL_MAX_SLOTS], heard, future;
        int got[CELL_MAX_SLOTS];
    } at[3][2][WORD_T];
    bool output[WORD_T], loss[WORD_T], output_back[WORD_T];
};

static int readers(const struct cell_desc *cell, int slot) {
    int n = 0;
    for (int i = 0; i < cell->step_count; i++)
        n += (cell->steps[i].in[0] == slot) + (cell->steps[i].in[1] == slot);
    return n;
}

static int state_of(const struct cell_desc *cell, int slot) {
    for (int s = 0; s < cell->state_count; s++)
        if (cell->state_out[s] == slot) return s;
    return -1;
}

static void sim_input(struct simulation *sim, const struct step *step, int before) {
    for (int s = 0; s < sim->cell->state_count; s++) {
        if (before >= 0 && before < WORD_T)
            assert_true(sim->at[step->layer][step->direction][before].value[sim->cell->state_out[s]]);
        sim->at[step->layer][step->direction][step->t].value[sim->cell->state_in[s]] = true;
    }
    for (int d = 0; step->layer > 0 && d < sim->script->directions; d++)
        assert_true(sim->at[step->layer - 1][d][step->t].value[sim->cell->state_out[0]]);
    sim->at[step->layer][step->direction][step->t].value[sim->cell->input] = true;
}

static void sim_part(struct simulation *sim, const struct step *step) {
    const struct cell_part *part = &sim->cell->parts[step->part];
    bool *value = sim->at[step->layer][step->direction][step->t].value;
    for (int i = part->first; i < part->first + part->count; i++) {
        for (int k = 0; k < 2; k++)
            if (sim->cell->steps[i].in[k] >= 0) assert_true(value[sim->cell->steps[i].in[k]]);
        value[sim->cell->steps[i].out] = true;
    }
}

static void sim_sum(struct simulation *sim, const struct step *step, int after) {
    int slot = sim->cell->state_out[step->state];
    assert_int_equal(sim->at[step->layer][step->direction][step->t].got[slot], readers(sim->cell, slot));
    bool top = step->layer == sim->script->layers - 1, last = after < 0 || after >= WORD_T;
    if (step->state == 0) {
        bool wants = !top || sim->record->example.target[step->t] >= 0;
        assert_int_equal(sim->at[step->layer][step->direction][step->t].heard, wants);
        assert_int_equal(sim->at[step->layer][step->direction][step->t].future, !last);
    }
    if (!last) assert_true(sim->at[step->layer][step->direction][after].whole[sim->cell->state_in[step->state]]);
    sim->at[step->layer][step->direction][step->t].whole[slot] = true;
}

static void sim_part_back(struct simulation *sim, const struct step *step) {
    const struct cell_part *part = &sim->cell->parts[step->part];
    for (int i = part->first + part->count - 1; i >= part->first; i--) {
        const struct cell_step *s = &sim->cell->steps[i];
        assert_true(sim->at[step->layer][step->direction][step->t].whole[s->out]);
        for (int k = 0; k < 2; k++) {
            int in = s->in[k];
            if (in < 0) continue;
            int got = ++sim->at[step->layer][step->direction][step->t].got[in];
            if (got == readers(sim->cell, in) && state_of(sim->cell, in) < 0)
                sim->at[step->layer][step->direction][step->t].whole[in] = true;
        }
    }
}

static void simulate(struct simulation *sim, const struct step *step) {
    int way = step->direction == 1 ? -1 : 1;
    switch (step->kind) {
    case STEP_INPUT:
        sim_input(sim, step, step->t - way);
        break;
    case STEP_PART:
        sim_part(sim, step);
        break;
    case STEP_OUTPUT:
        for (int d = 0; d < sim->script->directions; d++)
            assert_true(sim->at[sim->script->layers - 1][d][step->t].value[sim->cell->state_out[0]]);
        sim->output[step->t] = true;
        break;
    case STEP_LOSS:
        assert_true(sim->output[step->t]);
        sim->loss[step->t] = true;
        break;
    case STEP_OUTPUT_BACK:
        sim->output_back[step->t] = true;
        break;
    case STEP_FROM_LOSS:
        if (step->layer == sim->script->layers - 1) assert_true(sim->output_back[step->t]);
        for (int d = 0; step->layer < sim->script->layers - 1 && d < sim->script->directions; d++)
            assert_true(sim->at[step->layer + 1][d][step->t].whole[sim->cell->input]);
        sim->at[step->layer][step->direction][step->t].heard = true;
        break;
    case STEP_FROM_FUTURE:
        assert_true(sim->at[step->layer][step->direction][step->t + way].whole[sim->cell->state_in[0]]);
        sim->at[step->layer][step->direction][step->t].future = true;
        break;
    case STEP_SUM:
        sim_sum(sim, step, step->t + way);
        break;
    case STEP_PART_BACK:
        sim_part_back(sim, step);
        break;
    default:
        break;
    }
}

static void compare(const struct simulation *sim, int p) {
    const struct script *s = sim->script;
    for (int l = 0; l < s->layers; l++)
        for (int d = 0; d < s->directions; d++)
            for (int t = 0; t < WORD_T; t++) {
                for (int slot = 0; slot < sim->cell->slot_count; slot++) {
                    assert_int_equal(script_has_value(s, sim->cell, p, l, d, slot, t), sim->at[l][d][t].value[slot]);
                    assert_int_equal(script_has_grad(s, sim->cell, p, l, d, slot, t), sim->at[l][d][t].whole[slot]);
                }
                assert_int_equal(script_has_from_loss(s, p, l, d, t), sim->at[l][d][t].heard);
                assert_int_equal(script_has_from_future(s, p, l, d, t), sim->at[l][d][t].future);
            }
    for (int t = 0; t < WORD_T; t++) {
        assert_int_equal(script_has_output(s, p, t), sim->output[t]);
        assert_int_equal(script_has_loss(s, p, t), sim->loss[t]);
    }
}

static void check_known(struct word_record *w) {
    struct simulation *sim = mem_need(1, sizeof *sim);
    *sim = (struct simulation){.record = w->record, .script = w->script, .cell = record_cell(w->record)};
    compare(sim, 0);
    for (int p = 1; p <= w->script->count; p++) {
        simulate(sim, &w->script->steps[p - 1]);
        compare(sim, p);
    }
    // At the end every part has run and gone back, every loss that is asked is there.
    for (int t = 0; t < WORD_T; t++)
        assert_int_equal(sim->loss[t], w->record->example.target[t] >= 0);
    for (int l = 0; l < w->script->layers; l++)
        for (int d = 0; d < w->script->directions; d++)
            for (int t = 0; t < WORD_T; t++)
                for (int slot = 0; slot < sim->cell->slot_count; slot++)
                    assert_true(sim->at[l][d][t].value[slot] && sim->at[l][d][t].whole[slot]);
    mem_free(sim);
}

static void known(void **state) {
    (void)state;
    for_word_kinds(check_known);
}

// Only the last timestep is asked: one loss, and gradients that come from the future alone.
static void many_to_one(void **state) {
    (void)state;
    struct word_record w;
    word_model(&w, CELL_LSTM, ACTIVATION_TANH, 1, 1);
    for (int t = 0; t < WORD_T - 1; t++)
        w.target[t] = -1;
    w.model.layout.spec.kind = NET_MANY_TO_ONE;
    word_run(&w, REDUCTION_SUM);
    assert_int_equal(count_kind(w.script, STEP_OUTPUT), 1);
    assert_int_equal(count_kind(w.script, STEP_LOSS), 1);
    assert_int_equal(count_kind(w.script, STEP_FROM_LOSS), 1);
    assert_int_equal(count_kind(w.script, STEP_FROM_FUTURE), WORD_T - 1);
    assert_false(script_has_loss(w.script, w.script->count, 0));
    assert_true(script_has_loss(w.script, w.script->count, WORD_T - 1));
    check_known(&w);
    word_release(&w);
}

// --- finding ---

static void check_find(struct word_record *w) {
    const struct script *s = w->script;
    for (int i = 0; i < s->count; i++) {
        const struct step *step = &s->steps[i];
        if (step->kind == STEP_CLIP || step->kind == STEP_UPDATE) continue;
        int which = step->part >= 0 ? step->part : step->state;
        assert_int_equal(script_find(s, step->kind, step->layer, step->direction, step->t, which), i + 1);
        assert_ptr_equal(script_running(s, i + 1), step);
        int first = script_first_t(s, i + 1, -1, -1, step->t);
        assert_int_equal(s->steps[first - 1].t, step->t);
        assert_int_equal(s->steps[first - 1].phase, step->phase);
        for (int k = s->phase_first[step->phase]; k < first - 1; k++)
            assert_int_not_equal(s->steps[k].t, step->t);
    }
    assert_null(script_running(s, 0));
    assert_null(script_running(s, s->count + 1));
    assert_int_equal(script_find(s, STEP_PART, 0, 0, WORD_T, 0), -1);
    assert_int_equal(script_find(s, STEP_PART, 0, 0, 0, s->parts), -1);
    assert_int_equal(script_find(s, STEP_SUM, s->layers, 0, 0, 0), -1);
    assert_int_equal(script_find(s, STEP_FROM_FUTURE, 0, 0, WORD_T - 1, 0), -1);
    assert_int_equal(script_find(s, STEP_CLIP, -1, -1, -1, -1), s->phase_first[PHASE_CLIP] + 1);
    int update = script_find(s, STEP_UPDATE, -1, -1, -1, -1);
    assert_int_equal(update, s->count - 1);
    assert_int_equal(script_first_t(s, s->count, 0, 0, WORD_T), -1);
}

static void finding(void **state) {
    (void)state;
    for_word_kinds(check_find);
}

static void titles(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM, 1, 1);
    const struct {
        enum step_kind kind;
        int t, which;
        const char *title;
    } cases[] = {
        {STEP_INPUT, 0, -1, "Input, t = 1"},
        {STEP_PART, 3, 0, "Forget gate, t = 4"},
        {STEP_OUTPUT, 5, -1, "Output, t = 6"},
        {STEP_LOSS, 1, -1, "Loss, t = 2"},
        {STEP_OUTPUT_BACK, 1, -1, "Output gradient, t = 2"},
        {STEP_FROM_LOSS, 1, 0, "From this step’s loss, t = 2"},
        {STEP_FROM_FUTURE, 1, 0, "From the future, t = 2"},
        {STEP_SUM, 1, 0, "Activation gradient, t = 2"},
        {STEP_SUM, 1, 1, "Memory gradient, t = 2"},
        {STEP_PART_BACK, 1, 4, "Back through the memory, t = 2"},
        {STEP_PART_BACK, 1, 0, "Forget gate gradient, t = 2"},
    };
    char title[128];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int p = script_find(w.script, cases[i].kind, 0, 0, cases[i].t, cases[i].which);
        assert_true(p > 0);
        step_title(w.record, script_running(w.script, p), title, sizeof title);
        assert_string_equal(title, cases[i].title);
    }
    const char *const updates[] = {"Clip", "Update, update gate weights", "Update, update gate bias"};
    for (int i = 0; i < 3; i++) {
        step_title(w.record, &w.script->steps[w.script->phase_first[PHASE_CLIP] + i], title, sizeof title);
        assert_string_equal(title, updates[i]);
    }
    step_title(w.record, &w.script->steps[w.script->count - 1], title, sizeof title);
    assert_string_equal(title, "Update, output bias");
    char small[8];
    step_title(w.record, &w.script->steps[0], small, sizeof small);
    assert_string_equal(small, "Input, ");
    assert_string_equal(phase_title(PHASE_BACKWARD), "Backward");
    word_release(&w);
    word_init(&w, CELL_RNN, 2, 2);
    step_title(w.record, script_running(w.script, script_find(w.script, STEP_FROM_LOSS, 0, 1, 1, 0)), title,
               sizeof title);
    assert_string_equal(title, "From the layer above, layer 1 (reverse), t = 2");
    word_release(&w);
}

static void memory_runs_out(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM, 1, 1);
    for (long n = 1; n <= 4; n++) {
        struct err err = {0};
        mem_fail_at(n);
        struct script *script = script_new(w.record, &err);
        mem_fail_at(0);
        assert_null(script);
        assert_int_equal(err.code, ERR_MEMORY);
    }
    word_release(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_lstm),     cmocka_unit_test(counts_rnn), cmocka_unit_test(backward_order),
        cmocka_unit_test(moves),           cmocka_unit_test(move_units), cmocka_unit_test(known),
        cmocka_unit_test(many_to_one),     cmocka_unit_test(finding),    cmocka_unit_test(titles),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests_name("script", tests, NULL, NULL);
}
