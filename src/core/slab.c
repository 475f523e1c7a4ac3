#include "slab.h"
#include "mem.h"
#include <stdint.h>
#include <unistd.h>

size_t size_mul_add(size_t a, size_t b, size_t c) {
    size_t product, sum;
    if (__builtin_mul_overflow(a, b, &product) || __builtin_add_overflow(product, c, &sum)) return SIZE_MAX;
    return sum;
}

// Bytes of physical memory, or SIZE_MAX where the system does not say. Zeroing more than that would not fail:
// the system would promise the pages and then end the program.
static size_t machine_memory(void) {
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? size_mul_add((size_t)pages, (size_t)page, 0) : SIZE_MAX;
}

void *slab_alloc(size_t count, size_t size, const char *what, struct err *err) {
    const double MIB = 1024.0 * 1024.0;
    size_t bytes = size_mul_add(count, size, 0), machine = machine_memory();
    if (bytes > machine) {
        if (bytes == SIZE_MAX)
            err_set(err, ERR_MEMORY, "%s asks for more memory than can be counted; this machine has %.0f MiB", what,
                    (double)machine / MIB);
        else
            err_set(err, ERR_MEMORY, "%s asks for %.0f MiB of memory; this machine has %.0f MiB", what,
                    (double)bytes / MIB, (double)machine / MIB);
        return NULL;
    }
    void *memory = mem_alloc(bytes ? bytes : 1);
    if (!memory) err_set(err, ERR_MEMORY, "memory ran out: %s asks for %.1f MiB", what, (double)bytes / MIB);
    return memory;
}
