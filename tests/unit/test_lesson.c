// The lesson format: what it reads, where it says that something is wrong, and the player. A small random
// network, no data.
#include "file.h"
#include "lesson.h"
#include "mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include "random_example.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- a network to ask ---

struct net {
    struct model model;
    struct record *record;
    struct script *script;
};

static char symbol_texts[][6] = {"<EOS>", "<UNK>", "a", "b", "c"};
static char *symbols[] = {symbol_texts[0], symbol_texts[1], symbol_texts[2], symbol_texts[3], symbol_texts[4]};
enum { SYMBOLS = 5, UNITS = 4, STEPS = 4 };

static void net_make(struct net *net, enum cell_id cell, int layers) {
    static const int x[STEPS] = {-1, 2, 3, 4}, target[STEPS] = {2, 3, 4, 0};
    struct net_spec spec = {.cell = cell,
                            .activation = ACTIVATION_TANH,
                            .kind = NET_MANY_TO_MANY,
                            .layers = layers,
                            .hidden = UNITS,
                            .directions = 1,
                            .inputs = SYMBOLS,
                            .outputs = SYMBOLS};
    struct example example = {.T = STEPS, .x = x, .target = target};
    struct train_options options = train_options_default();
    struct rng rng = rng_seed(7);
    struct err err = {0};
    options.clip_norm = 0.5;
    assert_true(model_init(&net->model, &spec, &err));
    model_randomise(&net->model, &rng, 1);
    net->record = record_new(&net->model, &example, symbols, SYMBOLS, REDUCTION_SUM, &options, NULL, NULL, 1, &err);
    assert_non_null(net->record);
    net->script = script_new(net->record, &err);
    assert_non_null(net->script);
}

static void net_free(struct net *net) {
    script_free(net->script);
    record_free(net->record);
    model_release(&net->model);
}

static struct lesson_now now_of(const struct net *net) {
    return (struct lesson_now){.record = net->record,
                               .script = net->script,
                               .unit = -1,
                               .t = -1,
                               .cell = record_cell(net->record)->name,
                               .word = "abc",
                               .units = UNITS,
                               .seed = 1,
                               .figure = "forward"};
}

static double number(const struct net *net, const char *expression) {
    struct lesson_now now = now_of(net);
    struct err err = {0};
    double value = NAN;
    if (!lesson_number(expression, &now, &value, &err)) fail_msg("%s: %ld: %s", expression, err.column, err.message);
    return value;
}

#define near(a, b) assert_true(fabs((a) - (b)) <= 1e-9 * (1 + fabs(b)))

// --- parsing ---

#define HEAD "# T\n\n```lesson\nid: x\nnumber: 1\n```\n\n## P\n\n" // the part's text is on line 10
#define TASK(body)                                                                                                     \
    HEAD "```scene\nword: abc\nunits: 4\n```\n\ntext\n\n```task\n" body "```\n" // the task's lines begin with 18
#define STEP "text: Go.\ngoal: past forward t=1\nsolve: step\n"

