// Equations in every form: weights stacked and split in three notations, with the numbers of a unit, as links, as
// LaTeX.
#include "equation_latex.h"
#include "label.h"
#include "random_example.h"
#include "trace_record.h"
#include <ctype.h>
#include <stdlib.h>

enum { TEXT = 4000, UNIT = 6 };

// --- stacked and split ---

struct form {
    enum cell_id cell;
    const char *part;
    enum notation notation;
    const char *split, *stacked;
};

static const struct form forms[] = {
    {CELL_RNN, "activation", NOTATION_COURSE, "a^{<t>}=\\t{tanh}(W_{aa}a^{<t-1>}+W_{ax}x^{<t>}+b_a)",
     "a^{<t>}=\\t{tanh}(W_a[a^{<t-1>},x^{<t>}]+b_a)"},
    {CELL_RNN, "activation", NOTATION_PAPER, "h_t=\\t{tanh}(W_{hh}h_{t-1}+W_{xh}x_t+b_h)",
     "h_t=\\t{tanh}(W_h[h_{t-1},x_t]+b_h)"},
    {CELL_RNN, "activation", NOTATION_PYTORCH, "h_t=\\t{tanh}(W_{hh}h_{t-1}+b_{hh}+W_{ih}x_t+b_{ih})",
     "h_t=\\t{tanh}(\\t{weight_hh_l0}_{[0:8]}h_{t-1}+\\t{bias_hh_l0}_{[0:8]}\n"
     "+\\t{weight_ih_l0}_{[0:8]}x_t+\\t{bias_ih_l0}_{[0:8]})"},
    {CELL_LSTM, "gate_f", NOTATION_COURSE, "\\Gamma_f^{<t>}=\\sigma(W_{fa}a^{<t-1>}+W_{fx}x^{<t>}+b_f)",
     "\\Gamma_f^{<t>}=\\sigma(W_f[a^{<t-1>},x^{<t>}]+b_f)"},
    {CELL_LSTM, "gate_u", NOTATION_PAPER, "i_t=\\sigma(W_{hi}h_{t-1}+W_{xi}x_t+b_i)",
     "i_t=\\sigma(W_i[h_{t-1},x_t]+b_i)"},
    {CELL_LSTM, "gate_o", NOTATION_PYTORCH, "o_t=\\sigma(W_{ho}h_{t-1}+b_{ho}+W_{io}x_t+b_{io})",
     "o_t=\\sigma(\\t{weight_hh_l0}_{[24:32]}h_{t-1}+\\t{bias_hh_l0}_{[24:32]}\n"
     "+\\t{weight_ih_l0}_{[24:32]}x_t+\\t{bias_ih_l0}_{[24:32]})"},
    {CELL_GRU_SIMPLE, "gate_u", NOTATION_COURSE, "\\Gamma_u^{<t>}=\\sigma(W_{uc}c^{<t-1>}+W_{ux}x^{<t>}+b_u)",
     "\\Gamma_u^{<t>}=\\sigma(W_u[c^{<t-1>},x^{<t>}]+b_u)"},
    {CELL_GRU, "c_tilde", NOTATION_COURSE,
     "\\tilde{c}^{<t>}=\\t{tanh}(W_{cc}\\Gamma_r^{<t>}*c^{<t-1>}+W_{cx}x^{<t>}+b_c)",
     "\\tilde{c}^{<t>}=\\t{tanh}(W_c[\\Gamma_r^{<t>}*c^{<t-1>},x^{<t>}]+b_c)"},
    {CELL_GRU_RESET_AFTER, "gate_r", NOTATION_COURSE,
     "\\Gamma_r^{<t>}=\\sigma(W_{rc}c^{<t-1>}+b_{rc}+W_{rx}x^{<t>}+b_{rx})",
     "\\Gamma_r^{<t>}=\\sigma(W_r[c^{<t-1>},x^{<t>}]+b_{rc}+b_{rx})"},
    {CELL_GRU_RESET_AFTER, "c_tilde", NOTATION_PYTORCH,
     "n_t=\\tanh s_{n,t}\ns_{n,t}=W_{in}x_t+b_{in}\n+r_t \\odot (W_{hn}h_{t-1}+b_{hn})",
     "n_t=\\tanh s_{n,t}\ns_{n,t}=\\t{weight_ih_l0}_{[16:24]}x_t+\\t{bias_ih_l0}_{[16:24]}\n"
     "+r_t \\odot (\\t{weight_hh_l0}_{[16:24]}h_{t-1}+\\t{bias_hh_l0}_{[16:24]})"},
    {CELL_LSTM_PEEPHOLE, "gate_f", NOTATION_COURSE,
     "\\Gamma_f^{<t>}=\\sigma(z_f^{<t>})\nz_f^{<t>}=W_{fa}a^{<t-1>}+W_{fx}x^{<t>}+b_f\n+w_{fc}*c^{<t-1>}",
     "\\Gamma_f^{<t>}=\\sigma(z_f^{<t>})\nz_f^{<t>}=W_f[a^{<t-1>},x^{<t>}]+b_f\n+w_{fc}*c^{<t-1>}"},
};

