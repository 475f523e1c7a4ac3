// .npy on spoilt files: an array that fits its file, or a reason; what was read can be written and read again.

#include "fuzz.h"
#include "npy.h"
#include "npy_save.h"
#include "str.h"
#include "temporary.h"

static struct temporary folder;
static char path[1024];

static const struct fuzz_input samples[] = {
    FUZZ_TEXT("\x93NUMPY\x01\x00\x3B\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n"
              "abcdefghijklmnopqrstuvwx"),
    FUZZ_TEXT("\x93NUMPY\x02\x00\x39\x00\x00\x00{'descr': '>i2', 'fortran_order': True, 'shape': (2,2), }\n"
              "abcdefgh"),
    FUZZ_TEXT("\x93NUMPY\x03\x00\x37\x00\x00\x00{'descr': '|b1', 'fortran_order': False, 'shape': (), }\n"
              "\x01"),
};
static const struct fuzz_input words[] = {
    FUZZ_TEXT("'descr'"),    FUZZ_TEXT("'shape'"),  FUZZ_TEXT("<f8"),
    FUZZ_TEXT("|u1"),        FUZZ_TEXT("<f2"),      FUZZ_TEXT("True"),
    FUZZ_TEXT("False"),      FUZZ_TEXT("("),        FUZZ_TEXT(")"),
    FUZZ_TEXT(","),          FUZZ_TEXT("{"),        FUZZ_TEXT("}"),
    FUZZ_TEXT("'"),          FUZZ_TEXT("\n"),       FUZZ_TEXT("0"),
    FUZZ_TEXT("1,"),         FUZZ_TEXT("-1"),       FUZZ_TEXT("(0,"),
    FUZZ_TEXT("     "),      FUZZ_TEXT("\xFF\xFF"), FUZZ_TEXT("4611686018427387904"),
    FUZZ_TEXT("4294967296"),
};

// A header that was changed has another length.
static void finish(struct fuzz_case *c, struct rng *rng) {
    size_t start = c->size > 6 && c->bytes[6] == 1 ? 10 : 12;
    unsigned char *end = c->size > start ? memchr(c->bytes + start, '\n', c->size - start) : NULL;
    if (!end || rng_below(rng, 8) == 0) return;
    uint32_t length = (uint32_t)(end + 1 - (c->bytes + start));
    memcpy(c->bytes + 8, &length, start - 8);
}

static bool run(const struct fuzz_case *c, struct rng *rng) {
    struct npy array, again;
    struct err err = {0};
    char *exact = malloc(c->size + 1);
    memcpy(exact, c->bytes, c->size);
    bool good = npy_parse(&array, "fuzz", exact, c->size, &err);
    free(exact);
    if (!good) {
        fuzz_check(err.code == ERR_FORMAT && err.message[0] && !strchr(err.message, '\n'));
        fuzz_check(utf8_check(err.message, strlen(err.message)) == strlen(err.message));
        return false;
    }
    fuzz_check(array.count <= c->size && (array.real != NULL) != (array.whole != NULL));
    const void *data = array.real ? (void *)array.real : (void *)array.whole;
    if (rng_below(rng, 4) > 0) { // a save waits for the disk
        npy_release(&array);
        return true;
    }
    fuzz_check(npy_save(path, array.real ? TENSOR_F64 : TENSOR_I64, array.dims, array.shape, data, &err));
    fuzz_check(npy_read(&again, path, &err));
    fuzz_check(again.count == array.count && again.dims == array.dims);
    fuzz_check(memcmp(data, again.real ? (void *)again.real : (void *)again.whole, 8 * array.count) == 0);
    npy_release(&again);
    npy_release(&array);
    return true;
}

static bool start(void) {
    if (!temporary_make(&folder)) return false;
    snprintf(path, sizeof path, "%s", temporary_path(&folder, "case.npy"));
    return true;
}

static bool end(void) {
    temporary_remove(&folder);
    return true;
}

static const struct fuzz_target target = {.name = "fuzz_npy",
                                          .samples = samples,
                                          .sample_count = FUZZ_COUNT(samples),
                                          .words = words,
                                          .word_count = FUZZ_COUNT(words),
                                          .start = start,
                                          .end = end,
                                          .finish = finish,
                                          .run = run};
FUZZ_PROGRAM(target, 3000)
