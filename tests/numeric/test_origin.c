// Where numbers come from: every place of the trace file has its value, what it is made of gives that value again, and
// what it goes into is the same read backwards. For every cell, kind of network and output, on random networks.
#include "origin.h"
#include "random_example.h"
#include <string.h>

enum { NETWORKS = 200, PLACES = 25, MAX_TENSORS = 4000 };

struct subject {
    struct random_net net;
    struct random_example example;
    struct train_options options;
    struct clamps clamps;
    struct record *record;
    struct rng rng;
};

static int below(struct subject *s, int n) {
    return (int)rng_below(&s->rng, (uint64_t)n);
}

// One of three examples of a minibatch.
static struct record *within_minibatch(struct subject *s, const struct net_form *form, const struct clamps *clamps,
                                       float *const state[2], int update) {
    enum { COUNT = 3, INDEX = 1 };
    struct err err = {0};
    struct random_example others[COUNT];
    struct example examples[COUNT];
    for (int k = 0; k < COUNT; k++) {
        random_example_init(&others[k], &s->net.model.layout.spec, form->source_T, form->T, k % 2, &s->rng);
        examples[k] = k == INDEX ? s->example.example : others[k].example;
    }
    struct example_batch *batch = example_batch_new(&s->net.model.layout, examples, COUNT, &err);
    if (!batch) fail_msg("%s", err.message);
    const struct record_within within = {batch, INDEX, NULL};
    struct record *record =
        record_new_within(&s->net.model, NULL, &within, clamps, NULL, &s->options, state[0], state[1], update, &err);
    if (!record) fail_msg("%s", err.message);
    example_batch_free(batch);
    return record;
}

// Network number k: each form and cell in turn, the rest drawn.
static void subject_init(struct subject *s, int k, bool clamped) {
    struct err err = {0};
    *s = (struct subject){.rng = rng_seed(1000 + (uint64_t)k), .options = train_options_default()};
    const struct net_form *form = &net_forms[k % NET_FORM_COUNT];
    enum cell_id cell = (enum cell_id)(k / NET_FORM_COUNT % CELL_COUNT);
    struct net_spec spec = spec_of_form(form, cell, 1 + below(s, 3), 1 + below(s, 2), 1 + below(s, 5));
    spec.activation = (enum activation)below(s, ACTIVATION_COUNT);
    random_net_init(&s->net, spec, (uint64_t)k);
    float scale = (float)(0.5 + 4 * rng_uniform(&s->rng));
    if (below(s, 6) == 0) scale = 100; // probabilities that round to 0 and 1
    for (size_t i = 0; i < s->net.model.layout.size; i++)
        s->net.model.params[i] *= scale;
    random_example_init(&s->example, &spec, form->source_T, form->T, below(s, 2), &s->rng);
    s->options.optimizer = (enum optimizer)below(s, OPTIMIZER_COUNT);
    s->options.clip_norm = below(s, 3) - 0.5;
    if (s->options.clip_norm < 0) s->options.clip_norm = 0;
    if (below(s, 3) == 0) s->options.clip_value = 0.05;
    s->options.weight_decay = below(s, 2) * 0.1;
    if (clamped)
        s->clamps = (struct clamps){
            1,
            {{.layer = -1, .direction = -1, .slot = net_cell(&spec)->steps[1].out, .unit = 0, .to = 0, .value = 0.25}}};
    size_t n = s->net.model.layout.size;
    float *state[2];
    for (int i = 0; i < 2; i++) {
        state[i] = mem_need(n, sizeof(float));
        for (size_t j = 0; j < n; j++)
            state[i][j] = (float)(0.1 * rng_uniform(&s->rng));
    }
    const struct clamps *clamps = clamped ? &s->clamps : NULL;
    const enum reduction reduction = (enum reduction)below(s, 2);
    const int update = 1 + below(s, 9);
    if (below(s, 3) == 0)
        s->record = within_minibatch(s, form, clamps, state, update);
    else
        s->record = record_new_with(&s->net.model, &s->example.example, clamps, NULL, reduction, &s->options, state[0],
                                    state[1], update, &err);
    if (!s->record) fail_msg("%s", err.message);
    mem_free(state[0]);
    mem_free(state[1]);
}

static void subject_release(struct subject *s) {
    record_free(s->record);
    random_net_release(&s->net);
}

// --- the tensors ---

struct found {
    struct place first;
    char name[PLACE_NAME];
    int dims;
    int64_t shape[3], size;
    double *data; // of the trace file
};
struct all {
    struct found *list;
    int count;
};

