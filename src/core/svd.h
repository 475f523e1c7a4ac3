#pragma once
// Singular values of small matrices in double, by one-sided Jacobi rotations (Hestenes 1958, "Inversion of
// matrices by biorthogonalization and related results"; Golub and Van Loan, Matrix Computations, 4th edition,
// section 8.6.3; small singular values come out with high relative accuracy: Demmel and Veselic 1992). O(n^3)
// a sweep, about ten sweeps.

#include <stdbool.h>

// a: (rows, columns), row-major, destroyed. values: (min(rows, columns)), largest first; all NaN when an
// entry is not finite.
void singular_values(double *a, int rows, int columns, double *values);
// The same; go_on (NULL: never asked) is asked between the lines of a sweep, and false stops it: returns false. done: 0
// to 1, by the sweeps that it usually takes.
bool singular_values_watched(double *a, int rows, int columns, double *values,
                             bool (*go_on)(void *context, double done), void *context);
// The largest alone, O(n^2) a step: of a small matrix as above; of a larger one by Lanczos bidiagonalisation (Golub and
// Van Loan, section 10.4.1) of at most 64 steps, exact up to 64 rows or columns and to about 1e-6 of it beyond. a
// stays; scratch: (rows * columns + 2 * (rows + columns)).
double largest_singular_value(const double *a, int rows, int columns, double *scratch);