static void weights_stacked_and_split(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const struct form *form = &forms[i];
        struct word_record w;
        word_init(&w, form->cell, 1, 1);
        int part = cell_part_by_id(record_cell(w.record), form->part);
        const struct step *step = script_running(w.script, script_find(w.script, STEP_PART, 0, 0, 2, part));
        char text[TEXT];
        struct label_style style = {.notation = form->notation, .weights = LABEL_WEIGHTS_SPLIT};
        label_equation(text, sizeof text, w.record, step, true, style);
        assert_string_equal(text, form->split);
        style.weights = LABEL_WEIGHTS_STACKED;
        label_equation(text, sizeof text, w.record, step, true, style);
        assert_string_equal(text, form->stacked);
        style.weights = LABEL_WEIGHTS_USUAL; // one of the two
        label_equation(text, sizeof text, w.record, step, true, style);
        assert_string_equal(text, label_stacked(style, record_cell(w.record)) ? form->stacked : form->split);
        word_release(&w);
    }
}

static void names_of_what_is_stored(void **state) {
    (void)state;
    struct word_record w;
    char text[400];
    word_init(&w, CELL_LSTM, 2, 1);
    label_stored(text, sizeof text, w.record, 1, 0);
    assert_string_equal(text, "weight_ih_l1 (32, 8)\nweight_hh_l1 (32, 8)\nrows i 0:8 f 8:16 g 16:24 o 24:32");
    const struct cell_desc *cell = record_cell(w.record);
    struct label_style style = {.notation = NOTATION_COURSE, .weights = LABEL_WEIGHTS_SPLIT};
    label_map(text, sizeof text, cell, 1, true, true, style);
    assert_string_equal(text, "W_{fa},W_{fx}");
    style.weights = LABEL_WEIGHTS_STACKED;
    label_map(text, sizeof text, cell, 1, true, true, style);
    assert_string_equal(text, "W_{f}");
    label_slot_of(text, sizeof text, w.record, 1, -1, cell->input, 3, LABEL_NO_UNIT, style);
    assert_string_equal(text, "a^{[1]<4>}");
    label_grad_from(text, sizeof text, cell, cell->state_in[1], 3, LABEL_NO_UNIT, "\\t{future}", style);
    assert_string_equal(text, "dc_{\\t{future}}^{<3>}");
    word_release(&w);
}

// --- numbers: every side of an equation comes to the same ---

struct reader {
    const char *at;
    const struct label_numbers *n;
    bool bad;
};

static double sum(struct reader *r);

static bool take(struct reader *r, const char *word) {
    const char *at = r->at + strspn(r->at, " \n");
    size_t length = strlen(word);
    if (strncmp(at, word, length) != 0) return false;
    r->at = at + length;
    return true;
}

static double value(struct reader *r) { // behind \v or \V
    int k = -1, digits, length = 0;
    if (sscanf(r->at, "{%d}{%d}%n", &k, &digits, &length) != 2 || k < 0 || k >= r->n->count || digits > 9) {
        r->bad = true;
        return 0;
    }
    r->at += length;
    return r->n->values[k].value;
}

