#pragma once
// Memory for slabs and workspaces: sizes that overflow, that are more than the machine has free, or that the
// system refuses are told apart from bugs and answered with ERR_MEMORY and the size asked for.

#include "err.h"
#include <stddef.h>

// a * b + c, saturating at SIZE_MAX: a sum of such terms can only come out too large, never wrapped around.
size_t size_mul_add(size_t a, size_t b, size_t c);

// count items of `size` bytes, zeroed, on 64 bytes; `what` is named in the message. mem_free() frees.
void *slab_alloc(size_t count, size_t size, const char *what, struct err *err);
