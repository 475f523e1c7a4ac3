// A learner's arrays held against a record: the names, the orders of the axes, the first difference, and every classic
// mistake by its own name. The arrays with mistakes are made here, by hand, from the course's formulas.
#include "homework.h"
#include "trace_record.h"

struct hand { // an array made by a test
    int dims;
    int64_t shape[3];
    double data[64 * 1024];
};

static struct hand hand;

static const struct homework_array *named(const char *name) {
    static struct homework_array array;
    array = (struct homework_array){name, hand.dims, hand.shape, hand.data};
    return &array;
}

static struct homework_finding check_one(const struct record *record, const char *name) {
    struct err err = {0};
    struct homework *work = homework_check(record, named(name), 1, 1e-4, &err);
    assert_non_null(work);
    struct homework_finding finding = work->list[0];
    homework_free(work);
    return finding;
}

static void expect(const struct record *record, const char *name, enum homework_verdict verdict, const char *guess) {
    struct homework_finding finding = check_one(record, name);
    if (finding.verdict != verdict || (guess && !strstr(finding.guess, guess)))
        fail_msg("%s: verdict %d, \"%s\", guess \"%s\"", name, finding.verdict, finding.said, finding.guess);
}

// (T, H) of a slot or its gradient; units first when turned.
static void take_slot(const struct record *record, const char *id, bool gradient, bool turned) {
    int slot = cell_slot_by_id(record_cell(record), id), T = record_T(record), H = record_H(record);
    assert_true(slot >= 0);
    hand.dims = 2;
    hand.shape[0] = turned ? H : T;
    hand.shape[1] = turned ? T : H;
    for (int t = 0; t < T; t++)
        for (int i = 0; i < H; i++)
            hand.data[turned ? i * T + t : t * H + i] =
                (gradient ? tape_grad : tape_value)(record->tape, 0, 0, slot, t)[i];
}

// (out, in) of a parameter or its gradient.
static void take_param(const struct record *record, const char *name, bool gradient) {
    int param = layout_find(&record->layout, name);
    assert_true(param >= 0);
    const struct param *about = &record->layout.params[param];
    bool vector = param_is_vector(about->role);
    hand.dims = vector ? 1 : 2;
    hand.shape[0] = about->out;
    hand.shape[1] = about->in;
    for (int r = 0; r < about->out; r++)
        for (int c = 0; c < about->in; c++)
            hand.data[r * about->in + c] =
                record_param_value(record, gradient ? RECORD_GRAD : RECORD_PARAM, param, r, c);
}

static void map(double factor, double plus) {
    for (size_t k = 0; k < sizeof hand.data / sizeof *hand.data; k++)
        hand.data[k] = factor * hand.data[k] + plus;
}

