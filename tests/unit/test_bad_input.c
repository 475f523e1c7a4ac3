// What people open by mistake, and what is wrong with files: each gets a place, what was expected and found, and what
// to do. Large files and folders that are closed, too.

#include "builder.h"
#include "file.h"
#include "problems.h"
#include "reader.h"
#include "rows.h"
#include "str.h"
#include "temporary.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>

#include <cmocka.h>

// ---- files that cannot be used ----

static void expect_refused(const char *text, size_t size, const char *columns, const char *expected) {
    struct data_options options = data_options_default();
    struct dataset d;
    struct err err = {0};
    char message[900];
    options.columns = columns;
    if (dataset_read_bytes(&d, "f.csv", text, size, &options, &err))
        fail_msg("expected \"%s\", found it read as %s", expected, d.reader);
    err_format(&err, message, sizeof message);
    if (strncmp(message, expected, strlen(expected)) != 0) fail_msg("expected \"%s\", found \"%s\"", expected, message);
    assert_null(d.symbols);
    assert_null(d.values);
}
#define REFUSED(text, columns, expected) expect_refused(text, sizeof(text) - 1, columns, expected)

static void test_refused(void **state) {
    (void)state;
    // wrong encoding
    REFUSED(
        "anna\ncaf\xE9 au lait\x02\n", NULL,
        "f.csv:2:4: expected UTF-8, found byte 0xE9 at byte offset 8; if the file is in another encoding, say which: "
        "--encoding windows-1252, or convert it: iconv");
    REFUSED("\xFF\xFE\0\0a\0\0\0", NULL, "f.csv: expected UTF-8, found UTF-32; convert it: iconv -f UTF-32");
    REFUSED("\xFE\xFF\0a\0\n\xD8\x3D\0b", NULL,
            "f.csv:2:1: expected UTF-16BE, found half a character at byte offset 6");
    // no data at all
    REFUSED(
        "\n <!DOCTYPE html>\n<html><body>1,2</body></html>\n", NULL,
        "f.csv:1:1: expected data, found a web page (HTML or XML); save the data themselves, by the page's link to the "
        "raw file, or say --reader text");
    REFUSED("PK\x03\x04\0\0xl/workbook", NULL,
            "f.csv: expected text, found a ZIP archive (.zip, .docx, .xlsx, .odt); unpack it, or save the document as "
            "plain text");
    REFUSED("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", NULL,
            "f.csv: expected text, found an old Office document (.xls, .doc); save it as CSV or as plain text");
    REFUSED("", NULL, "f.csv: expected text, found an empty file");
    REFUSED("\n\r\n\n", NULL, "f.csv: expected text, found only empty lines");
    // one class
    REFUSED("text,label\na good one,x\nanother,x\nthird,x\n", "text=1,label=2",
            "f.csv: expected at least two labels, found only \"x\": there is nothing to tell apart");
    REFUSED("1,2,3,x\n4,5,6,x\n", "value=1-3,label=4", "f.csv: expected at least two labels, found only \"x\"");
    // one row, no rows
    REFUSED("t,a\n1,2\n", "value=1-2", "f.csv: expected a series of at least two timesteps, found one");
    REFUSED("t,a\n", "value=t", "f.csv:1: expected rows below the names of the columns, found none");
    REFUSED(
        "date,value\n", "value=2",
        "f.csv:1:6: expected at least one example that can be used, found none; the first of those left out: expected "
        "a number, found \"value\"");
    REFUSED("text,label\n", "text=text,label=label",
            "f.csv:1: expected rows below the names of the columns, found none");
    // columns that are not there
    REFUSED("text,label\nab,x\ncd,y\n", "text=1,label=7",
            "f.csv: --columns: there are 2 columns, found a wish for number 7 (--separator says what parts them)");
}

// ---- files that are used, with what is wrong in them ----

