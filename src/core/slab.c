#include "slab.h"
#include "mem.h"
#include <stdint.h>

size_t size_mul_add(size_t a, size_t b, size_t c) {
    size_t product, sum;
    if (__builtin_mul_overflow(a, b, &product) || __builtin_add_overflow(product, c, &sum)) return SIZE_MAX;
    return sum;
}

enum { LARGE = 64 << 20 }; // from here on it is asked whether there is so much

void *slab_alloc(size_t count, size_t size, const char *what, struct err *err) {
    const double MIB = 1024.0 * 1024.0;
    size_t bytes = size_mul_add(count, size, 0);
    // Zeroing more than there is would not fail: the system would promise the pages and then end the program.
    size_t room = bytes > LARGE ? mem_available() : SIZE_MAX;
    if (bytes > room || bytes == SIZE_MAX) {
        if (bytes == SIZE_MAX)
            err_set(err, ERR_MEMORY, "%s asks for more memory than can be counted; %.0f MiB are free", what,
                    (double)mem_available() / MIB);
        else
            err_set(err, ERR_MEMORY, "%s asks for %.0f MiB of memory; %.0f MiB are free", what, (double)bytes / MIB,
                    (double)room / MIB);
        return NULL;
    }
    void *memory = mem_alloc(bytes ? bytes : 1);
    if (!memory) err_set(err, ERR_MEMORY, "memory ran out: %s asks for %.1f MiB", what, (double)bytes / MIB);
    return memory;
}
