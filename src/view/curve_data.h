#pragma once
// One number an update, for a plot of very many of them: sums from the start on and extremes of blocks, so that the
// mean and the extremes of any stretch cost the same however long the run is. Grows at its end; owns its numbers.
// Interface thread only.

#include <stdbool.h>
#include <stdint.h>

enum { CURVE_LEVELS = 3, CURVE_BLOCK_BITS = 4 }; // blocks of 16, 256 and 4,096 updates

struct curve_block {
    float low, high;
};
struct curve_data {
    int64_t from;     // values[0] is that of update from + 1
    int64_t count;    // updates
    float *values;    // (count) NaN: an update without this number
    double *sums;     // (count + 1) of value times weight, from the start on
    double *weights;  // (count + 1) the same of the weights alone
    int64_t capacity; // of values
    struct curve_block *blocks[CURVE_LEVELS];
    int64_t block_capacity[CURVE_LEVELS];
};
void curve_data_release(struct curve_data *data);
void curve_data_clear(struct curve_data *data, int64_t from);            // keeps the memory
void curve_data_cut(struct curve_data *data, int64_t update);            // updates after this one are forgotten
bool curve_data_add(struct curve_data *data, float value, float weight); // false: no memory; nothing is added
static inline int64_t curve_data_last(const struct curve_data *data) {
    return data->from + data->count;
}
// Of update `update`; NaN where there is none.
float curve_data_at(const struct curve_data *data, int64_t update);
// Weighted mean over updates after + 1 .. to, as far as there are any; NaN where there are none.
double curve_data_mean(const struct curve_data *data, int64_t after, int64_t to);
// Least and largest of updates after + 1 .. to; false where there are none.
bool curve_data_extremes(const struct curve_data *data, int64_t after, int64_t to, float *low, float *high);
