#include "finish.h"

#include "mem.h"
#include "minibatch.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool no_memory(const struct dataset *d, size_t size, struct err *err) {
    return err_at(err, ERR_MEMORY, d->name, 0, 0, "no memory for %zu bytes of a data set", size);
}

enum { LOW_BITS = 16, LOW = 1 << LOW_BITS };

// Which of the counts holds the one of that rank (from 0); *rank becomes its rank within.
static int bucket_of(const int *counts, long *rank) {
    int bucket = 0;
    while (*rank >= counts[bucket])
        *rank -= counts[bucket++];
    return bucket;
}

// The median of lengths that are not all below LOW, by its upper and then its lower half.
static int median_of_long(const struct dataset *d, int *counts, long rank) {
    memset(counts, 0, LOW * sizeof *counts);
    for (int i = 0; i < d->example_count; i++)
        counts[d->examples[i].length >> LOW_BITS]++;
    int upper = bucket_of(counts, &rank);
    memset(counts, 0, LOW * sizeof *counts);
    for (int i = 0; i < d->example_count; i++)
        if (d->examples[i].length >> LOW_BITS == upper) counts[d->examples[i].length & (LOW - 1)]++;
    return upper << LOW_BITS | bucket_of(counts, &rank);
}

// Examples are many: one walk, where none is long.
static void measure_lengths(struct dataset *d, int *counts) {
    int least = d->examples[0].length, most = least;
    for (int i = 0; i < d->example_count; i++) {
        int length = d->examples[i].length;
        if (length < least) least = length;
        if (length > most) most = length;
        if (length < LOW) counts[length]++;
    }
    long rank = (d->example_count - 1) / 2;
    d->length_min = least;
    d->length_max = most;
    d->length_median = most < LOW ? bucket_of(counts, &rank) : median_of_long(d, counts, rank);
}

bool dataset_measure(struct dataset *d) {
    d->answer_length_max = 0;
    for (int i = 0; d->answer_places && i < d->example_count; i++)
        if (d->answer_places[i].length > d->answer_length_max) d->answer_length_max = d->answer_places[i].length;
    int *counts = mem_array(LOW, sizeof *counts);
    if (!counts) return false;
    if (d->example_count > 0) measure_lengths(d, counts);
    mem_free(counts);
    return true;
}

// How many of n go to validation: at least one and not all, where that can be.
static size_t validation_size(double fraction, size_t n, size_t keep) {
    size_t wanted = (size_t)llround(fraction * (double)n);
    if (fraction <= 0 || n <= keep) return 0;
    return wanted < 1 ? 1 : wanted > n - keep ? n - keep : wanted;
}

static bool has_classes(const struct dataset *d) {
    return d->answers == ANSWERS_ONE && d->output == VALUES_SYMBOLS;
}

enum part { PART_TRAIN, PART_VALIDATION, PART_TEST };

// The examples from `from` on of a shuffle, `wanted` of them; the beginning of one is enough.
static void choose(struct rng *rng, int *order, int n, int from, int wanted, enum part part, uint8_t *parts) {
    for (int i = from; i < from + wanted; i++) {
        int j = i + (int)rng_below(rng, (uint64_t)(n - i)), index = order[j];
        order[j] = order[i];
        order[i] = index;
        parts[index] = part;
    }
}

// Shuffled, and where there are classes class by class. False when memory ran out.
static bool shuffle_by_class(const struct dataset *d, struct rng *rng, int *order, int n) {
    rng_shuffle(rng, order, n);
    if (!has_classes(d)) return true;
    int *sorted = mem_array((size_t)n, sizeof *sorted),
        *places = mem_array((size_t)d->labels.count + 1, sizeof *places);
    for (int i = 0; sorted && places && i < n; i++)
        places[d->answer_symbols[d->answer_places[order[i]].start] + 1]++;
    for (int label = 1; places && label < d->labels.count; label++)
        places[label] += places[label - 1];
    for (int i = 0; sorted && places && i < n; i++)
        sorted[places[d->answer_symbols[d->answer_places[order[i]].start]]++] = order[i];
    bool good = sorted && places;
    if (good) memcpy(order, sorted, (size_t)n * sizeof *order);
    mem_free(sorted);
    mem_free(places);
    return good;
}

