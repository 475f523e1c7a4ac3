#include "svd.h"
#include "tape.h"
#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { SWEEPS = 60, USUAL_SWEEPS = 12, SMALL = 32, KRYLOV = 64 };

// A row, or a column: n entries, `step` apart.
struct line {
    double *at;
    size_t step;
    int n;
};

static double dot(const struct line *a, const struct line *b) {
    if (a->step == 1) return reference_dot(a->at, b->at, a->n);
    double sum = 0.0;
    for (size_t i = 0; i < (size_t)a->n; i++)
        sum += a->at[i * a->step] * b->at[i * b->step];
    return sum;
}

static void turn(double *restrict x, double *restrict y, int n, double c, double s) {
    for (int i = 0; i < n; i++) {
        double kept = x[i];
        x[i] = c * kept - s * y[i];
        y[i] = s * kept + c * y[i];
    }
}

// The rotation that makes two lines orthogonal (Golub and Van Loan, algorithm 8.4.1); false when they are
// already.
static bool rotate(const struct line *p, const struct line *q) {
    double pp = dot(p, p), qq = dot(q, q), pq = dot(p, q);
    if (!(fabs(pq) > DBL_EPSILON * sqrt(pp) * sqrt(qq))) return false;
    double tau = (qq - pp) / (2.0 * pq);
    double t = (tau >= 0.0 ? 1.0 : -1.0) / (fabs(tau) + hypot(1.0, tau));
    double c = 1.0 / sqrt(1.0 + t * t), s = c * t;
    if (p->step == 1)
        turn(p->at, q->at, p->n, c, s);
    else
        for (size_t i = 0; i < (size_t)p->n; i++)
            turn(p->at + i * p->step, q->at + i * q->step, 1, c, s);
    return true;
}

static int descending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x < y) - (x > y);
}

// 0 for a matrix of zeros, NaN when an entry is not finite.
static double largest_of(const double *a, size_t n) {
    double largest = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(a[i])) return NAN;
        largest = fmax(largest, fabs(a[i]));
    }
    return largest;
}

bool singular_values_watched(double *a, int rows, int columns, double *values,
                             bool (*go_on)(void *context, double done), void *context) {
    int count = rows < columns ? rows : columns;
    size_t size = (size_t)rows * (size_t)columns;
    double largest = largest_of(a, size);
    for (int i = 0; i < count; i++)
        values[i] = largest;
    if (!(largest > 0.0)) return true;
    // by a power of two near the largest entry: squares neither overflow nor vanish, and scaling is exact
    int exponent;
    frexp(largest, &exponent);
    for (size_t i = 0; i < size; i++)
        a[i] = ldexp(a[i], -exponent);
    // as few lines as there are values: the rows, or the columns of a tall matrix
    bool tall = rows > columns;
    struct line p = {.step = tall ? (size_t)columns : 1, .n = tall ? rows : columns}, q = p;
    size_t next = tall ? 1 : (size_t)columns;
    bool moved = true;
    for (int sweep = 0; moved && sweep < SWEEPS; sweep++) {
        moved = false;
        for (int i = 0; i < count; i++) {
            double sweeps = sweep + (double)i / count;
            if (go_on && !go_on(context, fmin(1, sweeps / USUAL_SWEEPS))) return false;
            for (int j = i + 1; j < count; j++) {
                p.at = a + (size_t)i * next;
                q.at = a + (size_t)j * next;
                moved |= rotate(&p, &q);
            }
        }
    }
    for (int i = 0; i < count; i++) { // the lines are orthogonal now: their lengths are the singular values
        p.at = a + (size_t)i * next;
        values[i] = ldexp(sqrt(dot(&p, &p)), exponent);
    }
    qsort(values, (size_t)count, sizeof *values, descending);
    return true;
}

void singular_values(double *a, int rows, int columns, double *values) {
    singular_values_watched(a, rows, columns, values, NULL, NULL);
}

// --- the largest alone ---

