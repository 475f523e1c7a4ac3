#include "arena.h"

#include "check.h"
#include "mem.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { ALIGNMENT = 64, FIRST_BLOCK = 16 << 10, LARGEST_STEP = 4 << 20 };

struct arena_block {
    struct arena_block *next;
    size_t capacity, used; // bytes behind the header
};

// The header takes one alignment unit, so that what follows is aligned as the block is.
static_assert(sizeof(struct arena_block) <= ALIGNMENT, "the header of a block outgrew its room");

static char *block_data(struct arena_block *block) {
    return (char *)block + ALIGNMENT;
}

void arena_init(struct arena *arena) {
    *arena = (struct arena){0};
}

void arena_release(struct arena *arena) {
    while (arena->blocks) {
        struct arena_block *next = arena->blocks->next;
        mem_free(arena->blocks);
        arena->blocks = next;
    }
    arena->used = 0;
}

void arena_clear(struct arena *arena) {
    struct arena_block *largest = arena->blocks;
    for (struct arena_block *block = arena->blocks; block; block = block->next)
        if (block->capacity > largest->capacity) largest = block;
    for (struct arena_block *block = arena->blocks; block;) {
        struct arena_block *next = block->next;
        if (block != largest) mem_free(block);
        block = next;
    }
    arena->blocks = largest;
    arena->used = 0;
    if (largest) {
        largest->next = NULL;
        largest->used = 0;
    }
}

static struct arena_block *add_block(struct arena *arena, size_t size) {
    size_t capacity = arena->blocks ? arena->blocks->capacity * 2 : FIRST_BLOCK;
    if (capacity > LARGEST_STEP) capacity = LARGEST_STEP;
    if (capacity < size) capacity = size;
    struct arena_block *block = mem_need(1, ALIGNMENT + capacity);
    block->capacity = capacity;
    block->next = arena->blocks;
    arena->blocks = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t count, size_t size) {
    check(size == 0 || count <= (SIZE_MAX - 2 * ALIGNMENT) / size, "%zu times %zu bytes is no size", count, size);
    size_t rounded = (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (rounded == 0) rounded = ALIGNMENT;
    struct arena_block *block = arena->blocks;
    if (!block || block->capacity - block->used < rounded) block = add_block(arena, rounded);
    char *pointer = block_data(block) + block->used;
    block->used += rounded;
    arena->used += rounded;
    memset(pointer, 0, rounded); // a block that arena_clear() kept is dirty
    return pointer;
}

char *arena_text(struct arena *arena, const char *text, size_t length) {
    char *copy = arena_alloc(arena, length + 1, 1);
    if (length > 0) memcpy(copy, text, length);
    return copy;
}

char *arena_printf(struct arena *arena, const char *format, ...) {
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    check(length >= 0, "the format \"%s\" cannot be printed", format);
    char *text = arena_alloc(arena, (size_t)length + 1, 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}
