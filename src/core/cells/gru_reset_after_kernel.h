// The elementwise loops of the GRU with its reset gate behind the product, blocks in the order r z n
// (cells/gru_reset_after.c has the equations); loops_body.h includes this once for each instruction set. `mixed`
// is W_hn h_prev + b_hn forward; backward it becomes the gradient of that.

INLINE void gru_reset_after_forward_some(const struct cell_rows *rows, int b, size_t j, const bool part, int n) {
    size_t H = (size_t)rows->H;
    float *gr = rows->gates + (size_t)b * 3 * H + j, *gz = gr + H, *gn = gz + H;
    vec r = sigmoid_of(load_lanes(part, gr, n)), z = sigmoid_of(load_lanes(part, gz, n));
    vec mixed = load_lanes(part, rows->mixed + (size_t)b * H + j, n);
    vec candidate = tanh_of(load_lanes(part, gn, n) + r * mixed);
    vec h_prev = load_lanes(part, rows->h_prev + (size_t)b * rows->h_stride + j, n);
    store_lanes(part, gr, n, r);
    store_lanes(part, gz, n, z);
    store_lanes(part, gn, n, candidate);
    store_lanes(part, rows->h + (size_t)b * rows->stride + j, n, (1.0f - z) * candidate + z * h_prev);
}

LOOP void gru_reset_after_forward(const struct cell_rows *rows, enum activation activation) {
    (void)activation;
    for (int b = 0; b < rows->B; b++)
        EACH_VECTOR((size_t)rows->H, gru_reset_after_forward_some, rows, b);
}

INLINE void gru_reset_after_backward_some(const struct cell_rows *rows, int b, size_t j, const bool part, int n) {
    size_t H = (size_t)rows->H;
    float *gr = rows->gates + (size_t)b * 3 * H + j, *gz = gr + H, *gn = gz + H;
    float *mixed = rows->mixed + (size_t)b * H + j, *carry = rows->carry + (size_t)b * H + j;
    vec r = load_lanes(part, gr, n), z = load_lanes(part, gz, n), candidate = load_lanes(part, gn, n);
    vec h_prev = load_lanes(part, rows->h_prev + (size_t)b * rows->h_stride + j, n);
    vec d = load_lanes(part, rows->dh + (size_t)b * rows->stride + j, n) + load_lanes(part, carry, n);
    vec dn = d * (1.0f - z) * (1.0f - candidate * candidate);
    store_lanes(part, gr, n, dn * load_lanes(part, mixed, n) * r * (1.0f - r));
    store_lanes(part, gz, n, d * (h_prev - candidate) * z * (1.0f - z));
    store_lanes(part, gn, n, dn);
    store_lanes(part, mixed, n, dn * r);
    store_lanes(part, carry, n, d * z);
}

LOOP void gru_reset_after_backward(const struct cell_rows *rows, enum activation activation) {
    (void)activation;
    for (int b = 0; b < rows->B; b++)
        EACH_VECTOR((size_t)rows->H, gru_reset_after_backward_some, rows, b);
}
