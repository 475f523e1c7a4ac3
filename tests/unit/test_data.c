// data: what the text reader makes of odd files, the choice between a list and one long text, the vocabulary,
// the split, windows and batches.

#include "dataset.h"
#include "file.h"
#include "mem.h"
#include "minibatch.h"
#include "str.h"
#include "temporary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#ifndef SOURCE_ROOT
#error "SOURCE_ROOT names the folder that holds src and tests"
#endif

// ---- helpers ----

// Minibatches of a language model in arrays of the caller's.
static struct minibatch in_arrays(int B, int max_T, int *x, int *target) {
    return (struct minibatch){.B = B, .max_T = max_T, .x = x, .target = target};
}

static int window(const struct dataset *d, int index, int max_T, int *x, int *target, bool *cut) {
    struct minibatch m = in_arrays(1, max_T, x, target);
    return dataset_window(d, index, &m, cut);
}

static int random_batch(const struct dataset *d, struct rng *rng, int B, int max_T, int *x, int *target) {
    struct minibatch m = in_arrays(B, max_T, x, target);
    return dataset_batch(d, rng, &m);
}

static int validation_batch(const struct dataset *d, int k, int B, int max_T, int *x, int *target) {
    struct minibatch m = in_arrays(B, max_T, x, target);
    return dataset_validation_batch(d, k, &m);
}

static int stream_batch(const struct dataset *d, enum dataset_part part, long k, int B, int max_T, int *x,
                        int *target) {
    struct minibatch m = in_arrays(B, max_T, x, target);
    return dataset_stream_batch(d, part, k, &m);
}

static int batch_by_length(const struct dataset *d, const int *order, struct rng *rng, int B, int max_T, int *x,
                           int *target) {
    struct minibatch m = in_arrays(B, max_T, x, target);
    return dataset_batch_by_length(d, order, rng, &m);
}

static struct dataset read_text(const char *text, enum text_shape shape) {
    struct dataset dataset;
    struct data_options options = data_options_default();
    options.shape = shape;
    struct err err = {0};
    char message[900];
    if (!dataset_from_text(&dataset, "test.txt", text, strlen(text), &options, &err)) {
        err_format(&err, message, sizeof message);
        fail_msg("%s", message);
    }
    return dataset;
}

static void expect_error(const char *text, size_t size, enum err_code code, long line, long column, const char *part) {
    struct dataset dataset;
    struct err err = {0};
    assert_false(dataset_from_text(&dataset, "test.txt", text, size, NULL, &err));
    if (err.code != code || err.line != line || err.column != column || !strstr(err.message, part))
        fail_msg("expected code %d at %ld:%ld with \"%s\", found code %d at %ld:%ld: %s", (int)code, line, column, part,
                 (int)err.code, err.line, err.column, err.message);
    assert_string_equal(err.file, "test.txt");
    assert_null(dataset.symbols);
    assert_int_equal(dataset.vocabulary.count, 0);
}
#define EXPECT_ERROR(text, code, line, column, part) expect_error(text, sizeof(text) - 1, code, line, column, part)

static void expect_example(const struct dataset *dataset, int index, const char *expected) {
    char text[400];
    dataset_example_text(dataset, index, 1000, text, sizeof text);
    assert_string_equal(text, expected);
}

static const struct problem *find_problem(const struct dataset *dataset, enum problem_kind kind, const char *part) {
    for (int i = 0; i < dataset->problem_count; i++)
        if (dataset->problems[i].kind == kind && strstr(dataset->problems[i].what, part)) return &dataset->problems[i];
    fail_msg("no problem \"%s\"", part);
    return NULL;
}

// ---- the vocabulary ----

static void test_vocabulary(void **state) {
    (void)state;
    struct vocabulary v, copy;
    vocabulary_init(&v);
    assert_int_equal(v.count, VOCABULARY_FIRST);
    assert_string_equal(v.texts[VOCABULARY_EOS], "<EOS>");
    assert_string_equal(v.texts[VOCABULARY_UNK], "<UNK>");
    for (unsigned c = 0x400; c < 0x400 + 5000; c++) { // many times its first room
        char text[5];
        size_t size = utf8_put(c, text);
        assert_int_equal(vocabulary_add(&v, text, size), (int)(c - 0x400) + VOCABULARY_FIRST);
        assert_int_equal(vocabulary_add(&v, text, size), (int)(c - 0x400) + VOCABULARY_FIRST);
    }
    assert_int_equal(vocabulary_find(&v, "\u0401", 2), VOCABULARY_FIRST + 1);
    assert_int_equal(vocabulary_find(&v, "\u0401x", 2), VOCABULARY_FIRST + 1);
    assert_int_equal(vocabulary_find(&v, "z", 1), VOCABULARY_UNK);
    assert_int_equal(vocabulary_find(&v, "<EOS>", 5), VOCABULARY_EOS);
    int out[3] = {-7, -7, -7};
    assert_int_equal(vocabulary_encode(&v, "\u0400z\u0402", 5, out, 2), 3);
    assert_int_equal(out[0], VOCABULARY_FIRST);
    assert_int_equal(out[1], VOCABULARY_UNK);
    assert_int_equal(out[2], -7); // no room was given
    v.counts[5] = 17;
    assert_true(vocabulary_copy(&copy, &v, NULL));
    assert_int_equal(copy.count, v.count);
    assert_int_equal(copy.counts[5], 17);
    assert_int_equal(vocabulary_find(&copy, "\u0401", 2), VOCABULARY_FIRST + 1);
    vocabulary_release(&copy);
    vocabulary_release(&v);
    vocabulary_release(&v);
    assert_int_equal(vocabulary_find(&v, "a", 1), VOCABULARY_UNK);
    assert_true(vocabulary_copy(&copy, &v, NULL)); // nothing of nothing
    assert_int_equal(copy.count, 0);
}