// Of the order every n/wanted-th: each class gives its share, to within one. What was chosen goes out of the order;
// returns how many stay.
static int choose_evenly(int *order, int n, int wanted, enum part part, uint8_t *parts) {
    int stay = 0;
    for (long i = 0; i < n; i++)
        if ((i + 1) * wanted / n > i * wanted / n)
            parts[order[i]] = part;
        else
            order[stay++] = order[i];
    return stay;
}

static bool choose_parts(const struct dataset *d, const struct data_options *options, int *order, int n, int validation,
                         int test, uint8_t *parts) {
    struct rng rng = rng_seed(options->seed);
    for (int i = 0; i < n; i++)
        order[i] = i;
    if (options->folds > 0) {
        if (!shuffle_by_class(d, &rng, order, n)) return false;
        for (int i = 0; i < n; i++)
            if (i % options->folds == options->fold - 1) parts[order[i]] = PART_VALIDATION;
    } else if (has_classes(d)) {
        if (!shuffle_by_class(d, &rng, order, n)) return false;
        int left = choose_evenly(order, n, validation, PART_VALIDATION, parts);
        choose_evenly(order, left, test, PART_TEST, parts);
    } else {
        choose(&rng, order, n, 0, validation, PART_VALIDATION, parts);
        choose(&rng, order, n, validation, test, PART_TEST, parts);
    }
    return true;
}

// One part's examples in file order, into `room` or, NULL, into their own. NULL when memory ran out.
static int *take_part(const uint8_t *parts, int n, enum part part, int *room, int *count) {
    *count = 0;
    for (int i = 0; i < n; i++)
        *count += parts[i] == part;
    int *indices = room ? room : mem_array((size_t)*count + 1, sizeof *indices), next = 0;
    for (int i = 0; indices && i < n; i++) { // without a branch, which nobody could foretell
        indices[next] = i;
        next += parts[i] == part;
    }
    return indices;
}

static bool split_examples(struct dataset *d, const struct data_options *options, struct err *err) {
    int n = d->example_count, validation = (int)validation_size(options->validation, (size_t)n, 1);
    int test = options->folds > 0 ? 0 : (int)validation_size(options->test, (size_t)n, 1);
    if (test > n - 1 - validation) test = n - 1 - validation;
    uint8_t *parts = mem_array((size_t)n, 1);
    int *order = mem_array((size_t)n, sizeof *order);
    bool good = parts && order && choose_parts(d, options, order, n, validation, test, parts);
    if (good) {
        d->validation = take_part(parts, n, PART_VALIDATION, NULL, &d->validation_count);
        d->test = take_part(parts, n, PART_TEST, NULL, &d->test_count);
        d->train = take_part(parts, n, PART_TRAIN, order, &d->train_count); // most of them: where the order was
        good = d->validation && d->test;
    } else
        mem_free(order);
    mem_free(parts);
    return good || no_memory(d, 3 * (size_t)n * sizeof(int), err);
}

bool dataset_split(struct dataset *d, const struct data_options *options, struct problem_log *log, struct err *err) {
    double validation = options->validation;
    if (!(validation >= 0 && validation < 1))
        return err_at(err, ERR_VALUE, d->name, 0, 0, "expected a validation fraction from 0 to below 1, found %g",
                      validation);
    if (!(options->test >= 0 && options->test + validation < 1))
        return err_at(err, ERR_VALUE, d->name, 0, 0,
                      "expected a test fraction that leaves something to train on, found %g beside %g to validate",
                      options->test, validation);
    if (options->folds > 0 && (options->fold < 1 || options->fold > options->folds))
        return err_at(err, ERR_VALUE, d->name, 0, 0, "expected a fold from 1 to %d, found %d", options->folds,
                      options->fold);
    if (options->folds > 0 && (d->shape != TEXT_LINES || options->folds < 2 || options->folds > d->example_count))
        return err_at(err, ERR_VALUE, d->name, 0, 0, "expected 2 to %d folds of examples, found %d",
                      d->shape == TEXT_LINES ? d->example_count : 0, options->folds);
    bool none;
    d->train_symbols = d->symbol_count;
    if (d->shape == TEXT_LINES) {
        if (!split_examples(d, options, err)) return false;
        none = d->validation_count == 0;
    } else {
        size_t keep = d->input == VALUES_SYMBOLS ? 2 : 3;
        d->train_symbols -= validation_size(validation, d->symbol_count, keep);
        none = d->train_symbols == d->symbol_count;
    }
    if (none && validation > 0)
        problem_add(log, PROBLEM_OTHER, 1, 1, "too little %s to set some aside: there is no validation part",
                    d->symbols ? "text" : "data");
    return true;
}