static void keep_tensor(void *context, const struct place *first, const char *name, int dims, const int64_t *shape) {
    struct all *all = context;
    assert_true(all->count < MAX_TENSORS);
    struct found *found = &all->list[all->count++];
    *found = (struct found){.first = *first, .dims = dims, .size = 1};
    snprintf(found->name, sizeof found->name, "%s", name);
    for (int k = 0; k < dims; k++) {
        found->shape[k] = shape[k];
        found->size *= shape[k];
    }
}

static void match_tensor(void *context, const char *name, int dims, const int64_t *shape, const double *data) {
    struct all *all = context;
    for (int i = 0; i < all->count; i++) {
        struct found *found = &all->list[i];
        if (strcmp(found->name, name) != 0) continue;
        assert_int_equal(found->dims, dims);
        for (int k = 0; k < dims; k++)
            assert_int_equal(found->shape[k], shape[k]);
        found->data = mem_need((size_t)found->size, sizeof *data);
        memcpy(found->data, data, (size_t)found->size * sizeof *data);
        return;
    }
    if (!strcmp(name, "clamp/grad")) return; // one number a clamp, and no place: place.h
    fail_msg("the trace file has %s, and it is no place", name);
}

static struct all all_of(const struct record *record) {
    struct all all = {.list = mem_need(MAX_TENSORS, sizeof(struct found))};
    place_each_tensor(record, keep_tensor, &all);
    assert_true(record_each(record, match_tensor, &all));
    for (int i = 0; i < all.count; i++)
        if (!all.list[i].data) fail_msg("%s is no tensor of the trace file", all.list[i].name);
    return all;
}

static void all_release(struct all *all) {
    for (int i = 0; i < all->count; i++)
        mem_free(all->list[i].data);
    mem_free(all->list);
}

// Entry `at` of a tensor, by row and column as a draw list has them.
static struct place entry_of(const struct record *record, const struct found *found, int64_t at) {
    struct place place;
    struct err err = {0};
    int64_t columns = found->dims > 1 ? found->shape[found->dims - 1] : 1;
    int row = (int)(at / columns), column = found->dims > 1 ? (int)(at % columns) : -1, back_row, back_column;
    if (!place_find(record, found->name, row, column, &place, &err)) fail_msg("%s: %s", found->name, err.message);
    place_index(record, &place, &back_row, &back_column);
    assert_int_equal(back_row, row);
    assert_int_equal(back_column, column);
    return place;
}

static struct place random_place(struct subject *s, const struct all *all, const struct found **from, int64_t *at) {
    const struct found *found = &all->list[below(s, all->count)];
    *at = below(s, (int)found->size);
    if (from) *from = found;
    return entry_of(s->record, found, *at);
}

// --- tests ---

static void check_value(struct subject *s, const struct found *found, const struct place *place, int64_t at) {
    double value = place_value(s->record, place), there = found->data[at];
    if (!(fabs(value - there) <= 1e-14 * fabs(there)))
        fail_msg("%s, number %d: %.17g, in the trace file %.17g", found->name, (int)at, value, there);
    char text[256];
    struct place again;
    struct err err = {0};
    place_text(s->record, place, text, sizeof text);
    if (!place_parse(s->record, text, &again, &err)) fail_msg("\"%s\": %s", text, err.message);
    assert_true(place_equal(place, &again));
}

static bool takes_logarithm(const struct origin *origin) {
    for (int k = 0; k < origin->row_count; k++)
        for (int i = 0; i < origin->rows[k].count; i++) {
            enum origin_shape shape = origin->rows[k].factors[i].shape;
            if (shape == SHAPE_MINUS_LN || shape == SHAPE_MINUS_LN_REST) return true;
        }
    return false;
}

