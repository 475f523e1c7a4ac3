// Edits: each kind is the record computed by hand through the core with a changed example, changed parameters or
// clamps; what is wrong is told; words and sentences.
#include "trace_record.h"

#include "analysis.h"
#include "edit.h"
#include "rng.h"
#include "str.h"
#include "tape.h"

static struct word_record w;

static void open_word(enum cell_id cell, int layers, int directions) {
    word_model(&w, cell, ACTIVATION_TANH, layers, directions);
    word_run(&w, REDUCTION_SUM);
}

static size_t unread; // a weight of a symbol that the example does not have

static struct record *with(const struct edits *edits) {
    struct edited edited;
    struct err err = {0};
    if (!edited_init(&edited, edits, &w.model, &w.example, w.record->tape, &err)) fail_msg("%s", err.message);
    struct record *record = record_new_with(&edited.model, &edited.example, &edited.clamps,
                                            &(struct record_texts){.symbols = w.symbols, .symbol_count = WORD_SYMBOLS},
                                            REDUCTION_SUM, &w.options, NULL, NULL, 1, &err);
    edited_release(&edited);
    if (!record) fail_msg("%s", err.message);
    return record;
}

static struct record *by_hand(const struct model *model, const struct example *example, const struct clamps *clamps) {
    struct err err = {0};
    struct record *record = record_new_with(model, example, clamps,
                                            &(struct record_texts){.symbols = w.symbols, .symbol_count = WORD_SYMBOLS},
                                            REDUCTION_SUM, &w.options, NULL, NULL, 1, &err);
    if (!record) fail_msg("%s", err.message);
    return record;
}

// Bit for bit: every tensor of both.
struct all {
    double *data;
    size_t count, room;
};
static void collect(void *context, const char *name, int dims, const int64_t *shape, const double *data) {
    (void)name;
    struct all *all = context;
    size_t count = 1;
    for (int k = 0; k < dims; k++)
        count *= (size_t)shape[k];
    if (all->count + count > all->room) {
        size_t room = 2 * (all->count + count);
        all->data = mem_grow(all->data, all->room * sizeof(double), room * sizeof(double));
        all->room = room;
    }
    memcpy(all->data + all->count, data, count * sizeof(double));
    all->count += count;
}

static void assert_same(const struct record *a, const struct record *b) {
    struct all one = {0}, other = {0};
    assert_true(record_each(a, collect, &one) && record_each(b, collect, &other));
    assert_int_equal(one.count, other.count);
    assert_memory_equal(one.data, other.data, one.count * sizeof(double));
    mem_free(one.data);
    mem_free(other.data);
}

static void is(struct edits edits, const struct model *model, const struct example *example,
               const struct clamps *clamps) {
    struct record *found = with(&edits), *expected = by_hand(model, example, clamps);
    assert_same(found, expected);
    assert_true(found->loss != w.record->loss || found->params[unread] != w.record->params[unread]);
    record_free(found);
    record_free(expected);
}

static struct edits one(struct edit edit) {
    return (struct edits){.count = 1, .list = {edit}};
}

