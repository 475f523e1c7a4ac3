// Checkpoints in PyTorch's names and shapes: every kind of network there and back, files of other programs, hostile
// ones.

#include "checkpoint.h"
#include "mem.h"
#include "pytorch.h"
#include "safetensors.h"
#include "str.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "folder.h"

static struct net_spec example_spec(enum cell_id cell, int layers, int directions) {
    return (struct net_spec){.cell = cell,
                             .activation = cell == CELL_RNN ? ACTIVATION_RELU : ACTIVATION_TANH,
                             .kind = NET_MANY_TO_MANY,
                             .layers = layers,
                             .hidden = 3,
                             .directions = directions,
                             .inputs = 5,
                             .outputs = 5};
}

static struct model example_model(const struct net_spec *spec) {
    struct model model;
    struct rng rng = rng_seed(11);
    assert_true(model_init(&model, spec, NULL));
    model_randomise(&model, &rng, 1.0f);
    model.params[model.layout.params[0].offset] = -0.0f;
    model.params[model.layout.params[2].offset] = -0.0f; // a bias, to which the file's zero is added
    return model;
}

static struct vocabulary example_vocabulary(void) {
    struct vocabulary v;
    vocabulary_init(&v);
    vocabulary_add(&v, "\n", 1);
    vocabulary_add(&v, "\"", 1);
    vocabulary_add(&v, "\u00E9", 2);
    return v;
}

static void expect_same_model(const struct model *a, const struct model *b) {
    assert_int_equal(a->layout.size, b->layout.size);
    assert_memory_equal(&a->layout.spec, &b->layout.spec, sizeof a->layout.spec);
    assert_memory_equal(a->params, b->params, a->layout.size * sizeof *a->params); // bit for bit
}

static void test_round_trip(void **state) {
    struct temporary *t = *state;
    for (int cell = 0; cell < CELL_COUNT; cell++) {
        for (int layers = 1; layers <= 3; layers++) {
            for (int directions = 1; directions <= 2; directions++) {
                struct net_spec spec = example_spec((enum cell_id)cell, layers, directions);
                struct model model = example_model(&spec);
                struct vocabulary vocabulary = example_vocabulary();
                struct checkpoint loaded;
                struct err err;
                const char *path = temporary_path(t, "m.safetensors");
                if (!checkpoint_save(path, &model, &vocabulary, &err)) fail_msg("%s", err.message);
                struct bytes first = read_bytes(path);
                if (!checkpoint_load(&loaded, path, NULL, &err)) fail_msg("%s", err.message);
                expect_same_model(&model, &loaded.model);
                assert_int_equal(loaded.vocabulary.count, 5);
                for (int i = 0; i < 5; i++)
                    assert_string_equal(loaded.vocabulary.texts[i], vocabulary.texts[i]);
                assert_true(checkpoint_save(path, &loaded.model, &loaded.vocabulary, &err));
                struct bytes second = read_bytes(path);
                assert_int_equal(first.size, second.size); // and the file is the same again
                assert_memory_equal(first.data, second.data, first.size);
                bytes_release(&first);
                bytes_release(&second);
                checkpoint_release(&loaded);
                model_release(&model);
                vocabulary_release(&vocabulary);
            }
        }
    }
    assert_int_equal(temporary_count(t), 1);
}

static void test_in_pytorch_shapes(void **state) {
    struct temporary *t = *state;
    struct net_spec spec = example_spec(CELL_LSTM, 2, 2);
    struct model model = example_model(&spec);
    const char *path = temporary_path(t, "m");
    assert_true(checkpoint_save(path, &model, NULL, NULL));
    struct tensor_file file;
    assert_true(tensor_file_read(&file, path, NULL));
    static const struct {
        const char *name;
        int dims;
        int64_t shape[2];
    } expected[] = {
        {"rnn.weight_ih_l0", 2, {12, 5}},
        {"rnn.weight_hh_l0", 2, {12, 3}},
        {"rnn.bias_ih_l0", 1, {12}},
        {"rnn.bias_hh_l0", 1, {12}},
        {"rnn.weight_ih_l0_reverse", 2, {12, 5}},
        {"rnn.weight_ih_l1", 2, {12, 6}},
        {"rnn.bias_hh_l1_reverse", 1, {12}},
        {"head.weight", 2, {5, 6}},
        {"head.bias", 1, {5}},
    };
    assert_int_equal(file.count, 4 * 4 + 2);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        const struct tensor *tensor = tensor_file_find(&file, expected[i].name);
        if (!tensor) fail_msg("no %s", expected[i].name);
        assert_int_equal(tensor->type, TENSOR_F32);
        assert_int_equal(tensor->dims, expected[i].dims);
        for (int d = 0; d < tensor->dims; d++)
            assert_int_equal(tensor->shape[d], expected[i].shape[d]);
    }
    // The slab is the transpose: (in, out) there, (out, in) here.
    const struct param *param = &model.layout.params[layout_find(&model.layout, "head.weight")];
    const struct tensor *head = tensor_file_find(&file, "head.weight");
    for (int o = 0; o < 5; o++)
        for (int i = 0; i < 6; i++)
            assert_true((float)tensor_at(head, (size_t)(o * 6 + i)) ==
                        model.params[param->offset + (size_t)(i * 5 + o)]);
    const struct tensor *zeros = tensor_file_find(&file, "rnn.bias_hh_l0");
    for (size_t i = 0; i < 12; i++)
        assert_true(tensor_at(zeros, i) == 0);
    tensor_file_release(&file);
    model_release(&model);
}

