// store: safetensors (every rule of the format, hostile files), preferences.

#include "file.h"
#include "mem.h"
#include "preferences.h"
#include "safetensors.h"
#include "str.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "folder.h"

// ---- safetensors: files made by hand ----

// A file of the header given and `data` bytes of data, counting up from 0. The length can be a lie.
static struct str make_file(const char *header, size_t data, long length) {
    struct str file = {0};
    uint64_t n = length < 0 ? strlen(header) : (uint64_t)length;
    str_put_n(&file, (const char *)&n, sizeof n);
    str_put(&file, header);
    for (size_t i = 0; i < data; i++)
        str_put_char(&file, (char)i);
    return file;
}

#define GOOD_A "\"a\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}"
#define GOOD_B "\"b\":{\"dtype\":\"U8\",\"shape\":[4],\"data_offsets\":[24,28]}"

static const struct rule {
    const char *header;
    size_t data;
    long length;      // -1: the right one
    const char *says; // NULL: a good file
} rules[] = {
    // good ones
    {"{}", 0, -1, NULL},
    {"{}      ", 0, -1, NULL},
    {"{" GOOD_A "}", 24, -1, NULL},
    {"{" GOOD_B "," GOOD_A "}   ", 28, -1, NULL}, // in any order
    {"{\"__metadata__\":{\"k\":\"v\"}," GOOD_A "}", 24, -1, NULL},
    {"{\"s\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[0,8]}}", 8, -1, NULL},
    {"{\"e\":{\"dtype\":\"F32\",\"shape\":[0,7],\"data_offsets\":[0,0]}," GOOD_A "}", 24, -1, NULL},
    {"{\"e\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[24,24]}," GOOD_A "}", 24, -1, NULL},
    // the length
    {"{}", 0, 1, "smallest header"},
    {"{}", 0, 0, "smallest header"},
    {"{}", 0, 3, "cut off"},
    {"{}", 0, 100000001, "at most 100000000"},
    {"{" GOOD_A "}", 24, 20, "must end with '}'"},
    // the JSON
    {" {}", 0, -1, "must begin with '{'"},
    {"[]", 0, -1, "must begin with '{'"},
    {"{}\n", 0, -1, "padded with spaces only"},
    {"{} }", 0, -1, "not valid JSON"},
    {"{\"a\":}", 0, -1, "not valid JSON at byte offset"},
    {"{\"\xFF\":1}", 0, -1, "not valid JSON"},
    {"{" GOOD_A "," GOOD_A "}", 24, -1, "duplicate"},
    {"{\"__metadata__\":{\"k\":\"v\",\"k\":\"w\"}}", 0, -1, "duplicate"},
    {"{\"a\\u0000b\":1}", 0, -1, "not valid JSON"}, // a name cannot hold a zero byte
    {"{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", 4, -1, "duplicate"},
    {"{\"__metadata__\":{},\"__metadata__\":{}}", 0, -1, "duplicate"},
    // metadata
    {"{\"__metadata__\":[]}", 0, -1, "__metadata__ as an object"},
    {"{\"__metadata__\":null}", 0, -1, "__metadata__ as an object"},
    {"{\"__metadata__\":{\"k\":{}}}", 0, -1, "\"k\" is none"},
    {"{\"__metadata__\":{\"k\":1}}", 0, -1, "texts only"},
    // a tensor's entry
    {"{\"a\":[]}", 0, -1, "tensor a: expected an object"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4],\"x\":1}}", 4, -1, "found \"x\""},
    {"{\"a\":{\"shape\":[],\"data_offsets\":[0,4]}}", 4, -1, "\"dtype\""},
    {"{\"a\":{\"dtype\":1,\"shape\":[],\"data_offsets\":[0,4]}}", 4, -1, "\"dtype\""},
    {"{\"a\":{\"dtype\":\"F16\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, -1, "found F16"},
    {"{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,4]}}", 4, -1, "\"shape\""},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":{},\"data_offsets\":[0,4]}}", 4, -1, "\"shape\""},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}", 4, -1, "whole numbers"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1.0],\"data_offsets\":[0,4]}}", 4, -1, "whole numbers"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,4]}}", 4, -1, "at most 8 dimensions"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387905],\"data_offsets\":[0,4]}}", 4, -1, "too large"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296,0],\"data_offsets\":[0,0]}}", 0, -1, "too large"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,4]}}", 4, -1, "not valid JSON"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, -1, "\"data_offsets\""},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0]}}", 4, -1, "\"data_offsets\""},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4,8]}}", 4, -1, "\"data_offsets\""},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,\"4\"]}}", 4, -1, "\"data_offsets\""},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}", 4, -1, "not in order"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[-4,0]}}", 4, -1, "not in order"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[9223372036854775803,9223372036854775807]}}", 4, -1,
     "cut off"},
    // shape against offsets, offsets against the file and each other
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", 4, -1, "takes 8 bytes"},
    {"{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4, -1, "takes 8 bytes"},
    {"{" GOOD_A "}", 23, -1, "only 23 bytes"},
    {"{" GOOD_A "}", 25, -1, "1 bytes after the last tensor"},
    {"{}", 1, -1, "1 bytes after the last tensor"},
    {"{" GOOD_B "}", 28, -1, "a hole of 24 bytes between the header and tensor b"},
    {"{" GOOD_A ",\"b\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[25,28]}}", 28, -1, "a hole of 1 bytes"},
    {"{" GOOD_A ",\"b\":{\"dtype\":\"U8\",\"shape\":[5],\"data_offsets\":[23,28]}}", 28, -1, "overlap by 1 bytes"},
    {"{" GOOD_A ",\"b\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24]}}", 24, -1, "overlap by 24"},
    {"{\"e\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[4,4]}," GOOD_A "}", 24, -1, "overlap"},
};

