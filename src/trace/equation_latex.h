#pragma once
// Maths markup (ui/mathbox.h) as LaTeX with amsmath, for pasting into a document.

#include <stddef.h>

// One line becomes a formula; several, separated by '\n', an aligned environment: lines that begin with "+" or "-" go
// on from the one before. Colours, highlights and links are left out. \v{K}{digits} is written as value(context, K), \V
// with its sign as an operator; value NULL: as a question mark. out is always terminated; what does not fit is cut.
// Returns the length that the whole needs, without its end.
typedef double latex_value_fn(void *context, int k);
size_t equation_latex(char *out, size_t size, const char *markup, latex_value_fn *value, void *context);