// A CSV file of 60 rows, in which some are others.
struct spoilt {
    const char *what;
    const char *head, *usual; // rows take their number
    const char *row, *foot;   // of line 21, and behind the last one
    const char *reader;
    int examples; // or timesteps of one long series
    enum problem_kind kind;
    enum problem_action done;
    long line, column;
    const char *said;
};
static const struct spoilt spoilt[] = {
    {"a stray quote", "text,label\n", "text %d,x\ntext %d,y\n", "\"open,x\n", "", "labelled", 121, PROBLEM_QUOTE,
     ACTION_REPAIR, 22, 1, "a quote opens here and does not close in its row; taken as a character"},
    {"a short row", "a,b,c\n", "%d,1,2\n%d,3,4\n", "1,2\n", "", "series", 120, PROBLEM_RAGGED, ACTION_SKIP, 22, 1,
     "expected 3 columns, found 2: \"1,2\"; skipped"},
    {"a long row", "a,b,c\n", "%d,1,2\n%d,3,4\n", "1,2,3,4\n", "", "series", 120, PROBLEM_RAGGED, ACTION_SKIP, 22, 1,
     "expected 3 columns, found 4: \"1,2,3,4\"; skipped"},
    {"a short row of text", "text,label\n", "text %d,x\ntext %d,y\n", "text\n", "", "labelled", 120, PROBLEM_RAGGED,
     ACTION_SKIP, 22, 1, "expected 2 columns, found 1: \"text\"; skipped"},
    {"missing: ?", "a,b\n", "%d,1\n%d,3\n", "7,?\n", "", "series", 121, PROBLEM_MISSING, ACTION_REPAIR, 22, 3,
     "expected a number, found none; the one before is taken again"},
    {"missing: NA", "a,b\n", "%d,1\n%d,3\n", "7,NA\n", "", "series", 121, PROBLEM_MISSING, ACTION_REPAIR, 22, 3,
     "expected a number, found none; the one before is taken again"},
    {"missing: empty", "a,b\n", "%d,1\n%d,3\n", "7,\n", "", "series", 121, PROBLEM_MISSING, ACTION_REPAIR, 22, 3,
     "expected a number, found none; the one before is taken again"},
    {"missing: #N/A", "a,b\n", "%d,1\n%d,3\n", "7,#N/A\n", "", "series", 121, PROBLEM_MISSING, ACTION_REPAIR, 22, 3,
     "expected a number, found none; the one before is taken again"},
    {"a word for a number", "a,b\n", "%d,1\n%d,3\n", "7,many\n", "", "series", 120, PROBLEM_SKIPPED, ACTION_SKIP, 22, 3,
     "expected a number, found \"many\"; the row is skipped"},
    {"no label", "text,label\n", "text %d,x\ntext %d,y\n", "text,\n", "", "labelled", 120, PROBLEM_SKIPPED, ACTION_SKIP,
     22, 1, "expected an answer, found an empty one; skipped"},
    {"no label of numbers", "", "%d,1,2,3,x\n%d,4,5,6,y\n", "1,2,3,4,\n", "", "wide", 120, PROBLEM_SKIPPED, ACTION_SKIP,
     21, 1, "expected a label, found none; skipped"},
    {"no text", "text,label\n", "text %d,x\ntext %d,y\n", ",x\n", "", "labelled", 120, PROBLEM_SKIPPED, ACTION_SKIP, 22,
     1, "expected an input, found an empty one; skipped"},
    {"a footer", "a,b\n", "%d,1\n%d,3\n", "7,7\n", "\nSource: the bureau, table 3, revised\n", "series", 121,
     PROBLEM_RAGGED, ACTION_SKIP, 124, 1,
     "expected 2 columns, found 3: \"Source: the bureau, table 3, revised\"; skipped"},
    {"a footer of one column", "a\n", "%d\n%d\n", "7\n", "Source: the bureau\n", "series", 121, PROBLEM_SKIPPED,
     ACTION_SKIP, 123, 1, "expected a number, found \"Source: the bureau\"; the row is skipped"},
    {"one class, found out", "text,label\n", "text %d,x\nother %d,x\n", "third,x\n", "", "text", 122, PROBLEM_OTHER,
     ACTION_KEEP, 1, 1,
     "the name says columns, but no label, numbers or pairs were found in any: read as a text; --columns says what "
     "they "
     "are, as text=2,label=1 or value=2-4"},
};

static void put_rows(struct str *out, const struct spoilt *s) {
    str_put(out, s->head);
    for (int i = 0; i < 60; i++) {
        if (i == 10) str_put(out, s->row);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        str_printf(out, s->usual, 2 * i, 2 * i + 1);
#pragma GCC diagnostic pop
    }
    str_put(out, s->foot);
}

