// Names and equations in three notations, against strings written by hand; and that every equation of every
// kind of network is maths that can be drawn.
#include "label.h"
#include "trace_record.h"

static const struct label_style course = {NOTATION_COURSE, false}, paper = {NOTATION_PAPER, false},
                                pytorch = {NOTATION_PYTORCH, false};

static void expect_slot(const struct cell_desc *cell, const char *slot, int t0, int unit, struct label_style style,
                        const char *expected) {
    char text[128];
    label_slot(text, sizeof text, cell, cell_slot_by_id(cell, slot), t0, unit, style);
    assert_string_equal(text, expected);
}

static void slots(void **state) {
    (void)state;
    const struct cell_desc *cell = cell_describe(CELL_LSTM, ACTIVATION_TANH);
    const struct label_style colored = {NOTATION_COURSE, true};
    expect_slot(cell, "gate_f", 3, -1, course, "\\Gamma_f^{<4>}");
    expect_slot(cell, "gate_f", 3, 6, course, "\\Gamma_{f,7}^{<4>}");
    expect_slot(cell, "gate_f", 3, -1, paper, "f_4");
    expect_slot(cell, "gate_f", 3, 6, paper, "f_{4,7}");
    expect_slot(cell, "gate_f", 3, -1, colored, "\\col{f}{\\Gamma_f^{<4>}}");
    expect_slot(cell, "a", 3, -1, colored, "a^{<4>}");
    expect_slot(cell, "a", 9, 11, course, "a_{12}^{<10>}");
    expect_slot(cell, "a_prev", 3, -1, course, "a^{<3>}");
    expect_slot(cell, "a_prev", 0, -1, pytorch, "h_0");
    expect_slot(cell, "a_prev", LABEL_SYMBOLIC, -1, course, "a^{<t-1>}");
    expect_slot(cell, "a_prev", LABEL_SYMBOLIC, -1, paper, "h_{t-1}");
    expect_slot(cell, "c", LABEL_SYMBOLIC, -1, course, "c^{<t>}");
    expect_slot(cell, "c", LABEL_SYMBOLIC - 1, -1, course, "c^{<t-1>}");
    expect_slot(cell, "c", LABEL_NO_TIME, -1, course, "c");
    expect_slot(cell, "c_tilde", 1, -1, course, "\\tilde{c}^{<2>}");
    expect_slot(cell, "c_tilde", 1, -1, pytorch, "g_2");
    expect_slot(cell, "keep_c", 3, -1, course, "\\Gamma_f^{<4>}*c^{<3>}");
    expect_slot(cell, "keep_c", 3, -1, paper, "f_4 \\odot c_3");
    expect_slot(cell, "tanh_c", 3, -1, course, "\\tanh c^{<4>}");
    expect_slot(cell, "z_f", 3, 6, course, "z_{f,7}^{<4>}");
    char text[128];
    label_grad(text, sizeof text, cell, cell_slot_by_id(cell, "gate_f"), 1, -1, colored);
    assert_string_equal(text, "\\col{f}{d\\Gamma_f^{<2>}}");
    label_grad(text, sizeof text, cell, cell_slot_by_id(cell, "c"), 1, 2, course);
    assert_string_equal(text, "dc_3^{<2>}");
    label_grad(text, sizeof text, cell, cell_slot_by_id(cell, "tanh_c"), 1, -1, course);
    assert_string_equal(text, "d(\\tanh c^{<2>})");
    label_output(text, sizeof text, "\\hat{y}", 1, course);
    assert_string_equal(text, "\\hat{y}^{<2>}");
    label_output(text, sizeof text, "L", LABEL_SYMBOLIC, paper);
    assert_string_equal(text, "L_t");
    char small[6];
    label_slot(small, sizeof small, cell, cell_slot_by_id(cell, "gate_f"), 3, -1, course);
    assert_string_equal(small, "\\Gamm"); // cut, and terminated
}