static void knows_what_is_right(void **state) {
    (void)state;
    static const struct {
        const char *name, *slot;
        bool gradient;
    } lstm[] = {{"a", "a", false},
                {"a_next", "a", false},
                {"h", "a", false},
                {"c", "c", false},
                {"ft", "gate_f", false},
                {"it", "gate_u", false},
                {"ot", "gate_o", false},
                {"cct", "c_tilde", false},
                {"gate_f", "gate_f", false},
                {"z_o", "z_o", false},
                {"forward/l0/tanh_c", "tanh_c", false},
                {"da", "a", true},
                {"dc_next", "c", true},
                {"da_prev", "a_prev", true},
                {"dft", "gate_f", true},
                {"dft", "z_f", true}, // the exercises mean the weighted sum's
                {"dcct", "z_c", true},
                {"dz_u", "z_u", true},
                {"grad_gate_o", "gate_o", true},
                {"backward/l0/c_tilde", "c_tilde", true}};
    struct word_record w;
    word_init(&w, CELL_LSTM, 1, 1);
    for (size_t k = 0; k < sizeof lstm / sizeof *lstm; k++)
        for (int turned = 0; turned < 2; turned++) {
            take_slot(w.record, lstm[k].slot, lstm[k].gradient, turned);
            expect(w.record, lstm[k].name, HOMEWORK_RIGHT, NULL);
            hand.dims = 3; // (units, one example, time), as the exercises have it
            if (turned) hand.shape[2] = hand.shape[1], hand.shape[1] = 1;
            if (turned) expect(w.record, lstm[k].name, HOMEWORK_RIGHT, NULL);
            hand.data[7] += 0.01;
            hand.dims = turned ? 3 : 2;
            expect(w.record, lstm[k].name, HOMEWORK_DIFFERS, NULL);
        }
    static const struct {
        const char *name, *param;
        bool gradient;
    } params[] = {{"weight_ih_l0", "rnn.weight_ih_l0", false},
                  {"rnn.weight_hh_l0", "rnn.weight_hh_l0", false},
                  {"weight_hh_l0.grad", "rnn.weight_hh_l0", true},
                  {"grad/rnn.weight_hh_l0", "rnn.weight_hh_l0", true},
                  {"Wya", "head.weight", false},
                  {"dWya", "head.weight", true},
                  {"dby", "head.bias", true}};
    for (size_t k = 0; k < sizeof params / sizeof *params; k++) {
        take_param(w.record, params[k].param, params[k].gradient);
        expect(w.record, params[k].name, HOMEWORK_RIGHT, NULL);
    }
    word_release(&w);
}

// The course's W_f is [W_fa, W_fx].
static void knows_the_courses_gates(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM, 1, 1);
    const struct cell_desc *cell = record_cell(w.record);
    int recurrent = layout_find(&w.record->layout, "rnn.weight_hh_l0"),
        input = layout_find(&w.record->layout, "rnn.weight_ih_l0"), H = record_H(w.record), I = WORD_SYMBOLS;
    for (int b = 0; b < cell->block_count; b++) {
        char name[8];
        snprintf(name, sizeof name, "dW%s", cell->blocks[b].id);
        hand.dims = 2;
        hand.shape[0] = H;
        hand.shape[1] = H + I;
        for (int r = 0; r < H; r++)
            for (int c = 0; c < H + I; c++)
                hand.data[r * (H + I) + c] = c < H ? record_param_value(w.record, RECORD_GRAD, recurrent, b * H + r, c)
                                                   : record_param_value(w.record, RECORD_GRAD, input, b * H + r, c - H);
        expect(w.record, name, HOMEWORK_RIGHT, NULL);
    }
    word_release(&w);
}

static void says_where_it_differs_first(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_GRU, 1, 1);
    take_slot(w.record, "gate_u", false, false);
    double right = hand.data[3 * WORD_HIDDEN + 5];
    hand.data[3 * WORD_HIDDEN + 5] += 0.25;
    hand.data[4 * WORD_HIDDEN + 1] += 1;
    struct homework_finding f = check_one(w.record, "gate_u");
    assert_int_equal(f.verdict, HOMEWORK_DIFFERS);
    assert_int_equal(f.t, 3);
    assert_int_equal(f.unit, 5);
    assert_string_equal(f.tensor, "forward/l0/gate_u");
    assert_true(f.expected == right && f.found == right + 0.25 && f.largest == 1);
    assert_non_null(strstr(f.said, "t = 4, entry 6"));
    assert_string_equal(f.guess, "");
    hand.dims = 1;
    hand.shape[0] = 5;
    assert_int_equal(check_one(w.record, "gate_u").verdict, HOMEWORK_SHAPE);
    assert_int_equal(check_one(w.record, "nothing_like_it").verdict, HOMEWORK_UNKNOWN);
    take_slot(w.record, "c", false, true);
    hand.shape[1] = WORD_T + 1;
    expect(w.record, "c", HOMEWORK_SHAPE, "the state before the first one");
    word_release(&w);
}