static void each_kind_is_what_the_core_computes(void **state) {
    (void)state;
    open_word(CELL_LSTM, 2, 2);
    const struct cell_desc *cell = record_cell(w.record);
    int gate = cell_slot_by_id(cell, "gate_f"), a = cell_slot_by_id(cell, "a");
    struct clamps clamps = {.count = 1, .list = {{-1, -1, gate, -1, 2, 4, 0.25}}};
    is(one((struct edit){.kind = EDIT_CLAMP,
                         .layer = -1,
                         .direction = -1,
                         .slot = gate,
                         .unit = -1,
                         .from = 2,
                         .to = 4,
                         .value = 0.25}),
       &w.model, &w.example, &clamps);
    clamps = (struct clamps){.count = 1, .list = {{1, 1, a, 3, 2, 2, -0.5}}};
    is(one((struct edit){
           .kind = EDIT_CLAMP, .layer = 1, .direction = 1, .slot = a, .unit = 3, .from = 2, .to = 2, .value = -0.5}),
       &w.model, &w.example, &clamps);

    int x[WORD_T], target[WORD_T];
    memcpy(x, w.x, sizeof x);
    memcpy(target, w.target, sizeof target);
    struct example other = w.example;
    other.x = x;
    other.target = target;
    x[3] = 7;
    is(one((struct edit){.kind = EDIT_SYMBOL, .from = 3, .symbol = 7}), &w.model, &other, NULL);
    x[3] = -1;
    is(one((struct edit){.kind = EDIT_SYMBOL, .from = 3, .symbol = -1}), &w.model, &other, NULL);
    x[3] = w.x[3];
    target[1] = 2;
    is(one((struct edit){.kind = EDIT_TARGET, .from = 1, .symbol = 2}), &w.model, &other, NULL);
    target[1] = -1;
    is(one((struct edit){.kind = EDIT_TARGET, .from = 1, .symbol = -1}), &w.model, &other, NULL);

    struct model model;
    assert_true(model_copy(&model, &w.model, NULL));
    for (int p = 0; p < model.layout.count; p++) { // the last entry of every parameter
        const struct param *param = &model.layout.params[p];
        bool vector = param_is_vector(param->role);
        size_t last = param->offset + (size_t)param->in * (size_t)param->out - 1;
        float kept = model.params[last];
        model.params[last] = 0.1f;
        unread = last;
        is(one((struct edit){.kind = EDIT_WEIGHT,
                             .param = p,
                             .row = param_rows(param) - 1,
                             .column = vector ? 0 : param_columns(param) - 1,
                             .value = 0.1}),
           &model, &w.example, NULL);
        model.params[last] = kept;
    }
    model_release(&model);
    word_release(&w);
}

static void real_numbers_of_inputs_and_targets(void **state) {
    (void)state;
    for (int output = OUTPUT_SIGMOID; output <= OUTPUT_LINEAR; output++) {
        enum { T = 4, I = 3, O = 2 };
        struct net_spec spec = {.cell = CELL_GRU,
                                .kind = NET_MANY_TO_MANY,
                                .layers = 1,
                                .hidden = 4,
                                .directions = 1,
                                .inputs = I,
                                .outputs = O,
                                .real_input = true,
                                .output = (enum net_output)output};
        double x[T * I], y[T * O];
        int target[T] = {0, -1, 0, 0};
        for (int k = 0; k < T * I; k++)
            x[k] = 0.1 * k - 0.4;
        for (int k = 0; k < T * O; k++)
            y[k] = 0.1 * k;
        struct example example = {.T = T, .x_real = x, .target = target, .target_real = y};
        struct train_options options = train_options_default();
        struct model model;
        struct rng rng = rng_seed(5);
        assert_true(model_init(&model, &spec, NULL));
        model_randomise(&model, &rng, 1);
        struct edits edits = {.count = 2,
                              .list = {{.kind = EDIT_REAL, .from = 1, .unit = 2, .value = 0.7},
                                       {.kind = EDIT_ANSWER, .from = 2, .unit = 1, .value = 0.9}}};
        struct edited edited;
        struct err err = {0};
        if (!edited_init(&edited, &edits, &model, &example, NULL, &err)) fail_msg("%s", err.message);
        struct record *found = record_new_with(&edited.model, &edited.example, &edited.clamps, NULL, REDUCTION_SUM,
                                               &options, NULL, NULL, 1, &err);
        edited_release(&edited);
        x[1 * I + 2] = 0.7;
        y[2 * O + 1] = 0.9;
        struct record *expected = record_new(&model, &example, NULL, 0, REDUCTION_SUM, &options, NULL, NULL, 1, &err);
        assert_non_null(found);
        assert_non_null(expected);
        assert_same(found, expected);
        struct edit_number grad;
        assert_true(edit_grad_of(&edits, 0, found, &grad));
        assert_true(grad.value == tape_grad(found->tape, 0, 0, record_cell(found)->input, 1)[2]);
        assert_false(edit_grad_of(&edits, 1, found, &grad));
        struct edit wrong = {.kind = EDIT_ANSWER, .from = 2, .unit = 1, .value = 1.5};
        struct edits list = one(wrong);
        assert_true(edits_check(&list, &model.layout, &example, &err) == (output == OUTPUT_LINEAR));
        list = one((struct edit){.kind = EDIT_SYMBOL, .from = 1, .symbol = 1});
        assert_false(edits_check(&list, &model.layout, &example, &err));
        assert_non_null(strstr(err.message, "symbols"));
        record_free(found);
        record_free(expected);
        model_release(&model);
    }
}

