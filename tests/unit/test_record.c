// A record holds what training does: shapes and names of every tensor, sums that must hold, the update by
// Adam's own formulae, agreement with the trainer, and what is said when a number is not finite.
#include "itemised.h"
#include "trace_record.h"
#include "trainer.h"

// --- all tensors, kept ---

struct kept {
    char name[96];
    int dims;
    int64_t shape[3];
    size_t size;
    double *data;
};
enum { MAX_KEPT = 1024 };
struct keeper {
    struct kept all[MAX_KEPT];
    int count;
};

static void keep(void *context, const char *name, int dims, const int64_t *shape, const double *data) {
    struct keeper *keeper = context;
    assert_in_range(keeper->count, 0, MAX_KEPT - 1);
    struct kept *kept = &keeper->all[keeper->count++];
    assert_true(strlen(name) < sizeof kept->name);
    strcpy(kept->name, name);
    kept->dims = dims;
    kept->size = 1;
    for (int i = 0; i < dims; i++)
        kept->size *= (size_t)(kept->shape[i] = shape[i]);
    kept->data = mem_need(kept->size, sizeof *data);
    memcpy(kept->data, data, kept->size * sizeof *data);
}

static const struct kept *find(const struct keeper *keeper, const char *name) {
    const struct kept *found = NULL;
    for (int i = 0; i < keeper->count; i++)
        if (strcmp(keeper->all[i].name, name) == 0) {
            assert_null(found); // no name twice
            found = &keeper->all[i];
        }
    return found;
}

static struct keeper *keep_all(const struct record *record) {
    struct keeper *keeper = mem_need(1, sizeof *keeper);
    assert_true(record_each(record, keep, keeper));
    return keeper;
}

static void keeper_free(struct keeper *keeper) {
    for (int i = 0; i < keeper->count; i++)
        mem_free(keeper->all[i].data);
    mem_free(keeper);
}

static const struct kept *expect(const struct keeper *keeper, const char *name, int dims, int64_t a, int64_t b,
                                 int64_t c) {
    const struct kept *kept = find(keeper, name);
    if (!kept) fail_msg("no tensor %s", name);
    const int64_t shape[3] = {a, b, c};
    assert_int_equal(kept->dims, dims);
    for (int i = 0; i < dims; i++)
        if (kept->shape[i] != shape[i]) fail_msg("%s: dimension %d is %lld", name, i, (long long)kept->shape[i]);
    return kept;
}

static void names_and_shapes(struct word_record *w) {
    const struct record *record = w->record;
    const struct cell_desc *cell = record_cell(record);
    const struct layout *layout = &record->layout;
    struct keeper *all = keep_all(record);
    int T = WORD_T, H = WORD_HIDDEN, V = WORD_SYMBOLS;
    const struct {
        const char *name;
        int dims, b;
    } fixed[] = {{"input", 2, V},           {"target", 1, 0},         {"mask", 1, 0},
                 {"forward/logits", 2, V},  {"forward/y_hat", 2, V},  {"forward/loss", 1, 0},
                 {"backward/logits", 2, V}, {"backward/input", 2, V}, {"norm/backward/logits", 1, 0}};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        expect(all, fixed[i].name, fixed[i].dims, T, fixed[i].b, 0);
    for (int l = 0; l < layout->spec.layers; l++)
        for (int d = 0; d < layout->spec.directions; d++)
            for (int s = 0; s < cell->slot_count; s++) {
                char name[96];
                int width = s == cell->input ? net_layer_inputs(&layout->spec, l) : H;
                snprintf(name, sizeof name, "forward/l%d%s/%s", l, d ? "_reverse" : "", cell->slots[s].id);
                assert_string_equal(name, record_name(record, RECORD_FORWARD, l, d, s));
                const struct kept *kept = expect(all, name, 2, T, width, 0);
                for (int t = 0; t < T; t++)
                    assert_memory_equal(kept->data + t * width, tape_value(record->tape, l, d, s, t),
                                        (size_t)width * sizeof(double));
                kept = expect(all, record_name(record, RECORD_BACKWARD, l, d, s), 2, T, width, 0);
                const struct kept *norm = expect(all, record_norm_name(record, RECORD_BACKWARD, l, d, s), 1, T, 0, 0);
                for (int t = 0; t < T; t++)
                    assert_true(norm->data[t] == record_norm(kept->data + t * width, width));
            }
    for (int p = 0; p < layout->count; p++) {
        const struct param *param = &layout->params[p];
        bool bias = param_is_vector(param->role);
        for (int kind = 0; kind < RECORD_GRAD_AT; kind++)
            if (record_has(record, (enum record_param_kind)kind))
                expect(all, record_param_name_of(record, (enum record_param_kind)kind, p), bias ? 1 : 2, param->out,
                       param->in, 0);
            else
                assert_null(find(all, record_param_name_of(record, (enum record_param_kind)kind, p)));
        const struct kept *parts =
            expect(all, record_param_name_of(record, RECORD_GRAD_AT, p), bias ? 2 : 3, T, param->out, param->in);
        const struct kept *norms = expect(all, record_param_name_of(record, RECORD_GRAD_AT_NORM, p), 1, T, 0, 0);
        for (int t = 0; t < T; t++) {
            double norm = record_norm(parts->data + t * param->in * param->out, param->in * param->out);
            assert_true(near(norms->data[t], norm, 1e-9));
        }
        assert_non_null(strstr(record_param_name(record, p, false), param->name));
    }
    keeper_free(all);
}

