#include "dataset.h"

#include "check.h"
#include "mem.h"
#include "str.h"

#include <stdlib.h>
#include <string.h>

const char *const problem_kind_names[PROBLEM_KIND_COUNT] = {
    [PROBLEM_EMPTY_LINE] = "empty line",
    [PROBLEM_LONG_LINE] = "long line",
    [PROBLEM_DUPLICATE] = "duplicate",
    [PROBLEM_OTHER] = "other",
};

struct text_options text_options_default(void) {
    return (struct text_options){.shape = TEXT_AUTO, .validation = 0.1, .seed = 1};
}

void dataset_release(struct dataset *dataset) {
    vocabulary_release(&dataset->vocabulary);
    mem_free(dataset->symbols);
    mem_free(dataset->examples);
    mem_free(dataset->train);
    mem_free(dataset->validation);
    mem_free(dataset->problems);
    *dataset = (struct dataset){0};
}

// A run of tokens that is predicted in one go: target[t] is symbols[start + t], or <EOS> behind `end`.
struct piece {
    size_t first; // the example's first symbol: before it stands nothing (x = -1)
    size_t start; // of the targets
    size_t end;   // of the example's symbols
    int T;        // targets; start + T == end + 1 where <EOS> is the last
};

// Piece number k of an example; its n symbols and <EOS> are n + 1 tokens.
static struct piece line_piece(const struct dataset *dataset, int index, long k, int max_T) {
    const struct dataset_example *example = &dataset->examples[index];
    long tokens = (long)example->length + 1, left = tokens - k * max_T;
    return (struct piece){.first = example->start,
                          .start = example->start + (size_t)(k * max_T),
                          .end = example->start + (size_t)example->length,
                          .T = left < max_T ? (int)left : max_T};
}

static long line_pieces(const struct dataset *dataset, int index, int max_T) {
    return ((long)dataset->examples[index].length + max_T) / max_T; // ceil((n + 1) / max_T)
}

static struct piece text_piece(size_t start, size_t end, int max_T) {
    size_t left = end - start;
    return (struct piece){.start = start, .end = end, .T = left < (size_t)max_T ? (int)left : max_T};
}

// Writes column b of (T, B); rows from the piece's T on become padding.
static void put_piece(const struct dataset *dataset, const struct piece *piece, int T, int B, int b, int *x,
                      int *target) {
    for (int t = 0; t < piece->T; t++) {
        size_t at = piece->start + (size_t)t;
        x[t * B + b] = at == piece->first ? -1 : dataset->symbols[at - 1];
        target[t * B + b] = at < piece->end ? dataset->symbols[at] : VOCABULARY_EOS;
    }
    for (int t = piece->T; t < T; t++)
        x[t * B + b] = target[t * B + b] = -1;
}

int dataset_window_count(const struct dataset *dataset, int max_T) {
    check(max_T >= 1, "a window of %d timesteps", max_T);
    if (dataset->shape == TEXT_LINES) return dataset->example_count;
    return (int)((dataset->symbol_count + (size_t)max_T - 1) / (size_t)max_T);
}

int dataset_window(const struct dataset *dataset, int index, int max_T, int *x, int *target, bool *cut) {
    int count = dataset_window_count(dataset, max_T);
    check(index >= 0 && index < count, "window %d of %d", index, count);
    struct piece piece;
    if (dataset->shape == TEXT_LINES) {
        piece = line_piece(dataset, index, 0, max_T);
        if (cut) *cut = piece.start + (size_t)piece.T <= piece.end; // <EOS> fell off
    } else {
        piece = text_piece((size_t)index * (size_t)max_T, dataset->symbol_count, max_T);
        if (cut) *cut = piece.start + (size_t)piece.T < piece.end;
    }
    put_piece(dataset, &piece, piece.T, 1, 0, x, target);
    return piece.T;
}

int dataset_find(const struct dataset *dataset, const char *text) {
    if (dataset->shape != TEXT_LINES) return -1;
    size_t size = strlen(text);
    int length = vocabulary_encode(&dataset->vocabulary, text, size, NULL, 0);
    int *symbols = mem_need((size_t)length, sizeof *symbols);
    vocabulary_encode(&dataset->vocabulary, text, size, symbols, length);
    int found = -1;
    for (int i = 0; i < dataset->example_count && found < 0; i++) {
        const struct dataset_example *example = &dataset->examples[i];
        if (example->length != length) continue;
        if (memcmp(dataset->symbols + example->start, symbols, (size_t)length * sizeof *symbols) == 0) found = i;
    }
    mem_free(symbols);
    return found;
}

