// A run of sampling against a sampler that is driven by hand, and the steps of its draws against their definitions.
#include "random_net.h"
#include "sampling.h"
#include "trainer.h"
#include <string.h>

enum { V = 12, END = 0, FORBID = 1 };

static const struct draw_rule rules[] = {{1, 0, FORBID}, {0.5, 0, FORBID}, {2.5, 4, FORBID}, {0.1, 3, FORBID},
                                         {1, 1, FORBID}, {1, 100, FORBID}, {0, 0, FORBID},   {0, 5, FORBID}};
enum { RULES = sizeof rules / sizeof *rules };

// Weights that are four times as large as usual: the distributions are far from flat.
static void writer_init(struct random_net *net, enum cell_id cell, bool pair, uint64_t seed) {
    struct net_spec spec = spec_of(cell, 2, 1, 7, V, V);
    if (pair) spec.kind = NET_ENCODER_DECODER;
    random_net_init(net, spec, seed);
    for (size_t i = 0; i < net->model.layout.size; i++)
        net->model.params[i] *= 4.0f;
}

static struct sampling *run_of(const struct model *model, const struct sampling_options *options) {
    struct err err = {0};
    struct sampling *run = sampling_new(model, options, &err);
    if (!run) fail_msg("%s", err.message);
    while (sampling_draw(run, &err))
        ;
    assert_int_equal(err.code, ERR_NONE);
    return run;
}

// What `unroll sample` does, compared step by step.
static void compare(const struct random_net *net, const struct sampling_options *options) {
    struct sampling *run = run_of(&net->model, options);
    struct sampler *sampler = sampler_new(&net->model, NULL);
    struct rng rng = rng_seed(options->seed);
    int input = -1, n = 0;
    if (options->source) {
        struct batch source = {.T = options->source->T, .B = 1, .x = options->source->x};
        assert_true(sampler_encode(sampler, &source, NULL));
    }
    sampler_feed(sampler, -1);
    for (int i = 0; i < options->prefix_length; i++)
        sampler_feed(sampler, input = options->prefix[i]);
    for (; n < options->limit; n++) {
        assert_true(n < sampling_count(run));
        struct sampling_step step = sampling_step(run, n);
        assert_memory_equal(step.logits, sampler_logits(sampler), V * sizeof(float));
        assert_int_equal(step.input, input);
        input = sampler_draw(sampler, options->rule.temperature, options->rule.top_k, options->rule.forbid, &rng);
        assert_int_equal(step.chosen, input);
        assert_int_not_equal(step.chosen, FORBID);
        if (input == END) break;
        sampler_feed(sampler, input);
    }
    assert_int_equal(sampling_count(run), input == END ? n + 1 : options->limit);
    assert_true(sampling_done(run) && sampling_ended(run) == (input == END));
    sampler_free(sampler);
    sampling_free(run);
}

static void a_run_is_what_the_sampler_draws(void **state) {
    (void)state;
    int prefix[] = {3, 7, 2};
    for (int cell = 0; cell < CELL_COUNT; cell++)
        for (int r = 0; r < RULES; r++) {
            struct random_net net;
            writer_init(&net, (enum cell_id)cell, false, (uint64_t)(cell + 3));
            struct sampling_options options = {
                .seed = (uint64_t)(r + 1), .rule = rules[r], .end = END, .limit = 40, .prefix = prefix};
            compare(&net, &options);
            options.prefix_length = 3;
            compare(&net, &options);
            random_net_release(&net);
        }
}

static void a_pair_writes_about_its_source(void **state) {
    (void)state;
    int x[] = {4, 2, 9, 5};
    struct example source = {.T = 4, .x = x};
    struct random_net net;
    writer_init(&net, CELL_GRU, true, 8);
    struct sampling_options options = {.seed = 2, .rule = rules[0], .end = END, .limit = 30, .source = &source};
    compare(&net, &options);
    options.source = NULL;
    struct err err = {0};
    assert_null(sampling_new(&net.model, &options, &err));
    assert_non_null(strstr(err.message, "expected a source"));
    random_net_release(&net);
}

// --- one draw opened up ---

static void check_line(const struct draw_steps *steps, const struct draw_rule *rule, const float *logits) {
    double sum = 0;
    for (int i = 0; i < steps->count; i++) {
        int symbol = steps->order[i];
        assert_int_equal(steps->place[symbol], i);
        sum += steps->kept[symbol];
        assert_true(fabs(steps->cumulative[i] - sum) <= 1e-12);
        bool cut = rule->top_k > 0 && rule->top_k < V - 1;
        if (i > 0 && cut) assert_true(logits[steps->order[i - 1]] >= logits[symbol]);
        if (i > 0 && !cut) assert_true(steps->order[i - 1] < symbol);
    }
    assert_true(fabs(sum - 1) <= 1e-12);
}