static void tensors(void **state) {
    (void)state;
    for_word_kinds(names_and_shapes);
}

// As PyTorch has it: row = unit with its gate's offset, column = what is read.
static void orientation(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM, 1, 1);
    struct keeper *all = keep_all(w.record);
    const struct kept *kept = expect(all, "param/rnn.weight_ih_l0", 2, 4 * WORD_HIDDEN, WORD_SYMBOLS, 0);
    int p = layout_find(&w.record->layout, "rnn.weight_ih_l0");
    const struct param *param = &w.record->layout.params[p];
    int row = 2 * WORD_HIDDEN + 5, column = 19;
    assert_true(kept->data[row * WORD_SYMBOLS + column] ==
                w.model.params[param->offset + (size_t)(column * param->out + row)]);
    assert_true(record_param_value(w.record, RECORD_PARAM, p, row, column) == kept->data[row * WORD_SYMBOLS + column]);
    kept = expect(all, "input", 2, WORD_T, WORD_SYMBOLS, 0);
    for (int t = 0; t < WORD_T; t++)
        for (int i = 0; i < WORD_SYMBOLS; i++)
            assert_true(kept->data[t * WORD_SYMBOLS + i] == (w.x[t] == i));
    keeper_free(all);
    word_release(&w);
}

// --- sums ---

static void sums_hold(struct word_record *w) {
    const struct record *record = w->record;
    const struct layout *layout = &record->layout;
    struct keeper *all = keep_all(record);
    double square = 0, loss = 0;
    for (int p = 0; p < layout->count; p++) {
        const struct kept *grad = find(all, record_param_name_of(record, RECORD_GRAD, p)),
                          *at = find(all, record_param_name_of(record, RECORD_GRAD_AT, p));
        const struct kept *clipped = find(all, record_param_name_of(record, RECORD_CLIPPED, p)),
                          *delta = find(all, record_param_name_of(record, RECORD_DELTA, p));
        const struct kept *before = find(all, record_param_name_of(record, RECORD_PARAM, p)),
                          *after = find(all, record_param_name_of(record, RECORD_PARAM_AFTER, p));
        for (size_t i = 0; i < grad->size; i++) {
            double sum = 0;
            for (int t = 0; t < WORD_T; t++)
                sum += at->data[(size_t)t * grad->size + i];
            assert_true(fabs(sum - grad->data[i]) <= 1e-12 * fmax(1, fabs(sum)));
            assert_true(near(clipped->data[i], grad->data[i] * record->clip_scale, 1e-14));
            assert_true(delta->data[i] == after->data[i] - before->data[i]);
            square += grad->data[i] * grad->data[i];
        }
    }
    assert_true(near(record->grad_norm, sqrt(square), 1e-12));
    const struct kept *losses = find(all, "forward/loss"), *y_hat = find(all, "forward/y_hat");
    for (int t = 0; t < WORD_T; t++) {
        loss += losses->data[t];
        assert_true(near(losses->data[t], -log(y_hat->data[t * WORD_SYMBOLS + w->target[t]]), 1e-12));
    }
    assert_true(near(record->loss, loss * record->loss_scale, 1e-14));
    assert_true(record->loss_scale == (record->reduction == REDUCTION_MEAN ? 1.0 / WORD_T : 1.0));
    const struct cell_desc *cell = record_cell(record);
    for (int l = 0; l < layout->spec.layers; l++)
        for (int d = 0; d < layout->spec.directions; d++)
            for (int s = 0; s < cell->state_count; s++) {
                int slot = cell->state_out[s];
                const struct kept *total = find(all, record_name(record, RECORD_BACKWARD, l, d, slot));
                const struct kept *here = find(all, record_name(record, RECORD_FROM_LOSS, l, d, slot)),
                                  *future = find(all, record_name(record, RECORD_FROM_FUTURE, l, d, slot));
                for (size_t i = 0; i < total->size; i++)
                    assert_true(fabs(total->data[i] - here->data[i] - future->data[i]) <= 1e-14);
                for (int i = 0; i < WORD_HIDDEN; i++)
                    assert_true(future->data[(d == 0 ? WORD_T - 1 : 0) * WORD_HIDDEN + i] == 0);
            }
    keeper_free(all);
}

