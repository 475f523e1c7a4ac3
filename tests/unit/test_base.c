// base: memory, arenas, text, UTF-8, errors, random numbers, files, threads.

#include "arena.h"
#include "err.h"
#include "file.h"
#include "mem.h"
#include "rng.h"
#include "str.h"
#include "temporary.h"
#include "thread.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include <cmocka.h>

// ---- memory ----

static void test_mem(void **state) {
    (void)state;
    for (size_t size = 0; size < 200; size += 7) {
        unsigned char *p = mem_alloc(size);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 64, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xAB, size);
        unsigned char *q = mem_grow(p, size, 2 * size + 3);
        assert_non_null(q);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(q[i], 0xAB);
        for (size_t i = size; i < 2 * size + 3; i++)
            assert_int_equal(q[i], 0);
        mem_free(q);
    }
    assert_null(mem_array(SIZE_MAX / 2, 3));
    assert_null(mem_alloc(SIZE_MAX - 5));
    mem_free(NULL);
}

static void test_mem_fails_when_told(void **state) {
    (void)state;
    mem_fail_at(2);
    void *first = mem_alloc(8), *second = mem_alloc(8), *third = mem_alloc(8);
    assert_non_null(first);
    assert_null(second);
    assert_non_null(third);
    mem_fail_at(1);
    assert_null(mem_grow(first, 8, 16)); // and `first` is still there
    ((char *)first)[7] = 1;
    mem_fail_at(1);
    void *needed = mem_need(1, 8); // not subject to the hook
    mem_fail_at(0);
    assert_non_null(needed);
    mem_free(needed);
    mem_free(first);
    mem_free(third);
}

static void test_arena(void **state) {
    (void)state;
    struct arena arena;
    arena_init(&arena);
    for (int round = 0; round < 3; round++) {
        char *kept[300];
        for (int i = 0; i < 300; i++) {
            size_t size = (size_t)(i * i);
            kept[i] = arena_alloc(&arena, size, 1);
            assert_int_equal((uintptr_t)kept[i] % 64, 0);
            for (size_t k = 0; k < size; k++)
                assert_int_equal(kept[i][k], 0);
            memset(kept[i], i, size);
        }
        for (int i = 0; i < 300; i++)
            for (int k = 0; k < i * i; k++)
                assert_int_equal(kept[i][k], (char)i); // nobody else wrote there
        assert_string_equal(arena_printf(&arena, "%s %d", "seven", 7), "seven 7");
        assert_string_equal(arena_text(&arena, "abcdef", 3), "abc");
        assert_string_equal(arena_text(&arena, "", 0), "");
        assert_true(arena.used > 0);
        arena_clear(&arena);
        assert_int_equal(arena.used, 0);
    }
    arena_release(&arena);
}

// ---- text ----

static void test_str(void **state) {
    (void)state;
    struct str str = {0};
    assert_string_equal(str_text(&str), "");
    str_clear(&str);
    for (int i = 0; i < 1000; i++)
        str_printf(&str, "%d,", i);
    assert_int_equal(str.size, 10 * 2 + 90 * 3 + 900 * 4);
    assert_int_equal(strlen(str.data), str.size);
    str_clear(&str);
    str_put(&str, "a");
    str_put_char(&str, 'b');
    str_put_n(&str, "cde", 2);
    assert_string_equal(str_text(&str), "abcd");
    str_release(&str);
    assert_string_equal(str_text(&str), "");
}

static void test_utf8_every_code_point(void **state) {
    (void)state;
    for (unsigned codepoint = 0; codepoint <= 0x10FFFF; codepoint++) {
        if (codepoint >= 0xD800 && codepoint < 0xE000) continue;
        char text[5];
        size_t used, size = utf8_put(codepoint, text);
        if (utf8_next(text, size, &used) != codepoint || used != size || utf8_check(text, size) != size)
            fail_msg("U+%04X does not survive", codepoint);
        for (size_t cut = 1; cut < size; cut++)
            if (utf8_check(text, cut) != 0 || utf8_next(text, cut, &used) != 0xFFFD || used != 1)
                fail_msg("U+%04X cut to %zu bytes passes", codepoint, cut);
    }
    char text[5];
    assert_int_equal(utf8_put(0xD800, text), 3);
    assert_string_equal(text, "\uFFFD");
    assert_int_equal(utf8_put(0x110000, text), 3);
}

