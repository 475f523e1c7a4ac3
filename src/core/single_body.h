// One sequence through all timesteps in one call: at batch 1 a timestep takes as long as a few calls do.
// loops_body.h includes this once for each instruction set, after the cells and the product.

#define SINGLE(CELL)                                                                                                   \
    LOOP void CELL##_forward_single(const struct single *single, enum activation activation) {                         \
        struct cell_rows rows = single->rows;                                                                          \
        struct product p = single->product;                                                                            \
        size_t H = (size_t)rows.H, GH = single->gates;                                                                 \
        for (int t = 0; t < single->T; t++) {                                                                          \
            p.c = rows.gates;                                                                                          \
            if (t > 0 || single->started) product_row(&p);                                                             \
            CELL##_forward(&rows, activation);                                                                         \
            p.a = rows.h;                                                                                              \
            rows.gates += GH;                                                                                          \
            rows.h += rows.stride;                                                                                     \
            if (!rows.c) continue;                                                                                     \
            rows.c_prev = rows.c;                                                                                      \
            rows.c += H;                                                                                               \
            rows.tanh_c += H;                                                                                          \
        }                                                                                                              \
    }                                                                                                                  \
    LOOP void CELL##_backward_single(const struct single *single, enum activation activation) {                        \
        struct cell_rows rows = single->rows;                                                                          \
        struct product p = single->product;                                                                            \
        size_t H = (size_t)rows.H, GH = single->gates;                                                                 \
        for (int t = single->T - 1; t >= 0; t--) {                                                                     \
            if (t < single->T - 1) {                                                                                   \
                p.a = rows.gates + GH;                                                                                 \
                p.c = (float *)rows.dh;                                                                                \
                product_row(&p);                                                                                       \
            }                                                                                                          \
            CELL##_backward(&rows, activation);                                                                        \
            rows.gates -= GH;                                                                                          \
            rows.h -= rows.stride;                                                                                     \
            rows.dh -= rows.stride;                                                                                    \
            if (!rows.c) continue;                                                                                     \
            rows.c -= H;                                                                                               \
            rows.tanh_c -= H;                                                                                          \
            rows.c_prev = t == 1 ? single->c0 : rows.c_prev - H;                                                       \
        }                                                                                                              \
    }

SINGLE(lstm)
SINGLE(lstm_peephole)
SINGLE(rnn)