static void sums(void **state) {
    (void)state;
    for_word_kinds(sums_hold);
}

// --- the update ---

// Adam, Kingma and Ba 2015, algorithm 1, in double.
static void adam(void **state) {
    (void)state;
    struct word_record w;
    word_model(&w, CELL_LSTM, ACTIVATION_TANH, 1, 1);
    size_t n = w.model.layout.size;
    float *m = mem_need(n, sizeof *m), *v = mem_need(n, sizeof *v);
    struct rng rng = rng_seed(5);
    for (size_t i = 0; i < n; i++) {
        m[i] = 0.1f * (float)rng_normal(&rng);
        v[i] = 0.1f * (float)rng_uniform(&rng);
    }
    w.options.lr = 0.01;
    w.options.clip_norm = 1;
    struct err err = {0};
    struct record *record =
        record_new(&w.model, &w.example, w.symbols, WORD_SYMBOLS, REDUCTION_SUM, &w.options, m, v, 7, &err);
    assert_non_null(record);
    assert_true(record->grad_norm > 1);
    assert_true(near(record->clip_scale * record->grad_norm, 1, 1e-12));
    for (int p = 0; p < record->layout.count; p++) {
        const struct param *param = &record->layout.params[p];
        for (size_t k = 0; k < (size_t)param->in * (size_t)param->out; k++) {
            size_t i = param->offset + k;
            double g = record->grads[i] / record->grad_norm, m1 = 0.9 * m[i] + 0.1 * g,
                   v1 = 0.999 * v[i] + 0.001 * g * g;
            double m_hat = m1 / (1 - pow(0.9, 7)), v_hat = v1 / (1 - pow(0.999, 7));
            double after = w.model.params[i] - 0.01 * m_hat / (sqrt(v_hat) + 1e-8);
            assert_true(fabs(record->params_after[i] - after) <= 1e-6 * fmax(1, fabs(after)));
            assert_true(near(record->m_after[i], m1, 1e-5) && near(record->v_after[i], v1, 1e-5));
            assert_true(record->params[i] == w.model.params[i]);
        }
    }
    record_free(record);
    mem_free(m);
    mem_free(v);
    word_release(&w);
}

static void sgd(void **state) {
    (void)state;
    struct word_record w;
    word_model(&w, CELL_RNN, ACTIVATION_TANH, 1, 1);
    w.options.optimizer = OPTIMIZER_SGD;
    w.options.lr = 0.5;
    w.options.clip_norm = 0;
    word_run(&w, REDUCTION_MEAN);
    assert_true(w.record->clip_scale == 1);
    assert_null(w.record->m_after);
    for (size_t i = 0; i < w.record->layout.size; i++) {
        double after = w.record->params[i] - 0.5 * w.record->grads[i];
        assert_true(fabs(w.record->params_after[i] - after) <= 1e-6 * fmax(1, fabs(after)));
    }
    word_release(&w);
}