static const struct {
    const char *what, *text;
    long line, column;
    const char *message;
} faults[] = {
    {"no title", "text\n", 1, 1, "expected a part"},
    {"empty file", "", 1, 1, "expected a title"},
    {"no lesson block", "# T\n\n## P\n\ntext\n\n```task\n" STEP "```\n", 1, 1, "```lesson block"},
    {"no part", "# T\n\n```lesson\nid: x\nnumber: 1\n```\n", 1, 1, "expected a part"},
    {"second title", HEAD "text\n\n# U\n", 12, 3, "one title"},
    {"small heading", HEAD "### U\n", 10, 1, "smaller heading"},
    {"part twice", HEAD "text\n\n```task\n" STEP "```\n\n## P\n\ntext\n\n```task\n" STEP "```\n", 18, 4,
     "title of its own"},
    {"no text", HEAD "```task\n" STEP "```\n", 8, 1, "expected a text"},
    {"no task", HEAD "text\n", 8, 1, "expected a task"},
    {"no number", "# T\n\n```lesson\nid: x\n```\n", 3, 4, "number"},
    {"bad id", "# T\n\n```lesson\nid: a b\nnumber: 1\n```\n", 4, 6, "small letters"},
    {"bad number", "# T\n\n```lesson\nid: x\nnumber: one\n```\n", 5, 9, "whole number"},
    {"unknown block", HEAD "text\n\n```python\nx\n```\n", 12, 4, "expected a block"},
    {"block without a word", HEAD "text\n\n```\nx\n```\n", 12, 1, "expected a block"},
    {"second scene", HEAD "```scene\nunits: 4\n```\n\n```scene\nunits: 5\n```\n", 14, 4, "one scene"},
    {"scene before a part", "# T\n\n```scene\nunits: 4\n```\n", 3, 4, "expected a part"},
    {"unknown key of a scene", HEAD "```scene\nwords: abc\n```\n", 11, 1, "found \"words\""},
    {"unknown cell", HEAD "```scene\ncell: gru2\n```\n", 11, 7, "found \"gru2\""},
    {"no units", HEAD "```scene\nunits: 0\n```\n", 11, 8, "1 to 1024"},
    {"units in words", HEAD "```scene\nunits: eight\n```\n", 11, 8, "found \"eight\""},
    {"unknown step size", HEAD "```scene\nby: week\n```\n", 11, 5, "operation"},
    {"value missing", HEAD "```scene\nword:\n```\n", 11, 1, "found nothing"},
    {"key twice", HEAD "```scene\nword: a\nword: b\n```\n", 12, 1, "found it again"},
    {"no colon", HEAD "```scene\nword abc\n```\n", 11, 1, "key: value"},
    {"goto nowhere", HEAD "text\n\n```scene\nword: abc\ngoto: forwards t=1\n```\n\n```task\n" STEP "```\n", 14, 7,
     "expected start"},
    {"goto behind the end", HEAD "text\n\n```scene\nword: abc\ngoto: forward t=5\n```\n\n```task\n" STEP "```\n", 14,
     15, "t=1 to 4"},
    {"goto a part of another cell",
     HEAD "text\n\n```scene\nword: abc\ngoto: forward t=1 gate_f\n```\n\n```task\n" STEP "```\n", 14, 19, "activation"},
    {"unit out of range", HEAD "text\n\n```scene\nunits: 4\nunit: 5\n```\n\n```task\n" STEP "```\n", 14, 7,
     "unit 1 to 4"},
    {"task without a goal", TASK("text: Go.\nsolve: step\n"), 17, 4, "\"goal:\""},
    {"task without solve", TASK("text: Go.\ngoal: past forward t=1\n"), 17, 4, "\"solve:\""},
    {"task without text", TASK("goal: past forward t=1\nsolve: step\n"), 17, 4, "\"text:\""},
    {"unknown goal", TASK("text: Go.\ngoal: reach forward\nsolve: step\n"), 19, 7, "expected a goal"},
    {"unknown key of a task", TASK("txt: Go.\n"), 18, 1, "found \"txt\""},
    {"goal behind the end", TASK("text: Go.\ngoal: at forward t=9\nsolve: step\n"), 19, 18, "t=1 to 4"},
    {"unknown tensor", TASK("text: Go.\ngoal: number gate_f t=1 unit=1\ntolerance: 0\nsolve: answer\n"), 19, 14,
     "found \"gate_f\""},
    {"unknown slot by its full name",
     TASK("text: Go.\ngoal: number forward/l0/q t=1 unit=1\ntolerance: 0\nsolve: answer\n"), 19, 14,
     "expected a tensor"},
    {"layer that is not there", TASK("text: Go.\ngoal: number a t=1 unit=1 layer=2\ntolerance: 0\nsolve: answer\n"), 19,
     14, "expected a tensor"},
    {"unit of a tensor out of range", TASK("text: Go.\ngoal: number a t=1 unit=5\ntolerance: 0\nsolve: answer\n"), 19,
     20, "unit=1 to 4"},
    {"unit 0", TASK("text: Go.\ngoal: number a t=1 unit=0\ntolerance: 0\nsolve: answer\n"), 19, 25, "unit=1 or more"},
    {"index missing", TASK("text: Go.\ngoal: number a t=1\ntolerance: 0\nsolve: answer\n"), 19, 14, "\"unit=\""},
    {"index that it has not", TASK("text: Go.\ngoal: number loss t=1 unit=1\ntolerance: 0\nsolve: answer\n"), 19, 23,
     "indices that loss has"},
    {"unknown index", TASK("text: Go.\ngoal: number a t=1 cell=1\ntolerance: 0\nsolve: answer\n"), 19, 20,
     "found \"cell=\""},
    {"argmax of too much", TASK("text: Go.\ngoal: number a argmax\ntolerance: 0\nsolve: answer\n"), 19, 14, "found 2"},
    {"number out of range", TASK("text: Go.\ngoal: unit 5\nsolve: unit 1\n"), 19, 12, "1 to 4"},
    {"number without tolerance", TASK("text: Go.\ngoal: number loss t=1\nsolve: answer\n"), 17, 4, "tolerance"},
    {"bad tolerance", TASK("text: Go.\ntolerance: some\ngoal: number loss t=1\nsolve: answer\n"), 19, 12, "0.02 or 5%"},
    {"tolerance without a number", TASK("text: Go.\ngoal: unit 1\ntolerance: 1\nsolve: unit 1\n"), 17, 4,
     "only beside"},
    {"bracket left open", TASK("text: Go.\ngoal: number tanh(loss t=1\ntolerance: 0\nsolve: answer\n"), 19, 27,
     "expected \")\""},
    {"comparison without an operator", TASK("text: Go.\ngoal: when loss t=1\nsolve: step\n"), 19, 20, "one of <"},
    {"choice without choices", TASK("text: Go.\ngoal: choice\nsolve: choose\n"), 17, 4, "expected choices"},
    {"choices without a right one",
     TASK("text: Go.\ngoal: choice\nchoice: a\nwhy: a\nchoice: b\nwhy: b\nsolve: choose\n"), 17, 4, "\"right:\""},
    {"two right ones", TASK("text: Go.\ngoal: choice\nright: a\nwhy: a\nright: b\nwhy: b\nsolve: choose\n"), 22, 1,
     "found a second"},
    {"wrong answer without why", TASK("text: Go.\ngoal: choice\nchoice: a\nright: b\nwhy: b\nsolve: choose\n"), 20, 9,
     "\"why:\""},
    {"one choice", TASK("text: Go.\ngoal: choice\nright: b\nwhy: b\nsolve: choose\n"), 17, 4, "found one"},
    {"third hint", TASK("text: Go.\nhint: a\nhint: b\nhint: c\n"), 21, 1, "found a third"},
    {"unknown action", TASK("text: Go.\ngoal: unit 1\nsolve: step; jump\n"), 20, 14, "found \"jump\""},
    {"action without its number", TASK("text: Go.\ngoal: unit 1\nsolve: unit\n"), 20, 12, "behind \"unit\""},
    {"action out of range", TASK("text: Go.\ngoal: unit 1\nsolve: step; unit 9\n"), 20, 19, "1 to 4"},
    {"unknown page", HEAD "```scene\npage: home\n```\n", 11, 7, "workbench or train"},
    {"unknown kind", HEAD "```scene\nkind: some-to-some\n```\n", 11, 7, "many-to-one"},
    {"temperature in words", HEAD "```scene\ntemperature: hot\n```\n", 11, 14, "found \"hot\""},
    {"unknown optimiser", HEAD "```scene\noptimizer: best\n```\n", 11, 12, "adam or auto"},
    {"negative learning rate", HEAD "```scene\nlr: -1\n```\n", 11, 5, "0 or more"},
    {"gradient without its loss", TASK("text: Go.\ngoal: when dL_da t=1 > 0\nsolve: step\n"), 19, 12, "tau="},
    {"gradient by unit", TASK("text: Go.\ngoal: when dL_da tau=2 t=1 unit=1 > 0\nsolve: step\n"), 19, 12,
     "no such index"},
    {"fourth rival", TASK("text: Go.\ngoal: when L rival=4 > 0\nsolve: step\n"), 19, 12, "rival=1 to 3"},
    {"loss of a timestep beside a", TASK("text: Go.\ngoal: when a tau=1 t=1 unit=1 > 0\nsolve: step\n"), 19, 12,
     "dL_da"},
    {"third sentence", TASK("text: Go.\ngoal: sentence 3\nsolve: step\n"), 19, 16, "1 or 2"},
    {"unknown direction", TASK("text: Go.\ngoal: direction up\nsolve: step\n"), 19, 17, "forward or backward"},
    {"draw of no number", TASK("text: Go.\ngoal: unit 1\nsolve: draw all\n"), 20, 13, "number of a draw"},
    {"moment of a draw", TASK("text: Go.\ngoal: unit 1\nsolve: draw 2 dice\n"), 20, 13, "number, choice"},
    {"temperature of 0", TASK("text: Go.\ngoal: unit 1\nsolve: temperature 0\n"), 20, 20, "above 0"},
    {"cell to compare", TASK("text: Go.\ngoal: unit 1\nsolve: compare lstn\n"), 20, 16, "found \"lstn\""},
    {"one number for min", TASK("text: Go.\ngoal: when min(T) > 0\nsolve: step\n"), 19, 17, "expected \",\""},
    {"action to nowhere", TASK("text: Go.\ngoal: unit 1\nsolve: goto forward t=7\n"), 20, 21, "t=1 to 4"},
    {"bad maths in a text", HEAD "one $a^{<t>}$ two $\\Gama_f$\n\n```task\n" STEP "```\n", 10, 20, "in maths"},
    {"bad maths on a later line", HEAD "one\ntwo $\\frac{a}$\n\n```task\n" STEP "```\n", 11, 14, "a group"},
    {"bad maths in a box", HEAD "text\n\n$$ a = \\hat{y $$\n\n```task\n" STEP "```\n", 12, 12, "a }"},
    {"bad maths in a task", TASK("text: Go to $\\gama$.\ngoal: unit 1\nsolve: unit 1\n"), 18, 14, "in maths"},
    {"bad maths in a continued text", TASK("text: Go\n  to $x_$.\ngoal: unit 1\nsolve: unit 1\n"), 19, 8,
     "behind ^ or _"},
    {"dollar alone", HEAD "costs $5\n\n```task\n" STEP "```\n", 10, 7, "second $"},
    {"link", HEAD "see [this](x)\n\n```task\n" STEP "```\n", 10, 5, "found a link"},
    {"quotation", HEAD "> see\n\n```task\n" STEP "```\n", 10, 1, "other Markdown"},
    {"expectation without an operator", HEAD "text\n\n```expect\nloss t=1\n```\n\n```task\n" STEP "```\n", 13, 9,
     "one of <"},
    {"expectation of nothing known", HEAD "text\n\n```expect\n\n  losses t=1 > 0\n```\n\n```task\n" STEP "```\n", 14, 3,
     "found \"losses\""},
    {"not UTF-8", "# T\n\n\xff\n", 3, 1, "UTF-8"},
};