static double length_of(const double *v, int n) {
    double sum = 0.0;
    for (int i = 0; i < n; i++)
        sum += v[i] * v[i];
    return sqrt(sum);
}

// out = factor * a v
static void there(const double *a, int rows, int columns, double factor, const double *v, double *out) {
    for (int i = 0; i < rows; i++) {
        const double *row = a + (size_t)i * (size_t)columns;
        double sum = 0.0;
        for (int j = 0; j < columns; j++)
            sum += factor * row[j] * v[j];
        out[i] = sum;
    }
}

// out = factor * a^T u
static void back(const double *a, int rows, int columns, double factor, const double *u, double *out) {
    memset(out, 0, (size_t)columns * sizeof *out);
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++)
            out[j] += factor * a[(size_t)i * (size_t)columns + (size_t)j] * u[i];
}

// What v has of the first `count` rows of `basis` (n wide, orthonormal) is taken out; twice is enough (Kahan).
static void make_orthogonal(double *v, const double *basis, int count, int n) {
    for (int pass = 0; pass < 2; pass++)
        for (int k = 0; k < count; k++) {
            const double *b = basis + (size_t)k * (size_t)n;
            double part = 0.0;
            for (int j = 0; j < n; j++)
                part += b[j] * v[j];
            for (int j = 0; j < n; j++)
                v[j] -= part * b[j];
        }
}

// a V = U B with orthonormal V (k rows of basis) and U, B upper bidiagonal (KRYLOV, KRYLOV): returns k.
static int bidiagonalise(const double *a, int rows, int columns, double factor, double *basis, double *u, double *w,
                         double *b) {
    int most = rows < columns ? rows : columns, k = 0;
    if (most > KRYLOV) most = KRYLOV;
    double beta = 0.0;
    for (int j = 0; j < columns; j++) // a start that is not special
        basis[j] = 1.0 + 0.5 * sin(1.0 + 7.0 * j);
    double length = length_of(basis, columns);
    for (int j = 0; j < columns; j++)
        basis[j] /= length;
    while (true) {
        double *v = basis + (size_t)k * (size_t)columns;
        there(a, rows, columns, factor, v, w);
        for (int i = 0; i < rows; i++)
            u[i] = w[i] - beta * u[i];
        double alpha = length_of(u, rows);
        b[k * KRYLOV + k] = alpha;
        if (++k == most || !(alpha > 0.0)) return k;
        for (int i = 0; i < rows; i++)
            u[i] /= alpha;
        double *next = v + columns;
        back(a, rows, columns, factor, u, next);
        make_orthogonal(next, basis, k, columns);
        beta = length_of(next, columns);
        if (!(beta > DBL_EPSILON)) return k; // the space is closed: nothing is left outside of it
        for (int j = 0; j < columns; j++)
            next[j] /= beta;
        b[(k - 1) * KRYLOV + k] = beta;
    }
}

double largest_singular_value(const double *a, int rows, int columns, double *scratch) {
    size_t size = (size_t)rows * (size_t)columns;
    double *u = scratch + size, *w = u + rows, largest = largest_of(a, size);
    if (!(largest > 0.0)) return largest;
    if (rows <= SMALL || columns <= SMALL) {
        memcpy(scratch, a, size * sizeof *scratch);
        singular_values(scratch, rows, columns, u);
        return u[0];
    }
    int exponent;
    frexp(largest, &exponent);
    if (exponent < -1000) exponent = -1000; // its inverse must be a number
    double b[KRYLOV * KRYLOV] = {0}, square[KRYLOV * KRYLOV], values[KRYLOV];
    memset(u, 0, (size_t)rows * sizeof *u);
    int k = bidiagonalise(a, rows, columns, ldexp(1.0, -exponent), scratch, u, w, b);
    for (int i = 0; i < k * k; i++)
        square[i] = b[i / k * KRYLOV + i % k];
    singular_values(square, k, k, values);
    return ldexp(values[0], exponent);
}
