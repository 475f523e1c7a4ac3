#include "workspace.h"
#include <string.h>

// An encoder-decoder: the encoder's states at the end of each sequence (at its own length; of the backward direction at
// the first timestep; of two directions the sum) are the states that the decoder's layers of the same number start
// from.

static void add_row(float *to, const float *from, size_t n) {
    for (size_t i = 0; i < n; i++)
        to[i] += from[i];
}

// Adds the last states of one layer and direction to h and c (B, H).
static void add_last_states(const struct workspace *encoder, const struct batch *source, int layer, int direction,
                            float *h, float *c) {
    size_t H = (size_t)encoder->layout->spec.hidden;
    for (int b = 0; b < source->B; b++) {
        int t = direction == 0 ? encoder->lengths[b] - 1 : 0;
        if (t < 0) continue; // nothing was read: the zero state
        struct cell_rows rows = workspace_rows(encoder, layer, direction, t, source->T, source->B);
        add_row(h + (size_t)b * H, rows.h + (size_t)b * rows.stride, H);
        if (c) add_row(c + (size_t)b * H, rows.c + (size_t)b * H, H);
    }
}

void kernel_encode(struct workspace *ws, const float *params, const struct batch *source) {
    struct workspace *encoder = ws->encoder;
    struct batch own = *source;
    own.target = NULL;
    own.carry = false;
    layers_forward(encoder, params, &own);
    size_t bytes = (size_t)source->B * (size_t)ws->layout->spec.hidden * sizeof(float);
    for (int l = 0; l < ws->layout->spec.layers; l++) {
        float *h = ws->lanes[l][0].last_h[ws->state], *c = ws->lanes[l][0].last_c[ws->state];
        memset(h, 0, bytes);
        if (c) memset(c, 0, bytes);
        for (int d = 0; d < encoder->layout->spec.directions; d++)
            add_last_states(encoder, source, l, d, h, c);
    }
    ws->carried[ws->state] = source->B;
}

void pair_take_back(const struct workspace *encoder, const struct cell_rows *rows, int layer, int direction, int t) {
    const struct lane *from = &encoder->decoder->lanes[layer][0];
    size_t H = (size_t)rows->H;
    float *dh = (float *)rows->dh;
    for (int b = 0; b < rows->B; b++) {
        if (t != (direction == 0 ? encoder->lengths[b] - 1 : 0)) continue;
        add_row(dh + (size_t)b * rows->stride, from->d_h0 + (size_t)b * H, H);
        if (rows->c) add_row(rows->dc + (size_t)b * H, from->dc + (size_t)b * H, H);
    }
}

// --- both passes, of every kind ---

void kernel_states(struct workspace *ws, const float *params, const struct batch *batch) {
    struct batch own = *batch;
    if (ws->encoder && batch->source) {
        kernel_encode(ws, params, batch->source);
        own.carry = true;
    }
    layers_forward(ws, params, &own);
    if (own.carry != batch->carry) workspace_forget_state(ws);
}

double kernel_forward(struct workspace *ws, const float *params, const struct batch *batch, long *tokens, long *right) {
    kernel_states(ws, params, batch);
    return kernel_head_forward(ws, params, batch, tokens, right);
}

void kernel_backward(struct workspace *ws, const float *params, const struct batch *batch, float scale, float *grads) {
    kernel_head_backward(ws, batch, scale, grads);
    layers_backward(ws, params, batch, grads);
    if (!ws->encoder || !batch->source) return;
    const struct net_spec *spec = &ws->encoder->layout->spec;
    struct batch source = *batch->source;
    size_t width = (size_t)spec->hidden * (size_t)spec->directions;
    memset(ws->encoder->d_out, 0, (size_t)source.T * (size_t)source.B * width * sizeof(float));
    layers_backward(ws->encoder, params, &source, grads);
}
