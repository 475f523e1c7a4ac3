#include "minibatch.h"

#include "builder.h"
#include "check.h"
#include "mem.h"
#include "task.h"

#include <stdlib.h>
#include <string.h>

// ---- room ----

static bool take(void **array, size_t rows, int B, size_t each) {
    *array = mem_array(rows, (size_t)B * each);
    return *array != NULL;
}

bool minibatch_init(struct minibatch *m, const struct dataset *d, int B, int max_T, struct err *err) {
    int source, longest = dataset_longest(d, &source);
    bool whole = d->answers == ANSWERS_ONE || d->answers == ANSWERS_SEQUENCE, real = d->input != VALUES_SYMBOLS;
    bool sequence = d->answers == ANSWERS_SEQUENCE, real_answers = d->output != VALUES_SYMBOLS;
    *m = (struct minibatch){.B = B, .max_T = whole && longest > max_T ? longest : max_T, .max_source_T = source};
    size_t T = (size_t)m->max_T, S = (size_t)source;
    bool good = take((void **)&m->x, T, B, sizeof(int)) && take((void **)&m->target, T, B, sizeof(int));
    if (good && sequence) good = take((void **)&m->source, S, B, sizeof(int));
    if (good && real)
        good = sequence ? take((void **)&m->source_real, S, B, (size_t)d->channels * sizeof(float))
                        : take((void **)&m->x_real, T, B, (size_t)d->channels * sizeof(float));
    if (good && real_answers) good = take((void **)&m->target_real, T, B, (size_t)dataset_outputs(d) * sizeof(float));
    if (good) return true;
    minibatch_release(m);
    return err_set(err, ERR_MEMORY, "no memory for a minibatch of %d sequences of %d timesteps", B, max_T);
}

void minibatch_release(struct minibatch *m) {
    mem_free(m->x);
    mem_free(m->target);
    mem_free(m->x_real);
    mem_free(m->target_real);
    mem_free(m->source);
    mem_free(m->source_real);
    if (m->fresh) {
        dataset_release(m->fresh->out);
        mem_free(m->fresh->out);
        mem_free(m->fresh);
    }
    *m = (struct minibatch){0};
}

// ---- pieces ----

// A run of timesteps that go into one column. Positions count an example's own timesteps: at position p of a language
// model the target is s<p> (from 0), or <EOS> behind the last, and x is s<p-1>.
struct piece {
    struct dataset_example example; // a copy: a stream or a part of a long text is made up
    struct dataset_answer answer;
    long at; // the first position
    int T;
    bool ends; // <EOS> stands behind the last symbol
};

// Positions of an example: [first, end).
static long first_position(const struct dataset *d) {
    return d->answers == ANSWERS_NEXT && d->input != VALUES_SYMBOLS; // nothing tells the first vector
}

static long end_position(const struct dataset *d, int index) {
    if (d->answers == ANSWERS_SEQUENCE) return (long)dataset_answer(d, index).length + 1;
    bool mark = dataset_is_language(d) && d->shape == TEXT_LINES;
    return (long)d->examples[index].length + mark;
}

static bool is_cut(const struct dataset *d) {
    return d->answers == ANSWERS_NEXT || d->answers == ANSWERS_EACH;
}

static int least(long a, int b) {
    return a < b ? (int)a : b;
}

// Piece number k.
static struct piece piece_of(const struct dataset *d, int index, long k, int max_T) {
    long first = first_position(d), end = end_position(d, index), at = first + (is_cut(d) ? k * max_T : 0);
    bool ends = d->answers == ANSWERS_SEQUENCE || (dataset_is_language(d) && d->shape == TEXT_LINES);
    check(is_cut(d) || end <= max_T, "an example of %ld timesteps in a minibatch of %d", end, max_T);
    return (struct piece){.example = d->examples[index],
                          .answer = dataset_answer(d, index),
                          .at = at,
                          .T = least(end - at, max_T),
                          .ends = ends};
}

