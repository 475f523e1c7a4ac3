#include "workspace.h"
#include <string.h>

enum { STRETCH_ROWS = 256 };

// Padding in the backward direction holds the state at zero: nothing flows through it.
static void stop_at_padding(struct workspace *ws, const struct cell_rows *rows, int t) {
    size_t H = (size_t)rows->H, GH = (size_t)ws->cell->block_count * H;
    for (int b = 0; b < rows->B; b++) {
        if (t < ws->lengths[b]) continue;
        memset(rows->gates + (size_t)b * GH, 0, GH * sizeof(float));
        if (ws->last_block == LAST_APART) memset(rows->mixed + (size_t)b * H, 0, H * sizeof(float));
        if (rows->carry) memset(rows->carry + (size_t)b * H, 0, H * sizeof(float));
        if (rows->dc) memset(rows->dc + (size_t)b * H, 0, H * sizeof(float));
    }
}

// Timesteps [from, to) of one layer in one direction, whose dL/dz are known; and what it read, of vectors.
struct stretch {
    int layer, direction, from, to;
    const float *in; // (N, I), or NULL for symbols
};

// dW_a += sum over t of a<t-1>^T dz<t>: one product over the timesteps, and one more for a carried state.
static void recurrent_gradient(struct workspace *ws, const struct batch *batch, const struct stretch *s, float *grads) {
    const struct lane *lane = &ws->lanes[s->layer][s->direction];
    int T = batch->T, B = batch->B, H = ws->layout->spec.hidden, GH = ws->cell->block_count * H;
    float *to = grads + lane->recurrent_at;
    int direct = ws->direct_blocks * H;
    struct cell_rows rows = workspace_rows(ws, s->layer, s->direction, s->from, T, B);
    if (ws->last_block == LAST_MIXED)
        product_outer(ws->loops, H, GH - direct, (s->to - s->from) * B, rows.mixed, (size_t)H, rows.gates + direct,
                      (size_t)GH, to + direct, (size_t)GH);
    int first = s->direction == 0 && s->from == 0 ? 1 : s->from; // those that read another timestep's state
    int last = s->direction == 1 && s->to == T ? T - 1 : s->to;
    if (first < last) {
        struct cell_rows at = workspace_rows(ws, s->layer, s->direction, first, T, B);
        int count = (last - first) * B;
        product_outer(ws->loops, H, direct, count, at.h_prev, at.h_stride, at.gates, (size_t)GH, to, (size_t)GH);
        if (ws->last_block == LAST_APART)
            product_outer(ws->loops, H, H, count, at.h_prev, at.h_stride, at.mixed, (size_t)H, to + direct, (size_t)GH);
    }
    if (!ws->started || s->direction == 1 || s->from > 0) return;
    product_outer(ws->loops, H, direct, B, lane->h0, (size_t)H, rows.gates, (size_t)GH, to, (size_t)GH);
    if (ws->last_block == LAST_APART)
        product_outer(ws->loops, H, H, B, lane->h0, (size_t)H, rows.mixed, (size_t)H, to + direct, (size_t)GH);
}

// Embedded symbols are a stretch of all timesteps: their products go over the vocabulary, not over the rows.
static bool is_embedded(const struct workspace *ws, int layer) {
    return layer == 0 && ws->layout->spec.embed > 0;
}

static void input_gradient(struct workspace *ws, const float *params, const struct batch *batch,
                           const struct stretch *s, float *grads) {
    const struct lane *lane = &ws->lanes[s->layer][s->direction];
    const struct net_spec *spec = &ws->layout->spec;
    int N = (s->to - s->from) * batch->B, I = net_layer_inputs(spec, s->layer);
    int GH = ws->cell->block_count * spec->hidden;
    size_t first = (size_t)s->from * (size_t)batch->B;
    const float *dz = lane->gates + first * (size_t)GH;
    float *bias = lane->both ? lane->both : grads + lane->bias_at;
    if (lane->both) memset(lane->both, 0, (size_t)GH * sizeof(float));
    if (is_embedded(ws, s->layer))
        embed_backward(ws, params, batch, lane, bias, grads);
    else
        ws->loops->scatter(grads + lane->input_at, bias, dz, s->in ? NULL : batch->x + first, N, GH);
    if (lane->both) { // what goes to both biases, and the last block's own
        size_t H = (size_t)spec->hidden, direct = (size_t)ws->direct_blocks * H;
        ws->loops->add(grads + lane->bias_at, lane->both, (size_t)GH);
        ws->loops->add(grads + lane->recurrent_bias_at, lane->both, direct);
        if (ws->last_block == LAST_APART)
            ws->loops->scatter(NULL, grads + lane->recurrent_bias_at + direct, lane->mixed + first * H, NULL, N,
                               spec->hidden);
    }
    if (s->in)
        product_outer(ws->loops, I, GH, N, s->in + first * (size_t)I, (size_t)I, dz, (size_t)GH, grads + lane->input_at,
                      (size_t)GH);
}

// c (B, H; stride ldc) += dz W^T, or = where `add` is false, for the B rows of a timestep.
static void step_product_back(const struct workspace *ws, const struct lane *lane, bool last, int B, const float *dz,
                              size_t dz_row, float *c, size_t ldc, bool add) {
    struct product p = {.m = B, .a = dz, .a_row = dz_row, .c = c, .ldc = ldc};
    lane_weights_back(ws, lane, last, &p);
    p.add = add;
    ws->loops->product(&p);
}