// The training part's mean and deviation of one channel.
static void measure_channel(const struct dataset *d, int channel, double *mean, double *deviation) {
    double sum = 0, squares = 0;
    long count = 0;
    int examples = d->shape == TEXT_WHOLE ? 1 : d->train_count;
    for (int pass = 0; pass < 2; pass++) // the mean first: squares of large numbers would lose their digits
        for (int i = 0; i < examples; i++) {
            const struct dataset_example *example = &d->examples[d->shape == TEXT_WHOLE ? 0 : d->train[i]];
            size_t n = d->shape == TEXT_WHOLE ? d->train_symbols : (size_t)example->length;
            for (size_t t = 0; t < n; t++) {
                double value = d->values[(example->start + t) * (size_t)d->channels + (size_t)channel];
                if (pass == 0)
                    sum += value, count++;
                else
                    squares += (value - *mean) * (value - *mean);
            }
            if (pass == 0 && i == examples - 1) *mean = sum / (double)count;
        }
    *deviation = sqrt(squares / (double)count);
    if (!(*deviation > 1e-12 * fabs(*mean))) *deviation = 1; // it never changes
}

static bool scale(struct dataset *d, struct err *err) {
    d->mean = mem_array((size_t)d->channels, sizeof *d->mean);
    d->scale = mem_array((size_t)d->channels, sizeof *d->scale);
    if (!d->mean || !d->scale) return no_memory(d, (size_t)d->channels * sizeof *d->mean, err);
    for (int c = 0; c < d->channels; c++) {
        double mean = 0, deviation = 1;
        measure_channel(d, c, &mean, &deviation);
        d->mean[c] = (float)mean;
        d->scale[c] = (float)deviation;
        for (size_t t = 0; t < d->symbol_count; t++) {
            float *value = &d->values[t * (size_t)d->channels + (size_t)c];
            *value = (float)(((double)*value - mean) / deviation);
        }
    }
    return true;
}

// The first row that was left out, and why.
static bool nothing_left(const struct dataset *d, const struct problem_log *log, struct err *err) {
    const struct problem *first = problem_log_first(log, ACTION_SKIP);
    if (first)
        return err_at(err, ERR_FORMAT, d->name, first->line, first->column,
                      "expected at least one example that can be used, found none; the first of those left out: %s",
                      first->what);
    return err_at(err, ERR_FORMAT, d->name, d->header_line, 0, "expected %s, found none",
                  d->header_line > 0 ? "rows below the names of the columns" : "at least one example that can be used");
}

bool dataset_finish(struct dataset *d, const struct data_options *options, struct problem_log *log, struct err *err) {
    if (!problem_log_check(log, options, d->name, err)) return false;
    if (d->example_count == 0 || d->symbol_count == 0) return nothing_left(d, log, err);
    if (d->shape == TEXT_WHOLE && !d->symbols && d->symbol_count < 2)
        return err_at(err, ERR_FORMAT, d->name, 0, 0, "expected a series of at least two timesteps, found one");
    bool list = d->symbols && !d->task && d->shape == TEXT_LINES, own_parts = d->train != NULL;
    if (list && !own_parts && !problems_of_duplicates(log, d, options))
        return no_memory(d, (size_t)d->example_count * 8, err);
    if (!problem_log_check(log, options, d->name, err)) return false;
    if (!dataset_measure(d)) return no_memory(d, (size_t)d->example_count * sizeof(int), err);
    if (!own_parts && !dataset_split(d, options, log, err)) return false;
    if (!dataset_sort_by_length(d, d->validation, d->validation_count) ||
        (!own_parts && !dataset_sort_by_length(d, d->test, d->test_count)))
        return no_memory(d, (size_t)(d->validation_count + d->test_count) * sizeof(int), err);
    bool repeated = own_parts || log->totals[PROBLEM_DUPLICATE] > 0;
    if (list && repeated && !problems_of_the_split(log, d)) return no_memory(d, (size_t)d->example_count * 8, err);
    if (d->input == VALUES_REALS && !d->task && !scale(d, err)) return false;
    return problem_log_finish(log, d) || no_memory(d, PROBLEM_MAX * sizeof(struct problem), err);
}
