// Every sentence of every step: its numbers are elements of the trace, it says what it should of the right
// unit, and it is short.
#include "label.h"
#include "narration.h"
#include "provenance.h"
#include "trace_record.h"

// --- the trace, by name ---

struct element {
    const struct narration_value *value;
    bool found, right;
};

static void look(void *context, const char *name, int dims, const int64_t *shape, const double *data) {
    struct element *element = context;
    const struct narration_value *v = element->value;
    if (strcmp(name, v->tensor) != 0) return;
    element->found = true;
    assert_in_range(v->row, 0, shape[0] - 1);
    if (dims == 1) {
        assert_int_equal(v->column, -1);
        element->right = data[v->row] == v->value;
        return;
    }
    assert_int_equal(dims, 2);
    assert_in_range(v->column, 0, shape[1] - 1);
    element->right = data[v->row * shape[1] + v->column] == v->value;
}

struct elements {
    struct element all[NARRATION_VALUES * 1024];
    int count;
};

static void look_all(void *context, const char *name, int dims, const int64_t *shape, const double *data) {
    struct elements *elements = context;
    for (int i = 0; i < elements->count; i++)
        look(&elements->all[i], name, dims, shape, data);
}

// Columns that a reader sees: bytes that begin a character.
static int characters(const char *text) {
    int n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

static void check_text(const struct word_record *w, const struct narration *n, int p) {
    char plain[1024], title[128], start[140];
    narrate_plain(n, plain, sizeof plain);
    step_title(w->record, script_running(w->script, p), title, sizeof title);
    snprintf(start, sizeof start, "%s. ", title);
    if (strncmp(plain, start, strlen(start)) != 0) fail_msg("\"%s\" does not begin with \"%s\"", plain, start);
    bool deep = w->script->layers > 1 || w->script->directions > 1; // names carry their layer
    if (characters(plain) > (deep ? 225 : 190)) fail_msg("%d characters: %s", characters(plain), plain);
    assert_true(strlen(n->text) + 1 < sizeof n->text);
    assert_in_range(n->first, strlen(start) + 8, strlen(n->text));
    if (n->text[n->first - 1] != '.' && n->text[n->first - 1] != ' ')
        fail_msg("does not stand alone: %.*s", n->first, n->text);
    assert_null(strpbrk(plain, "\x01\x02\\{}$"));
    assert_null(strstr(plain, "nan"));
    assert_null(strstr(plain, "  "));
    int stars = 0, dollars = 0, markers = 0;
    for (const char *at = n->text; *at; at++) {
        stars += at[0] == '*' && at[1] == '*';
        dollars += *at == '$';
        markers += *at == '\x01';
        if (*at == '\x01') assert_int_equal(dollars % 2, 0); // numbers stand outside of maths
    }
    assert_int_equal(stars % 2, 0);
    assert_int_equal(dollars % 2, 0);
    assert_int_equal(markers, n->count);
}

static void check_all(struct word_record *w) {
    struct narration *all = mem_need((size_t)w->script->count + 1, sizeof *all);
    struct elements *elements = mem_need(1, sizeof *elements);
    for (int unit = -1; unit < WORD_HIDDEN; unit += 4)
        for (int notation = 0; notation < NOTATION_COUNT; notation++) {
            elements->count = 0;
            for (int p = 1; p <= w->script->count; p++) {
                narrate(&all[p], w->record, w->script, p, unit, (enum notation)notation);
                check_text(w, &all[p], p);
                for (int k = 0; k < all[p].count; k++) {
                    assert_in_range(elements->count, 0, sizeof elements->all / sizeof *elements->all - 1);
                    elements->all[elements->count++] = (struct element){.value = &all[p].values[k]};
                }
            }
            assert_true(record_each(w->record, look_all, elements));
            for (int i = 0; i < elements->count; i++)
                if (!elements->all[i].found || !elements->all[i].right)
                    fail_msg("%s[%d][%d] = %.17g is not in the trace", elements->all[i].value->tensor,
                             elements->all[i].value->row, elements->all[i].value->column,
                             elements->all[i].value->value);
            assert_true(elements->count > w->script->count);
        }
    mem_free(elements);
    mem_free(all);
}

static void numbers(void **state) {
    (void)state;
    for_word_kinds(check_all);
}

// --- single sentences ---

static void tell(const struct word_record *w, enum step_kind kind, int t, int which, int unit, char *out, size_t size) {
    struct narration n;
    int p = script_find(w->script, kind, 0, 0, t, which);
    assert_true(p > 0);
    narrate(&n, w->record, w->script, p, unit, NOTATION_COURSE);
    narrate_plain(&n, out, size);
}

static void expect_text(const struct word_record *w, enum step_kind kind, int t, int which, int unit,
                        const char *expected) {
    char text[1024];
    tell(w, kind, t, which, unit, text, sizeof text);
    assert_string_equal(text, expected);
}

// The numbers of the sentences are taken from the tape here a second time.
static void sentences(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM, 1, 1);
    const struct cell_desc *cell = record_cell(w.record);
    const struct tape *tape = w.record->tape;
    char expected[512], text[1024];
    expect_text(&w, STEP_INPUT, 0, -1, -1,
                "Input, t = 1. The first input is the zero vector, and a<0> and c<0> are zero: nothing is "
                "remembered yet.");
    snprintf(expected, sizeof expected,
             "Input, t = 4. Reads “o”, the true answer of t = 3 (the network gave it %.3f), together with "
             "a<3> and c<3>.",
             tape_y_hat(tape, 2)[15]);
    expect_text(&w, STEP_INPUT, 3, -1, -1, expected);

    const double *f = tape_value(tape, 0, 0, cell_slot_by_id(cell, "gate_f"), 3),
                 *z = tape_value(tape, 0, 0, cell_slot_by_id(cell, "z_f"), 3);
    snprintf(expected, sizeof expected,
             "Forget gate, t = 4. Reads a<3> and x<4> = “o”. Unit 7 stays at %.2f: it keeps what it "
             "remembered. Its weighted sum is %.2f; “o” alone adds %.2f.",
             f[6], z[6],
             record_param_value(w.record, RECORD_PARAM, layout_find(&w.record->layout, "rnn.weight_ih_l0"),
                                WORD_HIDDEN + 6, 15));
    expect_text(&w, STEP_PART, 3, 0, 6, expected);

    // All units: the one furthest from one half is named first.
    int best = 0;
    for (int i = 1; i < WORD_HIDDEN; i++)
        if (fabs(f[i] - 0.5) > fabs(f[best] - 0.5)) best = i;
    tell(&w, STEP_PART, 3, 0, -1, text, sizeof text);
    snprintf(expected, sizeof expected, "Unit %d stays at %.2f", best + 1, f[best]);
    assert_non_null(strstr(text, expected));

    const double *c = tape_value(tape, 0, 0, cell_slot_by_id(cell, "c"), 3),
                 *old = tape_value(tape, 0, 0, cell_slot_by_id(cell, "c"), 2);
    best = 0;
    for (int i = 1; i < WORD_HIDDEN; i++)
        if (fabs(c[i] - old[i]) > fabs(c[best] - old[best])) best = i;
    tell(&w, STEP_PART, 3, 4, -1, text, sizeof text);
    snprintf(expected, sizeof expected, "Memory, t = 4. Unit %d changes most, from ", best + 1);
    assert_non_null(strstr(text, expected));

    const double *y_hat = tape_y_hat(tape, 3);
    best = 0;
    for (int i = 1; i < WORD_SYMBOLS; i++)
        if (y_hat[i] > y_hat[best]) best = i;
    snprintf(expected, sizeof expected,
             "Output, t = 4. The most likely symbol is “%c” with %.2f; the right one, “o”, gets %.3f.", 'a' + best - 1,
             y_hat[best], y_hat[15]);
    expect_text(&w, STEP_OUTPUT, 3, -1, -1, expected);
    tell(&w, STEP_LOSS, 5, -1, -1, text, sizeof text);
    snprintf(expected, sizeof expected, " = %.2f nats. The 6 losses add up to %.2f.", tape_loss(tape, 5),
             w.record->loss);
    assert_non_null(strstr(text, expected));
    word_release(&w);
}

