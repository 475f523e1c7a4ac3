#include "mem.h"

#include "check.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ALIGNMENT = 64 };

static atomic_long fail_countdown; // the test hook; 0 = off

long mem_fail_at(long n) {
    return atomic_exchange(&fail_countdown, n);
}

static bool told_to_fail(void) {
    if (atomic_load_explicit(&fail_countdown, memory_order_relaxed) <= 0) return false;
    return atomic_fetch_sub(&fail_countdown, 1) == 1;
}

static void *allocate(size_t size) {
    if (size > SIZE_MAX - ALIGNMENT) return NULL;
    // aligned_alloc wants a multiple of the alignment; 0 bytes still give a pointer that can be freed.
    size_t rounded = size == 0 ? ALIGNMENT : (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    void *pointer = aligned_alloc(ALIGNMENT, rounded);
    if (pointer) memset(pointer, 0, rounded);
    return pointer;
}

void *mem_alloc(size_t size) {
    return told_to_fail() ? NULL : allocate(size);
}

void *mem_array(size_t count, size_t size) {
    if (size != 0 && count > SIZE_MAX / size) return NULL;
    return mem_alloc(count * size);
}

void *mem_grow(void *old, size_t old_size, size_t new_size) {
    void *pointer = mem_alloc(new_size);
    if (!pointer) return NULL;
    if (old) memcpy(pointer, old, old_size < new_size ? old_size : new_size);
    free(old);
    return pointer;
}

void *mem_need(size_t count, size_t size) {
    check(size == 0 || count <= SIZE_MAX / size, "%zu times %zu bytes is no size", count, size);
    // Not subject to the test hook: whoever calls this has declared that there is no way on.
    void *pointer = allocate(count * size);
    check(pointer != NULL, "memory ran out: %zu bytes were asked for", count * size);
    return pointer;
}

void mem_free(void *pointer) {
    free(pointer);
}

char *mem_copy_text(const char *text) {
    size_t size = strlen(text) + 1;
    char *copy = mem_need(size, 1);
    memcpy(copy, text, size);
    return copy;
}

// "VmRSS:   1308 kB": a line of the system's tables. Of the process's status: getrusage() would count what was in
// memory before exec, too.
static size_t proc_bytes(const char *path, const char *key) {
    FILE *file = fopen(path, "r");
    char line[256];
    unsigned long long kib = 0;
    size_t length = strlen(key);
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, key, length) == 0) sscanf(line + length, "%llu", &kib);
    if (file) fclose(file);
    return (size_t)kib * 1024;
}

size_t mem_resident(void) {
    return proc_bytes("/proc/self/status", "VmRSS:");
}
size_t mem_peak(void) {
    return proc_bytes("/proc/self/status", "VmHWM:");
}

size_t mem_available(void) {
    size_t bytes = proc_bytes("/proc/meminfo", "MemAvailable:");
    if (bytes > 0) return bytes;
    long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? (size_t)pages * (size_t)page : SIZE_MAX;
}

void *mem_room(void *list, int count, int *capacity, int first, size_t size) {
    if (count < *capacity) return list;
    *capacity = *capacity ? 2 * *capacity : first;
    char *larger = mem_need((size_t)*capacity, size);
    if (count) memcpy(larger, list, (size_t)count * size);
    mem_free(list);
    return larger;
}
