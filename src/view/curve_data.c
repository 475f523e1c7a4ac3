#include "curve_data.h"

#include "mem.h"
#include <math.h>

void curve_data_release(struct curve_data *data) {
    mem_free(data->values);
    mem_free(data->sums);
    mem_free(data->weights);
    for (int k = 0; k < CURVE_LEVELS; k++)
        mem_free(data->blocks[k]);
    *data = (struct curve_data){0};
}

void curve_data_clear(struct curve_data *data, int64_t from) {
    data->from = from;
    data->count = 0;
}

// Blocks of a level that hold `count` updates.
static int64_t blocks_of(int64_t count, int level) {
    int bits = CURVE_BLOCK_BITS * (level + 1);
    return (count + ((int64_t)1 << bits) - 1) >> bits;
}

static void widen(struct curve_block *block, float low, float high) {
    if (low < block->low) block->low = low;
    if (high > block->high) block->high = high;
}

static void enter(struct curve_data *data, int64_t index) {
    float value = data->values[index];
    for (int k = 0; k < CURVE_LEVELS; k++) {
        int bits = CURVE_BLOCK_BITS * (k + 1);
        struct curve_block *block = &data->blocks[k][index >> bits];
        if ((index & (((int64_t)1 << bits) - 1)) == 0) *block = (struct curve_block){INFINITY, -INFINITY};
        if (!isnan(value)) widen(block, value, value);
    }
}

void curve_data_cut(struct curve_data *data, int64_t update) {
    int64_t keep = update - data->from;
    if (keep < 0) keep = 0;
    if (keep >= data->count) return;
    data->count = keep;
    // The last block of each level held what is gone: it begins anew, with the updates left of the largest block.
    int64_t first = keep >> (CURVE_BLOCK_BITS * CURVE_LEVELS) << (CURVE_BLOCK_BITS * CURVE_LEVELS);
    for (int64_t k = first; k < keep; k++)
        enter(data, k);
}

static bool grow(void **array, int64_t used, int64_t wanted, size_t size) {
    void *more = mem_grow(*array, (size_t)used * size, (size_t)wanted * size);
    if (!more) return false;
    *array = more;
    return true;
}

static bool make_room(struct curve_data *data) {
    if (data->count < data->capacity) return true;
    int64_t count = data->count, wanted = count < 512 ? 1024 : 2 * count;
    int64_t sums = data->sums ? count + 1 : 0;
    if (!grow((void **)&data->values, count, wanted, sizeof *data->values)) return false;
    if (!grow((void **)&data->sums, sums, wanted + 1, sizeof *data->sums)) return false;
    if (!grow((void **)&data->weights, sums, wanted + 1, sizeof *data->weights)) return false;
    for (int k = 0; k < CURVE_LEVELS; k++)
        if (!grow((void **)&data->blocks[k], blocks_of(count, k), blocks_of(wanted, k), sizeof **data->blocks))
            return false;
    data->capacity = wanted;
    return true;
}

bool curve_data_add(struct curve_data *data, float value, float weight) {
    if (!make_room(data)) return false;
    int64_t at = data->count++;
    if (at == 0) data->sums[0] = data->weights[0] = 0;
    bool counts = isfinite(value) && weight > 0;
    data->values[at] = value;
    data->sums[at + 1] = data->sums[at] + (counts ? (double)value * (double)weight : 0);
    data->weights[at + 1] = data->weights[at] + (counts ? (double)weight : 0);
    enter(data, at);
    return true;
}

float curve_data_at(const struct curve_data *data, int64_t update) {
    int64_t at = update - data->from - 1;
    return at >= 0 && at < data->count ? data->values[at] : NAN;
}

// Indices [*first, *end) of updates after + 1 .. to.
static bool stretch(const struct curve_data *data, int64_t after, int64_t to, int64_t *first, int64_t *end) {
    *first = after < data->from ? 0 : after - data->from;
    *end = to - data->from < data->count ? to - data->from : data->count;
    return *first < *end;
}

double curve_data_mean(const struct curve_data *data, int64_t after, int64_t to) {
    int64_t first, end;
    if (!stretch(data, after, to, &first, &end)) return NAN;
    double weight = data->weights[end] - data->weights[first];
    return weight > 0 ? (data->sums[end] - data->sums[first]) / weight : NAN;
}

bool curve_data_extremes(const struct curve_data *data, int64_t after, int64_t to, float *low, float *high) {
    int64_t first, end;
    if (!stretch(data, after, to, &first, &end)) return false;
    struct curve_block all = {INFINITY, -INFINITY};
    while (first < end) {
        int level = CURVE_LEVELS - 1;
        for (; level >= 0; level--) {
            int64_t size = (int64_t)1 << (CURVE_BLOCK_BITS * (level + 1));
            if ((first & (size - 1)) != 0 || first + size > end) continue;
            const struct curve_block *block = &data->blocks[level][first / size];
            widen(&all, block->low, block->high);
            first += size;
            break;
        }
        if (level >= 0) continue;
        if (!isnan(data->values[first])) widen(&all, data->values[first], data->values[first]);
        first++;
    }
    *low = all.low;
    *high = all.high;
    return all.low <= all.high;
}