static void test_rules(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        struct str bytes = make_file(rules[i].header, rules[i].data, rules[i].length);
        struct tensor_file file;
        struct err err = {0};
        bool good = tensor_file_parse(&file, "m.safetensors", bytes.data, bytes.size, &err);
        if (good != (rules[i].says == NULL)) fail_msg("%s: %s", rules[i].header, good ? "was read" : err.message);
        if (good) {
            tensor_file_release(&file);
        } else {
            assert_int_equal(err.code, ERR_FORMAT);
            assert_string_equal(err.file, "m.safetensors");
            if (!strstr(err.message, rules[i].says))
                fail_msg("%s: expected \"%s\", found \"%s\"", rules[i].header, rules[i].says, err.message);
            assert_int_equal(file.count, 0);
            assert_null(file.tensors);
        }
        str_release(&bytes);
    }
}

static void test_names_in_messages_fit_one_line(void **state) {
    (void)state;
    struct str header = {0};
    str_put(&header, "{\"line\\nbreak\\u001b[31m");
    for (int i = 0; i < 500; i++)
        str_put(&header, "\u00E9");
    str_put(&header, "\":5}");
    struct str bytes = make_file(header.data, 0, -1);
    struct tensor_file file;
    struct err err;
    assert_false(tensor_file_parse(&file, "m", bytes.data, bytes.size, &err));
    for (const char *p = err.message; *p; p++)
        assert_true((unsigned char)*p >= 0x20);
    assert_int_equal(utf8_check(err.message, strlen(err.message)), strlen(err.message));
    str_release(&header);
    str_release(&bytes);
}

// A header can nest as deep as it is long; the reader's stack cannot.
static void test_deep_nesting(void **state) {
    (void)state;
    enum { DEPTH = 1000000 };
    struct str header = {0};
    str_put(&header, "{\"a\":");
    for (int i = 0; i < DEPTH; i++)
        str_put_char(&header, '[');
    str_put(&header, "}");
    struct str bytes = make_file(header.data, 0, -1);
    struct tensor_file file;
    struct err err;
    assert_false(tensor_file_parse(&file, "m", bytes.data, bytes.size, &err));
    assert_non_null(strstr(err.message, "not valid JSON"));
    str_release(&header);
    str_release(&bytes);
}

