// What a person looks at before data are used: rows, lengths, classes by part, choices for single lines.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "choices.h"
#include "kind_files.h"
#include "mem.h"
#include "preview.h"
#include "problems.h"
#include "reader.h"
#include "summary.h"

static const char *put(struct temporary *folder, const char *name, const char *text) {
    const char *path = temporary_path(folder, name);
    assert_true(file_save_whole(path, text, strlen(text), NULL));
    return path;
}

static struct dataset read_with(const char *path, const struct data_options *options) {
    struct dataset d;
    struct err err = {0};
    if (!dataset_read(&d, path, options, &err)) fail_msg("%s: %s", path, err.message);
    return d;
}

static struct preview *look(const char *path, const struct dataset *d) {
    struct err err = {0};
    struct preview *preview = preview_new(path, d, NULL, NULL, &err);
    if (!preview) fail_msg("%s: %s", path, err.message);
    return preview;
}

static void expect_cell(struct preview *preview, long row, int cell, long line, const char *text) {
    struct preview_cell cells[PREVIEW_CELLS_MOST];
    long found;
    int n = preview_row(preview, row, cells, &found);
    if (n <= cell) fail_msg("row %ld has %d cells", row, n);
    assert_int_equal(found, line);
    if (cells[cell].size != strlen(text) || memcmp(cells[cell].text, text, cells[cell].size) != 0)
        fail_msg("row %ld: expected \"%s\", found \"%.*s\"", row, text, (int)cells[cell].size, cells[cell].text);
}

// A table: quotes, a cell over two lines, an empty line; back and forth; a line is found again.
static void table_rows(void **state) {
    enum { ROWS = 500 };
    const char *path = temporary_path(*state, "t.csv");
    FILE *file = fopen(path, "w");
    fprintf(file, "id,text,stars\n");
    for (int i = 0; i < ROWS; i++)
        fprintf(file,
                i == 40   ? "%d,\"two\nlines, one cell\",%d\n"
                : i == 41 ? "\n%d,row after a gap,%d\n"
                          : "%d,the row,%d\n",
                i, i % 5);
    fclose(file);
    struct data_options options = data_options_default();
    options.columns = "text=text,label=stars";
    struct dataset d = read_with(path, &options);
    struct preview *preview = look(path, &d);
    const struct dataset_column *columns;
    bool header;
    assert_int_equal(preview_columns(preview, &columns), 3);
    assert_string_equal(columns[1].name, "text");
    assert_int_equal(columns[1].role, ROLE_TEXT);
    assert_int_equal(columns[2].role, ROLE_LABEL);
    assert_string_equal(preview_separator(preview, &header), ",");
    assert_true(header);
    assert_int_equal(preview_rows(preview), ROWS + 1); // the empty line is one
    assert_int_equal(preview_lines(preview), ROWS + 3);
    expect_cell(preview, 0, 0, 2, "0");
    expect_cell(preview, ROWS, 0, ROWS + 3, "499");
    expect_cell(preview, 40, 1, 42, "two\nlines, one cell");
    struct preview_cell cells[PREVIEW_CELLS_MOST];
    long line;
    assert_int_equal(preview_row(preview, 41, cells, &line), 0);
    assert_int_equal(line, 44);
    for (int row = 300; row > 100; row -= 7) // upwards
        expect_cell(preview, row, 0, row + 3,
                    row == 0 ? "0"
                             : (char[8]){(char)('0' + (row - 1) / 100), (char)('0' + (row - 1) / 10 % 10),
                                         (char)('0' + (row - 1) % 10), 0});
    assert_int_equal(preview_find(preview, 2), 0);
    assert_int_equal(preview_find(preview, 43), 40); // inside of the long cell
    assert_int_equal(preview_find(preview, 203), 200);
    assert_int_equal(preview_find(preview, 1 << 30), ROWS);
    preview_free(preview);
    dataset_release(&d);
}