static long pieces_of(const struct dataset *d, int index, int max_T) {
    if (!is_cut(d)) return 1;
    return (end_position(d, index) - first_position(d) + max_T - 1) / max_T;
}

// Positions [start, end) of a long text or series.
static struct piece text_piece(const struct dataset *d, size_t start, size_t end, int max_T) {
    return (struct piece){.example = d->examples[0], .at = (long)start, .T = least((long)(end - start), max_T)};
}

// ---- columns ----

static void copy_row(float *to, int row, const float *from, size_t position, int channels) {
    memcpy(to + (size_t)row * (size_t)channels, from + position * (size_t)channels, (size_t)channels * sizeof *to);
}

static void clear_row(float *to, int row, int channels) {
    if (to) memset(to + (size_t)row * (size_t)channels, 0, (size_t)channels * sizeof *to);
}

// What the network reads at position `at` - 1 of the input (of `each` and `one`: at `at`), into row `row`.
static void put_input(const struct dataset *d, const struct dataset_example *example, long position, int *x,
                      float *real, int row) {
    size_t at = example->start + (size_t)position;
    if (d->input == VALUES_SYMBOLS) {
        x[row] = position < 0 ? -1 : dataset_symbol(d, at);
        return;
    }
    x[row] = 0;
    copy_row(real, row, d->values, at, d->channels);
}

static void put_answer(const struct dataset *d, const struct piece *piece, long position, struct minibatch *m,
                       int row) {
    const struct dataset_example *example = &piece->example;
    if (d->answers == ANSWERS_NEXT) {
        size_t at = example->start + (size_t)position;
        bool behind = position >= example->length;
        if (d->input != VALUES_SYMBOLS) copy_row(m->target_real, row, d->values, at, d->channels);
        m->target[row] = d->input != VALUES_SYMBOLS ? 0 : behind ? VOCABULARY_EOS : dataset_symbol(d, at);
        return;
    }
    long offset = position;
    if (d->answers == ANSWERS_ONE) offset = position == example->length - 1 ? 0 : -1;
    if (d->answers == ANSWERS_SEQUENCE && position == piece->answer.length) {
        m->target[row] = VOCABULARY_EOS;
        return;
    }
    size_t at = piece->answer.start + (size_t)offset;
    m->target[row] = offset < 0 ? -1 : d->answer_symbols[at];
    if (!m->target_real) return;
    if (offset < 0)
        clear_row(m->target_real, row, d->answer_channels);
    else
        copy_row(m->target_real, row, d->answer_values, at, d->answer_channels);
}

// The source column of an encoder-decoder.
static void put_source(const struct dataset *d, const struct dataset_example *example, struct minibatch *m, int b) {
    for (int t = 0; t < m->source_T; t++) {
        int row = t * m->B + b;
        if (t < example->length) {
            put_input(d, example, d->reverse_source ? example->length - 1 - t : t, m->source, m->source_real, row);
            continue;
        }
        m->source[row] = -1;
        clear_row(m->source_real, row, d->channels);
    }
}

// Writes column b; rows from the piece's T on become padding. NULL: an empty column.
static void put_piece(const struct dataset *d, const struct piece *piece, struct minibatch *m, int b) {
    static const struct piece none = {0};
    if (!piece) piece = &none;
    bool sequence = d->answers == ANSWERS_SEQUENCE;
    for (int t = 0; t < piece->T; t++) {
        int row = t * m->B + b;
        long position = piece->at + t;
        if (sequence) // what the decoder reads is the answer before
            m->x[row] = position == 0 ? -1 : d->answer_symbols[piece->answer.start + (size_t)position - 1];
        else
            put_input(d, &piece->example, d->answers == ANSWERS_NEXT ? position - 1 : position, m->x, m->x_real, row);
        put_answer(d, piece, position, m, row);
    }
    for (int t = piece->T; t < m->T; t++) {
        int row = t * m->B + b;
        m->x[row] = m->target[row] = -1;
        clear_row(m->x_real, row, d->channels);
        clear_row(m->target_real, row, dataset_outputs(d));
    }
    if (sequence) put_source(d, &piece->example, m, b);
}

