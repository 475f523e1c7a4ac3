#include "eigen.h"
#include "check.h"
#include "mem.h"
#include "slab.h"
#include <math.h>
#include <stddef.h>

// LAPACK's own headers are a package beside OpenBLAS; this is the one routine that is called. Fortran hands over by
// address and appends the lengths of texts. info: 0 = converged.
void dgeev_(const char *left, const char *right, const int *n, double *a, const int *lda, double *real,
            double *imaginary, double *left_vectors, const int *ldl, double *right_vectors, const int *ldr,
            double *work, const int *work_size, int *info, size_t left_length, size_t right_length);

enum { WORK_LINES = 34 }; // of n numbers: blocks of 32 in the reduction to Hessenberg form, as LAPACK asks for

static bool all_finite(const double *a, size_t n) {
    for (size_t i = 0; i < n; i++)
        if (!isfinite(a[i])) return false;
    return true;
}

bool spectral_radius(double *a, int n, double *radius, struct err *err) {
    check(n > 0 && n <= 1 << 15, "%d rows", n);
    *radius = NAN;
    if (!all_finite(a, (size_t)n * (size_t)n)) return true;
    double *memory = slab_alloc((size_t)n * (WORK_LINES + 2), sizeof *memory, "finding eigenvalues", err);
    if (!memory) return false;
    double *real = memory, *imaginary = real + n, *work = imaginary + n, largest = 0.0;
    int work_size = WORK_LINES * n, one = 1, info = 0;
    dgeev_("N", "N", &n, a, &n, real, imaginary, NULL, &one, NULL, &one, work, &work_size, &info, 1, 1);
    for (int i = 0; info == 0 && i < n; i++)
        largest = fmax(largest, hypot(real[i], imaginary[i]));
    if (info == 0) *radius = largest;
    mem_free(memory);
    return true;
}