// Every reader's file: as many rows as it should have, and every example is at its line.
static void rows_of_all_kinds(void **state) {
    static const struct {
        long rows;
        bool file;
        int columns;
        const char *first;
    } expected[KIND_FILES] = {{8, true, 1, "troodon"}, {40, true, 1, NULL}, {24, true, 2, "negative"},
                              {60, true, 2, "The"},    {6, true, 2, "one"}, {120, true, 3, "2001-01-01"},
                              {16, false, 2, "down"},  {12, false, 1, NULL}};
    struct data_options options = data_options_default();
    for (int k = 0; k < KIND_FILES; k++) {
        const char *path = kind_file_make(*state, &kind_files[k]);
        struct dataset d = read_with(path, &options);
        struct preview *preview = look(path, &d);
        const struct dataset_column *columns;
        assert_string_equal(d.reader, kind_files[k].reader);
        assert_int_equal(preview_rows(preview), expected[k].rows);
        assert_int_equal(preview_of_file(preview), expected[k].file);
        assert_int_equal(preview_columns(preview, &columns), expected[k].columns);
        struct preview_cell cells[PREVIEW_CELLS_MOST];
        long line;
        int n = preview_row(preview, 0, cells, &line);
        assert_int_equal(n, expected[k].columns);
        if (expected[k].first) {
            assert_int_equal(cells[0].size, strlen(expected[k].first));
            assert_memory_equal(cells[0].text, expected[k].first, cells[0].size);
        }
        for (int i = 0; i < d.example_count && d.shape == TEXT_LINES && expected[k].file; i++) {
            preview_row(preview, preview_find(preview, d.examples[i].line), cells, &line);
            assert_int_equal(line, d.examples[i].line);
        }
        preview_free(preview);
        dataset_release(&d);
    }
}

// JSON lines by key, and numbers of a .ts in the file's own units.
static void cells_that_are_made(void **state) {
    struct data_options options = data_options_default();
    const char *path = put(*state, "a.jsonl",
                           "{\"label\": 1, \"text\": \"good one\", \"more\": [1, 2]}\n"
                           "{\"text\": \"bad \\\"one\\\"\", \"label\": 0}\n{\"text\": \"good\", \"label\": 1}\n"
                           "{\"text\": \"bad\", \"label\": 0}\n");
    struct dataset d = read_with(path, &options);
    struct preview *preview = look(path, &d);
    const struct dataset_column *columns;
    int count = preview_columns(preview, &columns), text = -1, label = -1, more = -1;
    for (int k = 0; k < count; k++) {
        if (!strcmp(columns[k].name, "text")) text = k;
        if (!strcmp(columns[k].name, "label")) label = k;
        if (!strcmp(columns[k].name, "more")) more = k;
    }
    assert_true(text >= 0 && label >= 0 && more >= 0);
    expect_cell(preview, 0, more, 1, "[1,2]");
    expect_cell(preview, 1, text, 2, "bad \"one\"");
    expect_cell(preview, 1, label, 2, "0");
    expect_cell(preview, 1, more, 2, "");
    preview_free(preview);
    dataset_release(&d);
    path = kind_file_make(*state, &kind_files[6]);
    d = read_with(path, &options);
    preview = look(path, &d);
    struct preview_cell cells[PREVIEW_CELLS_MOST];
    long line;
    assert_int_equal(preview_row(preview, 0, cells, &line), 2);
    assert_memory_equal(cells[1].text, "(0, 0.1)", 8); // though they are scaled
    preview_free(preview);
    dataset_release(&d);
}

// Read as a text, a table still shows its columns, for a person to say what they are.
static void table_read_as_text(void **state) {
    struct data_options options = data_options_default();
    const char *path = put(*state, "u.csv",
                           "id,words,mark\n1,the one thing,12\n2,another thing,31\n3,no more of it,7\n"
                           "4,and the last,99\n");
    options.reader = "text";
    struct dataset d = read_with(path, &options);
    struct preview *preview = look(path, &d);
    const struct dataset_column *columns;
    bool header;
    assert_int_equal(preview_columns(preview, &columns), 3);
    assert_string_equal(preview_separator(preview, &header), ",");
    assert_string_equal(columns[1].name, "words");
    assert_int_equal(columns[1].role, ROLE_IGNORE);
    assert_int_equal(preview_rows(preview), d.example_count);
    preview_free(preview);
    dataset_release(&d);
}

static void test_stops(void **state) {
    (void)state;
    struct err err = {0};
    struct dataset d = {.reader = "text", .encoding = ENCODING_UTF8};
    assert_null(preview_new("/no/such/file", &d, NULL, NULL, &err));
    assert_int_equal(err.code, ERR_IO);
}

// ---- counts ----

static void lengths(void **state) {
    struct str_room {
        char text[8000];
    } room = {""};
    struct data_options options = data_options_default();
    for (int i = 1; i <= 100; i++) {
        size_t at = strlen(room.text);
        memset(room.text + at, 'a' + i % 2, (size_t)i);
        strcpy(room.text + at + i, "\n");
    }
    options.shape = TEXT_LINES;
    struct dataset d = read_with(put(*state, "l.txt", room.text), &options);
    struct length_bins bins;
    dataset_length_bins(&d, false, &bins);
    assert_int_equal(bins.width, 2); // 100 lengths do not fit into 60 bins
    assert_true(bins.count <= LENGTH_BINS);
    long sum = 0;
    for (int k = 0; k < bins.count; k++)
        sum += bins.counts[k];
    assert_int_equal(sum, 100);
    assert_int_equal(bins.counts[0], 1); // of 0 and 1
    assert_int_equal(bins.counts[1], 2);
    assert_int_equal(bins.most, 2);
    dataset_release(&d);
}