// The digits of a sum are those of its terms; a logarithm near 1 has those of 1.
static void check_origin(struct subject *s, const struct place *place, const char *name) {
    struct origin origin;
    origin_of(s->record, place, (struct label_style){(enum notation)below(s, NOTATION_COUNT), true}, &origin);
    double expected = place_value(s->record, place), found = origin_combine(s->record, &origin);
    double size = fmax(fabs(expected), origin.rule == ORIGIN_SUM ? origin.size : 0);
    if (takes_logarithm(&origin)) size = fmax(size, 1);
    if (!(fabs(found - expected) <= 1e-12 * size)) {
        char text[256];
        place_text(s->record, place, text, sizeof text);
        fail_msg("%s (%s): %s combine to %.17g, the value is %.17g", name, text, origin.formula, found, expected);
    }
    assert_true(origin.value == expected);
    struct place number = origin_represent(s->record, place), again = origin_represent(s->record, &number);
    assert_true(place_equal(&number, &again));
    assert_true(place_value(s->record, &number) == expected);
    assert_true(origin.title[0] && origin.label[0]);
    assert_true(origin.rule == ORIGIN_GIVEN ? origin.why[0] && !origin.row_count
                                            : origin.row_count + origin.zero_count > 0);
    for (int k = 0; k < origin.row_count; k++) {
        const struct origin_row *row = &origin.rows[k];
        double value = row->coefficient;
        for (int i = 0; i < row->count; i++) {
            double y = row->factors[i].value;
            assert_true(y == place_value(s->record, &row->factors[i].place));
            assert_true(origin_has_operand(s->record, place, &row->factors[i].place));
            double m = row->factors[i].less ? row->factors[i].less_value : 0;
            value *= origin_shape_value(row->factors[i].shape, y, m, row->factors[i].is);
        }
        assert_true(value == row->value);
        bool first = origin.rule == ORIGIN_SHARE && k == 1;
        if (k && !first && origin.rule != ORIGIN_UPDATE) assert_true(fabs(row->value) <= fabs(row[-1].value));
    }
    double sum = 0;
    for (int g = 0; g < origin.group_count; g++)
        sum += origin.groups[g];
    assert_true(fabs(sum - origin.sum) <= 1e-12 * origin.size);
}

static void for_networks(bool clamped, void (*check)(struct subject *s, const struct all *all)) {
    for (int k = 0; k < NETWORKS; k++) {
        struct subject s;
        subject_init(&s, k, clamped);
        struct all all = all_of(s.record);
        check(&s, &all);
        all_release(&all);
        subject_release(&s);
    }
}

// A few numbers of every tensor.
static void check_recomputed(struct subject *s, const struct all *all) {
    for (int i = 0; i < all->count; i++)
        for (int n = 0; n < 3; n++) {
            int64_t at = below(s, (int)all->list[i].size);
            struct place place = entry_of(s->record, &all->list[i], at);
            check_value(s, &all->list[i], &place, at);
            check_origin(s, &place, all->list[i].name);
        }
}

static void operands_give_the_value(void **state) {
    (void)state;
    for_networks(false, check_recomputed);
}

static void operands_of_clamped_networks(void **state) {
    (void)state;
    for_networks(true, check_recomputed);
}

struct seek {
    const struct record *record;
    struct place of, wanted;
    double term;
    int count, found;
};

static void seek_use(void *context, const struct place *use, double term) {
    struct seek *seek = context;
    seek->count++;
    struct place name = origin_represent(seek->record, use);
    assert_true(place_equal(&name, use));
    if (!origin_has_operand(seek->record, use, &seek->of)) {
        char of[256], into[256];
        place_text(seek->record, &seek->of, of, sizeof of);
        place_text(seek->record, use, into, sizeof into);
        fail_msg("%s goes into %s, and is no operand of it", of, into);
    }
    if (place_equal(use, &seek->wanted)) {
        seek->found++;
        seek->term = term;
    }
}

static struct seek seek_for(const struct record *record, const struct place *of, const struct place *wanted) {
    struct seek seek = {.record = record, .of = *of, .wanted = *wanted};
    origin_each_use(record, of, seek_use, &seek);
    return seek;
}

// What a number adds to another one, in all terms that hold it.
static double term_in(const struct origin *origin, const struct place *of) {
    double sum = 0;
    for (int k = 0; k < origin->row_count; k++) {
        bool has = false;
        for (int i = 0; i < origin->rows[k].count; i++)
            has = has || place_equal(&origin->rows[k].factors[i].place, of);
        if (has) sum += origin->rows[k].value;
    }
    return sum;
}

