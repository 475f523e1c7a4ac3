// The simplified GRU's elementwise loops, blocks in the order u c (cells/gru_simple.c has the equations);
// loops_body.h includes this once for each instruction set.

INLINE void gru_simple_forward_some(const struct cell_rows *rows, int b, size_t j, const bool part, int n) {
    size_t H = (size_t)rows->H;
    float *gu = rows->gates + (size_t)b * 2 * H + j, *gc = gu + H;
    vec u = sigmoid_of(load_lanes(part, gu, n)), c = tanh_of(load_lanes(part, gc, n));
    vec h_prev = load_lanes(part, rows->h_prev + (size_t)b * rows->h_stride + j, n);
    store_lanes(part, gu, n, u);
    store_lanes(part, gc, n, c);
    store_lanes(part, rows->h + (size_t)b * rows->stride + j, n, u * c + (1.0f - u) * h_prev);
}

LOOP void gru_simple_forward(const struct cell_rows *rows, enum activation activation) {
    (void)activation;
    for (int b = 0; b < rows->B; b++)
        EACH_VECTOR((size_t)rows->H, gru_simple_forward_some, rows, b);
}

INLINE void gru_simple_backward_some(const struct cell_rows *rows, int b, size_t j, const bool part, int n) {
    size_t H = (size_t)rows->H;
    float *gu = rows->gates + (size_t)b * 2 * H + j, *gc = gu + H, *carry = rows->carry + (size_t)b * H + j;
    vec u = load_lanes(part, gu, n), c = load_lanes(part, gc, n);
    vec d = load_lanes(part, rows->dh + (size_t)b * rows->stride + j, n) + load_lanes(part, carry, n);
    vec h_prev = load_lanes(part, rows->h_prev + (size_t)b * rows->h_stride + j, n);
    store_lanes(part, gu, n, d * (c - h_prev) * u * (1.0f - u));
    store_lanes(part, gc, n, d * u * (1.0f - c * c));
    store_lanes(part, carry, n, d * (1.0f - u));
}

LOOP void gru_simple_backward(const struct cell_rows *rows, enum activation activation) {
    (void)activation;
    for (int b = 0; b < rows->B; b++)
        EACH_VECTOR((size_t)rows->H, gru_simple_backward_some, rows, b);
}