void dataset_example_text(const struct dataset *dataset, int index, int max, char *out, size_t size) {
    if (size == 0) return;
    out[0] = 0;
    if (max < 1) return;
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
    size_t used = 0;
    for (size_t i = start; i < end; i++) {
        const char *text = dataset->vocabulary.texts[dataset->symbols[i]];
        size_t length = strlen(text);
        if (length >= size - used) break;
        memcpy(out + used, text, length + 1);
        used += length;
    }
}

// One random piece of the training part.
static struct piece draw_piece(const struct dataset *dataset, struct rng *rng, int max_T) {
    if (dataset->shape == TEXT_LINES) {
        int index = dataset->train[rng_below(rng, (uint64_t)dataset->train_count)];
        long pieces = line_pieces(dataset, index, max_T);
        long k = pieces > 1 ? (long)rng_below(rng, (uint64_t)pieces) : 0;
        return line_piece(dataset, index, k, max_T);
    }
    size_t n = dataset->train_symbols, T = n < (size_t)max_T ? n : (size_t)max_T;
    return text_piece((size_t)rng_below(rng, n - T + 1), n, max_T);
}

int dataset_batch(const struct dataset *dataset, struct rng *rng, int B, int max_T, int *x, int *target) {
    check(B >= 1 && max_T >= 1, "a batch of %d sequences of %d timesteps", B, max_T);
    // T is known only when all were drawn: draw twice from the same state instead of keeping a list.
    struct rng again = *rng;
    int T = 0;
    for (int b = 0; b < B; b++) {
        struct piece piece = draw_piece(dataset, rng, max_T);
        if (piece.T > T) T = piece.T;
    }
    for (int b = 0; b < B; b++) {
        struct piece piece = draw_piece(dataset, &again, max_T);
        put_piece(dataset, &piece, T, B, b, x, target);
    }
    return T;
}

