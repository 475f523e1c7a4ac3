// Checkpoints: what a model is like after an update. Nothing here draws random numbers of the run or changes a model.
#include "experiment_parts.h"
#include "mem.h"
#include "predictor.h"
#include "sampling.h"
#include "str.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MOST_ANSWERS = 9, MOST_INPUT = 24 }; // of an answer at every timestep the last; bytes

void run_check_release(struct run_check *check) {
    measures_free(check->measures);
    check->measures = NULL;
}

void run_check_free(struct run_check *check) {
    if (check) run_check_release(check);
    mem_free(check);
}

// --- what a network writes ---

static void put_symbols(const struct vocabulary *vocabulary, const int *symbols, int n, struct str *out) {
    vocabulary_decode(vocabulary, symbols, n, out);
}

// Draws until <EOS>; greedy at temperature 0. Returns how many symbols.
static int draw(struct sampler *sampler, double temperature, struct rng *rng, int *out, int room) {
    int n = 0;
    sampler_feed(sampler, -1);
    while (n < room) {
        int symbol = sampler_draw(sampler, temperature, 0, VOCABULARY_UNK, rng);
        if (symbol == VOCABULARY_EOS) break;
        sampler_feed(sampler, out[n++] = symbol);
    }
    return n;
}

// As `unroll sample --seed` with the plan's temperature.
static void write_text(const struct experiment *e, struct learner *l, int number, struct str *out) {
    int symbols[CHECK_TEXT];
    struct rng rng = rng_seed((uint64_t)number + 1);
    double temperature = e->plan.temperature > 0 ? e->plan.temperature : 1;
    sampler_reset(l->sampler);
    put_symbols(dataset_answer_vocabulary(e->data), symbols, draw(l->sampler, temperature, &rng, symbols, CHECK_TEXT),
                out);
}

// --- what is answered ---

// Example number `number` of those that are looked at, or -1: spread over the validation part where there is one, else
// over all; of one long text or series the last windows.
static int example_of(const struct dataset *data, int number, int window) {
    int count = dataset_window_count(data, window), all = data->validation_count > 0 ? data->validation_count : count;
    if (data->shape == TEXT_WHOLE) return count - 1 - number;
    int at = all < CHECK_TEXTS ? number : (int)((2L * number + 1) * all / (2 * CHECK_TEXTS));
    if (at >= all) return -1;
    return data->validation_count > 0 ? data->validation[at] : at;
}

// y_hat of the last timestep that carries a loss, in words; its target behind it where it is another.
static void put_numbers(const struct dataset *data, const struct net_spec *spec, const struct minibatch *m,
                        const float *y_hat, struct str *out) {
    int last = m->T - 1, O = spec->outputs;
    while (last > 0 && m->target[last] < 0)
        last--;
    const float *answer = y_hat + (net_one_answer(spec) ? 0 : (size_t)last * (size_t)O);
    const float *target = m->target_real + (size_t)last * (size_t)O;
    const struct vocabulary *names = data->labels.count == O ? &data->labels : NULL;
    bool sets = spec->output == OUTPUT_SIGMOID, same = true;
    for (int side = 0; side < 2; side++) {
        if (side == 1) str_put(out, sets ? ", not" : ", target");
        const float *from = side == 0 ? answer : target;
        bool none = true;
        for (int o = 0; o < O; o++) {
            if (sets && !(from[o] > 0.5f)) continue;
            none = false;
            if (!sets)
                str_printf(out, " %.3f", (double)from[o]);
            else if (names)
                str_printf(out, " %s", names->texts[o]);
            else
                str_printf(out, " %d", o);
        }
        if (none) str_put(out, " none");
        for (int o = 0; sets && o < O; o++)
            same = same && (answer[o] > 0.5f) == (target[o] > 0.5f);
        if (sets && same) return;
    }
}

static void put_classes(const struct dataset *data, const struct net_spec *spec, const struct minibatch *m,
                        const float *y_hat, struct str *out) {
    int O = spec->outputs, n = 0, *found = mem_need(2 * (size_t)m->T, sizeof *found), *wanted = found + m->T;
    bool one = net_one_answer(spec);
    for (int t = 0; t < m->T; t++) {
        if (m->target[t] < 0) continue;
        const float *row = y_hat + (one ? 0 : (size_t)t * (size_t)O);
        found[n] = 0;
        for (int o = 1; o < O; o++)
            if (row[o] > row[found[n]]) found[n] = o;
        wanted[n++] = m->target[t];
    }
    const struct vocabulary *names = dataset_answer_vocabulary(data);
    int first = n > MOST_ANSWERS ? n - MOST_ANSWERS : 0;
    str_put(out, first > 0 ? " … " : " ");
    put_symbols(names, found + first, n - first, out);
    if (memcmp(found, wanted, (size_t)n * sizeof *found) != 0) {
        str_put(out, ", not ");
        put_symbols(names, wanted + first, n - first, out);
    }
    mem_free(found);
}