static void test_misaligned_data(void **state) {
    (void)state;
    // The format aligns nothing: here an F64 begins at byte 3 of the data, and the data at an odd place.
    struct str bytes = make_file("{\"u\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]},"
                                 "\"d\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[3,19]}} ",
                                 19, -1);
    double values[2] = {-1.5, 1e300};
    memcpy(bytes.data + bytes.size - 16, values, sizeof values);
    struct tensor_file file;
    assert_true(tensor_file_parse(&file, "m", bytes.data, bytes.size, NULL));
    const struct tensor *d = tensor_file_find(&file, "d");
    assert_int_equal((uintptr_t)d->data % 8, 0);
    assert_true(((const double *)d->data)[0] == -1.5);
    assert_true(tensor_at(d, 1) == 1e300);
    assert_true(tensor_at(tensor_file_find(&file, "u"), 2) == 2);
    tensor_file_release(&file);
    str_release(&bytes);
}

// ---- safetensors: written and read ----

static void add_examples(struct tensor_writer *writer) {
    static const float f32[] = {1, -0.0f, NAN, INFINITY, 1e-45f, 3.4e38f};
    static const double f64[] = {0.1, -INFINITY, NAN};
    static const int32_t i32[] = {-5, 7};
    static const int64_t i64[] = {INT64_MIN + 1};
    static const uint8_t u8[] = {0, 255, 3};
    tensor_writer_meta(writer, "unroll", "{\"a\":\"\u00E9 \\n\"}");
    tensor_writer_meta(writer, "empty", "");
    tensor_writer_add(writer, "bytes", TENSOR_U8, 1, (int64_t[]){3}, u8);
    tensor_writer_add(writer, "forward/l0/gate_f", TENSOR_F32, 2, (int64_t[]){2, 3}, f32);
    tensor_writer_add(writer, "nothing", TENSOR_F32, 2, (int64_t[]){0, 3}, NULL);
    tensor_writer_add(writer, "ints", TENSOR_I32, 1, (int64_t[]){2}, i32);
    tensor_writer_add(writer, "doubles", TENSOR_F64, 1, (int64_t[]){3}, f64);
    tensor_writer_add(writer, "scalar", TENSOR_I64, 0, NULL, i64);
    tensor_writer_add(writer, "caf\u00E9 \"quoted\"", TENSOR_U8, 1, (int64_t[]){1}, u8);
}

static void test_round_trip(void **state) {
    struct temporary *t = *state;
    const char *path = temporary_path(t, "a.safetensors");
    struct err err;
    struct tensor_writer *writer = tensor_writer_new();
    add_examples(writer);
    if (!tensor_writer_save(writer, path, &err)) fail_msg("%s", err.message);
    tensor_writer_free(writer);

    struct tensor_file file;
    if (!tensor_file_read(&file, path, &err)) fail_msg("%s", err.message);
    assert_int_equal(file.count, 7);
    assert_string_equal(tensor_file_meta(&file, "unroll"), "{\"a\":\"\u00E9 \\n\"}");
    assert_string_equal(tensor_file_meta(&file, "empty"), "");
    assert_null(tensor_file_meta(&file, "missing"));
    assert_null(tensor_file_find(&file, "missing"));
    const struct tensor *f32 = tensor_file_find(&file, "forward/l0/gate_f");
    assert_int_equal(f32->dims, 2);
    assert_int_equal(f32->shape[1], 3);
    static const float expected[] = {1, -0.0f, NAN, INFINITY, 1e-45f, 3.4e38f};
    assert_memory_equal(f32->data, expected, sizeof expected); // bit for bit
    assert_int_equal(tensor_not_finite(f32), 2);
    assert_int_equal(tensor_not_finite(tensor_file_find(&file, "doubles")), 1);
    assert_int_equal(tensor_not_finite(tensor_file_find(&file, "ints")), -1);
    assert_true(tensor_at(tensor_file_find(&file, "ints"), 0) == -5);
    assert_true(tensor_at(tensor_file_find(&file, "scalar"), 0) == (double)(INT64_MIN + 1));
    assert_int_equal(tensor_file_find(&file, "nothing")->bytes, 0);
    assert_non_null(tensor_file_find(&file, "caf\u00E9 \"quoted\""));
    struct bytes bytes = read_bytes(path);
    uint64_t n;
    memcpy(&n, bytes.data, sizeof n);
    assert_int_equal((8 + n) % 8, 0); // the data begins aligned, and every tensor in it
    for (int i = 0; i < file.count; i++) {
        size_t offset = (size_t)((const char *)file.tensors[i].data - (const char *)file.tensors[0].data);
        assert_int_equal(offset % tensor_type_sizes[file.tensors[i].type], 0);
    }
    bytes_release(&bytes);
    tensor_file_release(&file);
    tensor_file_release(&file);
    assert_int_equal(temporary_count(t), 1);
}