// A frozen gate does not hear of another symbol; alone it changes no value and holds the gradient back.
static void frozen_vectors_stay_what_they_were(void **state) {
    (void)state;
    for (int cell_id = 0; cell_id < CELL_COUNT; cell_id++) {
        open_word((enum cell_id)cell_id, 2, 2);
        const struct cell_desc *cell = record_cell(w.record);
        for (int slot = 0; slot < cell->slot_count; slot++) {
            if (slot == cell->input) continue;
            struct edit freeze = {.kind = EDIT_FREEZE,
                                  .layer = -1,
                                  .direction = -1,
                                  .slot = slot,
                                  .unit = -1,
                                  .from = 0,
                                  .to = WORD_T - 1};
            struct edits edits = one(freeze);
            struct record *alone = with(&edits);
            assert_true(alone->loss == w.record->loss);
            edits.list[edits.count++] = (struct edit){.kind = EDIT_SYMBOL, .from = 2, .symbol = 9};
            struct record *both = with(&edits);
            for (int l = 0; l < 2; l++)
                for (int d = 0; d < 2; d++)
                    for (int t = 0; t < WORD_T; t++) {
                        assert_false(record_differs(both, w.record, false, l, d, slot, t));
                        for (int i = 0; i < WORD_HIDDEN; i++)
                            assert_true(tape_grad(alone->tape, l, d, slot, t)[i] == 0);
                    }
            assert_true(record_differs(both, w.record, false, 0, 0, cell->input, 2));
            record_free(alone);
            record_free(both);
        }
        word_release(&w);
    }
}

// dL/d(value) of a clamp and of a weight, against central differences of the loss.
static void gradients_of_what_was_set(void **state) {
    (void)state;
    open_word(CELL_LSTM, 2, 1);
    const struct cell_desc *cell = record_cell(w.record);
    struct edits edits = {.count = 3,
                          .list = {{.kind = EDIT_CLAMP,
                                    .muted = true,
                                    .layer = 0,
                                    .slot = cell_slot_by_id(cell, "a"),
                                    .unit = 1,
                                    .from = 0,
                                    .to = 0,
                                    .value = 3},
                                   {.kind = EDIT_CLAMP,
                                    .layer = 1,
                                    .slot = cell_slot_by_id(cell, "gate_o"),
                                    .unit = -1,
                                    .from = 1,
                                    .to = 3,
                                    .value = 0.5},
                                   {.kind = EDIT_WEIGHT,
                                    .param = layout_find(&w.model.layout, "rnn.weight_hh_l0"),
                                    .row = 9,
                                    .column = 2,
                                    .value = 0.5}}};
    struct record *record = with(&edits);
    struct edit_number grad;
    assert_false(edit_grad_of(&edits, 0, record, &grad));
    for (int k = 1; k < 3; k++) {
        assert_true(edit_grad_of(&edits, k, record, &grad));
        const double e = 1.0 / 1024; // weights are floats: a step that they hold exactly
        struct edits plus = edits, minus = edits;
        plus.list[k].value += e;
        minus.list[k].value -= e;
        struct record *high = with(&plus), *low = with(&minus);
        double numeric = (high->loss - low->loss) / (2 * e);
        if (!near(grad.value, numeric, 1e-4)) fail_msg("edit %d: %g, by differences %g", k, grad.value, numeric);
        record_free(high);
        record_free(low);
    }
    assert_true(edit_value_before(&edits.list[0], w.record, &grad));
    assert_true(grad.value == tape_value(w.record->tape, 0, 0, edits.list[0].slot, 0)[1]);
    assert_true(edit_value_before(&edits.list[2], w.record, &grad));
    assert_true(grad.value == record_param_value(w.record, RECORD_PARAM, edits.list[2].param, 9, 2));
    double difference[WORD_HIDDEN];
    int a = cell->state_out[0];
    record_difference(record, w.record, true, 1, 0, a, 2, difference);
    for (int i = 0; i < WORD_HIDDEN; i++)
        assert_true(difference[i] == tape_grad(record->tape, 1, 0, a, 2)[i] - tape_grad(w.record->tape, 1, 0, a, 2)[i]);
    record_free(record);
    word_release(&w);
}

