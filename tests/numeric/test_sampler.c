// Sampling from every kind of network, beam search, and predictions of whole minibatches, against the reference and
// against all sequences tried one by one.
#include "predictor.h"
#include "random_batch.h"
#include "random_example.h"
#include "sampler.h"

static struct sampler *sampler_for(const struct model *model) {
    struct err err = {0};
    struct sampler *sampler = sampler_new(model, &err);
    if (!sampler) fail_msg("%s", err.message);
    return sampler;
}

static void feed(struct sampler *sampler, const struct net_spec *spec, const struct example *example, int t) {
    if (!spec->real_input || example->source) {
        sampler_feed(sampler, example->x[t]);
        return;
    }
    float x[EXAMPLE_MAX_WIDTH];
    for (int i = 0; i < spec->inputs; i++)
        x[i] = (float)example->x_real[t * spec->inputs + i];
    sampler_feed_real(sampler, x);
}

static bool encode(struct sampler *sampler, const struct net_spec *spec, const struct example *source,
                   struct err *err) {
    float x_real[EXAMPLE_MAX_T * EXAMPLE_MAX_WIDTH];
    for (int i = 0; spec->real_input && i < source->T * spec->inputs; i++)
        x_real[i] = (float)source->x_real[i];
    struct batch batch = {.T = source->T, .B = 1, .x = source->x, .x_real = spec->real_input ? x_real : NULL};
    return sampler_encode(sampler, &batch, err);
}

// Timestep by timestep, twice, with 9 units and with so many that weights are packed.
static void every_form_says_what_the_reference_says(void **state) {
    (void)state;
    for (int f = 0; f < NET_FORM_COUNT; f++)
        for (int cell = 0; cell < CELL_COUNT; cell++)
            for (int H = 9; H <= 100; H += 91) {
                bool pair = net_forms[f].kind == NET_ENCODER_DECODER;
                struct net_spec spec = spec_of_form(&net_forms[f], (enum cell_id)cell, 2, pair ? 2 : 1, H);
                struct random_net net;
                random_net_init(&net, spec, 17);
                struct random_example e;
                random_example_init(&e, &spec, net_forms[f].source_T, net_forms[f].T, false, &net.rng);
                for (int i = 0; i < EXAMPLE_MAX_T * EXAMPLE_MAX_WIDTH; i++) { // as the floats that the sampler reads
                    e.x_real[i] = (float)e.x_real[i];
                    e.source_real[i] = (float)e.source_real[i];
                }
                struct tape *tape = tape_of(&spec, &e.example);
                reference_forward(tape, &net.model.layout, net.params, &e.example);
                struct sampler *sampler = sampler_for(&net.model);
                for (int round = 0; round < 2; round++) {
                    sampler_reset(sampler);
                    if (pair) assert_true(encode(sampler, &spec, &e.source, NULL));
                    for (int t = 0; t < e.example.T; t++) {
                        feed(sampler, &spec, &e.example, t);
                        if (net_one_answer(&spec) && t < e.example.T - 1) continue;
                        for (int i = 0; i < spec.outputs; i++) {
                            assert_true(close_to(sampler_distribution(sampler)[i], tape_y_hat(tape, t)[i], 1e-5, 0.1));
                            assert_true(close_to(sampler_logits(sampler)[i], tape_logits(tape, t)[i], 1e-5, 0.1));
                        }
                    }
                }
                sampler_free(sampler);
                tape_free(tape);
                random_net_release(&net);
            }
}