static void test_vocabulary_is_in_code_point_order(void **state) {
    (void)state;
    struct dataset d = read_text("z\U0001F600a\nb\u00E9\u4E2D\na", TEXT_LINES);
    static const char *const expected[] = {"<EOS>", "<UNK>", "a", "b", "z", "\u00E9", "\u4E2D", "\U0001F600"};
    assert_int_equal(d.vocabulary.count, 8);
    for (int i = 0; i < 8; i++)
        assert_string_equal(d.vocabulary.texts[i], expected[i]);
    assert_int_equal(d.vocabulary.counts[2], 2);
    assert_int_equal(d.vocabulary.counts[0], 0);
    dataset_release(&d);
}

// ---- odd files ----

static void test_not_text(void **state) {
    (void)state;
    EXPECT_ERROR("", ERR_FORMAT, 0, 0, "empty file");
    EXPECT_ERROR("\xEF\xBB\xBF", ERR_FORMAT, 0, 0, "only a byte-order mark");
    EXPECT_ERROR("\n\r\n\r\n", ERR_FORMAT, 0, 0, "only empty lines");
    EXPECT_ERROR("ab\ncd\0ef", ERR_FORMAT, 2, 3, "zero byte at byte offset 5");
    EXPECT_ERROR("\xEF\xBB\xBF"
                 "ab\0",
                 ERR_FORMAT, 1, 3, "zero byte at byte offset 5");
    EXPECT_ERROR("PK\x03\x04\0\0abc", ERR_FORMAT, 0, 0, "ZIP");
    EXPECT_ERROR("\x1F\x8B\x08\0", ERR_FORMAT, 0, 0, "gzip");
    EXPECT_ERROR("%PDF-1.4\n\xE2\xE3\xCF\xD3", ERR_FORMAT, 0, 0, "PDF");
    EXPECT_ERROR("\x89PNG\r\n\x1A\n", ERR_FORMAT, 0, 0, "PNG");
    EXPECT_ERROR("a", ERR_VALUE, 0, 0, "two distinct");
    EXPECT_ERROR("aaaa\naaa\n\na\n", ERR_VALUE, 0, 0, "U+0061");
}

// Two examples of a list in that encoding; what is returned owns nothing any more.
static struct dataset expect_decoded(const char *bytes, size_t size, enum text_encoding encoding, const char *first,
                                     const char *second) {
    struct data_options options = data_options_default();
    struct dataset d;
    struct err err = {0};
    options.shape = TEXT_LINES;
    if (!dataset_from_text(&d, "t", bytes, size, &options, &err)) fail_msg("%s", err.message);
    assert_int_equal(d.encoding, encoding);
    expect_example(&d, 0, first);
    expect_example(&d, 1, second);
    struct dataset facts = d;
    dataset_release(&d);
    return facts;
}

static void test_utf16(void **state) {
    (void)state;
    expect_decoded("\xFF\xFE"
                   "a\0b\0\n\0\xE9\0",
                   10, ENCODING_UTF16LE, "ab", "\u00E9");
    expect_decoded("\xFE\xFF\0a\0b\0\n\xD8\x3D\xDE\x00", 12, ENCODING_UTF16BE, "ab", "\U0001F600");
    expect_decoded("e\0m\0m\0a\0\n\0a\0v\0a\0\n\0", 18, ENCODING_UTF16LE, "emma", "ava"); // no mark
    expect_decoded("\0e\0m\0m\0a\0\n\0a\0b", 14, ENCODING_UTF16BE, "emma", "ab");
    expect_decoded("\x10\x04\x3D\x04\x3D\x04\x30\x04\n\0\x18\x04\x32\x04\x30\x04\x3D\x04\n\0", 20, ENCODING_UTF16LE,
                   "\u0410\u043D\u043D\u0430", "\u0418\u0432\u0430\u043D"); // zeros in the line ends alone
    EXPECT_ERROR("\xFF\xFE"
                 "a\0b\0\n",
                 ERR_FORMAT, 1, 3, "half a unit at the end of the file at byte offset 6");
    EXPECT_ERROR("\xFE\xFF\0a\0\n\xD8\x3D\0b", ERR_FORMAT, 2, 1, "half a character at byte offset 6");
    EXPECT_ERROR("\xFE\xFF\0a\0\n\0\0\0b", ERR_FORMAT, 2, 1, "U+0000");
    EXPECT_ERROR("\xFF\xFE\0\0a\0\0\0", ERR_FORMAT, 0, 0, "UTF-32");
    EXPECT_ERROR("\0\0\xFE\xFF\0\0\0a", ERR_FORMAT, 0, 0, "UTF-32");
}

static void test_not_utf8(void **state) {
    (void)state;
    EXPECT_ERROR("\u00E9\u00E9\xFFx", ERR_FORMAT, 1, 3, "0xFF at byte offset 4"); // columns are characters
    EXPECT_ERROR("\xEF\xBB\xBF"
                 "a\xC0\x80",
                 ERR_FORMAT, 1, 2, "0xC0 at byte offset 4"); // the mark is no character
    EXPECT_ERROR("ab\xE2\x82", ERR_FORMAT, 1, 3, "middle of a character");
    EXPECT_ERROR("ab\u00E9\u00E9\u00E9\u00E9\xED\xA0\x80", ERR_FORMAT, 1, 7, "0xED"); // a surrogate
    EXPECT_ERROR("a\xE9\nb\x81\n", ERR_FORMAT, 1, 2, "0xE9");                         // Windows-1252 has no 0x81
    EXPECT_ERROR("a\xE9\nb\x02\n", ERR_FORMAT, 1, 2, "0xE9");                         // nor a text such a byte
}

