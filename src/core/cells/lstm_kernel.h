// The LSTM's elementwise loops, blocks in the order i f g o (cells/lstm.c has the equations); loops_body.h
// includes this once for each instruction set.

INLINE void lstm_forward_some(const struct cell_rows *rows, int b, size_t j, const bool part, int n) {
    size_t H = (size_t)rows->H, at = (size_t)b * H + j;
    float *gi = rows->gates + (size_t)b * 4 * H + j, *gf = gi + H, *gg = gf + H, *go = gg + H;
    vec i = sigmoid_of(load_lanes(part, gi, n)), f = sigmoid_of(load_lanes(part, gf, n));
    vec g = tanh_of(load_lanes(part, gg, n)), o = sigmoid_of(load_lanes(part, go, n));
    vec memory = i * g + f * load_lanes(part, rows->c_prev + at, n), squashed = tanh_of(memory);
    store_lanes(part, gi, n, i);
    store_lanes(part, gf, n, f);
    store_lanes(part, gg, n, g);
    store_lanes(part, go, n, o);
    store_lanes(part, rows->c + at, n, memory);
    store_lanes(part, rows->tanh_c + at, n, squashed);
    store_lanes(part, rows->h + (size_t)b * rows->stride + j, n, o * squashed);
}

LOOP void lstm_forward(const struct cell_rows *rows, enum activation activation) {
    (void)activation;
    for (int b = 0; b < rows->B; b++)
        EACH_VECTOR((size_t)rows->H, lstm_forward_some, rows, b);
}

INLINE void lstm_backward_some(const struct cell_rows *rows, int b, size_t j, const bool part, int n) {
    size_t H = (size_t)rows->H, at = (size_t)b * H + j;
    float *gi = rows->gates + (size_t)b * 4 * H + j, *gf = gi + H, *gg = gf + H, *go = gg + H;
    vec i = load_lanes(part, gi, n), f = load_lanes(part, gf, n);
    vec g = load_lanes(part, gg, n), o = load_lanes(part, go, n);
    vec s = load_lanes(part, rows->tanh_c + at, n), dh = load_lanes(part, rows->dh + (size_t)b * rows->stride + j, n);
    vec dc = load_lanes(part, rows->dc + at, n) + dh * o * (1.0f - s * s);
    store_lanes(part, gi, n, dc * g * i * (1.0f - i));
    store_lanes(part, gf, n, dc * load_lanes(part, rows->c_prev + at, n) * f * (1.0f - f));
    store_lanes(part, gg, n, dc * i * (1.0f - g * g));
    store_lanes(part, go, n, dh * s * o * (1.0f - o));
    store_lanes(part, rows->dc + at, n, dc * f);
}

LOOP void lstm_backward(const struct cell_rows *rows, enum activation activation) {
    (void)activation;
    for (int b = 0; b < rows->B; b++)
        EACH_VECTOR((size_t)rows->H, lstm_backward_some, rows, b);
}