static void expect_equation(const struct word_record *w, enum step_kind kind, int t, const char *part_or_state,
                            bool symbolic, struct label_style style, const char *expected) {
    const struct cell_desc *cell = record_cell(w->record);
    int which = -1;
    if (kind == STEP_PART || kind == STEP_PART_BACK) which = cell_part_by_id(cell, part_or_state);
    if (kind == STEP_SUM) which = part_or_state[0] == 'c';
    if (kind == STEP_FROM_LOSS || kind == STEP_FROM_FUTURE) which = 0;
    int p = script_find(w->script, kind, 0, 0, t, which);
    if (p < 1) fail_msg("no step for %s", expected);
    char text[1024];
    label_equation(text, sizeof text, w->record, script_running(w->script, p), symbolic, style);
    assert_string_equal(text, expected);
}

struct golden {
    enum step_kind kind;
    int t;
    const char *which;
    bool symbolic;
    const struct label_style *style;
    const char *expected;
};

static void expect_all(const struct word_record *w, const struct golden *goldens, size_t count) {
    for (size_t i = 0; i < count; i++)
        expect_equation(w, goldens[i].kind, goldens[i].t, goldens[i].which, goldens[i].symbolic, *goldens[i].style,
                        goldens[i].expected);
}

static void lstm(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM, 1, 1);
    const struct golden goldens[] = {
        {STEP_INPUT, 0, "", false, &course, "x^{<1>}=0\na^{<0>}=0\nc^{<0>}=0"},
        {STEP_INPUT, 3, "", false, &course, "x^{<4>}=\\t{one-hot}(o)"},
        {STEP_INPUT, 3, "", true, &course, "[a^{<t-1>},x^{<t>}]"},
        {STEP_PART, 3, "gate_f", false, &course, "\\Gamma_f^{<4>}=\\sigma(W_f[a^{<3>},x^{<4>}]+b_f)"},
        {STEP_PART, 3, "gate_f", true, &course, "\\Gamma_f^{<t>}=\\sigma(W_f[a^{<t-1>},x^{<t>}]+b_f)"},
        {STEP_PART, 3, "gate_u", true, &paper, "i_t=\\sigma(W_{hi}h_{t-1}+W_{xi}x_t+b_i)"},
        {STEP_PART, 3, "gate_f", true, &pytorch, "f_t=\\sigma(W_{hf}h_{t-1}+b_{hf}+W_{if}x_t+b_{if})"},
        {STEP_PART, 3, "c_tilde", false, &course, "\\tilde{c}^{<4>}=\\t{tanh}(W_c[a^{<3>},x^{<4>}]+b_c)"},
        {STEP_PART, 3, "c_tilde", true, &pytorch, "g_t=\\t{tanh}(W_{hg}h_{t-1}+b_{hg}+W_{ig}x_t+b_{ig})"},
        {STEP_PART, 3, "memory", true, &course, "c^{<t>}=\\Gamma_u^{<t>}*\\tilde{c}^{<t>}+\\Gamma_f^{<t>}*c^{<t-1>}"},
        {STEP_PART, 3, "memory", false, &pytorch, "c_4=i_4 \\odot g_4+f_4 \\odot c_3"},
        {STEP_PART, 3, "activation", false, &course, "a^{<4>}=\\Gamma_o^{<4>}*\\tanh c^{<4>}"},
        {STEP_PART, 3, "activation", true, &paper, "h_t=o_t \\odot \\tanh c_t"},
        {STEP_OUTPUT, 3, "", false, &course, "\\hat{y}^{<4>}=\\t{softmax}(W_{ya}a^{<4>}+b_y)"},
        {STEP_OUTPUT, 3, "", true, &paper, "\\hat{y}_t=\\t{softmax}(W_{hy}h_t+b_y)"},
        {STEP_OUTPUT, 3, "", true, &pytorch, "\\hat{y}_t=\\t{softmax}(W_{\\t{head}}h_t+b_{\\t{head}})"},
        {STEP_LOSS, 0, "", false, &course, "L^{<1>}=-\\ln \\hat{y}_t^{<1>}"},
        {STEP_LOSS, 5, "", false, &course, "L^{<6>}=-\\ln \\hat{y}_{\\t{<EOS>}}^{<6>}"},
        {STEP_LOSS, 0, "", true, &course, "L^{<t>}=-\\sum_i y_i^{<t>}\\ln \\hat{y}_i^{<t>}"},
        {STEP_OUTPUT_BACK, 1, "", false, &course, "dz_y^{<2>}=\\hat{y}^{<2>}-y^{<2>}"},
        {STEP_FROM_LOSS, 1, "", false, &course, "da_{\\t{loss}}^{<2>}=W_{ya}^{T}dz_y^{<2>}"},
        {STEP_FROM_FUTURE, 1, "", false, &course,
         "da_{\\t{future}}^{<2>}=W_{fa}^{T}dz_f^{<3>}+W_{ua}^{T}dz_u^{<3>}\n+W_{ca}^{T}dz_c^{<3>}+W_{oa}^{T}"
         "dz_o^{<3>}"},
        {STEP_SUM, 1, "a", false, &course, "da^{<2>}=da_{\\t{loss}}^{<2>}+da_{\\t{future}}^{<2>}"},
        {STEP_SUM, 5, "a", false, &course, "da^{<6>}=da_{\\t{loss}}^{<6>}"},
        {STEP_SUM, 5, "a", true, &course, "da^{<t>}=da_{\\t{loss}}^{<t>}+da_{\\t{future}}^{<t>}"},
        {STEP_SUM, 1, "c", false, &course,
         "dc^{<2>}=da^{<2>}*\\Gamma_o^{<2>}*(1-\\tanh^2 c^{<2>})\n+dc^{<3>}*\\Gamma_f^{<3>}"},
        {STEP_SUM, 1, "c", true, &course,
         "dc^{<t>}=da^{<t>}*\\Gamma_o^{<t>}*(1-\\tanh^2 c^{<t>})\n+dc^{<t+1>}*\\Gamma_f^{<t+1>}"},
        {STEP_SUM, 5, "c", false, &course, "dc^{<6>}=da^{<6>}*\\Gamma_o^{<6>}*(1-\\tanh^2 c^{<6>})"},
        {STEP_SUM, 1, "c", false, &paper, "dc_2=dh_2 \\odot o_2 \\odot (1-\\tanh^2 c_2)\n+dc_3 \\odot f_3"},
        {STEP_PART_BACK, 1, "activation", false, &course,
         "d\\Gamma_o^{<2>}=da^{<2>}*\\tanh c^{<2>}\ndc_{\\t{via "
         "}a}^{<2>}=da^{<2>}*\\Gamma_o^{<2>}*(1-\\tanh^2 c^{<2>})"},
        {STEP_PART_BACK, 1, "memory", false, &course,
         "d\\Gamma_f^{<2>}=dc^{<2>}*c^{<1>}\nd\\Gamma_u^{<2>}=dc^{<2>}*\\tilde{c}^{<2>}\nd\\tilde{c}^{<2>}="
         "dc^{<2>}*\\Gamma_u^{<2>}\n"
         "dc_{\\t{future}}^{<1>}=dc^{<2>}*\\Gamma_f^{<2>}"},
        {STEP_PART_BACK, 0, "memory", false, &paper,
         "df_1=dc_1 \\odot c_0\ndi_1=dc_1 \\odot \\tilde{c}_1\nd\\tilde{c}_1=dc_1 \\odot i_1"},
        {STEP_PART_BACK, 1, "gate_f", false, &course,
         "dz_f^{<2>}=d\\Gamma_f^{<2>}*\\Gamma_f^{<2>}*(1-\\Gamma_f^{<2>})\nda_{\\t{via "
         "}\\Gamma_f}^{<1>}=W_{fa}^{T}dz_f^{<2>}"},
        {STEP_PART_BACK, 0, "gate_f", false, &course,
         "dz_f^{<1>}=d\\Gamma_f^{<1>}*\\Gamma_f^{<1>}*(1-\\Gamma_f^{<1>})"},
        {STEP_PART_BACK, 1, "c_tilde", false, &course,
         "dz_c^{<2>}=d\\tilde{c}^{<2>}*(1-(\\tilde{c}^{<2>})^2)\nda_{\\t{via "
         "}\\tilde{c}}^{<1>}=W_{ca}^{T}dz_c^{<2>}"},
    };
    expect_all(&w, goldens, sizeof goldens / sizeof *goldens);
    word_release(&w);
}

