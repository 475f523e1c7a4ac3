#pragma once
// The loops around the matrix products, written once (loops_body.h) and compiled for three instruction sets;
// the best one that the processor has is picked at run time. They work on rows: a row is one sequence at one
// timestep.

#include "cell.h"
#include "product.h"
#include "trainer.h"

// One timestep of B sequences in one layer and direction.
struct cell_rows {
    int B, H;
    float *gates;        // (B, G*H). forward: z in, activations out. backward: activations in, dL/dz out
    size_t stride;       // between rows of h and dh
    float *h;            // (B, H; stride) out
    const float *c_prev; // (B, H), of cells with a memory
    float *c, *tanh_c;   // (B, H)
    const float *h_prev; // (B, H; h_stride) the state that enters
    size_t h_stride;
    float *mixed;         // (B, H), of cells whose last block does not read the state itself (workspace.h)
    const float *d_mixed; // (B, H) dL/d(mixed), in of backward_last
    float *carry;         // (B, H), of cells that keep a share of h. backward in: dL/dh from timestep t+1 past the
                          // weights; out: the same for t-1
    const float *dh;      // (B, H; stride)
    float *dc;            // (B, H) in: dL/dc from the future; out: the same one timestep earlier
    // of cells with diagonal weights (network.h), (D, H); backward their gradient, added to
    const float *diagonal;
    float *d_diagonal;
};

// One sequence through all timesteps, forward in time. forward: the rows of the first timestep, and gates +=
// h_prev W. backward: the rows of the last timestep, and dh += dz W^T. The pointers of the products to what
// changes from step to step are set on the way.
struct single {
    int T;
    size_t gates, direct; // G*H, between two rows of gates; columns of it before those of the last block
    bool started;         // product.a is a state from before the first timestep
    struct cell_rows rows;
    struct product product, last; // with the blocks that multiply the state; with the last one (workspace.h)
    const float *c0, *h0;         // the states before the first timestep; backward
};

// What the two passes of the head share, for N rows of O logits.
struct head_rows {
    int N, O;
    float *logits;            // (N, O). forward: logits in, y_hat out. backward: y_hat in, scale * dL/dlogits out
    const int *target;        // (N), < 0 = no loss: the row is left as it is, and zero after backward
    const float *target_real; // (.., O) of outputs that are numbers
    const int *rows;          // (N) where in target_real the answers of each row stand; NULL: row by row
};

// One update (trainer.h says which).
struct update_rule {
    enum optimizer optimizer;
    float lr, grad_scale;
    float beta1, beta2, epsilon;
    float momentum, decay;
    float keep;             // 1 - lr * weight decay
    float m_scale, v_scale; // 1 / (1 - beta1^t) and 1 / sqrt(1 - beta2^t)
};

struct loops {
    const char *name; // "avx512", "avx2", "portable"
    void (*forward[CELL_COUNT])(const struct cell_rows *rows, enum activation activation);
    void (*backward[CELL_COUNT])(const struct cell_rows *rows, enum activation activation);
    // All timesteps at once, of B = 1; NULL where a cell has none: then one after the other by the two above.
    void (*forward_single[CELL_COUNT])(const struct single *single, enum activation activation);
    void (*backward_single[CELL_COUNT])(const struct single *single, enum activation activation);
    // Of cells whose last block multiplies `mixed` instead of the state (else NULL): what comes before that
    // product, forward, and after its transpose, backward.
    void (*forward_first[CELL_COUNT])(const struct cell_rows *rows);
    void (*backward_last[CELL_COUNT])(const struct cell_rows *rows);
    // z (N, n) = bias (n), plus weights[x] where x is not NULL and x[row] >= 0
    void (*gather)(float *z, const float *weights, const float *bias, const int *x, int N, int n);
    // bias (n), unless NULL, += column sums of dz (N, n); grads[x[row]] += dz[row] where x is not NULL and x[row] >= 0
    void (*scatter)(float *grads, float *bias, const float *dz, const int *x, int N, int n);
    // Summed loss; counts what is right: rows of softmax, single outputs of sigmoid.
    double (*loss[OUTPUT_COUNT])(const struct head_rows *rows, long *right);
    void (*loss_back[OUTPUT_COUNT])(const struct head_rows *rows, float scale);
    void (*outputs[OUTPUT_COUNT])(float *logits, int N, int O); // y_hat in place, (N, O)
    void (*product)(const struct product *product);
    void (*product_of_panels)(const struct product *product); // the same for a_row = 1, a and b copied into panels
    void (*add)(float *to, const float *from, size_t n);
    double (*square_sum)(const float *values, size_t n);
    bool (*all_finite)(const float *values, size_t n);
    long (*clamp)(float *values, size_t n, float limit); // into [-limit, limit]; how many were outside
    void (*update)(const struct update_rule *rule, size_t n, float *params, const float *grads, float *m, float *v);
    void (*transpose)(const float *from, float *to, int rows, int columns); // to (columns, rows)
    void (*tanh)(float *values, size_t n); // the squashers alone, for tests of their error
    void (*sigmoid)(float *values, size_t n);
};

enum loops_level { LOOPS_PORTABLE, LOOPS_AVX2, LOOPS_AVX512, LOOPS_COUNT };
const struct loops *loops_best(void);                 // never NULL
const struct loops *loops_at(enum loops_level level); // NULL where the processor cannot
void loops_force(enum loops_level level);             // test hook: LOOPS_COUNT gives the choice back
