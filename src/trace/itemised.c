#include "itemised.h"

#include "mem.h"
#include <math.h>

static double norm(const double *v, int n) {
    double sum = 0;
    for (int i = 0; i < n; i++) sum += v[i] * v[i];
    return sqrt(sum);
}

struct itemised *itemised_new(const struct record *record, struct err *err) {
    const int T = record_T(record), H = record_H(record);
    const struct cell_desc *cell = record_cell(record);
    const size_t size = record->layout.size, pairs = (size_t)T * T;
    struct itemised *items = mem_alloc(sizeof *items);
    double *grads = mem_array(size, sizeof *grads);
    int *target = mem_array(T, sizeof *target);
    struct tape *tape = tape_new(&record->layout.spec, T, err);
    if (!items || !grads || !target || !tape) goto fail;
    items->T = T;
    tape_scale_loss(tape, record->loss_scale);
    items->a = mem_array(pairs, sizeof *items->a);
    items->c = cell->state_count > 1 ? mem_array(pairs, sizeof *items->c) : NULL;
    items->total_a = mem_array(T, sizeof *items->total_a);
    if (!items->a || !items->total_a || (cell->state_count > 1 && !items->c)) goto fail;

    struct example one = record->example;
    one.target = target;
    for (int t = 0; t < T; t++) target[t] = -1;
    for (int tau = 0; tau < T; tau++) {
        target[tau] = record->example.target[tau];
        reference_forward(tape, &record->layout, record->params, &one);
        reference_backward(tape, &record->layout, record->params, &one, grads);
        for (int t = 0; t <= tau; t++) {
            items->a[tau * T + t] = norm(tape_grad(tape, 0, 0, cell->state_out[0], t), H);
            if (items->c) items->c[tau * T + t] = norm(tape_grad(tape, 0, 0, cell->state_out[1], t), H);
        }
        target[tau] = -1;
    }
    for (int t = 0; t < T; t++) items->total_a[t] = norm(tape_grad(record->tape, 0, 0, cell->state_out[0], t), H);
    tape_free(tape);
    mem_free(target);
    mem_free(grads);
    return items;

fail:
    if (err && err->code == ERR_NONE) err_set(err, ERR_MEMORY, "no memory for %zu pairs of timesteps", pairs);
    tape_free(tape);
    mem_free(target);
    mem_free(grads);
    itemised_free(items);
    return NULL;
}

void itemised_free(struct itemised *items) {
    if (!items) return;
    mem_free(items->a);
    mem_free(items->c);
    mem_free(items->total_a);
    mem_free(items);
}
