// The elementwise loops of the GRU with its reset gate behind the product, blocks in the order r z n
// (cells/gru_reset_after.c has the equations); loops_body.h includes this once for each instruction set. `mixed`
// is W_hn h_prev + b_hn forward; backward it becomes the gradient of that.

LOOP void gru_reset_after_forward(const struct cell_rows *rows, enum activation activation) {
    (void)activation;
    size_t H = (size_t)rows->H;
    for (int b = 0; b < rows->B; b++) {
        float *restrict gr = rows->gates + (size_t)b * 3 * H, *restrict gz = gr + H, *restrict gn = gz + H;
        const float *restrict mixed = rows->mixed + (size_t)b * H;
        const float *restrict h_prev = rows->h_prev + (size_t)b * rows->h_stride;
        float *restrict h = rows->h + (size_t)b * rows->stride;
        APART
        for (size_t j = 0; j < H; j++) {
            float r = fast_sigmoid(gr[j]), z = fast_sigmoid(gz[j]), n = fast_tanh(gn[j] + r * mixed[j]);
            gr[j] = r;
            gz[j] = z;
            gn[j] = n;
            h[j] = (1.0f - z) * n + z * h_prev[j];
        }
    }
}

LOOP void gru_reset_after_backward(const struct cell_rows *rows, enum activation activation) {
    (void)activation;
    size_t H = (size_t)rows->H;
    for (int b = 0; b < rows->B; b++) {
        float *restrict gr = rows->gates + (size_t)b * 3 * H, *restrict gz = gr + H, *restrict gn = gz + H;
        float *restrict mixed = rows->mixed + (size_t)b * H;
        const float *restrict h_prev = rows->h_prev + (size_t)b * rows->h_stride;
        const float *restrict dh = rows->dh + (size_t)b * rows->stride;
        float *restrict carry = rows->carry + (size_t)b * H;
        APART
        for (size_t j = 0; j < H; j++) {
            float r = gr[j], z = gz[j], n = gn[j], d = dh[j] + carry[j];
            float dn = d * (1.0f - z) * (1.0f - n * n);
            gr[j] = dn * mixed[j] * r * (1.0f - r);
            gz[j] = d * (h_prev[j] - n) * z * (1.0f - z);
            gn[j] = dn;
            mixed[j] = dn * r;
            carry[j] = d * z;
        }
    }
}
