#include "problems.h"

#include "mem.h"
#include "str.h"
#include "text_encoding.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

enum { KEPT_EACH = PROBLEM_MAX / PROBLEM_KIND_COUNT, ODD_CHARACTERS_MAX = 40 };

void problem_log_release(struct problem_log *log) {
    for (int kind = 0; kind < PROBLEM_KIND_COUNT; kind++)
        mem_free(log->kept[kind]);
    *log = (struct problem_log){0};
}

void problem_add(struct problem_log *log, enum problem_kind kind, long line, long column, const char *format, ...) {
    log->totals[kind]++;
    if (log->counts[kind] == KEPT_EACH) return;
    if (!log->kept[kind]) log->kept[kind] = mem_need(KEPT_EACH, sizeof **log->kept);
    struct problem *problem = &log->kept[kind][log->counts[kind]++];
    *problem = (struct problem){.kind = kind, .line = line, .column = column};
    va_list args;
    va_start(args, format);
    vsnprintf(problem->what, sizeof problem->what, format, args);
    va_end(args);
}

// Why a character is odd, or NULL.
static const char *oddity(unsigned codepoint) {
    if (codepoint == '\n' || codepoint == '\t' || codepoint == ' ') return NULL;
    if (codepoint == 0xFFFD) return "the mark of a character lost in an earlier conversion";
    if (codepoint >= 0x300 && codepoint < 0x370) return "a combining mark, a symbol apart from its letter";
    switch (utf8proc_category((utf8proc_int32_t)codepoint)) {
    case UTF8PROC_CATEGORY_CC:
        return "a control character";
    case UTF8PROC_CATEGORY_CF:
        return "an invisible formatting character";
    case UTF8PROC_CATEGORY_CO:
        return "a private-use character";
    case UTF8PROC_CATEGORY_CN:
        return "not an assigned character";
    case UTF8PROC_CATEGORY_ZS:
        return "a space, but not the ordinary one";
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return "a separator that is not taken as a line end";
    default:
        return NULL;
    }
}

void problems_of_characters(struct problem_log *log, const struct vocabulary *vocabulary, const char *bytes,
                            size_t size, size_t skip) {
    int found = 0;
    if (vocabulary->tokens != TOKENS_CHARACTER) return;
    for (int i = VOCABULARY_FIRST; i < vocabulary->count && found < ODD_CHARACTERS_MAX; i++) {
        const char *text = vocabulary->texts[i];
        size_t length = strlen(text), used;
        unsigned codepoint = utf8_next(text, length, &used);
        const char *why = oddity(codepoint);
        if (!why || vocabulary->counts[i] == 0) continue; // a given vocabulary may hold what this text does not
        found++;
        long line = 1, column = 1;
        const char *at = memmem(bytes + skip, size - skip, text, length);
        if (at) text_position(bytes, size, (size_t)(at - bytes), &line, &column);
        problem_add(log, PROBLEM_OTHER, line, column, "U+%04X is %s: %ld in all, first here; kept", codepoint, why,
                    vocabulary->counts[i]);
    }
}

static uint64_t hash_example(const struct dataset *dataset, const struct dataset_example *example) {
    const int *symbols = dataset->symbols + example->start;
    uint64_t h = ((uint64_t)example->length + 1) * 0xD6E8FEB86659FD93u; // spread, or it cancels a first symbol
    for (int i = 0; i < example->length; i++) {
        h = (h ^ (uint64_t)symbols[i]) * 0x9E3779B97F4A7C15u;
        h ^= h >> 29;
    }
    for (int i = 0; i < example->answer_length; i++) {
        h = (h ^ (uint64_t)dataset->answer_symbols[example->answer_start + (size_t)i]) * 0x9E3779B97F4A7C15u;
        h ^= h >> 29;
    }
    return h;
}

static bool same_symbols(const int *symbols, size_t a, size_t b, int length) {
    return length == 0 || memcmp(symbols + a, symbols + b, (size_t)length * sizeof *symbols) == 0;
}

static bool same_text(const struct dataset *dataset, const struct dataset_example *a, const struct dataset_example *b) {
    return a->length == b->length && a->answer_length == b->answer_length &&
           same_symbols(dataset->symbols, a->start, b->start, a->length) &&
           same_symbols(dataset->answer_symbols, a->answer_start, b->answer_start, a->answer_length);
}

bool problems_of_duplicates(struct problem_log *log, const struct dataset *dataset) {
    size_t size = 16;
    while (size * 2 < (size_t)dataset->example_count * 3)
        size *= 2; // at most two thirds full
    // An entry: the upper half of the hash, so that most strangers are told apart here, and the index + 1.
    uint64_t *table = mem_array(size, sizeof *table);
    if (!table) return false;
    for (int i = 0; i < dataset->example_count; i++) {
        const struct dataset_example *example = &dataset->examples[i];
        uint64_t hash = hash_example(dataset, example), tag = hash >> 32 << 32;
        size_t place = hash & (size - 1);
        for (; table[place]; place = (place + 1) & (size - 1)) {
            if (table[place] >> 32 << 32 != tag) continue;
            const struct dataset_example *other = &dataset->examples[(uint32_t)table[place] - 1];
            if (!same_text(dataset, example, other)) continue;
            if (dataset->answers == ANSWERS_ONE)
                problem_add(log, PROBLEM_DUPLICATE, example->line, 1, "the same as line %ld (both %.40s); kept",
                            other->line, dataset->labels.texts[dataset->answer_symbols[example->answer_start]]);
            else
                problem_add(log, PROBLEM_DUPLICATE, example->line, 1, "the same as line %ld; kept", other->line);
            break;
        }
        if (!table[place]) table[place] = tag | (uint32_t)(i + 1);
    }
    mem_free(table);
    return true;
}

static int compare_problems(const void *a, const void *b) {
    const struct problem *x = a, *y = b;
    if (x->line != y->line) return x->line < y->line ? -1 : 1;
    if (x->column != y->column) return x->column < y->column ? -1 : 1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

bool problem_log_finish(struct problem_log *log, struct dataset *dataset) {
    int count = 0;
    for (int kind = 0; kind < PROBLEM_KIND_COUNT; kind++)
        count += log->counts[kind];
    dataset->problems = mem_array((size_t)count, sizeof *dataset->problems);
    if (!dataset->problems) return false;
    for (int kind = 0; kind < PROBLEM_KIND_COUNT; kind++) {
        for (int i = 0; i < log->counts[kind]; i++)
            dataset->problems[dataset->problem_count++] = log->kept[kind][i];
        dataset->problem_totals[kind] = log->totals[kind];
        dataset->problem_total += log->totals[kind];
    }
    qsort(dataset->problems, (size_t)count, sizeof *dataset->problems, compare_problems);
    return true;
}
