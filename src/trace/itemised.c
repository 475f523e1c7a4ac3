#include "itemised.h"

#include "analysis.h"
#include "mem.h"

struct itemised *itemised_new(const struct record *record, struct err *err) {
    const size_t T = (size_t)record_T(record), pairs = T * T;
    const struct cell_desc *cell = record_cell(record);
    bool memory = cell->state_count > 1;
    struct itemised *items = mem_alloc(sizeof *items);
    if (!items) goto fail;
    items->T = record_T(record);
    items->a = mem_array(pairs, sizeof *items->a);
    items->c = memory ? mem_array(pairs, sizeof *items->c) : NULL;
    items->total_a = mem_array(T, sizeof *items->total_a);
    if (!items->a || !items->total_a || (memory && !items->c)) goto fail;
    double *const norms[CELL_MAX_STATES] = {items->a, items->c};
    if (!analysis_itemised(record->tape, &record->layout, record->params, &record->example, 0, 0, norms, NULL, err)) {
        itemised_free(items);
        return NULL;
    }
    for (int t = 0; t < items->T; t++)
        items->total_a[t] = record_norm(tape_grad(record->tape, 0, 0, cell->state_out[0], t), record_H(record));
    return items;

fail:
    err_set(err, ERR_MEMORY, "no memory for %zu pairs of timesteps", pairs);
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