static void test_windows_1252(void **state) {
    (void)state;
    struct dataset d =
        expect_decoded("it's\nit\x92s caf\xE9\n", 15, ENCODING_WINDOWS1252, "it's", "it\u2019s caf\u00E9");
    assert_string_equal(d.encoding_reason, "byte 0x92 at line 2, column 3");
    assert_int_equal(d.problem_totals[PROBLEM_ENCODING], 1);
    expect_decoded("a\r\nb\rd\x80", 7, ENCODING_WINDOWS1252, "a", "b");
    d = expect_decoded("a\r\nb\rd\x80", 7, ENCODING_WINDOWS1252, "a", "b"); // every kind of line end counts
    assert_string_equal(d.encoding_reason, "byte 0x80 at line 3, column 2");
    expect_decoded("abc\nd\xE9", 6, ENCODING_LATIN1, "abc", "d\u00E9"); // at the very end
    struct data_options options = data_options_default();
    struct err err;
    options.encoding = ENCODING_UTF8;
    assert_false(dataset_from_text(&d, "t",
                                   "abc\nd\xE9"
                                   "f\n",
                                   8, &options, &err));
    assert_int_equal(err.column, 2);
    assert_non_null(strstr(err.message, "0xE9 at byte offset 5"));
    options.encoding = ENCODING_UTF16LE;
    assert_false(dataset_from_text(&d, "t", "abc\ndefg", 8, &options, &err));
    assert_non_null(strstr(err.message, "expected UTF-16LE, as asked, found UTF-8"));
}