// Of several arrays the one that goes wrong first in the order of computation.
static void finds_the_first_of_many(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM, 1, 1);
    static double late[WORD_T * WORD_HIDDEN], early[WORD_T * WORD_HIDDEN], back[WORD_T * WORD_HIDDEN];
    take_slot(w.record, "gate_f", false, false);
    memcpy(late, hand.data, sizeof late);
    late[4 * WORD_HIDDEN] += 1;
    take_slot(w.record, "a", false, false);
    memcpy(early, hand.data, sizeof early);
    early[2 * WORD_HIDDEN] += 1;
    take_slot(w.record, "a", true, false);
    memcpy(back, hand.data, sizeof back);
    back[5 * WORD_HIDDEN] += 1;
    const int64_t shape[] = {WORD_T, WORD_HIDDEN};
    const struct homework_array arrays[] = {
        {"da", 2, shape, back}, {"ft", 2, shape, late}, {"a", 2, shape, early}, {"what", 2, shape, early}};
    struct err err = {0};
    struct homework *work = homework_check(w.record, arrays, 4, 1e-4, &err);
    assert_non_null(work);
    assert_int_equal(work->first, 2);
    assert_int_equal(work->list[3].verdict, HOMEWORK_UNKNOWN);
    homework_free(work);
    word_release(&w);
}

static void names_what_the_array_shows(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM, 1, 1);
    take_slot(w.record, "c_tilde", false, false);
    map(-1, 0);
    expect(w.record, "cct", HOMEWORK_DIFFERS, "sign");
    take_slot(w.record, "gate_f", false, false);
    map(-1, 1);
    expect(w.record, "ft", HOMEWORK_DIFFERS, "1 minus");
    take_param(w.record, "rnn.weight_hh_l0", true);
    map(1.0 / WORD_T, 0);
    expect(w.record, "weight_hh_l0.grad", HOMEWORK_DIFFERS, "a mean where the sum");
    map(3.0 * WORD_T, 0);
    expect(w.record, "weight_hh_l0.grad", HOMEWORK_DIFFERS, "3 times");
    take_slot(w.record, "a", false, false);
    memmove(hand.data + WORD_HIDDEN, hand.data, (WORD_T - 1) * WORD_HIDDEN * sizeof *hand.data);
    expect(w.record, "a", HOMEWORK_DIFFERS, "too late");
    take_slot(w.record, "a", false, false);
    memmove(hand.data, hand.data + WORD_HIDDEN, (WORD_T - 1) * WORD_HIDDEN * sizeof *hand.data);
    expect(w.record, "a", HOMEWORK_DIFFERS, "too early");
    // i f g o in place of the blocks' own order
    take_param(w.record, "rnn.weight_ih_l0", true);
    enum { BLOCK = WORD_HIDDEN * WORD_SYMBOLS };
    static double kept[BLOCK];
    memcpy(kept, hand.data, sizeof kept);
    memmove(hand.data, hand.data + BLOCK, sizeof kept);
    memcpy(hand.data + BLOCK, kept, sizeof kept);
    expect(w.record, "weight_ih_l0.grad", HOMEWORK_DIFFERS,
           "this array: the gate blocks stand in the order f, u, c, o");
    word_release(&w);
}

static void names_what_is_missing(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM, 1, 1);
    int T = record_T(w.record), H = record_H(w.record);
    hand.dims = 2;
    hand.shape[0] = T;
    hand.shape[1] = H;
    for (int t = 0; t < T; t++)
        memcpy(hand.data + t * H, tape_from_loss(w.record->tape, 0, 0, 0, t), (size_t)H * sizeof *hand.data);
    expect(w.record, "da", HOMEWORK_DIFFERS, "da_next");
    int param = layout_find(&w.record->layout, "rnn.weight_hh_l0");
    static double part[4 * WORD_HIDDEN * WORD_HIDDEN];
    tape_param_grad_at(w.record->tape, &w.record->layout, &w.record->example, param, T - 1, part);
    hand.shape[0] = 4 * H;
    for (int r = 0; r < 4 * H; r++)
        for (int c = 0; c < H; c++)
            hand.data[r * H + c] = part[c * 4 * H + r];
    expect(w.record, "weight_hh_l0.grad", HOMEWORK_DIFFERS, "add up");
    word_release(&w);
}