static void check_steps(const struct draw_steps *steps, const struct draw_rule *rule, struct sampling_step step) {
    double temperature = rule->temperature > 0 ? rule->temperature : 1, whole = 0, kept = 0;
    for (int i = 0; i < V; i++)
        whole += exp(step.logits[i] / temperature);
    int want = rule->temperature > 0 ? rule->top_k > 0 && rule->top_k < V - 1 ? rule->top_k : V - 1 : 1;
    assert_int_equal(steps->count, want);
    for (int i = 0; i < V; i++) {
        double p = exp(step.logits[i] / temperature) / whole;
        assert_true(close_to(steps->scaled[i], step.logits[i] / temperature, 1e-14, 1e-3));
        assert_true(close_to(steps->probability[i], p, 1e-12, 1e-12));
        if (steps->place[i] >= 0) kept += p;
        assert_true((steps->place[i] >= 0) == (steps->kept[i] > 0));
    }
    assert_true(close_to(steps->kept_share, kept, 1e-12, 0));
    for (int i = 0; i < V; i++)
        if (steps->place[i] >= 0) assert_true(close_to(steps->kept[i], steps->probability[i] / kept, 1e-9, 1e-9));
    assert_int_equal(steps->place[FORBID], -1);
    check_line(steps, rule, step.logits);
    assert_int_equal(steps->chosen, step.chosen);
    if (!(rule->temperature > 0)) {
        assert_true(isnan(steps->uniform));
        return;
    }
    int place = steps->place[steps->chosen];
    assert_true(steps->uniform >= (place > 0 ? steps->cumulative[place - 1] : 0) - 1e-12);
    assert_true(steps->uniform < steps->cumulative[place] + 1e-12);
}

static void steps_of_a_draw_follow_from_its_logits(void **state) {
    (void)state;
    struct random_net net;
    writer_init(&net, CELL_LSTM, false, 4);
    for (int r = 0; r < RULES; r++) {
        struct sampling_options options = {.seed = 9, .rule = rules[r], .end = -2, .limit = 25};
        struct sampling *run = run_of(&net.model, &options);
        for (int k = 24; k >= 0; k--)
            check_steps(sampling_open(run, k), &rules[r], sampling_step(run, k));
        sampling_free(run);
    }
    random_net_release(&net);
}

// Every number has its own symbol: the pieces of the line cover it without a gap.
static void the_number_chooses_the_piece_it_falls_into(void **state) {
    (void)state;
    struct draw_steps steps;
    assert_true(draw_steps_init(&steps, 4, NULL));
    const float logits[] = {logf(0.1f), logf(0.5f), logf(0.3f), logf(0.1f)};
    const struct draw_rule rule = {1, 0, 0}; // 0.5, 0.3 and 0.1 of 0.9 are left
    static const struct {
        double uniform;
        int chosen;
    } cases[] = {{0, 1}, {0.5555, 1}, {0.5556, 2}, {0.8888, 2}, {0.8889, 3}, {0.999999, 3}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        draw_steps_fill(&steps, logits, &rule, cases[k].uniform);
        assert_int_equal(steps.chosen, cases[k].chosen);
    }
    assert_true(fabs(steps.kept_share - 0.9) < 1e-6 && fabs(steps.kept[1] - 5.0 / 9) < 1e-6);
    draw_steps_release(&steps);
}

// --- what cannot be sampled ---

static void what_cannot_write_says_why(void **state) {
    (void)state;
    struct net_spec spec = spec_of(CELL_LSTM, 1, 1, 4, V, V);
    struct err err = {0};
    assert_true(sampling_fits(&spec, &err));
    struct net_spec others[5] = {spec, spec, spec, spec, spec};
    others[0].output = OUTPUT_LINEAR;
    others[1].kind = NET_MANY_TO_ONE;
    others[2].real_input = true;
    others[3].directions = 2;
    others[4].outputs = V + 1;
    static const char *const words[] = {"numbers", "one answer", "reads numbers", "both directions", "another kind"};
    for (int k = 0; k < 5; k++) {
        err = (struct err){0};
        assert_false(sampling_fits(&others[k], &err));
        assert_non_null(strstr(err.message, words[k]));
    }
    struct random_net net;
    writer_init(&net, CELL_RNN, false, 1);
    int prefix[] = {V};
    struct sampling_options options = {.rule = rules[0], .limit = 3, .prefix = prefix, .prefix_length = 1};
    assert_null(sampling_new(&net.model, &options, &err));
    assert_non_null(strstr(err.message, "from 0 to 11"));
    random_net_release(&net);
}

static void memory_that_ends_ends_the_run(void **state) {
    (void)state;
    struct random_net net;
    writer_init(&net, CELL_RNN, false, 1);
    struct sampling_options options = {.rule = rules[0], .end = -2, .limit = 100};
    struct err err = {0};
    struct sampling *run = NULL;
    for (int k = 1; !run && k < 100; k++) {
        mem_fail_at(k);
        run = sampling_new(&net.model, &options, &err);
        mem_fail_at(0);
        if (!run) assert_int_equal(err.code, ERR_MEMORY);
    }
    assert_non_null(run);
    err = (struct err){0};
    assert_true(sampling_draw(run, &err));
    while (sampling_count(run) < 16)
        assert_true(sampling_draw(run, &err));
    mem_fail_at(1);
    assert_false(sampling_draw(run, &err));
    mem_fail_at(0);
    assert_int_equal(err.code, ERR_MEMORY);
    assert_true(sampling_done(run) && sampling_count(run) == 16);
    sampling_free(run);
    random_net_release(&net);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_run_is_what_the_sampler_draws),
                                       cmocka_unit_test(a_pair_writes_about_its_source),
                                       cmocka_unit_test(steps_of_a_draw_follow_from_its_logits),
                                       cmocka_unit_test(the_number_chooses_the_piece_it_falls_into),
                                       cmocka_unit_test(what_cannot_write_says_why),
                                       cmocka_unit_test(memory_that_ends_ends_the_run)};
    return cmocka_run_group_tests_name("sampling", tests, NULL, NULL);
}
