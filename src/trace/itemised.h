#pragma once
// Gradients itemised by the loss they come from: norm of dL<tau>/da<t> and dL<tau>/dc<t> for all pairs, from one
// backward pass that carries all losses side by side (analysis.h). Owns its memory; read-only after it was made.

#include "record.h"

struct itemised {
    int T;
    double *a;       // (T tau, T t) norms of dL<tau>/da<t> of layer 0, direction 0; 0 for t > tau
    double *c;       // the same for the memory, or NULL
    double *total_a; // (T) norm of dL/da<t>
};
struct itemised *itemised_new(const struct record *record, struct err *err);
void itemised_free(struct itemised *itemised);
