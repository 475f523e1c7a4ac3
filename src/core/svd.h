#pragma once
// Singular values of small matrices in double, by one-sided Jacobi rotations (Hestenes 1958, "Inversion of
// matrices by biorthogonalization and related results"; Golub and Van Loan, Matrix Computations, 4th edition,
// section 8.6.3; small singular values come out with high relative accuracy: Demmel and Veselic 1992). O(n^3)
// a sweep, about ten sweeps.

// a: (rows, columns), row-major, destroyed. values: (min(rows, columns)), largest first; all NaN when an
// entry is not finite.
void singular_values(double *a, int rows, int columns, double *values);
