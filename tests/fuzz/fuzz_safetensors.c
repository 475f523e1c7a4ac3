// safetensors and checkpoints on spoilt files: read, or refused with a reason; what was read can be written
// and read again.

#include "checkpoint.h"
#include "file.h"
#include "fuzz.h"
#include "safetensors.h"
#include "str.h"
#include "temporary.h"

static struct temporary folder;
static char path[1024];

static const struct fuzz_input words[] = {
    FUZZ_TEXT("\"dtype\":\"F32\""),
    FUZZ_TEXT("\"shape\":[2]"),
    FUZZ_TEXT("\"data_offsets\":[0,8]"),
    FUZZ_TEXT("__metadata__"),
    FUZZ_TEXT("F64"),
    FUZZ_TEXT("I64"),
    FUZZ_TEXT("U8"),
    FUZZ_TEXT("{"),
    FUZZ_TEXT("}"),
    FUZZ_TEXT("["),
    FUZZ_TEXT("]"),
    FUZZ_TEXT("\""),
    FUZZ_TEXT(","),
    FUZZ_TEXT("-1"),
    FUZZ_TEXT("0"),
    FUZZ_TEXT("4294967296"),
    FUZZ_TEXT("1e308"),
    FUZZ_TEXT("9223372036854775807"),
    FUZZ_TEXT("\\u0000"),
    FUZZ_TEXT("\xFF"),
    FUZZ_TEXT("rnn.weight_ih_l0"),
    FUZZ_TEXT("encoder."),
    FUZZ_TEXT("embed.weight"),
    FUZZ_TEXT("\\\"embed\\\":"),
    FUZZ_TEXT("encoder-decoder"),
    FUZZ_TEXT("sigmoid"),
    FUZZ_TEXT("word lower"),
    FUZZ_TEXT("label"),
    FUZZ_TEXT("true"),
    FUZZ_TEXT("<EOS>"),
    FUZZ_TEXT("lstm"),
    FUZZ_TEXT("        "),
};

// A header that was changed has another length; without this nearly every case would end at the first rule.
static void finish(struct fuzz_case *c, struct rng *rng) {
    if (c->size < 16 || rng_below(rng, 8) == 0) return;
    const unsigned char *end = NULL;
    for (size_t i = 8; i + 1 < c->size; i++) // the header ends in }} in every sample
        if (c->bytes[i] == '}' && c->bytes[i + 1] == '}') end = c->bytes + i + 2;
    if (!end) return;
    while (end < c->bytes + c->size && *end == ' ')
        end++;
    uint64_t length = (uint64_t)(end - c->bytes) - 8;
    memcpy(c->bytes, &length, sizeof length);
}

static bool write_again(const struct tensor_file *file) {
    struct tensor_writer *writer = tensor_writer_new();
    for (int i = 0; i < file->meta_count; i++)
        tensor_writer_meta(writer, file->meta[i].key, file->meta[i].value);
    for (int i = 0; i < file->count; i++) {
        const struct tensor *t = &file->tensors[i];
        tensor_writer_add(writer, t->name, t->type, t->dims, t->shape, t->data);
    }
    bool good = tensor_writer_save(writer, path, NULL);
    tensor_writer_free(writer);
    return good;
}

static void check_same(const struct tensor_file *a, const struct tensor_file *b) {
    fuzz_check(a->count == b->count && a->meta_count == b->meta_count);
    for (int i = 0; i < a->count; i++) {
        const struct tensor *t = &a->tensors[i], *u = tensor_file_find(b, t->name);
        fuzz_check(u && u->type == t->type && u->dims == t->dims && u->bytes == t->bytes);
        fuzz_check(t->bytes == 0 || memcmp(t->data, u->data, t->bytes) == 0);
    }
}

static void check_err(const struct err *err) {
    fuzz_check(err->code == ERR_FORMAT || err->code == ERR_VALUE);
    fuzz_check(err->message[0] && !strchr(err->message, '\n'));
    fuzz_check(utf8_check(err->message, strlen(err->message)) == strlen(err->message));
}

static void try_checkpoint(const struct fuzz_case *c, bool write) {
    struct err err = {0};
    struct checkpoint checkpoint;
    static const struct net_spec spec = {.cell = CELL_COUNT, .kind = NET_MANY_TO_MANY};
    if (checkpoint_parse(&checkpoint, "fuzz", c->bytes, c->size, &spec, &err)) {
        struct checkpoint_content content = {
            .model = &checkpoint.model, .vocabulary = &checkpoint.vocabulary, .labels = &checkpoint.labels};
        fuzz_check(!write || checkpoint_save_whole(path, &content, &err));
        checkpoint_release(&checkpoint);
    } else {
        check_err(&err);
    }
}