// Diagonals: a vector of (3H), i f o, in each layer and direction.
static void test_with_diagonals(void **state) {
    struct temporary *t = *state;
    struct net_spec spec = example_spec(CELL_LSTM_PEEPHOLE, 2, 2);
    struct model model = example_model(&spec);
    const char *path = temporary_path(t, "m");
    assert_true(checkpoint_save(path, &model, NULL, NULL));
    struct tensor_file file;
    assert_true(tensor_file_read(&file, path, NULL));
    assert_int_equal(file.count, 4 * 5 + 2);
    static const char *const names[] = {"rnn.weight_ch_l0", "rnn.weight_ch_l0_reverse", "rnn.weight_ch_l1",
                                        "rnn.weight_ch_l1_reverse"};
    for (int k = 0; k < 4; k++) {
        const struct tensor *tensor = tensor_file_find(&file, names[k]);
        const struct param *param = &model.layout.params[layout_find(&model.layout, names[k])];
        assert_non_null(tensor);
        assert_int_equal(tensor->dims, 1);
        assert_int_equal(tensor->shape[0], 9);
        for (size_t i = 0; i < 9; i++)
            assert_true((float)tensor_at(tensor, i) == model.params[param->offset + i]);
    }
    tensor_file_release(&file);
    model_release(&model);
}

// What torch.save of an nn.RNN(4, 2) with an nn.Linear(2, 4) gives: no metadata. `skip` and `extra` change
// one thing.
static void save_foreign(const char *path, const char *skip_name, const char *extra, enum tensor_type type) {
    static const struct {
        const char *name;
        int dims;
        int64_t shape[2];
    } tensors[] = {{"rnn.weight_ih_l0", 2, {2, 4}}, {"rnn.weight_hh_l0", 2, {2, 2}}, {"rnn.bias_ih_l0", 1, {2}},
                   {"rnn.bias_hh_l0", 1, {2}},      {"head.weight", 2, {4, 2}},      {"head.bias", 1, {4}}};
    struct tensor_writer *writer = tensor_writer_new();
    for (size_t i = 0; i < sizeof tensors / sizeof *tensors; i++) {
        if (skip_name && strstr(tensors[i].name, skip_name)) continue;
        float f32[8];
        double f64[8];
        for (int k = 0; k < 8; k++)
            f64[k] = f32[k] = (float)(10 * i) + (float)k;
        tensor_writer_add(writer, tensors[i].name, type, tensors[i].dims, tensors[i].shape,
                          type == TENSOR_F64 ? (void *)f64 : (void *)f32);
    }
    if (extra) tensor_writer_add(writer, extra, TENSOR_F32, 0, NULL, &(float){1});
    assert_true(tensor_writer_save(writer, path, NULL));
    tensor_writer_free(writer);
}

static const struct net_spec foreign_spec = {
    .cell = CELL_RNN, .kind = NET_MANY_TO_MANY, .layers = 1, .hidden = 2, .directions = 1, .inputs = 4, .outputs = 4};

static void test_from_pytorch(void **state) {
    struct temporary *t = *state;
    const char *path = temporary_path(t, "foreign");
    struct checkpoint c;
    struct err err;
    static const enum tensor_type types[] = {TENSOR_F32, TENSOR_F64};
    for (int i = 0; i < 2; i++) {
        save_foreign(path, NULL, NULL, types[i]);
        assert_false(checkpoint_load(&c, path, NULL, &err));
        assert_non_null(strstr(err.message, "--cell"));
        struct net_spec sizes_unknown = {.cell = CELL_RNN, .kind = NET_MANY_TO_MANY};
        if (!checkpoint_load(&c, path, i ? &foreign_spec : &sizes_unknown, &err)) fail_msg("%s", err.message);
        assert_int_equal(c.model.layout.spec.layers, 1);
        assert_int_equal(c.model.layout.spec.hidden, 2);
        assert_int_equal(c.model.layout.spec.inputs, 4);
        assert_int_equal(c.vocabulary.count, 0);
        const struct layout *layout = &c.model.layout;
        const float *ih = c.model.params + layout->params[layout_find(layout, "rnn.weight_ih_l0")].offset;
        assert_true(ih[0] == 0 && ih[1] == 4 && ih[2] == 1 && ih[7] == 7); // (2, 4) turned to (4, 2)
        const float *bias = c.model.params + layout->params[layout_find(layout, "rnn.bias_ih_l0")].offset;
        assert_true(bias[0] == 20 + 30 && bias[1] == 21 + 31); // the two only ever add
        checkpoint_release(&c);
    }
    save_foreign(path, "rnn.bias", NULL, TENSOR_F32); // bias=False
    assert_true(checkpoint_load(&c, path, &foreign_spec, &err));
    checkpoint_release(&c);
}

static void expect_no_load(const char *path, const struct net_spec *spec, const char *part) {
    struct checkpoint c;
    struct err err = {0};
    assert_false(checkpoint_load(&c, path, spec, &err));
    if (!strstr(err.message, part)) fail_msg("expected \"%s\" in \"%s\"", part, err.message);
    assert_string_equal(err.file, path);
    assert_null(c.model.params);
    assert_int_equal(c.vocabulary.count, 0);
}