static void expect_problem(const struct spoilt *s, const struct dataset *d) {
    for (int i = 0; i < d->problem_count; i++) {
        const struct problem *p = &d->problems[i];
        if (p->kind == s->kind && p->done == s->done && p->line == s->line && p->column == s->column &&
            strcmp(p->what, s->said) == 0)
            return;
    }
    for (int i = 0; i < d->problem_count; i++)
        print_message("%ld:%ld: %s\n", d->problems[i].line, d->problems[i].column, d->problems[i].what);
    fail_msg("%s: \"%s\" is not said", s->what, s->said);
}

static void test_spoilt(void **state) {
    (void)state;
    for (size_t k = 0; k < sizeof spoilt / sizeof *spoilt; k++) {
        const struct spoilt *s = &spoilt[k];
        struct str text = {0};
        struct data_options options = data_options_default();
        struct dataset d;
        struct err err = {0};
        put_rows(&text, s);
        options.shape = strcmp(s->reader, "text") == 0 ? TEXT_LINES : TEXT_AUTO;
        if (!dataset_read_bytes(&d, "f.csv", text.data, text.size, &options, &err))
            fail_msg("%s: %s", s->what, err.message);
        int examples = d.shape == TEXT_WHOLE ? (int)d.symbol_count : d.example_count;
        if (strcmp(d.reader, s->reader) != 0 || examples != s->examples)
            fail_msg("%s: expected %d by %s, found %d by %s", s->what, s->examples, s->reader, examples, d.reader);
        expect_problem(s, &d);
        dataset_release(&d);
        // the same, and to stop there
        char message[900], place[64];
        assert_true(problem_actions_read("stop", &options, NULL));
        bool stops = s->kind != PROBLEM_OTHER;
        bool good = dataset_read_bytes(&d, "f.csv", text.data, text.size, &options, &err);
        assert_true(good == !stops);
        if (good) dataset_release(&d);
        if (!good && s->foot[0] != '\n') { // else the empty line comes first
            err_format(&err, message, sizeof message);
            snprintf(place, sizeof place, "f.csv:%ld:%ld: ", s->line, s->column);
            assert_int_equal(strncmp(message, place, strlen(place)), 0);
            assert_non_null(strstr(message, "(--on-problem stop)"));
        }
        str_release(&text);
    }
}

static void test_200_columns(void **state) {
    (void)state;
    struct str text = {0};
    struct data_options options = data_options_default();
    struct dataset d;
    struct err err = {0};
    for (int c = 0; c < 200; c++)
        str_printf(&text, "%scolumn %d", c ? "," : "", c + 1);
    for (int i = 0; i < 50; i++)
        for (int c = 0; c < 200; c++)
            str_printf(&text, "%s%d", c ? "," : "\n", (i * 31 + c * 7) % 100);
    assert_true(dataset_read_bytes(&d, "f.csv", text.data, text.size, &options, &err));
    assert_string_equal(d.reader, "series");
    assert_int_equal(d.channels, 200);
    assert_int_equal(d.symbol_count, 50);
    assert_string_equal(d.columns[199].name, "column 200");
    dataset_release(&d);
    options.columns = "value=column 200";
    assert_true(dataset_read_bytes(&d, "f.csv", text.data, text.size, &options, &err));
    assert_int_equal(d.channels, 1);
    assert_true(d.values[0] * d.scale[0] + d.mean[0] - 93 < 1e-3f); // 199 * 7 % 100
    dataset_release(&d);
    str_release(&text);
}

// Labels in a file beside the data are text as any other: no zero bytes, any encoding.
static void expect_labels_beside(const char *name, const char *data, size_t size, const char *labels_name) {
    struct temporary t;
    struct dataset d;
    struct err err = {0};
    char path[1100];
    assert_true(temporary_make(&t));
    assert_true(file_save_whole(temporary_path(&t, name), data, size, NULL));
    snprintf(path, sizeof path, "%s", temporary_path(&t, name));
    assert_true(file_save_whole(temporary_path(&t, labels_name), "yes\nye\0s\nyes\nno\n", 16, NULL));
    assert_false(dataset_read(&d, path, NULL, &err));
    assert_int_equal(err.code, ERR_FORMAT);
    assert_string_equal(file_name(err.file), labels_name);
    if (err.line != 2 || err.column != 3) fail_msg("%ld:%ld: %s", err.line, err.column, err.message);
    assert_non_null(strstr(err.message, "expected text, found a zero byte at byte offset 6"));
    assert_true(file_save_whole(temporary_path(&t, labels_name), "caf\xE9\nth\xE9\ncaf\xE9\nth\xE9\n", 18, NULL));
    if (!dataset_read(&d, path, NULL, &err)) fail_msg("%s", err.message);
    assert_int_equal(d.answers, ANSWERS_ONE);
    assert_int_equal(d.labels.count, 2);
    assert_string_equal(d.labels.texts[0], "caf\u00E9");
    assert_string_equal(d.labels.texts[d.answer_symbols[3]], "th\u00E9");
    dataset_release(&d);
    assert_true(file_save_whole(temporary_path(&t, labels_name), "yes\nno\n", 7, NULL));
    assert_false(dataset_read(&d, path, NULL, &err));
    assert_non_null(strstr(err.message, "found 2"));
    temporary_remove(&t);
}

