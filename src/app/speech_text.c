#include "speech_text.h"

#include "str.h"
#include "tokens.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char unknown_mark[] = "<UNK>";

bool speech_has_unknown(const struct dataset *data) {
    for (size_t i = 0; data->symbols && i < data->symbol_count; i++)
        if (dataset_symbol(data, i) == VOCABULARY_UNK) return true;
    return false;
}

// Takes the mark itself where it stands next in the text.
static bool takes_mark(struct token_walk *walk) {
    size_t at = walk->at;
    while (walk->kind == TOKENS_WORD && at < walk->length && walk->text[at] == ' ')
        at++;
    if (strncmp(walk->text + at, unknown_mark, sizeof unknown_mark - 1) != 0) return false;
    walk->at = at + sizeof unknown_mark - 1;
    return true;
}

int speech_encode(const struct dataset *data, const char *text, int *out, int max, int *unknown, char which[64]) {
    const struct vocabulary *vocabulary = dataset_answer_vocabulary(data);
    struct str lowered = {0};
    if (vocabulary->lower) text_lower(text, strlen(text), &lowered);
    const char *words = vocabulary->lower ? str_text(&lowered) : text;
    struct token_walk walk = token_walk_start(vocabulary->tokens, words, strlen(words));
    bool marks = strstr(words, unknown_mark) && speech_has_unknown(data);
    int n = 0;
    *unknown = 0;
    which[0] = 0;
    for (;;) {
        int symbol = VOCABULARY_UNK;
        if (!(marks && takes_mark(&walk))) {
            if (!token_next(&walk)) break;
            symbol = vocabulary_find(vocabulary, walk.token, walk.size);
            if (symbol == VOCABULARY_UNK && (*unknown)++ == 0)
                snprintf(which, 64, "%.*s", (int)(walk.size < 60 ? walk.size : 60), walk.token);
        }
        if (n < max) out[n] = symbol;
        n++;
    }
    str_release(&lowered);
    return n;
}

// --- two sentences ---

enum { LOOKED_AT = 4096, LONGEST = 48 }; // examples compared, and their tokens

// Levenshtein: how many tokens have to be put in, taken out or changed.
static int distance(const int *a, int n, const int *b, int m) {
    int row[LONGEST + 1];
    for (int j = 0; j <= m; j++)
        row[j] = j;
    for (int i = 1; i <= n; i++) {
        int corner = row[0];
        row[0] = i;
        for (int j = 1; j <= m; j++) {
            int above = row[j], best = corner + (a[i - 1] != b[j - 1]);
            if (row[j - 1] + 1 < best) best = row[j - 1] + 1;
            if (above + 1 < best) best = above + 1;
            corner = above;
            row[j] = best;
        }
    }
    return row[m];
}

// The example that is nearest to these symbols without being the same; -1: there is none.
static int nearest(const struct dataset *data, const int *symbols, int n) {
    int best = -1, least = LONGEST + 1;
    if (data->shape != TEXT_LINES || n > LONGEST) return -1;
    for (int k = 0; k < data->example_count && k < LOOKED_AT; k++) {
        const struct dataset_example *example = &data->examples[k];
        if (example->length > LONGEST || example->length < 1 || abs(example->length - n) >= least) continue;
        int other[LONGEST];
        dataset_copy_symbols(data, example->start, example->length, other);
        int d = distance(symbols, n, other, example->length);
        if (d == 0 || d >= least) continue;
        best = k;
        least = d;
    }
    return best;
}

static void decode(const struct dataset *data, const int *symbols, int n, char *out, size_t size) {
    struct str text = {0};
    vocabulary_decode(&data->vocabulary, symbols, n, &text);
    snprintf(out, size, "%s", str_text(&text));
    str_release(&text);
}

// The two in the middle that differ, exchanged.
static void exchanged(const struct dataset *data, const int *symbols, int n, char *out, size_t size) {
    int own[WORKBENCH_MAX_T];
    memcpy(own, symbols, (size_t)n * sizeof *own);
    int middle = n / 2, at = middle;
    while (at + 1 < n && own[at] == own[at + 1])
        at++;
    if (at + 1 >= n)
        for (at = middle - 1; at > 0 && own[at] == own[at + 1];)
            at--;
    if (at >= 0 && at + 1 < n) {
        own[at] = symbols[at + 1];
        own[at + 1] = symbols[at];
    }
    decode(data, own, n, out, size);
}

static bool has_words(const struct vocabulary *vocabulary) {
    static const char *const words[] = {"the", "apple", "and", "pair", "pear", "salad"};
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (vocabulary_find(vocabulary, words[k], strlen(words[k])) == VOCABULARY_UNK) return false;
    return true;
}

void speech_pair(const struct workbench *bench, char *one, char *other, size_t size) {
    const struct dataset *data = bench->data;
    if (data->vocabulary.tokens == TOKENS_WORD && has_words(&data->vocabulary)) {
        snprintf(one, size, "the apple and pair salad");
        snprintf(other, size, "the apple and pear salad");
        return;
    }
    int n = bench->T;
    if (n > 0 && bench->example->example.target[n - 1] == VOCABULARY_EOS) n--;
    snprintf(one, size, "%s", bench->example_text);
    int near = nearest(data, bench->example->example.target, n);
    if (near >= 0)
        dataset_example_text(data, near, LONGEST, other, size);
    else
        exchanged(data, bench->example->example.target, n, other, size);
}
