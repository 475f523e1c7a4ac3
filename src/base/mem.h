#pragma once
// The one place where memory runs out. mem_alloc() zeroes; mem_* return NULL when the system (or a test) says
// no. mem_need() is for small things that have no sensible way on: it aborts with the size asked for.
// Thread-safe.

#include <stdbool.h>
#include <stddef.h>

void *mem_alloc(size_t size);               // zeroed, 64-byte aligned
void *mem_array(size_t count, size_t size); // as mem_alloc, NULL on overflow of count * size
void *mem_grow(void *old, size_t old_size,
               size_t new_size);           // old content kept, the rest zeroed; old stays valid on NULL
void *mem_need(size_t count, size_t size); // never NULL
void mem_free(void *pointer);
char *mem_copy_text(const char *text); // never NULL
// Of a list of `count` items with room for *capacity: the same list, or where it is full a larger one in its place
// (`first` items at first). Never NULL.
void *mem_room(void *list, int count, int *capacity, int first, size_t size);

// Bytes of the process in memory, program and libraries included: now, and the most so far. 0 where the system does not
// say.
size_t mem_resident(void);
size_t mem_peak(void);
// Bytes that the machine could still give without pushing anything out; SIZE_MAX where the system does not say.
size_t mem_available(void);

// Tests: the n-th allocation from now on fails (1 = the next); 0 switches it off.
// Returns what was left to go of the one before; 0 = it has failed, or was off.
long mem_fail_at(long n);