static const char marks[] = "a\tone\na\ttwo\nb\tthree\na\tfour\nb\tfive\na\tsix\nb\tseven\na\teight\nb\tnine\na\tten\n"
                            "b\televen\na\ttwelve\na\tthirteen\nb\tfourteen\nb\tfifteen\na\tsixteen\nb\tseventeen\n"
                            "b\teighteen\na\tnineteen\nb\ttwenty\n";

// Every class gives its share to each part; the parts are whole and apart; no test part: validation is as before.
static void parts_by_class(void **state) {
    struct data_options options = data_options_default();
    options.validation = 0.2;
    const char *path = put(*state, "m.tsv", marks);
    struct dataset before = read_with(path, &options);
    options.test = 0.2;
    struct dataset d = read_with(path, &options);
    part_counts parts, *classes = dataset_class_parts(&d);
    dataset_parts(&d, parts);
    assert_int_equal(parts[DATA_TRAIN], 12);
    assert_int_equal(parts[DATA_VALIDATION], 4);
    assert_int_equal(parts[DATA_TEST], 4);
    assert_int_equal(before.validation_count, 4);
    assert_memory_equal(before.validation, d.validation, 4 * sizeof *d.validation);
    int seen[20] = {0};
    for (int i = 0; i < d.train_count; i++)
        seen[d.train[i]]++;
    for (int i = 0; i < 4; i++) {
        seen[d.validation[i]]++;
        seen[d.test[i]]++;
    }
    for (int i = 0; i < 20; i++)
        assert_int_equal(seen[i], 1);
    for (int k = 0; k < 2; k++) {
        assert_int_equal(classes[k][DATA_TRAIN], 6);
        assert_int_equal(classes[k][DATA_VALIDATION], 2);
        assert_int_equal(classes[k][DATA_TEST], 2);
    }
    mem_free(classes);
    dataset_release(&d);
    dataset_release(&before);
    struct err err = {0};
    options.test = 0.8;
    assert_false(dataset_read(&d, path, &options, &err));
    assert_non_null(strstr(err.message, "test fraction"));
    // without classes: by chance, and again the same validation part
    options = data_options_default();
    options.validation = 0.25;
    path = kind_file_make(*state, &kind_files[0]);
    before = read_with(path, &options);
    options.test = 0.25;
    d = read_with(path, &options);
    assert_int_equal(d.validation_count, 2);
    assert_int_equal(d.test_count, 2);
    assert_memory_equal(before.validation, d.validation, 2 * sizeof *d.validation);
    assert_int_equal(d.train_count, 4);
    dataset_release(&d);
    dataset_release(&before);
}

static void rare_tokens(void **state) {
    struct data_options options = data_options_default();
    options.tokens = TOKENS_WORD;
    options.min_count = 2;
    struct dataset d = read_with(put(*state, "w.txt", "one two\none three\nfour one two\n"), &options);
    assert_int_equal(d.vocabulary.dropped, 2);
    assert_int_equal(d.vocabulary.count, VOCABULARY_FIRST + 2);
    assert_int_equal(d.vocabulary.counts[VOCABULARY_UNK], 2);
    dataset_release(&d);
}

// ---- choices for single lines ----

static void single_lines(void **state) {
    struct data_options options = data_options_default();
    struct err err = {0};
    char text[200];
    const char *path = put(*state, "s.tsv", "x\tone\ny\ttwo\nx\tone\ny\ttwo\nx\tthree\ny\tfour\nx\tone\ny\tsix\n");
    struct dataset d = read_with(path, &options);
    assert_int_equal(d.example_count, 8);
    assert_int_equal(d.problem_totals[PROBLEM_DUPLICATE], 3);
    dataset_release(&d);
    assert_true(problem_actions_read("duplicate@4=skip", &options, &err));
    d = read_with(path, &options);
    assert_int_equal(d.example_count, 7);
    assert_int_equal(d.action_totals[ACTION_SKIP], 1);
    assert_int_equal(d.examples[3].line, 5);
    dataset_release(&d);
    options = data_options_default();
    assert_true(problem_actions_read("duplicate=skip,duplicate@3=keep", &options, &err));
    assert_true(problem_actions_write(&options, text, sizeof text));
    assert_string_equal(text, "duplicate=skip,duplicate@3=keep");
    d = read_with(path, &options);
    assert_int_equal(d.example_count, 6);
    assert_int_equal(d.examples[2].line, 3);
    dataset_release(&d);
    assert_false(problem_actions_write(&options, text, 10));
    static const char *const wrong[] = {"duplicate@=skip", "duplicate@x=skip", "duplicate@0=skip", "duplicate@3=stop",
                                        "empty@3=repair"};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
        options = data_options_default();
        assert_false(problem_actions_read(wrong[k], &options, &err));
    }
}

