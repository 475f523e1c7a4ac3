// The GRU's elementwise loops, blocks in the order r u c (cells/gru.c has the equations); loops_body.h includes
// this once for each instruction set. Between the two halves of a pass stands the product of the candidate's
// block with Gamma_r * h_prev.

INLINE void gru_forward_first_some(const struct cell_rows *rows, int b, size_t j, const bool part, int n) {
    size_t H = (size_t)rows->H;
    float *gr = rows->gates + (size_t)b * 3 * H + j, *gu = gr + H;
    vec r = sigmoid_of(load_lanes(part, gr, n)), u = sigmoid_of(load_lanes(part, gu, n));
    vec h_prev = load_lanes(part, rows->h_prev + (size_t)b * rows->h_stride + j, n);
    store_lanes(part, gr, n, r);
    store_lanes(part, gu, n, u);
    store_lanes(part, rows->mixed + (size_t)b * H + j, n, r * h_prev);
}

LOOP void gru_forward_first(const struct cell_rows *rows) {
    for (int b = 0; b < rows->B; b++)
        EACH_VECTOR((size_t)rows->H, gru_forward_first_some, rows, b);
}

INLINE void gru_forward_some(const struct cell_rows *rows, int b, size_t j, const bool part, int n) {
    size_t H = (size_t)rows->H;
    float *gu = rows->gates + (size_t)b * 3 * H + H + j, *gc = gu + H;
    vec u = load_lanes(part, gu, n), c = tanh_of(load_lanes(part, gc, n));
    vec h_prev = load_lanes(part, rows->h_prev + (size_t)b * rows->h_stride + j, n);
    store_lanes(part, gc, n, c);
    store_lanes(part, rows->h + (size_t)b * rows->stride + j, n, u * c + (1.0f - u) * h_prev);
}

LOOP void gru_forward(const struct cell_rows *rows, enum activation activation) {
    (void)activation;
    for (int b = 0; b < rows->B; b++)
        EACH_VECTOR((size_t)rows->H, gru_forward_some, rows, b);
}

INLINE void gru_backward_some(const struct cell_rows *rows, int b, size_t j, const bool part, int n) {
    size_t H = (size_t)rows->H;
    float *gu = rows->gates + (size_t)b * 3 * H + H + j, *gc = gu + H, *carry = rows->carry + (size_t)b * H + j;
    vec u = load_lanes(part, gu, n), c = load_lanes(part, gc, n);
    vec d = load_lanes(part, rows->dh + (size_t)b * rows->stride + j, n) + load_lanes(part, carry, n);
    vec h_prev = load_lanes(part, rows->h_prev + (size_t)b * rows->h_stride + j, n);
    store_lanes(part, gu, n, d * (c - h_prev) * u * (1.0f - u));
    store_lanes(part, gc, n, d * u * (1.0f - c * c));
    store_lanes(part, carry, n, d * (1.0f - u));
}

LOOP void gru_backward(const struct cell_rows *rows, enum activation activation) {
    (void)activation;
    for (int b = 0; b < rows->B; b++)
        EACH_VECTOR((size_t)rows->H, gru_backward_some, rows, b);
}

// d_mixed = dL/d(Gamma_r * h_prev), one row of scratch for all timesteps.
INLINE void gru_backward_last_some(const struct cell_rows *rows, int b, size_t j, const bool part, int n) {
    size_t H = (size_t)rows->H;
    float *gr = rows->gates + (size_t)b * 3 * H + j, *carry = rows->carry + (size_t)b * H + j;
    vec r = load_lanes(part, gr, n), d = load_lanes(part, rows->d_mixed + (size_t)b * H + j, n);
    vec h_prev = load_lanes(part, rows->h_prev + (size_t)b * rows->h_stride + j, n);
    store_lanes(part, gr, n, d * h_prev * r * (1.0f - r));
    store_lanes(part, carry, n, load_lanes(part, carry, n) + d * r);
}

LOOP void gru_backward_last(const struct cell_rows *rows) {
    for (int b = 0; b < rows->B; b++)
        EACH_VECTOR((size_t)rows->H, gru_backward_last_some, rows, b);
}
