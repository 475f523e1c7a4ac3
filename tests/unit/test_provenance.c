// Where numbers come from: the terms of a weighted sum add up to it, the factors of a ledger multiply to what
// the core computed.
#include "provenance.h"
#include "trace_record.h"

enum { MANY = 200 };

static void check_terms_of(const struct word_record *w, int l, int d, int step, int t, int unit) {
    const struct cell_desc *cell = record_cell(w->record);
    struct term terms[MANY];
    int rest_count;
    double rest, bias, recurrent, input, sum = 0;
    int count = provenance_terms(w->record, l, d, step, t, unit, (struct label_style){.notation = NOTATION_COURSE},
                                 terms, MANY, &rest_count, &rest, &bias, &recurrent, &input);
    double z = tape_value(w->record->tape, l, d, cell->steps[step].out, t)[unit];
    assert_int_equal(rest_count, 0);
    assert_true(rest == 0);
    for (int i = 0; i < count; i++) {
        sum += terms[i].value;
        assert_true(terms[i].value != 0);
        if (i) assert_true(fabs(terms[i].value) <= fabs(terms[i - 1].value));
        assert_true(isnan(terms[i].operand) ? terms[i].value == terms[i].weight
                                            : terms[i].value == terms[i].weight * terms[i].operand);
        assert_int_equal(isnan(terms[i].operand), terms[i].operand_tensor == NULL);
        assert_true(terms[i].label[0]);
    }
    assert_true(fabs(sum - z) <= 1e-12 * fmax(1, fabs(z)));
    assert_true(fabs(bias + recurrent + input - z) <= 1e-12 * fmax(1, fabs(z)));
    for (int max = 0; max < 4; max++) {
        struct term few[4];
        int shown = provenance_terms(w->record, l, d, step, t, unit, (struct label_style){.notation = NOTATION_PAPER},
                                     few, max, &rest_count, &rest, &bias, &recurrent, &input);
        assert_int_equal(shown, count < max ? count : max);
        assert_int_equal(shown + rest_count, count);
        double total = rest;
        for (int i = 0; i < shown; i++) {
            assert_true(few[i].value == terms[i].value);
            total += few[i].value;
        }
        assert_true(fabs(total - z) <= 1e-12 * fmax(1, fabs(z)));
    }
}

static void check_terms(struct word_record *w) {
    const struct cell_desc *cell = record_cell(w->record);
    for (int l = 0; l < w->script->layers; l++)
        for (int d = 0; d < w->script->directions; d++)
            for (int step = 0; step < cell->step_count; step++)
                for (int t = 0; cell->steps[step].op == OP_AFFINE && t < WORD_T; t++)
                    for (int unit = 0; unit < WORD_HIDDEN; unit += 3)
                        check_terms_of(w, l, d, step, t, unit);
}

static void terms_add_up(void **state) {
    (void)state;
    for_word_kinds(check_terms);
}

static const struct term *find_term(const struct term *terms, int count, const char *label) {
    for (int i = 0; i < count; i++)
        if (strcmp(terms[i].label, label) == 0) return &terms[i];
    return NULL;
}

static void terms_named(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM, 1, 1);
    struct term terms[MANY];
    int rest_count;
    double rest, bias, recurrent, input;
    int count = provenance_terms(w.record, 0, 0, 0, 3, 6, (struct label_style){.notation = NOTATION_COURSE}, terms,
                                 MANY, &rest_count, &rest, &bias, &recurrent, &input);
    assert_int_equal(count, WORD_HIDDEN + 2); // all units, the one symbol that is read, the bias
    const struct term *o = find_term(terms, count, "w_{7,o} x_o"), *a = find_term(terms, count, "w_{7,8} a_8"),
                      *b = find_term(terms, count, "b_7");
    assert_non_null(o);
    assert_non_null(a);
    assert_non_null(b);
    assert_true(o->operand == 1 && o->value == input);
    assert_string_equal(o->tensor, "param/rnn.weight_ih_l0");
    assert_int_equal(o->row, WORD_HIDDEN + 6); // the forget gate is the second block
    assert_int_equal(o->column, 15);
    assert_true(o->weight == record_param_value(w.record, RECORD_PARAM,
                                                layout_find(&w.record->layout, "rnn.weight_ih_l0"), o->row, o->column));
    assert_string_equal(a->operand_tensor, "forward/l0/a"); // of the timestep before
    assert_int_equal(a->operand_row, 2);
    assert_true(a->operand == tape_value(w.record->tape, 0, 0, 1, 3)[7]);
    assert_true(b->value == bias);
    // The zero vector has no terms, and neither has a<0>: the bias is all.
    count = provenance_terms(w.record, 0, 0, 0, 0, 6, (struct label_style){.notation = NOTATION_COURSE}, terms, MANY,
                             &rest_count, &rest, &bias, &recurrent, &input);
    assert_int_equal(count, 1);
    assert_true(input == 0 && recurrent == 0);
    count = provenance_terms(w.record, 0, 0, 0, 3, 6, (struct label_style){.notation = NOTATION_PYTORCH}, terms, MANY,
                             &rest_count, &rest, &bias, &recurrent, &input);
    assert_non_null(find_term(terms, count, "w_{7,8} h_8"));
    word_release(&w);
}