static void ragged_lines(void **state) {
    enum { ROWS = 80 };
    struct data_options options = data_options_default();
    struct err err = {0};
    const char *path = temporary_path(*state, "r.csv");
    FILE *file = fopen(path, "w");
    for (int i = 1; i <= ROWS; i++)
        fprintf(file, i == 3 || i == 4 ? "%d,%d\n" : "%d,%d,5\n", i, i % 7);
    fclose(file);
    options.reader = "series";
    assert_true(problem_actions_read("ragged@3=repair", &options, &err));
    struct dataset d = read_with(path, &options);
    assert_int_equal(d.problem_totals[PROBLEM_RAGGED], 2);
    assert_int_equal(d.symbol_count, ROWS - 1); // one is left out
    dataset_release(&d);
}

// All of it is kept and comes back; whole choices ask nothing else.
static void choices_come_back(void **state) {
    struct data_choices choices = {.reader = "labelled",
                                   .separator = "\t",
                                   .columns = "label=1,text=2",
                                   .on_problem = "duplicate@4=skip",
                                   .shape = TEXT_LINES,
                                   .tokens = 1 + TOKENS_WORD,
                                   .lower = 1,
                                   .min_count = 2,
                                   .split = true,
                                   .validation = 0.25,
                                   .test = 0.125,
                                   .seed = 7},
                        again;
    struct err err = {0};
    struct data_options options = data_options_default(), plain = data_options_default();
    const char *path = put(*state, "c.tsv", marks);
    char data[1024], beside[1100];
    snprintf(data, sizeof data, "%s", path);
    snprintf(beside, sizeof beside, "%s%s", data, choices_ending);
    assert_true(choices_save(&choices, beside, &err));
    assert_true(choices_load(&again, beside, &err));
    assert_int_equal(again.tokens, choices.tokens);
    assert_int_equal(again.seed, 7);
    assert_true(again.test == 0.125 && again.validation == 0.25 && again.split && again.lower == 1);
    assert_int_equal(again.min_count, 2);
    assert_int_equal(again.shape, TEXT_LINES);
    assert_true(choices_apply(&again, &options, &err));
    assert_int_equal(options.tokens, TOKENS_WORD);
    assert_int_equal(options.exception_count, 1);
    struct dataset with = read_with(data, &options), found = read_with(data, &plain);
    assert_true(dataset_fingerprint(&with) == dataset_fingerprint(&found)); // from beside the file
    assert_int_equal(found.test_count, with.test_count);
    assert_int_equal(found.vocabulary.tokens, TOKENS_WORD);
    dataset_release(&with);
    dataset_release(&found);
    struct data_choices whole = {.whole = true};
    options = data_options_default();
    assert_true(choices_apply(&whole, &options, &err));
    found = read_with(data, &options);
    assert_int_equal(found.vocabulary.tokens, TOKENS_CHARACTER);
    dataset_release(&found);
    static const char *const wrong[] = {"{\"format\": 1, \"tokens\": \"label\"}",
                                        "{\"format\": 1, \"min-count\": 0}",
                                        "{\"format\": 1, \"lower\": 1}",
                                        "{\"format\": 1, \"split\": 3}",
                                        "{\"format\": 1, \"split\": {\"validation\": 2, \"test\": 0, \"seed\": 1}}",
                                        "{\"format\": 1, \"shape\": \"round\"}"};
    for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
        assert_false(choices_parse(&again, "choices", wrong[k], strlen(wrong[k]), &err));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        IN_FOLDER(table_rows),         IN_FOLDER(rows_of_all_kinds), IN_FOLDER(cells_that_are_made),
        IN_FOLDER(table_read_as_text), cmocka_unit_test(test_stops), IN_FOLDER(lengths),
        IN_FOLDER(parts_by_class),     IN_FOLDER(rare_tokens),       IN_FOLDER(single_lines),
        IN_FOLDER(ragged_lines),       IN_FOLDER(choices_come_back)};
    return cmocka_run_group_tests_name("preview", tests, NULL, NULL);
}