// The diagonals: w small, elementwise; in gradients the sum's name stands for the share of the matrix.
static void peephole(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM_PEEPHOLE, 1, 1);
    const struct golden goldens[] = {
        {STEP_PART, 3, "gate_f", false, &course,
         "\\Gamma_f^{<4>}=\\sigma(z_f^{<4>})\nz_f^{<4>}=W_f[a^{<3>},x^{<4>}]+b_f\n+w_{fc}*c^{<3>}"},
        {STEP_PART, 3, "gate_u", true, &paper,
         "i_t=\\sigma(z_{i,t})\nz_{i,t}=W_{hi}h_{t-1}+W_{xi}x_t+b_i\n+w_{ci} \\odot c_{t-1}"},
        {STEP_PART, 3, "gate_o", true, &course,
         "\\Gamma_o^{<t>}=\\sigma(z_o^{<t>})\nz_o^{<t>}=W_o[a^{<t-1>},x^{<t>}]+b_o\n+w_{oc}*c^{<t>}"},
        {STEP_FROM_FUTURE, 1, "", false, &course,
         "da_{\\t{future}}^{<2>}=W_{fa}^{T}dz_f^{<3>}+W_{ua}^{T}dz_u^{<3>}\n+W_{ca}^{T}dz_c^{<3>}+W_{oa}^{T}"
         "dz_o^{<3>}"},
        {STEP_SUM, 1, "c", true, &course,
         "dc^{<t>}=dz_o^{<t>}*w_{oc}\n+da^{<t>}*\\Gamma_o^{<t>}*(1-\\tanh^2 c^{<t>})\n"
         "+dz_f^{<t+1>}*w_{fc}+dz_u^{<t+1>}*w_{uc}\n+dc^{<t+1>}*\\Gamma_f^{<t+1>}"},
        {STEP_PART_BACK, 1, "gate_o", false, &course,
         "dz_o^{<2>}=d\\Gamma_o^{<2>}*\\Gamma_o^{<2>}*(1-\\Gamma_o^{<2>})\n"
         "dc_{\\t{via }\\Gamma_o}^{<2>}=dz_o^{<2>}*w_{oc}\nda_{\\t{via }\\Gamma_o}^{<1>}=W_{oa}^{T}dz_o^{<2>}"},
    };
    expect_all(&w, goldens, sizeof goldens / sizeof *goldens);
    char text[1024];
    const struct step *steps = w.script->steps + w.script->phase_first[PHASE_CLIP];
    label_equation(text, sizeof text, w.record, &steps[3], false, course);
    const char start[] = "dW_f=\\sum_t dz_f^{<t>}[a^{<t-1>},x^{<t>}]^{T}\ndw_{fc}=\\sum_t dz_f^{<t>}*c^{<t-1>}\nm:=";
    if (strncmp(text, start, sizeof start - 1) != 0) fail_msg("%s", text);
    word_release(&w);
}

