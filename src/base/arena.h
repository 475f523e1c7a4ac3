#pragma once
// An arena: many allocations, one release. Blocks never move. Not thread-safe; one owner.

#include <stddef.h>

struct arena_block;
struct arena {
    struct arena_block *blocks; // newest first
    size_t used;                // bytes handed out since the last clear
};

void arena_init(struct arena *arena);
void arena_release(struct arena *arena);
void arena_clear(struct arena *arena);                             // forgets all, keeps the largest block
void *arena_alloc(struct arena *arena, size_t count, size_t size); // zeroed, 64-byte aligned; never NULL
char *arena_text(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