static double closed(struct reader *r) {
    double v = sum(r);
    r->bad |= !take(r, ")");
    return v;
}

static double factor(struct reader *r) {
    int n, length = 0;
    if (take(r, "\\v")) return value(r);
    if (take(r, "\\V")) return value(r);
    if (take(r, "\\sigma(")) return 1 / (1 + exp(-closed(r)));
    if (take(r, "\\t{tanh}(")) return tanh(closed(r));
    if (take(r, "\\tanh^2(")) return pow(tanh(closed(r)), 2);
    if (take(r, "\\t{ReLU}(")) return fmax(0, closed(r));
    if (take(r, "\\t{ReLU′}(")) return closed(r) > 0;
    if (take(r, "\\ln(")) return log(closed(r));
    if (sscanf(r->at, "\\frac{1}{%d}(%n", &n, &length) == 1 && length) {
        r->at += length;
        return closed(r) / n;
    }
    if (take(r, "(")) {
        double v = closed(r);
        return take(r, "^2") ? v * v : v;
    }
    if (isdigit((unsigned char)*r->at)) return strtod(r->at, (char **)&r->at);
    r->bad = true;
    return 0;
}

static double product(struct reader *r) {
    double v = factor(r);
    while (!r->bad && (take(r, "*") || take(r, "\\odot ")))
        v *= factor(r);
    return v;
}

static double sum(struct reader *r) {
    double v = take(r, "-") ? -product(r) : product(r);
    while (!r->bad) {
        if (take(r, "+"))
            v += product(r);
        else if (take(r, "-"))
            v -= product(r);
        else if (strncmp(r->at, "\\V", 2) == 0)
            v += product(r);
        else
            break;
    }
    return v;
}

// The numbers of a record's equations, held against its tensors in one go.
enum { NUMBERS = 40000 };
static struct label_value numbers[NUMBERS];
static bool found[NUMBERS];
static int number_count;

static void look_up(void *context, const char *name, int dims, const int64_t *shape, const double *data) {
    (void)context;
    for (int k = 0; k < number_count; k++) {
        const struct label_value *v = &numbers[k];
        if (strcmp(name, v->tensor) != 0) continue;
        int64_t columns = dims > 1 ? shape[dims - 1] : 1;
        found[k] = true;
        if (data[dims > 1 ? v->row * columns + v->column : v->row] != v->value)
            fail_msg("%s[%d][%d] is not %g", name, v->row, v->column, v->value);
    }
}

static void note_numbers(const struct label_numbers *n) {
    for (int k = 0; k < n->count; k++)
        if (strncmp(n->values[k].tensor, "sum/", 4) != 0 && number_count < NUMBERS) {
            numbers[number_count] = n->values[k];
            found[number_count++] = false;
        }
}

static void look_up_numbers(const struct record *record) {
    record_each(record, look_up, NULL);
    for (int k = 0; k < number_count; k++)
        if (!found[k]) fail_msg("there is no tensor %s", numbers[k].tensor);
    number_count = 0;
}

// Terms that are shown rounded add up to the rounded total behind them.
static void check_digits(const struct label_numbers *n, const char *side, const char *end) {
    double unit = 0, terms = 0;
    int count = 0, k, digits, length;
    for (const char *at = side; at < end; at += length, count++) {
        while (*at == '+' || *at == '\n')
            at++;
        length = 0;
        if (strncmp(at, "\\v", 2) && strncmp(at, "\\V", 2)) return; // more than a sum
        if (sscanf(at + 2, "{%d}{%d}%n", &k, &digits, &length) != 2) return;
        length += 2;
        unit = pow(10, digits);
        terms += round(n->values[k].value * unit);
    }
    if (count < 2 || sscanf(end, "=\\v{%d}{%d}", &k, &digits) != 2) return;
    if (digits == 9) return; // it went on as far as digits are shown
    if (!(fabs(terms - round(n->values[k].value * unit)) < 0.5)) fail_msg("%s: the terms do not add up", n->text);
}

