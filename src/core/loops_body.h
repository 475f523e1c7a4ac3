// The loops, compiled once for each instruction set: the including file sets LOOPS, LOOPS_NAME and
// LOOPS_TARGET. Plain C that the compiler vectorises. No -ffast-math: NaN and infinity go through every loop,
// so that a training step can see them. Included by loops_*.c only, hence no `#pragma once`.

#include "loops.h"
#include <math.h>
#include <stdint.h>
#include <string.h>

#define LOOP LOOPS_TARGET static
#define INLINE LOOPS_TARGET static inline __attribute__((always_inline))

// Before a loop whose rows do not overlap: no checks for that at run time.
#if defined(__clang__)
#define APART _Pragma("clang loop vectorize(assume_safety)")
#else
#define APART _Pragma("GCC ivdep")
#endif

#include "vector_body.h"

// --- squashers ---

// tanh x as an odd rational function, x P(x^2) / Q(x^2), P and Q of degree 4: a minimax fit of the relative
// error on [0, 9], 2.1e-8 before rounding. Beyond 9 the nearest float is 1.
INLINE vec tanh_of(vec x) {
    x = smaller((vec){0} + 9.0f, x); // this way round NaN stays NaN
    x = larger((vec){0} - 9.0f, x);
    vec u = x * x, p = u * 1.335305185e-08f + 2.060801963e-05f, q = u * 7.775926511e-07f + 3.285534223e-04f;
    p = p * u + 3.495529264e-03f;
    q = q * u + 2.587676545e-02f;
    p = p * u + 1.338097849e-01f;
    q = q * u + 4.671429423e-01f;
    p = p * u + 9.999999798e-01f;
    q = q * u + 1.0f;
    vec y = quotient(x * p, q);
    y = smaller((vec){0} + 1.0f, y);
    return larger((vec){0} - 1.0f, y);
}

INLINE vec sigmoid_of(vec x) {
    return tanh_of(x * 0.5f) * 0.5f + 0.5f;
}

INLINE void tanh_some(float *values, size_t j, const bool part, int n) {
    store_lanes(part, values + j, n, tanh_of(load_lanes(part, values + j, n)));
}

INLINE void sigmoid_some(float *values, size_t j, const bool part, int n) {
    store_lanes(part, values + j, n, sigmoid_of(load_lanes(part, values + j, n)));
}

LOOP void tanh_all(float *values, size_t n) {
    EACH_VECTOR(n, tanh_some, values);
}

LOOP void sigmoid_all(float *values, size_t n) {
    EACH_VECTOR(n, sigmoid_some, values);
}

// --- cells: one file each ---

#include "cells/gru_kernel.h"
#include "cells/gru_reset_after_kernel.h"
#include "cells/gru_simple_kernel.h"
#include "cells/lstm_kernel.h"
#include "cells/lstm_peephole_kernel.h"
#include "cells/rnn_kernel.h"

// --- matrix products ---

#include "product_body.h"
#include "single_body.h"

// --- rows ---

LOOP void gather(float *z, const float *weights, const float *bias, const int *x, int N, int n) {
    for (int row = 0; row < N; row++) {
        float *restrict to = z + (size_t)row * (size_t)n;
        if (!x || x[row] < 0) {
            memcpy(to, bias, (size_t)n * sizeof *to);
            continue;
        }
        const float *restrict from = weights + (size_t)x[row] * (size_t)n;
        APART
        for (int i = 0; i < n; i++)
            to[i] = bias[i] + from[i];
    }
}

// sums (n) += column sums of from (N, n), a few columns at a time in registers.
INLINE void add_columns(float *sums, const float *from, int N, int n) {
    int i = 0;
    for (; i + 4 * W <= n; i += 4 * W) {
        vec sum[4];
        UNROLL for (int v = 0; v < 4; v++) sum[v] = load(sums + i + v * W);
        for (int row = 0; row < N; row++) {
            const float *at = from + (size_t)row * (size_t)n + i;
            UNROLL for (int v = 0; v < 4; v++) sum[v] += load(at + v * W);
        }
        UNROLL for (int v = 0; v < 4; v++) store(sums + i + v * W, sum[v]);
    }
    for (; i < n; i += W) {
        int lanes = n - i < W ? n - i : W;
        vec even = load_part(sums + i, lanes), odd = {0};
        int row = 0;
        for (; row + 2 <= N; row += 2) {
            even += load_part(from + (size_t)row * (size_t)n + i, lanes);
            odd += load_part(from + (size_t)(row + 1) * (size_t)n + i, lanes);
        }
        if (row < N) even += load_part(from + (size_t)row * (size_t)n + i, lanes);
        store_part(sums + i, lanes, even + odd);
    }
}

