// The vanilla RNN's elementwise loops; loops_body.h includes this once for each instruction set.

LOOP void rnn_forward(const struct cell_rows *rows, enum activation activation) {
    size_t H = (size_t)rows->H;
    for (int b = 0; b < rows->B; b++) {
        const float *restrict z = rows->gates + (size_t)b * H;
        float *restrict h = rows->h + (size_t)b * rows->stride;
        if (activation == ACTIVATION_TANH) {
            APART
            for (size_t i = 0; i < H; i++)
                h[i] = fast_tanh(z[i]);
        } else {
            APART
            for (size_t i = 0; i < H; i++)
                h[i] = z[i] < 0.0f ? 0.0f : z[i];
        }
    }
}

// dz = dh * (1 - h^2), or dh where h > 0
LOOP void rnn_backward(const struct cell_rows *rows, enum activation activation) {
    size_t H = (size_t)rows->H;
    for (int b = 0; b < rows->B; b++) {
        float *restrict dz = rows->gates + (size_t)b * H;
        const float *restrict h = rows->h + (size_t)b * rows->stride;
        const float *restrict dh = rows->dh + (size_t)b * rows->stride;
        if (activation == ACTIVATION_TANH) {
            APART
            for (size_t i = 0; i < H; i++)
                dz[i] = dh[i] * (1.0f - h[i] * h[i]);
        } else {
            APART
            for (size_t i = 0; i < H; i++)
                dz[i] = h[i] > 0.0f ? dh[i] : 0.0f;
        }
    }
}