static void test_faults(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct err err = {0};
        struct lesson *lesson = lesson_parse("x.md", faults[i].text, strlen(faults[i].text), &err);
        if (lesson) fail_msg("%s: expected an error, found a lesson", faults[i].what);
        if (err.line != faults[i].line || err.column != faults[i].column || !strstr(err.message, faults[i].message) ||
            strcmp(err.file, "x.md"))
            fail_msg("%s: expected %ld:%ld \"%s\", found %s:%ld:%ld \"%s\"", faults[i].what, faults[i].line,
                     faults[i].column, faults[i].message, err.file, err.line, err.column, err.message);
    }
}

// Any cut and any changed byte is read or refused, never more.
static void test_damage(void **state) {
    (void)state;
    static const char text[] =
        TASK("text: A $x$ **b**.\ngoal: choice\nchoice: a\nwhy: a\nright: b\n  c\nwhy: b\nhint: h\nsolve: "
             "choose\n") "\n```expect\nkeep k = tanh(a t=1 unit=2) + 1\nk < -(a t=1 norm) within 1\n```\n";
    struct rng rng = rng_seed(3);
    for (size_t cut = 0; cut < sizeof text; cut++)
        lesson_free(lesson_parse("x.md", text, cut, NULL));
    for (int i = 0; i < 4000; i++) {
        char copy[sizeof text];
        memcpy(copy, text, sizeof text);
        copy[rng_below(&rng, sizeof text - 1)] = (char)rng_below(&rng, 256);
        lesson_free(lesson_parse("x.md", copy, sizeof text - 1, NULL));
    }
}

static struct lesson *parse(const char *text) {
    struct err err = {0};
    struct lesson *lesson = lesson_parse("x.md", text, strlen(text), &err);
    if (!lesson) fail_msg("%ld:%ld: %s", err.line, err.column, err.message);
    return lesson;
}

