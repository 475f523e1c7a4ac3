#pragma once
// Eigenvalues of general real matrices in double, by LAPACK's dgeev (QR iteration on the Hessenberg form: Golub and
// Van Loan, Matrix Computations, 4th edition, section 7.5), which OpenBLAS brings along.

#include "err.h"

// The largest |eigenvalue| of a (n, n); row-major or its transpose, which has the same. a is destroyed. NaN where an
// entry is not finite or the iteration does not converge. Fails with ERR_MEMORY. About 10 n^3 operations.
bool spectral_radius(double *a, int n, double *radius, struct err *err);