// The mean over tokens is what training minimises: the same gradients and the same step as the trainer's
// kernels.
static void as_the_trainer(void **state) {
    (void)state;
    for (int k = 0; k < WORD_KINDS; k++) {
        struct word_record w;
        word_model(&w, word_kinds[k].cell, word_kinds[k].activation, word_kinds[k].layers, word_kinds[k].directions);
        w.options.clip_value = k % 3 == 1 ? 0.02 : 0; // alone, and before the norm
        if (k % 3) w.options.clip_norm = k % 2 ? 0.1 : 0;
        word_run(&w, REDUCTION_MEAN);
        struct err err = {0};
        struct trainer *trainer = trainer_new(&w.model, &w.options, WORD_T, 1, &err);
        assert_non_null(trainer);
        size_t n = w.model.layout.size;
        float *grads = mem_need(n, sizeof *grads);
        double loss;
        struct batch batch = {.T = WORD_T, .B = 1, .x = w.x, .target = w.target};
        assert_true(trainer_gradients(trainer, &batch, grads, &loss, &err));
        assert_true(near(loss, w.record->loss, 1e-5));
        double largest = 0;
        for (size_t i = 0; i < n; i++)
            largest = fmax(largest, fabs(w.record->grads[i]));
        for (size_t i = 0; i < n; i++)
            assert_true(fabs(grads[i] - w.record->grads[i]) <= 1e-4 * fmax(fabs(w.record->grads[i]), 0.01 * largest));
        struct step_report report;
        assert_true(trainer_step(trainer, &batch, &report, &err));
        assert_true(near(report.grad_norm, w.record->grad_norm, 1e-4));
        assert_true(near(report.clip_scale, w.record->clip_scale, 1e-4));
        long held = 0;
        double after = 0;
        for (size_t i = 0; i < n; i++) {
            held += w.options.clip_value > 0 && fabs(w.record->grads[i]) > w.options.clip_value;
            after += w.record->clipped[i] * w.record->clipped[i];
        }
        assert_int_equal(report.clamped, held);
        assert_true(near(w.record->clipped_norm, sqrt(after), 1e-12));
        // Adam divides by the gradient's size: where that is next to nothing its sign is rounding.
        for (size_t i = 0; i < n; i++)
            if (fabs(w.record->grads[i]) > 1e-4 * largest)
                assert_true(fabs(w.model.params[i] - w.record->params_after[i]) <= 1e-5);
        trainer_free(trainer);
        mem_free(grads);
        word_release(&w);
    }
}

// --- what a record is ---

// Held twice it takes two to let it go; sanitizers tell the rest.
static void held(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_RNN, 1, 1);
    const struct record *mine = record_hold(w.record);
    double loss = mine->loss;
    word_release(&w);
    assert_true(mine->loss == loss && record_T(mine) == WORD_T);
    record_free(mine);
    record_free(NULL);
}

static void own_copies(void **state) {
    (void)state;
    struct word_record w;
    word_init(&w, CELL_LSTM, 1, 1);
    double loss = w.record->loss, first = w.record->params[0];
    const char *name = record_name(w.record, RECORD_FORWARD, 0, 0, 3);
    for (size_t i = 0; i < w.model.layout.size; i++)
        w.model.params[i] = 99;
    w.x[2] = 0;
    w.target[2] = 0;
    strcpy(w.texts[20], "?");
    assert_true(w.record->loss == loss && w.record->params[0] == first);
    assert_int_equal(w.record->example.x[2], 18);
    assert_string_equal(record_symbol(w.record, 20), "t");
    assert_string_equal(record_symbol(w.record, 0), "<EOS>");
    assert_string_equal(record_symbol(w.record, -1), "0");
    assert_ptr_equal(name, record_name(w.record, RECORD_FORWARD, 0, 0, 3)); // interned
    word_release(&w);
    word_model(&w, CELL_RNN, ACTIVATION_TANH, 1, 1);
    struct err err = {0};
    struct record *record = record_new(&w.model, &w.example, NULL, 0, REDUCTION_SUM, &w.options, NULL, NULL, 1, &err);
    assert_string_equal(record_symbol(record, 20), "20"); // no texts: numbers
    record_free(record);
    word_release(&w);
    record_free(NULL);
}

static void expect_error(struct word_record *w, enum err_code code, const char *words) {
    struct err err = {0};
    struct record *record =
        record_new(&w->model, &w->example, w->symbols, WORD_SYMBOLS, REDUCTION_SUM, &w->options, NULL, NULL, 1, &err);
    if (record) fail_msg("a record was made; expected: %s", words);
    assert_int_equal(err.code, code);
    if (!strstr(err.message, words)) fail_msg("\"%s\" does not say \"%s\"", err.message, words);
}

