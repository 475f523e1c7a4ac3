#include "probes.h"

#include "minibatch.h"

// Example of all, or of the validation part: spread over them, since some data are sorted. -1: no more.
static int candidate(const struct dataset *data, int number, int window) {
    int count = dataset_window_count(data, window), all = data->validation_count > 0 ? data->validation_count : count;
    if (data->shape == TEXT_WHOLE) return count - 1 - number; // its end validates
    int at = all < PROBES_LOOKED_AT ? number : (int)((2L * number + 1) * all / (2 * PROBES_LOOKED_AT));
    if (at >= all) return -1;
    return data->validation_count > 0 ? data->validation[at] : at;
}

// Into the list by length, the longest first; of equal ones the earlier first. One that is shorter than all of a full
// list is left out.
static void insert(struct probes *probes, int *lengths, const struct dataset *data, const struct minibatch *m,
                   int length) {
    int at = probes->count;
    while (at > 0 && lengths[at - 1] < length)
        at--;
    if (at == MEASURE_PROBES) return;
    if (probes->count == MEASURE_PROBES) bench_example_free(probes->examples[--probes->count]);
    for (int i = probes->count; i > at; i--) {
        probes->examples[i] = probes->examples[i - 1];
        lengths[i] = lengths[i - 1];
    }
    probes->examples[at] = bench_example_of_column(data, m, 0);
    lengths[at] = length;
    probes->count++;
}

bool probes_init(struct probes *probes, const struct dataset *data, int window, struct err *err) {
    struct minibatch one;
    int lengths[MEASURE_PROBES];
    *probes = (struct probes){0};
    if (!minibatch_init(&one, data, 1, window, err)) return false;
    for (int number = 0; number < PROBES_LOOKED_AT; number++) {
        bool cut;
        int index = candidate(data, number, window);
        if (index < 0) break;
        int T = dataset_window(data, index, &one, &cut);
        int source_T = data->answers == ANSWERS_SEQUENCE ? one.source_T : 0;
        if (T > 0) insert(probes, lengths, data, &one, T + source_T);
    }
    minibatch_release(&one);
    for (int i = 0; i < probes->count; i++)
        probes->list[i] = &probes->examples[i]->example;
    return true;
}

void probes_release(struct probes *probes) {
    for (int i = 0; i < probes->count; i++)
        bench_example_free(probes->examples[i]);
    *probes = (struct probes){0};
}
