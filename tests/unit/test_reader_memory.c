// Memory that runs out while a file is read: for every reader each allocation fails in turn. What comes is ERR_MEMORY
// with nothing left behind (LeakSanitizer looks), or, where an allocation is no loss, what comes without a failure.

#include "choices.h"
#include "file.h"
#include "mem.h"
#include "preview.h"
#include "reader.h"
#include "str.h"
#include "temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void put_piano_roll(struct str *out, int count) {
    str_put(out, "{\"train\": [");
    for (int i = 0; i < count; i++)
        str_printf(out, "%s[[60, 64], [%d], []]", i ? ", " : "", 30 + i % 60);
    str_put(out, "], \"test\": [[[50], [51]]]}");
}

// An array (count, 2, 1) of bytes.
static void put_npy(struct str *out, int count) {
    char header[96];
    int length =
        snprintf(header, sizeof header, "{'descr': '|i1', 'fortran_order': False, 'shape': (%d, 2, 1), }\n", count);
    str_put_n(out, "\x93NUMPY\x01\0", 8);
    str_put_char(out, (char)length);
    str_put_char(out, 0);
    str_put(out, header);
    for (int i = 0; i < 2 * count; i++)
        str_put_char(out, (char)(i * i));
}

// "abc" is UTF-16: every other byte is a zero.
static void put_utf16(struct str *out, int count) {
    str_put_n(out, "\xFF\xFE", 2);
    for (int i = 0; i < count; i++) {
        char line[] = {(char)('a' + i % 26), 0, (char)('a' + i / 26 % 26), 0, '\n', 0};
        str_put_n(out, line, sizeof line);
    }
}

static void put_windows(struct str *out, int count) {
    for (int i = 0; i < count; i++)
        str_printf(out, "it\x92s %d\n", i);
}

// A file of `count` lines of a pattern that takes the line's number, and words that go on with it.
struct kind {
    const char *reader, *name;
    const char *head, *even, *odd;
    void (*put)(struct str *out, int count);
    const char *columns;
    enum token_kind tokens;
    bool lower;
    const char *beside; // ending of a file beside
    const char *beside_even, *beside_odd;
};
static const struct kind kinds[] = {
    {"text", "names.txt", .even = "anna%d\n", .odd = "\xC3\xA9li%d \n"},
    {"text", "words.txt", .even = "Anna %d went\n", .odd = "\n\nlee%d said\n", .tokens = TOKENS_WORD, .lower = true},
    {"text", "bytes.txt", .even = "anna%d\n", .odd = "\xC3\xA9li%d\n", .tokens = TOKENS_BYTE},
    {"text", "table.csv", .even = "ab%1$d,cd%1$d,ef%1$d\n", .odd = "gh%1$d,ij%1$d,kl%1$d\n"},
    {"text", "utf16.txt", .put = put_utf16},
    {"text", "windows.txt", .put = put_windows},
    {"pairs", "pairs.txt", .even = "ab%1$d\tcd%1$d\n", .odd = "ef%1$d\tgh%1$d\n"},
    {"pairs", "pairs.csv", .head = "source,target\n", .even = "\"ab, %1$d\",cd%1$d\n", .odd = "ef%1$d,gh%1$d\n"},
    {"labelled", "labelled.csv", .head = "text,label\n", .even = "\"good, %d\",x\n", .odd = "bad \"\"%d,y\n"},
    {"labelled", "words.csv", .head = "text,label\n", .even = "Good %d,x\n", .odd = "\"a %d\nb\",y\n",
     .tokens = TOKENS_WORD},
    {"labelled", "columns.csv", .head = "a,text,b\n", .even = "1,\"good, %d\",x\n", .odd = "2,bad %d,y\n",
     .columns = "text=2"},
    {"series", "series.csv", .head = "t,a,b\n", .even = "%d,1,2\n", .odd = "%d,3,?\n"},
    {"wide", "wide.csv", .even = "x,%d,2,3,4,5,6\n", .odd = "y,%d,5,6,,7,\n"},
    {"long", "long.csv", .head = "id,time,x,kind\n", .even = "a%1$d,1,%1$d,p\na%1$d,2,3,p\n",
     .odd = "b%1$d,1,%1$d,q\nb%1$d,2,NA,q\n"},
    {"conll", "tags.conll", .even = "w%d\tO\n", .odd = "v%d\tB-x\n\n"},
    {"fasta", "a.fasta", .even = ">s%d|pos\nACGT\nAC\n", .odd = ">s%d|neg\nTT GG\n"},
    {"fasta", "b.fasta", .even = ">s%d\nACGT\n", .odd = ">s%d\nTTGG\n", .beside = "b.labels",
     .beside_even = "s%d\tpos\n", .beside_odd = "s%d\tneg\n"},
    {"ts", "cases.ts", .head = "@problemName x\n@classLabel true a b\n@data\n", .even = "%d,2,3:4,5,6:a\n",
     .odd = "%d,?:3,4:b\n"},
    {"jsonl", "texts.jsonl", .even = "{\"text\": \"a %d\", \"label\": 1}\n",
     .odd = "{\"text\": \"b %d\", \"label\": 0}\n"},
    {"jsonl", "tags.jsonl", .even = "{\"tokens\": [\"a%d\", \"b\"], \"tags\": [\"O\", \"B-x\"]}\n",
     .odd = "{\"tokens\": [\"c%d\"], \"tags\": [\"O\"]}\n"},
    {"jsonl", "series.jsonl", .even = "{\"values\": [[%d, 2], [3, null]], \"label\": \"a\"}\n",
     .odd = "{\"values\": [[%d, 6]], \"label\": \"b\"}\n"},
    {"jsonl", "pairs.jsonl", .even = "{\"source\": \"ab%d\", \"target\": \"c\"}\n",
     .odd = "{\"source\": \"e%d\", \"target\": \"g\"}\n"},
    {"piano-roll", "roll.json", .put = put_piano_roll},
    {"npy", "x.npy", .put = put_npy},
    {"npy", "y.npy", .put = put_npy, .beside = "y.labels", .beside_even = "yes\n", .beside_odd = "no\n"},
    {"text", "chosen.txt", .even = "anna%d\n", .odd = "ava%d\n", .beside = "chosen.txt.unroll.json",
     .beside_even = "{\"format\": 1, \"reader\": \"text\"}"},
    {"folder", "folder", .even = "anna%d\n", .odd = "ava%d\n\n", .beside = "folder/b.txt", .beside_even = "ivan\n",
     .beside_odd = "l\xE9v\n"},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void put_lines(struct str *out, const char *even, const char *odd, int count) {
    for (int i = 0; i < count; i++) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        str_printf(out, i % 2 == 0 ? even : odd, i);
#pragma GCC diagnostic pop
    }
}

