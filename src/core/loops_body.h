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

// --- squashers ---

// tanh x as an odd rational function, x P(x^2) / Q(x^2), P and Q of degree 4: a minimax fit of the relative
// error on [0, 9], 2.1e-8 before rounding. Beyond 9 the nearest float is 1.
INLINE float fast_tanh(float x) {
    x = x > 9.0f ? 9.0f : x; // this way round NaN stays NaN
    x = x < -9.0f ? -9.0f : x;
    float u = x * x;
    float p = 1.335305185e-08f;
    p = p * u + 2.060801963e-05f;
    p = p * u + 3.495529264e-03f;
    p = p * u + 1.338097849e-01f;
    p = p * u + 9.999999798e-01f;
    float q = 7.775926511e-07f;
    q = q * u + 3.285534223e-04f;
    q = q * u + 2.587676545e-02f;
    q = q * u + 4.671429423e-01f;
    q = q * u + 1.0f;
    float y = x * p / q;
    y = y > 1.0f ? 1.0f : y;
    return y < -1.0f ? -1.0f : y;
}

INLINE float fast_sigmoid(float x) {
    return 0.5f + 0.5f * fast_tanh(0.5f * x);
}

// exp x for x <= 0 (softmax): 2^k exp r with |r| <= ln 2 / 2, exp r by its Taylor sum to r^7 (5e-9). Below
// -87: ~1e-38.
INLINE float fast_exp(float x) {
    const float ROUND = 12582912.0f; // 1.5 * 2^23: adding it rounds to an integer, left in the low bits
    x = x < -87.0f ? -87.0f : x;
    float shifted = x * 1.44269504f + ROUND, k = shifted - ROUND;
    float r = x - k * 0.693359375f; // ln 2 in two parts
    r = r + k * 2.12194440e-4f;
    float p = 1.0f / 5040.0f;
    p = p * r + 1.0f / 720.0f;
    p = p * r + 1.0f / 120.0f;
    p = p * r + 1.0f / 24.0f;
    p = p * r + 1.0f / 6.0f;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 127u) << 23; // the low bits of shifted are k
    float power;
    memcpy(&power, &bits, sizeof power);
    return p * power;
}

LOOP void tanh_all(float *values, size_t n) {
    for (size_t i = 0; i < n; i++)
        values[i] = fast_tanh(values[i]);
}

LOOP void sigmoid_all(float *values, size_t n) {
    for (size_t i = 0; i < n; i++)
        values[i] = fast_sigmoid(values[i]);
}

// --- cells: one file each ---

#include "cells/gru_kernel.h"
#include "cells/gru_reset_after_kernel.h"
#include "cells/gru_simple_kernel.h"
#include "cells/lstm_kernel.h"
#include "cells/rnn_kernel.h"

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

LOOP void scatter(float *grads, float *bias, const float *dz, const int *x, int N, int n) {
    float *restrict sums = bias;
    for (int row = 0; row < N; row++) {
        const float *restrict from = dz + (size_t)row * (size_t)n;
        if (!x || x[row] < 0) {
            APART
            for (int i = 0; i < n; i++)
                sums[i] += from[i];
            continue;
        }
        float *restrict to = grads + (size_t)x[row] * (size_t)n;
        APART
        for (int i = 0; i < n; i++) {
            to[i] += from[i];
            sums[i] += from[i];
        }
    }
}

LOOP void add(float *to, const float *from, size_t n) {
    float *restrict sums = to;
    APART
    for (size_t i = 0; i < n; i++)
        sums[i] += from[i];
}

LOOP double square_sum(const float *values, size_t n) {
    double sums[16] = {0};
    size_t i = 0;
    for (; i + 16 <= n; i += 16)
        for (size_t k = 0; k < 16; k++)
            sums[k] += (double)values[i + k] * (double)values[i + k];
    for (; i < n; i++)
        sums[0] += (double)values[i] * (double)values[i];
    double sum = 0.0;
    for (int k = 0; k < 16; k++)
        sum += sums[k];
    return sum;
}

LOOP void transpose(const float *from, float *to, int rows, int columns) {
    enum { TILE = 16 };
    for (int r0 = 0; r0 < rows; r0 += TILE)
        for (int c0 = 0; c0 < columns; c0 += TILE)
            for (int c = c0; c < columns && c < c0 + TILE; c++)
                for (int r = r0; r < rows && r < r0 + TILE; r++)
                    to[(size_t)c * (size_t)rows + (size_t)r] = from[(size_t)r * (size_t)columns + (size_t)c];
}

// --- softmax cross-entropy ---