static void test_texts(void **state) {
    (void)state;
    struct lesson *lesson =
        parse("\xef\xbb\xbf# A *new* $a^{<t>}$\r\n\r\n```lesson\r\nid: x-1\r\nnumber: 12\r\n```\r\n\r\n## P\r\n\r\n"
              "One\r\n*two* `da_prev` $x_t$ &amp; **three**.\r\n\r\n$$ a = b $$\r\n\r\nMore $$ c $$ and\r\n\r\n- "
              "item\r\n- **two**\r\n\r\n"
              "1. first\r\n2. second\r\n\r\n```scene\r\n# a comment\r\nword: abc\r\n\r\nflow: on\r\n```\r\n\r\n"
              "```task\r\ntext: Go\r\n  on.\r\ngoal: number loss t=2\r\ntolerance: 5%\r\nsolve: answer\r\n```\r\n");
    const struct lesson_part *part = &lesson->parts[0];
    assert_string_equal(lesson->title, "A **new** $a^{<t>}$");
    assert_string_equal(lesson->id, "x-1");
    assert_int_equal(lesson->number, 12);
    static const struct {
        const char *text, *equation;
    } blocks[] = {{"One **two** `da_prev` $x_t$ & **three**.", NULL},
                  {NULL, "a = b"},
                  {"More", NULL},
                  {NULL, "c"},
                  {"and", NULL},
                  {"\xe2\x80\xa2 item", NULL},
                  {"\xe2\x80\xa2 **two**", NULL},
                  {"1. first", NULL},
                  {"2. second", NULL}};
    assert_int_equal(part->block_count, 9);
    for (int i = 0; i < 9; i++) {
        if (blocks[i].text) assert_string_equal(part->blocks[i].text, blocks[i].text);
        if (blocks[i].equation) assert_string_equal(part->blocks[i].equation, blocks[i].equation);
    }
    assert_true(part->scene.flow);
    assert_string_equal(part->tasks[0].text, "Go on. Within 5% counts.");
    assert_true(part->tasks[0].tolerance_relative);
    near(part->tasks[0].tolerance, 0.05);
    assert_int_equal(part->tasks[0].hidden_count, 1);
    assert_string_equal(part->tasks[0].hidden[0].tensor, "forward/loss");
    assert_int_equal(part->tasks[0].hidden[0].row, 1);
    lesson_free(lesson);
}

static void test_scene_is_taken_over(void **state) {
    (void)state;
    struct lesson *lesson =
        parse(HEAD "```scene\nword: abc\nunits: 4\nseed: 9\ngoto: forward t=2\nunit: 2\nt: "
                   "last\n```\n\ntext\n\n```task\n" STEP
                   "```\n\n## Q\n\ntext\n\n```scene\ncell: lstm\nunit: none\n```\n\n```task\n" STEP "```\n");
    const struct lesson_scene *scene = &lesson->parts[1].scene;
    assert_string_equal(lesson->parts[0].scene.cell, "rnn");
    assert_string_equal(scene->cell, "lstm");
    assert_string_equal(scene->word, "abc");
    assert_string_equal(scene->goto_, "forward t=2");
    assert_int_equal(scene->units, 4);
    assert_int_equal(scene->seed, 9);
    assert_int_equal(lesson->parts[0].scene.unit, 1);
    assert_int_equal(scene->unit, LESSON_NONE);
    assert_int_equal(scene->t, 3);
    lesson_free(lesson);
}

static void test_ids(void **state) {
    (void)state;
    struct lesson *a = parse(TASK(STEP)), *b = parse(TASK(STEP));
    const struct lesson *both[] = {a, b};
    struct err err = {0};
    assert_true(lesson_check_ids(both, 1, &err));
    assert_false(lesson_check_ids(both, 2, &err));
    assert_non_null(strstr(err.message, "found \"x\""));
    lesson_free(a);
    lesson_free(b);
}

static void test_maths(void **state) {
    (void)state;
    static const char *const good[] = {"a^{<t>}",
                                       "\\col{f}{\\Gamma_f^{<t>}}",
                                       "\\tilde{c} \\hat{y}_{\\t{right}}",
                                       "\\frac{a+b}{\\norm{g}}",
                                       "W_{aa}\\,a^{<t-1>}",
                                       "\\strong{x} \\quad \\ln 3",
                                       "x^\\tau_1",
                                       "W_a [a, x] * 2"};
    static const struct {
        const char *text;
        long column;
    } bad[] = {{"", 1},       {"a^", 2},      {"\\alpha", 1},   {"{a", 1},      {"a {b}", 3},
               {"a < b", 3},  {"a}", 2},      {"\\frac{a}", 9}, {"\\hat y", 5}, {"\\col{x}{a}", 5},
               {"a^{<t}", 4}, {"a \\t{b", 5}, {"x $ y", 3}};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!lesson_check_math(good[i], NULL)) fail_msg("expected \"%s\" to be right", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err err = {0};
        if (lesson_check_math(bad[i].text, &err) || err.column != bad[i].column)
            fail_msg("\"%s\": expected a fault in column %ld, found %ld", bad[i].text, bad[i].column, err.column);
    }
}

// --- numbers of the network ---

struct compare {
    const struct net *net;
    int names, unknown;
};

static void compare_tensor(void *context, const char *name, int dims, const int64_t *shape, const double *data) {
    struct compare *c = context;
    c->names++;
    char words[200], last[64] = "";
    size_t count = 1;
    double squares = 0;
    for (int k = 0; k < dims; k++)
        count *= (size_t)shape[k];
    for (size_t i = 0; i < count; i++)
        squares += data[i] * data[i];
    const char *slash = strchr(name, '/'), *own = name;
    if (slash && strncmp(name, "encoder", (size_t)(slash - name)) == 0) own = slash + 1;
    bool known = strncmp(own, "norm/", 5) && strncmp(own, "backward/sent/", 14) && strcmp(own, "backward/input") &&
                 strcmp(own, "target") && strcmp(own, "mask") && strcmp(own, "symbol");
    bool scalar = strncmp(name, "clip/", 5) == 0 && dims == 1 && count == 1;
    scalar |= strcmp(name, "forward/total_loss") == 0;
    c->unknown += !known;
    if (!known) return;
    snprintf(words, sizeof words, scalar ? "%s" : "%s norm", name);
    near(number(c->net, words), scalar ? data[0] : sqrt(squares));
    if (scalar) return;
    bool parts = strncmp(name, "grad_at/", 8) == 0, matrix = dims - parts == 2;
    if (matrix) snprintf(last, sizeof last, " column=%d", (int)shape[dims - 1]);
    snprintf(words, sizeof words, "%s%s row=%d%s", name, parts ? " t=2" : "",
             (int)shape[dims - (matrix ? 2 : 1)] - (parts ? 0 : 1), last);
    size_t width = matrix ? (size_t)shape[dims - 1] : 1, rows = (size_t)shape[dims - (matrix ? 2 : 1)];
    near(number(c->net, words), data[(parts ? rows * width : 0) + (rows - (parts ? 1 : 2)) * width + width - 1]);
}