static void make_files(struct temporary *t, const struct kind *kind, int count) {
    struct str text = {0};
    str_put(&text, kind->head ? kind->head : "");
    if (kind->put)
        kind->put(&text, count);
    else
        put_lines(&text, kind->even, kind->odd, count);
    bool folder = strcmp(kind->reader, "folder") == 0;
    if (folder) assert_int_equal(mkdir(temporary_path(t, "folder"), 0700), 0);
    assert_true(file_save_whole(temporary_path(t, folder ? "folder/a.txt" : kind->name), text.data, text.size, NULL));
    str_clear(&text);
    if (kind->beside) {
        put_lines(&text, kind->beside_even, kind->beside_odd, kind->beside_odd ? count : 1);
        assert_true(file_save_whole(temporary_path(t, kind->beside), text.data, text.size, NULL));
    }
    str_release(&text);
}

// Every step-th allocation of one reading in turn; returns how many there are, about.
static long fail_each(const struct kind *kind, const char *path, const struct dataset *whole,
                      const struct data_options *options, long step) {
    for (long n = 1;; n += step) {
        struct dataset d;
        struct err err = {0};
        mem_fail_at(n);
        bool good = dataset_read(&d, path, options, &err);
        bool came = mem_fail_at(0) == 0;
        if (good) {
            if (strcmp(d.reader, whole->reader) != 0 || dataset_fingerprint(&d) != dataset_fingerprint(whole) ||
                d.problem_total != whole->problem_total)
                fail_msg("%s, allocation %ld: read as something else (%s)", kind->name, n, d.reader);
            dataset_release(&d);
            if (!came) return n - 1;
            continue;
        }
        if (err.code != ERR_MEMORY || !strstr(err.message, "no memory"))
            fail_msg("%s, allocation %ld: code %d: %s", kind->name, n, (int)err.code, err.message);
        assert_null(d.symbols);
        assert_null(d.values);
        assert_null(d.examples);
        assert_int_equal(d.vocabulary.count, 0);
    }
}

// The same of looking at its rows.
static void look_without_memory(const struct kind *kind, const char *path, const struct dataset *d) {
    struct preview *whole = preview_new(path, d, NULL, NULL, NULL);
    assert_non_null(whole);
    for (long n = 1;; n++) {
        struct err err = {0};
        mem_fail_at(n);
        struct preview *p = preview_new(path, d, NULL, NULL, &err);
        bool came = mem_fail_at(0) == 0;
        if (!p && err.code != ERR_MEMORY) fail_msg("%s, allocation %ld: %s", kind->name, n, err.message);
        const struct dataset_column *columns;
        if (p && (preview_rows(p) != preview_rows(whole) ||
                  preview_columns(p, &columns) != preview_columns(whole, &columns)))
            fail_msg("%s, allocation %ld: looks other", kind->name, n);
        preview_free(p);
        if (p && !came) break;
    }
    preview_free(whole);
}

static void read_without_memory(const struct kind *kind, int count, long step) {
    struct temporary t;
    struct data_options options = data_options_default();
    struct dataset whole;
    struct err err = {0};
    char path[1100], message[900];
    options.columns = kind->columns;
    options.test = 0.1;
    options.tokens = kind->tokens;
    options.lower = kind->lower;
    assert_true(temporary_make(&t));
    make_files(&t, kind, count);
    snprintf(path, sizeof path, "%s", temporary_path(&t, kind->name));
    if (!dataset_read(&whole, path, &options, &err)) {
        err_format(&err, message, sizeof message);
        fail_msg("%s", message);
    }
    if (strcmp(whole.reader, kind->reader) != 0) fail_msg("%s was read by %s", kind->name, whole.reader);
    assert_true(fail_each(kind, path, &whole, &options, step) > 3);
    if (step == 1) look_without_memory(kind, path, &whole);
    dataset_release(&whole);
    temporary_remove(&t);
}

static void test_small_files(void **state) {
    (void)state;
    for (int k = 0; k < KINDS; k++)
        read_without_memory(&kinds[k], 12, 1);
}

// Large enough that what grows has grown (a vocabulary at 64 tokens).
static void test_files_that_grow(void **state) {
    (void)state;
    for (int k = 0; k < KINDS; k++)
        read_without_memory(&kinds[k], 70, 3);
}

static void test_every_reader_is_there(void **state) {
    (void)state;
    for (int r = 0; readers[r]; r++) {
        int k = 0;
        while (k < KINDS && strcmp(kinds[k].reader, readers[r]->id) != 0)
            k++;
        if (k == KINDS) fail_msg("no file for the reader %s", readers[r]->id);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_reader_is_there),
        cmocka_unit_test(test_small_files),
        cmocka_unit_test(test_files_that_grow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
