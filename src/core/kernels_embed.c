#include "slab.h"
#include "workspace.h"
#include <string.h>

// Embedded symbols: gates = b + W_x E[x]. With at least as many rows as there are symbols the product is made once
// for every symbol, E W_x (V, G*H), and looked up as one-hot input is; the gradient of that table then gives both
// dE = d_table W_x^T and dW_x = E^T d_table. With fewer rows than symbols the vectors themselves are looked up.

static bool by_table(const struct workspace *ws, size_t rows) {
    return rows >= (size_t)ws->layout->spec.inputs;
}

size_t embed_room(const struct workspace *ws) {
    const struct net_spec *spec = &ws->layout->spec;
    size_t V = (size_t)spec->inputs, E = (size_t)spec->embed, N = size_mul_add((size_t)ws->max_T, (size_t)ws->max_B, 0);
    size_t GH = (size_t)ws->cell->block_count * (size_t)spec->hidden;
    size_t vectors = size_mul_add(N < V ? N : V - 1, E, 0), table = by_table(ws, N) ? size_mul_add(V, GH, 0) : 0;
    return vectors > table ? vectors : table;
}

static void look_up(struct workspace *ws, const float *params, const int *x, size_t N) {
    size_t E = (size_t)ws->layout->spec.embed;
    for (size_t n = 0; n < N; n++) {
        float *to = ws->embedded + n * E;
        if (x[n] < 0)
            memset(to, 0, E * sizeof *to);
        else
            memcpy(to, params + ws->embed_at + (size_t)x[n] * E, E * sizeof *to);
    }
}

void embed_forward(struct workspace *ws, const float *params, const struct batch *batch, const struct lane *lane,
                   const float *bias) {
    const struct net_spec *spec = &ws->layout->spec;
    int N = batch->T * batch->B, V = spec->inputs, E = spec->embed, GH = ws->cell->block_count * spec->hidden;
    const float *weights = params + lane->input_at;
    if (by_table(ws, (size_t)N)) {
        product_plain(ws->loops, V, GH, E, params + ws->embed_at, (size_t)E, weights, (size_t)GH, 0.0f, ws->embedded,
                      (size_t)GH);
        ws->loops->gather(lane->gates, ws->embedded, bias, batch->x, N, GH);
        return;
    }
    look_up(ws, params, batch->x, (size_t)N);
    product_affine(ws->loops, N, GH, E, ws->embedded, (size_t)E, weights, (size_t)GH, bias, lane->gates, (size_t)GH);
}

void embed_backward(struct workspace *ws, const float *params, const struct batch *batch, const struct lane *lane,
                    float *bias, float *grads) {
    const struct net_spec *spec = &ws->layout->spec;
    int N = batch->T * batch->B, V = spec->inputs, E = spec->embed, GH = ws->cell->block_count * spec->hidden;
    float *to = grads + lane->input_at, *to_embed = grads + ws->embed_at, *scratch = ws->embedded;
    if (by_table(ws, (size_t)N)) {
        memset(scratch, 0, (size_t)V * (size_t)GH * sizeof *scratch);
        ws->loops->scatter(scratch, bias, lane->gates, batch->x, N, GH);
        product_outer(ws->loops, E, GH, V, params + ws->embed_at, (size_t)E, scratch, (size_t)GH, to, (size_t)GH);
        product_plain(ws->loops, V, E, GH, scratch, (size_t)GH, lane->input_t, (size_t)E, 1.0f, to_embed, (size_t)E);
        return;
    }
    look_up(ws, params, batch->x, (size_t)N);
    ws->loops->scatter(NULL, bias, lane->gates, NULL, N, GH);
    product_outer(ws->loops, E, GH, N, scratch, (size_t)E, lane->gates, (size_t)GH, to, (size_t)GH);
    product_plain(ws->loops, N, E, GH, lane->gates, (size_t)GH, lane->input_t, (size_t)E, 0.0f, scratch, (size_t)E);
    ws->loops->scatter(to_embed, NULL, scratch, batch->x, N, E);
}