static double norm_of(const double *values) {
    return record_norm(values, WORD_HIDDEN);
}

static void backward_sentences(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM, 1, 1);
    const struct tape *tape = w.record->tape;
    const struct cell_desc *cell = record_cell(w.record);
    int a = cell->state_out[0], c = cell->state_out[1];
    char expected[512], text[1024];
    snprintf(expected, sizeof expected,
             "Activation gradient, t = 4. Two sources meet at a<4>: norm %.2f from this step’s loss, %.2f "
             "from the future, together %.2f. Unit ",
             norm_of(tape_from_loss(tape, 0, 0, 0, 3)), norm_of(tape_from_future(tape, 0, 0, 0, 3)),
             norm_of(tape_grad(tape, 0, 0, a, 3)));
    tell(&w, STEP_SUM, 3, 0, -1, text, sizeof text);
    if (strncmp(text, expected, strlen(expected)) != 0) fail_msg("%s\nis not\n%s", text, expected);
    snprintf(expected, sizeof expected,
             "Memory gradient, t = 4. Two sources meet at c<4>: norm %.2f through a<4>, %.2f along the lane "
             "from c<5>, together %.2f. Unit 3: ",
             norm_of(tape_from_loss(tape, 0, 0, 1, 3)), norm_of(tape_from_future(tape, 0, 0, 1, 3)),
             norm_of(tape_grad(tape, 0, 0, c, 3)));
    tell(&w, STEP_SUM, 3, 1, 2, text, sizeof text);
    if (strncmp(text, expected, strlen(expected)) != 0) fail_msg("%s\nis not\n%s", text, expected);
    tell(&w, STEP_SUM, WORD_T - 1, 0, -1, text, sizeof text);
    assert_non_null(strstr(text, "da<6> is this step’s own loss alone, for nothing comes later: norm "));
    tell(&w, STEP_PART_BACK, 0, 0, -1, text, sizeof text);
    assert_non_null(strstr(text, "Nothing goes further back: this is the first timestep."));
    tell(&w, STEP_OUTPUT_BACK, 3, -1, -1, text, sizeof text);
    assert_non_null(strstr(text, "y_hat-y: −0.9"));
    assert_non_null(strstr(text, " for “o”, which should have been likelier, and "));
    word_release(&w);
}