// The lengths of a minibatch, piece by piece, before any of it is written.
static void measure_start(struct minibatch *m) {
    m->T = m->source_T = 0;
}

static void measure(const struct dataset *d, const struct piece *piece, struct minibatch *m) {
    if (piece->T > m->T) m->T = piece->T;
    if (d->answers == ANSWERS_SEQUENCE && piece->example.length > m->source_T) m->source_T = piece->example.length;
    check(m->source_T <= m->max_source_T, "a source of %d timesteps in a minibatch of %d", m->source_T,
          m->max_source_T);
}

// ---- one example ----

int dataset_window_count(const struct dataset *d, int max_T) {
    check(max_T >= 1, "a window of %d timesteps", max_T);
    if (d->shape == TEXT_LINES) return d->example_count;
    size_t n = d->symbol_count - (size_t)first_position(d);
    return (int)((n + (size_t)max_T - 1) / (size_t)max_T);
}

int dataset_window(const struct dataset *d, int index, struct minibatch *m, bool *cut) {
    int count = dataset_window_count(d, m->max_T);
    check(index >= 0 && index < count && m->B == 1, "window %d of %d in a column of %d", index, count, m->B);
    struct piece piece;
    long end;
    if (d->shape == TEXT_LINES) {
        piece = piece_of(d, index, 0, m->max_T);
        end = end_position(d, index);
    } else {
        size_t start = (size_t)first_position(d) + (size_t)index * (size_t)m->max_T;
        piece = text_piece(d, start, d->symbol_count, m->max_T);
        end = (long)d->symbol_count;
    }
    if (cut) *cut = piece.at + piece.T < end;
    measure_start(m);
    measure(d, &piece, m);
    put_piece(d, &piece, m, 0);
    return m->T;
}

// ---- random minibatches ----

static struct piece random_piece(const struct dataset *d, int index, struct rng *rng, int max_T) {
    long pieces = pieces_of(d, index, max_T);
    return piece_of(d, index, pieces > 1 ? (long)rng_below(rng, (uint64_t)pieces) : 0, max_T);
}

// One random piece of the training part.
static struct piece draw_piece(const struct dataset *d, struct rng *rng, int max_T) {
    if (d->shape == TEXT_LINES) return random_piece(d, d->train[rng_below(rng, (uint64_t)d->train_count)], rng, max_T);
    size_t first = (size_t)first_position(d), n = d->train_symbols - first, T = n < (size_t)max_T ? n : (size_t)max_T;
    return text_piece(d, first + (size_t)rng_below(rng, n - T + 1), d->train_symbols, max_T);
}

// B new examples of a task, kept in the minibatch.
static const struct dataset *generate(const struct dataset *d, struct rng *rng, struct minibatch *m) {
    if (!m->fresh) {
        struct dataset *own = mem_need(1, sizeof *own);
        *own = (struct dataset){.answers = d->answers,
                                .input = d->input,
                                .output = d->output,
                                .symbol_bytes = d->symbol_bytes,
                                .shape = d->shape,
                                .channels = d->channels,
                                .answer_channels = d->answer_channels,
                                .reverse_source = d->reverse_source};
        m->fresh = mem_need(1, sizeof *m->fresh);
        builder_start(m->fresh, own);
    }
    builder_clear(m->fresh);
    for (int b = 0; b < m->B; b++) {
        builder_example(m->fresh, 0);
        d->task->generate(&d->settings, DATASET_TRAIN, rng, m->fresh);
    }
    struct err err = {0};
    check(builder_finish(m->fresh, &err), "%s", err.message);
    return m->fresh->out;
}