static void test_utf8_faults(void **state) {
    (void)state;
    static const struct {
        const char *text;
        size_t fault;
    } cases[] = {
        {"abc\x80", 3},
        {"\xC0\x80", 0},
        {"\xC1\xBF", 0},
        {"\xE0\x80\x80", 0},
        {"\xE0\x9F\xBF", 0},
        {"\xED\xA0\x80", 0},
        {"\xED\xBF\xBF", 0},
        {"\xF0\x80\x80\x80", 0},
        {"x\xF0\x8F\xBF\xBF", 1},
        {"\xF4\x90\x80\x80", 0},
        {"\xF5\x80\x80\x80", 0},
        {"\xFE", 0},
        {"\xFF", 0},
        {"\xC3(", 0},
        {"\xE2\x28\xA1", 0},
        {"\xE2\x82(", 0},
        {"\u00E9\u20AC\xC3", 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t size = strlen(cases[i].text), used;
        assert_int_equal(utf8_check(cases[i].text, size), cases[i].fault);
        assert_int_equal(utf8_next(cases[i].text + cases[i].fault, size - cases[i].fault, &used), 0xFFFD);
        assert_int_equal(used, 1);
    }
    // A fault at every place of a long text, whatever its alignment to eight bytes.
    char text[100];
    for (size_t at = 0; at < sizeof text; at++) {
        memset(text, 'a', sizeof text);
        assert_int_equal(utf8_check(text, sizeof text), sizeof text);
        text[at] = (char)0x80;
        assert_int_equal(utf8_check(text, sizeof text), at);
    }
    assert_int_equal(utf8_count("a\u00E9\u20AC\U0001F600", 10), 4);
    size_t used;
    assert_int_equal(utf8_next("", 0, &used), 0xFFFD);
}

// ---- errors ----

static void test_err(void **state) {
    (void)state;
    struct err err;
    char text[900];
    assert_false(err_at(&err, ERR_FORMAT, "names.txt", 3, 14, "expected %s", "this"));
    err_format(&err, text, sizeof text);
    assert_string_equal(text, "names.txt:3:14: expected this");
    assert_false(err_at(&err, ERR_IO, "names.txt", 0, 5, "x"));
    err_format(&err, text, sizeof text);
    assert_string_equal(text, "names.txt: x");
    assert_false(err_set(&err, ERR_VALUE, "y"));
    err_format(&err, text, sizeof text);
    assert_string_equal(text, "y");
    assert_false(err_set(&err, ERR_VALUE, "because %s", err.message)); // of itself
    assert_string_equal(err.message, "because y");
    assert_false(err_set(NULL, ERR_VALUE, "nobody cares"));
}

static void test_err_is_one_line_of_text(void **state) {
    (void)state;
    struct err err;
    err_set(&err, ERR_FORMAT, "a tensor %.3s, then %s", "\u00E9\u00E9", "a\nb\x1B[31m\xFF\uFFFD");
    assert_string_equal(err.message, "a tensor \u00E9?, then a?b?[31m?\uFFFD");
    err_at(&err, ERR_IO, "new\nline", 1, 1, "x");
    char text[100];
    err_format(&err, text, sizeof text);
    assert_string_equal(text, "new?line:1:1: x");
}

static void test_err_too_long(void **state) {
    (void)state;
    struct err err;
    struct str long_text = {0};
    str_put(&long_text, "x");
    for (int i = 0; i < 600; i++)
        str_put(&long_text, "\u00E9");
    err_at(&err, ERR_IO, long_text.data, 1, 1, "%s", long_text.data);
    assert_true(strlen(err.message) >= sizeof err.message - 2);
    assert_int_equal(utf8_check(err.message, strlen(err.message)), strlen(err.message)); // no half character
    assert_int_equal(utf8_check(err.file, strlen(err.file)), strlen(err.file));
    assert_memory_equal(err.file, "...", 3);
    char small[10];
    err_format(&err, small, sizeof small);
    assert_true(strlen(small) < sizeof small);
    str_release(&long_text);
}

// ---- random numbers ----

static void test_rng_known(void **state) {
    (void)state;
    // The published sequence of xoshiro256** from the state 1 2 3 4.
    static const uint64_t expected[] = {11520u,
                                        0u,
                                        1509978240u,
                                        1215971899390074240u,
                                        1216172134540287360u,
                                        607988272756665600u,
                                        16172922978634559625u,
                                        8476171486693032832u,
                                        10595114339597558777u,
                                        2904607092377533576u};
    struct rng rng = {{1, 2, 3, 4}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_true(rng_next(&rng) == expected[i]);
    // and of splitmix64 from 1234567, which fills the state
    struct rng seeded = rng_seed(1234567);
    assert_true(seeded.s[0] == 6457827717110365317u);
    assert_true(seeded.s[1] == 3203168211198807973u);
    assert_true(seeded.s[2] == 9817491932198370423u);
    assert_true(seeded.s[3] == 4593380528125082431u);
}

static void test_rng_distributions(void **state) {
    (void)state;
    struct rng rng = rng_seed(7);
    enum { N = 200000, SIDES = 6 };
    double sum = 0, squares = 0, uniform = 0;
    long counts[SIDES] = {0};
    for (int i = 0; i < N; i++) {
        double z = rng_normal(&rng), u = rng_uniform(&rng);
        assert_true(u >= 0 && u < 1);
        sum += z;
        squares += z * z;
        uniform += u;
        counts[rng_below(&rng, SIDES)]++;
    }
    assert_true(fabs(sum / N) < 0.01);
    assert_true(fabs(squares / N - 1) < 0.02);
    assert_true(fabs(uniform / N - 0.5) < 0.005);
    for (int i = 0; i < SIDES; i++)
        assert_true(labs(counts[i] - N / SIDES) < 800);
    assert_true(rng_below(&rng, 1) == 0);
    // Just above half of the range: without rejection, small results would come up twice as often.
    uint64_t n = (1ull << 63) + (1ull << 62), low = 0;
    for (int i = 0; i < 30000; i++)
        low += rng_below(&rng, n) < n / 3;
    assert_true(fabs((double)low / 30000 - 1.0 / 3) < 0.02);
}

static void test_rng_forks_and_shuffles(void **state) {
    (void)state;
    struct rng a = rng_seed(1), b = rng_seed(1), c = rng_seed(1);
    struct rng x = rng_fork(&a, 5), y = rng_fork(&b, 5), z = rng_fork(&c, 6);
    uint64_t first = rng_next(&x);
    assert_true(first == rng_next(&y));
    assert_true(first != rng_next(&z));
    assert_true(first != rng_next(&a));
    int items[100], seen[100] = {0};
    for (int i = 0; i < 100; i++)
        items[i] = i;
    rng_shuffle(&a, items, 100);
    int moved = 0;
    for (int i = 0; i < 100; i++) {
        seen[items[i]]++;
        moved += items[i] != i;
    }
    for (int i = 0; i < 100; i++)
        assert_int_equal(seen[i], 1);
    assert_true(moved > 80);
    rng_shuffle(&a, items, 0);
}

// ---- files ----

static int make_folder(void **state) {
    struct temporary *t = calloc(1, sizeof *t);
    *state = t;
    return temporary_make(t) ? 0 : -1;
}

static int remove_folder(void **state) {
    temporary_remove(*state);
    free(*state);
    return 0;
}

static void assert_file(const char *path, const char *expected) {
    struct bytes bytes;
    struct err err;
    if (!file_read(path, 1 << 20, &bytes, &err)) fail_msg("%s", err.message);
    assert_int_equal(bytes.size, strlen(expected));
    assert_string_equal(bytes.data, expected);
    bytes_release(&bytes);
}

static void test_file_round_trip(void **state) {
    struct temporary *t = *state;
    struct err err;
    const char *path = temporary_path(t, "a.txt");
    assert_true(file_save_whole(path, "one", 3, &err));
    assert_file(path, "one");
    assert_true(file_save_whole(path, "", 0, &err));
    assert_file(path, "");
    assert_true(file_exists(path));
    assert_false(file_is_directory(path));
    assert_true(file_is_directory(t->folder));
    assert_string_equal(file_name(path), "a.txt");
    assert_string_equal(file_name("a.txt"), "a.txt");
    assert_int_equal(temporary_count(t), 1);
}

static void expect_no_read(const char *path, size_t max, enum err_code code, const char *part) {
    struct bytes bytes = {.data = (char *)1, .size = 5};
    struct err err;
    assert_false(file_read(path, max, &bytes, &err));
    assert_int_equal(err.code, code);
    if (!strstr(err.message, part)) fail_msg("expected \"%s\" in \"%s\"", part, err.message);
    assert_null(bytes.data);
    assert_int_equal(bytes.size, 0);
}

static void test_file_read_fails(void **state) {
    struct temporary *t = *state;
    expect_no_read(temporary_path(t, "missing"), 100, ERR_IO, "no such file");
    expect_no_read(t->folder, 100, ERR_IO, "a folder");
    const char *path = temporary_path(t, "long");
    assert_true(file_save_whole(path, "0123456789", 10, NULL));
    expect_no_read(path, 9, ERR_LIMIT, "at most 9");
    struct bytes bytes;
    assert_true(file_read(path, 10, &bytes, NULL));
    bytes_release(&bytes);
    mem_fail_at(1);
    expect_no_read(path, 10, ERR_MEMORY, "10 bytes");
    mem_fail_at(0);
    expect_no_read("/dev/zero", 1 << 20, ERR_LIMIT, "at most"); // no size beforehand, no end
    if (geteuid() != 0) {
        chmod(path, 0);
        expect_no_read(path, 10, ERR_IO, "ermission");
    }
    // A file of /proc says that it is empty and is not: as one that grows while it is read.
    if (file_exists("/proc/self/status")) expect_no_read("/proc/self/status", 1 << 20, ERR_IO, "changed");
}

static void test_file_read_pipe(void **state) {
    struct temporary *t = *state;
    (void)t;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "through", 7), 7);
    close(ends[1]);
    char path[64];
    snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
    if (file_exists(path)) assert_file(path, "through");
    close(ends[0]);
}