static void test_dimensions_are_checked(void **state) {
    struct temporary *t = *state;
    const char *path = temporary_path(t, "foreign");
    save_foreign(path, NULL, NULL, TENSOR_F32);
    struct net_spec spec = foreign_spec;
    spec.hidden = 3;
    expect_no_load(path, &spec, "rnn.weight_ih_l0: expected shape (3, 4), found (2, 4)");
    spec = foreign_spec;
    spec.cell = CELL_LSTM;
    expect_no_load(path, &spec, "expected shape (8, 4), found (2, 4)");
    spec = foreign_spec;
    spec.layers = 2;
    expect_no_load(path, &spec, "expected a tensor rnn.weight_ih_l1");
    spec = foreign_spec;
    spec.directions = 2;
    expect_no_load(path, &spec, "expected a tensor rnn.weight_ih_l0_reverse");
    spec = foreign_spec;
    spec.outputs = NET_MAX_VOCABULARY;
    expect_no_load(path, &spec, "head.weight: expected shape (1048576, 2)");
    spec.outputs = -1;
    expect_no_load(path, &spec, "output");
    save_foreign(path, "bias_hh", NULL, TENSOR_F32);
    expect_no_load(path, &foreign_spec, "expected a tensor rnn.bias_hh_l0");
    save_foreign(path, "head.bias", NULL, TENSOR_F32);
    expect_no_load(path, &foreign_spec, "expected a tensor head.bias");
    save_foreign(path, NULL, "rnn.weight_ih_l1", TENSOR_F32);
    expect_no_load(path, &foreign_spec, "found a tensor rnn.weight_ih_l1");
    save_foreign(path, NULL, NULL, TENSOR_I32);
    expect_no_load(path, &foreign_spec, "expected F32 or F64, found I32");
    struct net_spec unknown = {.cell = CELL_RNN, .kind = NET_MANY_TO_MANY};
    save_foreign(path, "rnn", NULL, TENSOR_F32);
    expect_no_load(path, &unknown, "expected a tensor rnn.weight_ih_l0");
}

#define SPEC(format, cell, hidden)                                                                                     \
    "{\"format\":" format ",\"cell\":\"" cell "\",\"activation\":\"tanh\",\"kind\":\"many-to-many\",\"layers\":1,"     \
    "\"hidden\":" hidden ",\"directions\":1,\"inputs\":4,\"outputs\":4,\"real_input\":false}"

#define SPEC_WITH(more)                                                                                                \
    "{\"format\":1,\"cell\":\"rnn\",\"activation\":\"tanh\",\"kind\":\"many-to-many\",\"layers\":1,\"hidden\":2,"      \
    "\"directions\":1,\"inputs\":4,\"outputs\":4," more "}"

// The state of a run comes back bit for bit; who wants only the model gets it; a file without state says so.
static void test_state(void **state) {
    struct temporary *t = *state;
    const char *path = temporary_path(t, "m.safetensors");
    for (int slabs = 0; slabs <= CHECKPOINT_SLABS; slabs++) {
        struct net_spec spec = example_spec(CELL_LSTM, 2, 1);
        struct model model = example_model(&spec), other[CHECKPOINT_SLABS];
        char run[] = "{\"a\":1.5}";
        struct checkpoint_state kept = {.run = run, .updates = 123456789012, .random = rng_seed(5)};
        float carried[2 * 2 * 4 * 3];
        for (int i = 0; i < 48; i++)
            carried[i] = (float)i / 7;
        for (int s = 0; s < CHECKPOINT_SLABS; s++) {
            struct rng rng = rng_seed(20 + (uint64_t)s);
            assert_true(model_init(&other[s], &spec, NULL));
            model_randomise(&other[s], &rng, 0.5f);
            if (s < slabs) kept.slab[s] = other[s].params;
        }
        if (slabs > 1) {
            kept.sequences = 4;
            kept.carried = carried;
        }
        struct err err;
        struct checkpoint loaded;
        if (!checkpoint_save_state(path, &model, NULL, &kept, &err)) fail_msg("%s", err.message);
        struct bytes first = read_bytes(path);
        if (!checkpoint_load_state(&loaded, path, &err)) fail_msg("%s", err.message);
        expect_same_model(&model, &loaded.model);
        assert_string_equal(loaded.state.run, kept.run);
        assert_true(loaded.state.updates == kept.updates);
        assert_memory_equal(&loaded.state.random, &kept.random, sizeof kept.random);
        for (int s = 0; s < CHECKPOINT_SLABS; s++) {
            assert_int_equal(loaded.state.slab[s] != NULL, s < slabs);
            if (s < slabs)
                assert_memory_equal(loaded.state.slab[s], other[s].params, model.layout.size * sizeof(float));
        }
        assert_int_equal(loaded.state.sequences, kept.sequences);
        if (slabs > 1) assert_memory_equal(loaded.state.carried, carried, sizeof carried);
        assert_true(checkpoint_save_state(path, &loaded.model, NULL, &loaded.state, &err));
        struct bytes second = read_bytes(path);
        assert_int_equal(first.size, second.size);
        assert_memory_equal(first.data, second.data, first.size);
        bytes_release(&first);
        bytes_release(&second);
        checkpoint_release(&loaded);
        if (!checkpoint_load(&loaded, path, NULL, &err)) fail_msg("%s", err.message);
        expect_same_model(&model, &loaded.model);
        assert_null(loaded.state.run);
        checkpoint_release(&loaded);
        assert_true(checkpoint_save(path, &model, NULL, &err));
        assert_true(checkpoint_load_state(&loaded, path, &err));
        assert_null(loaded.state.run);
        assert_null(loaded.state.slab[0]);
        checkpoint_release(&loaded);
        for (int s = 0; s < CHECKPOINT_SLABS; s++)
            model_release(&other[s]);
        model_release(&model);
    }
}