LOOP void scatter(float *grads, float *bias, const float *dz, const int *x, int N, int n) {
    enum { BLOCK = 32 }; // rows that are still in the cache when they are read again
    for (int first = 0; first < N; first += BLOCK) {
        int last = N - first < BLOCK ? N : first + BLOCK;
        for (int row = first; x && row < last; row++) {
            if (x[row] < 0) continue;
            const float *restrict from = dz + (size_t)row * (size_t)n;
            float *restrict to = grads + (size_t)x[row] * (size_t)n;
            APART
            for (int i = 0; i < n; i++)
                to[i] += from[i];
        }
        if (bias) add_columns(bias, dz + (size_t)first * (size_t)n, last - first, n);
    }
}

LOOP void add(float *to, const float *from, size_t n) {
    float *restrict sums = to;
    APART
    for (size_t i = 0; i < n; i++)
        sums[i] += from[i];
}

// In double: no square of a float overflows one. Chains enough that no addition waits for the one before.
LOOP double square_sum(const float *values, size_t n) {
    enum { CHAINS = 64 };
    double sums[CHAINS] = {0};
    size_t i = 0;
    for (; i + CHAINS <= n; i += CHAINS)
        for (size_t k = 0; k < CHAINS; k++)
            sums[k] += (double)values[i + k] * (double)values[i + k];
    for (; i < n; i++)
        sums[i % CHAINS] += (double)values[i] * (double)values[i];
    for (int half = CHAINS / 2; half > 0; half /= 2)
        for (int k = 0; k < half; k++)
            sums[k] += sums[k + half];
    return sums[0];
}

// Nothing times zero is NaN but infinity and NaN.
LOOP bool all_finite(const float *values, size_t n) {
    vec sums[4] = {{0}};
    size_t i = 0;
    for (; i + 4 * W <= n; i += 4 * W)
        UNROLL for (size_t v = 0; v < 4; v++) sums[v] += load(values + i + v * W) * 0.0f;
    for (; i + W <= n; i += W)
        sums[0] += load(values + i) * 0.0f;
    if (i < n) sums[1] += load_part(values + i, (int)(n - i)) * 0.0f;
    return sum_of_lanes((sums[0] + sums[1]) + (sums[2] + sums[3])) == 0.0f;
}

// Four rows and four columns at a time, in registers.
INLINE void transpose_block(const float *from, size_t rows, size_t columns, float *to) {
    typedef float anywhere __attribute__((vector_size(16), aligned(sizeof(float)), may_alias));
    vec4 r[4], p[4];
    UNROLL for (size_t k = 0; k < 4; k++) r[k] = *(const anywhere *)(from + k * columns);
    p[0] = __builtin_shufflevector(r[0], r[1], 0, 4, 1, 5);
    p[1] = __builtin_shufflevector(r[2], r[3], 0, 4, 1, 5);
    p[2] = __builtin_shufflevector(r[0], r[1], 2, 6, 3, 7);
    p[3] = __builtin_shufflevector(r[2], r[3], 2, 6, 3, 7);
    *(anywhere *)to = __builtin_shufflevector(p[0], p[1], 0, 1, 4, 5);
    *(anywhere *)(to + rows) = __builtin_shufflevector(p[0], p[1], 2, 3, 6, 7);
    *(anywhere *)(to + 2 * rows) = __builtin_shufflevector(p[2], p[3], 0, 1, 4, 5);
    *(anywhere *)(to + 3 * rows) = __builtin_shufflevector(p[2], p[3], 2, 3, 6, 7);
}