static void test_labels_beside(void **state) {
    (void)state;
    static const char fasta[] = ">a\nAC\n>b\nGT\n>c\nTT\n>d\nGG\n";
    static const char npy[] =
        "\x93NUMPY\x01\0\x3D\0{'descr': '|i1', 'fortran_order': False, 'shape': (4, 1, 2)}\n\1\2\3\4\5\6\7\7";
    expect_labels_beside("x.fasta", fasta, sizeof fasta - 1, "x.labels");
    expect_labels_beside("x.npy", npy, sizeof npy - 1, "x.labels");
}

// ---- large ----

static void test_100_megabytes(void **state) {
    (void)state;
    enum { SIZE = 100 << 20, LINE = 64 };
    char *text = malloc(SIZE);
    struct data_options options = data_options_default();
    struct dataset d;
    struct err err = {0};
    options.shape = TEXT_LINES;
    assert_non_null(text);
    for (long i = 0; i < SIZE; i++)
        text[i] = i % LINE == LINE - 1 ? '\n' : (char)('a' + i / LINE % 26);
    assert_true(dataset_read_bytes(&d, "f.txt", text, SIZE, &options, &err));
    assert_int_equal(d.example_count, SIZE / LINE);
    assert_int_equal(d.problem_totals[PROBLEM_DUPLICATE], SIZE / LINE - 26);
    dataset_release(&d);
    free(text);
}

static void test_a_line_of_50_megabytes(void **state) {
    (void)state;
    enum { SIZE = 50 << 20 };
    char *text = malloc(SIZE);
    struct dataset d;
    struct err err = {0};
    assert_non_null(text);
    for (int i = 0; i < SIZE; i++)
        text[i] = i % 7 == 0 ? ",b \"x"[i % 5] : 'a';
    assert_true(dataset_read_bytes(&d, "f.csv", text, SIZE, NULL, &err));
    assert_int_equal(d.symbol_count, SIZE);
    dataset_release(&d);
    free(text);
}