static void rnn(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_RNN, 1, 1);
    const struct golden goldens[] = {
        {STEP_PART, 3, "activation", false, &course, "a^{<4>}=\\t{tanh}(W_{aa}a^{<3>}+W_{ax}x^{<4>}+b_a)"},
        {STEP_PART, 3, "activation", true, &paper, "h_t=\\t{tanh}(W_{hh}h_{t-1}+W_{xh}x_t+b_h)"},
        {STEP_PART, 3, "activation", true, &pytorch, "h_t=\\t{tanh}(W_{hh}h_{t-1}+b_{hh}+W_{ih}x_t+b_{ih})"},
        {STEP_FROM_FUTURE, 1, "", false, &course, "da_{\\t{future}}^{<2>}=W_{aa}^{T}dz_a^{<3>}"},
        {STEP_FROM_FUTURE, 1, "", true, &paper, "dh_{t,\\t{future}}=W_{hh}^{T}dz_{h,t+1}"},
        {STEP_SUM, 1, "a", false, &pytorch, "dh_2=dh_{2,\\t{loss}}+dh_{2,\\t{future}}"},
        {STEP_PART_BACK, 1, "activation", false, &course,
         "dz_a^{<2>}=da^{<2>}*(1-(a^{<2>})^2)\nda_{\\t{future}}^{<1>}=W_{aa}^{T}dz_a^{<2>}"},
        {STEP_PART_BACK, 0, "activation", true, &course,
         "dz_a^{<t>}=da^{<t>}*(1-(a^{<t>})^2)\nda_{\\t{future}}^{<t-1>}=W_{aa}^{T}dz_a^{<t>}"},
    };
    expect_all(&w, goldens, sizeof goldens / sizeof *goldens);
    word_release(&w);
    word_model(&w, CELL_RNN, ACTIVATION_RELU, 1, 1);
    word_run(&w, REDUCTION_MEAN);
    expect_equation(&w, STEP_PART, 3, "activation", false, course,
                    "a^{<4>}=\\t{ReLU}(W_{aa}a^{<3>}+W_{ax}x^{<4>}+b_a)");
    expect_equation(&w, STEP_OUTPUT_BACK, 3, "", false, course, "dz_y^{<4>}=\\frac{1}{6}(\\hat{y}^{<4>}-y^{<4>})");
    expect_equation(&w, STEP_PART_BACK, 0, "activation", false, course, "dz_a^{<1>}=da^{<1>}*\\t{ReLU′}(z_a^{<1>})");
    word_release(&w);
}