LOOP void transpose(const float *from, float *to, int rows, int columns) {
    enum { TILE = 16 }; // rows whose lines are still in the cache when the next column comes
    size_t R = (size_t)rows, C = (size_t)columns;
    for (size_t r0 = 0; r0 < R; r0 += TILE) {
        size_t r1 = r0 + TILE < R ? r0 + TILE : R, blocks = r0 + (r1 - r0) / 4 * 4, c = 0;
        for (; c + 4 <= C; c += 4) {
            for (size_t r = r0; r < blocks; r += 4)
                transpose_block(from + r * C + c, R, C, to + c * R + r);
            for (size_t r = blocks; r < r1; r++)
                for (size_t k = c; k < c + 4; k++)
                    to[k * R + r] = from[r * C + k];
        }
        for (; c < C; c++)
            for (size_t r = r0; r < r1; r++)
                to[c * R + r] = from[r * C + c];
    }
}

// --- softmax cross-entropy ---

INLINE float largest_of(const float *row, int n) {
    float best = row[0];
    if (n < W) {
        for (int i = 1; i < n; i++)
            best = row[i] > best ? row[i] : best;
        return best;
    }
    vec all = load(row);
    for (int i = W; i + W <= n; i += W)
        all = larger(load(row + i), all);
    return largest_of_lanes(larger(load(row + n - W), all)); // some twice: no harm
}

// exp x for x <= 0 (softmax): 2^k exp r with |r| <= ln 2 / 2, exp r by its Taylor sum to r^7 (5e-9). Below
// -87: ~1e-38.
INLINE vec exp_of(vec x) {
    const float ROUND = 12582912.0f; // 1.5 * 2^23: adding it rounds to an integer, left in the low bits
    x = larger((vec){0} - 87.0f, x); // this way round NaN stays NaN
    vec shifted = x * 1.44269504f + ROUND, k = shifted - ROUND;
    vec r = x - k * 0.693359375f; // ln 2 in two parts
    r = r + k * 2.12194440e-4f;
    vec p = r * (1.0f / 5040.0f) + 1.0f / 720.0f;
    p = p * r + 1.0f / 120.0f;
    p = p * r + 1.0f / 24.0f;
    p = p * r + 1.0f / 6.0f;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    vec_bits power = ((vec_bits)shifted + 127u) << 23; // the low bits of shifted are k
    return p * (vec)power;
}

// The first n of row = exp(row - largest); their sum, lane by lane.
INLINE vec exponentials(float *row, int n, float largest) {
    vec sum = {0};
    int i = 0;
    for (; i + W <= n; i += W) {
        vec y = exp_of(load(row + i) - largest);
        store(row + i, y);
        sum += y;
    }
    if (i < n) {
        vec y = first_of(exp_of(load_part(row + i, n - i) - largest), n - i);
        store_part(row + i, n - i, y);
        sum += y;
    }
    return sum;
}

INLINE void scale_row(float *row, int n, float scale) {
    int i = 0;
    for (; i + W <= n; i += W)
        store(row + i, load(row + i) * scale);
    if (i < n) store_part(row + i, n - i, load_part(row + i, n - i) * scale);
}

// The first of the largest logits is what the network says. No jump that depends on the values.
INLINE bool is_first_largest(const float *row, int O, int at, float largest) {
    unsigned before = 0;
    for (int i = 0; i < O; i += W) {
        int below = at - i < 0 ? 0 : at - i < W ? at - i : W; // lanes of this vector that come before it
        before |= at_least(O - i < W ? load_part(row + i, O - i) : load(row + i), largest) & ((1u << below) - 1);
    }
    return row[at] >= largest && before == 0;
}

enum { ROWS_AT_ONCE = 16, FEW_LOGITS = 4 };