static void refuses(void **state) {
    (void)state;
    struct word_record w;
    word_model(&w, CELL_LSTM, ACTIVATION_TANH, 1, 1);
    w.x[3] = WORD_SYMBOLS;
    expect_error(&w, ERR_VALUE, "at t = 4, found 27");
    w.x[3] = 5;
    w.target[1] = 1000;
    expect_error(&w, ERR_VALUE, "at t = 2, found 1000");
    w.target[1] = 5;
    w.example.T = 0;
    expect_error(&w, ERR_LIMIT, "at least 1 timestep");
    w.example.T = WORD_T;
    w.example.x = NULL;
    expect_error(&w, ERR_VALUE, "expected symbols");
    word_release(&w);
}

// The first operation that is not finite is named, with its timestep and unit.
static void not_finite(void **state) {
    (void)state;
    struct word_record w;
    word_model(&w, CELL_RNN, ACTIVATION_RELU, 1, 1);
    const struct layout *layout = &w.model.layout;
    size_t bias = layout->params[layout_param(layout, PARAM_BIAS, 0, 0)].offset;
    w.model.params[bias + 3] = NAN;
    expect_error(&w, ERR_VALUE, "a parameter is not a number in row 4, column 1 (param/rnn.bias_ih_l0)");
    word_release(&w);

    // relu with recurrent weights of 1e38: a<t> grows past the largest double only after many timesteps.
    word_model(&w, CELL_RNN, ACTIVATION_RELU, 1, 1);
    int x[20] = {0}, target[20] = {0};
    w.example = (struct example){.T = 20, .x = x, .target = target};
    const struct param *recurrent = &layout->params[layout_param(layout, PARAM_RECURRENT, 0, 0)];
    for (int i = 0; i < recurrent->in * recurrent->out; i++)
        w.model.params[recurrent->offset + (size_t)i] = 1e38f;
    for (int i = 0; i < WORD_HIDDEN; i++)
        w.model.params[bias + (size_t)i] = 1e38f;
    expect_error(&w, ERR_VALUE,
                 "weighted sum is infinite at t = 8, unit 1 (forward/l0/z_a); everything before it is finite");
    word_release(&w);
}

static void memory_runs_out(void **state) {
    (void)state;
    struct word_record w;
    word_model(&w, CELL_LSTM, ACTIVATION_TANH, 2, 1);
    int failed = 0;
    for (long n = 1; n < 100; n++) {
        struct err err = {0};
        mem_fail_at(n);
        struct record *record =
            record_new(&w.model, &w.example, w.symbols, WORD_SYMBOLS, REDUCTION_SUM, &w.options, NULL, NULL, 1, &err);
        mem_fail_at(0);
        if (record) {
            record_free(record);
            break;
        }
        assert_int_equal(err.code, ERR_MEMORY);
        failed++;
    }
    assert_in_range(failed, 8, 90);
    word_run(&w, REDUCTION_SUM);
    struct keeper *keeper = mem_need(1, sizeof *keeper);
    mem_fail_at(2);
    assert_false(record_each(w.record, keep, keeper));
    mem_fail_at(0);
    keeper_free(keeper);
    word_release(&w);
}

// --- one loss at a time ---

static void check_itemised(struct word_record *w) {
    struct err err = {0};
    const struct cell_desc *cell = record_cell(w->record);
    for (int c = 0; c < chain_count(w->record); c++) {
        struct chain chain = chain_get(w->record, c);
        bool one_way = w->script->directions == 1;
        struct itemised *items = itemised_new(w->record, chain, PATH_ALL, NULL, &err);
        assert_non_null(items);
        assert_int_equal(items->loss_count, WORD_T);
        assert_int_equal(itemised_farthest(items), chain.direction ? 0 : WORD_T - 1);
        for (int s = 0; s < items->states; s++)
            for (int t = 0; t < WORD_T; t++) {
                const double *grad = tape_grad(w->record->tape, chain.layer, chain.direction, cell->state_out[s], t);
                assert_true(near(items->totals[s][t], record_norm(grad, record_H(w->record)), 1e-12));
                double sum = 0; // the norm of a sum is at most the sum of norms
                for (int tau = 0; tau < WORD_T; tau++) {
                    if (one_way && t > tau) assert_true(itemised_norm(items, s, tau, t) == 0);
                    sum += itemised_norm(items, s, tau, t);
                }
                assert_true(items->totals[s][t] <= sum * (1 + 1e-12));
            }
        int last = WORD_T - 1; // the last timestep hears the last loss alone
        if (one_way) assert_true(near(itemised_norm(items, 0, last, last), items->totals[0][last], 1e-12));
        itemised_free(items);
    }
}

