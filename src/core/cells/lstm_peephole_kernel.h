// The elementwise loops of the LSTM with peepholes, blocks in the order i f g o, diagonals i f o
// (cells/lstm_peephole.c has the equations); loops_body.h includes this once for each instruction set.

INLINE void lstm_peephole_forward_some(const struct cell_rows *rows, int b, size_t j, const bool part, int n) {
    size_t H = (size_t)rows->H, at = (size_t)b * H + j;
    const float *wi = rows->diagonal + j, *wf = wi + H, *wo = wf + H;
    float *gi = rows->gates + (size_t)b * 4 * H + j, *gf = gi + H, *gg = gf + H, *go = gg + H;
    vec before = load_lanes(part, rows->c_prev + at, n), g = tanh_of(load_lanes(part, gg, n));
    vec i = sigmoid_of(load_lanes(part, gi, n) + load_lanes(part, wi, n) * before);
    vec f = sigmoid_of(load_lanes(part, gf, n) + load_lanes(part, wf, n) * before);
    vec memory = i * g + f * before, squashed = tanh_of(memory);
    vec o = sigmoid_of(load_lanes(part, go, n) + load_lanes(part, wo, n) * memory);
    store_lanes(part, gi, n, i);
    store_lanes(part, gf, n, f);
    store_lanes(part, gg, n, g);
    store_lanes(part, go, n, o);
    store_lanes(part, rows->c + at, n, memory);
    store_lanes(part, rows->tanh_c + at, n, squashed);
    store_lanes(part, rows->h + (size_t)b * rows->stride + j, n, o * squashed);
}

LOOP void lstm_peephole_forward(const struct cell_rows *rows, enum activation activation) {
    (void)activation;
    for (int b = 0; b < rows->B; b++)
        EACH_VECTOR((size_t)rows->H, lstm_peephole_forward_some, rows, b);
}

INLINE void add_lanes(const bool part, float *to, int n, vec what) {
    store_lanes(part, to, n, load_lanes(part, to, n) + what);
}

INLINE void lstm_peephole_backward_some(const struct cell_rows *rows, int b, size_t j, const bool part, int n) {
    size_t H = (size_t)rows->H, at = (size_t)b * H + j;
    const float *wi = rows->diagonal + j, *wf = wi + H, *wo = wf + H;
    float *dwi = rows->d_diagonal + j, *dwf = dwi + H, *dwo = dwf + H;
    float *gi = rows->gates + (size_t)b * 4 * H + j, *gf = gi + H, *gg = gf + H, *go = gg + H;
    vec i = load_lanes(part, gi, n), f = load_lanes(part, gf, n);
    vec g = load_lanes(part, gg, n), o = load_lanes(part, go, n);
    vec s = load_lanes(part, rows->tanh_c + at, n), dh = load_lanes(part, rows->dh + (size_t)b * rows->stride + j, n);
    vec before = load_lanes(part, rows->c_prev + at, n);
    vec dzo = dh * s * o * (1.0f - o);
    vec dc = load_lanes(part, rows->dc + at, n) + dh * o * (1.0f - s * s) + dzo * load_lanes(part, wo, n);
    vec dzi = dc * g * i * (1.0f - i), dzf = dc * before * f * (1.0f - f);
    store_lanes(part, gi, n, dzi);
    store_lanes(part, gf, n, dzf);
    store_lanes(part, gg, n, dc * i * (1.0f - g * g));
    store_lanes(part, go, n, dzo);
    add_lanes(part, dwi, n, dzi * before);
    add_lanes(part, dwf, n, dzf * before);
    add_lanes(part, dwo, n, dzo * load_lanes(part, rows->c + at, n));
    store_lanes(part, rows->dc + at, n, dc * f + dzi * load_lanes(part, wi, n) + dzf * load_lanes(part, wf, n));
}

LOOP void lstm_peephole_backward(const struct cell_rows *rows, enum activation activation) {
    (void)activation;
    for (int b = 0; b < rows->B; b++)
        EACH_VECTOR((size_t)rows->H, lstm_peephole_backward_some, rows, b);
}