// --- ledgers ---

static void check_ledger(const struct ledger *ledger) {
    assert_in_range(ledger->count, 0, LEDGER_ROWS - 1);
    double product[WORD_SYMBOLS], sum[WORD_SYMBOLS] = {0};
    int results = 0;
    for (int r = 0; r < ledger->count; r++) {
        const struct ledger_row *row = &ledger->rows[r];
        assert_non_null(row->values);
        assert_true(row->label[0]);
        for (int i = 0; i < row->width; i++) {
            double v = row->values[i], size = fmax(1e-3, fabs(v));
            if (row->op == ' ') product[i] = v;
            if (row->op == '*') product[i] *= v;
            if (row->op == '*' && row->kind == 1) assert_true(v >= 0 && v <= 1);
            if (row->op == '=' && !(fabs(product[i] - v) <= 1e-12 * size))
                fail_msg("%s: the factors give %.17g, the core %.17g", row->label, product[i], v);
            if (row->op == '+' && !(fabs(sum[i] - v) <= 1e-12 * size))
                fail_msg("%s: the terms give %.17g, the core %.17g", row->label, sum[i], v);
            if (row->result) sum[i] += v;
        }
        results += row->result || row->total;
        if (row->op != '*' && (row->result || row->total)) assert_non_null(row->tensor);
        if (r == 0) assert_int_equal(row->op, ' ');
        if (row->total) assert_null(strstr(row->label, "\\col")); // drawn on the highlighter
    }
    if (ledger->count) assert_true(results > 0);
}

static void check_ledgers(struct word_record *w) {
    for (int i = 0; i < w->script->count; i++)
        for (int notation = 0; notation < NOTATION_COUNT; notation++) {
            const struct step *step = &w->script->steps[i];
            struct ledger ledger;
            ledger_init(&ledger, w->record, step, (struct label_style){.notation = (enum notation)notation});
            if (step->kind == STEP_OUTPUT_BACK)
                assert_int_equal(ledger.count, w->record->loss_scale == 1 ? 3 : 4); // with the mean's factor
            else
                check_ledger(&ledger);
            if (step->kind == STEP_SUM || step->kind == STEP_PART_BACK) assert_true(ledger.count >= 2);
            if (step->phase != PHASE_BACKWARD) assert_int_equal(ledger.count, 0);
            ledger_release(&ledger);
        }
}

static void ledgers_multiply(void **state) {
    (void)state;
    for_word_kinds(check_ledgers);
}

struct expected_row {
    char op;
    const char *label, *tensor;
    int kind, row;
    bool result, total;
};

static void expect_ledger(const struct word_record *w, enum step_kind kind, int t, int which,
                          const struct expected_row *rows, int count) {
    struct ledger ledger;
    ledger_init(&ledger, w->record, script_running(w->script, script_find(w->script, kind, 0, 0, t, which)),
                (struct label_style){.notation = NOTATION_COURSE});
    assert_int_equal(ledger.count, count);
    for (int i = 0; i < count; i++) {
        const struct ledger_row *row = &ledger.rows[i];
        assert_int_equal(row->op, rows[i].op);
        assert_string_equal(row->label, rows[i].label);
        assert_int_equal(row->tensor == NULL, rows[i].tensor == NULL);
        if (row->tensor) assert_string_equal(row->tensor, rows[i].tensor);
        assert_int_equal(row->kind, rows[i].kind);
        assert_int_equal(row->row, rows[i].row);
        assert_int_equal(row->result, rows[i].result);
        assert_int_equal(row->total, rows[i].total);
    }
    ledger_release(&ledger);
}