static void a_source_that_cannot_be_read_is_refused(void **state) {
    (void)state;
    struct random_net net;
    struct net_spec spec = spec_of_form(&net_forms[8], CELL_LSTM, 1, 1, 4);
    random_net_init(&net, spec, 1);
    struct sampler *sampler = sampler_for(&net.model);
    int x[3] = {1, 2, spec.inputs};
    struct batch source = {.T = 3, .B = 1, .x = x};
    struct err err = {0};
    assert_false(sampler_encode(sampler, &source, &err));
    assert_non_null(strstr(err.message, "source has symbol 5 at timestep 3 of sequence 1"));
    source.T = 0;
    assert_false(sampler_encode(sampler, &source, &err));
    source.T = 2;
    assert_true(sampler_encode(sampler, &source, &err));
    sampler_free(sampler);
    random_net_release(&net);
}

// Each label for itself, within four standard deviations of 20,000 draws.
static void labels_follow_their_probabilities(void **state) {
    (void)state;
    enum { DRAWS = 20000 };
    struct net_spec spec = spec_of_form(&net_forms[3], CELL_GRU, 1, 1, 9);
    struct random_net net;
    random_net_init(&net, spec, 5);
    struct sampler *sampler = sampler_for(&net.model);
    sampler_feed(sampler, 2);
    for (int half = 0; half < 2; half++) {
        double temperature = half ? 0.5 : 1.0;
        long counts[EXAMPLE_MAX_WIDTH] = {0};
        float labels[EXAMPLE_MAX_WIDTH];
        for (int n = 0; n < DRAWS; n++) {
            sampler_draw_labels(sampler, temperature, &net.rng, labels);
            for (int i = 0; i < spec.outputs; i++)
                counts[i] += labels[i] == 1.0f;
        }
        for (int i = 0; i < spec.outputs; i++) {
            double p = 1.0 / (1.0 + exp(-sampler_logits(sampler)[i] / temperature));
            assert_true(fabs((double)counts[i] - DRAWS * p) <= 4.0 * sqrt(DRAWS * p * (1.0 - p)));
        }
    }
    float greedy[EXAMPLE_MAX_WIDTH];
    sampler_draw_labels(sampler, 0.0, &net.rng, greedy);
    for (int i = 0; i < spec.outputs; i++)
        assert_true((greedy[i] == 1.0f) == (sampler_distribution(sampler)[i] > 0.5f));
    sampler_free(sampler);
    random_net_release(&net);
}

// --- beam search ---

enum { SYMBOLS = 4, LONGEST = 4, EOS = 0 };

// Weights three times as large as usual, so that the distributions are far from flat.
static void writer_init(struct random_net *net, enum cell_id cell, bool pair, uint64_t seed) {
    struct net_spec spec = spec_of(cell, 2, 1, 7, SYMBOLS, SYMBOLS);
    if (pair) spec.kind = NET_ENCODER_DECODER;
    random_net_init(net, spec, seed);
    for (size_t i = 0; i < net->model.layout.size; i++)
        net->model.params[i] *= 3.0f;
}

static void begin(struct sampler *sampler, bool pair) {
    static const int source[3] = {2, 1, 3};
    sampler_reset(sampler);
    struct batch batch = {.T = 3, .B = 1, .x = source};
    if (pair) assert_true(sampler_encode(sampler, &batch, NULL));
    sampler_feed(sampler, -1);
}

static double log_p(const struct sampler *sampler, int symbol) {
    const float *z = sampler_logits(sampler);
    double sum = 0.0;
    for (int i = 0; i < SYMBOLS; i++)
        sum += exp(z[i] - z[symbol]);
    return -log(sum);
}

// ln P of the first n of the symbols, with <EOS> behind them where `ended`.
static double log_p_of(struct sampler *sampler, bool pair, const int *symbols, int n, bool ended) {
    double sum = 0.0;
    begin(sampler, pair);
    for (int t = 0; t < n; t++) {
        sum += log_p(sampler, symbols[t]);
        sampler_feed(sampler, symbols[t]);
    }
    return ended ? sum + log_p(sampler, EOS) : sum;
}