static void test_too_large(void **state) {
    (void)state;
    struct temporary t;
    struct dataset d;
    struct err err = {0};
    assert_true(temporary_make(&t));
    const char *path = temporary_path(&t, "large.csv");
    assert_true(file_save_whole(path, "", 0, NULL));
    assert_int_equal(truncate(path, (off_t)DATASET_MAX_BYTES + 1), 0); // a hole: it takes no room
    assert_false(dataset_read(&d, path, NULL, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    assert_string_equal(err.message, "expected at most 512 MB, found more; take a part: head -c 512M FILE > PART");
    assert_string_equal(err.file, path);
    temporary_remove(&t);
    // more examples than there may be, without the gigabyte that they take
    struct builder builder;
    struct dataset full = {.example_count = DATASET_MAX_EXAMPLES};
    builder_start(&builder, &full);
    builder_example(&builder, 1);
    builder_symbol(&builder, 1);
    builder_drop(&builder);
    assert_false(builder_finish(&builder, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    assert_non_null(strstr(err.message, "expected at most 33554432 examples, found more; take a part"));
    struct rows rows = {.count = DATASET_MAX_EXAMPLES, .room = DATASET_MAX_EXAMPLES};
    rows_add(&rows, &(struct row){.input = "a", .input_size = 1});
    assert_false(rows_check(&rows, &err));
    assert_int_equal(err.code, ERR_LIMIT);
    assert_non_null(strstr(err.message, "expected at most 33554432 rows, found more; take a part"));
}

// ---- files and folders that go away, change or are closed ----

static bool read_fails(const char *path, const char *expected) {
    struct dataset d;
    struct err err = {0};
    if (dataset_read(&d, path, NULL, &err)) return false;
    if (err.code == ERR_IO && strstr(err.message, expected) && strcmp(err.file, path) == 0) return true;
    print_message("%s: code %d: %s\n", err.file, (int)err.code, err.message);
    return false;
}

static void test_gone_and_changed(void **state) {
    (void)state;
    struct temporary t;
    assert_true(temporary_make(&t));
    assert_true(file_save_whole(temporary_path(&t, "file"), "a\n", 2, NULL));
    assert_true(read_fails(temporary_path(&t, "gone.txt"), "cannot open: there is no such file or folder"));
    assert_true(read_fails(temporary_path(&t, "file/data.txt"), "cannot open: Not a directory"));
    assert_int_equal(symlink("gone.txt", temporary_path(&t, "link.txt")), 0);
    assert_true(read_fails(temporary_path(&t, "link.txt"), "cannot open: there is no such file or folder"));
    // a file of /proc has a size of 0 and more bytes: as one that grows while it is read
    if (file_exists("/proc/self/status"))
        assert_true(read_fails("/proc/self/status",
                               "the file changed while it was read; read it again when nothing writes it"));
    temporary_remove(&t);
}

// A folder whose files go away while it is read: the first is read, and the others are taken away then.
static bool take_away(void *context, double done) {
    (void)done;
    unlink(context);
    return true;
}

static void test_a_file_of_a_folder_goes_away(void **state) {
    (void)state;
    struct temporary t;
    struct dataset d;
    struct err err = {0};
    struct data_options options = data_options_default();
    char second[1100];
    assert_true(temporary_make(&t));
    assert_true(file_save_whole(temporary_path(&t, "a.txt"), "anna\n", 5, NULL));
    assert_true(file_save_whole(temporary_path(&t, "b.txt"), "bert\n", 5, NULL));
    snprintf(second, sizeof second, "%s", temporary_path(&t, "b.txt"));
    options.progress = take_away;
    options.progress_context = second;
    assert_false(dataset_read(&d, t.folder, &options, &err));
    assert_int_equal(err.code, ERR_IO);
    assert_string_equal(err.file, second);
    assert_non_null(strstr(err.message, "there is no such file"));
    assert_null(d.symbols);
    temporary_remove(&t);
}

// As somebody who is not root, who may read everything.
static void as_nobody(bool (*check)(struct temporary *t), struct temporary *t) {
    enum { NOBODY = 65534 };
    fflush(NULL);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) _exit((geteuid() == 0 && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0)) || !check(t));
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static bool all_closed(struct temporary *t) {
    return read_fails(temporary_path(t, "closed"),
                      "the folder cannot be read: Permission denied; its owner can let you in: chmod a+rx") &&
           read_fails(temporary_path(t, "closed.txt"), "cannot open: Permission denied") &&
           read_fails(temporary_path(t, "unlisted/a.txt"), "cannot open: Permission denied");
}

static void test_without_permission(void **state) {
    (void)state;
    struct temporary t;
    assert_true(temporary_make(&t));
    assert_int_equal(chmod(t.folder, 0755), 0);
    assert_int_equal(mkdir(temporary_path(&t, "closed"), 0), 0);
    assert_int_equal(mkdir(temporary_path(&t, "unlisted"), 0700), 0);
    assert_true(file_save_whole(temporary_path(&t, "unlisted/a.txt"), "a\n", 2, NULL));
    assert_int_equal(chmod(temporary_path(&t, "unlisted"), 0), 0);
    assert_true(file_save_whole(temporary_path(&t, "closed.txt"), "a\n", 2, NULL));
    assert_int_equal(chmod(temporary_path(&t, "closed.txt"), 0), 0);
    as_nobody(all_closed, &t);
    assert_int_equal(chmod(temporary_path(&t, "unlisted"), 0700), 0);
    temporary_remove(&t);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_spoilt),
        cmocka_unit_test(test_200_columns),
        cmocka_unit_test(test_labels_beside),
        cmocka_unit_test(test_100_megabytes),
        cmocka_unit_test(test_a_line_of_50_megabytes),
        cmocka_unit_test(test_too_large),
        cmocka_unit_test(test_gone_and_changed),
        cmocka_unit_test(test_a_file_of_a_folder_goes_away),
        cmocka_unit_test(test_without_permission),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
