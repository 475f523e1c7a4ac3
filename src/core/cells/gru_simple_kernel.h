// The simplified GRU's elementwise loops, blocks in the order u c (cells/gru_simple.c has the equations);
// loops_body.h includes this once for each instruction set.

LOOP void gru_simple_forward(const struct cell_rows *rows, enum activation activation) {
    (void)activation;
    size_t H = (size_t)rows->H;
    for (int b = 0; b < rows->B; b++) {
        float *restrict gu = rows->gates + (size_t)b * 2 * H, *restrict gc = gu + H;
        const float *restrict h_prev = rows->h_prev + (size_t)b * rows->h_stride;
        float *restrict h = rows->h + (size_t)b * rows->stride;
        APART
        for (size_t j = 0; j < H; j++) {
            float u = fast_sigmoid(gu[j]), c = fast_tanh(gc[j]);
            gu[j] = u;
            gc[j] = c;
            h[j] = u * c + (1.0f - u) * h_prev[j];
        }
    }
}

LOOP void gru_simple_backward(const struct cell_rows *rows, enum activation activation) {
    (void)activation;
    size_t H = (size_t)rows->H;
    for (int b = 0; b < rows->B; b++) {
        float *restrict gu = rows->gates + (size_t)b * 2 * H, *restrict gc = gu + H;
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