static void test_every_tensor(void **state) {
    (void)state;
    static const enum cell_id cells[] = {CELL_RNN, CELL_LSTM, CELL_LSTM_PEEPHOLE};
    for (int k = 0; k < 6; k++) {
        struct net net;
        net_make(&net, cells[k / 2], 1 + k % 2);
        struct compare compare = {.net = &net};
        record_each(net.record, compare_tensor, &compare);
        assert_true(compare.names - compare.unknown > 20);
        net_free(&net);
    }
}

// The same of networks of every form, and places on both sides.
static void test_every_kind(void **state) {
    (void)state;
    for (int f = 0; f < NET_FORM_COUNT; f++) {
        if (net_forms[f].T < 2 || net_forms[f].source_T == 1) continue; // t=2 is asked for
        struct net_spec spec = spec_of_form(&net_forms[f], f % 2 ? CELL_LSTM : CELL_GRU, 1 + f % 2, 1 + f % 2, 3);
        struct random_example example;
        struct random_net random;
        struct err err = {0};
        struct train_options options = train_options_default();
        random_net_init(&random, spec, 3);
        random_example_init(&example, &spec, net_forms[f].source_T, net_forms[f].T, false, &random.rng);
        struct net net = {.model = random.model};
        net.record = record_new(&net.model, &example.example, NULL, 0, REDUCTION_SUM, &options, NULL, NULL, 1, &err);
        assert_non_null(net.record);
        net.script = script_new(net.record, &err);
        struct compare compare = {.net = &net};
        record_each(net.record, compare_tensor, &compare);
        assert_true(compare.names - compare.unknown > 20);
        static const char *const places[] = {"forward encoder t=last", "forward hand_over", "backward encoder t=1",
                                             "forward decoder t=2 input", "update encoder"};
        for (size_t k = 0; k < sizeof places / sizeof *places; k++) {
            int p = -1;
            bool there = lesson_find_position(places[k], net.record, net.script, &p, &err);
            assert_int_equal(there, net.record->encoder != NULL || k == 3); // else there is no such step
            if (k == 3 && !net.record->encoder) assert_true(p > 0);
            if (!there || !net.record->encoder) continue;
            assert_int_equal(script_running(net.script, p)->encoder, k % 2 == 0);
        }
        int p = -1;
        assert_int_equal(lesson_find_position("forward embed", net.record, net.script, &p, &err), spec.embed > 0);
        assert_int_equal(lesson_find_position("update embed", net.record, net.script, &p, &err), spec.embed > 0);
        script_free(net.script);
        record_free(net.record);
        random_net_release(&random);
    }
}

static void test_short_names(void **state) {
    (void)state;
    static const char *const same[][2] = {
        {"a t=2 unit=3", "forward/l0/a row=2 column=3"},
        {"da t=last unit=3", "backward/l0/a row=4 column=3"},
        {"da_loss t=2 unit=1", "backward/from_loss/l0/a row=2 column=1"},
        {"da_future t=2 unit=1", "backward/from_future/l0/a row=2 column=1"},
        {"y_hat t=3 symbol=b", "forward/y_hat row=3 column=4"},
        {"y_hat t=3 symbol=target", "forward/y_hat row=3 column=5"},
        {"x t=3 symbol=input", "1"},
        {"dlogits t=4 symbol=<EOS>", "y_hat t=4 symbol=<EOS> - 1"},
        {"loss t=1", "-ln(y_hat t=1 symbol=target)"},
        {"loss sum", "L"},
        {"a t=2 layer=2 unit=1", "forward/l1/a row=2 column=1"},
        {"W_aa unit=2 from=3", "param/rnn.weight_hh_l0 row=2 column=3"},
        {"W_a unit=2 from=3", "W_aa unit=2 from=3"},
        {"W_ax unit=2 symbol=a", "param/rnn.weight_ih_l0 row=2 column=3"},
        {"W_ya symbol=a unit=2", "param/head.weight row=3 column=2"},
        {"b_a unit=4", "param/rnn.bias_ih_l0 row=4"},
        {"db_y symbol=c", "grad/head.bias row=5"},
        {"dW_aa t=2 unit=1 from=3", "dz_a t=2 unit=1 * a t=1 unit=3"},
        {"dW_aa unit=1 from=3", "grad/rnn.weight_hh_l0 row=1 column=3"},
        {"grad/rnn.weight_hh_l0 t=3 row=1 column=2", "dW_aa t=3 unit=1 from=2"},
        {"z_a t=1 unit=2", "b_a unit=2"},
        {"a t=2 unit=1", "tanh(z_a t=2 unit=1)"},
        {"T + units * layers", "12"},
        {"- (2 - 3) * 4 / 8", "0.5"},
        {"abs(-3) + sqrt(4) + exp(0) + ln(1)", "6"},
        {"y_hat sum", "T"},
        {"clip_scale", "clip_norm / grad_norm"},
    };
    struct net net;
    net_make(&net, CELL_RNN, 2);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        double a = number(&net, same[i][0]), b = number(&net, same[i][1]);
        if (!(fabs(a - b) <= 1e-6 * (1 + fabs(b)))) fail_msg("%s = %g, %s = %g", same[i][0], a, same[i][1], b);
    }
    net_free(&net);
}

