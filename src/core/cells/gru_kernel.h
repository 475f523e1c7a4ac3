// The GRU's elementwise loops, blocks in the order r u c (cells/gru.c has the equations); loops_body.h includes
// this once for each instruction set. Between the two halves of a pass stands the product of the candidate's
// block with Gamma_r * h_prev.

LOOP void gru_forward_first(const struct cell_rows *rows) {
    size_t H = (size_t)rows->H;
    for (int b = 0; b < rows->B; b++) {
        float *restrict gr = rows->gates + (size_t)b * 3 * H, *restrict gu = gr + H;
        const float *restrict h_prev = rows->h_prev + (size_t)b * rows->h_stride;
        float *restrict mixed = rows->mixed + (size_t)b * H;
        APART
        for (size_t j = 0; j < H; j++) {
            float r = fast_sigmoid(gr[j]);
            gr[j] = r;
            gu[j] = fast_sigmoid(gu[j]);
            mixed[j] = r * h_prev[j];
        }
    }
}

LOOP void gru_forward(const struct cell_rows *rows, enum activation activation) {
    (void)activation;
    size_t H = (size_t)rows->H;
    for (int b = 0; b < rows->B; b++) {
        float *restrict gu = rows->gates + (size_t)b * 3 * H + H, *restrict gc = gu + H;
        const float *restrict h_prev = rows->h_prev + (size_t)b * rows->h_stride;
        float *restrict h = rows->h + (size_t)b * rows->stride;
        APART
        for (size_t j = 0; j < H; j++) {
            float u = gu[j], c = fast_tanh(gc[j]);
            gc[j] = c;
            h[j] = u * c + (1.0f - u) * h_prev[j];
        }
    }
}

LOOP void gru_backward(const struct cell_rows *rows, enum activation activation) {
    (void)activation;
    size_t H = (size_t)rows->H;
    for (int b = 0; b < rows->B; b++) {
        float *restrict gu = rows->gates + (size_t)b * 3 * H + H, *restrict gc = gu + H;
        const float *restrict h_prev = rows->h_prev + (size_t)b * rows->h_stride;
        const float *restrict dh = rows->dh + (size_t)b * rows->stride;
        float *restrict carry = rows->carry + (size_t)b * H;
        APART
        for (size_t j = 0; j < H; j++) {
            float u = gu[j], c = gc[j], d = dh[j] + carry[j];
            gu[j] = d * (c - h_prev[j]) * u * (1.0f - u);
            gc[j] = d * u * (1.0f - c * c);
            carry[j] = d * (1.0f - u);
        }
    }
}

// d_mixed = dL/d(Gamma_r * h_prev), one row of scratch for all timesteps.
LOOP void gru_backward_last(const struct cell_rows *rows) {
    size_t H = (size_t)rows->H;
    for (int b = 0; b < rows->B; b++) {
        float *restrict gr = rows->gates + (size_t)b * 3 * H;
        const float *restrict h_prev = rows->h_prev + (size_t)b * rows->h_stride;
        const float *restrict d_mixed = rows->d_mixed + (size_t)b * H;
        float *restrict carry = rows->carry + (size_t)b * H;
        APART
        for (size_t j = 0; j < H; j++) {
            float r = gr[j], d = d_mixed[j];
            gr[j] = d * h_prev[j] * r * (1.0f - r);
            carry[j] += d * r;
        }
    }
}