static void test_save_keeps_mode_and_links(void **state) {
    struct temporary *t = *state;
    char target[1024], link[1024];
    strcpy(target, temporary_path(t, "target"));
    strcpy(link, temporary_path(t, "link"));
    assert_true(file_save_whole(target, "old", 3, NULL));
    struct stat found;
    assert_int_equal(stat(target, &found), 0);
    mode_t mask = umask(0);
    umask(mask);
    assert_int_equal(found.st_mode & 07777, 0666 & ~mask);
    assert_int_equal(chmod(target, 0640), 0);
    assert_int_equal(symlink("target", link), 0);
    assert_true(file_save_whole(link, "new", 3, NULL));
    assert_int_equal(lstat(link, &found), 0);
    assert_true(S_ISLNK(found.st_mode));
    assert_int_equal(stat(target, &found), 0);
    assert_int_equal(found.st_mode & 07777, 0640);
    assert_file(target, "new");
    assert_int_equal(temporary_count(t), 2);
}

static void expect_no_save(const char *path, const char *part) {
    struct err err;
    assert_false(file_save_whole(path, "new", 3, &err));
    assert_int_equal(err.code, ERR_IO);
    if (!strstr(err.message, part)) fail_msg("expected \"%s\" in \"%s\"", part, err.message);
}