static void test_gates(void **state) {
    (void)state;
    struct net net;
    net_make(&net, CELL_LSTM, 1);
    // Blocks are stored i f g o: row 4 + 2 is unit 2 of the forget gate.
    near(number(&net, "W_fa unit=2 from=1"), number(&net, "param/rnn.weight_hh_l0 row=6 column=1"));
    near(number(&net, "W_f unit=2 symbol=c"), number(&net, "param/rnn.weight_ih_l0 row=6 column=5"));
    near(number(&net, "b_o unit=1"), number(&net, "param/rnn.bias_ih_l0 row=13"));
    near(number(&net, "dW_ux t=3 norm"), number(&net, "dz_u t=3 norm")); // one-hot input: a single 1
    near(number(&net, "dc t=2 unit=1"), number(&net, "dc_loss t=2 unit=1 + dc_future t=2 unit=1"));
    near(number(&net, "dc_future t=2 unit=1"), number(&net, "dc t=3 unit=1 * gate_f t=3 unit=1"));
    near(number(&net, "z_f t=1 unit=1"), number(&net, "b_f unit=1"));
    net_free(&net);
}

static void test_diagonals(void **state) {
    (void)state;
    struct net net;
    net_make(&net, CELL_LSTM_PEEPHOLE, 1);
    // Stored i f o: row 4 + 2 is unit 2 of the forget gate, the output gate's come third.
    near(number(&net, "w_fc unit=2"), number(&net, "param/rnn.weight_ch_l0 row=6"));
    near(number(&net, "w_oc unit=1"), number(&net, "param/rnn.weight_ch_l0 row=9"));
    near(number(&net, "dw_uc t=3 unit=1"), number(&net, "dz_u t=3 unit=1 * c t=2 unit=1"));
    near(number(&net, "dw_oc t=3 unit=1"), number(&net, "dz_o t=3 unit=1 * c t=3 unit=1"));
    near(number(&net, "peep_f t=2 unit=3"), number(&net, "w_fc unit=3 * c t=1 unit=3"));
    near(number(&net, "z_f t=2 unit=3"), number(&net, "z_fax t=2 unit=3 + peep_f t=2 unit=3"));
    near(number(&net, "W_fa unit=2 from=1"), number(&net, "param/rnn.weight_hh_l0 row=6 column=1"));
    net_free(&net);
}

static void test_reductions(void **state) {
    (void)state;
    struct net net;
    net_make(&net, CELL_RNN, 1);
    double max = -INFINITY, absmax = 0, sum = 0;
    int at = 0;
    for (int u = 0; u < UNITS; u++) {
        double a = tape_value(net.record->tape, 0, 0, cell_slot_by_id(record_cell(net.record), "a"), 2)[u];
        if (a > max) max = a, at = u + 1;
        absmax = fmax(absmax, fabs(a));
        sum += a;
    }
    near(number(&net, "a t=3 max"), max);
    near(number(&net, "a t=3 argmax"), (double)at);
    near(number(&net, "a t=3 absmax"), absmax);
    near(number(&net, "a t=3 mean"), sum / UNITS);
    near(number(&net, "-(a t=3 min)"), -number(&net, "a t=3 min"));
    net_free(&net);
}

static void test_live_faults(void **state) {
    (void)state;
    static const char *const bad[] = {"y_hat t=1 symbol=z", "x t=1 symbol=input", "a t=1 unit=selected",
                                      "y_hat sum symbol=target", "gate_f t=1 unit=1"};
    struct net net;
    net_make(&net, CELL_RNN, 1);
    struct lesson_now now = now_of(&net);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double x;
        struct err err = {0};
        if (lesson_number(bad[i], &now, &x, &err) || err.column != 1 || !err.message[0])
            fail_msg("expected \"%s\" to be refused: %s", bad[i], err.message);
    }
    net_free(&net);
}

static void test_comparisons(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool holds;
    } cases[] = {{"1 < 2", true},
                 {"2 < 1", false},
                 {"2 >= 2", true},
                 {"2 != 2", false},
                 {"1 = 1.0000001", true},
                 {"1 = 1.001", false},
                 {"1 = 1.001 within 0.01", true},
                 {"1 != 1.001 within 0.01", false},
                 {"0 = 0", true},
                 {"ln(0 - 1) = 1", false},
                 {"ln(0 - 1) < 1", false},
                 {"ln(0 - 1) >= 1", false},
                 {"a t=1 norm <= a t=1 norm", true}};
    struct net net;
    net_make(&net, CELL_RNN, 1);
    struct lesson_now now = now_of(&net);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool holds = !cases[i].holds;
        assert_true(lesson_holds(cases[i].text, &now, &holds, NULL));
        if (holds != cases[i].holds) fail_msg("%s", cases[i].text);
    }
    net_free(&net);
}

// --- places ---

static void test_places(void **state) {
    (void)state;
    static const struct {
        const char *words;
        enum step_kind kind;
        int t;
    } cases[] = {{"forward t=2 input", STEP_INPUT, 1},
                 {"forward t=2 gate_f", STEP_PART, 1},
                 {"forward t=2", STEP_OUTPUT, 1},
                 {"forward", STEP_OUTPUT, 3},
                 {"loss t=3", STEP_LOSS, 2},
                 {"loss", STEP_LOSS, 3},
                 {"backward t=3 output", STEP_OUTPUT_BACK, 2},
                 {"backward t=3 from_loss", STEP_FROM_LOSS, 2},
                 {"backward t=3 from_future", STEP_FROM_FUTURE, 2},
                 {"backward t=3 sum c", STEP_SUM, 2},
                 {"backward t=last sum a", STEP_SUM, 3},
                 {"backward t=1 c_tilde", STEP_PART_BACK, 0},
                 {"backward", STEP_PART_BACK, 0},
                 {"clip", STEP_CLIP, -1},
                 {"update f bias", STEP_UPDATE, -1},
                 {"update y weights", STEP_UPDATE, -1}};
    struct net net;
    net_make(&net, CELL_LSTM, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int p = -1;
        bool at = false;
        struct err err = {0};
        if (!lesson_find_position(cases[i].words, net.record, net.script, &p, &err))
            fail_msg("%s: %s", cases[i].words, err.message);
        const struct step *step = script_running(net.script, p);
        assert_non_null(step);
        if (step->kind != cases[i].kind || (cases[i].t >= 0 && step->t != cases[i].t))
            fail_msg("%s: found kind %d, t %d", cases[i].words, (int)step->kind, step->t + 1);
        assert_true(lesson_is_at(cases[i].words, net.record, net.script, p, &at, NULL) && at);
        assert_true(lesson_is_at(cases[i].words, net.record, net.script, 0, &at, NULL) && !at);
    }
    int start = -1, end = -1, last = -1;
    assert_true(lesson_find_position("start", net.record, net.script, &start, NULL));
    assert_true(lesson_find_position("end", net.record, net.script, &end, NULL));
    assert_true(lesson_find_position("update", net.record, net.script, &last, NULL));
    assert_int_equal(start, 0);
    assert_int_equal(end, net.script->count);
    assert_int_equal(last, end);
    struct err err = {0};
    assert_false(lesson_find_position("backward t=4 from_future", net.record, net.script, &start,
                                      &err)); // nothing comes after t = 4
    assert_false(lesson_find_position("forward t=5", net.record, net.script, &start, &err));
    assert_int_equal(err.column, 9);
    net_free(&net);
}