static void itemised(void **state) {
    (void)state;
    for_word_kinds(check_itemised);
}

// --- other kinds of networks ---

enum { KIND_T = 4, SOURCE_T = 3, KIND_I = 3, KIND_O = 2, KIND_E = 5 };

struct kind_case {
    struct net_spec spec;
    int input;         // width of what the first layer reads
    bool real_targets; // target (T, O)
};

static struct record *record_kind(const struct kind_case *c, struct model *model) {
    static const int x[KIND_T] = {-1, 1, 0, 1}, source_x[SOURCE_T] = {2, 0, 1};
    static const double x_real[KIND_T * KIND_I] = {0.5, -1, 2, 0, 1, 1, -0.5, 0.25, 1, 3, -2, 0.125};
    static const double answers[KIND_T * KIND_O] = {0, 1, 1, 1, 0.25, 0.75, 0, 0};
    int target[KIND_T] = {1, -1, 0, 1};
    for (int t = 0; net_one_answer(&c->spec) && t < KIND_T - 1; t++)
        target[t] = -1;
    struct err err;
    if (!model_init(model, &c->spec, &err)) fail_msg("%s", err.message);
    struct rng rng = rng_seed(8);
    model_randomise(model, &rng, 1);
    struct example source = {.T = SOURCE_T, .x = source_x};
    struct example example = {.T = KIND_T,
                              .x = c->spec.real_input ? NULL : x,
                              .x_real = c->spec.real_input ? x_real : NULL,
                              .target = target,
                              .target_real = c->real_targets ? answers : NULL,
                              .source = c->spec.kind == NET_ENCODER_DECODER ? &source : NULL};
    struct train_options options = train_options_default();
    struct record *record = record_new(model, &example, NULL, 0, REDUCTION_MEAN, &options, NULL, NULL, 1, &err);
    if (!record) fail_msg("%s", err.message);
    return record;
}

static const struct kind_case kind_cases[] = {
    {{.cell = CELL_LSTM,
      .kind = NET_MANY_TO_MANY,
      .layers = 2,
      .hidden = 4,
      .directions = 1,
      .inputs = KIND_I,
      .outputs = KIND_O,
      .embed = KIND_E},
     KIND_E,
     false},
    {{.cell = CELL_GRU,
      .kind = NET_MANY_TO_MANY,
      .layers = 1,
      .hidden = 4,
      .directions = 2,
      .inputs = KIND_I,
      .outputs = KIND_O,
      .real_input = true,
      .output = OUTPUT_SIGMOID},
     KIND_I,
     true},
    {{.cell = CELL_RNN,
      .kind = NET_MANY_TO_ONE,
      .layers = 1,
      .hidden = 4,
      .directions = 2,
      .inputs = KIND_I,
      .outputs = KIND_O,
      .real_input = true,
      .output = OUTPUT_LINEAR},
     KIND_I,
     true},
    {{.cell = CELL_GRU_RESET_AFTER,
      .kind = NET_ENCODER_DECODER,
      .layers = 2,
      .hidden = 4,
      .directions = 2,
      .inputs = KIND_I,
      .outputs = KIND_O,
      .embed = KIND_E},
     KIND_E,
     false},
    {{.cell = CELL_LSTM,
      .kind = NET_ENCODER_DECODER,
      .layers = 1,
      .hidden = 4,
      .directions = 1,
      .inputs = KIND_I,
      .outputs = KIND_O},
     KIND_O,
     false},
};