static struct bytes example_file(struct temporary *t) {
    const char *path = temporary_path(t, "example");
    struct tensor_writer *writer = tensor_writer_new();
    add_examples(writer);
    assert_true(tensor_writer_save(writer, path, NULL));
    tensor_writer_free(writer);
    return read_bytes(path);
}

static void test_cut_at_every_byte(void **state) {
    struct bytes bytes = example_file(*state);
    for (size_t size = 0; size < bytes.size; size++) {
        // A copy of just that size, so that the address sanitizer sees a byte read too far.
        char *copy = malloc(size + 1);
        memcpy(copy, bytes.data, size);
        struct tensor_file file;
        struct err err = {0};
        if (tensor_file_parse(&file, "cut", copy, size, &err)) fail_msg("a file cut to %zu bytes was read", size);
        assert_int_equal(err.code, ERR_FORMAT);
        assert_true(err.message[0]);
        free(copy);
    }
    bytes_release(&bytes);
}

static void touch_everything(const struct tensor_file *file) {
    double sum = 0;
    for (int i = 0; i < file->count; i++)
        for (size_t k = 0; k < tensor_count(&file->tensors[i]); k++)
            sum += tensor_at(&file->tensors[i], k);
    size_t length = 0;
    for (int i = 0; i < file->meta_count; i++)
        length += strlen(file->meta[i].key) + strlen(file->meta[i].value);
    assert_true(sum == sum || sum != sum || length > 0);
}

static void test_every_bit_of_the_header_flipped(void **state) {
    struct bytes bytes = example_file(*state);
    uint64_t n;
    memcpy(&n, bytes.data, sizeof n);
    int read = 0, refused = 0;
    for (size_t at = 0; at < 8 + n; at++) {
        for (int bit = 0; bit < 8; bit++) {
            bytes.data[at] ^= (char)(1 << bit);
            struct tensor_file file;
            struct err err = {0};
            if (tensor_file_parse(&file, "flipped", bytes.data, bytes.size, &err)) {
                touch_everything(&file);
                tensor_file_release(&file);
                read++;
            } else {
                assert_int_equal(err.code, ERR_FORMAT);
                assert_true(err.message[0]);
                refused++;
            }
            bytes.data[at] ^= (char)(1 << bit);
        }
    }
    assert_true(read > 0 && refused > read); // a letter of a name may change; most of the rest may not
    bytes_release(&bytes);
}