// A damaged state is refused by checkpoint_load_state(), with what was expected.
static void test_hostile_states(void **state) {
    struct temporary *t = *state;
#define RANDOM "\"random\":[\"0000000000000001\",\"0000000000000000\",\"0000000000000000\",\"00000000000000ff\"]"
    static const struct {
        const char *training, *tensor;
        int64_t out;
        const char *says;
    } cases[] = {
        {"{", NULL, 0, "\"training\" is not valid JSON"},
        {"[]", NULL, 0, "format 1"},
        {"{\"format\":2,\"updates\":1," RANDOM "}", NULL, 0, "format 1"},
        {"{\"format\":1," RANDOM "}", NULL, 0, "\"updates\""},
        {"{\"format\":1,\"updates\":-1," RANDOM "}", NULL, 0, "\"updates\""},
        {"{\"format\":1,\"updates\":1}", NULL, 0, "\"random\""},
        {"{\"format\":1,\"updates\":1,\"random\":[\"1\",\"2\",\"3\",\"4\"]}", NULL, 0, "16 hexadecimal"},
        {"{\"format\":1,\"updates\":1,\"random\":[\"0000000000000000\",\"0000000000000000\",\"0000000000000000\","
         "\"0000000000000000\"]}",
         NULL, 0, "not 0"},
        {"{\"format\":1,\"updates\":1," RANDOM "}", "training.m.head.bias", 5, "expected a tensor training.m."},
        {"{\"format\":1,\"updates\":1," RANDOM "}", "training.carried", 5, "training.carried as F32"},
        {"{\"format\":1,\"updates\":1," RANDOM "}", "training.x.head.bias", 5, "does not have"},
        {NULL, "training.m.head.bias", 5, "does not have"},
        {"{\"format\":1,\"updates\":1," RANDOM "}", NULL, 0, NULL}, // good
    };
#undef RANDOM
    struct net_spec spec = example_spec(CELL_RNN, 1, 1);
    struct model model = example_model(&spec);
    char good[1024];
    strcpy(good, temporary_path(t, "good"));
    assert_true(checkpoint_save(good, &model, NULL, NULL));
    struct tensor_file file;
    assert_true(tensor_file_read(&file, good, NULL));
    const char *path = temporary_path(t, "hostile");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tensor_writer *writer = tensor_writer_new();
        tensor_writer_meta(writer, "unroll", tensor_file_meta(&file, "unroll"));
        if (cases[i].training) tensor_writer_meta(writer, "training", cases[i].training);
        for (int k = 0; k < file.count; k++) {
            const struct tensor *tensor = &file.tensors[k];
            tensor_writer_add(writer, tensor->name, tensor->type, tensor->dims, tensor->shape, tensor->data);
        }
        float values[8] = {0};
        if (cases[i].tensor) tensor_writer_add(writer, cases[i].tensor, TENSOR_F32, 1, &cases[i].out, values);
        assert_true(tensor_writer_save(writer, path, NULL));
        tensor_writer_free(writer);
        struct checkpoint c;
        struct err err = {0};
        bool loaded = checkpoint_load_state(&c, path, &err);
        if (loaded != !cases[i].says || (!loaded && !strstr(err.message, cases[i].says)))
            fail_msg("case %zu: %s", i, loaded ? "loaded" : err.message);
        if (loaded) checkpoint_release(&c);
    }
    tensor_file_release(&file);
    model_release(&model);
}

static void test_hostile_descriptions(void **state) {
    struct temporary *t = *state;
    static const struct {
        const char *spec, *vocabulary, *says;
    } cases[] = {
        {"", NULL, "\"unroll\" is not valid JSON"},
        {"{", NULL, "\"unroll\" is not valid JSON"},
        {"[]", NULL, "no \"format\""},
        {"{}", NULL, "no \"format\""},
        {SPEC("2", "rnn", "2"), NULL, "another version"},
        {SPEC("1", "rnm", "2"), NULL, "no known cell"},
        {SPEC("1", "rnn", "0"), NULL, "hidden"},
        {SPEC("1", "rnn", "-1"), NULL, "\"hidden\""},
        {SPEC("1", "rnn", "99999999999"), NULL, "\"hidden\""},
        {SPEC("1", "rnn", "\"2\""), NULL, "\"hidden\""},
        {SPEC("1", "rnn", "4096"), NULL, "expected a tensor"}, // 64 MB are not asked for
        {SPEC_WITH("\"output\":\"hardmax\""), NULL, "no known output"},
        {SPEC_WITH("\"output\":3"), NULL, "no known output"},
        {SPEC_WITH("\"embed\":-1"), NULL, "\"embed\" from 0"},
        {SPEC_WITH("\"embed\":2"), NULL, "expected a tensor embed.weight"},
        {SPEC_WITH("\"embed\":1048576"), NULL, "the size of the embedding"},
        {SPEC_WITH("\"real_input\":1"), NULL, "\"real_input\" true or false"},
        {SPEC_WITH("\"real_input\":true,\"embed\":2"), NULL, "real inputs are not"},
        {SPEC("1", "rnn", "2"), "{}", "the vocabulary as a list"},
        {SPEC("1", "rnn", "2"), "[]", "the vocabulary as a list"},
        {SPEC("1", "rnn", "2"), "[1,2,3,4]", "no text"},
        {SPEC("1", "rnn", "2"), "[\"a\",\"b\",\"c\",\"d\"]", "to be <EOS>"},
        {SPEC("1", "rnn", "2"), "[\"<EOS>\",\"<UNK>\",\"c\",\"c\"]", "twice"},
        {SPEC("1", "rnn", "2"), "[\"<EOS>\",\"<UNK>\",\"c\",\"\"]", "no text"},
        {SPEC("1", "rnn", "2"), "[\"<EOS>\",\"<UNK>\",\"c\"]", "expected 4 symbols in the vocabulary"},
        {SPEC("1", "rnn", "2"), "[\"<EOS>\",", "\"vocabulary\" is not valid JSON"},
    };
    char good[1024];
    strcpy(good, temporary_path(t, "good"));
    save_foreign(good, NULL, NULL, TENSOR_F32);
    struct tensor_file foreign;
    assert_true(tensor_file_read(&foreign, good, NULL));
    const char *path = temporary_path(t, "hostile");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tensor_writer *writer = tensor_writer_new();
        tensor_writer_meta(writer, "unroll", cases[i].spec);
        if (cases[i].vocabulary) tensor_writer_meta(writer, "vocabulary", cases[i].vocabulary);
        bool tensors = !strstr(cases[i].spec, "4096");
        for (int k = 0; tensors && k < foreign.count; k++) {
            const struct tensor *tensor = &foreign.tensors[k];
            tensor_writer_add(writer, tensor->name, tensor->type, tensor->dims, tensor->shape, tensor->data);
        }
        assert_true(tensor_writer_save(writer, path, NULL));
        tensor_writer_free(writer);
        expect_no_load(path, NULL, cases[i].says);
    }
    tensor_file_release(&foreign);
}