static void test_line_ends(void **state) {
    (void)state;
    static const struct {
        const char *text;
        bool mark, crlf, cr, open;
    } cases[] = {
        {"ab\ncd\n", false, false, false, false},
        {"ab\ncd", false, false, false, true},
        {"ab\r\ncd\r\n", false, true, false, false},
        {"ab\r\ncd", false, true, false, true},
        {"ab\rcd\r", false, false, true, false},
        {"ab\rcd", false, false, true, true},
        {"ab\r\ncd\r", false, true, true, false},
        {"\xEF\xBB\xBF"
         "ab\r\ncd\r\n",
         true, true, false, false},
        {"\xEF\xBB\xBF"
         "ab\rcd",
         true, false, true, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dataset d = read_text(cases[i].text, TEXT_LINES);
        assert_int_equal(d.example_count, 2);
        expect_example(&d, 0, "ab");
        expect_example(&d, 1, "cd");
        assert_int_equal(d.examples[1].line, 2);
        assert_int_equal(d.vocabulary.count, 4 + VOCABULARY_FIRST); // no mark, no CR
        assert_int_equal(d.had_mark, cases[i].mark);
        assert_int_equal(d.had_crlf, cases[i].crlf);
        assert_int_equal(d.had_cr, cases[i].cr);
        assert_int_equal(d.last_line_open, cases[i].open);
        dataset_release(&d);

        d = read_text(cases[i].text, TEXT_WHOLE);
        assert_int_equal(d.example_count, 1);
        expect_example(&d, 0, cases[i].open ? "ab\ncd" : "ab\ncd\n"); // one kind of line end inside
        assert_int_equal(d.symbol_count, cases[i].open ? 5 : 6);
        dataset_release(&d);
    }
}

static void test_mixed_line_ends_are_said(void **state) {
    (void)state;
    struct dataset d = read_text("a\nb\nc\r\nd\re\n", TEXT_LINES);
    const struct problem *problem = find_problem(&d, PROBLEM_OTHER, "3 LF, 1 CRLF, 1 CR");
    assert_int_equal(problem->line, 3);
    assert_int_equal(d.example_count, 5);
    dataset_release(&d);
}

static void test_spaces_are_kept(void **state) {
    (void)state;
    struct dataset d = read_text("  ab  \ncd\t\n \n", TEXT_LINES);
    expect_example(&d, 0, "  ab  ");
    expect_example(&d, 1, "cd\t");
    expect_example(&d, 2, " ");
    const struct problem *problem = find_problem(&d, PROBLEM_OTHER, "3 lines end in white space");
    assert_int_equal(problem->line, 1);
    assert_int_equal(problem->column, 6);
    dataset_release(&d);
}

static void test_odd_characters_are_said(void **state) {
    (void)state;
    struct dataset d =
        read_text("ab\ta\ne\u0301\nx\x07y\x07\nzero\u200Bwidth\n\uFFFD\na\u00A0b\n\uFEFFq\n", TEXT_LINES);
    assert_int_equal(find_problem(&d, PROBLEM_OTHER, "U+0301")->column, 2);
    assert_int_equal(find_problem(&d, PROBLEM_OTHER, "U+0301")->line, 2);
    assert_non_null(strstr(find_problem(&d, PROBLEM_OTHER, "U+0007")->what, "control character: 2 in all"));
    assert_int_equal(find_problem(&d, PROBLEM_OTHER, "U+200B")->line, 4);
    assert_int_equal(find_problem(&d, PROBLEM_OTHER, "U+FFFD")->line, 5);
    assert_int_equal(find_problem(&d, PROBLEM_OTHER, "U+00A0")->column, 2);
    assert_int_equal(find_problem(&d, PROBLEM_OTHER, "U+FEFF")->line, 7);
    assert_int_equal(d.problem_total, 6); // a tab is nothing odd
    for (int i = 1; i < d.problem_count; i++)
        assert_true(d.problems[i].line >= d.problems[i - 1].line);
    dataset_release(&d);
}

static void test_problems_of_lines(void **state) {
    (void)state;
    struct str text = {0};
    str_put(&text, "anna\n\nbert\nanna\n");
    for (int i = 0; i < DATASET_LONG_LINE; i++)
        str_put_char(&text, 'x');
    str_put(&text, "\n");
    for (int i = 0; i <= DATASET_LONG_LINE; i++)
        str_put_char(&text, 'x');
    str_put(&text, "\nanna\n\n");
    struct dataset d = read_text(text.data, TEXT_AUTO);
    assert_int_equal(d.shape, TEXT_LINES);
    assert_int_equal(d.example_count, 6);
    assert_int_equal(d.problem_totals[PROBLEM_EMPTY_LINE], 2);
    assert_int_equal(d.problem_totals[PROBLEM_LONG_LINE], 1);
    assert_int_equal(d.problem_totals[PROBLEM_DUPLICATE], 2);
    assert_int_equal(d.problem_total, 5);
    static const long lines[] = {2, 4, 6, 7, 8};
    for (int i = 0; i < 5; i++)
        assert_int_equal(d.problems[i].line, lines[i]);
    assert_string_equal(d.problems[1].what, "the same as line 1; kept");
    assert_int_equal(d.examples[1].line, 3); // lines of the file, not of the list
    assert_int_equal(d.length_min, 4);
    assert_int_equal(d.length_max, DATASET_LONG_LINE + 1);
    dataset_release(&d);
    str_release(&text);
}

static void test_problems_are_counted_beyond_those_kept(void **state) {
    (void)state;
    struct str text = {0};
    for (int i = 0; i < 2 * PROBLEM_MAX; i++)
        str_put(&text, "ab\n");
    str_put(&text, "\nc\n");
    struct dataset d = read_text(text.data, TEXT_AUTO);
    assert_int_equal(d.problem_totals[PROBLEM_DUPLICATE], 2 * PROBLEM_MAX - 1);
    assert_true(d.problem_count <= PROBLEM_MAX);
    assert_int_equal(d.problems[d.problem_count - 1].kind, PROBLEM_EMPTY_LINE); // not crowded out
    assert_int_equal(d.problems[d.problem_count - 1].line, 2 * PROBLEM_MAX + 1);
    dataset_release(&d);
    str_release(&text);
}

// ---- list or long text ----

static void repeat(struct str *out, int times, const char *text) {
    for (int i = 0; i < times; i++)
        str_put(out, text);
}

static void expect_shape(const char *text, enum text_shape shape, const char *reason) {
    struct dataset d = read_text(text, TEXT_AUTO);
    if (d.shape != shape || !strstr(d.shape_reason, reason))
        fail_msg("expected shape %d because \"%s\", found %d: %s", (int)shape, reason, (int)d.shape, d.shape_reason);
    dataset_release(&d);
}

static void test_shapes(void **state) {
    (void)state;
    expect_shape("hello world", TEXT_WHOLE, "one line only");
    expect_shape("hello world\n", TEXT_WHOLE, "one line only");
    expect_shape("\n\nhello world\n\n\n", TEXT_WHOLE, "one line only");
    expect_shape("anna\nbert\n", TEXT_LINES, "2 lines, median 4 characters, longest 4");
    expect_shape("anna\n\nbert\n\ncharlotte\n", TEXT_LINES, "3 lines"); // a list with gaps
    expect_shape("The screen is too small.\t0\nI love this phone!\t1\nIt broke after two days, sadly.\t0\n", TEXT_LINES,
                 "3 lines");

    struct str text = {0};
    repeat(&text, 20, "KING HENRY THE FOURTH:\nSo shaken as we are, so wan with care,\nFind we a time for peace\n\n");
    expect_shape(text.data, TEXT_WHOLE, "24% of the lines are empty");

    str_clear(&text); // prose wrapped at a margin, no empty line
    repeat(&text, 20,
           "It was a dark and stormy night; the rain fell in\ntorrents except at occasional intervals, when "
           "it was\n"
           "checked by a violent gust of wind which swept up the\nstreets. London was asleep, and so were we "
           "all.\n");
    expect_shape(text.data, TEXT_WHOLE, "go on in the next line");

    str_clear(&text); // sentences in lower case without full stops, of every length: still a list
    repeat(&text, 20,
           "i love this phone so much it is great\nbad\nworks as it should and the battery lasts for days "
           "and days\n"
           "no complaints here\nthe screen is dim\n");
    expect_shape(text.data, TEXT_LINES, "100 lines");

    str_clear(&text); // program text without empty lines
    repeat(&text, 20, "for (int i = 0; i < n; i++) {\n    sum += values[i] * weights[i];\n    count++;\n}\n");
    expect_shape(text.data, TEXT_WHOLE, "indented");

    str_clear(&text); // a paragraph a line
    for (int i = 0; i < 5; i++) {
        repeat(&text, 30, "A sentence of words. ");
        str_put_char(&text, '\n');
    }
    expect_shape(text.data, TEXT_WHOLE, "paragraphs");
    str_release(&text);
}

static void test_shape_as_asked(void **state) {
    (void)state;
    struct dataset d = read_text("anna\nbert\n", TEXT_WHOLE);
    assert_int_equal(d.shape, TEXT_WHOLE);
    assert_non_null(strstr(d.shape_reason, "as asked"));
    dataset_release(&d);
    d = read_text("anna", TEXT_LINES); // a list of one: nothing is left to validate on
    assert_int_equal(d.train_count, 1);
    assert_int_equal(d.validation_count, 0);
    find_problem(&d, PROBLEM_OTHER, "no validation part");
    int x[8], target[8];
    struct rng rng = rng_seed(1);
    assert_int_equal(validation_batch(&d, 0, 1, 8, x, target), 0);
    assert_int_equal(random_batch(&d, &rng, 1, 8, x, target), 5);
    dataset_release(&d);
}

// ---- the split ----

static void test_split(void **state) {
    (void)state;
    struct str text = {0};
    for (int i = 0; i < 1000; i++)
        str_printf(&text, "%d\n", i * 7919);
    struct data_options options = data_options_default();
    struct dataset a, b, c;
    assert_true(dataset_from_text(&a, "a", text.data, text.size, &options, NULL));
    assert_true(dataset_from_text(&b, "b", text.data, text.size, &options, NULL));
    options.seed = 2;
    options.validation = 0.25;
    assert_true(dataset_from_text(&c, "c", text.data, text.size, &options, NULL));
    assert_int_equal(a.train_count, 900);
    assert_int_equal(a.validation_count, 100);
    assert_int_equal(c.validation_count, 250);
    assert_memory_equal(a.validation, b.validation, 100 * sizeof(int)); // the same seed
    assert_memory_not_equal(a.validation, c.validation, 100 * sizeof(int));
    int seen[1000] = {0};
    for (int i = 0; i < a.train_count; i++)
        seen[a.train[i]]++;
    for (int i = 0; i < a.validation_count; i++)
        seen[a.validation[i]]++;
    for (int i = 0; i < 1000; i++)
        assert_int_equal(seen[i], 1); // each in one part
    int late = 0;
    for (int i = 0; i < a.validation_count; i++)
        late += a.validation[i] >= 500;
    assert_true(late > 30 && late < 70); // from everywhere
    for (int i = 1; i < a.validation_count; i++)
        assert_true(a.examples[a.validation[i]].length >= a.examples[a.validation[i - 1]].length);
    dataset_release(&a);
    dataset_release(&b);
    dataset_release(&c);

    options.validation = 0;
    assert_true(dataset_from_text(&a, "a", text.data, text.size, &options, NULL));
    assert_int_equal(a.validation_count, 0);
    assert_int_equal(a.problem_total, 0); // as asked, no problem
    dataset_release(&a);
    static const double senseless[] = {-0.1, 1, 1.5, (double)NAN};
    for (int i = 0; i < 4; i++) {
        options.validation = senseless[i];
        struct err err;
        assert_false(dataset_from_text(&a, "a", text.data, text.size, &options, &err));
        assert_int_equal(err.code, ERR_VALUE);
    }
    str_release(&text);
}

// ---- windows and batches ----

static void test_window_of_a_line(void **state) {
    (void)state;
    struct dataset d = read_text("abc\nb\n", TEXT_LINES);
    int x[8], target[8];
    bool cut = true;
    assert_int_equal(dataset_window_count(&d, 8), 2);
    assert_int_equal(window(&d, 0, 8, x, target, &cut), 4);
    static const int expected_x[] = {-1, 2, 3, 4}, expected_target[] = {2, 3, 4, VOCABULARY_EOS};
    assert_memory_equal(x, expected_x, sizeof expected_x);
    assert_memory_equal(target, expected_target, sizeof expected_target);
    assert_false(cut);
    assert_int_equal(window(&d, 0, 4, x, target, &cut), 4); // just fits
    assert_false(cut);
    assert_int_equal(window(&d, 0, 3, x, target, &cut), 3); // a word longer than the timeline
    assert_true(cut);
    assert_memory_equal(target, expected_target, 3 * sizeof(int));
    assert_int_equal(window(&d, 1, 1, x, target, &cut), 1);
    assert_true(cut);
    assert_int_equal(window(&d, 1, 2, x, target, NULL), 2);
    assert_int_equal(dataset_find(&d, "abc"), 0);
    assert_int_equal(dataset_find(&d, "b"), 1);
    assert_int_equal(dataset_find(&d, "ab"), -1);
    assert_int_equal(dataset_find(&d, ""), -1);
    assert_int_equal(dataset_find(&d, "z"), -1);
    dataset_release(&d);
}

static void test_windows_of_a_text(void **state) {
    (void)state;
    struct dataset d = read_text("abcdefg", TEXT_WHOLE);
    int x[8], target[8];
    bool cut;
    assert_int_equal(dataset_window_count(&d, 3), 3);
    assert_int_equal(window(&d, 0, 3, x, target, &cut), 3);
    assert_int_equal(x[0], -1);
    assert_int_equal(target[0], 2);
    assert_true(cut);
    assert_int_equal(window(&d, 1, 3, x, target, &cut), 3);
    assert_int_equal(x[0], 4); // "c", the one before
    assert_int_equal(target[0], 5);
    assert_int_equal(window(&d, 2, 3, x, target, &cut), 1);
    assert_int_equal(target[0], 8);
    assert_false(cut);
    assert_int_equal(dataset_find(&d, "abc"), -1);
    char text[40], small[3];
    dataset_example_text(&d, 1, 3, text, sizeof text);
    assert_string_equal(text, "def");
    dataset_example_text(&d, 0, 3, small, sizeof small);
    assert_string_equal(small, "ab");
    dataset_release(&d);
}

// The symbols that a column predicts, as text; padding must be at the end and whole.
static void column_text(const struct dataset *d, int T, int B, int b, const int *x, const int *target,
                        struct str *out) {
    int t = 0;
    for (; t < T && target[t * B + b] >= 0; t++) {
        if (t > 0) assert_int_equal(x[t * B + b], target[(t - 1) * B + b]); // x is the target of the step before
        str_put(out, target[t * B + b] == VOCABULARY_EOS ? "$" : d->vocabulary.texts[target[t * B + b]]);
    }
    for (; t < T; t++) {
        assert_int_equal(x[t * B + b], -1);
        assert_int_equal(target[t * B + b], -1);
    }
}

static void test_batches_of_lines(void **state) {
    (void)state;
    struct dataset d = read_text("a\nbc\ndef\nghijklmnop\nq\nrs\ntuv\nwx\nyz\nzz\n", TEXT_LINES);
    enum { B = 4, MAX_T = 5 };
    int x[MAX_T * B], target[MAX_T * B];
    struct rng rng = rng_seed(3);
    bool later_piece = false;
    for (int round = 0; round < 200; round++) {
        struct rng before = rng;
        int T = random_batch(&d, &rng, B, MAX_T, x, target);
        assert_true(T >= 1 && T <= MAX_T);
        int longest = 0;
        for (int b = 0; b < B; b++) {
            struct str text = {0};
            column_text(&d, T, B, b, x, target, &text);
            if ((int)text.size > longest) longest = (int)text.size;
            bool found = false;
            for (int i = 0; i < d.train_count; i++) { // a piece of an example of the training part
                char example[40];
                dataset_example_text(&d, d.train[i], 30, example, sizeof example - 1);
                strcat(example, "$");
                const char *at = strstr(example, text.data);
                if (!at || (at - example) % MAX_T != 0) continue;
                found = true;
                if (at > example) {
                    later_piece = true;
                    assert_int_equal(x[b], vocabulary_find(&d.vocabulary, at - 1, 1));
                } else {
                    assert_int_equal(x[b], -1);
                }
            }
            assert_true(found);
            str_release(&text);
        }
        assert_int_equal(longest, T); // no row of padding only
        int again_x[MAX_T * B], again_target[MAX_T * B];
        assert_int_equal(random_batch(&d, &before, B, MAX_T, again_x, again_target), T);
        assert_memory_equal(x, again_x, (size_t)(T * B) * sizeof(int));
        assert_memory_equal(target, again_target, (size_t)(T * B) * sizeof(int));
    }
    assert_true(later_piece || d.validation[0] == 3);
    dataset_release(&d);
}

static void test_validation_of_lines_covers_all(void **state) {
    (void)state;
    struct data_options options = data_options_default();
    options.validation = 0.7;
    const char *text = "a\nbc\ndef\nghijklmnopqrstuvwxyz\nabc\nklmnopqrstu\nuv\nwx\nyz\nabcd\n";
    struct dataset d;
    assert_true(dataset_from_text(&d, "t", text, strlen(text), &options, NULL));
    for (int max_T = 1; max_T < 30; max_T++) {
        for (int B = 1; B < 9; B++) {
            int x[30 * 9], target[30 * 9], T;
            struct str all = {0}, expected = {0};
            for (int k = 0; (T = validation_batch(&d, k, B, max_T, x, target)) > 0; k++)
                for (int b = 0; b < B; b++)
                    column_text(&d, T, B, b, x, target, &all);
            for (int i = 0; i < d.validation_count; i++) {
                char example[40];
                dataset_example_text(&d, d.validation[i], 30, example, sizeof example);
                str_printf(&expected, "%s$", example);
            }
            assert_string_equal(all.data, expected.data); // every token once, in order
            str_release(&all);
            str_release(&expected);
        }
    }
    dataset_release(&d);
}

static void test_batches_of_a_text(void **state) {
    (void)state;
    struct data_options options = data_options_default();
    options.validation = 0.3;
    options.shape = TEXT_WHOLE;
    const char *text = "abcdefghijklmnopqrst";
    struct dataset d;
    assert_true(dataset_from_text(&d, "t", text, 20, &options, NULL));
    assert_int_equal(d.train_symbols, 14);
    int x[400], target[400];
    struct rng rng = rng_seed(1);
    bool first = false, last = false;
    for (int round = 0; round < 300; round++) {
        assert_int_equal(random_batch(&d, &rng, 3, 4, x, target), 4);
        for (int b = 0; b < 3; b++) {
            struct str part = {0};
            column_text(&d, 4, 3, b, x, target, &part);
            const char *at = strstr(text, part.data);
            assert_non_null(at);
            assert_int_equal(part.size, 4);
            assert_true(at - text + 4 <= 14); // never into the validation part
            first |= at == text;
            last |= at - text == 10;
            assert_int_equal(x[b], at == text ? -1 : vocabulary_find(&d.vocabulary, at - 1, 1));
            str_release(&part);
        }
    }
    assert_true(first && last);
    assert_int_equal(random_batch(&d, &rng, 2, 100, x, target), 14); // longer than the text
    for (int max_T = 1; max_T < 9; max_T++) {
        struct str all = {0};
        int T;
        for (int k = 0; (T = validation_batch(&d, k, 2, max_T, x, target)) > 0; k++)
            for (int b = 0; b < 2; b++)
                column_text(&d, T, 2, b, x, target, &all);
        assert_string_equal(all.data, text + 14);
        str_release(&all);
    }
    dataset_release(&d);
}

// Each stream goes on where it ended; together they are the part, every token once.
static void test_streams_of_a_text(void **state) {
    (void)state;
    struct data_options options = data_options_default();
    options.validation = 0.3;
    options.shape = TEXT_WHOLE;
    const char *text = "abcdefghijklmnopqrst";
    struct dataset d;
    assert_true(dataset_from_text(&d, "t", text, 20, &options, NULL));
    for (int part = DATASET_TRAIN; part <= DATASET_VALIDATION; part++)
        for (int max_T = 1; max_T < 9; max_T++)
            for (int B = 1; B < 18; B++) {
                int x[9 * 18], target[9 * 18], T;
                struct str streams[18] = {0}, all = {0};
                long k = 0;
                for (; (T = stream_batch(&d, (enum dataset_part)part, k, B, max_T, x, target)) > 0; k++)
                    for (int b = 0; b < B; b++) {
                        struct str *stream = &streams[b];
                        if (stream->size > 0 && target[b] >= 0)
                            assert_int_equal(x[b], vocabulary_find(&d.vocabulary, stream->data + stream->size - 1, 1));
                        column_text(&d, T, B, b, x, target, stream);
                    }
                assert_int_equal(k, dataset_stream_windows(&d, (enum dataset_part)part, B, max_T));
                for (int b = 0; b < B; b++) {
                    if (streams[b].size > 0) str_put(&all, streams[b].data);
                    str_release(&streams[b]);
                }
                assert_int_equal(all.size, part == DATASET_TRAIN ? 14 : 6);
                assert_memory_equal(all.data, text + (part == DATASET_TRAIN ? 0 : 14), all.size);
                str_release(&all);
            }
    dataset_release(&d);
}

// Sequences of one minibatch are close in length, and every example comes as often as any other.
static void test_batches_by_length(void **state) {
    (void)state;
    enum { N = 120, B = 4, MAX_T = 40, ROUNDS = 12000 };
    struct str text = {0};
    struct rng rng = rng_seed(12);
    for (int i = 0; i < N; i++) { // example i begins with its own character
        char first[5] = {0};
        utf8_put(0x4E00u + (unsigned)i, first);
        str_put(&text, first);
        for (int n = 1 + (int)rng_below(&rng, 30); n > 0; n--)
            str_put(&text, "x");
        str_put(&text, "\n");
    }
    struct data_options options = data_options_default();
    options.validation = 0;
    options.shape = TEXT_LINES;
    struct dataset d;
    assert_true(dataset_from_text(&d, "t", text.data, text.size, &options, NULL));
    int order[N], seen[N + 3] = {0}, x[MAX_T * B], target[MAX_T * B], again[MAX_T * B];
    assert_true(dataset_order_by_length(&d, order));
    for (int i = 1; i < N; i++)
        assert_true(d.examples[order[i]].length >= d.examples[order[i - 1]].length);
    long padding = 0, tokens = 0;
    for (int round = 0; round < ROUNDS; round++) {
        struct rng before = rng;
        int T = batch_by_length(&d, order, &rng, B, MAX_T, x, target);
        assert_int_equal(batch_by_length(&d, order, &before, B, MAX_T, again, again), T);
        assert_memory_equal(again, target, (size_t)(T * B) * sizeof(int));
        for (int b = 0; b < B; b++) {
            assert_int_equal(x[b], -1);
            for (int t = 0; t < T; t++) {
                padding += target[t * B + b] < 0;
                tokens += target[t * B + b] >= 0;
                if (t == 0) {
                    assert_true(target[b] >= 2 && target[b] < N + 3);
                    seen[target[b]]++;
                }
            }
        }
    }
    assert_true(padding < tokens * 0.35);
    double expected = (double)ROUNDS * B / N; // 400, deviation about 20 and a little more within a chunk
    for (int i = 3; i < N + 3; i++)
        assert_true(fabs(seen[i] - expected) < 0.35 * expected);
    dataset_release(&d);
    str_release(&text);
}

static void test_rare_characters_become_unknown(void **state) {
    (void)state;
    struct data_options options = data_options_default();
    options.min_count = 3;
    const char *text = "abab\nabca\nbd\n";
    struct dataset d;
    assert_true(dataset_from_text(&d, "t", text, strlen(text), &options, NULL));
    assert_int_equal(d.vocabulary.count, 4);
    assert_int_equal(d.vocabulary.counts[VOCABULARY_UNK], 2);
    assert_int_equal(d.symbol_count, 10);
    assert_int_equal(dataset_symbol(&d, 6), VOCABULARY_UNK);
    dataset_release(&d);
    options.min_count = 5;
    struct err err = {0};
    assert_false(dataset_from_text(&d, "t", text, strlen(text), &options, &err));
    assert_non_null(strstr(err.message, "occur 5 times"));
}

// A checkpoint's vocabulary is used as it is: its symbols, and <UNK> for what it lacks.
static void test_a_given_vocabulary_is_kept(void **state) {
    (void)state;
    struct dataset first = read_text("dcba\nab\n", TEXT_LINES), second;
    struct data_options options = data_options_default();
    options.vocabulary = &first.vocabulary;
    assert_true(dataset_from_text(&second, "t", "dxd\nc\n", 6, &options, NULL));
    assert_int_equal(second.vocabulary.count, first.vocabulary.count);
    assert_string_equal(second.vocabulary.texts[5], "d");
    assert_int_equal(dataset_symbol(&second, 0), 5);
    assert_int_equal(dataset_symbol(&second, 1), VOCABULARY_UNK);
    assert_int_equal(dataset_symbol(&second, 3), 4);
    assert_int_equal(second.vocabulary.counts[2], 0);
    assert_int_equal(second.vocabulary.counts[VOCABULARY_UNK], 1);
    dataset_release(&first);
    dataset_release(&second);
}

// Symbols take one, two or four bytes: what is written is read again.
static void test_widths_of_symbols(void **state) {
    (void)state;
    static const struct {
        int words, bytes;
    } cases[] = {{200, 1}, {254, 1}, {255, 2}, {300, 2}, {65534, 2}, {65535, 4}, {70000, 4}}; // with <EOS> and <UNK>
    struct data_options options = data_options_default();
    options.shape = TEXT_LINES;
    options.tokens = TOKENS_WORD;
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct str text = {0};
        struct dataset d;
        char found[32], wanted[32];
        for (int i = 0; i < cases[k].words; i++)
            str_printf(&text, "w%d w%d\n", i, i);
        assert_true(dataset_from_text(&d, "t", text.data, text.size, &options, NULL));
        assert_int_equal(d.vocabulary.count, cases[k].words + VOCABULARY_FIRST);
        assert_int_equal(d.symbol_bytes, cases[k].bytes);
        assert_int_equal(d.symbol_count, 2 * cases[k].words);
        for (int i = 0; i < cases[k].words; i += i < cases[k].words - 9 ? 7 : 1) {
            snprintf(wanted, sizeof wanted, "w%d w%d", i, i);
            dataset_example_text(&d, i, 9, found, sizeof found);
            assert_string_equal(found, wanted);
            assert_int_equal(dataset_symbol(&d, 2 * (size_t)i), dataset_symbol(&d, 2 * (size_t)i + 1));
        }
        assert_int_equal(dataset_find(&d, wanted), cases[k].words - 1);
        assert_int_equal(d.problem_totals[PROBLEM_DUPLICATE], 0);
        dataset_release(&d);
        str_release(&text);
    }
}