static void test_save_fails(void **state) {
    struct temporary *t = *state;
    expect_no_save(temporary_path(t, "missing/a.txt"), "no such file or folder");
    expect_no_save(t->folder, "a folder");
    assert_int_equal(temporary_count(t), 0);
    if (file_exists("/dev/full")) {
        expect_no_save("/dev/full", "o space left");
        assert_true(file_exists("/dev/full"));
    }
    assert_true(file_save_whole("/dev/null", "x", 1, NULL)); // a device is written to, not replaced
    struct stat found;
    assert_int_equal(stat("/dev/null", &found), 0);
    assert_true(S_ISCHR(found.st_mode));
}

static void test_save_out_of_room(void **state) {
    struct temporary *t = *state;
    const char *path = temporary_path(t, "kept");
    assert_true(file_save_whole(path, "old", 3, NULL));
    // The system refuses to let a file grow beyond the limit: as a full disk, half way.
    struct rlimit before, small = {.rlim_cur = 50000};
    getrlimit(RLIMIT_FSIZE, &before);
    small.rlim_max = before.rlim_max;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    char *large = calloc(1, 100000);
    struct err err;
    bool saved = file_save_whole(path, large, 100000, &err);
    struct file_save save;
    bool begun = file_save_begin(&save, path, NULL);
    if (begun) fwrite(large, 1, 100000, save.stream); // the failure is found by the commit
    bool committed = begun && file_save_commit(&save, NULL);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    free(large);
    assert_false(saved);
    assert_int_equal(err.code, ERR_IO);
    assert_true(begun);
    assert_false(committed);
    assert_file(path, "old");
    assert_int_equal(temporary_count(t), 1);
}