static void test_refuses_a_wrong_vocabulary(void **state) {
    struct temporary *t = *state;
    struct net_spec spec = example_spec(CELL_RNN, 1, 1);
    struct model model = example_model(&spec);
    struct vocabulary vocabulary = example_vocabulary();
    vocabulary_add(&vocabulary, "x", 1);
    struct err err;
    assert_false(checkpoint_save(temporary_path(t, "m"), &model, &vocabulary, &err));
    assert_int_equal(err.code, ERR_VALUE);
    assert_int_equal(temporary_count(t), 0);
    vocabulary_release(&vocabulary);
    model_release(&model);
}

static void test_memory_runs_out(void **state) {
    struct temporary *t = *state;
    struct net_spec spec = example_spec(CELL_LSTM, 1, 1);
    struct model model = example_model(&spec);
    struct vocabulary vocabulary = example_vocabulary();
    const char *path = temporary_path(t, "m");
    for (long n = 1;; n++) {
        struct err err = {0};
        mem_fail_at(n);
        bool good = checkpoint_save(path, &model, &vocabulary, &err);
        mem_fail_at(0);
        assert_int_equal(temporary_count(t), good);
        if (good) break;
        assert_int_equal(err.code, ERR_MEMORY);
    }
    for (long n = 1;; n++) {
        struct checkpoint c;
        struct err err = {0};
        mem_fail_at(n);
        bool good = checkpoint_load(&c, path, NULL, &err);
        mem_fail_at(0);
        if (good) {
            checkpoint_release(&c);
            break;
        }
        assert_int_equal(err.code, ERR_MEMORY);
        assert_null(c.model.params);
    }
    vocabulary_release(&vocabulary);
    model_release(&model);
}

// ---- every kind of network ----