// An encoder-decoder writes by itself, the likeliest symbol each time.
static bool put_written(const struct dataset *data, struct learner *l, const struct minibatch *m, struct str *out,
                        struct err *err) {
    struct batch source = {.T = m->source_T, .B = 1, .x = m->source, .x_real = m->source_real};
    struct rng unused = rng_seed(0);
    int symbols[CHECK_TEXT], wanted = 0;
    sampler_reset(l->sampler);
    if (!sampler_encode(l->sampler, &source, err)) return false;
    int n = draw(l->sampler, 0, &unused, symbols, CHECK_TEXT);
    while (wanted < m->T && m->target[wanted] > VOCABULARY_EOS)
        wanted++;
    const struct vocabulary *names = dataset_answer_vocabulary(data);
    str_put(out, " ");
    put_symbols(names, symbols, n, out);
    if (n == wanted && memcmp(symbols, m->target, (size_t)n * sizeof *symbols) == 0) return true;
    str_put(out, ", not ");
    put_symbols(names, m->target, wanted, out);
    return true;
}

static void put_input(const struct dataset *data, int index, int window, struct str *out) {
    char text[MOST_INPUT], more[2 * MOST_INPUT];
    dataset_example_text(data, index, window, text, sizeof text);
    dataset_example_text(data, index, window, more, sizeof more);
    if (*text)
        str_printf(out, "%s%s →", text, strcmp(text, more) ? "…" : "");
    else
        str_printf(out, "%d →", index + 1);
}

static bool put_prediction(const struct dataset *data, struct learner *l, const struct minibatch *m, struct str *out,
                           struct err *err) {
    const struct net_spec *spec = &l->model.layout.spec;
    size_t outputs = (size_t)m->T * (size_t)spec->outputs;
    struct predictor *predictor = predictor_new(&l->model, 0, m->T, 1, err);
    float *y_hat = predictor ? mem_array(outputs, sizeof *y_hat) : NULL;
    if (predictor && !y_hat) err_set(err, ERR_MEMORY, "no memory for %zu outputs", outputs);
    struct batch source, batch = training_batch(m, &source);
    bool good = y_hat && predictor_run(predictor, &batch, y_hat, err);
    if (good) (spec->output == OUTPUT_SOFTMAX ? put_classes : put_numbers)(data, spec, m, y_hat, out);
    mem_free(y_hat);
    predictor_free(predictor);
    return good;
}

static bool answer(const struct experiment *e, struct learner *l, int number, struct str *out, struct err *err) {
    const struct dataset *data = e->data;
    int window = l->recipe.max_T, index = example_of(data, number, window);
    struct minibatch one;
    bool cut;
    if (index < 0) return true;
    if (!minibatch_init(&one, data, 1, window, err)) return false;
    dataset_window(data, index, &one, &cut);
    put_input(data, index, window, out);
    bool good = data->answers == ANSWERS_SEQUENCE ? put_written(data, l, &one, out, err)
                                                  : put_prediction(data, l, &one, out, err);
    minibatch_release(&one);
    return good;
}

static bool make_texts(const struct experiment *e, struct learner *l, struct run_check *check, struct err *err) {
    const struct net_spec *spec = &l->model.layout.spec;
    bool pair = spec->kind == NET_ENCODER_DECODER, writes = !pair && sampling_fits(spec, NULL);
    if ((pair || writes) && !l->sampler && !(l->sampler = sampler_new(&l->model, err))) return false;
    if (l->sampler) sampler_refresh(l->sampler);
    bool good = true;
    for (int i = 0; good && i < CHECK_TEXTS; i++) {
        struct str text = {0};
        if (writes)
            write_text(e, l, i, &text);
        else
            good = answer(e, l, i, &text, err);
        str_line(str_text(&text), text.size, check->text[i], CHECK_TEXT);
        str_release(&text);
    }
    return good;
}

// --- what is inside ---

// All models are measured at the same checkpoints: wherever it takes next to no time, else where training has taken so
// long since the last time that measuring is a small share of it.
static const double MEASURE_ALWAYS = 3e7, MEASURE_SHARE = 0.03;

bool experiment_measures_now(const struct experiment *e) {
    double cost = 0;
    if (e->probes.count == 0) return false;
    for (int k = 0; k < e->plan.models; k++)
        if (measures_apply(&e->learner[k].model, e->probes.list[0]))
            cost += measures_cost(&e->learner[k].model, e->probes.list, e->probes.count);
    return e->update == 0 || cost <= MEASURE_ALWAYS || cost <= MEASURE_SHARE * e->work;
}

static bool measure(const struct experiment *e, const struct learner *l, struct run_check *check, struct err *err) {
    if (!measures_apply(&l->model, e->probes.list[0])) return true;
    check->measures = measures_new(&l->model, e->probes.list, e->probes.count, err);
    return check->measures != NULL;
}

// --- the checkpoint ---

struct run_check *experiment_check(const struct experiment *e, struct learner *l, bool measured, struct err *err) {
    struct run_check *check = mem_alloc(sizeof *check);
    long tokens;
    if (!check) {
        err_set(err, ERR_MEMORY, "no memory for a checkpoint");
        return NULL;
    }
    check->update = l->training.done;
    check->train_loss = NAN;
    bool good = training_validate(&l->training, &check->valid_loss, &check->accuracy, &tokens, err) &&
                make_texts(e, l, check, err) && (!measured || measure(e, l, check, err));
    if (good && tokens == 0) check->valid_loss = check->accuracy = NAN;
    if (good) return check;
    run_check_free(check);
    return NULL;
}
