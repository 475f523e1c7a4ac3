#include "builder.h"

#include "check.h"
#include "mem.h"

#include <string.h>

enum { FIRST_ROOM = 256 };

void builder_start(struct builder *builder, struct dataset *out) {
    *builder = (struct builder){.out = out};
    if (out->symbol_bytes == 0) out->symbol_bytes = dataset_symbol_bytes(out->vocabulary.count);
}

static bool grow(struct builder *b, void **array, size_t size, size_t old, size_t new) {
    if (size == 0) return true;
    void *bigger = new > SIZE_MAX / size ? NULL : mem_grow(*array, old * size, new *size);
    if (bigger) *array = bigger;
    if (!bigger) b->asked = new *size;
    return bigger != NULL;
}

static size_t more(size_t room) {
    return room ? 2 * room : FIRST_ROOM;
}

static bool grow_inputs(struct builder *b, size_t new) {
    struct dataset *d = b->out;
    bool real = d->input != VALUES_SYMBOLS;
    check(d->symbol_count < UINT32_MAX, "more than %u timesteps in a data set", UINT32_MAX);
    if (!grow(b, &d->symbols, real ? 0 : (size_t)d->symbol_bytes, b->symbol_room, new)) return false;
    if (!grow(b, (void **)&d->values, real ? (size_t)d->channels * sizeof(float) : 0, b->symbol_room, new))
        return false;
    b->symbol_room = new;
    return true;
}

static bool grow_answers(struct builder *b, size_t new) {
    struct dataset *d = b->out;
    bool real = d->output != VALUES_SYMBOLS;
    check(d->answer_count < UINT32_MAX, "more than %u answers in a data set", UINT32_MAX);
    if (!grow(b, (void **)&d->answer_symbols, sizeof(int), b->answer_room, new)) return false;
    if (!grow(b, (void **)&d->answer_values, real ? (size_t)d->answer_channels * sizeof(float) : 0, b->answer_room,
              new))
        return false;
    b->answer_room = new;
    return true;
}

static bool grow_examples(struct builder *b, size_t new) {
    struct dataset *d = b->out;
    size_t answers = d->answers == ANSWERS_NEXT ? 0 : sizeof *d->answer_places;
    if (!grow(b, (void **)&d->examples, sizeof *d->examples, b->example_room, new)) return false;
    if (!grow(b, (void **)&d->answer_places, answers, b->example_room, new)) return false;
    b->example_room = new;
    return true;
}

static bool input_room(struct builder *b) {
    return !b->asked && !b->too_many && (b->out->symbol_count < b->symbol_room || grow_inputs(b, more(b->symbol_room)));
}

static bool answer_room(struct builder *b) {
    return !b->asked && !b->too_many &&
           (b->out->answer_count < b->answer_room || grow_answers(b, more(b->answer_room)));
}

void builder_reserve(struct builder *b, size_t timesteps, size_t answers, size_t examples) {
    const struct dataset *d = b->out;
    if (timesteps > b->symbol_room - d->symbol_count && !grow_inputs(b, d->symbol_count + timesteps)) return;
    if (answers > b->answer_room - d->answer_count && !grow_answers(b, d->answer_count + answers)) return;
    if (examples > b->example_room - (size_t)d->example_count) grow_examples(b, (size_t)d->example_count + examples);
}

void builder_example(struct builder *b, long line) {
    struct dataset *d = b->out;
    if (b->asked || b->too_many) return;
    b->too_many = d->example_count >= DATASET_MAX_EXAMPLES;
    if (b->too_many) return;
    if ((size_t)d->example_count == b->example_room && !grow_examples(b, more(b->example_room))) return;
    if (d->answer_places)
        d->answer_places[d->example_count] = (struct dataset_answer){.start = (uint32_t)d->answer_count};
    d->examples[d->example_count++] = (struct dataset_example){.start = (uint32_t)d->symbol_count, .line = (int)line};
}

static struct dataset_example *last(struct builder *b) {
    check(b->out->example_count > 0, "a timestep before the first builder_example()");
    return &b->out->examples[b->out->example_count - 1];
}

static struct dataset_answer *last_answer(struct builder *b) {
    check(b->out->example_count > 0 && b->out->answer_places, "an answer before the first builder_example()");
    return &b->out->answer_places[b->out->example_count - 1];
}

void builder_symbol(struct builder *b, int symbol) {
    struct dataset *d = b->out;
    if (!input_room(b)) return;
    dataset_put_symbols(d, d->symbol_count++, &symbol, 1);
    last(b)->length++;
}

void builder_symbols(struct builder *b, const int *symbols, int count) {
    struct dataset *d = b->out;
    if (b->asked || b->too_many || count <= 0) return;
    size_t needed = d->symbol_count + (size_t)count;
    if (needed > b->symbol_room && !grow_inputs(b, needed > more(b->symbol_room) ? needed : more(b->symbol_room)))
        return;
    dataset_put_symbols(d, d->symbol_count, symbols, count);
    d->symbol_count = needed;
    last(b)->length += count;
}

void builder_vector(struct builder *b, const float *values) {
    struct dataset *d = b->out;
    if (!input_room(b)) return;
    memcpy(d->values + d->symbol_count++ * (size_t)d->channels, values, (size_t)d->channels * sizeof *values);
    last(b)->length++;
}

void builder_answer(struct builder *b, int symbol) {
    struct dataset *d = b->out;
    if (!answer_room(b)) return;
    d->answer_symbols[d->answer_count++] = symbol;
    last_answer(b)->length++;
}

void builder_answer_vector(struct builder *b, const float *values) {
    struct dataset *d = b->out;
    if (!answer_room(b)) return;
    memcpy(d->answer_values + d->answer_count * (size_t)d->answer_channels, values,
           (size_t)d->answer_channels * sizeof *values);
    d->answer_symbols[d->answer_count++] = 0;
    last_answer(b)->length++;
}

void builder_drop(struct builder *b) {
    struct dataset *d = b->out;
    if (b->asked || b->too_many) return;
    const struct dataset_example *example = last(b);
    d->symbol_count = example->start;
    if (d->answer_places) d->answer_count = last_answer(b)->start;
    d->example_count--;
}

void builder_clear(struct builder *b) {
    b->out->symbol_count = b->out->answer_count = 0;
    b->out->example_count = 0;
}

bool builder_finish(struct builder *b, struct err *err) {
    if (b->too_many)
        return err_set(err, ERR_LIMIT, "expected at most %d examples, found more; take a part of the data",
                       DATASET_MAX_EXAMPLES);
    if (!b->asked) return true;
    return err_set(err, ERR_MEMORY, "no memory for %zu bytes of a data set", b->asked);
}