// What a diagonal adds to the walk of an LSTM.
static void peephole_sentences(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM_PEEPHOLE, 1, 1);
    const struct cell_desc *cell = record_cell(w.record);
    const int gate_f = cell_part_by_id(cell, "gate_f"), gate_o = cell_part_by_id(cell, "gate_o");
    char text[1024];
    tell(&w, STEP_PART, 3, gate_f, 2, text, sizeof text);
    assert_non_null(strstr(text, "Reads a<3>, c<3> and x<4> = "));
    assert_non_null(strstr(text, " of it is the forget gate's peephole."));
    tell(&w, STEP_PART, 3, gate_o, -1, text, sizeof text);
    assert_non_null(strstr(text, "Reads a<3>, c<4> and x<4> = "));
    tell(&w, STEP_SUM, 3, 1, -1, text, sizeof text);
    assert_non_null(strstr(text, " through a<4> and a peephole, "));
    assert_non_null(strstr(text, " along the lane and peepholes, together "));
    tell(&w, STEP_SUM, WORD_T - 1, 1, -1, text, sizeof text);
    assert_non_null(strstr(text, "dc<6> comes through the activation and a peephole alone, for nothing comes later"));
    // The output gate looks at its own timestep's memory: at the first one too.
    tell(&w, STEP_PART_BACK, 0, gate_o, -1, text, sizeof text);
    assert_non_null(strstr(text, " goes on to c<1>."));
    tell(&w, STEP_PART_BACK, 0, gate_f, -1, text, sizeof text);
    assert_non_null(strstr(text, "Nothing goes further back: this is the first timestep."));
    word_release(&w);
}

// Sums on screen add up as they are rounded.
static void rounded_sums(struct word_record *w) {
    for (int p = 1; p <= w->script->count; p++) {
        const struct step *step = script_running(w->script, p);
        if (step->kind != STEP_SUM) continue;
        struct narration n;
        narrate(&n, w->record, w->script, p, -1, NOTATION_COURSE);
        if (n.count < 6) continue;
        double unit = pow(10, n.values[3].digits);
        assert_int_equal(n.values[3].digits, n.values[5].digits);
        assert_true(round(n.values[3].value * unit) + round(n.values[4].value * unit) ==
                    round(n.values[5].value * unit));
    }
}

static void sums(void **state) {
    (void)state;
    for_word_kinds(rounded_sums);
}