// A record of a network whose weights were read in a wrong way, as a learner's code would.
static void names_what_the_network_shows(void **state) {
    (void)state;
    static const struct {
        enum cell_id cell;
        int mistake;
        const char *array, *slot, *said;
    } cases[] = {{CELL_LSTM, 0, "a", "a", "added twice"},
                 {CELL_GRU, 0, "c", "c", "added twice"},
                 {CELL_RNN, 1, "a", "a", "left out"},
                 {CELL_LSTM, 2, "c", "c", "used transposed"},
                 {CELL_GRU, 3, "c", "c", "flipped"},
                 {CELL_GRU_SIMPLE, 3, "c", "c", "flipped"},
                 {CELL_RNN, 4, "a", "a", "nothing is carried"},
                 {CELL_LSTM, 5, "a", "a", "read wrongly"}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct word_record w;
        word_model(&w, cases[k].cell, ACTIVATION_TANH, 1, 1);
        for (int p = 0; p < w.model.layout.count; p++) // biases that say something
            for (int i = 0; w.model.layout.params[p].role == PARAM_BIAS && i < w.model.layout.params[p].out; i++)
                w.model.params[w.model.layout.params[p].offset + (size_t)i] = (float)(0.3 + 0.1 * i);
        struct word_record wrong = w;
        struct err err = {0};
        assert_true(model_copy(&wrong.model, &w.model, &err));
        wrong.example.x = wrong.x;
        wrong.example.target = wrong.target;
        for (int p = 0; p < wrong.model.layout.count; p++) {
            const struct param *param = &wrong.model.layout.params[p];
            float *v = wrong.model.params + param->offset;
            const int out = param->out, H = WORD_HIDDEN;
            for (int r = 0; r < param->in; r++)
                for (int c = 0; c < out; c++) {
                    float *at = &v[r * out + c];
                    if (cases[k].mistake == 0 && param_is_vector(param->role)) *at *= 2;
                    if (cases[k].mistake == 1 && param_is_vector(param->role)) *at = 0;
                    if (cases[k].mistake == 4 && param->role == PARAM_RECURRENT) *at = 0;
                    if (cases[k].mistake == 2 && param->role == PARAM_RECURRENT && c % H > r) {
                        float *other = &v[c % H * out + c / H * H + r], kept = *at;
                        *at = *other;
                        *other = kept;
                    }
                    if (cases[k].mistake == 3 && param->layer >= 0 &&
                        cell_describe(cases[k].cell, ACTIVATION_TANH)->blocks[c / H].identity == IDENTITY_U)
                        *at = -*at;
                    if (cases[k].mistake == 5 && param->layer >= 0 && c < H) { // the first two blocks exchanged
                        float kept = *at;
                        *at = v[r * out + c + H];
                        v[r * out + c + H] = kept;
                    }
                }
        }
        word_run(&w, REDUCTION_SUM);
        word_run(&wrong, REDUCTION_SUM);
        take_slot(wrong.record, cases[k].slot, false, true);
        expect(w.record, cases[k].array, HOMEWORK_DIFFERS, cases[k].said);
        word_release(&w);
        word_release(&wrong);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_what_is_right),          cmocka_unit_test(knows_the_courses_gates),
        cmocka_unit_test(says_where_it_differs_first),  cmocka_unit_test(finds_the_first_of_many),
        cmocka_unit_test(names_what_the_array_shows),   cmocka_unit_test(names_what_is_missing),
        cmocka_unit_test(names_what_the_network_shows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
