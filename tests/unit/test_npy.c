// .npy: every rule of the format, files cut and spoilt, written and read again; and numpy itself where it is installed.

#include "npy.h"
#include "npy_save.h"
#include "str.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "folder.h"

// A file of the version and header given, and `size` bytes behind it.
static struct str make_file(int version, const char *header, const void *data, size_t size) {
    struct str file = {0};
    char start[] = {'\x93', 'N', 'U', 'M', 'P', 'Y', (char)version, 0};
    uint32_t length = (uint32_t)strlen(header);
    str_put_n(&file, start, sizeof start);
    str_put_n(&file, (const char *)&length, version == 1 ? 2 : 4);
    str_put(&file, header);
    if (size > 0) str_put_n(&file, data, size);
    return file;
}

#define HEADER(descr, order, shape) "{'descr': '" descr "', 'fortran_order': " order ", 'shape': " shape ", }\n"

// ---- the types, by bytes written down by hand ----

static const struct type_case {
    const char *header;
    unsigned char bytes[32];
    size_t size;
    bool real;
    double numbers[6];
} types[] = {
    {HEADER("<f8", "False", "(2,)"), {0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 4, 0xC0}, 16, true, {1, -2.5}},
    {HEADER(">f8", "False", "(1,)"), {0xC0, 4, 0, 0, 0, 0, 0, 0}, 8, true, {-2.5}},
    {HEADER("<f4", "False", "(2,)"), {0, 0, 0x80, 0x3F, 0, 0, 0x20, 0xC0}, 8, true, {1, -2.5}},
    {HEADER(">f4", "False", "(1,)"), {0xC0, 0x20, 0, 0}, 4, true, {-2.5}},
    // 1, -2, the largest, the smallest normal, the smallest, minus zero
    {HEADER("<f2", "False", "(6,)"),
     {0, 0x3C, 0, 0xC0, 0xFF, 0x7B, 0, 4, 1, 0, 0, 0x80},
     12,
     true,
     {1, -2, 65504, 0x1p-14, 0x1p-24, -0.0}},
    {HEADER("<f2", "False", "(2,)"), {0, 0x7C, 0, 0xFC}, 4, true, {INFINITY, -INFINITY}},
    {HEADER("|b1", "False", "(3,)"), {0, 1, 1}, 3, false, {0, 1, 1}},
    {HEADER("|i1", "False", "(3,)"), {0x80, 0xFF, 0x7F}, 3, false, {-128, -1, 127}},
    {HEADER("|u1", "False", "(2,)"), {0x80, 0xFF}, 2, false, {128, 255}},
    {HEADER("<u1", "False", "(1,)"), {7}, 1, false, {7}},
    {HEADER("<i2", "False", "(2,)"), {0xFE, 0xFF, 1, 2}, 4, false, {-2, 513}},
    {HEADER(">i2", "False", "(1,)"), {1, 2}, 2, false, {258}},
    {HEADER("<u2", "False", "(1,)"), {0xFE, 0xFF}, 2, false, {65534}},
    {HEADER("<i4", "False", "(2,)"), {0xFF, 0xFF, 0xFF, 0xFF, 0, 1, 0, 0}, 8, false, {-1, 256}},
    {HEADER(">u4", "False", "(1,)"), {0xFF, 0xFF, 0xFF, 0xFF}, 4, false, {4294967295.0}},
    {HEADER("<i8", "False", "(2,)"), {0, 0, 0, 0, 0, 0, 0, 0x80, 5, 0, 0, 0, 0, 0, 0, 0}, 16, false, {-0x1p63, 5}},
    {HEADER(">i8", "False", "(1,)"), {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE}, 8, false, {-2}},
    {HEADER("<u8", "False", "(1,)"), {1, 0, 0, 0, 0, 0, 0, 0}, 8, false, {1}},
    // shapes and orders
    {HEADER("|u1", "False", "()"), {9}, 1, false, {9}},
    {HEADER("|u1", "False", "(2, 3)"), {1, 2, 3, 4, 5, 6}, 6, false, {1, 2, 3, 4, 5, 6}},
    {HEADER("|u1", "True", "(2, 3)"), {1, 4, 2, 5, 3, 6}, 6, false, {1, 2, 3, 4, 5, 6}},
    {HEADER("|u1", "True", "(1, 2, 3,)"), {1, 4, 2, 5, 3, 6}, 6, false, {1, 2, 3, 4, 5, 6}},
    {HEADER(">i2", "True", "(2, 2)"), {0, 1, 0, 3, 0, 2, 0, 4}, 8, false, {1, 2, 3, 4}},
    {HEADER("<f8", "False", "(0, 7)"), {0}, 0, true, {0}},
    {HEADER("<f8", "False", "(9223372036854775807, 0)"), {0}, 0, true, {0}},
    // spelling
    {"{\"shape\":(1,),\"fortran_order\":False,\"descr\":\"|u1\"}\n", {3}, 1, false, {3}},
    {"  {'descr' : '|u1' , 'fortran_order':False,'shape':(1 , )}         \n", {3}, 1, false, {3}},
};