static int check_line(const struct label_numbers *n, const char *line, const char *end) {
    const char *side = memchr(line, '=', (size_t)(end - line));
    double last = NAN;
    int sides = 0;
    assert_non_null(side);
    while (side < end) {
        const char *next = memchr(side + 1, '=', (size_t)(end - side - 1));
        if (!next) next = end;
        bool symbols = memchr(side, '_', (size_t)(next - side)) != NULL; // "W_{ya}^{T}dz_y"
        struct reader r = {.at = side + 1, .n = n};
        double v = symbols ? NAN : sum(&r);
        if (!symbols && (r.bad || r.at != next))
            fail_msg("cannot read “%.*s” in %s", (int)(next - side), side, n->text);
        if (!symbols && sides && !(fabs(v - last) <= 1e-11 * fmax(1, fabs(v))))
            fail_msg("%s: %.17g is not %.17g", n->text, last, v);
        if (!symbols) last = v, sides++;
        if (next < end) check_digits(n, side + 1, next);
        side = next;
    }
    return sides;
}

static int told;

static void check_numbers(struct word_record *w) {
    for (int i = 0; i < w->script->count; i += 5) // steps of one kind come again at every timestep
        for (int notation = 0; notation < NOTATION_COUNT; notation++)
            for (int weights = LABEL_WEIGHTS_USUAL; weights <= LABEL_WEIGHTS_STACKED; weights++) {
                struct label_numbers n;
                const struct step *step = &w->script->steps[i];
                label_equation_numbers(
                    &n, w->record, step, record_H(w->record) - 2,
                    (struct label_style){.notation = (enum notation)notation, .weights = (enum label_weights)weights});
                bool cell = step->kind == STEP_PART || step->kind == STEP_PART_BACK || step->kind == STEP_SUM ||
                            step->kind == STEP_FROM_LOSS || step->kind == STEP_FROM_FUTURE;
                bool output = step->kind == STEP_OUTPUT || step->kind == STEP_LOSS || step->kind == STEP_OUTPUT_BACK;
                if (cell && !n.text[0]) fail_msg("step %d, kind %d, t %d: no numbers", i, step->kind, step->t);
                if (!cell && !output) assert_true(!n.text[0]);
                if (notation == 0 && weights == 0) note_numbers(&n); // they are the same in all
                // A line that begins with "+" belongs to the one before.
                for (const char *line = n.text; *line;) {
                    const char *end = line;
                    do
                        end = strchr(end + 1, '\n');
                    while (end && end[1] == '+');
                    if (!end) end = line + strlen(line);
                    told += check_line(&n, line, end) > 1;
                    line = *end ? end + 1 : end;
                }
            }
    look_up_numbers(w->record);
}

static void numbers_come_to_the_same(void **state) {
    (void)state;
    told = 0;
    for_word_kinds(check_numbers);
    print_message("%d equations with two sides or more\n", told);
    assert_true(told > 1000);
}

// One answer, embeddings, real numbers, encoder-decoders, all outputs.
static void for_every_form(void (*run)(struct word_record *w)) {
    for (int f = 0; f < NET_FORM_COUNT; f++)
        for (int k = 0; k < 4; k += 3) { // one layer and direction, two of both
            const struct net_form *form = &net_forms[f];
            struct net_spec spec = spec_of_form(form, (enum cell_id)((f + k) % CELL_COUNT), 1 + k % 2, 1 + k / 2, 3);
            struct train_options options = train_options_default();
            struct random_net net;
            struct random_example example;
            struct word_record w = {0};
            struct err err = {0};
            random_net_init(&net, spec, 7 + (uint64_t)k);
            random_example_init(&example, &spec, form->source_T, form->T, k % 2, &net.rng);
            w.record = record_new(&net.model, &example.example, NULL, 0, k % 2 ? REDUCTION_MEAN : REDUCTION_SUM,
                                  &options, NULL, NULL, 1, &err);
            w.script = w.record ? script_new(w.record, &err) : NULL;
            if (!w.script) fail_msg("%s: %s", form->name, err.message);
            run(&w);
            script_free(w.script);
            record_free(w.record);
            random_net_release(&net);
        }
}

