#include "workspace.h"
#include <string.h>

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

// c (B, H; stride ldc) += dz W^T, or = where `add` is false, for the B rows of a timestep.
static void step_product_back(const struct workspace *ws, const struct lane *lane, bool last, int B, const float *dz,
                              size_t dz_row, float *c, size_t ldc, bool add) {
    struct product p = {.m = B, .a = dz, .a_row = dz_row, .c = c, .ldc = ldc};
    lane_weights_back(ws, lane, last, &p);
    p.add = add;
    ws->loops->product(&p);
}

// From d_out to dL/dz at every timestep: dh<t> = d_out<t> + W_a^T dz<t+1>, then the cell's own rule.
static void backward_lane(struct workspace *ws, const struct batch *batch, int layer, int direction) {
    const struct lane *lane = &ws->lanes[layer][direction];
    const struct net_spec *spec = &ws->layout->spec;
    int T = batch->T, B = batch->B, H = spec->hidden;
    size_t GH = (size_t)ws->cell->block_count * (size_t)H, direct = (size_t)ws->direct_blocks * (size_t)H;
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
        return;
    }
    for (int n = 0; n < T; n++) {
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
    }
}

// dW_a += sum over t of a<t-1>^T dz<t>: one product over all timesteps, and one more for a carried state.
static void recurrent_gradient(struct workspace *ws, const struct batch *batch, int layer, int direction,
                               float *grads) {
    const struct lane *lane = &ws->lanes[layer][direction];
    int T = batch->T, B = batch->B, H = ws->layout->spec.hidden, GH = ws->cell->block_count * H;
    float *to = grads + lane->recurrent_at;
    int direct = ws->direct_blocks * H;
    if (ws->last_block == LAST_MIXED)
        product_outer(ws->loops, H, GH - direct, T * B, lane->mixed, (size_t)H, lane->gates + direct, (size_t)GH,
                      to + direct, (size_t)GH);
    struct cell_rows first = workspace_rows(ws, layer, direction, 0, T, B);
    if (T > 1) {
        struct cell_rows second = workspace_rows(ws, layer, direction, 1, T, B);
        const float *h = direction == 0 ? first.h : second.h, *dz = direction == 0 ? second.gates : first.gates;
        product_outer(ws->loops, H, direct, (T - 1) * B, h, first.stride, dz, (size_t)GH, to, (size_t)GH);
        if (ws->last_block == LAST_APART)
            product_outer(ws->loops, H, H, (T - 1) * B, h, first.stride, direction == 0 ? second.mixed : first.mixed,
                          (size_t)H, to + direct, (size_t)GH);
    }
    if (ws->started && direction == 0)
        product_outer(ws->loops, H, direct, B, lane->h0, (size_t)H, first.gates, (size_t)GH, to, (size_t)GH);
    if (ws->started && direction == 0 && ws->last_block == LAST_APART)
        product_outer(ws->loops, H, H, B, lane->h0, (size_t)H, first.mixed, (size_t)H, to + direct, (size_t)GH);
}

static void input_gradient(struct workspace *ws, const float *params, const struct batch *batch, int layer,
                           int direction, float *grads) {
    const struct lane *lane = &ws->lanes[layer][direction];
    const struct net_spec *spec = &ws->layout->spec;
    int N = batch->T * batch->B, I = net_layer_inputs(spec, layer), GH = ws->cell->block_count * spec->hidden;
    bool symbols = layer == 0 && !spec->real_input;
    float *bias = lane->both ? lane->both : grads + lane->bias_at;
    if (lane->both) memset(lane->both, 0, (size_t)GH * sizeof(float));
    bool embedded = symbols && spec->embed > 0;
    if (embedded)
        embed_backward(ws, params, batch, lane, bias, grads);
    else
        ws->loops->scatter(grads + lane->input_at, bias, lane->gates, symbols ? batch->x : NULL, N, GH);
    if (lane->both) { // what goes to both biases, and the last block's own
        size_t direct = (size_t)ws->direct_blocks * (size_t)spec->hidden;
        ws->loops->add(grads + lane->bias_at, lane->both, (size_t)GH);
        ws->loops->add(grads + lane->recurrent_bias_at, lane->both, direct);
        if (ws->last_block == LAST_APART)
            ws->loops->scatter(NULL, grads + lane->recurrent_bias_at + direct, lane->mixed, NULL, N, spec->hidden);
    }
    if (symbols) return;
    const float *in = layer == 0 ? batch->x_real : workspace_below(ws, batch, layer);
    product_outer(ws->loops, I, GH, N, in, (size_t)I, lane->gates, (size_t)GH, grads + lane->input_at, (size_t)GH);
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
        for (int d = 0; d < spec->directions; d++) {
            backward_lane(ws, batch, l, d);
            recurrent_gradient(ws, batch, l, d, grads);
            input_gradient(ws, params, batch, l, d, grads);
        }
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