// p is an operand of q exactly where q is a use of p: for all that is listed of q, and for pairs drawn at random.
static void check_uses(struct subject *s, const struct all *all) {
    const struct label_style style = {NOTATION_COURSE, false};
    for (int n = 0; n < PLACES; n++) {
        int64_t at;
        struct place q = random_place(s, all, NULL, &at), other = random_place(s, all, NULL, &at);
        q = origin_represent(s->record, &q); // one number under several names is one use
        struct origin origin;
        origin_of(s->record, &q, style, &origin);
        for (int k = 0; k < origin.row_count; k++)
            for (int i = 0; i < origin.rows[k].count; i++) {
                struct seek seek = seek_for(s->record, &origin.rows[k].factors[i].place, &q);
                if (seek.found != 1) {
                    char of[256], into[256];
                    place_text(s->record, &origin.rows[k].factors[i].place, of, sizeof of);
                    place_text(s->record, &q, into, sizeof into);
                    fail_msg("%s is an operand of %s, and found %d times among its uses", of, into, seek.found);
                }
                double term = term_in(&origin, &origin.rows[k].factors[i].place);
                if (origin.rest_count == 0 && fabs(seek.term - term) > 1e-15 * fabs(term))
                    fail_msg("%s: its term is %.17g, told as %.17g", origin.label, term, seek.term);
            }
        struct seek seek = seek_for(s->record, &other, &q);
        assert_int_equal(seek.found, origin_has_operand(s->record, &q, &other));
        struct origin_uses uses;
        origin_uses(s->record, &other, style, &uses);
        assert_int_equal(uses.use_count + uses.rest_count, seek.count);
        for (int k = 1; k < uses.use_count; k++)
            assert_true(uses.uses[k].place.norm > uses.uses[k - 1].place.norm ||
                        fabs(uses.uses[k].term) <= fabs(uses.uses[k - 1].term));
    }
}

static void uses_are_operands_backwards(void **state) {
    (void)state;
    for_networks(false, check_uses);
}

// A cell whose vector is read twice, and the weights that make it: terms by hand.
static void a_known_number(void **state) {
    (void)state;
    struct subject s;
    subject_init(&s, (int)CELL_LSTM * NET_FORM_COUNT, false); // one-hot
    const struct record *record = s.record;
    struct place place;
    struct err err = {0};
    struct origin origin;
    assert_true(place_parse(record, "forward/l0/c 3 1", &place, &err));
    origin_of(record, &place, (struct label_style){NOTATION_COURSE, false}, &origin);
    const struct cell_desc *cell = record_cell(record);
    double keep = tape_value(record->tape, 0, 0, cell_slot_by_id(cell, "keep_c"), 2)[0],
           write = tape_value(record->tape, 0, 0, cell_slot_by_id(cell, "write_c"), 2)[0];
    assert_int_equal(origin.row_count, 2);
    assert_true(origin.rows[0].value == (fabs(keep) > fabs(write) ? keep : write));
    assert_true(origin_combine(record, &origin) == write + keep);
    assert_int_equal(place.t, 2);
    subject_release(&s);
}

static void wrong_places_are_refused(void **state) {
    (void)state;
    struct subject s;
    subject_init(&s, 0, false);
    static const struct {
        const char *text, *says;
    } wrong[] = {{"", "expected the name of a tensor"},
                 {"forward/l9/x 1 1", "expected the name of a tensor"},
                 {"forward/l0/nothing 1 1", "expected the name of a tensor"},
                 {"encoder/forward/l0/x 1 1", "expected the name of a tensor"},
                 {"backward/from_loss/l0/x 1 1", "expected the name of a tensor"},
                 {"optimizer/m/none 1", "expected the name of a tensor"},
                 {"norm/forward/loss 1", "expected the name of a tensor"},
                 {"forward/loss", "expected 1 index, found 0"},
                 {"forward/logits 1", "expected 2 indices, found 1"},
                 {"forward/logits 1 2 3", "expected 2 indices, found more than 2"},
                 {"forward/logits 0 1", "index 1 to lie between 1 and 7, found 0"},
                 {"forward/logits 1 7", "index 2 to lie between 1 and 6, found 7"},
                 {"forward/logits 1 x", "expected whole numbers from 1, found \"x\""}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct place place;
        struct err err = {0};
        assert_false(place_parse(s.record, wrong[i].text, &place, &err));
        if (!strstr(err.message, wrong[i].says)) fail_msg("\"%s\": %s", wrong[i].text, err.message);
    }
    struct place place;
    assert_false(place_find(s.record, "sum/term", 0, 0, &place, NULL));
    assert_false(place_find(s.record, NULL, 0, 0, &place, NULL));
    assert_false(place_find(s.record, "forward/logits", -1, 2, &place, NULL));
    assert_true(place_find(s.record, "forward/total_loss", -1, -1, &place, NULL) ||
                place_find(s.record, "forward/total_loss", 0, -1, &place, NULL));
    subject_release(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(operands_give_the_value),
                                       cmocka_unit_test(operands_of_clamped_networks),
                                       cmocka_unit_test(uses_are_operands_backwards), cmocka_unit_test(a_known_number),
                                       cmocka_unit_test(wrong_places_are_refused)};
    return cmocka_run_group_tests_name("origin", tests, NULL, NULL);
}