static void test_two_symbols(void **state) {
    (void)state;
    struct dataset d = read_text("ab", TEXT_AUTO); // the smallest text there is
    assert_int_equal(d.train_symbols, 2);
    int x[2], target[2];
    struct rng rng = rng_seed(1);
    assert_int_equal(random_batch(&d, &rng, 1, 2, x, target), 2);
    assert_int_equal(validation_batch(&d, 0, 1, 2, x, target), 0);
    dataset_release(&d);
}

// ---- memory, stopping, files ----

static void test_memory_runs_out(void **state) {
    (void)state;
    static const char text[] = "anna\nbert\n\nanna\nc\u00E9line  \n";
    for (long n = 1;; n++) {
        struct dataset d;
        struct err err = {0};
        mem_fail_at(n);
        bool good = dataset_from_text(&d, "t", text, sizeof text - 1, NULL, &err);
        mem_fail_at(0);
        if (good) {
            dataset_release(&d);
            assert_true(n > 10);
            break;
        }
        assert_int_equal(err.code, ERR_MEMORY);
        assert_null(d.symbols);
    }
}

static bool stop_at_half(void *context, double done) {
    double *last = context;
    assert_true(done >= *last && done <= 1);
    *last = done;
    return done < 0.5;
}

static void test_stopping(void **state) {
    (void)state;
    double last = 0;
    struct data_options options = data_options_default();
    options.progress = stop_at_half;
    options.progress_context = &last;
    struct dataset d;
    struct err err;
    assert_false(dataset_from_text(&d, "t", "anna\nbert\n", 10, &options, &err));
    assert_int_equal(err.code, ERR_STOPPED);
    assert_null(d.symbols);
}