static void test_file_too_large_for_its_words(void **state) {
    struct temporary *t = *state;
    // A sparse file of 4 GB: refused by its first bytes, not read.
    const char *path = temporary_path(t, "sparse");
    FILE *stream = fopen(path, "wb");
    fclose(stream);
    if (truncate(path, (off_t)4 << 30) != 0) skip();
    struct tensor_file file;
    struct err err;
    assert_false(tensor_file_read(&file, path, &err));
    assert_int_equal(err.code, ERR_FORMAT);
    assert_non_null(strstr(err.message, "smallest header"));
    assert_false(tensor_file_read(&file, temporary_path(t, "missing"), &err));
    assert_int_equal(err.code, ERR_IO);
    assert_false(tensor_file_read(&file, t->folder, &err));
    assert_int_equal(err.code, ERR_IO);
}

static void test_writer_tells_what_went_wrong(void **state) {
    struct temporary *t = *state;
    static const float values[4];
    for (int i = 0; i < 4; i++) {
        struct tensor_writer *writer = tensor_writer_new();
        if (i == 0) {
            tensor_writer_add(writer, "a", TENSOR_F32, 1, (int64_t[]){4}, values);
            tensor_writer_add(writer, "a", TENSOR_F32, 1, (int64_t[]){4}, values);
        }
        if (i == 1) tensor_writer_add(writer, "__metadata__", TENSOR_F32, 1, (int64_t[]){4}, values);
        if (i == 2) tensor_writer_add(writer, "\xFF", TENSOR_F32, 1, (int64_t[]){4}, values);
        if (i == 3) tensor_writer_meta(writer, "key", "\xC0");
        struct err err = {0};
        assert_false(tensor_writer_save(writer, temporary_path(t, "never"), &err));
        assert_int_equal(err.code, ERR_VALUE);
        tensor_writer_free(writer);
    }
    assert_int_equal(temporary_count(t), 0);
}

static void test_memory_runs_out_while_writing_and_reading(void **state) {
    struct temporary *t = *state;
    const char *path = temporary_path(t, "a");
    for (long n = 1;; n++) {
        mem_fail_at(n);
        struct tensor_writer *writer = tensor_writer_new();
        add_examples(writer);
        struct err err = {0};
        bool good = tensor_writer_save(writer, path, &err);
        mem_fail_at(0);
        tensor_writer_free(writer);
        assert_int_equal(temporary_count(t), good);
        if (good) break;
        assert_int_equal(err.code, ERR_MEMORY);
    }
    for (long n = 1;; n++) {
        mem_fail_at(n);
        struct tensor_file file;
        struct err err = {0};
        bool good = tensor_file_read(&file, path, &err);
        mem_fail_at(0);
        tensor_file_release(&file);
        if (good) break;
        assert_int_equal(err.code, ERR_MEMORY);
    }
}

