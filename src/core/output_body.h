// The outputs that are numbers: sigmoid with binary cross-entropy, linear with squared error (network.h has the
// definitions); loops_body.h includes this once for each instruction set, behind the softmax.

// The answers of row n.
INLINE const float *answers_of(const struct head_rows *rows, int n) {
    size_t at = (size_t)(rows->rows ? rows->rows[n] : n);
    return rows->target_real + at * (size_t)rows->O;
}

INLINE vec load_some(const float *from, int lanes) {
    return lanes >= W ? load(from) : load_part(from, lanes);
}
INLINE void store_some(float *to, int lanes, vec values) {
    if (lanes >= W)
        store(to, values);
    else
        store_part(to, lanes, values);
}

// ln(1 + e) for 0 <= e <= 1: 2 artanh s with s = e / (2 + e), by its series to s^13 (relative error 2e-8), so that
// small values keep their digits.
INLINE vec log1p_of(vec e) {
    vec s = e / (e + 2.0f), u = s * s;
    vec p = u * (1.0f / 13.0f) + 1.0f / 11.0f;
    p = p * u + 1.0f / 9.0f;
    p = p * u + 1.0f / 7.0f;
    p = p * u + 1.0f / 5.0f;
    p = p * u + 1.0f / 3.0f;
    p = p * u + 1.0f;
    return 2.0f * s * p;
}

// y_hat from z and e = exp(-|z|): 1 / (1 + e), or e / (1 + e) for z < 0.
INLINE vec sigmoid_from(vec z, vec e) {
    vec rest = 1.0f / (1.0f + e);
    vec_bits below = (vec_bits)(z < (vec){0});
    return (vec)((below & (vec_bits)(e * rest)) | (~below & (vec_bits)rest));
}

// The loss is max(z, 0) - y z + ln(1 + e), which neither overflows nor cancels.
LOOP double sigmoid_loss(const struct head_rows *rows, long *right) {
    double loss = 0.0;
    int O = rows->O;
    for (int n = 0; n < rows->N; n++) {
        if (rows->target[n] < 0) continue;
        float *row = rows->logits + (size_t)n * (size_t)O;
        const float *y = answers_of(rows, n);
        int hits = 0;
        for (int i = 0; i < O; i++)
            hits += (row[i] > 0.0f) == (y[i] > 0.5f);
        *right += hits;
        vec sum = {0};
        for (int i = 0; i < O; i += W) {
            vec z = load_some(row + i, O - i), zero = {0};
            vec e = exp_of(-larger(z, -z));
            vec part = larger(zero, z) - z * load_some(y + i, O - i) + log1p_of(e);
            sum += O - i < W ? first_of(part, O - i) : part;
            store_some(row + i, O - i, sigmoid_from(z, e));
        }
        loss += (double)sum_of_lanes(sum);
    }
    return loss;
}

LOOP double linear_loss(const struct head_rows *rows, long *right) {
    (void)right;
    double loss = 0.0;
    int O = rows->O;
    for (int n = 0; n < rows->N; n++) {
        if (rows->target[n] < 0) continue;
        const float *row = rows->logits + (size_t)n * (size_t)O, *y = answers_of(rows, n);
        vec sum = {0};
        for (int i = 0; i < O; i += W) {
            vec d = load_some(row + i, O - i) - load_some(y + i, O - i);
            sum += d * d;
        }
        loss += (double)sum_of_lanes(sum) / O;
    }
    return loss;
}

INLINE void difference_back(const struct head_rows *rows, float scale) {
    int O = rows->O;
    for (int n = 0; n < rows->N; n++) {
        float *row = rows->logits + (size_t)n * (size_t)O;
        if (rows->target[n] < 0) {
            memset(row, 0, (size_t)O * sizeof *row);
            continue;
        }
        const float *y = answers_of(rows, n);
        APART
        for (int i = 0; i < O; i++)
            row[i] = (row[i] - y[i]) * scale;
    }
}

LOOP void sigmoid_back(const struct head_rows *rows, float scale) {
    difference_back(rows, scale);
}

LOOP void linear_back(const struct head_rows *rows, float scale) {
    difference_back(rows, 2.0f * scale / (float)rows->O);
}

// --- y_hat without a loss ---

LOOP void softmax_outputs(float *logits, int N, int O) {
    for (int n = 0; n < N; n++, logits += O)
        scale_row(logits, O, 1.0f / sum_of_lanes(exponentials(logits, O, largest_of(logits, O))));
}

LOOP void sigmoid_outputs(float *logits, int N, int O) {
    size_t count = (size_t)N * (size_t)O;
    for (size_t i = 0; i < count; i += W) {
        int lanes = count - i < (size_t)W ? (int)(count - i) : W;
        vec z = load_some(logits + i, lanes);
        store_some(logits + i, lanes, sigmoid_from(z, exp_of(-larger(z, -z))));
    }
}

LOOP void linear_outputs(float *logits, int N, int O) {
    (void)logits, (void)N, (void)O;
}