INLINE float largest_of(const float *row, int n) {
    float best[16];
    int i = 0;
    for (int k = 0; k < 16; k++)
        best[k] = row[0];
    for (; i + 16 <= n; i += 16)
        for (int k = 0; k < 16; k++)
            best[k] = row[i + k] > best[k] ? row[i + k] : best[k];
    for (; i < n; i++)
        best[0] = row[i] > best[0] ? row[i] : best[0];
    for (int k = 1; k < 16; k++)
        best[0] = best[k] > best[0] ? best[k] : best[0];
    return best[0];
}

// row = exp(row - largest); returns the sum.
INLINE float exponentials(float *row, int n, float largest) {
    float sums[16] = {0};
    for (int i = 0; i < n; i++)
        row[i] = fast_exp(row[i] - largest);
    int i = 0;
    for (; i + 16 <= n; i += 16)
        for (int k = 0; k < 16; k++)
            sums[k] += row[i + k];
    for (; i < n; i++)
        sums[0] += row[i];
    float sum = 0.0f;
    for (int k = 0; k < 16; k++)
        sum += sums[k];
    return sum;
}

// The first of the largest logits is what the network says.
INLINE bool is_first_largest(const float *row, int at, float largest) {
    if (!(row[at] >= largest)) return false;
    for (int i = 0; i < at; i++)
        if (row[i] >= largest) return false;
    return true;
}

LOOP double softmax(const struct head_rows *rows, long *right) {
    double loss = 0.0;
    for (int n = 0; n < rows->N; n++) {
        int target = rows->target[n];
        if (target < 0) continue;
        float *row = rows->logits + (size_t)n * (size_t)rows->O;
        float largest = largest_of(row, rows->O), said = row[target];
        *right += is_first_largest(row, target, largest);
        float sum = exponentials(row, rows->O, largest);
        loss += (double)(logf(sum) + (largest - said)); // -ln softmax, exact where y_hat underflows
        float scale = 1.0f / sum;
        for (int i = 0; i < rows->O; i++)
            row[i] *= scale;
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
        row[rows->target[n]] -= 1.0f;
        for (int i = 0; i < rows->O; i++)
            row[i] *= scale;
    }
}

// --- updates ---

LOOP void update_sgd(const struct update_rule *rule, size_t n, float *restrict params,
                     const float *restrict grads) {
    float rate = rule->lr * rule->grad_scale;
    APART
    for (size_t i = 0; i < n; i++)
        params[i] -= rate * grads[i];
}

LOOP void update_adam(const struct update_rule *rule, size_t n, float *restrict params,
                      const float *restrict grads, float *restrict m, float *restrict v) {
    float b1 = rule->beta1, b2 = rule->beta2, rest1 = 1.0f - b1, rest2 = 1.0f - b2, scale = rule->grad_scale;
    float rate = rule->lr * rule->m_scale, v_scale = rule->v_scale, epsilon = rule->epsilon;
    APART
    for (size_t i = 0; i < n; i++) {
        float g = grads[i] * scale;
        m[i] = b1 * m[i] + rest1 * g;
        v[i] = b2 * v[i] + rest2 * g * g;
        params[i] -= rate * m[i] / (__builtin_sqrtf(v[i]) * v_scale + epsilon);
    }
}

LOOP void update(const struct update_rule *rule, size_t n, float *params, const float *grads, float *m,
                 float *v) {
    if (rule->optimizer == OPTIMIZER_ADAM)
        update_adam(rule, n, params, grads, m, v);
    else
        update_sgd(rule, n, params, grads);
}

extern const struct loops LOOPS;
const struct loops LOOPS = {
    .name = LOOPS_NAME,
    .forward = {[CELL_RNN] = rnn_forward,
                [CELL_GRU_SIMPLE] = gru_simple_forward,
                [CELL_GRU] = gru_forward,
                [CELL_GRU_RESET_AFTER] = gru_reset_after_forward,
                [CELL_LSTM] = lstm_forward},
    .backward = {[CELL_RNN] = rnn_backward,
                 [CELL_GRU_SIMPLE] = gru_simple_backward,
                 [CELL_GRU] = gru_backward,
                 [CELL_GRU_RESET_AFTER] = gru_reset_after_backward,
                 [CELL_LSTM] = lstm_backward},
    .forward_first = {[CELL_GRU] = gru_forward_first},
    .backward_last = {[CELL_GRU] = gru_backward_last},
    .gather = gather,
    .scatter = scatter,
    .softmax = softmax,
    .softmax_back = softmax_back,
    .add = add,
    .square_sum = square_sum,
    .update = update,
    .transpose = transpose,
    .tanh = tanh_all,
    .sigmoid = sigmoid_all,
};
