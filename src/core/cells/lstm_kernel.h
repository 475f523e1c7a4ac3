// The LSTM's elementwise loops, blocks in the order i f g o (cells/lstm.c has the equations); loops_body.h
// includes this once for each instruction set.

LOOP void lstm_forward(const struct cell_rows *rows, enum activation activation) {
    (void)activation;
    size_t H = (size_t)rows->H;
    for (int b = 0; b < rows->B; b++) {
        float *restrict gi = rows->gates + (size_t)b * 4 * H;
        float *restrict gf = gi + H, *restrict gg = gf + H, *restrict go = gg + H;
        const float *restrict c_prev = rows->c_prev + (size_t)b * H;
        float *restrict c = rows->c + (size_t)b * H, *restrict tanh_c = rows->tanh_c + (size_t)b * H;
        float *restrict h = rows->h + (size_t)b * rows->stride;
        APART
        for (size_t j = 0; j < H; j++) {
            float i = fast_sigmoid(gi[j]), f = fast_sigmoid(gf[j]), g = fast_tanh(gg[j]), o = fast_sigmoid(go[j]);
            gi[j] = i;
            gf[j] = f;
            gg[j] = g;
            go[j] = o;
            float memory = i * g + f * c_prev[j], squashed = fast_tanh(memory);
            c[j] = memory;
            tanh_c[j] = squashed;
            h[j] = o * squashed;
        }
    }
}

LOOP void lstm_backward(const struct cell_rows *rows, enum activation activation) {
    (void)activation;
    size_t H = (size_t)rows->H;
    for (int b = 0; b < rows->B; b++) {
        float *restrict gi = rows->gates + (size_t)b * 4 * H;
        float *restrict gf = gi + H, *restrict gg = gf + H, *restrict go = gg + H;
        const float *restrict c_prev = rows->c_prev + (size_t)b * H;
        const float *restrict tanh_c = rows->tanh_c + (size_t)b * H;
        const float *restrict dh = rows->dh + (size_t)b * rows->stride;
        float *restrict dc_row = rows->dc + (size_t)b * H;
        APART
        for (size_t j = 0; j < H; j++) {
            float i = gi[j], f = gf[j], g = gg[j], o = go[j], s = tanh_c[j];
            float dc = dc_row[j] + dh[j] * o * (1.0f - s * s);
            gi[j] = dc * g * i * (1.0f - i);
            gf[j] = dc * c_prev[j] * f * (1.0f - f);
            gg[j] = dc * i * (1.0f - g * g);
            go[j] = dh[j] * s * o * (1.0f - o);
            dc_row[j] = dc * f;
        }
    }
}