// --- actions ---

static void test_actions(void **state) {
    (void)state;
    struct lesson_action a;
    assert_true(lesson_action_parse("step", &a, NULL) && a.kind == ACTION_STEP && a.number == 1);
    assert_true(lesson_action_parse("back 3", &a, NULL) && a.kind == ACTION_BACK && a.number == 3);
    assert_true(lesson_action_parse("goto backward t=3 sum a", &a, NULL) && a.kind == ACTION_GOTO);
    assert_string_equal(a.text, "backward t=3 sum a");
    assert_true(lesson_action_parse("unit 3", &a, NULL) && a.number == 3);
    assert_true(lesson_action_parse("train 600", &a, NULL) && a.kind == ACTION_TRAIN && a.number == 600);
    static const char *const bad[] = {"", "dance", "seed x", "cell gru9", "by week", "flow maybe", "goto", "step x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (lesson_action_parse(bad[i], &a, NULL)) fail_msg("expected \"%s\" to be refused", bad[i]);
}

// --- the player ---

static const char playing[] =
    HEAD "```scene\nword: abc\nunits: 4\n```\n\ntext\n\n"
         "```task\ntext: Go.\ngoal: past forward t=1\nhint: one\nhint: two\nthen: Well.\nsolve: goto forward "
         "t=1\n```\n\n"
         "```task\ntext: Loss?\ngoal: number loss t=2\ntolerance: 0.01\nelse: Look again.\nthen: So it "
         "is.\nsolve: answer\n```\n\n"
         "```task\ntext: Pick.\ngoal: choice\nchoice: no\nwhy: Because not.\nright: yes\nwhy: "
         "Because.\nsolve: choose\n```\n\n"
         "```task\ntext: Sign?\ngoal: choice\nchoice: plus\nwhen: da t=2 unit=1 > 0\nwhy: p\nchoice: "
         "minus\nwhen: da t=2 unit=1 < 0\nwhy: m\nthen: Seen.\nsolve: choose\n```\n\n"
         "```task\ntext: Unit.\ngoal: unit a t=2 argmax\nsolve: unit a t=2 argmax\n```\n\n## "
         "Q\n\ntext\n\n```task\ntext: Change.\ngoal: word\nsolve: word cab\n```\n";

static void test_player(void **state) {
    (void)state;
    struct net net;
    net_make(&net, CELL_RNN, 1);
    struct lesson *lesson = parse(playing);
    struct player player;
    struct player_task task;
    struct lesson_now now = now_of(&net);
    struct lesson_value hidden[4];
    char words[64];
    player_start(&player, lesson, 0);

    assert_int_equal(player_current_task(&player), 0);
    assert_false(player_update(&player, &now));
    player_task(&player, 0, &task);
    assert_true(task.state == PLAYER_TASK_NOW && !task.hint && task.more_hints && !task.feedback && !task.asks_number);
    player_hint(&player, 0);
    player_hint(&player, 0);
    player_hint(&player, 0);
    player_task(&player, 0, &task);
    assert_string_equal(task.hint, "two");
    assert_false(task.more_hints);
    lesson_find_position("forward t=1", net.record, net.script, &now.position, NULL);
    assert_true(player_update(&player, &now));
    player_task(&player, 0, &task);
    assert_true(task.state == PLAYER_TASK_DONE && task.feedback_right);
    assert_string_equal(task.feedback, "Well.");

    assert_int_equal(player_hidden(&player, hidden, 4), 1);
    assert_string_equal(hidden[0].tensor, "forward/loss");
    player_task(&player, 1, &task);
    assert_true(task.asks_number);
    assert_string_equal(task.text, "Loss? Within 0.01 counts.");
    double loss = tape_loss(net.record->tape, 1);
    assert_false(player_answer(&player, &now, 1, "much"));
    snprintf(words, sizeof words, "%.6f", loss + 0.02);
    assert_false(player_answer(&player, &now, 1, words));
    assert_string_equal(player.feedback[1], "That is too high. Look again.");
    snprintf(words, sizeof words, "%.6f", loss - 0.011);
    assert_false(player_answer(&player, &now, 1, words));
    assert_string_equal(player.feedback[1], "That is too low. Look again.");
    snprintf(words, sizeof words, "\xe2\x88\x92%.2f", loss);
    assert_false(player_answer(&player, &now, 1, words));
    assert_string_equal(player.feedback[1], "The sign is the other one. Look again.");
    assert_false(player_answer(&player, &now, 0, "1"));
    snprintf(words, sizeof words, " %d,%02d ", (int)loss, (int)((loss - (int)loss) * 100 + 0.5));
    assert_true(player_answer(&player, &now, 1, words));
    assert_non_null(strstr(player.feedback[1], "So it is."));
    assert_int_equal(player_hidden(&player, hidden, 4), 0);

    assert_false(player_choose(&player, &now, 2, 0));
    assert_string_equal(player.feedback[2], "Because not.");
    assert_false(player_choose(&player, &now, 2, 7));
    assert_true(player_choose(&player, &now, 2, 1));
    player_task(&player, 2, &task);
    assert_true(task.choice_count == 2 && task.chosen == 1 && task.state == PLAYER_TASK_DONE);

    bool plus = tape_grad(net.record->tape, 0, 0, cell_slot_by_id(record_cell(net.record), "a"), 1)[0] > 0;
    assert_false(player_choose(&player, &now, 3, plus ? 1 : 0));
    assert_true(player_choose(&player, &now, 3, plus ? 0 : 1));
    assert_string_equal(player.feedback[3], "Seen.");

    assert_false(player_part_done(&player, 0));
    player_skip(&player);
    assert_int_equal(player_current_task(&player), -1);
    assert_false(player_part_done(&player, 0));
    player_go(&player, 1);
    assert_false(player_update(&player, &now));
    now.word = "cab";
    assert_true(player_update(&player, &now));
    assert_true(player_part_done(&player, 1));
    now.word = "abc";
    player_go(&player, 0); // what was skipped is open again, what was done stays done
    assert_int_equal(player_current_task(&player), 4);
    assert_int_equal(player_done_count(&player, 0), 4);
    now.unit = (int)number(&net, "a t=2 argmax") - 1;
    assert_true(player_update(&player, &now));
    assert_true(player_part_done(&player, 0));
    player_repeat(&player);
    assert_int_equal(player_current_task(&player), 0);
    lesson_free(lesson);
    net_free(&net);
}