static const struct {
    const char *name;
    struct net_spec spec;
    bool plain; // its sizes and cell can be read off its tensors: nothing but the kind has to be said
} kinds[] = {
    {"embedded symbols",
     {.cell = CELL_LSTM,
      .kind = NET_MANY_TO_MANY,
      .layers = 2,
      .hidden = 3,
      .directions = 1,
      .inputs = 5,
      .outputs = 5,
      .embed = 2},
     true},
    {"labels of sequences",
     {.cell = CELL_GRU_RESET_AFTER,
      .kind = NET_MANY_TO_ONE,
      .layers = 1,
      .hidden = 3,
      .directions = 2,
      .inputs = 5,
      .outputs = 4,
      .embed = 3},
     true},
    {"several labels of real inputs",
     {.cell = CELL_RNN,
      .kind = NET_MANY_TO_ONE,
      .layers = 3,
      .hidden = 2,
      .directions = 2,
      .inputs = 4,
      .outputs = 1,
      .real_input = true,
      .output = OUTPUT_SIGMOID},
     true},
    {"numbers out of numbers",
     {.cell = CELL_GRU_SIMPLE,
      .kind = NET_MANY_TO_MANY,
      .layers = 1,
      .hidden = 4,
      .directions = 1,
      .inputs = 1,
      .outputs = 2,
      .real_input = true,
      .output = OUTPUT_LINEAR},
     true},
    {"one to many",
     {.cell = CELL_GRU,
      .activation = ACTIVATION_TANH,
      .kind = NET_ONE_TO_MANY,
      .layers = 1,
      .hidden = 2,
      .directions = 1,
      .inputs = 5,
      .outputs = 5},
     false},
    {"encoder-decoder",
     {.cell = CELL_LSTM,
      .kind = NET_ENCODER_DECODER,
      .layers = 2,
      .hidden = 3,
      .directions = 1,
      .inputs = 5,
      .outputs = 6},
     true},
    {"encoder-decoder, embedded, both directions",
     {.cell = CELL_GRU_RESET_AFTER,
      .kind = NET_ENCODER_DECODER,
      .layers = 1,
      .hidden = 3,
      .directions = 2,
      .inputs = 5,
      .outputs = 4,
      .embed = 2},
     true},
    {"encoder-decoder of real inputs",
     {.cell = CELL_RNN,
      .kind = NET_ENCODER_DECODER,
      .layers = 1,
      .hidden = 3,
      .directions = 1,
      .inputs = 7,
      .outputs = 4,
      .real_input = true},
     true},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static struct vocabulary vocabulary_of(enum token_kind tokens, int count) {
    struct vocabulary v;
    if (tokens == TOKENS_LABEL)
        vocabulary_init_labels(&v);
    else
        vocabulary_init(&v);
    v.tokens = tokens;
    v.lower = tokens == TOKENS_WORD;
    v.reversed = tokens == TOKENS_BYTE;
    for (int i = v.count; i < count; i++) {
        char text[2] = {(char)('a' + i), 0};
        vocabulary_add(&v, text, 1);
    }
    return v;
}

static void test_every_kind_there_and_back(void **state) {
    struct temporary *t = *state;
    const char *path = temporary_path(t, "m.safetensors");
    for (int k = 0; k < KINDS; k++) {
        const struct net_spec *spec = &kinds[k].spec;
        struct model model = example_model(spec);
        enum token_kind tokens = (enum token_kind)(k % TOKENS_LABEL),
                        answers = spec->kind == NET_ENCODER_DECODER ? TOKENS_BYTE : TOKENS_LABEL;
        struct vocabulary inputs = vocabulary_of(tokens, spec->inputs), outputs = vocabulary_of(answers, spec->outputs);
        bool named = !spec->real_input, labelled = spec->outputs != spec->inputs;
        struct checkpoint_content content = {
            .model = &model, .vocabulary = named ? &inputs : NULL, .labels = labelled ? &outputs : NULL};
        struct checkpoint loaded;
        struct err err;
        if (!checkpoint_save_whole(path, &content, &err)) fail_msg("%s: %s", kinds[k].name, err.message);
        if (!checkpoint_load(&loaded, path, NULL, &err)) fail_msg("%s: %s", kinds[k].name, err.message);
        expect_same_model(&model, &loaded.model);
        assert_int_equal(loaded.vocabulary.count, named ? spec->inputs : 0);
        assert_int_equal(loaded.labels.count, labelled ? spec->outputs : 0);
        if (named) assert_int_equal(loaded.vocabulary.tokens, tokens);
        if (named) assert_int_equal(loaded.vocabulary.lower, tokens == TOKENS_WORD);
        if (named) assert_int_equal(loaded.vocabulary.reversed, tokens == TOKENS_BYTE);
        if (labelled) assert_int_equal(loaded.labels.tokens, answers);
        for (int i = 0; labelled && i < spec->outputs; i++)
            assert_string_equal(loaded.labels.texts[i], outputs.texts[i]);
        assert_ptr_equal(checkpoint_outputs(&loaded), labelled ? &loaded.labels : &loaded.vocabulary);
        checkpoint_release(&loaded);
        vocabulary_release(&inputs);
        vocabulary_release(&outputs);
        model_release(&model);
    }
}

// What is said about tokens, and lists that do not fit the model.
static void test_hostile_tokens(void **state) {
    struct temporary *t = *state;
    static const char four[] = "[\"<EOS>\",\"<UNK>\",\"c\",\"d\"]";
    static const struct {
        const char *key, *value, *other, *text;
        bool real;
        const char *says;
    } cases[] = {
        {"vocabulary", four, "tokens", "syllable", false, "\"tokens\": expected character, word, byte or label"},
        {"vocabulary", four, "tokens", "word ", false, "\"tokens\": expected"},
        {"vocabulary", four, "tokens", "word lower ", false, "\"tokens\": expected"},
        {"vocabulary", four, "tokens", "", false, "\"tokens\": expected"},
        {"vocabulary", four, "tokens", "word lower lower", false, "\"tokens\": expected"},
        {"vocabulary", four, "tokens", "word  lower", false, "\"tokens\": expected"},
        {"vocabulary", four, "tokens", "word reversed lower", false, NULL},
        {"vocabulary", four, "tokens", "byte lower", false, NULL},
        {"vocabulary", "[\"<EOS>\",\"<UNK>\",\"<0x0A>\",\"a\"]", "tokens", "byte", false, NULL},
        {"vocabulary", "[\"<EOS>\",\"<UNK>\",\"ab\",\"a\"]", "tokens", "byte", false,
         "symbol 2 of the vocabulary is no byte"},
        {"vocabulary", four, "tokens", "word", true, "since the model reads numbers; found 4"},
        {"labels", "[\"yes\",\"no\"]", "label_tokens", "label", false, "expected 4 symbols in the labels"},
        {"labels", "[\"a\",\"b\",\"c\",\"d\"]", "label_tokens", "label", true, NULL},
        {"labels", "[\"a\",\"b\",\"c\",\"d\"]", "label_tokens", "word", false, "symbol 0 of the labels to be <EOS>"},
        {"labels", "[\"a\",\"b\",\"c\",\"a\"]", "label_tokens", "label", false,
         "symbol 3 of the labels stands there twice"},
        {"labels", "[]", "label_tokens", "label", false, "list of 1 to"},
    };
    char good[1024];
    strcpy(good, temporary_path(t, "good"));
    save_foreign(good, NULL, NULL, TENSOR_F32);
    struct tensor_file foreign;
    assert_true(tensor_file_read(&foreign, good, NULL));
    const char *path = temporary_path(t, "hostile");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tensor_writer *writer = tensor_writer_new();
        tensor_writer_meta(writer, "unroll",
                           cases[i].real ? SPEC_WITH("\"real_input\":true") : SPEC_WITH("\"real_input\":false"));
        tensor_writer_meta(writer, cases[i].key, cases[i].value);
        tensor_writer_meta(writer, cases[i].other, cases[i].text);
        for (int k = 0; k < foreign.count; k++) {
            const struct tensor *tensor = &foreign.tensors[k];
            tensor_writer_add(writer, tensor->name, tensor->type, tensor->dims, tensor->shape, tensor->data);
        }
        assert_true(tensor_writer_save(writer, path, NULL));
        tensor_writer_free(writer);
        struct checkpoint c;
        struct err err = {0};
        if (cases[i].says) {
            expect_no_load(path, NULL, cases[i].says);
        } else {
            if (!checkpoint_load(&c, path, NULL, &err)) fail_msg("case %zu: %s", i, err.message);
            checkpoint_release(&c);
        }
    }
    tensor_file_release(&foreign);
}

// The file again, without its metadata: what PyTorch's own writer gives for a module with these names.
static void strip(const char *from, const char *to) {
    struct tensor_file file;
    assert_true(tensor_file_read(&file, from, NULL));
    struct tensor_writer *writer = tensor_writer_new();
    for (int i = 0; i < file.count; i++) {
        const struct tensor *tensor = &file.tensors[i];
        tensor_writer_add(writer, tensor->name, tensor->type, tensor->dims, tensor->shape, tensor->data);
    }
    assert_true(tensor_writer_save(writer, to, NULL));
    tensor_writer_free(writer);
    tensor_file_release(&file);
}