// A record with a frozen vector can be run again when the one without edits is gone.
static void a_frozen_record_stands_alone(void **state) {
    (void)state;
    open_word(CELL_LSTM, 1, 1);
    struct edits edits = {
        .count = 2,
        .list = {{.kind = EDIT_FREEZE, .layer = -1, .direction = -1, .slot = 4, .unit = -1, .to = WORD_T - 1},
                 {.kind = EDIT_SYMBOL, .from = 2, .symbol = 9}}};
    struct err err = {0};
    struct record *record = record_edited(w.record, &w.model, &edits, REDUCTION_SUM, &err);
    assert_non_null(record);
    record_free(w.record);
    w.record = NULL;
    struct numeric_gradient numeric;
    int p = layout_find(&record->layout, "rnn.weight_hh_l0");
    assert_true(analysis_numeric(&record->layout, record->params, &record->example, &record->tape->clamps,
                                 record->loss_scale, p, 2, 3, 1e-4, &numeric, &err));
    assert_true(near(numeric.estimate, record->grads[record->layout.params[p].offset + 2 * 32 + 3], 1e-5));
    record_free(record);
    word_release(&w);
}

static void muted_edits_do_nothing(void **state) {
    (void)state;
    open_word(CELL_RNN, 1, 1);
    struct edits edits = {.count = 2,
                          .list = {{.kind = EDIT_SYMBOL, .muted = true, .from = 1, .symbol = 3},
                                   {.kind = EDIT_TARGET, .muted = true, .from = 1, .symbol = 3}}};
    assert_int_equal(edits_active(&edits), 0);
    struct record *record = with(&edits);
    assert_same(record, w.record);
    record_free(record);
    edits_remove(&edits, 0);
    assert_true(edits.count == 1 && edits.list[0].kind == EDIT_TARGET);
    assert_int_equal(edits_find(&edits, &(struct edit){.kind = EDIT_TARGET, .from = 1, .symbol = 8}), 0);
    assert_int_equal(edits_find(&edits, &(struct edit){.kind = EDIT_TARGET, .from = 2, .symbol = 3}), -1);
    word_release(&w);
}

