// One sequence through all timesteps in one call: at batch 1 a timestep takes as long as a few calls do.
// loops_body.h includes this once for each instruction set, after the cells and the product.

// What differs from cell to cell is done by two calls around the product with the state, which are nothing for most.
INLINE void nothing(const struct single *single, struct cell_rows *rows, struct product *last, bool reads) {
    (void)single, (void)rows, (void)last, (void)reads;
}

INLINE void product_apart(const struct single *single, struct cell_rows *rows, struct product *last, bool reads) {
    (void)single;
    last->a = rows->h_prev;
    last->c = rows->mixed;
    if (reads)
        product_row(last);
    else
        memcpy(rows->mixed, last->bias, (size_t)rows->H * sizeof(float));
}

INLINE void product_mixed(const struct single *single, struct cell_rows *rows, struct product *last, bool reads) {
    gru_forward_first(rows);
    last->a = rows->mixed;
    last->c = rows->gates + single->direct;
    if (reads) product_row(last);
}

INLINE void product_apart_back(const struct single *single, struct cell_rows *rows, struct product *last, bool reads) {
    (void)single;
    if (!reads) return;
    last->a = rows->mixed + rows->H;
    last->c = (float *)rows->dh;
    product_row(last);
}

INLINE void product_mixed_back(const struct single *single, struct cell_rows *rows, struct product *last, bool reads) {
    (void)reads;
    last->a = rows->gates + single->direct;
    last->c = (float *)rows->d_mixed;
    last->add = false;
    product_row(last);
    gru_backward_last(rows);
}

#define SINGLE(CELL, FORWARD_FIRST, BACKWARD_FIRST, BACKWARD_LAST)                                                     \
    LOOP void CELL##_forward_single(const struct single *single, enum activation activation) {                         \
        struct cell_rows rows = single->rows;                                                                          \
        struct product p = single->product, last = single->last;                                                       \
        size_t H = (size_t)rows.H, GH = single->gates;                                                                 \
        for (int t = 0; t < single->T; t++) {                                                                          \
            bool reads = t > 0 || single->started;                                                                     \
            p.c = rows.gates;                                                                                          \
            if (reads) product_row(&p);                                                                                \
            FORWARD_FIRST(single, &rows, &last, reads);                                                                \
            CELL##_forward(&rows, activation);                                                                         \
            p.a = rows.h_prev = rows.h;                                                                                \
            rows.gates += GH;                                                                                          \
            rows.h += rows.stride;                                                                                     \
            if (rows.mixed) rows.mixed += H;                                                                           \
            if (!rows.c) continue;                                                                                     \
            rows.c_prev = rows.c;                                                                                      \
            rows.c += H;                                                                                               \
            rows.tanh_c += H;                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
    LOOP void CELL##_backward_single(const struct single *single, enum activation activation) {                        \
        struct cell_rows rows = single->rows;                                                                          \
        struct product p = single->product, last = single->last;                                                       \
        size_t H = (size_t)rows.H, GH = single->gates;                                                                 \
        for (int t = single->T - 1; t >= 0; t--) {                                                                     \
            bool reads = t < single->T - 1;                                                                            \
            if (reads) {                                                                                               \
                p.a = rows.gates + GH;                                                                                 \
                p.c = (float *)rows.dh;                                                                                \
                product_row(&p);                                                                                       \
            }                                                                                                          \
            BACKWARD_FIRST(single, &rows, &last, reads);                                                               \
            CELL##_backward(&rows, activation);                                                                        \
            BACKWARD_LAST(single, &rows, &last, reads);                                                                \
            rows.gates -= GH;                                                                                          \
            rows.h -= rows.stride;                                                                                     \
            rows.h_prev = t == 1 ? single->h0 : rows.h_prev - rows.stride;                                             \
            rows.dh -= rows.stride;                                                                                    \
            if (rows.mixed) rows.mixed -= H;                                                                           \
            if (!rows.c) continue;                                                                                     \
            rows.c -= H;                                                                                               \
            rows.tanh_c -= H;                                                                                          \
            rows.c_prev = t == 1 ? single->c0 : rows.c_prev - H;                                                       \
        }                                                                                                              \
    }

SINGLE(rnn, nothing, nothing, nothing)
SINGLE(gru_simple, nothing, nothing, nothing)
SINGLE(gru, product_mixed, nothing, product_mixed_back)
SINGLE(gru_reset_after, product_apart, product_apart_back, nothing)
SINGLE(lstm, nothing, nothing, nothing)
SINGLE(lstm_peephole, nothing, nothing, nothing)