static void test_save_abandoned(void **state) {
    struct temporary *t = *state;
    struct file_save save;
    const char *path = temporary_path(t, "new");
    assert_true(file_save_begin(&save, path, NULL));
    fputs("half", save.stream);
    assert_false(file_exists(path));
    assert_int_equal(temporary_count(t), 1);
    file_save_abandon(&save);
    assert_int_equal(temporary_count(t), 0);
}

static void test_make_directories(void **state) {
    struct temporary *t = *state;
    const char *path = temporary_path(t, "a/b//c");
    struct err err;
    assert_true(file_make_directories(path, &err));
    assert_true(file_make_directories(path, &err));
    assert_true(file_is_directory(path));
    assert_true(file_save_whole(temporary_path(t, "file"), "", 0, NULL));
    assert_false(file_make_directories(temporary_path(t, "file/x"), &err));
    assert_int_equal(err.code, ERR_IO);
    assert_true(file_make_directories("/", &err));
}

// ---- threads ----

// ---- paths and folders ----

static void test_paths(void **state) {
    (void)state;
    struct str out = {0};
    static const char *const folders[][2] = {{"a/b", "a"},   {"/a", "/"},   {"a", "."},
                                             {"/a/b", "/a"}, {"a//b", "a"}, {"/", "/"}};
    for (size_t k = 0; k < sizeof folders / sizeof *folders; k++) {
        file_folder_of(folders[k][0], &out);
        assert_string_equal(str_text(&out), folders[k][1]);
    }
    setenv("HOME", "/home/anna", 1);
    static const char *const paths[][2] = {{"b", "/x/b"},
                                           {"./b//c/", "/x/b/c"},
                                           {"../../..", "/"},
                                           {"/a/../b", "/b"},
                                           {"~", "/home/anna"},
                                           {"~/b", "/home/anna/b"},
                                           {"~bert", "/x/~bert"},
                                           {"..a", "/x/..a"},
                                           {"/a/./b/..", "/a"},
                                           {"", "/x"},
                                           {"~/../bert/./", "/home/bert"}};
    for (size_t k = 0; k < sizeof paths / sizeof *paths; k++) {
        assert_true(file_resolve(paths[k][0], "/x", &out));
        assert_string_equal(str_text(&out), paths[k][1]);
    }
    assert_true(file_resolve("y", NULL, &out)); // in the current folder
    assert_true(out.data[0] == '/' && file_ends_with(out.data, "/y"));
    assert_true(file_resolve(str_text(&out), "/x", &out)); // into itself
    assert_true(file_ends_with(out.data, "/y"));
    unsetenv("HOME");
    assert_false(file_resolve("~/b", "/x", &out));
    assert_false(file_resolve("b", "x", &out)); // not absolute

    static const char *const uris[][2] = {{"file:///a%20b", "/a b"},
                                          {"file:/a", "/a"},
                                          {"FILE://localhost/%c3%A4%0A", "/ä\n"},
                                          {"file:///100%", "/100%"},
                                          {"file:///a%zz", "/a%zz"}};
    for (size_t k = 0; k < sizeof uris / sizeof *uris; k++) {
        assert_true(file_from_uri(uris[k][0], &out));
        assert_string_equal(str_text(&out), uris[k][1]);
    }
    static const char *const none[] = {"", "/a", "http://x/a", "file://host/a", "file:a", "file:", "file:///a%00b"};
    for (size_t k = 0; k < sizeof none / sizeof *none; k++)
        assert_false(file_from_uri(none[k], &out));
    str_release(&out);
}

static bool never(void *context) {
    return --*(int *)context > 0;
}