// The best score of all sequences that end within the longest length.
static double best_of_all(struct sampler *sampler, bool pair, double power, int *best, int *best_length) {
    double found = -INFINITY;
    for (int n = 0; n < LONGEST; n++) {
        int count = 1;
        for (int k = 0; k < n; k++)
            count *= SYMBOLS - 1;
        for (int code = 0; code < count; code++) {
            int symbols[LONGEST], rest = code;
            for (int k = 0; k < n; k++, rest /= SYMBOLS - 1)
                symbols[k] = 1 + rest % (SYMBOLS - 1);
            double score = log_p_of(sampler, pair, symbols, n, true) / pow((5.0 + n + 1) / 6.0, power);
            if (score <= found) continue;
            found = score;
            *best_length = n;
            memcpy(best, symbols, sizeof symbols);
        }
    }
    return found;
}

static void a_wide_beam_finds_the_best_of_all(void **state) {
    (void)state;
    for (int run = 0; run < 24; run++) {
        bool pair = run % 2 == 1;
        double power = run % 3 * 0.8;
        struct random_net net;
        writer_init(&net, (enum cell_id)(run % CELL_COUNT), pair, 100 + (uint64_t)run);
        struct sampler *sampler = sampler_for(&net.model);
        int best[LONGEST], best_length = 0;
        double expected = best_of_all(sampler, pair, power, best, &best_length);
        begin(sampler, pair);
        struct beam_options options = {.width = 81, .length = LONGEST, .end = EOS, .forbid = -1, .length_power = power};
        struct beam beam;
        assert_true(sampler_beam(sampler, &options, &beam, NULL));
        assert_true(beam.best[0].ended);
        assert_close(beam.best[0].score, expected, 1e-5);
        assert_int_equal(beam.best[0].length, best_length);
        assert_memory_equal(beam.best[0].symbols, best, (size_t)best_length * sizeof *best);
        for (int i = 0; i < beam.count; i++) {
            const struct hypothesis *h = &beam.best[i];
            assert_close(h->log_probability, log_p_of(sampler, pair, h->symbols, h->length, h->ended), 1e-5);
            assert_close(h->score, h->log_probability / pow((5.0 + h->length + h->ended) / 6.0, power), 1e-12);
            assert_true(i == 0 || h->ended < h[-1].ended || (h->ended == h[-1].ended && h->score <= h[-1].score));
        }
        beam_release(&beam);
        sampler_free(sampler);
        random_net_release(&net);
    }
}

// Width 1 is the greedy choice; it leaves the sampler where it was; a forbidden symbol is not written.
static void a_beam_of_one_is_greedy(void **state) {
    (void)state;
    enum { LONG = 12 };
    for (int run = 0; run < 12; run++) {
        bool pair = run % 2 == 1, ends = run % 3 == 0;
        int forbid = run % 4 == 3 ? 2 : -1;
        struct random_net net;
        writer_init(&net, (enum cell_id)(run % CELL_COUNT), pair, 200 + (uint64_t)run);
        struct sampler *sampler = sampler_for(&net.model);
        begin(sampler, pair);
        struct beam_options options = {.width = 1, .length = LONG, .end = ends ? EOS : -1, .forbid = forbid};
        struct beam beam;
        assert_true(sampler_beam(sampler, &options, &beam, NULL));
        assert_int_equal(beam.count, 1);
        int n = 0, symbol = -1;
        for (; n < LONG; n++) {
            symbol = sampler_draw(sampler, 0.0, 0, forbid, &net.rng);
            if (ends && symbol == EOS) break;
            assert_true(n < beam.best[0].length);
            assert_int_equal(beam.best[0].symbols[n], symbol);
            sampler_feed(sampler, symbol);
        }
        assert_int_equal(beam.best[0].length, n);
        assert_int_equal(beam.best[0].ended, n < LONG);
        beam_release(&beam);
        sampler_free(sampler);
        random_net_release(&net);
    }
}

