#include "dataset.h"

#include "check.h"
#include "mem.h"
#include "minibatch.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

const char *const data_answers_names[ANSWERS_COUNT] = {
    [ANSWERS_NEXT] = "next",
    [ANSWERS_ONE] = "one",
    [ANSWERS_EACH] = "each",
    [ANSWERS_SEQUENCE] = "sequence",
};
const char *const data_values_names[VALUES_COUNT] = {
    [VALUES_SYMBOLS] = "symbols",
    [VALUES_REALS] = "reals",
    [VALUES_SETS] = "sets",
};
const char *const problem_kind_names[PROBLEM_KIND_COUNT] = {
    [PROBLEM_EMPTY_LINE] = "empty line", [PROBLEM_LONG_LINE] = "long line", [PROBLEM_DUPLICATE] = "duplicate",
    [PROBLEM_SKIPPED] = "skipped",       [PROBLEM_MISSING] = "missing",     [PROBLEM_RAGGED] = "ragged row",
    [PROBLEM_QUOTE] = "stray quote",     [PROBLEM_BROKEN] = "broken line",  [PROBLEM_ENCODING] = "encoding",
    [PROBLEM_OTHER] = "other",
};
const char *const problem_action_names[ACTION_COUNT] = {"", "keep", "skip", "repair", "stop"};
const char *const column_role_names[ROLE_COUNT] = {
    [ROLE_IGNORE] = "ignore", [ROLE_TEXT] = "text",     [ROLE_LABEL] = "label",
    [ROLE_TARGET] = "target", [ROLE_VALUE] = "value",   [ROLE_ID] = "id",
    [ROLE_TIME] = "time",     [ROLE_TOKENS] = "tokens", [ROLE_TAGS] = "tags",
};

struct data_options data_options_default(void) {
    return (struct data_options){.shape = TEXT_AUTO, .validation = 0.1, .seed = 1};
}

void dataset_release(struct dataset *dataset) {
    vocabulary_release(&dataset->vocabulary);
    vocabulary_release(&dataset->labels);
    mem_free(dataset->symbols);
    mem_free(dataset->values);
    mem_free(dataset->answer_symbols);
    mem_free(dataset->answer_values);
    mem_free(dataset->answer_places);
    mem_free(dataset->examples);
    mem_free(dataset->train);
    mem_free(dataset->validation);
    mem_free(dataset->test);
    mem_free(dataset->mean);
    mem_free(dataset->scale);
    mem_free(dataset->columns);
    mem_free(dataset->problems);
    *dataset = (struct dataset){0};
}

int dataset_symbol_bytes(int vocabulary_count) {
    return vocabulary_count <= UINT8_MAX + 1 ? 1 : vocabulary_count <= UINT16_MAX + 1 ? 2 : 4;
}

void dataset_copy_symbols(const struct dataset *dataset, size_t at, int count, int *out) {
    for (int i = 0; i < count; i++)
        out[i] = dataset_symbol(dataset, at + (size_t)i);
}

void dataset_put_symbols(struct dataset *d, size_t at, const int *symbols, int count) {
    unsigned all = 0; // a bit that any of them has
    for (int i = 0; i < count; i++) {
        all |= (unsigned)symbols[i];
        if (d->symbol_bytes == 1)
            ((uint8_t *)d->symbols)[at + (size_t)i] = (uint8_t)symbols[i];
        else if (d->symbol_bytes == 2)
            ((uint16_t *)d->symbols)[at + (size_t)i] = (uint16_t)symbols[i];
        else
            ((int32_t *)d->symbols)[at + (size_t)i] = symbols[i];
    }
    check((uint64_t)all >> (8 * d->symbol_bytes) == 0, "a symbol of more than %d bytes", d->symbol_bytes);
}

const struct vocabulary *dataset_answer_vocabulary(const struct dataset *dataset) {
    if (dataset->output != VALUES_SYMBOLS) return NULL;
    return dataset->labels.count > 0 ? &dataset->labels : &dataset->vocabulary;
}

int dataset_outputs(const struct dataset *dataset) {
    const struct vocabulary *vocabulary = dataset_answer_vocabulary(dataset);
    if (vocabulary) return vocabulary->count;
    return dataset->answers == ANSWERS_NEXT ? dataset->channels : dataset->answer_channels;
}

bool dataset_is_language(const struct dataset *dataset) {
    return dataset->answers == ANSWERS_NEXT && dataset->input == VALUES_SYMBOLS;
}

int dataset_longest(const struct dataset *dataset, int *source) {
    bool real = dataset->input != VALUES_SYMBOLS, whole = dataset->shape == TEXT_WHOLE;
    *source = dataset->answers == ANSWERS_SEQUENCE ? dataset->length_max : 0;
    if (dataset->answers == ANSWERS_SEQUENCE) return dataset->answer_length_max + 1;
    if (dataset->answers != ANSWERS_NEXT) return dataset->length_max;
    return real ? dataset->length_max - 1 : dataset->length_max + !whole;
}

