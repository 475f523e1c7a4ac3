#pragma once
// A small deterministic fuzzer: takes sample inputs, changes them at random, and gives them to a function
// that must answer with a result or an error and keep its promises. Every case depends on the seed and its
// own number only, so that one can be run again alone:
//
//     fuzz_NAME [--only=PART] [cases [seed [first case]]]
//
// Built with meson's option "fuzzer", clang's libFuzzer changes the inputs instead, led by what they reach
// (scripts/fuzz); the last eight bytes of an input are then the seed of the choices that a target makes.
//
//     fuzz_NAME [--only=PART] [libFuzzer's words]      fuzz_NAME --samples=FOLDER     writes the samples as files

#include "rng.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FUZZ_MAX = 1 << 14 }; // bytes of a case

struct fuzz_input {
    const char *bytes;
    size_t size;
};

struct fuzz_case {
    unsigned char bytes[FUZZ_MAX];
    size_t size;
};

static struct {
    const char *name;
    unsigned long long seed, number;
} fuzz_now;

// Says which case it was when the program dies, by whatever means.
static void fuzz_report(void) {
    char text[200];
    int length = snprintf(text, sizeof text, "not ok 1 - %s: case %llu of seed %llu; again: %s 1 %llu %llu\n",
                          fuzz_now.name, fuzz_now.number, fuzz_now.seed, fuzz_now.name, fuzz_now.seed, fuzz_now.number);
    if (write(1, text, (size_t)length) < 0) _exit(1);
}