static int fresh_batch(const struct dataset *d, struct rng *rng, struct minibatch *m) {
    const struct dataset *own = generate(d, rng, m);
    measure_start(m);
    for (int b = 0; b < m->B; b++) {
        struct piece piece = piece_of(own, b, 0, m->max_T);
        measure(own, &piece, m);
    }
    for (int b = 0; b < m->B; b++) {
        struct piece piece = piece_of(own, b, 0, m->max_T);
        put_piece(own, &piece, m, b);
    }
    return m->T;
}

int dataset_batch(const struct dataset *d, struct rng *rng, struct minibatch *m) {
    check(m->B >= 1 && m->max_T >= 1, "a batch of %d sequences of %d timesteps", m->B, m->max_T);
    if (d->fresh) return fresh_batch(d, rng, m);
    // T is known only when all were drawn: draw twice from the same state instead of keeping a list.
    struct rng again = *rng;
    measure_start(m);
    for (int b = 0; b < m->B; b++) {
        struct piece piece = draw_piece(d, rng, m->max_T);
        measure(d, &piece, m);
    }
    for (int b = 0; b < m->B; b++) {
        struct piece piece = draw_piece(d, &again, m->max_T);
        put_piece(d, &piece, m, b);
    }
    return m->T;
}

// ---- the validation part ----