static void wrong_edits_are_told(void **state) {
    (void)state;
    open_word(CELL_LSTM, 1, 1);
    const struct {
        struct edit edit;
        const char *words;
    } wrong[] = {
        {{.kind = EDIT_KIND_COUNT}, "unknown kind"},
        {{.kind = EDIT_CLAMP, .slot = 99}, "slot"},
        {{.kind = EDIT_CLAMP, .slot = 4, .unit = 8}, "unit from 1 to 8, found 9"},
        {{.kind = EDIT_CLAMP, .slot = 4, .from = 2, .to = 1}, "timesteps"},
        {{.kind = EDIT_FREEZE, .slot = 4, .to = WORD_T}, "timesteps from 1 to 6"},
        {{.kind = EDIT_CLAMP, .slot = 4, .layer = 1}, "layer"},
        {{.kind = EDIT_CLAMP, .slot = 4, .value = NAN}, "finite"},
        {{.kind = EDIT_CLAMP, .slot = 4, .encoder = true}, "encoder"},
        {{.kind = EDIT_SYMBOL, .from = -1}, "expected 1 to 6, found 0"},
        {{.kind = EDIT_SYMBOL, .symbol = 27}, "expected -1 to 26, found 27"},
        {{.kind = EDIT_SYMBOL, .encoder = true}, "encoder"},
        {{.kind = EDIT_TARGET, .symbol = -2}, "expected -1 to 26"},
        {{.kind = EDIT_TARGET, .from = WORD_T}, "expected 1 to 6"},
        {{.kind = EDIT_REAL}, "found symbols"},
        {{.kind = EDIT_ANSWER}, "found symbols"},
        {{.kind = EDIT_WEIGHT, .param = 99}, "parameter"},
        {{.kind = EDIT_WEIGHT, .param = 0, .row = 32}, "row from 1 to 32"},
        {{.kind = EDIT_WEIGHT, .param = 0, .column = -1}, "column"},
        {{.kind = EDIT_WEIGHT, .param = 0, .value = 1e300}, "finite"},
    };
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        struct edits edits = one(wrong[k].edit);
        struct err err = {0};
        struct edited edited;
        if (edited_init(&edited, &edits, &w.model, &w.example, w.record->tape, &err)) fail_msg("edit %zu was taken", k);
        if (err.code != ERR_VALUE || !strstr(err.message, wrong[k].words)) fail_msg("edit %zu: %s", k, err.message);
    }
    struct edits many = {.count = EDITS_MAX + 1};
    struct err err = {0};
    assert_false(edits_check(&many, &w.model.layout, &w.example, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    struct edits freeze = one((struct edit){.kind = EDIT_FREEZE, .slot = 4});
    struct edited edited;
    assert_false(edited_init(&edited, &freeze, &w.model, &w.example, NULL, &err));
    word_release(&w);
}

static void words_become_edits(void **state) {
    (void)state;
    open_word(CELL_LSTM, 1, 1);
    struct edits edits = {0};
    struct err err = {0};
    const char *text = "gate_f:2@3-5=0,gate_o@1-2=keep,input@3=c,target@1=none,rnn.weight_hh_l0[3][2]=-0.5,"
                       "rnn.bias_ih_l0[4]=1,input@1=none";
    if (!edits_parse(&edits, text, w.record, &err)) fail_msg("%s", err.message);
    static const char *const told[] = {"$\\Gamma_f$ held at 0, unit\u00A02, t\u00A0=\u00A03\u00A0to\u00A05",
                                       "$\\Gamma_o$ frozen as it was, all\u00A0units, t\u00A0=\u00A01\u00A0to\u00A02",
                                       "Reads “c” instead of “r”, t\u00A0=\u00A03",
                                       "Target none instead of “t”, t\u00A0=\u00A01",
                                       "`rnn.weight_hh_l0`, row 3, column 2, set to \u22120.5",
                                       "`rnn.bias_ih_l0`, row 4, set to 1",
                                       "Reads nothing instead of nothing, t\u00A0=\u00A01"};
    assert_int_equal(edits.count, 7);
    for (int k = 0; k < edits.count; k++) {
        char sentence[256];
        edit_sentence(sentence, sizeof sentence, &edits.list[k], w.record,
                      (struct label_style){NOTATION_COURSE, false});
        assert_string_equal(sentence, told[k]);
    }
    w.record->symbols[5][0] = ',';
    edits.count = 0;
    assert_true(edits_parse(&edits, "input@2=,,target@2=,", w.record, &err));
    assert_true(edits.count == 2 && edits.list[0].symbol == 5 && edits.list[1].symbol == 5);
    static const struct {
        const char *text;
        enum err_code code;
    } wrong[] = {{"", ERR_USAGE},
                 {"input", ERR_VALUE},
                 {"input@3", ERR_USAGE},
                 {"input@0=a", ERR_USAGE},
                 {"input@x=a", ERR_USAGE},
                 {"input:1@3=a", ERR_USAGE},
                 {"input@7=a", ERR_VALUE},
                 {"input@3=ab", ERR_VALUE},
                 {"encoder/input@3=a", ERR_VALUE},
                 {"target@9=a", ERR_VALUE},
                 {"rnn.weight_hh_l9[1][1]=0", ERR_VALUE},
                 {"rnn.weight_hh_l0[1]=0", ERR_USAGE},
                 {"rnn.weight_hh_l0[0][1]=0", ERR_USAGE},
                 {"rnn.weight_hh_l0[1][1]=x", ERR_USAGE},
                 {"rnn.weight_hh_l0[33][1]=0", ERR_VALUE},
                 {"gate_f@1=keeps", ERR_USAGE},
                 {"gate_q@1=keep", ERR_VALUE},
                 {"gate_f@1=0,", ERR_USAGE}};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        edits.count = 0;
        err = (struct err){0};
        if (edits_parse(&edits, wrong[k].text, w.record, &err)) fail_msg("\"%s\" was taken", wrong[k].text);
        if (err.code != wrong[k].code) fail_msg("\"%s\": %d, %s", wrong[k].text, (int)err.code, err.message);
    }
    word_release(&w);
}