static void test_sizes_from_tensors_alone(void **state) {
    struct temporary *t = *state;
    char whole[1024], plain[1024];
    strcpy(whole, temporary_path(t, "whole"));
    strcpy(plain, temporary_path(t, "plain"));
    for (int k = 0; k < KINDS; k++) {
        if (!kinds[k].plain) continue;
        const struct net_spec *spec = &kinds[k].spec;
        struct model model = example_model(spec);
        assert_true(checkpoint_save(whole, &model, NULL, NULL));
        strip(whole, plain);
        // Of an encoder-decoder not even the kind.
        enum net_kind kind = spec->kind == NET_ENCODER_DECODER ? NET_MANY_TO_MANY : spec->kind;
        struct net_spec said = {
            .cell = CELL_COUNT, .kind = kind, .output = spec->output, .real_input = spec->real_input};
        struct checkpoint loaded;
        struct err err;
        if (!checkpoint_load(&loaded, plain, &said, &err)) fail_msg("%s: %s", kinds[k].name, err.message);
        expect_same_model(&model, &loaded.model);
        checkpoint_release(&loaded);
        model_release(&model);
    }
}

// One row a symbol, in the file as in the slab.
static void test_embeddings_are_not_turned(void **state) {
    struct temporary *t = *state;
    const char *path = temporary_path(t, "m");
    struct model model = example_model(&kinds[0].spec);
    assert_true(checkpoint_save(path, &model, NULL, NULL));
    struct tensor_file file;
    assert_true(tensor_file_read(&file, path, NULL));
    const struct tensor *embed = tensor_file_find(&file, "embed.weight");
    assert_non_null(embed);
    assert_int_equal(embed->shape[0], 5);
    assert_int_equal(embed->shape[1], 2);
    const float *rows = model.params + model.layout.params[layout_find(&model.layout, "embed.weight")].offset;
    assert_memory_equal(embed->data, rows, 10 * sizeof *rows);
    tensor_file_release(&file);
    model_release(&model);
}

// Where the two biases only add they are added, else both are kept: the same file read as the one and the other.
static void test_two_biases_of_pytorch(void **state) {
    struct temporary *t = *state;
    const char *path = temporary_path(t, "m");
    struct model gru = example_model(&(struct net_spec){.cell = CELL_GRU_RESET_AFTER,
                                                        .kind = NET_MANY_TO_MANY,
                                                        .layers = 1,
                                                        .hidden = 3,
                                                        .directions = 1,
                                                        .inputs = 4,
                                                        .outputs = 4});
    assert_true(checkpoint_save(path, &gru, NULL, NULL));
    strip(path, path);
    const float *ih = gru.params + gru.layout.params[layout_find(&gru.layout, "rnn.bias_ih_l0")].offset;
    const float *hh = gru.params + gru.layout.params[layout_find(&gru.layout, "rnn.bias_hh_l0")].offset;
    static const enum cell_id cells[] = {CELL_GRU_RESET_AFTER, CELL_GRU};
    for (int i = 0; i < 2; i++) {
        struct checkpoint loaded;
        struct err err;
        if (!checkpoint_load(&loaded, path, &(struct net_spec){.cell = cells[i], .kind = NET_MANY_TO_MANY}, &err))
            fail_msg("%s", err.message);
        const struct layout *layout = &loaded.model.layout;
        const float *bias = loaded.model.params + layout->params[layout_find(layout, "rnn.bias_ih_l0")].offset;
        for (int k = 0; k < 9; k++)
            assert_true(bias[k] == (i ? (float)((double)ih[k] + (double)hh[k]) : ih[k]));
        assert_int_equal(layout_find(layout, "rnn.bias_hh_l0") >= 0, i == 0);
        checkpoint_release(&loaded);
    }
    model_release(&gru);
}

static void test_other_names_are_told(void **state) {
    struct temporary *t = *state;
    static const struct {
        const char *name, *says;
    } cases[] = {
        {"weight_ih_l0", "expected a tensor rnn.weight_ih_l0, found weight_ih_l0: name the recurrent layer rnn"},
        {"lstm.weight_ih_l0", "found lstm.weight_ih_l0"},
        {"layer.weight", "expected a tensor rnn.weight_ih_l0 (or encoder.rnn.weight_ih_l0), found none"}};
    const char *path = temporary_path(t, "foreign");
    struct net_spec unknown = {.cell = CELL_COUNT, .kind = NET_MANY_TO_MANY};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct tensor_writer *writer = tensor_writer_new();
        tensor_writer_add(writer, cases[i].name, TENSOR_F32, 2, (int64_t[]){2, 2}, (float[4]){0});
        assert_true(tensor_writer_save(writer, path, NULL));
        tensor_writer_free(writer);
        expect_no_load(path, &unknown, cases[i].says);
    }
    struct tensor_writer *writer = tensor_writer_new(); // five blocks of two units
    tensor_writer_add(writer, "rnn.weight_ih_l0", TENSOR_F32, 2, (int64_t[]){10, 1}, (float[10]){0});
    tensor_writer_add(writer, "rnn.weight_hh_l0", TENSOR_F32, 2, (int64_t[]){10, 2}, (float[20]){0});
    assert_true(tensor_writer_save(writer, path, NULL));
    tensor_writer_free(writer);
    expect_no_load(path, &unknown, "1, 2, 3 or 4 gate blocks of 2 units");
}

// ---- spoilt files ----