static void numbers_of_every_form(void **state) {
    (void)state;
    told = 0;
    for_every_form(check_numbers);
    assert_true(told > 1000);
}

static void numbers_of_the_forget_gate(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM, 1, 1);
    struct label_numbers n;
    const struct step *step = script_running(w.script, script_find(w.script, STEP_PART, 0, 0, 2, 0));
    label_equation_numbers(&n, w.record, step, UNIT, (struct label_style){.notation = NOTATION_COURSE});
    int digits = n.text[strlen("\\Gamma_{f,7}^{<3>}=\\sigma(\\v{0}{")] - '0';
    char expected[200];
    snprintf(expected, sizeof expected,
             "\\Gamma_{f,7}^{<3>}=\\sigma(\\v{0}{%d}\\V{1}{%d}\\V{2}{%d})=\\sigma(\\v{3}{3})=\\v{4}{3}", digits, digits,
             digits);
    assert_string_equal(n.text, expected);
    assert_string_equal(n.values[0].tensor, "sum/recurrent");
    assert_string_equal(n.values[3].tensor, "forward/l0/z_f");
    assert_true(fabs(n.values[0].value + n.values[1].value + n.values[2].value - n.values[3].value) < 1e-12);
    assert_string_equal(n.values[4].tensor, "forward/l0/gate_f");
    label_equation_numbers(&n, w.record, step, WORD_HIDDEN, (struct label_style){0}); // there is no such unit
    assert_int_equal(n.count, 0);
    assert_string_equal(n.text, "");
    word_release(&w);
}

// --- links ---

// The markup without its links; fails on a key that cannot be read.
static int strip_links(const struct word_record *w, const char *text, char *out) {
    int links = 0, depth = 0, ends[64];
    int open = 0;
    for (const char *at = text; *at; at++) {
        if (strncmp(at, "\\link{", 6) == 0) {
            const char *key = at + 6, *end = strchr(key, '}');
            struct label_target target;
            assert_true(label_target(key, (int)(end - key), &target));
            const struct cell_desc *cell = record_cell(w->record);
            int count = target.kind <= LABEL_GRADIENT ? cell->slot_count : cell->block_count;
            if (target.kind <= LABEL_BIAS) assert_in_range(target.index, 0, count - 1);
            assert_int_equal(end[1], '{');
            ends[open++] = ++depth;
            at = end + 1;
            links++;
            continue;
        }
        if (*at == '{') depth++;
        if (*at == '}' && open && ends[open - 1] == depth) {
            open--, depth--;
            continue;
        }
        if (*at == '}') depth--;
        *out++ = *at;
    }
    *out = '\0';
    assert_int_equal(depth, 0);
    return links;
}

static void check_links(struct word_record *w) {
    static char text[TEXT], plain[TEXT], stripped[TEXT];
    for (int i = 0; i < w->script->count; i++)
        for (int notation = 0; notation < NOTATION_COUNT; notation++) {
            struct label_style style = {.notation = (enum notation)notation, .colored = true};
            label_equation(plain, sizeof plain, w->record, &w->script->steps[i], true, style);
            style.linked = true;
            label_equation(text, sizeof text, w->record, &w->script->steps[i], true, style);
            int links = strip_links(w, text, stripped);
            assert_string_equal(stripped, plain);
            if (w->script->steps[i].kind != STEP_CLIP) assert_true(links > 0);
        }
}

static void links_change_nothing_else(void **state) {
    (void)state;
    for_word_kinds(check_links);
    for_every_form(check_links);
    struct label_target target;
    assert_false(label_target("", 0, &target));
    assert_false(label_target("1 2 3", 5, &target));
    assert_false(label_target("99 0 0 0 0 0", 12, &target));
    assert_true(label_target("0 4 -1 0 0 -999", 15, &target));
    assert_true(target.kind == LABEL_VALUE && target.index == 4 && target.t0 == LABEL_SYMBOLIC + 1);
}

// --- LaTeX ---

static double third(void *context, int k) {
    (void)context;
    return k == 0 ? -1.0 / 3 : 2;
}

