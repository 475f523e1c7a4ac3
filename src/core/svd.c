#include "svd.h"
#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

enum { SWEEPS = 60 };

// A row, or a column: n entries, `step` apart.
struct line {
    double *at;
    size_t step;
    int n;
};

static double dot(const struct line *a, const struct line *b) {
    double sum = 0.0;
    for (size_t i = 0; i < (size_t)a->n; i++)
        sum += a->at[i * a->step] * b->at[i * b->step];
    return sum;
}

// The rotation that makes two lines orthogonal (Golub and Van Loan, algorithm 8.4.1); false when they are
// already.
static bool rotate(const struct line *p, const struct line *q) {
    double pp = dot(p, p), qq = dot(q, q), pq = dot(p, q);
    if (!(fabs(pq) > DBL_EPSILON * sqrt(pp) * sqrt(qq))) return false;
    double tau = (qq - pp) / (2.0 * pq);
    double t = (tau >= 0.0 ? 1.0 : -1.0) / (fabs(tau) + hypot(1.0, tau));
    double c = 1.0 / sqrt(1.0 + t * t), s = c * t;
    for (size_t i = 0; i < (size_t)p->n; i++) {
        double *x = p->at + i * p->step, *y = q->at + i * q->step, kept = *x;
        *x = c * kept - s * *y;
        *y = s * kept + c * *y;
    }
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

void singular_values(double *a, int rows, int columns, double *values) {
    int count = rows < columns ? rows : columns;
    size_t size = (size_t)rows * (size_t)columns;
    double largest = largest_of(a, size);
    for (int i = 0; i < count; i++)
        values[i] = largest;
    if (!(largest > 0.0)) return;
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
        for (int i = 0; i < count; i++)
            for (int j = i + 1; j < count; j++) {
                p.at = a + (size_t)i * next;
                q.at = a + (size_t)j * next;
                moved |= rotate(&p, &q);
            }
    }
    for (int i = 0; i < count; i++) { // the lines are orthogonal now: their lengths are the singular values
        p.at = a + (size_t)i * next;
        values[i] = ldexp(sqrt(dot(&p, &p)), exponent);
    }
    qsort(values, (size_t)count, sizeof *values, descending);
}