// Sixteen rows at a time, one stage after the other: within a row every stage waits for the one before, other
// rows do not. What a row has beyond whole vectors is done for all rows at once where it is little. A sum is 1 to O,
// so sixteen multiply without overflow before one logarithm serves all.
INLINE double softmax_of(float *const *row, const float *largest, int count, int O) {
    int rest = O % W, whole = rest <= FEW_LOGITS ? O - rest : O;
    vec sums[ROWS_AT_ONCE];
    float sum[ROWS_AT_ONCE], share[ROWS_AT_ONCE], column[ROWS_AT_ONCE];
    for (int k = 0; k < count; k++)
        sums[k] = exponentials(row[k], whole, largest[k]);
    for (int k = count; k % 4 != 0; k++)
        sums[k] = (vec){0};
    for (int k = 0; k < count; k += 4) {
        vec4 four = sums_of_4(sums + k);
        memcpy(sum + k, &four, sizeof four);
    }
    for (int j = whole; j < O; j++) {
        for (int k = 0; k < count; k++)
            column[k] = row[k][j] - largest[k];
        for (int k = count; k % W != 0; k++)
            column[k] = 0.0f;
        for (int k = 0; k < count; k += W)
            store(column + k, exp_of(load(column + k)));
        for (int k = 0; k < count; k++) {
            row[k][j] = column[k];
            sum[k] += column[k];
        }
    }
    double product = 1.0;
    for (int k = 0; k < count; k++)
        share[k] = 1.0f / sum[k];
    for (int k = 0; k < count; k++) {
        product *= (double)sum[k];
        scale_row(row[k], O, share[k]);
    }
    return log(product);
}

LOOP double softmax(const struct head_rows *rows, long *right) {
    int O = rows->O, n = 0;
    double loss = 0.0;
    while (n < rows->N) {
        float *row[ROWS_AT_ONCE], largest[ROWS_AT_ONCE];
        int count = 0;
        for (; n < rows->N && count < ROWS_AT_ONCE; n++) {
            if (rows->target[n] < 0) continue;
            row[count] = rows->logits + (size_t)n * (size_t)O;
            largest[count] = largest_of(row[count], O);
            *right += is_first_largest(row[count], O, rows->target[n], largest[count]);
            // -ln softmax less ln sum: exact where y_hat underflows
            loss += (double)(largest[count] - row[count][rows->target[n]]);
            count++;
        }
        loss += softmax_of(row, largest, count, O);
    }
    return loss;
}

LOOP void softmax_back(const struct head_rows *rows, float scale) {
    for (int n = 0; n < rows->N; n++) {
        float *row = rows->logits + (size_t)n * (size_t)rows->O;
        if (rows->target[n] < 0) {
            memset(row, 0, (size_t)rows->O * sizeof *row);
            continue;
        }
        float at_target = (row[rows->target[n]] - 1.0f) * scale;
        scale_row(row, rows->O, scale);
        row[rows->target[n]] = at_target;
    }
}

#include "output_body.h"

// --- updates ---

LOOP void update_sgd(const struct update_rule *rule, size_t n, float *restrict params, const float *restrict grads) {
    float rate = rule->lr * rule->grad_scale;
    APART
    for (size_t i = 0; i < n; i++)
        params[i] -= rate * grads[i];
}

INLINE void adam_some(const struct update_rule *rule, float *params, const float *grads, float *m, float *v, size_t j,
                      const bool part, int n) {
    vec g = load_lanes(part, grads + j, n) * rule->grad_scale;
    vec mean = load_lanes(part, m + j, n) * rule->beta1 + g * (1.0f - rule->beta1);
    vec square = load_lanes(part, v + j, n) * rule->beta2 + g * g * (1.0f - rule->beta2);
    vec step = quotient(mean * (rule->lr * rule->m_scale), root(square) * rule->v_scale + rule->epsilon);
    store_lanes(part, m + j, n, mean);
    store_lanes(part, v + j, n, square);
    store_lanes(part, params + j, n, load_lanes(part, params + j, n) - step);
}

LOOP void update_adam(const struct update_rule *rule, size_t n, float *params, const float *grads, float *m, float *v) {
    struct update_rule own = *rule; // no store can change it
    EACH_VECTOR(n, adam_some, &own, params, grads, m, v);
}

LOOP void update_momentum(const struct update_rule *rule, size_t n, float *restrict params, const float *restrict grads,
                          float *restrict m) {
    float mu = rule->momentum, rate = rule->lr, scale = rule->grad_scale;
    APART
    for (size_t i = 0; i < n; i++) {
        m[i] = mu * m[i] + scale * grads[i];
        params[i] -= rate * m[i];
    }
}

// RMSProp and Adagrad: m = old m + fresh g^2.
LOOP void update_scaled(const struct update_rule *rule, size_t n, float *restrict params, const float *restrict grads,
                        float *restrict m, float old, float fresh) {
    float rate = rule->lr, scale = rule->grad_scale, epsilon = rule->epsilon;
    APART
    for (size_t i = 0; i < n; i++) {
        float g = grads[i] * scale;
        m[i] = old * m[i] + fresh * g * g;
        params[i] -= rate * g / (__builtin_sqrtf(m[i]) + epsilon);
    }
}

