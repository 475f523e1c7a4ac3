// The probability of a sentence against the sampler, symbol by symbol, and against all sentences of one length.
#include "likelihood.h"
#include "random_net.h"
#include "sampler.h"
#include <string.h>

enum { V = 7, T = 6 };

static struct likelihood likelihood_for(const struct random_net *net, const int *symbols, int n, int end) {
    struct err err = {0};
    struct likelihood likelihood;
    if (!likelihood_init(&likelihood, &net->model.layout, net->params, symbols, n, end, &err))
        fail_msg("%s", err.message);
    return likelihood;
}

static void factors_are_what_the_sampler_says(void **state) {
    (void)state;
    for (int cell = 0; cell < CELL_COUNT; cell++) {
        struct random_net net;
        random_net_init(&net, spec_of((enum cell_id)cell, 2, 1, 9, V, V), 5);
        int symbols[T];
        random_symbols(&net.rng, symbols, T, V, 0);
        struct likelihood l = likelihood_for(&net, symbols, T, 0);
        assert_int_equal(l.count, T + 1);
        struct sampler *sampler = sampler_new(&net.model, NULL);
        double product = 1, sum = 0;
        for (int t = 0; t <= T; t++) {
            sampler_feed(sampler, t == 0 ? -1 : symbols[t - 1]);
            int symbol = t < T ? symbols[t] : 0;
            assert_int_equal(l.symbols[t], symbol);
            assert_true(close_to(l.p[t], sampler_distribution(sampler)[symbol], 1e-5, 0.01));
            assert_true(close_to(l.ln_p[t], log(l.p[t]), 1e-12, 0.01));
            product *= l.p[t];
            sum += l.ln_p[t];
        }
        assert_true(close_to(l.probability, product, 1e-12, 0));
        assert_true(close_to(l.log_probability, sum, 1e-14, 0));
        assert_true(close_to(l.nats, -sum / (T + 1), 1e-14, 0));
        assert_true(close_to(l.bits, -log2(product) / (T + 1), 1e-12, 0));
        assert_true(close_to(l.perplexity, pow(product, -1.0 / (T + 1)), 1e-12, 0));
        sampler_free(sampler);
        likelihood_release(&l);
        random_net_release(&net);
    }
}

// All sentences of three tokens have the probability 1 together.
static void all_sentences_add_up(void **state) {
    (void)state;
    struct random_net net;
    random_net_init(&net, spec_of(CELL_GRU, 1, 1, 5, 3, 3), 2);
    double sum = 0;
    for (int k = 0; k < 27; k++) {
        int symbols[3] = {k / 9, k / 3 % 3, k % 3};
        struct likelihood l = likelihood_for(&net, symbols, 3, -1);
        assert_int_equal(l.count, 3);
        sum += l.probability;
        likelihood_release(&l);
    }
    assert_true(fabs(sum - 1) <= 1e-12);
    random_net_release(&net);
}

static void what_has_none_is_refused(void **state) {
    (void)state;
    struct random_net net;
    struct err err = {0};
    struct likelihood l;
    int symbols[] = {1, V};
    random_net_init(&net, spec_of(CELL_LSTM, 1, 1, 4, V, V), 1);
    assert_false(likelihood_init(&l, &net.model.layout, net.params, symbols, 2, -1, &err)); // a symbol out of range
    assert_int_equal(err.code, ERR_VALUE);
    assert_false(likelihood_init(&l, &net.model.layout, net.params, symbols, 0, -1, &err));
    assert_non_null(strstr(err.message, "expected at least one token, found none"));
    for (int k = 1; k < 6; k++) { // memory ends somewhere on the way
        mem_fail_at(k);
        bool good = likelihood_init(&l, &net.model.layout, net.params, symbols, 1, 0, &err);
        mem_fail_at(0);
        if (good)
            likelihood_release(&l);
        else
            assert_int_equal(err.code, ERR_MEMORY);
    }
    random_net_release(&net);
    struct net_spec others[] = {spec_of(CELL_LSTM, 1, 2, 4, V, V), spec_of(CELL_LSTM, 1, 1, 4, V, V + 1),
                                spec_of(CELL_LSTM, 1, 1, 4, V, V), spec_of(CELL_LSTM, 1, 1, 4, V, V)};
    others[2].kind = NET_MANY_TO_ONE;
    others[3].output = OUTPUT_SIGMOID;
    for (int k = 0; k < 4; k++) {
        random_net_init(&net, others[k], 1);
        err = (struct err){0};
        assert_false(likelihood_init(&l, &net.model.layout, net.params, symbols, 1, -1, &err));
        assert_non_null(strstr(err.message, "which of its symbols comes next"));
        random_net_release(&net);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(factors_are_what_the_sampler_says),
                                       cmocka_unit_test(all_sentences_add_up),
                                       cmocka_unit_test(what_has_none_is_refused)};
    return cmocka_run_group_tests_name("likelihood", tests, NULL, NULL);
}