static void updates(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM, 1, 1);
    char text[1024];
    const struct step *steps = w.script->steps + w.script->phase_first[PHASE_CLIP];
    label_equation(text, sizeof text, w.record, &steps[0], false, course);
    assert_string_equal(text, "g:=g\\cdot \\t{min}(1,\\frac{5}{\\norm{g}})");
    label_equation(text, sizeof text, w.record, &steps[3], false,
                   course); // weights of the second block stored, f
    assert_string_equal(text,
                        "dW_f=\\sum_t dz_f^{<t>}[a^{<t-1>},x^{<t>}]^{T}\nm:=0.9m+0.1\\,dW_f\nv:=0.999v+0.001(dW_f)^2\n"
                        "W_f:=W_f-0.002\\frac{\\hat{m}}{\\hat{v}^{1/2}+10^{-8}}");
    label_equation(text, sizeof text, w.record, &w.script->steps[w.script->count - 2], false, course);
    assert_non_null(strstr(text, "dW_{ya}=\\sum_t dz_y^{<t>}(a^{<t>})^{T}\n"));
    word_release(&w);
    word_model(&w, CELL_RNN, ACTIVATION_TANH, 1, 1);
    w.options.optimizer = OPTIMIZER_SGD;
    w.options.clip_norm = 0;
    word_run(&w, REDUCTION_SUM);
    steps = w.script->steps + w.script->phase_first[PHASE_CLIP];
    label_equation(text, sizeof text, w.record, &steps[0], false, course);
    assert_string_equal(text, "g:=g");
    label_equation(text, sizeof text, w.record, &steps[1], false, course);
    assert_string_equal(text, "dW_{aa}=\\sum_t dz_a^{<t>}(a^{<t-1>})^{T}\ndW_{ax}=\\sum_t "
                              "dz_a^{<t>}(x^{<t>})^{T}\nW:=W-0.002\\,dW");
    word_release(&w);
}