static void test_types(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const struct type_case *c = &types[i];
        for (int version = 1; version <= 3; version++) {
            struct str file = make_file(version, c->header, c->bytes, c->size);
            struct npy array;
            struct err err = {0};
            if (!npy_parse(&array, "x.npy", file.data, file.size, &err)) fail_msg("%s: %s", c->header, err.message);
            assert_int_equal(array.real != NULL, c->real);
            assert_int_equal(array.whole != NULL, !c->real);
            for (size_t k = 0; k < array.count; k++) {
                double found = c->real ? array.real[k] : (double)array.whole[k];
                if (!(found == c->numbers[k]) || signbit(found) != signbit(c->numbers[k]))
                    fail_msg("%s: element %zu is %g, expected %g", c->header, k, found, c->numbers[k]);
            }
            npy_release(&array);
            str_release(&file);
        }
    }
}

// ---- the rules ----

static const struct rule {
    const char *header;
    size_t data; // bytes, all 2
    const char *says;
} rules[] = {
    {"", 0, "a header of 2 to"},
    {" ", 0, "a header of 2 to"},
    {"  \n", 0, "expected '{' at byte 13, found the end"},
    {"[]\n", 0, "expected '{' at byte 10, found '['"},
    {"{}\n", 0, "expected 'descr' in the header"},
    {"{'descr': '<f4', 'shape': (), }\n", 4, "expected 'fortran_order'"},
    {"{'descr': '<f4', 'fortran_order': False}\n", 4, "expected 'shape'"},
    {"{'descr': '<f4' 'fortran_order': False, 'shape': ()}\n", 4, "expected '}' at byte 26"},
    {"{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': ()}\n", 4,
     "'descr' stands in the header twice"},
    {"{'other': 1}\n", 0, "at byte 11, found 'other'"},
    {"{'a key that goes on and on': 1}\n", 0, "found a longer text"},
    {"{descr: '<f4'}\n", 0, "at byte 11, found 'd'"},
    {"{'descr", 0, "closing quote"},
    {"{'de\\u0000': 1}\n", 0, "plain character"},
    {"{'descr' '<f4'}\n", 0, "expected ':'"},
    {"{'descr': '<f4'}", 0, "expected 'fortran_order'"},
    {HEADER("<f3", "False", "()"), 3, "found '<f3'"},
    {HEADER("<c8", "False", "()"), 8, "found '<c8'"},
    {HEADER("|O", "False", "()"), 8, "found '|O'"},
    {HEADER("|f4", "False", "()"), 4, "found '|f4'"},
    {HEADER("=f4", "False", "()"), 4, "found '=f4'"},
    {HEADER("", "False", "()"), 4, "found ''"},
    {HEADER("<U5", "False", "()"), 20, "found '<U5'"},
    {"{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': ()}\n", 4, "expected a type like '<f4'"},
    {HEADER("<f4", "0", "()"), 4, "True or False"},
    {HEADER("<f4", "Falsy", "()"), 4, "True or False"},
    {HEADER("<f4", "False", "[]"), 4, "expected '('"},
    {HEADER("<f4", "False", "3"), 12, "expected '('"},
    {HEADER("<f4", "False", "(3)"), 12, "',' behind a shape's only number"},
    {HEADER("<f4", "False", "(3, 1"), 12, "expected"},
    {HEADER("<f4", "False", "(-3,)"), 12, "a whole number from 0"},
    {HEADER("<f4", "False", "(3.0,)"), 12, "',' behind"},
    {HEADER("<f4", "False", "(3L,)"), 12, "',' behind"},
    {HEADER("<f4", "False", "(,)"), 4, "a whole number from 0"},
    {HEADER("<f4", "False", "(1,1,1,1,1,1,1,1,1)"), 4, "at most 8 dimensions"},
    {HEADER("<f4", "False", "(99999999999999999999,)"), 4, "too large for any file"},
    {HEADER("<f4", "False", "(9223372036854775807, 4)"), 4, "too large for any file"},
    {HEADER("<f4", "False", "(4611686018427387905,)"), 4, "too large for any file"},
    {HEADER("<f4", "False", "(1000000000000,)"), 4, "takes 4000000000000 bytes, but only 4 follow"},
    {HEADER("<f4", "False", "(2,)"), 7, "only 7 follow the header: the file is cut off"},
    {HEADER("<f4", "False", "(2,)"), 9, "found 1 bytes more"},
    {HEADER("<f4", "False", "(0,)"), 1, "found 1 bytes more"},
    {HEADER("|b1", "False", "(1,)"), 1, "a bool of 0 or 1"},
    {HEADER("<f4", "False", "()") "x\n", 4, "spaces up to the end of the header"},
    {"{'descr': '<f4', 'fortran_order': False, 'shape': ()} ", 4, "ends with a line feed"},
};