// Loads bytes, or fails with a reason in one line and nothing left behind. Returns whether it loaded.
static bool load_bytes(const void *bytes, size_t size) {
    struct checkpoint c;
    struct err err = {0};
    char *exact = malloc(size ? size : 1); // so that a byte read too far is seen
    memcpy(exact, bytes, size);
    bool good = checkpoint_parse(&c, "m.safetensors", exact, size, NULL, &err);
    free(exact);
    if (good) {
        checkpoint_release(&c);
        return true;
    }
    assert_true(err.code == ERR_FORMAT || err.code == ERR_VALUE);
    assert_true(err.message[0] && !strchr(err.message, '\n'));
    assert_string_equal(err.file, "m.safetensors");
    assert_null(c.model.params);
    assert_int_equal(c.vocabulary.count, 0);
    return false;
}

static struct bytes small_checkpoint(struct temporary *t) {
    struct net_spec spec = {.cell = CELL_RNN,
                            .kind = NET_ENCODER_DECODER,
                            .layers = 1,
                            .hidden = 1,
                            .directions = 1,
                            .inputs = 3,
                            .outputs = 4,
                            .embed = 1};
    struct model model = example_model(&spec);
    struct vocabulary inputs = vocabulary_of(TOKENS_WORD, 3), outputs = vocabulary_of(TOKENS_LABEL, 4);
    char run[] = "{}";
    struct checkpoint_state kept = {.run = run, .updates = 3, .random = rng_seed(5)};
    kept.slab[CHECKPOINT_M] = model.params;
    const char *path = temporary_path(t, "small");
    assert_true(checkpoint_save_whole(
        path, &(struct checkpoint_content){.model = &model, .vocabulary = &inputs, .labels = &outputs, .state = &kept},
        NULL));
    vocabulary_release(&inputs);
    vocabulary_release(&outputs);
    model_release(&model);
    return read_bytes(path);
}

static void test_checkpoint_cut_at_every_byte(void **state) {
    struct temporary *t = *state;
    struct bytes bytes = small_checkpoint(t);
    assert_true(load_bytes(bytes.data, bytes.size));
    for (size_t size = 0; size < bytes.size; size++)
        if (load_bytes(bytes.data, size)) fail_msg("a checkpoint cut to %zu bytes was read", size);
    bytes_release(&bytes);
}

static void test_every_bit_of_the_checkpoints_header_flipped(void **state) {
    struct temporary *t = *state;
    struct bytes bytes = small_checkpoint(t);
    uint64_t n;
    memcpy(&n, bytes.data, sizeof n);
    int read = 0, refused = 0;
    for (size_t at = 0; at < 8 + n; at++)
        for (int bit = 0; bit < 8; bit++) {
            bytes.data[at] ^= (char)(1 << bit);
            *(load_bytes(bytes.data, bytes.size) ? &read : &refused) += 1;
            bytes.data[at] ^= (char)(1 << bit);
        }
    assert_true(read > 0 && refused > 10 * read); // a digit of the random state, a letter of a symbol: little else
    bytes_release(&bytes);
}

// ---- the template of a PyTorch module ----

static void test_template_of_a_module(void **state) {
    (void)state;
    static const struct {
        const char *template, *expected; // expected "!...": part of the error
        long line;
    } cases[] = {
        {"a\nb", "a\nb\n", 0},
        {"#? lstm\nyes\n#.\n#? rnn\nno\n#.\n", "yes\n", 0},
        {"#? lstm embed\nyes\n#? !symbols\nno\n#? lstm\nno\n#.\n#.\nyes\n#.\nend", "yes\nyes\nend\n", 0},
        {"@HIDDEN@ units, @torch.no_grad() x @ W@ @", "3 units, @torch.no_grad() x @ W@ @\n", 0},
        {"#? lst\nno\n#.\n#? lstmx\nno\n#.\n", "", 0},
        {"ok\n@NOTHING@", "!@NOTHING@", 2},
        {"#? lstm\n", "!before the end", 2},
        {"a\n#.\n", "!without", 2},
        {"#?\n#?\n#?\n#?\n#?\n#?\n#?\n#?\n#?\n", "!too deep", 9},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str out = {0};
        struct err err = {0};
        bool good = pytorch_module(&kinds[0].spec, "model.py", cases[i].template, &out, &err);
        if (cases[i].expected[0] == '!') {
            assert_false(good);
            assert_int_equal(err.line, cases[i].line);
            if (!strstr(err.message, cases[i].expected + 1)) fail_msg("case %zu: %s", i, err.message);
        } else {
            if (!good) fail_msg("case %zu: %s", i, err.message);
            assert_string_equal(str_text(&out), cases[i].expected);
        }
        str_release(&out);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(test_round_trip),
        IN_FOLDER(test_in_pytorch_shapes),
        IN_FOLDER(test_with_diagonals),
        IN_FOLDER(test_from_pytorch),
        IN_FOLDER(test_dimensions_are_checked),
        IN_FOLDER(test_every_kind_there_and_back),
        IN_FOLDER(test_hostile_tokens),
        IN_FOLDER(test_sizes_from_tensors_alone),
        IN_FOLDER(test_embeddings_are_not_turned),
        IN_FOLDER(test_two_biases_of_pytorch),
        IN_FOLDER(test_other_names_are_told),
        IN_FOLDER(test_state),
        IN_FOLDER(test_hostile_states),
        IN_FOLDER(test_hostile_descriptions),
        IN_FOLDER(test_refuses_a_wrong_vocabulary),
        IN_FOLDER(test_memory_runs_out),
        cmocka_unit_test(test_template_of_a_module),
        IN_FOLDER(test_checkpoint_cut_at_every_byte),
        IN_FOLDER(test_every_bit_of_the_checkpoints_header_flipped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