static void layers(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_RNN, 2, 1);
    char text[1024];
    label_equation(text, sizeof text, w.record, script_running(w.script, script_find(w.script, STEP_PART, 1, 0, 2, 0)),
                   false, course);
    assert_string_equal(text, "a^{[2]<3>}=\\t{tanh}(W_{aa}a^{[2]<2>}+W_{ax}a^{[1]<3>}+b_a)");
    label_equation(text, sizeof text, w.record,
                   script_running(w.script, script_find(w.script, STEP_FROM_LOSS, 0, 0, 2, 0)), false, course);
    assert_string_equal(text, "da_{\\t{above}}^{[1]<3>}=W_{ax}^{T}dz_a^{[2]<3>}");
    label_equation(text, sizeof text, w.record,
                   script_running(w.script, script_find(w.script, STEP_OUTPUT, -1, -1, 2, -1)), false, course);
    assert_string_equal(text, "\\hat{y}^{<3>}=\\t{softmax}(W_{ya}a^{[2]<3>}+b_y)");
    word_release(&w);
}

// --- every equation can be drawn ---

static const char *const words[] = {"Gamma", "sigma", "partial", "tau",  "sum",   "cdot", "odot", "approx", "le",
                                    "times", "in",    "ldots",   "eta",  "theta", "to", "gets",   "quad", "tanh",   "ln",
                                    "exp",   "hat",   "tilde",   "norm", "frac",  "t",    "col"};

static void check_markup(const char *text) {
    int depth = 0;
    for (const char *at = text; *at; at++) {
        if (strncmp(at, "\\t{", 3) == 0) { // letters, up to the brace
            at = strchr(at, '}');
            assert_non_null(at);
            continue;
        }
        assert_false(*at == '$' || (unsigned char)*at < ' ');
        depth += (*at == '{') - (*at == '}');
        assert_true(depth >= 0);
        if (*at != '\\' || at[1] == ',') continue;
        size_t length = strspn(at + 1, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
        bool known = false;
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            known |= strlen(words[i]) == length && strncmp(at + 1, words[i], length) == 0;
        if (!known) fail_msg("unknown word in %s", text);
    }
    if (depth != 0) fail_msg("unclosed group in %s", text);
}

static void check_all_equations(struct word_record *w) {
    char text[1024];
    for (int i = 0; i < w->script->count; i++)
        for (int notation = 0; notation < NOTATION_COUNT; notation++)
            for (int flags = 0; flags < 4; flags++) {
                label_equation(text, sizeof text, w->record, &w->script->steps[i], flags & 1,
                               (struct label_style){(enum notation)notation, flags & 2});
                assert_in_range(strlen(text), 3, 480);
                int lines = 0;
                for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), lines++)
                    check_markup(line);
                assert_in_range(lines, 1, 6);
            }
}

static void drawable(void **state) {
    (void)state;
    for_word_kinds(check_all_equations);
}

static void symbols(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_RNN, 1, 1);
    const char *const texts[] = {"a", "7", " ", "\n", "$", "}", "\\", "é", "<UNK>", "{", ""};
    const char *const expected[] = {"a",          "7", "\\t{space}", "\\t{newline}", "5", "5", "5", "\\t{é}",
                                    "\\t{<UNK>}", "5", "5"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char text[64], *kept = w.record->symbols[5], other[8];
        strcpy(other, texts[i]);
        w.record->symbols[5] = other;
        label_symbol(text, sizeof text, w.record, 5);
        w.record->symbols[5] = kept;
        assert_string_equal(text, expected[i]);
        check_markup(text);
    }
    word_release(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots),  cmocka_unit_test(lstm),     cmocka_unit_test(rnn),     cmocka_unit_test(updates),
        cmocka_unit_test(layers), cmocka_unit_test(drawable), cmocka_unit_test(symbols), cmocka_unit_test(peephole),
    };
    return cmocka_run_group_tests_name("label", tests, NULL, NULL);
}
