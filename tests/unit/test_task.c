// The built-in tasks: what their generators promise, checked by rules that were written apart from them.

#include "minibatch.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "task_data.h"

// ---- helpers ----

// The input of an example as the characters of its symbols.
static void input_text(const struct dataset *d, int index, char *out) {
    const struct dataset_example *e = &d->examples[index];
    for (int t = 0; t < e->length; t++)
        out[t] = d->vocabulary.texts[dataset_symbol(d, e->start + (size_t)t)][0];
    out[e->length] = 0;
}

static void answer_text(const struct dataset *d, int index, char *out) {
    struct dataset_answer place = dataset_answer(d, index);
    for (int t = 0; t < place.length; t++) {
        int answer = d->answer_symbols[place.start + (size_t)t];
        out[t] = answer < 0 ? '.' : d->labels.texts[answer][0];
    }
    out[place.length] = 0;
}

// ---- words ----

static void test_words(void **state) {
    (void)state;
    const struct task *task;
    struct task_settings settings;
    struct err err = {0};
    assert_true(task_parse("copy", &task, &settings, &err));
    assert_string_equal(task->id, "copy");
    assert_int_equal(task_value(task, &settings, "T"), 20);
    assert_true(task_parse("echo:delay=3,T=9", &task, &settings, &err));
    assert_int_equal(task_value(task, &settings, "T"), 9);
    assert_int_equal(task_value(task, &settings, "delay"), 3);
    static const struct {
        const char *words, *part;
    } wrong[] = {
        {"cop", "no built-in task \"cop\"; there are adding"},
        {"", "no built-in task"},
        {"copy:T", "expected T=N"},
        {"copy:T=", "expected T=N"},
        {"copy:T=0", "N from 1"},
        {"copy:T=5x", "expected T=N"},
        {"copy:U=5", "\"U\" is no parameter of it; there are T"},
        {"copy:", "is no parameter"},
        {"reber:n=1", "there are none"},
        {"echo:T=5,delay=5", "expected a delay below"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(task_parse(wrong[i].words, &task, &settings, &err));
        assert_int_equal(err.code, ERR_USAGE);
        if (!strstr(err.message, wrong[i].part)) fail_msg("%s: %s", wrong[i].words, err.message);
    }
}

// Every task: its data, the same for the same seed, and minibatches that hold what they promise.
static void check_minibatch(const struct dataset *d, const struct minibatch *m) {
    long answers = 0;
    for (int i = 0; i < m->T * m->B; i++) {
        assert_true(m->target[i] >= -1 && m->target[i] < (d->output == VALUES_SYMBOLS ? dataset_outputs(d) : 1));
        answers += m->target[i] >= 0;
        int most = d->answers == ANSWERS_SEQUENCE ? dataset_outputs(d)
                   : d->input == VALUES_SYMBOLS   ? d->vocabulary.count
                                                  : 1;
        assert_true(m->x[i] >= -1 && m->x[i] < most);
    }
    for (int i = 0; m->x_real && i < m->T * m->B * d->channels; i++)
        assert_true(isfinite(m->x_real[i]));
    assert_true(answers >= m->B);
    if (d->answers == ANSWERS_ONE) assert_int_equal(answers, m->B);
}

static void test_every_task(void **state) {
    (void)state;
    enum { B = 5 };
    for (int k = 0; tasks[k]; k++) {
        const struct task *task = tasks[k];
        struct dataset a = make(task->id), b = make(task->id), c = make_seeded(task->id, 8);
        assert_ptr_equal(task_find(task->id, strlen(task->id)), task);
        assert_int_equal(a.train_count, task->train_count);
        assert_int_equal(a.validation_count, task->validation_count);
        assert_int_equal(a.fresh, task->train_count == 0);
        assert_int_equal(a.problem_total, 0);
        assert_int_equal(dataset_fingerprint(&a), dataset_fingerprint(&b));
        assert_int_not_equal(dataset_fingerprint(&a), dataset_fingerprint(&c));
        assert_true(task->story[0] && task->title[0] && task->level_note[0] && task->recipe.steps > 0);
        int source, longest = dataset_longest(&a, &source);
        struct minibatch m, n;
        assert_true(minibatch_init(&m, &a, B, longest, NULL) && minibatch_init(&n, &b, B, longest, NULL));
        struct rng rng = rng_seed(3), again = rng;
        for (int round = 0; round < 5; round++) {
            assert_int_equal(dataset_batch(&a, &rng, &m), dataset_batch(&b, &again, &n));
            check_minibatch(&a, &m);
            assert_memory_equal(m.target, n.target, (size_t)(m.T * B) * sizeof(int));
            assert_memory_equal(m.x, n.x, (size_t)(m.T * B) * sizeof(int));
            if (m.x_real) assert_memory_equal(m.x_real, n.x_real, (size_t)(m.T * B * a.channels) * sizeof(float));
        }
        for (int i = 0; dataset_validation_batch(&a, i, &m) > 0; i++)
            for (int t = 0; t < m.T * B; t++)
                assert_true(m.target[t] >= -1);
        minibatch_release(&m);
        minibatch_release(&n);
        dataset_release(&a);
        dataset_release(&b);
        dataset_release(&c);
    }
}

// New minibatches never hold a validation example, and differ among themselves.
static void test_fresh_examples_are_new(void **state) {
    (void)state;
    struct dataset d = make("copy:T=3");
    struct minibatch m;
    assert_true(minibatch_init(&m, &d, 8, d.length_max, NULL));
    struct rng rng = rng_seed(7);
    char seen[40][32];
    for (int round = 0, n = 0; round < 5; round++) {
        assert_int_equal(dataset_batch(&d, &rng, &m), 23);
        for (int b = 0; b < 8; b++, n++) {
            for (int t = 0; t < 23; t++)
                seen[n][t] = (char)m.x[t * 8 + b];
            for (int other = 0; other < n; other++)
                assert_memory_not_equal(seen[n], seen[other], 10);
            for (int i = 0; i < d.validation_count; i++) {
                bool same = true;
                for (int t = 0; t < 10; t++)
                    same &= dataset_symbol(&d, d.examples[d.validation[i]].start + (size_t)t) == seen[n][t];
                assert_false(same);
            }
        }
    }
    minibatch_release(&m);
    dataset_release(&d);
}

// ---- one by one ----

static void test_copy(void **state) {
    (void)state;
    struct dataset d = make("copy:T=7");
    assert_int_equal(d.answers, ANSWERS_EACH);
    assert_int_equal(d.labels.count, 9);
    assert_int_equal(dataset_outputs(&d), 9);
    for (int i = 0; i < d.example_count; i++) {
        char x[64], y[64];
        input_text(&d, i, x);
        answer_text(&d, i, y);
        assert_int_equal(strlen(x), 27);
        assert_int_equal(strlen(y), 27);
        assert_int_equal(strspn(x, "12345678"), 10);
        assert_memory_equal(x + 10, "______#__________", 17); // T - 1 blanks, the mark, ten blanks
        assert_int_equal(strspn(y, "_"), 17);
        assert_memory_equal(y + 17, x, 10);
    }
    long counts[9] = {0};
    for (int i = 0; i < d.example_count; i++)
        for (int t = 0; t < 10; t++)
            counts[dataset_symbol(&d, d.examples[i].start + (size_t)t) - VOCABULARY_FIRST]++;
    for (int k = 0; k < 8; k++)
        assert_true(labs(counts[k] - 250) < 80); // 2,000 draws of eight
    dataset_release(&d);
}

static void test_adding(void **state) {
    (void)state;
    struct dataset d = make("adding:T=11");
    double squares = 0;
    for (int i = 0; i < d.example_count; i++) {
        const struct dataset_example *e = &d.examples[i];
        int marks[2] = {0}, halves[2] = {0};
        float sum = 0;
        assert_int_equal(e->length, 11);
        assert_int_equal(dataset_answer(&d, i).length, 1);
        for (int t = 0; t < 11; t++) {
            const float *x = d.values + (e->start + (size_t)t) * 2;
            assert_true(x[0] >= 0 && x[0] < 1 && (x[1] == 0 || x[1] == 1));
            if (x[1] == 0) continue;
            marks[0]++;
            halves[t >= 5]++;
            sum += x[0];
        }
        assert_int_equal(marks[0], 2);
        assert_int_equal(halves[0], 1);
        assert_int_equal(halves[1], 1);
        assert_true(d.answer_values[dataset_answer(&d, i).start] == sum);
        squares += (sum - 1) * (sum - 1);
    }
    assert_true(fabs(squares / d.example_count - 1 / 6.0) < 0.02); // what guessing 1 gives
    struct minibatch m;
    assert_true(minibatch_init(&m, &d, 3, 4, NULL)); // never cut
    assert_int_equal(dataset_validation_batch(&d, 0, &m), 11);
    for (int t = 0; t < 11; t++)
        for (int b = 0; b < 3; b++) {
            assert_int_equal(m.target[t * 3 + b], t == 10 ? 0 : -1);
            if (t < 10) assert_true(m.target_real[t * 3 + b] == 0);
        }
    assert_true(m.target_real[31] == d.answer_values[dataset_answer(&d, d.validation[1]).start]);
    minibatch_release(&m);
    dataset_release(&d);
}

static void test_echo(void **state) {
    (void)state;
    struct dataset d = make("echo:T=12,delay=4");
    for (int i = 0; i < d.example_count; i++) {
        char x[16], y[16];
        input_text(&d, i, x);
        answer_text(&d, i, y);
        assert_memory_equal(y, "....", 4);
        assert_memory_equal(y + 4, x, 8);
    }
    dataset_release(&d);
}

static void test_parity(void **state) {
    (void)state;
    struct dataset d = make("parity");
    for (int i = 0; i < d.example_count; i++) {
        char x[32], y[32];
        int ones = 0;
        input_text(&d, i, x);
        answer_text(&d, i, y);
        for (int t = 0; x[t]; t++) {
            ones += x[t] == '1';
            assert_int_equal(y[t], ones % 2 ? 'o' : 'e');
        }
    }
    dataset_release(&d);
}

// An automaton of its own: the Reber grammar as the drawing in the papers has it, with the outer words around.
static int reber_next(int node, char c) {
    static const char *const edges[] = {// node, symbol, node
                                        "aBb", "bTc", "bPd", "cSc", "cXe", "dTd",
                                        "dVf", "eXd", "eSg", "fPe", "fVg", "gEh"};
    for (size_t k = 0; k < sizeof edges / sizeof *edges; k++)
        if (edges[k][0] == node && edges[k][1] == c) return edges[k][2];
    return 0;
}

static bool is_reber(const char *word, size_t length) {
    int node = 'a';
    for (size_t i = 0; i < length && node; i++)
        node = reber_next(node, word[i]);
    return node == 'h';
}

static bool is_embedded_reber(const char *word) {
    size_t n = strlen(word);
    return n >= 9 && word[0] == 'B' && (word[1] == 'T' || word[1] == 'P') && is_reber(word + 2, n - 4) &&
           word[n - 2] == word[1] && word[n - 1] == 'E';
}

// What may come next, found by trying: a symbol is allowed when some word goes on with it. The words of the data serve.
static void test_reber(void **state) {
    (void)state;
    assert_true(is_embedded_reber("BTBTXSETE"));
    assert_true(is_embedded_reber("BPBPTTVPXTVVEPE"));
    assert_false(is_embedded_reber("BPBPTTVPXTVVETE"));
    assert_false(is_embedded_reber("BTBTXXETE"));
    struct dataset d = make("reber");
    int first_t = 0;
    for (int i = 0; i < d.example_count; i++) {
        char word[400];
        assert_true(d.examples[i].length < (int)sizeof word);
        input_text(&d, i, word);
        if (!is_embedded_reber(word)) fail_msg("%s is no word of the grammar", word);
        first_t += word[1] == 'T';
    }
    assert_true(abs(first_t - d.example_count / 2) < 150);
    for (int v = 0; v < d.validation_count; v += 7) { // new words: none of them in training
        char word[400], other[400];
        input_text(&d, d.validation[v], word);
        for (int i = 0; i < d.train_count; i++) {
            input_text(&d, d.train[i], other);
            if (!strcmp(word, other)) fail_msg("%s is in training", word);
        }
    }
    // allowed: the symbols with which any prefix of a word goes on in the automaton
    static const char symbols[] = "BTPSXVE";
    for (int i = 0; i < 300; i++) {
        char word[400];
        input_text(&d, i, word);
        int before[400];
        dataset_copy_symbols(&d, d.examples[i].start, d.examples[i].length, before);
        int n = (int)strlen(word), node = 'a';
        for (int t = 0; t <= n; t++) {
            uint64_t expected = 0;
            for (int s = 0; symbols[s]; s++) {
                char c = symbols[s];
                bool may = t == 0       ? c == 'B'
                           : t == 1     ? c == 'T' || c == 'P'
                           : t < n - 2  ? reber_next(node, c) != 0
                           : t == n - 2 ? c == word[1]
                                        : t == n - 1 && c == 'E';
                if (may) expected |= (uint64_t)1 << task_symbol(d.task, c);
            }
            if (t == n) expected = 1; // <EOS>
            assert_int_equal(d.task->allowed(&d.settings, before, t), expected);
            if (t >= 2 && t < n - 2) node = reber_next(node, word[t]);
        }
    }
    dataset_release(&d);
}

static void test_anbncn(void **state) {
    (void)state;
    struct dataset d = make("anbncn:n=9,beyond=3");
    bool seen[13] = {false};
    for (int i = 0; i < d.example_count; i++) {
        char word[64];
        input_text(&d, i, word);
        int n = (int)strspn(word, "a");
        seen[n] = true;
        assert_int_equal(strlen(word), 3 * n);
        assert_int_equal(strspn(word + n, "b"), n);
        assert_int_equal(strspn(word + 2 * n, "c"), n);
        assert_true(i < d.train_count ? n >= 1 && n <= 9 : n >= 10 && n <= 12);
    }
    for (int n = 1; n <= 12; n++)
        assert_true(seen[n]);
    const int aabbcc[] = {2, 2, 3, 3, 4, 4};
    static const uint64_t expected[] = {4, 4 | 8, 4 | 8, 8, 16, 16, 1};
    for (int t = 0; t <= 6; t++)
        assert_int_equal(d.task->allowed(&d.settings, aabbcc, t), expected[t]);
    dataset_release(&d);
}

// Two sines obey a recurrence of order four: x(t) + x(t-4) = p (x(t-1) + x(t-3)) + q x(t-2). From four points on, p and
// q are known; the rest must follow.
static void test_sine(void **state) {
    (void)state;
    struct dataset d = make("sine:T=40");
    int checked = 0;
    for (int i = 0; i < d.example_count; i++) {
        const float *v = d.values + d.examples[i].start;
        assert_int_equal(d.examples[i].length, 41);
        double a = 0, b = 0, c = 0, r = 0, s = 0; // least squares over all points
        for (int t = 4; t < 41; t++) {
            double u = (double)v[t - 1] + v[t - 3], w = v[t - 2], z = (double)v[t] + v[t - 4];
            a += u * u, b += u * w, c += w * w, r += u * z, s += w * z;
        }
        double det = a * c - b * b, p = (r * c - s * b) / det, q = (a * s - b * r) / det;
        for (int t = 0; t < 41; t++)
            assert_true(fabs(v[t]) <= 2);
        if (det < 1e-6 * a * c) continue; // both of nearly the same period: single precision does not tell them apart
        checked++;
        for (int t = 4; t < 41; t++)
            assert_true(fabs((double)v[t] + v[t - 4] - p * ((double)v[t - 1] + v[t - 3]) - q * v[t - 2]) < 1e-3);
    }
    assert_true(checked > d.example_count / 2);
    struct minibatch m;
    assert_true(minibatch_init(&m, &d, 1, 100, NULL));
    bool cut;
    assert_int_equal(dataset_window(&d, 0, &m, &cut), 40); // the first point is given, the last only answered
    assert_false(cut);
    for (int t = 0; t < 40; t++)
        assert_true(m.x_real[t] == d.values[t] && m.target_real[t] == d.values[t + 1] && m.target[t] == 0);
    minibatch_release(&m);
    dataset_release(&d);
}

static void test_sums(void **state) {
    (void)state;
    struct dataset d = make("sums");
    static bool seen[100][100];
    memset(seen, 0, sizeof seen);
    for (int i = 0; i < d.example_count; i++) {
        char sum[16], result[16];
        int a, b;
        input_text(&d, i, sum);
        answer_text(&d, i, result);
        assert_int_equal(sscanf(sum, "%d+%d", &a, &b), 2);
        assert_int_equal(a + b, atoi(result));
        assert_false(seen[a][b]); // none twice: those of validation are new
        seen[a][b] = true;
    }
    assert_true(d.reverse_source && d.vocabulary.reversed);
    struct minibatch m;
    assert_true(minibatch_init(&m, &d, 4, 2, NULL)); // never cut
    struct rng rng = rng_seed(2);
    for (int round = 0; round < 20; round++) {
        dataset_batch(&d, &rng, &m);
        for (int b = 0; b < 4; b++) {
            char sum[16] = "", result[16] = "";
            int n = 0, k = 0;
            while (n < m.source_T && m.source[n * 4 + b] >= 0)
                n++;
            for (int t = n; t < m.source_T; t++)
                assert_int_equal(m.source[t * 4 + b], -1); // padding at the end
            for (int t = 0; t < n; t++)
                sum[n - 1 - t] = d.vocabulary.texts[m.source[t * 4 + b]][0]; // read from its end
            assert_int_equal(m.x[b], -1);
            for (; m.target[k * 4 + b] != VOCABULARY_EOS; k++) {
                result[k] = d.labels.texts[m.target[k * 4 + b]][0];
                assert_int_equal(m.x[(k + 1) * 4 + b], m.target[k * 4 + b]); // teacher forcing
            }
            for (int t = k + 1; t < m.T; t++)
                assert_true(m.x[t * 4 + b] == -1 && m.target[t * 4 + b] == -1);
            int first, second;
            assert_int_equal(sscanf(sum, "%d+%d", &first, &second), 2);
            assert_int_equal(first + second, atoi(result));
        }
    }
    minibatch_release(&m);
    dataset_release(&d);
}

// ---- length ----

static void test_length(void **state) {
    (void)state;
    struct task_length length;
    struct err err = {0};
    char text[64];
    assert_true(task_length("adding", &length));
    assert_string_equal(length.parameter->name, "T");
    assert_int_equal(length.value, 100);
    assert_int_equal(length.low, 2);
    assert_int_equal(length.high, TASK_LENGTH_MOST);
    assert_true(task_length("copy:T=7", &length) && length.value == 7);
    assert_true(task_length("agreement", &length));
    assert_string_equal(length.parameter->name, "gap");
    assert_true(length.value == 11 && length.low == 8 && length.high == 400);
    assert_false(task_length("reber", &length) || task_length("no such task", &length) ||
                 task_length("adding:T=1", &length));

    assert_true(task_with_length("adding", 30, text, sizeof text, &err));
    assert_string_equal(text, "adding:T=30");
    assert_true(task_with_length("echo:delay=9,T=50", 12, text, sizeof text, &err)); // the others stay
    assert_string_equal(text, "echo:T=12,delay=9");
    assert_true(task_with_length("agreement:gap=20", 8, text, sizeof text, &err));
    assert_string_equal(text, "agreement:gap=8");
    // Every task that has a length takes the ends of its range, from its own text.
    int count = 0;
    for (int k = 0; tasks[k]; k++) {
        if (!task_length(tasks[k]->id, &length)) continue;
        count++;
        for (int end = 0; end < 2; end++) {
            long wanted = end ? length.high : length.low > 5 ? length.low : 6; // echo: above its delay
            assert_true(task_with_length(tasks[k]->id, wanted, text, sizeof text, &err));
            struct task_length again;
            assert_true(task_length(text, &again));
            assert_int_equal(again.value, wanted);
        }
    }
    assert_int_equal(count, 7);

    strcpy(text, "as it was");
    assert_false(task_with_length("echo:delay=9", 9, text, sizeof text, &err)); // refused
    assert_int_equal(err.code, ERR_USAGE);
    assert_false(task_with_length("adding", 1, text, sizeof text, &err)); // out of range
    assert_false(task_with_length("reber", 10, text, sizeof text, &err));
    assert_int_equal(err.code, ERR_USAGE);
    assert_false(task_with_length("adding", 30, text, 11, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    assert_string_equal(text, "as it was");
    assert_true(task_with_length("adding", 30, text, 12, &err));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),      cmocka_unit_test(test_length),
        cmocka_unit_test(test_every_task), cmocka_unit_test(test_fresh_examples_are_new),
        cmocka_unit_test(test_copy),       cmocka_unit_test(test_adding),
        cmocka_unit_test(test_echo),       cmocka_unit_test(test_parity),
        cmocka_unit_test(test_reber),      cmocka_unit_test(test_anbncn),
        cmocka_unit_test(test_sine),       cmocka_unit_test(test_sums),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