static void clip_and_update(void **state) {
    (void)state;
    struct word_record w;
    word_model(&w, CELL_RNN, ACTIVATION_TANH, 1, 1);
    w.options.clip_norm = 1;
    word_run(&w, REDUCTION_SUM);
    char text[1024], expected[256];
    struct narration n;
    narrate(&n, w.record, w.script, w.script->phase_first[PHASE_CLIP] + 1, -1, NOTATION_COURSE);
    narrate_plain(&n, text, sizeof text);
    snprintf(expected, sizeof expected,
             "Clip. The gradient of all %zu parameters has norm %.2f, over the limit of 1: all of it is "
             "multiplied by ",
             w.record->layout.weights, w.record->grad_norm);
    if (strncmp(text, expected, strlen(expected)) != 0) fail_msg("%s", text);
    narrate(&n, w.record, w.script, w.script->count - 3, -1, NOTATION_COURSE); // weights of the cell
    narrate_plain(&n, text, sizeof text);
    if (strncmp(text, "Update, activation weights. The weight from ", 44) != 0) fail_msg("%s", text);
    assert_non_null(strstr(text, "Its gradient, the sum over all 6 timesteps, is "));
    assert_true(n.values[0].value != n.values[1].value); // from, to
    double unit = pow(10, n.values[0].digits);
    assert_true(round(n.values[0].value * unit) != round(n.values[1].value * unit));
    narrate(&n, w.record, w.script, w.script->count - 2, 4, NOTATION_COURSE); // bias of the selected unit
    narrate_plain(&n, text, sizeof text);
    if (strncmp(text, "Update, activation bias. The bias of unit 5 moves from ", 54) != 0) fail_msg("%s", text);
    narrate(&n, w.record, w.script, 0, -1, NOTATION_COURSE);
    narrate_plain(&n, text, sizeof text);
    assert_string_equal(
        text, "Ready. The RNN of 8 units is about to read 6 timesteps. Step forward to see the first operation.");
    word_release(&w);
    word_model(&w, CELL_RNN, ACTIVATION_TANH, 1, 1);
    w.options.clip_norm = 0;
    word_run(&w, REDUCTION_SUM);
    narrate(&n, w.record, w.script, w.script->phase_first[PHASE_CLIP] + 1, -1, NOTATION_COURSE);
    assert_non_null(strstr(n.text, "; no limit is set, so nothing is clipped."));
    word_release(&w);
}

// Symbols that rich text would read as its own marks, and some that cannot be seen.
static void odd_symbols(void **state) {
    (void)state;
    const char *const texts[] = {" ", "\n", "$", "`", "**", "é", ""};
    const char *const names[] = {"“space”",   "“↵”", "the dollar sign", "the backquote",
                                 "symbol 15", "“é”", "the empty word"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct word_record w;
        word_model(&w, CELL_LSTM, ACTIVATION_TANH, 1, 1);
        strcpy(w.texts[15], texts[i]);
        word_run(&w, REDUCTION_SUM);
        char text[1024];
        tell(&w, STEP_LOSS, 3, -1, -1, text, sizeof text);
        if (!strstr(text, names[i])) fail_msg("%s", text);
        check_all(&w);
        word_release(&w);
    }
}

// A network of one unit, one timestep and two symbols has few things to compare.
static void smallest(void **state) {
    (void)state;
    for (int cell = 0; cell < CELL_COUNT; cell++) {
        struct net_spec spec = {.cell = (enum cell_id)cell,
                                .kind = NET_MANY_TO_MANY,
                                .layers = 1,
                                .hidden = 1,
                                .directions = 1,
                                .inputs = 2,
                                .outputs = 2};
        struct err err = {0};
        struct model model;
        assert_true(model_init(&model, &spec, &err));
        int x = -1, target = 1;
        struct example example = {.T = 1, .x = &x, .target = &target};
        struct train_options options = train_options_default();
        for (int with_target = 0; with_target < 2; with_target++) {
            target = with_target ? 1 : -1;
            struct record *record = record_new(&model, &example, NULL, 0, REDUCTION_SUM, &options, NULL, NULL, 1, &err);
            assert_non_null(record);
            struct script *script = script_new(record, &err);
            for (int p = 0; p <= script->count; p++)
                for (int unit = -1; unit < 2; unit++) {
                    struct narration n;
                    char text[1024];
                    narrate(&n, record, script, p, unit, NOTATION_COURSE);
                    narrate_plain(&n, text, sizeof text);
                    assert_in_range(strlen(text), 10, 400);
                    if (p == 0) continue;
                    label_equation(text, sizeof text, record, script_running(script, p), false,
                                   (struct label_style){NOTATION_COURSE, true});
                    struct ledger ledger;
                    ledger_init(&ledger, record, script_running(script, p),
                                (struct label_style){.notation = NOTATION_COURSE});
                    ledger_release(&ledger);
                }
            script_free(script);
            record_free(record);
        }
        model_release(&model);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers),  cmocka_unit_test(sentences),          cmocka_unit_test(backward_sentences),
        cmocka_unit_test(sums),     cmocka_unit_test(clip_and_update),    cmocka_unit_test(odd_symbols),
        cmocka_unit_test(smallest), cmocka_unit_test(peephole_sentences),
    };
    return cmocka_run_group_tests_name("narration", tests, NULL, NULL);
}