// How many validation examples are one piece: they come first, since the part is sorted by length.
static int validation_short(const struct dataset *dataset, int max_T) {
    int low = 0, high = dataset->validation_count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (line_pieces(dataset, dataset->validation[middle], max_T) == 1)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// A place among the pieces of the validation part.
struct place {
    int i;  // into validation
    long k; // piece of that example, or of the text
};

static struct place validation_place(const struct dataset *dataset, long number, int max_T) {
    if (dataset->shape != TEXT_LINES) return (struct place){.k = number};
    int simple = validation_short(dataset, max_T);
    if (number < simple) return (struct place){.i = (int)number};
    struct place place = {.i = simple, .k = number - simple};
    while (place.i < dataset->validation_count) {
        long pieces = line_pieces(dataset, dataset->validation[place.i], max_T);
        if (place.k < pieces) break;
        place.k -= pieces;
        place.i++;
    }
    return place;
}

// The piece at *place, which moves on; false behind the last.
static bool validation_piece(const struct dataset *dataset, struct place *place, int max_T, struct piece *out) {
    if (dataset->shape == TEXT_LINES) {
        if (place->i >= dataset->validation_count) return false;
        int index = dataset->validation[place->i];
        *out = line_piece(dataset, index, place->k, max_T);
        if (++place->k >= line_pieces(dataset, index, max_T)) *place = (struct place){.i = place->i + 1};
        return true;
    }
    size_t left = dataset->symbol_count - dataset->train_symbols;
    if ((size_t)place->k * (size_t)max_T >= left) return false;
    *out = text_piece(dataset->train_symbols + (size_t)place->k++ * (size_t)max_T, dataset->symbol_count, max_T);
    return true;
}

int dataset_validation_batch(const struct dataset *dataset, int k, int B, int max_T, int *x, int *target) {
    check(k >= 0 && B >= 1 && max_T >= 1, "validation batch %d of %d sequences of %d timesteps", k, B, max_T);
    struct place first = validation_place(dataset, (long)k * B, max_T), place = first;
    struct piece piece;
    int T = 0;
    for (int b = 0; b < B && validation_piece(dataset, &place, max_T, &piece); b++)
        if (piece.T > T) T = piece.T;
    place = first;
    for (int b = 0; b < B && T > 0; b++) {
        if (!validation_piece(dataset, &place, max_T, &piece)) piece = (struct piece){0};
        put_piece(dataset, &piece, T, B, b, x, target);
    }
    return T;
}

// ---- minibatches by length ----

enum { NEARBY_BATCHES = 8 };

static int compare_key(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

void dataset_order_by_length(const struct dataset *dataset, int *order) {
    uint64_t *keys = mem_need((size_t)dataset->train_count, sizeof *keys);
    for (int i = 0; i < dataset->train_count; i++)
        keys[i] = (uint64_t)dataset->examples[dataset->train[i]].length << 32 | (uint32_t)dataset->train[i];
    qsort(keys, (size_t)dataset->train_count, sizeof *keys, compare_key);
    for (int i = 0; i < dataset->train_count; i++)
        order[i] = (int)(uint32_t)keys[i];
    mem_free(keys);
}

int dataset_batch_by_length(const struct dataset *dataset, const int *order, struct rng *rng, int B, int max_T, int *x,
                            int *target) {
    check(dataset->shape == TEXT_LINES && B >= 1 && max_T >= 1, "a batch of %d sequences of %d timesteps", B, max_T);
    long n = dataset->train_count, chunk = (long)NEARBY_BATCHES * B;
    long one = (long)rng_below(rng, (uint64_t)n), from = one / chunk * chunk, to = from + chunk < n ? from + chunk : n;
    struct rng again = *rng;
    int T = 0;
    for (int pass = 0; pass < 2; pass++) { // T is known only when all were drawn
        struct rng *draw = pass == 0 ? rng : &again;
        for (int b = 0; b < B; b++) {
            int index = order[b == 0 ? one : from + (long)rng_below(draw, (uint64_t)(to - from))];
            long pieces = line_pieces(dataset, index, max_T);
            long k = pieces > 1 ? (long)rng_below(draw, (uint64_t)pieces) : 0;
            struct piece piece = line_piece(dataset, index, k, max_T);
            if (pass == 1)
                put_piece(dataset, &piece, T, B, b, x, target);
            else if (piece.T > T)
                T = piece.T;
        }
    }
    return T;
}

// ---- contiguous windows ----

// Symbols of each stream but the last ones; *from and *to: the part.
static size_t stream_length(const struct dataset *dataset, enum dataset_part part, int B, size_t *from, size_t *to) {
    check(dataset->shape == TEXT_WHOLE && B >= 1, "streams of a list of lines");
    *from = part == DATASET_TRAIN ? 0 : dataset->train_symbols;
    *to = part == DATASET_TRAIN ? dataset->train_symbols : dataset->symbol_count;
    return (*to - *from + (size_t)B - 1) / (size_t)B;
}

long dataset_stream_windows(const struct dataset *dataset, enum dataset_part part, int B, int max_T) {
    size_t from, to, length = stream_length(dataset, part, B, &from, &to);
    return (long)((length + (size_t)max_T - 1) / (size_t)max_T);
}

int dataset_stream_batch(const struct dataset *dataset, enum dataset_part part, long k, int B, int max_T, int *x,
                         int *target) {
    check(k >= 0 && max_T >= 1, "window %ld of %d timesteps", k, max_T);
    size_t from, to, length = stream_length(dataset, part, B, &from, &to), skip = (size_t)k * (size_t)max_T;
    if (skip >= length) return 0;
    int T = length - skip < (size_t)max_T ? (int)(length - skip) : max_T;
    for (int b = 0; b < B; b++) {
        size_t start = from + (size_t)b * length + skip, end = from + (size_t)(b + 1) * length;
        if (end > to) end = to;
        struct piece piece = {0};
        if (start < end) piece = text_piece(start, end, T);
        put_piece(dataset, &piece, T, B, b, x, target);
    }
    return T;
}

void dataset_validate_all(struct dataset *dataset) {
    if (dataset->shape == TEXT_WHOLE) {
        dataset->train_symbols = 0;
        return;
    }
    int *all = mem_need((size_t)dataset->example_count, sizeof *all);
    mem_free(dataset->train);
    mem_free(dataset->validation);
    for (int i = 0; i < dataset->example_count; i++)
        all[i] = i;
    dataset->train = all;
    dataset->train_count = dataset->example_count;
    dataset_order_by_length(dataset, all);
    dataset->validation = all;
    dataset->validation_count = dataset->example_count;
    dataset->train = NULL;
    dataset->train_count = 0;
}