static void latex_of_markup(void **state) {
    (void)state;
    static const struct {
        const char *markup, *latex;
    } pairs[] = {
        {"\\Gamma_f^{<t>}=\\sigma(W_f[a^{<t-1>},x^{<t>}]+b_f)",
         "\\Gamma _{f}^{\\langle t\\rangle }=\\sigma (W_{f}[a^{\\langle t-1\\rangle },x^{\\langle t\\rangle }]+b_{f})"},
        {"\\col{f}{\\Gamma_f}*\\tilde{c}", "\\Gamma _{f}\\ast \\tilde{c}"},
        {"\\link{0 1 -1 0 0 2}{a^{<3>}} \\odot b", "a^{\\langle 3\\rangle } \\odot  b"},
        {"\\t{weight_hh_l0}_{[8:16]}h_{t-1}", "\\text{weight\\_hh\\_l0}_{[8:16]}h_{t-1}"},
        {"\\hat{y}_{\\t{<EOS>}}", "\\hat{y}_{\\text{\\textless{}EOS\\textgreater{}}}"},
        {"\\frac{1}{\\norm{g}}", "\\frac{1}{\\lVert g\\rVert }"},
        {"\\v{0}{2}\\V{1}{1}\\V{0}{2}", "-0.33+2.0-0.33"},
        {"a:=\\softmax(b)\\,c", "a:=\\operatorname{softmax}(b)\\,c"},
        {"c=a\n+b", "\\begin{aligned}\nc&=a \\\\\n&\\quad +b\n\\end{aligned}"},
        {"\\strong{x}<y", "x<y"},
        {"50%", "50\\%"},
        {"", ""},
        {"\\frac{", "\\frac{}{}"}, // bad markup ends
    };
    char out[512];
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        size_t needed = equation_latex(out, sizeof out, pairs[i].markup, third, NULL);
        assert_string_equal(out, pairs[i].latex);
        assert_int_equal(needed, strlen(pairs[i].latex));
    }
    assert_int_equal(equation_latex(out, 4, "abcdef", NULL, NULL), 6);
    assert_string_equal(out, "abc");
    equation_latex(out, sizeof out, "\\v{0}{2}", NULL, NULL);
    assert_string_equal(out, "?");
}

static void check_latex(struct word_record *w) {
    static char text[TEXT], latex[2 * TEXT];
    for (int i = 0; i < w->script->count; i++)
        for (int form = 0; form < 2 * NOTATION_COUNT; form++) {
            struct label_style style = {.notation = (enum notation)(form / 2),
                                        .colored = true,
                                        .linked = true,
                                        .weights = form % 2 ? LABEL_WEIGHTS_SPLIT : LABEL_WEIGHTS_STACKED};
            label_equation(text, sizeof text, w->record, &w->script->steps[i], true, style);
            assert_true(equation_latex(latex, sizeof latex, text, NULL, NULL) < sizeof latex);
            int depth = 0, begins = 0;
            for (const char *at = latex; *at; at++) {
                if (*at == '\\' && at[1] && strchr("{}_%#&$", at[1])) at++;
                depth += (*at == '{') - (*at == '}');
                assert_true(depth >= 0);
                begins += !strncmp(at, "\\begin", 6);
            }
            assert_int_equal(depth, 0);
            assert_int_equal(begins, strchr(text, '\n') != NULL);
            assert_null(strstr(latex, "\\col"));
            assert_null(strstr(latex, "\\link"));
            assert_null(strstr(latex, "\\t{"));
        }
}

static void latex_of_every_equation(void **state) {
    (void)state;
    for_word_kinds(check_latex);
    for_every_form(check_latex);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(weights_stacked_and_split),
        cmocka_unit_test(names_of_what_is_stored),
        cmocka_unit_test(numbers_come_to_the_same),
        cmocka_unit_test(numbers_of_every_form),
        cmocka_unit_test(numbers_of_the_forget_gate),
        cmocka_unit_test(links_change_nothing_else),
        cmocka_unit_test(latex_of_markup),
        cmocka_unit_test(latex_of_every_equation),
    };
    return cmocka_run_group_tests_name("equation", tests, NULL, NULL);
}