static void expect_refusal(const char *what, const struct str *file, const char *says) {
    char *exact = malloc(file->size ? file->size : 1); // so that a byte read too far is seen
    memcpy(exact, file->data, file->size);
    struct npy array;
    struct err err = {0};
    if (npy_parse(&array, "x.npy", exact, file->size, &err)) fail_msg("%s: was read", what);
    free(exact);
    assert_int_equal(err.code, ERR_FORMAT);
    assert_string_equal(err.file, "x.npy");
    if (!strstr(err.message, says)) fail_msg("%s: expected \"%s\", found \"%s\"", what, says, err.message);
    assert_null(array.real);
    assert_null(array.whole);
}

static void test_rules(void **state) {
    (void)state;
    char data[64];
    memset(data, 2, sizeof data);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        struct str file = make_file(1, rules[i].header, data, rules[i].data);
        expect_refusal(rules[i].header, &file, rules[i].says);
        str_release(&file);
    }
}

static void test_rules_of_the_start(void **state) {
    (void)state;
    static const struct {
        size_t at;
        char byte;
        const char *says;
    } cases[] = {{0, 0, "not a .npy file"}, {5, 'y', "not a .npy file"}, {6, 0, "found 0.0"},
                 {6, 4, "found 4.0"},       {7, 1, "found 1.1"},         {9, '\x7F', "should have 32"},
                 {8, 0, "a header of 2 to"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str file = make_file(1, HEADER("<f4", "False", "()"), "\0\0\0\0", 4);
        file.data[cases[i].at] = cases[i].byte;
        expect_refusal("start", &file, cases[i].says);
        str_release(&file);
    }
    unsigned char largest[8] = {0, 0, 0, 0, 0, 0, 0, 0x80};
    struct str file = make_file(1, HEADER("<u8", "False", "()"), largest, 8);
    expect_refusal("2^63", &file, "below 2^63");
    str_release(&file);
}

static void test_cut_and_flipped(void **state) {
    (void)state;
    char data[24] = {1, 2, 3};
    for (int version = 1; version <= 3; version++) {
        struct str file = make_file(version, HEADER("<f4", "True", "(3, 2)"), data, sizeof data);
        size_t whole = file.size;
        for (file.size = 0; file.size < whole; file.size++)
            expect_refusal("cut", &file, "");
        for (size_t at = 0; at < whole - sizeof data; at++)
            for (int bit = 0; bit < 8; bit++) {
                file.data[at] ^= (char)(1 << bit);
                struct npy array;
                struct err err = {0};
                if (npy_parse(&array, "x.npy", file.data, file.size, &err)) {
                    assert_true(array.count <= sizeof data);
                    npy_release(&array);
                } else {
                    assert_int_equal(err.code, ERR_FORMAT);
                    assert_true(err.message[0]);
                }
                file.data[at] ^= (char)(1 << bit);
            }
        str_release(&file);
    }
}

// ---- written and read ----

static const double f64[] = {0.1, -INFINITY, 3e300, -0.0, 5e-324, 7};
static const float f32[] = {0.1f, INFINITY, 3e38f, -0.0f, 1e-45f, 7};
static const int32_t i32[] = {INT32_MIN, -1, 0, 1, 77, INT32_MAX};
static const int64_t i64[] = {INT64_MIN, -1, 0, 1, 77, INT64_MAX};
static const uint8_t u8[] = {0, 1, 2, 3, 254, 255};
static const void *const arrays[TENSOR_TYPE_COUNT] = {
    [TENSOR_F32] = f32, [TENSOR_F64] = f64, [TENSOR_I32] = i32, [TENSOR_I64] = i64, [TENSOR_U8] = u8};

static double number_of(enum tensor_type type, int i) {
    switch (type) {
    case TENSOR_F32:
        return (double)f32[i];
    case TENSOR_F64:
        return f64[i];
    case TENSOR_I32:
        return i32[i];
    case TENSOR_I64:
        return (double)i64[i];
    default:
        return u8[i];
    }
}

static void test_round_trip(void **state) {
    struct temporary *t = *state;
    const char *path = temporary_path(t, "a.npy");
    static const struct {
        int dims;
        int64_t shape[3], count;
    } shapes[] = {{0, {0}, 1}, {1, {6}, 6}, {2, {2, 3}, 6}, {3, {3, 1, 2}, 6}, {2, {0, 3}, 0}, {1, {1}, 1}};
    for (int type = 0; type < TENSOR_TYPE_COUNT; type++)
        for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
            struct npy array;
            struct err err;
            if (!npy_save(path, (enum tensor_type)type, shapes[s].dims, shapes[s].shape, arrays[type], &err) ||
                !npy_read(&array, path, &err))
                fail_msg("%s", err.message);
            assert_int_equal(array.dims, shapes[s].dims);
            assert_memory_equal(array.shape, shapes[s].shape, (size_t)array.dims * sizeof(int64_t));
            assert_int_equal(array.count, shapes[s].count);
            for (int i = 0; i < (int)array.count; i++) {
                double found = array.real ? array.real[i] : (double)array.whole[i];
                assert_true(found == number_of((enum tensor_type)type, i));
            }
            npy_release(&array);
            struct bytes bytes = read_bytes(path);
            assert_int_equal((bytes.size - (size_t)shapes[s].count * tensor_type_sizes[type]) % 64, 0);
            bytes_release(&bytes);
        }
    assert_int_equal(temporary_count(t), 1);
    struct npy array;
    struct err err;
    assert_false(npy_read(&array, temporary_path(t, "missing.npy"), &err));
    assert_int_equal(err.code, ERR_IO);
}