static void test_paths(void **state) {
    (void)state;
    struct temporary t;
    assert_true(temporary_make(&t));
    struct dataset d;
    struct err err;
    assert_false(dataset_read_text(&d, temporary_path(&t, "missing.txt"), NULL, &err));
    assert_int_equal(err.code, ERR_IO);
    assert_non_null(strstr(err.message, "no such file"));
    assert_false(dataset_read_text(&d, t.folder, NULL, &err));
    assert_int_equal(err.code, ERR_IO);
    const char *path = temporary_path(&t, "bad.txt");
    assert_true(file_save_whole(path, "a\n\xFF\x01", 4, NULL));
    assert_false(dataset_read_text(&d, path, NULL, &err));
    assert_string_equal(err.file, path); // the whole path, as it was given
    assert_int_equal(err.line, 2);
    path = temporary_path(&t, "good.txt");
    assert_true(file_save_whole(path, "anna\nbert\n", 10, NULL));
    assert_true(dataset_read_text(&d, path, NULL, &err));
    assert_string_equal(d.name, "good.txt");
    dataset_release(&d);
    temporary_remove(&t);
}

// ---- real files ----

struct real {
    const char *path;
    enum text_shape shape;
    size_t symbols;
    int characters, examples;
    long duplicates;
};

static void test_real_files(void **state) {
    (void)state;
    static const struct real files[] = {
        {"names.txt", TEXT_LINES, 196113, 26, 32033, 32033 - 29494},
        {"tinyshakespeare.txt", TEXT_WHOLE, 1115394, 65, 1, 0},
        {"amazon_cells_labelled_1000.txt", TEXT_LINES, 57324, 84, 1000, 10},
        {"eng-fra.txt", TEXT_LINES, 555150, 101, 5000, 0},
        {"date-4000.txt", TEXT_LINES, 200000, 59, 5000, 96},
        {"addition-5000.txt", TEXT_LINES, 60000, 13, 5000, 0},
        {"promoters.data", TEXT_LINES, 6983, 42, 106, 0},
        {"jsb-chorales-quarter.json", TEXT_WHOLE, 407200, 28, 1, 0},
        {"airline-passengers.csv", TEXT_LINES, 1892, 24, 145, 0},
        {"monthly-sunspots.csv", TEXT_LINES, 39399, 23, 2821, 0},
        {"BasicMotions_TRAIN.ts", TEXT_WHOLE, 227790, 54, 1, 0},
        {"surnames/Irish.txt", TEXT_LINES, 1625, 45, 232, 6},
        {"surnames/Russian.txt", TEXT_LINES, 75784, 49, 9384, 44},
    };
    if (!file_is_directory(SOURCE_ROOT "/../shared/data")) {
        print_message("skipped: the folder ../shared/data with real data is not there\n");
        skip();
    }
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const struct real *real = &files[i];
        char path[600];
        snprintf(path, sizeof path, "%s/../shared/data/%s", SOURCE_ROOT, real->path);
        struct dataset d;
        struct err err;
        if (!dataset_read_text(&d, path, NULL, &err)) fail_msg("%s: %s", real->path, err.message);
        if (d.shape != real->shape || d.symbol_count != real->symbols || d.example_count != real->examples ||
            d.vocabulary.count - VOCABULARY_FIRST != real->characters ||
            d.problem_totals[PROBLEM_DUPLICATE] != real->duplicates)
            fail_msg("%s: %s, %zu symbols, %d characters, %d examples, %ld duplicates", real->path, d.shape_reason,
                     d.symbol_count, d.vocabulary.count - VOCABULARY_FIRST, d.example_count,
                     d.problem_totals[PROBLEM_DUPLICATE]);
        if (strcmp(real->path, "names.txt") == 0) {
            assert_true(d.last_line_open);
            assert_int_equal(d.length_min, 2);
            assert_int_equal(d.length_median, 6);
            assert_int_equal(d.length_max, 15);
            assert_int_equal(dataset_find(&d, "emma"), 0);
        }
        if (strstr(real->path, ".csv")) assert_true(d.had_crlf);
        dataset_release(&d);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_vocabulary),
        cmocka_unit_test(test_vocabulary_is_in_code_point_order),
        cmocka_unit_test(test_not_text),
        cmocka_unit_test(test_utf16),
        cmocka_unit_test(test_not_utf8),
        cmocka_unit_test(test_windows_1252),
        cmocka_unit_test(test_line_ends),
        cmocka_unit_test(test_mixed_line_ends_are_said),
        cmocka_unit_test(test_spaces_are_kept),
        cmocka_unit_test(test_odd_characters_are_said),
        cmocka_unit_test(test_problems_of_lines),
        cmocka_unit_test(test_problems_are_counted_beyond_those_kept),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_shape_as_asked),
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_window_of_a_line),
        cmocka_unit_test(test_windows_of_a_text),
        cmocka_unit_test(test_batches_of_lines),
        cmocka_unit_test(test_validation_of_lines_covers_all),
        cmocka_unit_test(test_batches_of_a_text),
        cmocka_unit_test(test_widths_of_symbols),
        cmocka_unit_test(test_two_symbols),
        cmocka_unit_test(test_streams_of_a_text),
        cmocka_unit_test(test_batches_by_length),
        cmocka_unit_test(test_rare_characters_become_unknown),
        cmocka_unit_test(test_a_given_vocabulary_is_kept),
        cmocka_unit_test(test_memory_runs_out),
        cmocka_unit_test(test_stopping),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_real_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