static void ledger_rows(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM, 1, 1);
    const struct expected_row memory[] = {
        {' ', "da^{<2>}", "backward/l0/a", 2, 1, false, false},
        {'*', "\\col{o}{\\Gamma_o^{<2>}}", "forward/l0/gate_o", 1, 1, false, false},
        {'*', "\\t{slope}", NULL, 1, 1, false, false},
        {'=', "\\t{via }a", "backward/sent/l0/11_0", 2, 1, true, false},
        {' ', "dc^{<3>}", "backward/l0/c", 2, 2, false, false},
        {'*', "\\col{f}{\\Gamma_f^{<3>}}", "forward/l0/gate_f", 1, 2, false, false},
        {'=', "\\t{via }c", "backward/sent/l0/8_1", 2, 2, true, false},
        {'+', "dc^{<2>}", "backward/l0/c", 2, 1, false, true},
    };
    expect_ledger(&w, STEP_SUM, 1, 1, memory, 8);
    const struct expected_row gate[] = {
        {' ', "\\col{f}{d\\Gamma_f^{<2>}}", "backward/l0/gate_f", 2, 1, false, false},
        {'*', "\\t{slope}", NULL, 1, 1, false, false},
        {'=', "dz_f^{<2>}", "backward/l0/z_f", 2, 1, true, true},
        {' ', "W_{fa}^{T}dz_f^{<2>}", "backward/sent/l0/0_0", 2, 1, true, false},
    };
    expect_ledger(&w, STEP_PART_BACK, 1, 0, gate, 4);
    expect_ledger(&w, STEP_PART_BACK, 0, 0,
                  (struct expected_row[]){{' ', "\\col{f}{d\\Gamma_f^{<1>}}", "backward/l0/gate_f", 2, 0, false, false},
                                          {'*', "\\t{slope}", NULL, 1, 0, false, false},
                                          {'=', "dz_f^{<1>}", "backward/l0/z_f", 2, 0, true, true}},
                  3);
    const struct expected_row hidden[] = {
        {' ', "da_{\\t{loss}}^{<2>}", "backward/from_loss/l0/a", 2, 1, true, false},
        {' ', "da_{\\t{future}}^{<2>}", "backward/from_future/l0/a", 2, 1, true, false},
        {'+', "da^{<2>}", "backward/l0/a", 2, 1, false, true},
    };
    expect_ledger(&w, STEP_SUM, 1, 0, hidden, 3);
    expect_ledger(&w, STEP_FROM_LOSS, 1, 0, NULL, 0);
    word_release(&w);
}

// A memory with peepholes has five sources: each alone, as the core computed it. A gate hands on through its diagonal.
static void peephole_rows(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM_PEEPHOLE, 1, 1);
    const struct expected_row memory[] = {
        {' ', "\\t{via }\\Gamma_o", "backward/sent/l0/14_0", 2, 1, true, false},
        {' ', "\\t{via }a", "backward/sent/l0/17_0", 2, 1, true, false},
        {' ', "\\t{via }\\Gamma_f", "backward/sent/l0/1_0", 2, 2, true, false},
        {' ', "\\t{via }\\Gamma_u", "backward/sent/l0/5_0", 2, 2, true, false},
        {' ', "\\t{via }c", "backward/sent/l0/10_1", 2, 2, true, false},
        {'+', "dc^{<2>}", "backward/l0/c", 2, 1, false, true},
    };
    expect_ledger(&w, STEP_SUM, 1, 1, memory, 6);
    const struct expected_row gate[] = {
        {' ', "\\col{f}{d\\Gamma_f^{<2>}}", "backward/l0/gate_f", 2, 1, false, false},
        {'*', "\\t{slope}", NULL, 1, 1, false, false},
        {'=', "dz_f^{<2>}", "backward/l0/z_f", 2, 1, true, true},
        {' ', "W_{fa}^{T}dz_f^{<2>}", "backward/sent/l0/0_0", 2, 1, true, false},
        {' ', "dz_f^{<2>}", "backward/l0/z_f", 2, 1, false, false},
        {'*', "w_{fc}", NULL, 0, 1, false, false},
        {'=', "\\t{via }\\Gamma_f", "backward/sent/l0/1_0", 2, 1, true, false},
    };
    expect_ledger(&w, STEP_PART_BACK, 1, 0, gate, 7);
    word_release(&w);
}

// A step that is looked at from another timestep than its own: no rows outside of the record.
static void other_timesteps(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM, 1, 1);
    for (int i = 0; i < w.script->count; i++)
        for (int t = -1; t <= WORD_T; t++) {
            struct step step = w.script->steps[i];
            step.t = t;
            struct ledger ledger;
            ledger_init(&ledger, w.record, &step, (struct label_style){.notation = NOTATION_COURSE});
            if (t < 0 || t >= WORD_T) assert_int_equal(ledger.count, 0);
            ledger_release(&ledger);
        }
    word_release(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms_add_up), cmocka_unit_test(terms_named),     cmocka_unit_test(ledgers_multiply),
        cmocka_unit_test(ledger_rows),  cmocka_unit_test(other_timesteps), cmocka_unit_test(peephole_rows),
    };
    return cmocka_run_group_tests_name("provenance", tests, NULL, NULL);
}
