#include "summary.h"

#include "mem.h"

static int bin_width(int lengths) {
    int decade = 1;
    static const int steps[] = {1, 2, 5};
    for (;; decade *= 10)
        for (int k = 0; k < 3; k++)
            if ((lengths + steps[k] * decade - 1) / (steps[k] * decade) <= LENGTH_BINS) return steps[k] * decade;
}

static int length_of(const struct dataset *d, int index, bool answers) {
    return answers ? dataset_answer(d, index).length : d->examples[index].length;
}

void dataset_length_bins(const struct dataset *d, bool answers, struct length_bins *out) {
    *out = (struct length_bins){0};
    if (d->example_count == 0) return;
    int low = length_of(d, 0, answers), high = low;
    for (int i = 1; i < d->example_count; i++) {
        int length = length_of(d, i, answers);
        if (length < low) low = length;
        if (length > high) high = length;
    }
    out->width = bin_width(high - low + 1);
    out->first = low - low % out->width;
    if (out->first + LENGTH_BINS * out->width <= high) out->first = low; // the ends did not fit
    out->count = (high - out->first) / out->width + 1;
    for (int i = 0; i < d->example_count; i++) {
        long *bin = &out->counts[(length_of(d, i, answers) - out->first) / out->width];
        if (++*bin > out->most) out->most = *bin;
    }
}

void dataset_parts(const struct dataset *d, part_counts out) {
    bool whole = d->shape == TEXT_WHOLE;
    out[DATA_TRAIN] = whole ? (long)d->train_symbols : d->train_count;
    out[DATA_VALIDATION] = whole ? (long)(d->symbol_count - d->train_symbols) : d->validation_count;
    out[DATA_TEST] = whole ? 0 : d->test_count;
}

bool dataset_has_classes(const struct dataset *d) {
    return d->answers == ANSWERS_ONE && d->output == VALUES_SYMBOLS && d->labels.count > 0;
}

part_counts *dataset_class_parts(const struct dataset *d) {
    if (!dataset_has_classes(d)) return NULL;
    part_counts *out = mem_array((size_t)d->labels.count, sizeof *out);
    const int *const indices[DATA_PARTS] = {d->train, d->validation, d->test};
    const int counts[DATA_PARTS] = {d->train_count, d->validation_count, d->test_count};
    for (int part = 0; out && part < DATA_PARTS; part++)
        for (int i = 0; i < counts[part]; i++)
            out[d->answer_symbols[dataset_answer(d, indices[part][i]).start]][part]++;
    return out;
}
