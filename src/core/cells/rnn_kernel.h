// The vanilla RNN's elementwise loops; loops_body.h includes this once for each instruction set.

INLINE void rnn_tanh_some(const float *z, float *h, size_t j, const bool part, int n) {
    store_lanes(part, h + j, n, tanh_of(load_lanes(part, z + j, n)));
}

LOOP void rnn_forward(const struct cell_rows *rows, enum activation activation) {
    size_t H = (size_t)rows->H;
    for (int b = 0; b < rows->B; b++) {
        const float *restrict z = rows->gates + (size_t)b * H;
        float *restrict h = rows->h + (size_t)b * rows->stride;
        if (activation == ACTIVATION_TANH) {
            EACH_VECTOR(H, rnn_tanh_some, z, h);
            continue;
        }
        APART
        for (size_t i = 0; i < H; i++)
            h[i] = z[i] < 0.0f ? 0.0f : z[i];
    }
}

INLINE void rnn_tanh_back_some(float *dz, const float *h, const float *dh, size_t j, const bool part, int n) {
    vec y = load_lanes(part, h + j, n);
    store_lanes(part, dz + j, n, load_lanes(part, dh + j, n) * (1.0f - y * y));
}

// dz = dh * (1 - h^2), or dh where h > 0
LOOP void rnn_backward(const struct cell_rows *rows, enum activation activation) {
    size_t H = (size_t)rows->H;
    for (int b = 0; b < rows->B; b++) {
        float *restrict dz = rows->gates + (size_t)b * H;
        const float *restrict h = rows->h + (size_t)b * rows->stride;
        const float *restrict dh = rows->dh + (size_t)b * rows->stride;
        if (activation == ACTIVATION_TANH) {
            EACH_VECTOR(H, rnn_tanh_back_some, dz, h, dh);
            continue;
        }
        APART
        for (size_t i = 0; i < H; i++)
            dz[i] = h[i] > 0.0f ? dh[i] : 0.0f;
    }
}