// Every goal that looks at the screen: not reached, then reached.
static void test_goals(void **state) {
    (void)state;
    struct net net;
    net_make(&net, CELL_RNN, 1);
    static const char *const goals[] = {"at backward t=2 sum a",
                                        "timestep 3",
                                        "timestep loss argmax",
                                        "unit 2",
                                        "cell",
                                        "cell rnn",
                                        "word cab",
                                        "seed",
                                        "seed 5",
                                        "units",
                                        "units 4",
                                        "figure backward",
                                        "flow on",
                                        "when a t=selected unit=selected = a t=2 unit=1"};
    for (size_t i = 0; i < sizeof goals / sizeof *goals; i++) {
        char text[2000];
        snprintf(text, sizeof text,
                 HEAD "```scene\nword: abc\nunits: %d\n```\n\ntext\n\n```task\ntext: Go.\ngoal: %s\nsolve: step\n```\n",
                 strcmp(goals[i], "units 4") ? 4 : 8, goals[i]);
        struct lesson *lesson = parse(text);
        struct player player;
        struct lesson_now now = now_of(&net);
        player_start(&player, lesson, 0);
        now.cell = strcmp(goals[i], "cell rnn") ? "rnn" : "lstm";
        now.units = strcmp(goals[i], "units 4") ? 4 : 8;
        if (player_update(&player, &now)) fail_msg("%s: reached too early", goals[i]);
        now.cell = strcmp(goals[i], "cell") ? "rnn" : "lstm";
        now.units = strcmp(goals[i], "units") ? 4 : 8;
        now.word = "cab";
        now.seed = 5;
        now.figure = "backward";
        now.flow = true;
        bool first = strstr(goals[i], "selected") != NULL;
        now.unit = first ? 0 : 1;
        now.t = strcmp(goals[i], "timestep loss argmax") ? (first ? 1 : 2) : (int)number(&net, "loss argmax") - 1;
        lesson_find_position("backward t=2 sum a", net.record, net.script, &now.position, NULL);
        if (!player_update(&player, &now)) fail_msg("%s: not reached", goals[i]);
        lesson_free(lesson);
    }
    net_free(&net);
}

static void test_hidden(void **state) {
    (void)state;
    struct net net;
    net_make(&net, CELL_RNN, 1);
    struct lesson *lesson = parse(TASK("text: p?\ngoal: number y_hat t=last symbol=target\ntolerance: 0.01\nsolve: "
                                       "answer\n") "\n```task\ntext: q?\n"
                                                   "goal: number a t=1 unit=1 * 2\ntolerance: 0.01\nhide: a t=1 "
                                                   "unit=1; W_ya symbol=b unit=3\nsolve: answer\n```\n");
    struct player player;
    struct lesson_now now = now_of(&net);
    struct lesson_value values[4];
    player_start(&player, lesson, 0);
    assert_int_equal(player_hidden_now(&player, &now, values, 4), 1);
    assert_string_equal(values[0].tensor, "forward/y_hat");
    assert_int_equal(values[0].row, STEPS - 1);
    assert_int_equal(values[0].column, 0);
    player_skip(&player);
    assert_int_equal(player_hidden_now(&player, &now, values, 4), 2);
    assert_string_equal(values[1].tensor, "param/head.weight");
    assert_int_equal(values[1].row, 3);
    assert_int_equal(values[1].column, 2);
    lesson_free(lesson);
    net_free(&net);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_faults),       cmocka_unit_test(test_damage),
        cmocka_unit_test(test_texts),        cmocka_unit_test(test_scene_is_taken_over),
        cmocka_unit_test(test_ids),          cmocka_unit_test(test_maths),
        cmocka_unit_test(test_every_tensor), cmocka_unit_test(test_short_names),
        cmocka_unit_test(test_every_kind),   cmocka_unit_test(test_diagonals),
        cmocka_unit_test(test_gates),        cmocka_unit_test(test_reductions),
        cmocka_unit_test(test_live_faults),  cmocka_unit_test(test_comparisons),
        cmocka_unit_test(test_places),       cmocka_unit_test(test_actions),
        cmocka_unit_test(test_player),       cmocka_unit_test(test_goals),
        cmocka_unit_test(test_hidden),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