LOOP void update(const struct update_rule *rule, size_t n, float *params, const float *grads, float *m, float *v) {
    for (size_t i = 0; rule->keep != 1.0f && i < n; i++)
        params[i] *= rule->keep;
    switch (rule->optimizer) {
    case OPTIMIZER_ADAM:
        update_adam(rule, n, params, grads, m, v);
        break;
    case OPTIMIZER_MOMENTUM:
        update_momentum(rule, n, params, grads, m);
        break;
    case OPTIMIZER_RMSPROP:
        update_scaled(rule, n, params, grads, m, rule->decay, 1.0f - rule->decay);
        break;
    case OPTIMIZER_ADAGRAD:
        update_scaled(rule, n, params, grads, m, 1.0f, 1.0f);
        break;
    default:
        update_sgd(rule, n, params, grads);
    }
}

LOOP long clamp(float *values, size_t n, float limit) {
    long outside = 0;
    for (size_t i = 0; i < n; i++) {
        float value = values[i], held = value > limit ? limit : value < -limit ? -limit : value;
        outside += value > limit || value < -limit;
        values[i] = held;
    }
    return outside;
}

extern const struct loops LOOPS;
const struct loops LOOPS = {
    .name = LOOPS_NAME,
    .forward = {[CELL_RNN] = rnn_forward,
                [CELL_GRU_SIMPLE] = gru_simple_forward,
                [CELL_GRU] = gru_forward,
                [CELL_GRU_RESET_AFTER] = gru_reset_after_forward,
                [CELL_LSTM] = lstm_forward,
                [CELL_LSTM_PEEPHOLE] = lstm_peephole_forward},
    .backward = {[CELL_RNN] = rnn_backward,
                 [CELL_GRU_SIMPLE] = gru_simple_backward,
                 [CELL_GRU] = gru_backward,
                 [CELL_GRU_RESET_AFTER] = gru_reset_after_backward,
                 [CELL_LSTM] = lstm_backward,
                 [CELL_LSTM_PEEPHOLE] = lstm_peephole_backward},
    .forward_first = {[CELL_GRU] = gru_forward_first},
    .backward_last = {[CELL_GRU] = gru_backward_last},
    .forward_single = {[CELL_RNN] = rnn_forward_single,
                       [CELL_GRU_SIMPLE] = gru_simple_forward_single,
                       [CELL_GRU] = gru_forward_single,
                       [CELL_GRU_RESET_AFTER] = gru_reset_after_forward_single,
                       [CELL_LSTM] = lstm_forward_single,
                       [CELL_LSTM_PEEPHOLE] = lstm_peephole_forward_single},
    .backward_single = {[CELL_RNN] = rnn_backward_single,
                        [CELL_GRU_SIMPLE] = gru_simple_backward_single,
                        [CELL_GRU] = gru_backward_single,
                        [CELL_GRU_RESET_AFTER] = gru_reset_after_backward_single,
                        [CELL_LSTM] = lstm_backward_single,
                        [CELL_LSTM_PEEPHOLE] = lstm_peephole_backward_single},
    .gather = gather,
    .scatter = scatter,
    .loss = {[OUTPUT_SOFTMAX] = softmax, [OUTPUT_SIGMOID] = sigmoid_loss, [OUTPUT_LINEAR] = linear_loss},
    .loss_back = {[OUTPUT_SOFTMAX] = softmax_back, [OUTPUT_SIGMOID] = sigmoid_back, [OUTPUT_LINEAR] = linear_back},
    .outputs =
        {[OUTPUT_SOFTMAX] = softmax_outputs, [OUTPUT_SIGMOID] = sigmoid_outputs, [OUTPUT_LINEAR] = linear_outputs},
    .product = product,
    .product_of_panels = product_of_panels,
    .add = add,
    .square_sum = square_sum,
    .all_finite = all_finite,
    .clamp = clamp,
    .update = update,
    .transpose = transpose,
    .tanh = tanh_all,
    .sigmoid = sigmoid_all,
};