// numpy reads what is written here, and what numpy writes is read here.
static void test_with_numpy(void **state) {
    struct temporary *t = *state;
    if (system("/usr/bin/python3 -c 'import numpy' 2>/dev/null") != 0) {
        print_message("skipped: numpy is missing (python3-numpy)\n");
        skip();
    }
    struct err err;
    if (!npy_save(temporary_path(t, "ours.npy"), TENSOR_F64, 2, (int64_t[]){2, 3}, f64, &err))
        fail_msg("%s", err.message);
    char command[4096];
    snprintf(command, sizeof command,
             "cd '%s' && /usr/bin/python3 -c \"\nimport numpy as n\na = n.load('ours.npy')\n"
             "assert a.shape == (2, 3) and a.dtype == n.float64 and a[0, 0] == 0.1 and a[1, 2] == 7\n"
             "b = (n.arange(24) - 7).reshape(2, 3, 4)\n"
             "for k in 'e f d > >f >d b h i l q >h >i >q B H I L'.split():\n"
             "    k = n.dtype(k if k != '>' else '>f2')\n"
             "    v = abs(b) if k.kind == 'u' else b\n"
             "    for order in 'CF':\n"
             "        n.save(k.str.replace('<', 'l').replace('>', 'g').replace('|', 'o') + order, "
             "n.array(v, dtype=k, order=order))\n"
             "n.save('bools', b > 0)\n\"",
             t->folder);
    assert_int_equal(system(command), 0);
    static const char *const names[] = {"lf2", "lf4", "lf8", "gf2", "gf4", "gf8", "oi1", "li2", "li4",
                                        "li8", "gi2", "gi4", "gi8", "ou1", "lu2", "lu4", "lu8"};
    for (size_t i = 0; i < 2 * sizeof names / sizeof *names; i++) {
        char name[16];
        struct npy array;
        snprintf(name, sizeof name, "%s%c.npy", names[i / 2], i % 2 ? 'F' : 'C');
        if (!npy_read(&array, temporary_path(t, name), &err)) fail_msg("%s: %s", name, err.message);
        assert_int_equal(array.count, 24);
        assert_int_equal(array.shape[2], 4);
        for (int k = 0; k < 24; k++) {
            int64_t expected = strchr(name, 'u') ? llabs(k - 7) : k - 7;
            assert_true(array.real ? array.real[k] == (double)expected : array.whole[k] == expected);
        }
        npy_release(&array);
    }
    struct npy array;
    if (!npy_read(&array, temporary_path(t, "bools.npy"), &err)) fail_msg("%s", err.message);
    for (int k = 0; k < 24; k++)
        assert_int_equal(array.whole[k], k > 7);
    npy_release(&array);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_types),           cmocka_unit_test(test_rules), cmocka_unit_test(test_rules_of_the_start),
        cmocka_unit_test(test_cut_and_flipped), IN_FOLDER(test_round_trip),   IN_FOLDER(test_with_numpy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