// From d_out to dL/dz at every timestep: dh<t> = d_out<t> + W_a^T dz<t+1>, then the cell's own rule. The gradients of
// the weights are added up some timesteps at a time: their rows are still in the cache, and enough for a good product.
static void backward_lane(struct workspace *ws, const float *params, const struct batch *batch, int layer,
                          int direction, float *grads) {
    const struct lane *lane = &ws->lanes[layer][direction];
    const struct net_spec *spec = &ws->layout->spec;
    int T = batch->T, B = batch->B, H = spec->hidden;
    size_t GH = (size_t)ws->cell->block_count * (size_t)H, direct = (size_t)ws->direct_blocks * (size_t)H;
    struct stretch stretch = {layer, direction, 0, T, NULL};
    if (layer > 0 || spec->real_input) stretch.in = layer == 0 ? batch->x_real : workspace_below(ws, batch, layer);
    if (lane->carry) memset(lane->carry, 0, (size_t)B * (size_t)H * sizeof(float));
    if (lane->dc) memset(lane->dc, 0, (size_t)B * (size_t)H * sizeof(float));
    bool padded = ws->decoder && ws->lengths[0] < T; // what the decoder sends back comes in on the way
    if (B == 1 && direction == 0 && !padded && ws->loops->backward_single[spec->cell]) {
        struct single single = workspace_single(ws, layer, T, T - 1);
        if (ws->decoder) pair_take_back(ws, &single.rows, layer, direction, T - 1);
        lane_weights_back(ws, lane, false, &single.product);
        lane_weights_back(ws, lane, true, &single.last);
        single.h0 = lane->h0;
        ws->loops->backward_single[spec->cell](&single, spec->activation);
        recurrent_gradient(ws, batch, &stretch, grads);
        input_gradient(ws, params, batch, &stretch, grads);
        return;
    }
    int steps = is_embedded(ws, layer) ? T : (STRETCH_ROWS + B - 1) / B;
    for (int n = 0, begun = 0; n < T; n++) {
        int t = direction == 0 ? T - 1 - n : n;
        struct cell_rows rows = workspace_rows(ws, layer, direction, t, T, B);
        if (n > 0) {
            struct cell_rows after = workspace_rows(ws, layer, direction, direction == 0 ? t + 1 : t - 1, T, B);
            float *dh = (float *)rows.dh;
            step_product_back(ws, lane, false, B, after.gates, GH, dh, rows.stride, true);
            if (ws->last_block == LAST_APART)
                step_product_back(ws, lane, true, B, after.mixed, (size_t)H, dh, rows.stride, true);
        }
        if (ws->decoder) pair_take_back(ws, &rows, layer, direction, t);
        ws->loops->backward[spec->cell](&rows, spec->activation);
        if (ws->last_block == LAST_MIXED) {
            step_product_back(ws, lane, true, B, rows.gates + direct, GH, lane->d_mixed, (size_t)H, false);
            ws->loops->backward_last[spec->cell](&rows);
        }
        if (direction == 1) stop_at_padding(ws, &rows, t);
        if (n + 1 < T && n + 1 - begun < steps) continue;
        stretch.from = direction == 0 ? t : begun;
        stretch.to = direction == 0 ? T - begun : t + 1;
        recurrent_gradient(ws, batch, &stretch, grads);
        input_gradient(ws, params, batch, &stretch, grads);
        begun = n + 1;
    }
}

// dL/d(the state that the first timestep read), as backward_lane gives it to an earlier timestep.
static void gradient_of_start(struct workspace *ws, const struct batch *batch, int layer) {
    const struct lane *lane = &ws->lanes[layer][0];
    int B = batch->B, H = ws->layout->spec.hidden, GH = ws->cell->block_count * H, direct = ws->direct_blocks * H;
    size_t n = (size_t)B * (size_t)H;
    if (lane->carry)
        memcpy(lane->d_h0, lane->carry, n * sizeof(float));
    else
        memset(lane->d_h0, 0, n * sizeof(float));
    product_plain(ws->loops, B, H, direct, lane->gates, (size_t)GH, lane->recurrent_t, (size_t)H, 1.0f, lane->d_h0,
                  (size_t)H);
    if (ws->last_block == LAST_APART)
        product_plain(ws->loops, B, H, H, lane->mixed, (size_t)H, lane->recurrent_t + (size_t)direct * (size_t)H,
                      (size_t)H, 1.0f, lane->d_h0, (size_t)H);
}

void layers_backward(struct workspace *ws, const float *params, const struct batch *batch, float *grads) {
    ws->params = params; // of the matrices the transposed copies are read
    ws->grads = grads;
    const struct net_spec *spec = &ws->layout->spec;
    int N = batch->T * batch->B, DH = spec->hidden * spec->directions, GH = ws->cell->block_count * spec->hidden;
    for (int l = spec->layers - 1; l >= 0; l--) {
        for (int d = 0; d < spec->directions; d++)
            backward_lane(ws, params, batch, l, d, grads);
        if (ws->encoder) gradient_of_start(ws, batch, l);
        if (l == 0) break;
        for (int d = 0; d < spec->directions; d++)
            product_plain(ws->loops, N, DH, GH, ws->lanes[l][d].gates, (size_t)GH, ws->lanes[l][d].input_t, (size_t)DH,
                          d == 0 ? 0.0f : 1.0f, ws->d_below, (size_t)DH);
        size_t n = (size_t)N * (size_t)DH;
        for (size_t i = 0; batch->dropout && i < n; i++)
            ws->d_below[i] *= batch->dropout[(size_t)(l - 1) * n + i];
        float *done = ws->d_out;
        ws->d_out = ws->d_below;
        ws->d_below = done;
    }
}