// Every eighth case is written too: a save waits for the disk.
static bool is_written(struct rng *rng) {
    return rng_below(rng, 8) == 0;
}

static bool run(const struct fuzz_case *c, struct rng *rng) {
    struct tensor_file file, again;
    struct err err = {0};
    char *exact = malloc(c->size + 1);
    memcpy(exact, c->bytes, c->size);
    bool good = tensor_file_parse(&file, "fuzz", exact, c->size, &err);
    free(exact);
    if (!good) {
        check_err(&err);
        return false;
    }
    if (is_written(rng) && write_again(&file)) { // some names that JSON can escape, say, cannot be written; most can
        fuzz_check(tensor_file_read(&again, path, &err));
        check_same(&file, &again);
        tensor_file_release(&again);
    }
    tensor_file_release(&file);
    try_checkpoint(c, is_written(rng));
    return true;
}

static struct bytes sample_checkpoint(const struct net_spec *spec) {
    struct model model;
    struct vocabulary vocabulary, labels;
    struct bytes bytes = {0};
    struct rng rng = rng_seed(1);
    vocabulary_init(&vocabulary);
    vocabulary_add(&vocabulary, "a", 1);
    vocabulary_add(&vocabulary, "\u00E9", 2);
    vocabulary.tokens = TOKENS_WORD;
    vocabulary_init_labels(&labels);
    vocabulary_add(&labels, "yes", 3);
    vocabulary_add(&labels, "no", 2);
    fuzz_check(model_init(&model, spec, NULL));
    model_randomise(&model, &rng, 1);
    struct checkpoint_content content = {.model = &model,
                                         .vocabulary = spec->real_input ? NULL : &vocabulary,
                                         .labels = spec->outputs == labels.count ? &labels : NULL};
    fuzz_check(checkpoint_save_whole(path, &content, NULL));
    fuzz_check(file_read(path, FUZZ_MAX, &bytes, NULL));
    model_release(&model);
    vocabulary_release(&vocabulary);
    vocabulary_release(&labels);
    return bytes;
}

static const struct net_spec specs[] = {
    {.cell = CELL_RNN, .kind = NET_MANY_TO_MANY, .layers = 1, .hidden = 2, .directions = 1, .inputs = 4, .outputs = 4},
    {.cell = CELL_LSTM,
     .kind = NET_MANY_TO_ONE,
     .layers = 1,
     .hidden = 2,
     .directions = 2,
     .inputs = 4,
     .outputs = 2,
     .embed = 3},
    {.cell = CELL_RNN,
     .kind = NET_MANY_TO_MANY,
     .layers = 1,
     .hidden = 2,
     .directions = 1,
     .inputs = 3,
     .outputs = 2,
     .real_input = true,
     .output = OUTPUT_SIGMOID},
    {.cell = CELL_GRU_RESET_AFTER,
     .kind = NET_ENCODER_DECODER,
     .layers = 1,
     .hidden = 1,
     .directions = 1,
     .inputs = 4,
     .outputs = 2,
     .embed = 1},
};
enum { SPECS = sizeof specs / sizeof *specs };

static struct bytes bytes[SPECS];
static struct fuzz_input samples[SPECS + 1];

static bool start(void) {
    if (!temporary_make(&folder)) return false;
    snprintf(path, sizeof path, "%s", temporary_path(&folder, "case"));
    for (int i = 0; i < SPECS; i++) {
        bytes[i] = sample_checkpoint(&specs[i]);
        samples[i] = (struct fuzz_input){bytes[i].data, bytes[i].size};
    }
    static const char small[] =
        "\x3C\0\0\0\0\0\0\0{\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}    "
        "12345678";
    samples[SPECS] = (struct fuzz_input)FUZZ_TEXT(small);
    return true;
}

static bool end(void) {
    for (int i = 0; i < SPECS; i++)
        bytes_release(&bytes[i]);
    temporary_remove(&folder);
    return true;
}

static const struct fuzz_target target = {.name = "fuzz_safetensors",
                                          .samples = samples,
                                          .sample_count = FUZZ_COUNT(samples),
                                          .words = words,
                                          .word_count = FUZZ_COUNT(words),
                                          .start = start,
                                          .end = end,
                                          .finish = finish,
                                          .run = run};
FUZZ_PROGRAM(target, 5000)