#define fuzz_check(condition)                                                                                          \
    do {                                                                                                               \
        if (condition) break;                                                                                          \
        printf("# %s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);                                         \
        fflush(stdout);                                                                                                \
        fuzz_report();                                                                                                 \
        exit(1);                                                                                                       \
    } while (0)

static inline void fuzz_insert(struct fuzz_case *c, size_t at, const void *bytes, size_t size) {
    if (size > FUZZ_MAX - c->size) size = FUZZ_MAX - c->size;
    memmove(c->bytes + at + size, c->bytes + at, c->size - at);
    memcpy(c->bytes + at, bytes, size);
    c->size += size;
}

static inline void fuzz_remove(struct fuzz_case *c, size_t at, size_t size) {
    if (size > c->size - at) size = c->size - at;
    memmove(c->bytes + at, c->bytes + at + size, c->size - at - size);
    c->size -= size;
}

// One change. `words` are pieces that mean something to the format.
static inline void fuzz_mutate(struct fuzz_case *c, struct rng *rng, const struct fuzz_input *words, size_t word_count,
                               const struct fuzz_input *samples, size_t sample_count) {
    size_t at = (size_t)rng_below(rng, c->size + 1), length = (size_t)rng_below(rng, 1 + rng_below(rng, 40));
    const struct fuzz_input *other = &samples[rng_below(rng, sample_count)];
    const struct fuzz_input *word = &words[rng_below(rng, word_count)];
    unsigned char copy[64];
    switch (rng_below(rng, 9)) {
    case 0:
        if (at < c->size) c->bytes[at] ^= (unsigned char)(1u << rng_below(rng, 8));
        break;
    case 1:
        if (at < c->size) c->bytes[at] = (unsigned char)rng_below(rng, 256);
        break;
    case 2:
        fuzz_remove(c, at, length);
        break;
    case 3:
        c->size = at;
        break;
    case 4: // doubles a piece
        if (length > c->size - at) length = c->size - at;
        memcpy(copy, c->bytes + at, length);
        fuzz_insert(c, (size_t)rng_below(rng, c->size + 1), copy, length);
        break;
    case 5: { // a piece of another sample
        size_t from = (size_t)rng_below(rng, other->size + 1), size = other->size - from;
        fuzz_insert(c, at, other->bytes + from, size < length ? size : length);
        break;
    }
    case 6:
        fuzz_insert(c, at, word->bytes, word->size);
        break;
    case 7: // a word in the place of what is there
        fuzz_remove(c, at, word->size);
        fuzz_insert(c, at, word->bytes, word->size);
        break;
    case 8:
        if (at < c->size && c->bytes[at] >= '0' && c->bytes[at] <= '9')
            c->bytes[at] = (unsigned char)('0' + rng_below(rng, 10));
        break;
    }
}

struct fuzz_target {
    const char *name;
    const struct fuzz_input *samples, *words;
    size_t sample_count, word_count;
    bool (*only)(const char *part);                          // false: there is no such part; may be NULL
    bool (*start)(void), (*end)(void);                       // before and after all cases, may be NULL; false: failed
    void (*finish)(struct fuzz_case *c, struct rng *rng);    // repairs what would hide the rest, may be NULL
    bool (*run)(const struct fuzz_case *c, struct rng *rng); // true: accepted, false: refused
};

// Takes "--only=PART" out of the words.
static inline void fuzz_only(int *argc, char **argv, const struct fuzz_target *target) {
    const char *word = *argc > 1 && strncmp(argv[1], "--only=", 7) == 0 ? argv[1] + 7 : NULL;
    if (!word) return;
    if (!target->only || !target->only(word)) {
        fprintf(stderr, "%s: there is no part \"%s\"\n", target->name, word);
        exit(2);
    }
    memmove(argv + 1, argv + 2, (size_t)(*argc - 1) * sizeof *argv);
    --*argc;
}

#ifdef FUZZ_LIBFUZZER
#define FUZZ_PROGRAM(target, cases)                                                                                    \
    int LLVMFuzzerInitialize(int *argc, char ***argv);                                                                 \
    int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);                                                     \
    int LLVMFuzzerInitialize(int *argc, char ***argv) {                                                                \
        return fuzz_initialize(argc, *argv, &(target));                                                                \
    }                                                                                                                  \
    int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {                                                    \
        return fuzz_one_input(bytes, size, &(target));                                                                 \
    }

enum { FUZZ_SEED = sizeof(uint64_t) };

static inline void fuzz_write_samples(const char *folder, const struct fuzz_target *target) {
    static const char seed[FUZZ_SEED];
    for (size_t i = 0; i < target->sample_count; i++) {
        char path[1024];
        snprintf(path, sizeof path, "%s/%s-%zu", folder, target->name, i);
        FILE *file = fopen(path, "wb");
        if (!file || fwrite(target->samples[i].bytes, 1, target->samples[i].size, file) != target->samples[i].size ||
            fwrite(seed, 1, FUZZ_SEED, file) != FUZZ_SEED || fclose(file))
            exit(1);
    }
    exit(0);
}

static inline int fuzz_initialize(int *argc, char **argv, const struct fuzz_target *target) {
    fuzz_now.name = target->name;
    fuzz_only(argc, argv, target);
    if (target->start && !target->start()) exit(1);
    if (*argc > 1 && strncmp(argv[1], "--samples=", 10) == 0) fuzz_write_samples(argv[1] + 10, target);
    return 0;
}

static inline int fuzz_one_input(const uint8_t *bytes, size_t size, const struct fuzz_target *target) {
    static struct fuzz_case c;
    uint64_t seed = 0;
    if (size < FUZZ_SEED || size - FUZZ_SEED > FUZZ_MAX) return 0;
    c.size = size - FUZZ_SEED;
    memcpy(c.bytes, bytes, c.size);
    memcpy(&seed, bytes + c.size, FUZZ_SEED);
    struct rng rng = rng_seed(seed);
    if (target->finish) target->finish(&c, &rng);
    target->run(&c, &rng);
    return 0;
}
#else
#define FUZZ_PROGRAM(target, cases)                                                                                    \
    int main(int argc, char **argv) {                                                                                  \
        return fuzz_main(argc, argv, &(target), cases);                                                                \
    }

static void fuzz_on_signal(int number) {
    fuzz_report();
    signal(number, SIG_DFL);
    raise(number);
}

void __sanitizer_set_death_callback(void (*callback)(void)) __attribute__((weak));

static inline int fuzz_main(int argc, char **argv, const struct fuzz_target *target, unsigned long long cases) {
    unsigned long long first = 0;
    fuzz_now.name = target->name;
    fuzz_now.seed = 1;
    fuzz_only(&argc, argv, target);
    if (argc > 1) cases = strtoull(argv[1], NULL, 10);
    if (argc > 2) fuzz_now.seed = strtoull(argv[2], NULL, 10);
    if (argc > 3) first = strtoull(argv[3], NULL, 10);
    if (target->start && !target->start()) return 1;
    signal(SIGSEGV, fuzz_on_signal);
    signal(SIGABRT, fuzz_on_signal);
    if (__sanitizer_set_death_callback) __sanitizer_set_death_callback(fuzz_report);
    unsigned long long accepted = 0;
    static struct fuzz_case c;
    printf("1..1\n");
    fflush(stdout);
    for (unsigned long long i = first; i < first + cases; i++) {
        fuzz_now.number = i;
        struct rng rng = rng_seed(fuzz_now.seed * 1000003u + i);
        const struct fuzz_input *sample = &target->samples[rng_below(&rng, target->sample_count)];
        c.size = sample->size < FUZZ_MAX ? sample->size : FUZZ_MAX;
        memcpy(c.bytes, sample->bytes, c.size);
        for (uint64_t k = rng_below(&rng, 6); k > 0; k--)
            fuzz_mutate(&c, &rng, target->words, target->word_count, target->samples, target->sample_count);
        if (target->finish) target->finish(&c, &rng);
        accepted += target->run(&c, &rng);
    }
    printf("# %llu of %llu cases were accepted, the others refused; seed %llu\n", accepted, cases, fuzz_now.seed);
    bool ended = !target->end || target->end();
    bool both = cases < 100 || (accepted > 0 && accepted < cases); // else the cases test nothing
    printf("%s 1 - %s: %llu cases\n", both && ended ? "ok" : "not ok", target->name, cases);
    return both && ended ? 0 : 1;
}
#endif

#define FUZZ_TEXT(text)                                                                                                \
    { text, sizeof(text) - 1 }
#define FUZZ_COUNT(list) (sizeof(list) / sizeof *(list))