static void test_a_failed_save_leaves_the_old_file(void **state) {
    struct temporary *t = *state;
    const char *path = temporary_path(t, "kept.safetensors");
    assert_true(file_save_whole(path, "old", 3, NULL));
    struct tensor_writer *writer = tensor_writer_new();
    float *large = calloc(100000, sizeof *large);
    tensor_writer_add(writer, "large", TENSOR_F32, 1, (int64_t[]){100000}, large);
    free(large);
    struct rlimit before, small; // as a disk that is full after 50,000 bytes
    getrlimit(RLIMIT_FSIZE, &before);
    small = (struct rlimit){.rlim_cur = 50000, .rlim_max = before.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    struct err err;
    bool saved = tensor_writer_save(writer, path, &err);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    tensor_writer_free(writer);
    assert_false(saved);
    assert_int_equal(err.code, ERR_IO);
    struct bytes bytes = read_bytes(path);
    assert_string_equal(bytes.data, "old");
    bytes_release(&bytes);
    assert_int_equal(temporary_count(t), 1);
}

// ---- preferences ----

static void test_preferences_round_trip(void **state) {
    struct temporary *t = *state;
    const char *path = temporary_path(t, "config/unroll/preferences.json");
    struct preferences p, q;
    struct err err;
    assert_true(preferences_load(&p, path, &err)); // the first run: no file
    assert_true(p.scale == 1);
    assert_false(p.dark);
    p.dark = p.reduced_motion = true;
    p.scale = 1.25;
    p.notation = 2;
    p.weights = 1;
    p.recent_count = 2;
    strcpy(p.recent[0], "/home/\u00E9/names.txt");
    strcpy(p.recent[1], "with \"quotes\" and \\");
    p.progress_count = 1;
    p.progress[0] = (struct progress){.lesson = "vanishing-and-exploding-gradients",
                                      .part = 4,
                                      .parts_done = 0x8000000Fu,
                                      .tasks = {[0] = 7, [4] = 0x80000001u}};
    if (!preferences_save(&p, path, &err)) fail_msg("%s", err.message);
    if (!preferences_load(&q, path, &err)) fail_msg("%s", err.message);
    assert_true(q.dark && q.reduced_motion && !q.sign_marks);
    assert_true(q.scale == 1.25);
    assert_int_equal(q.notation, 2);
    assert_int_equal(q.weights, 1);
    assert_int_equal(q.recent_count, 2);
    assert_string_equal(q.recent[0], p.recent[0]);
    assert_string_equal(q.recent[1], p.recent[1]);
    assert_int_equal(q.progress_count, 1);
    assert_string_equal(q.progress[0].lesson, "vanishing-and-exploding-gradients");
    assert_memory_equal(q.progress[0].tasks, p.progress[0].tasks, sizeof p.progress[0].tasks);
    assert_int_equal(q.progress[0].part, 4);
    assert_true(q.progress[0].parts_done == 0x8000000Fu);
}

static void test_preferences_that_cannot_be_said_in_json(void **state) {
    struct temporary *t = *state;
    const char *path = temporary_path(t, "p.json");
    struct preferences p = preferences_default(), q;
    struct err err;
    strcpy(p.recent[0], "/bytes/\xFF");
    strcpy(p.recent[1], "/kept");
    p.recent_count = 2;
    p.progress[0] = (struct progress){.lesson = "a", .part = 1000};
    p.progress_count = 1;
    assert_true(preferences_save(&p, path, &err));
    if (!preferences_load(&q, path, &err)) fail_msg("%s", err.message); // what was saved can be read
    assert_int_equal(q.recent_count, 1);
    assert_string_equal(q.recent[0], "/kept");
    p.scale = (double)NAN;
    assert_false(preferences_save(&p, path, &err));
    assert_int_equal(err.code, ERR_VALUE);
    p.scale = 1;
    p.notation = 99;
    assert_false(preferences_save(&p, path, &err));
    assert_true(preferences_load(&q, path, &err)); // the old ones are still there
    assert_false(preferences_save(&q, temporary_path(t, "p.json/x"), &err));
    assert_int_equal(err.code, ERR_IO);
}

static void test_preferences_damaged(void **state) {
    struct temporary *t = *state;
    static const struct {
        const char *text, *says, *aside;
    } cases[] = {
        {"", "set aside", "p.json.damaged"},
        {"{\n  \"version\": 1,\n  \"dark\": tru", "p.json.damaged.2", "p.json.damaged.2"},
        {"[]", "expected a JSON object", "p.json.damaged.3"},
        {"{}", "\"version\"", "p.json.damaged.4"},
        {"{\"version\":1,\"version\":1}", "duplicate", NULL},
        {"{\"version\":2,\"dark\":true}", "a newer unroll", "p.json.newer"},
        {"{\"version\":1,\"dark\":1}", "\"dark\"", NULL},
        {"{\"version\":1,\"scale\":0}", "\"scale\"", NULL},
        {"{\"version\":1,\"scale\":1e999}", "", NULL},
        {"{\"version\":1,\"notation\":\"roman\"}", "\"notation\"", NULL},
        {"{\"version\":1,\"notation\":7}", "\"notation\"", NULL},
        {"{\"version\":1,\"weights\":\"both\"}", "usual, split or stacked", NULL},
        {"{\"version\":1,\"recent\":{}}", "\"recent\"", NULL},
        {"{\"version\":1,\"recent\":[1]}", "\"recent\"", NULL},
        {"{\"version\":1,\"recent\":[\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\"]}", "at most 8", NULL},
        {"{\"version\":1,\"progress\":[1]}", "\"lesson\"", NULL},
        {"{\"version\":1,\"progress\":[{\"lesson\":\"a\"}]}", "\"part\"", NULL},
        {"{\"version\":1,\"progress\":[{\"lesson\":\"a\",\"part\":-1,\"parts_done\":0}]}", "\"part\"", NULL},
        {"{\"version\":1,\"progress\":[{\"lesson\":\"a name that is longer than sixty-three bytes, which no lesson "
         "that "
         "is kept may have\",\"part\":0}]}",
         "\"lesson\"", NULL},
        {"{\"version\":1,\"progress\":[{\"lesson\":\"a\",\"part\":0,\"parts_done\":0,\"tasks\":[1,-1]}]}", "\"tasks\"",
         NULL},
    };
    char path[1024];
    strcpy(path, temporary_path(t, "p.json"));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(file_save_whole(path, cases[i].text, strlen(cases[i].text), NULL));
        struct preferences p;
        struct err err = {0};
        assert_false(preferences_load(&p, path, &err));
        if (!strstr(err.message, cases[i].says)) fail_msg("expected \"%s\" in \"%s\"", cases[i].says, err.message);
        assert_true(p.scale == 1 && !p.dark && p.recent_count == 0 && p.progress_count == 0);
        assert_false(file_exists(path));
        if (cases[i].aside) {
            struct bytes bytes = read_bytes(temporary_path(t, cases[i].aside)); // nothing is lost
            assert_string_equal(bytes.data, cases[i].text);
            bytes_release(&bytes);
        }
        assert_true(preferences_load(&p, path, &err)); // and the next start is as the first
    }
    assert_int_equal(temporary_count(t), (int)(sizeof cases / sizeof *cases));
}