// Rows of a parameter as the files have it.
static void expect_params(const struct keeper *all, const struct record *record) {
    const struct layout *layout = &record->layout;
    for (int p = 0; p < layout->count; p++) {
        const struct param *param = &layout->params[p];
        bool embed = param->role == PARAM_EMBED, vector = param_is_vector(param->role);
        int64_t rows = embed ? param->in : param->out, columns = embed ? param->out : param->in;
        bool encoder = strncmp(param->name, "encoder.", 8) == 0;
        int T = encoder ? SOURCE_T : KIND_T;
        const struct kept *grad =
            expect(all, record_param_name_of(record, RECORD_GRAD, p), vector ? 1 : 2, rows, columns, 0);
        const struct kept *at =
            expect(all, record_param_name_of(record, RECORD_GRAD_AT, p), vector ? 2 : 3, T, rows, columns);
        double largest = 0;
        for (size_t i = 0; i < grad->size; i++) {
            double sum = 0;
            for (int t = 0; t < T; t++)
                sum += at->data[(size_t)t * grad->size + i];
            assert_true(fabs(sum - grad->data[i]) <= 1e-12 * fmax(1, fabs(sum)));
            assert_true(record_param_value(record, RECORD_GRAD, p, (int)(i / (size_t)(vector ? 1 : columns)),
                                           (int)(i % (size_t)(vector ? 1 : columns))) == grad->data[i]);
            largest = fmax(largest, fabs(sum));
        }
        assert_true(largest > 0);
    }
}

static void other_kinds(void **state) {
    (void)state;
    for (size_t k = 0; k < sizeof kind_cases / sizeof *kind_cases; k++) {
        const struct kind_case *c = &kind_cases[k];
        struct model model;
        struct record *record = record_kind(c, &model);
        struct keeper *all = keep_all(record);
        expect(all, "input", 2, KIND_T, c->input, 0);
        expect(all, "backward/input", 2, KIND_T, c->input, 0);
        expect(all, "target", c->real_targets ? 2 : 1, KIND_T, KIND_O, 0);
        const struct kept *mask = expect(all, "mask", 1, KIND_T, 0, 0), *losses = find(all, "forward/loss");
        assert_int_equal(find(all, "symbol") != NULL, !c->spec.real_input);
        double sum = 0, tokens = 0;
        for (int t = 0; t < KIND_T; t++) {
            sum += losses->data[t];
            tokens += mask->data[t];
            if (mask->data[t] == 0) assert_true(losses->data[t] == 0);
        }
        assert_true(near(record->loss, sum / tokens, 1e-14) && record->loss > 0);
        bool pair = c->spec.kind == NET_ENCODER_DECODER;
        const struct kept *symbols = find(all, "encoder/symbol");
        assert_int_equal(symbols != NULL, pair);
        if (pair) {
            assert_true(symbols->data[0] == 2 && symbols->shape[0] == SOURCE_T);
            expect(all, "encoder/input", 2, SOURCE_T, c->spec.embed ? KIND_E : KIND_I, 0);
            expect(all, "encoder/backward/l0/c", 2, SOURCE_T, 4, 0);
            assert_null(find(all, "encoder/forward/logits"));
            if (c->spec.directions == 2) expect(all, "encoder/forward/l1_reverse/x", 2, SOURCE_T, 8, 0);
            expect(all, "forward/l0/x", 2, KIND_T, c->input, 0);
            assert_null(find(all, "forward/l0_reverse/x"));
        }
        expect_params(all, record);
        keeper_free(all);
        record_free(record);
        model_release(&model);
    }
}

// --- within a minibatch ---

static struct example_batch *word_batch(struct word_record *w, struct err *err) {
    static const int x[3] = {-1, 4, 7}, target[3] = {4, 7, 0};
    const struct example examples[] = {w->example, {.T = 3, .x = x, .target = target}, w->example};
    return example_batch_new(&w->model.layout, examples, 3, err);
}

static struct record *word_within(struct word_record *w, struct example_batch *batch, int index,
                                  const struct record *like, struct err *err) {
    const struct record_within within = {batch, index, like};
    return record_new_within(&w->model, NULL, &within, NULL, NULL, &w->options, NULL, NULL, 1, err);
}