static uint64_t hash_bytes(uint64_t hash, const unsigned char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * 0x100000001B3u;
    return hash;
}

static uint64_t hash_symbol(uint64_t hash, int symbol) {
    return (hash ^ (uint64_t)symbol) * 0x100000001B3u;
}

uint64_t dataset_fingerprint(const struct dataset *d) {
    uint64_t hash = 0xCBF29CE484222325u;
    for (size_t i = 0; d->symbols && i < d->symbol_count; i++)
        hash = hash_symbol(hash, dataset_symbol(d, i));
    if (d->values) hash = hash_bytes(hash, (void *)d->values, d->symbol_count * (size_t)d->channels * sizeof(float));
    for (size_t i = 0; d->answer_symbols && i < d->answer_count; i++)
        hash = hash_symbol(hash, d->answer_symbols[i]);
    if (d->answer_values)
        hash = hash_bytes(hash, (void *)d->answer_values, d->answer_count * (size_t)d->answer_channels * sizeof(float));
    return hash;
}

int dataset_find(const struct dataset *dataset, const char *text) {
    if (dataset->shape != TEXT_LINES || !dataset->symbols) return -1;
    size_t size = strlen(text);
    int length = vocabulary_encode(&dataset->vocabulary, text, size, NULL, 0);
    int *symbols = mem_need((size_t)length, sizeof *symbols);
    vocabulary_encode(&dataset->vocabulary, text, size, symbols, length);
    int found = -1;
    for (int i = 0; i < dataset->example_count && found < 0; i++) {
        const struct dataset_example *example = &dataset->examples[i];
        if (example->length != length) continue;
        int k = 0;
        while (k < length && dataset_symbol(dataset, example->start + (size_t)k) == symbols[k])
            k++;
        if (k == length) found = i;
    }
    mem_free(symbols);
    return found;
}

void dataset_example_text(const struct dataset *dataset, int index, int max, char *out, size_t size) {
    if (size == 0) return;
    out[0] = 0;
    if (max < 1 || !dataset->symbols) return;
    int count = dataset_window_count(dataset, max);
    check(index >= 0 && index < count, "example %d of %d", index, count);
    size_t start, end;
    if (dataset->shape == TEXT_LINES) {
        start = dataset->examples[index].start;
        end = start + (size_t)dataset->examples[index].length;
    } else {
        start = (size_t)index * (size_t)max;
        end = dataset->symbol_count;
    }
    if (end - start > (size_t)max) end = start + (size_t)max;
    struct str text = {0};
    for (size_t i = start, kept = 0; i < end; i++, kept = text.size) {
        // with the symbol before it, which decides whether a space stands between
        size_t from = i > start ? i - 1 : i;
        struct str pair = {0}, one = {0};
        int symbols[2];
        dataset_copy_symbols(dataset, from, (int)(i + 1 - from), symbols);
        vocabulary_decode(&dataset->vocabulary, symbols, (int)(i + 1 - from), &pair);
        if (from < i) vocabulary_decode(&dataset->vocabulary, symbols, 1, &one);
        str_put_n(&text, pair.data + one.size, pair.size - one.size);
        str_release(&pair);
        str_release(&one);
        if (text.size < size) continue;
        text.size = kept;
        break;
    }
    if (text.data) memcpy(out, text.data, text.size);
    out[text.size] = 0;
    for (size_t bad; (bad = utf8_check(out, text.size)) < text.size;) // bytes may begin or end inside of a character
        out[bad] = '?';
    str_release(&text);
}

static void validate(struct dataset *dataset, int *indices, int count) {
    mem_free(dataset->train);
    mem_free(dataset->validation);
    (void)dataset_sort_by_length(dataset, indices, count); // without memory for it there is more padding
    dataset->validation = indices;
    dataset->validation_count = count;
    dataset->train = NULL;
    dataset->train_count = 0;
}

void dataset_validate_all(struct dataset *dataset) {
    if (dataset->shape == TEXT_WHOLE) {
        dataset->train_symbols = 0;
        return;
    }
    int *all = mem_need((size_t)dataset->example_count, sizeof *all);
    for (int i = 0; i < dataset->example_count; i++)
        all[i] = i;
    validate(dataset, all, dataset->example_count);
}

bool dataset_validate_test(struct dataset *dataset) {
    if (dataset->test_count == 0) return false;
    int *test = dataset->test;
    dataset->test = NULL;
    validate(dataset, test, dataset->test_count);
    dataset->test_count = 0;
    return true;
}