// How many validation examples are one piece: they come first, since the part is sorted by length.
static int validation_short(const struct dataset *d, int max_T) {
    int low = 0, high = d->validation_count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (pieces_of(d, d->validation[middle], max_T) == 1)
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

static struct place validation_place(const struct dataset *d, long number, int max_T) {
    if (d->shape != TEXT_LINES) return (struct place){.k = number};
    int simple = validation_short(d, max_T);
    if (number < simple) return (struct place){.i = (int)number};
    struct place place = {.i = simple, .k = number - simple};
    while (place.i < d->validation_count) {
        long pieces = pieces_of(d, d->validation[place.i], max_T);
        if (place.k < pieces) break;
        place.k -= pieces;
        place.i++;
    }
    return place;
}

// Where the validation part of a long text or series begins.
static size_t validation_start(const struct dataset *d) {
    size_t first = (size_t)first_position(d);
    return d->train_symbols > first ? d->train_symbols : first;
}

// The piece at *place, which moves on; false behind the last.
static bool validation_piece(const struct dataset *d, struct place *place, int max_T, struct piece *out) {
    if (d->shape == TEXT_LINES) {
        if (place->i >= d->validation_count) return false;
        int index = d->validation[place->i];
        *out = piece_of(d, index, place->k, max_T);
        if (++place->k >= pieces_of(d, index, max_T)) *place = (struct place){.i = place->i + 1};
        return true;
    }
    size_t start = validation_start(d), left = d->symbol_count - start;
    if ((size_t)place->k * (size_t)max_T >= left) return false;
    *out = text_piece(d, start + (size_t)place->k++ * (size_t)max_T, d->symbol_count, max_T);
    return true;
}

int dataset_validation_batch(const struct dataset *d, int k, struct minibatch *m) {
    check(k >= 0 && m->B >= 1 && m->max_T >= 1, "validation batch %d of %d sequences of %d timesteps", k, m->B,
          m->max_T);
    struct place first = validation_place(d, (long)k * m->B, m->max_T), place = first;
    struct piece piece;
    measure_start(m);
    for (int b = 0; b < m->B && validation_piece(d, &place, m->max_T, &piece); b++)
        measure(d, &piece, m);
    place = first;
    for (int b = 0; b < m->B && m->T > 0; b++) {
        bool there = validation_piece(d, &place, m->max_T, &piece);
        put_piece(d, there ? &piece : NULL, m, b);
    }
    return m->T;
}

// ---- minibatches by length ----

enum { NEARBY_BATCHES = 8, LENGTH_BITS = 11, LENGTHS = 1 << LENGTH_BITS };

// By counting LENGTH_BITS of the length. Equal lengths keep their order, that of the file.
static void sort_by_bits(const struct dataset *d, const int *from, int count, int shift, int *to) {
    int places[LENGTHS + 1] = {0};
    for (int i = 0; i < count; i++)
        places[(d->examples[from[i]].length >> shift & (LENGTHS - 1)) + 1]++;
    for (int k = 1; k < LENGTHS; k++)
        places[k] += places[k - 1];
    for (int i = 0; i < count; i++)
        to[places[d->examples[from[i]].length >> shift & (LENGTHS - 1)]++] = from[i];
}

// The lower bits first, and as many as the longest has.
bool dataset_sort_by_length(const struct dataset *d, int *indices, int count) {
    int *sorted = mem_array((size_t)count, sizeof *sorted), longest = 0;
    if (!sorted) return false;
    for (int i = 0; i < count; i++)
        if (d->examples[indices[i]].length > longest) longest = d->examples[indices[i]].length;
    for (int shift = 0; shift < 31 && longest >> shift > 0; shift += LENGTH_BITS) {
        sort_by_bits(d, indices, count, shift, sorted);
        memcpy(indices, sorted, (size_t)count * sizeof *indices);
    }
    mem_free(sorted);
    return true;
}

bool dataset_order_by_length(const struct dataset *d, int *order) {
    memcpy(order, d->train, (size_t)d->train_count * sizeof *order);
    return dataset_sort_by_length(d, order, d->train_count);
}

int dataset_batch_by_length(const struct dataset *d, const int *order, struct rng *rng, struct minibatch *m) {
    check(d->shape == TEXT_LINES && !d->fresh && m->B >= 1 && m->max_T >= 1, "a batch of %d sequences of %d timesteps",
          m->B, m->max_T);
    long n = d->train_count, chunk = (long)NEARBY_BATCHES * m->B;
    long one = (long)rng_below(rng, (uint64_t)n), from = one / chunk * chunk, to = from + chunk < n ? from + chunk : n;
    struct rng again = *rng;
    measure_start(m);
    for (int pass = 0; pass < 2; pass++) { // T is known only when all were drawn
        struct rng *draw = pass == 0 ? rng : &again;
        for (int b = 0; b < m->B; b++) {
            int index = order[b == 0 ? one : from + (long)rng_below(draw, (uint64_t)(to - from))];
            struct piece piece = random_piece(d, index, draw, m->max_T);
            if (pass == 0)
                measure(d, &piece, m);
            else
                put_piece(d, &piece, m, b);
        }
    }
    return m->T;
}

// ---- contiguous windows ----

// Timesteps of each stream but the last ones; *from and *to: the part.
static size_t stream_length(const struct dataset *d, enum dataset_part part, int B, size_t *from, size_t *to) {
    check(d->shape == TEXT_WHOLE && B >= 1, "streams of a list of examples");
    *from = part == DATASET_TRAIN ? (size_t)first_position(d) : validation_start(d);
    *to = part == DATASET_TRAIN ? d->train_symbols : d->symbol_count;
    if (*to < *from) *to = *from;
    return (*to - *from + (size_t)B - 1) / (size_t)B;
}

long dataset_stream_windows(const struct dataset *d, enum dataset_part part, int B, int max_T) {
    size_t from, to, length = stream_length(d, part, B, &from, &to);
    return (long)((length + (size_t)max_T - 1) / (size_t)max_T);
}

int dataset_stream_batch(const struct dataset *d, enum dataset_part part, long k, struct minibatch *m) {
    check(k >= 0 && m->max_T >= 1, "window %ld of %d timesteps", k, m->max_T);
    size_t from, to, length = stream_length(d, part, m->B, &from, &to), skip = (size_t)k * (size_t)m->max_T;
    m->T = m->source_T = 0;
    if (skip >= length) return 0;
    m->T = least((long)(length - skip), m->max_T);
    for (int b = 0; b < m->B; b++) {
        size_t start = from + (size_t)b * length + skip, end = from + (size_t)(b + 1) * length;
        if (end > to) end = to;
        struct piece piece = {0};
        if (start < end) piece = text_piece(d, start, end, m->T);
        put_piece(d, start < end ? &piece : NULL, m, b);
    }
    return m->T;
}