static void beams_without_sense_and_lack_of_memory_are_answered(void **state) {
    (void)state;
    struct random_net net;
    writer_init(&net, CELL_LSTM, false, 1);
    struct sampler *sampler = sampler_for(&net.model);
    struct beam_options good = {.width = 3, .length = 5, .end = EOS, .forbid = -1};
    struct beam_options bad[] = {good, good, good, good, good};
    bad[0].width = 0;
    bad[1].width = BEAM_MAX_WIDTH + 1;
    bad[2].length = 0;
    bad[3].end = SYMBOLS;
    bad[4].length_power = NAN;
    struct beam beam;
    struct err err = {0};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        err = (struct err){0};
        assert_false(sampler_beam(sampler, &bad[i], &beam, &err));
        assert_int_equal(err.code, ERR_VALUE);
    }
    int failures = 0;
    for (long n = 1; n < 20; n++) { // every allocation refused in turn: no crash, no leak
        mem_fail_at(n);
        bool made = sampler_beam(sampler, &good, &beam, &err);
        mem_fail_at(0);
        failures += !made;
        beam_release(&beam);
    }
    assert_true(failures >= 8);
    sampler_free(sampler);
    random_net_release(&net);
    struct net_spec spec = spec_of_form(&net_forms[3], CELL_GRU, 1, 1, 9); // labels
    random_net_init(&net, spec, 5);
    sampler = sampler_for(&net.model);
    assert_false(sampler_beam(sampler, &good, &beam, &err));
    assert_non_null(strstr(err.message, "sigmoid"));
    sampler_free(sampler);
    random_net_release(&net);
}

// --- predictions ---

static void predictions_are_the_references(void **state) {
    (void)state;
    for (int f = 0; f < NET_FORM_COUNT; f++)
        for (int directions = 1; directions <= 2; directions++) {
            struct net_spec spec = spec_of_form(&net_forms[f], CELL_LSTM, 2, directions, 9);
            struct random_net net;
            random_net_init(&net, spec, 70);
            struct batch_shape shape = {net_forms[f].T, 4, true, net_forms[f].source_T};
            struct sample s;
            sample_init(&s, &net.rng, &spec, shape);
            bool one = net_one_answer(&spec);
            int O = spec.outputs;
            struct err err = {0};
            struct predictor *predictor = predictor_new(&net.model, shape.source_T, shape.T, shape.B, &err);
            if (!predictor) fail_msg("%s", err.message);
            struct tape *tape = tape_new_pair(&spec, shape.source_T, shape.T, NULL);
            float *y_hat = mem_need((size_t)(shape.T * shape.B * O), sizeof *y_hat);
            if (!predictor_run(predictor, &s.batch, y_hat, &err)) fail_msg("%s", err.message);
            for (int b = 0; b < shape.B; b++) {
                struct column c;
                column_init(&c, &spec, &s.batch, b);
                reference_forward(tape, &net.model.layout, net.params, &c.example);
                for (int t = one ? c.example.T - 1 : 0; t < c.example.T; t++)
                    for (int i = 0; i < O; i++)
                        assert_true(
                            close_to(y_hat[(one ? b : t * shape.B + b) * O + i], tape_y_hat(tape, t)[i], 1e-5, 0.1));
                column_release(&c);
            }
            s.batch.B++;
            assert_false(predictor_run(predictor, &s.batch, y_hat, &err));
            mem_free(y_hat);
            tape_free(tape);
            predictor_free(predictor);
            sample_release(&s);
            random_net_release(&net);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_says_what_the_reference_says),
        cmocka_unit_test(a_source_that_cannot_be_read_is_refused),
        cmocka_unit_test(labels_follow_their_probabilities),
        cmocka_unit_test(a_wide_beam_finds_the_best_of_all),
        cmocka_unit_test(a_beam_of_one_is_greedy),
        cmocka_unit_test(beams_without_sense_and_lack_of_memory_are_answered),
        cmocka_unit_test(predictions_are_the_references),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