// Written and read again they give the same record, whatever layers and directions they name.
static void edits_become_words(void **state) {
    (void)state;
    open_word(CELL_LSTM, 2, 2);
    int gate = cell_slot_by_id(record_cell(w.record), "gate_f"), last = w.model.layout.count - 1;
    struct edits edits = {.count = 3,
                          .list = {{.kind = EDIT_SYMBOL, .from = 2, .symbol = -1},
                                   {.kind = EDIT_TARGET, .from = 1, .symbol = 7},
                                   {.kind = EDIT_WEIGHT, .param = last, .row = 3, .value = 1.0 / 3}}};
    for (int layer = -1; layer < 2; layer++)
        for (int direction = -1; direction < 2; direction++)
            edits.list[edits.count++] = (struct edit){.kind = direction ? EDIT_CLAMP : EDIT_FREEZE,
                                                      .muted = layer + direction == 2,
                                                      .slot = gate,
                                                      .layer = layer,
                                                      .direction = direction,
                                                      .unit = direction + layer,
                                                      .from = layer + 1,
                                                      .to = layer + 2,
                                                      .value = 0.1 * layer};
    for (int k = 3; k < edits.count; k++)
        if (edits.list[k].unit < -1) edits.list[k].unit = -1;
    struct str text = {0};
    struct edits again = {0};
    struct err err = {0};
    edits_text(&text, &edits, w.record);
    if (!edits_parse(&again, str_text(&text), w.record, &err)) fail_msg("%s: %s", str_text(&text), err.message);
    assert_true(again.count > edits_active(&edits)); // some stand for several
    struct record *a = with(&edits), *b = with(&again);
    assert_true(a->loss == b->loss && a->grad_norm == b->grad_norm);
    record_free(a);
    record_free(b);
    str_release(&text);
    word_release(&w);
}

static void memory_runs_out(void **state) {
    (void)state;
    open_word(CELL_LSTM, 1, 1);
    struct edits edits = {
        .count = 3,
        .list = {{.kind = EDIT_SYMBOL, .symbol = 3}, {.kind = EDIT_TARGET, .symbol = 3}, {.kind = EDIT_WEIGHT}}};
    for (long n = 1; n <= 3; n++) {
        struct edited edited;
        struct err err = {0};
        mem_fail_at(n);
        assert_false(edited_init(&edited, &edits, &w.model, &w.example, NULL, &err));
        mem_fail_at(0);
        assert_int_equal(err.code, ERR_MEMORY);
    }
    word_release(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_kind_is_what_the_core_computes),
                                       cmocka_unit_test(real_numbers_of_inputs_and_targets),
                                       cmocka_unit_test(frozen_vectors_stay_what_they_were),
                                       cmocka_unit_test(gradients_of_what_was_set),
                                       cmocka_unit_test(a_frozen_record_stands_alone),
                                       cmocka_unit_test(muted_edits_do_nothing),
                                       cmocka_unit_test(wrong_edits_are_told),
                                       cmocka_unit_test(words_become_edits),
                                       cmocka_unit_test(edits_become_words),
                                       cmocka_unit_test(memory_runs_out)};
    return cmocka_run_group_tests_name("edit", tests, NULL, NULL);
}