static void test_preferences_unreadable(void **state) {
    struct temporary *t = *state;
    struct preferences p;
    struct err err;
    assert_false(preferences_load(&p, t->folder, &err)); // a folder in its place is left alone
    assert_int_equal(err.code, ERR_IO);
    assert_true(p.scale == 1);
    assert_true(file_is_directory(t->folder));
}

static void test_preferences_path(void **state) {
    (void)state;
    char path[200];
    setenv("XDG_CONFIG_HOME", "/c", 1);
    assert_true(preferences_path(path, sizeof path));
    assert_string_equal(path, "/c/unroll/preferences.json");
    assert_false(preferences_path(path, 10)); // no room
    setenv("XDG_CONFIG_HOME", "relative", 1);
    setenv("HOME", "/h", 1);
    assert_true(preferences_path(path, sizeof path));
    assert_string_equal(path, "/h/.config/unroll/preferences.json");
    assert_true(preferences_lessons(path, sizeof path)); // beside it
    assert_string_equal(path, "/h/.config/unroll/lessons");
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("HOME");
    assert_false(preferences_path(path, sizeof path));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_names_in_messages_fit_one_line),
        cmocka_unit_test(test_deep_nesting),
        cmocka_unit_test(test_misaligned_data),
        IN_FOLDER(test_round_trip),
        IN_FOLDER(test_cut_at_every_byte),
        IN_FOLDER(test_every_bit_of_the_header_flipped),
        IN_FOLDER(test_file_too_large_for_its_words),
        IN_FOLDER(test_writer_tells_what_went_wrong),
        IN_FOLDER(test_memory_runs_out_while_writing_and_reading),
        IN_FOLDER(test_a_failed_save_leaves_the_old_file),
        IN_FOLDER(test_preferences_round_trip),
        IN_FOLDER(test_preferences_that_cannot_be_said_in_json),
        IN_FOLDER(test_preferences_damaged),
        IN_FOLDER(test_preferences_unreadable),
        cmocka_unit_test(test_preferences_path),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