static void test_folder_list(void **state) {
    (void)state;
    struct temporary t;
    struct file_list list;
    struct err err;
    assert_true(temporary_make(&t));
    assert_true(file_list_read(&list, t.folder, NULL, NULL, &err));
    assert_int_equal(list.count, 0);
    file_list_release(&list);
    static const char *const names[] = {"b.txt", "A.txt", "c", ".d", "Zoo", "ant"}; // the last two are folders
    for (int k = 0; k < 6; k++)
        if (k < 4)
            assert_true(file_save_whole(temporary_path(&t, names[k]), "12345", (size_t)k, NULL));
        else
            assert_true(file_make_directories(temporary_path(&t, names[k]), NULL));
    assert_int_equal(symlink("nowhere", temporary_path(&t, "link")), 0);
    assert_true(file_list_read(&list, t.folder, NULL, NULL, &err));
    static const char *const order[] = {"ant", "Zoo", ".d", "A.txt", "b.txt", "c", "link"};
    assert_int_equal(list.count, 7);
    for (int k = 0; k < 7; k++) {
        assert_string_equal(list.entries[k].name, order[k]);
        assert_int_equal(list.entries[k].folder, k < 2);
        assert_int_equal(list.entries[k].regular, k >= 2 && k < 6);
    }
    assert_int_equal(list.entries[3].size, 1);
    file_list_release(&list);
    int left = 3;
    assert_false(file_list_read(&list, t.folder, never, &left, &err));
    assert_int_equal(err.code, ERR_STOPPED);
    assert_null(list.entries);
    assert_false(file_list_read(&list, temporary_path(&t, "none"), NULL, NULL, &err));
    assert_non_null(strstr(err.message, "no such file or folder"));
    assert_false(file_list_read(&list, temporary_path(&t, "c"), NULL, NULL, &err));
    assert_int_equal(err.code, ERR_IO);
    mem_fail_at(1);
    assert_false(file_list_read(&list, t.folder, NULL, NULL, &err));
    mem_fail_at(0);
    assert_int_equal(err.code, ERR_MEMORY);
    temporary_remove(&t);
}

struct shared {
    struct mutex *mutex;
    struct condition *changed;
    int count, started;
    bool go;
};

static void count_up(void *context) {
    struct shared *shared = context;
    mutex_lock(shared->mutex);
    shared->started++;
    condition_wake_all(shared->changed);
    while (!shared->go)
        condition_wait(shared->changed, shared->mutex);
    mutex_unlock(shared->mutex);
    for (int i = 0; i < 1000; i++) {
        mutex_lock(shared->mutex);
        shared->count++;
        mutex_unlock(shared->mutex);
    }
}

static void test_threads(void **state) {
    (void)state;
    struct shared shared = {.mutex = mutex_new(), .changed = condition_new()};
    struct thread *threads[4];
    for (int i = 0; i < 4; i++)
        assert_non_null(threads[i] = thread_start(count_up, &shared));
    mutex_lock(shared.mutex);
    while (shared.started < 4)
        condition_wait(shared.changed, shared.mutex);
    shared.go = true;
    condition_wake_all(shared.changed);
    mutex_unlock(shared.mutex);
    for (int i = 0; i < 4; i++)
        thread_join(threads[i]);
    assert_int_equal(shared.count, 4000);
    condition_free(shared.changed);
    mutex_free(shared.mutex);
    mem_fail_at(1);
    assert_null(thread_start(count_up, &shared));
    mem_fail_at(0);
    assert_true(thread_processors() >= 1);
    double before = clock_seconds();
    assert_true(clock_seconds() >= before);
}

static void test_str_line(void **state) {
    (void)state;
    static const struct {
        const char *text, *line;
        size_t size;
    } cases[] = {
        {"plain", "plain", 6}, {"plain", "plai", 5},       {"", "", 1},   {"a\nb\tc\x7f", "a↵b c ", 32}, {"é→", "é", 5},
        {"é→", "é→", 6},       {"x\x80y", "x\uFFFDy", 32}, {"\n", "", 3},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[32];
        str_line(cases[i].text, strlen(cases[i].text), out, cases[i].size);
        assert_string_equal(out, cases[i].line);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mem),
        cmocka_unit_test(test_mem_fails_when_told),
        cmocka_unit_test(test_arena),
        cmocka_unit_test(test_str),
        cmocka_unit_test(test_utf8_every_code_point),
        cmocka_unit_test(test_utf8_faults),
        cmocka_unit_test(test_str_line),
        cmocka_unit_test(test_err),
        cmocka_unit_test(test_err_is_one_line_of_text),
        cmocka_unit_test(test_err_too_long),
        cmocka_unit_test(test_rng_known),
        cmocka_unit_test(test_rng_distributions),
        cmocka_unit_test(test_rng_forks_and_shuffles),
        cmocka_unit_test_setup_teardown(test_file_round_trip, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_file_read_fails, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_file_read_pipe, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_save_keeps_mode_and_links, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_save_fails, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_save_out_of_room, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_save_abandoned, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_make_directories, make_folder, remove_folder),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_folder_list),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