// What the file says: the parts and the whole of a minibatch, which the record keeps when its maker has let go.
static void within_minibatch(void **state) {
    (void)state;
    struct word_record w;
    struct err err = {0};
    word_model(&w, CELL_GRU, ACTIVATION_TANH, 1, 1);
    struct example_batch *batch = word_batch(&w, &err);
    assert_int_equal(example_batch_count(batch), 3);
    struct record *record = word_within(&w, batch, 1, NULL, &err), *other = word_within(&w, batch, 2, record, &err),
                  *fresh = word_within(&w, batch, 2, NULL, &err);
    example_batch_free(batch);
    assert_int_equal(record_T(record), 3);
    assert_int_equal(record->batch_tokens, 2 * WORD_T + 3);
    assert_memory_equal(record->total, other->total, record->layout.size * sizeof(double));
    assert_memory_equal(fresh->total, other->total, record->layout.size * sizeof(double));
    assert_memory_equal(fresh->params_after, other->params_after, record->layout.size * sizeof(double));
    struct keeper *all = keep_all(record);
    for (int p = 0; p < record->layout.count; p++) {
        const struct kept *own = find(all, record_param_name_of(record, RECORD_GRAD, p)),
                          *rest = find(all, record_param_name_of(record, RECORD_REST, p)),
                          *total = find(all, record_param_name_of(record, RECORD_TOTAL, p)),
                          *clipped = find(all, record_param_name_of(record, RECORD_CLIPPED, p));
        const struct param *param = &record->layout.params[p];
        for (int i = 0; i < param->in * param->out; i++) {
            assert_true(near(own->data[i] + rest->data[i], total->data[i], 1e-12));
            assert_true(near(clipped->data[i], record->clip_scale * total->data[i], 1e-12));
        }
    }
    assert_true(find(all, "clip/own_norm")->data[0] == record->own_norm);
    assert_true(find(all, "clip/rest_norm")->data[0] == record->rest_norm);
    assert_true(find(all, "minibatch/loss")->data[0] == record->loss + record->rest_loss);
    assert_true(find(all, "minibatch/rest_loss")->data[0] == record->rest_loss);
    keeper_free(all);
    record_free(record);
    record_free(other);
    record_free(fresh);
    word_release(&w);
}

static void minibatch_refuses(void **state) {
    (void)state;
    struct word_record w;
    struct err err = {0};
    word_model(&w, CELL_RNN, ACTIVATION_RELU, 1, 1);
    assert_null(example_batch_new(&w.model.layout, &w.example, 0, &err));
    assert_non_null(strstr(err.message, "at least one example"));
    w.x[3] = WORD_SYMBOLS;
    assert_null(word_batch(&w, &err));
    assert_non_null(strstr(err.message, "example 1 of the minibatch"));
    w.x[3] = 5;
    // an example that blows up beside one that does not: recurrent weights that only a long one feels
    int x[60] = {0}, target[60] = {0};
    const struct example examples[] = {{.T = 1, .x = x, .target = target}, {.T = 60, .x = x, .target = target}};
    struct example_batch *batch = example_batch_new(&w.model.layout, examples, 2, &err);
    const struct param *recurrent = &w.model.layout.params[layout_param(&w.model.layout, PARAM_RECURRENT, 0, 0)];
    for (int i = 0; i < recurrent->in * recurrent->out; i++)
        w.model.params[recurrent->offset + (size_t)i] = 1e30f;
    assert_null(word_within(&w, batch, 0, NULL, &err));
    if (!strstr(err.message, "example 2 of the minibatch is not finite")) fail_msg("%s", err.message);
    example_batch_free(batch);
    word_release(&w);
}

// The n-th call for memory fails: an error and nothing left behind.
static void minibatch_without_memory(void **state) {
    (void)state;
    struct word_record w;
    struct err err = {0};
    word_model(&w, CELL_LSTM, ACTIVATION_TANH, 1, 1);
    struct record *record = NULL;
    long n = 1;
    for (; !record && n < 200; n++) {
        err = (struct err){0};
        mem_fail_at(n);
        struct example_batch *batch = word_batch(&w, &err);
        record = batch ? word_within(&w, batch, 1, NULL, &err) : NULL;
        mem_fail_at(0);
        example_batch_free(batch);
        if (!record) assert_int_equal(err.code, ERR_MEMORY);
    }
    assert_true(record && n > 20);
    record_free(record);
    word_release(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tensors),
        cmocka_unit_test(orientation),
        cmocka_unit_test(sums),
        cmocka_unit_test(adam),
        cmocka_unit_test(sgd),
        cmocka_unit_test(as_the_trainer),
        cmocka_unit_test(own_copies),
        cmocka_unit_test(held),
        cmocka_unit_test(refuses),
        cmocka_unit_test(not_finite),
        cmocka_unit_test(memory_runs_out),
        cmocka_unit_test(itemised),
        cmocka_unit_test(other_kinds),
        cmocka_unit_test(within_minibatch),
        cmocka_unit_test(minibatch_refuses),
        cmocka_unit_test(minibatch_without_memory),
    };
    return cmocka_run_group_tests_name("record", tests, NULL, NULL);
}
