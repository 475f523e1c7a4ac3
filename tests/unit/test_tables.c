// Tables, FASTA, JSON lines, arrays, and what is done about what is wrong in them.

#include "choices.h"
#include "columns.h"
#include "file.h"
#include "problems.h"
#include "reader.h"
#include "str.h"
#include "table.h"
#include "temporary.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

// ---- helpers ----

static struct data_options plain(void) {
    struct data_options options = data_options_default();
    options.validation = 0;
    return options;
}

// From memory that ends where the text does, so that a byte read too far is seen.
static bool read_exactly(struct dataset *d, const char *text, const struct data_options *options, struct err *err) {
    size_t size = strlen(text);
    char *exact = malloc(size);
    memcpy(exact, text, size);
    bool good = dataset_read_bytes(d, "test.csv", exact, size, options, err);
    free(exact);
    return good;
}

static struct dataset read_with(const char *text, const struct data_options *options) {
    struct dataset d;
    struct err err = {0};
    char message[900];
    if (!read_exactly(&d, text, options, &err)) {
        err_format(&err, message, sizeof message);
        fail_msg("%s", message);
    }
    return d;
}

static void expect_error(const char *text, const struct data_options *options, long line, long column,
                         const char *part) {
    struct dataset d;
    struct err err = {0};
    assert_false(read_exactly(&d, text, options, &err));
    if (err.line != line || err.column != column || !strstr(err.message, part))
        fail_msg("expected %ld:%ld with \"%s\", found %ld:%ld: %s", line, column, part, err.line, err.column,
                 err.message);
    assert_null(d.symbols);
    assert_null(d.columns);
}

static const struct problem *find_problem(const struct dataset *d, enum problem_kind kind, enum problem_action done,
                                          const char *part) {
    for (int i = 0; i < d->problem_count; i++)
        if (d->problems[i].kind == kind && d->problems[i].done == done && strstr(d->problems[i].what, part))
            return &d->problems[i];
    for (int i = 0; i < d->problem_count; i++)
        print_message("%ld:%ld: %s\n", d->problems[i].line, d->problems[i].column, d->problems[i].what);
    fail_msg("no problem \"%s\"", part);
    return NULL;
}

static void expect_place(const struct problem *p, long line, long column) {
    assert_int_equal(p->line, line);
    assert_int_equal(p->column, column);
}

static void expect_row(const struct dataset *d, int index, const char *text, const char *label) {
    char found[400];
    dataset_example_text(d, index, 1000, found, sizeof found);
    assert_string_equal(found, text);
    if (label) assert_string_equal(d->labels.texts[d->answer_symbols[dataset_answer(d, index).start]], label);
}

static float number_at(const struct dataset *d, int example, int t, int channel) {
    size_t at = (d->examples[example].start + (size_t)t) * (size_t)d->channels + (size_t)channel;
    return d->values[at] * d->scale[channel] + d->mean[channel];
}

// ---- rows ----

static void expect_cells(const char *text, char separator, const char *const *expected) {
    struct table table;
    struct table_row row;
    assert_true(table_start(&table, text, strlen(text), separator, 0));
    while (table_next(&table, &row)) {
        for (int k = 0; k < row.count; k++, expected++) {
            assert_non_null(*expected);
            if (strlen(*expected) != row.cells[k].size || memcmp(*expected, row.cells[k].text, row.cells[k].size) != 0)
                fail_msg("expected \"%s\", found \"%.*s\"", *expected, (int)row.cells[k].size, row.cells[k].text);
        }
        assert_string_equal(*expected++, "/");
    }
    assert_null(*expected);
    table_release(&table);
}
#define CELLS(text, separator, ...) expect_cells(text, separator, (const char *const[]){__VA_ARGS__, NULL})

static void test_cells(void **state) {
    (void)state;
    CELLS("a,b\nc,d", ',', "a", "b", "/", "c", "d", "/");
    CELLS("a;\"b;c\"\r\n;\r\n", ';', "a", "b;c", "/", "", "", "/");
    CELLS("a\t\"say \"\"hi\"\"\"\r\"x\r\ny\"\tz\n", '\t', "a", "say \"hi\"", "/", "x\ny", "z", "/");
    CELLS("\n a , \" b \" \n\n", ',', "/", "a", " b ", "/", "/");
    CELLS("it's 5\" long|x\n", '|', "it's 5\" long", "x", "/");
    CELLS(",\n", ',', "", "", "/");
    CELLS("a,\"open\nb,c\n", ',', "a", "\"open", "/", "b", "c", "/"); // up to the end of the file
    char row[9000] = "0";                                             // many columns
    for (int k = 1; k < 2000; k++)
        strcat(row, k % 2 ? ",1" : ",22");
    struct table table;
    struct table_row found;
    assert_true(table_start(&table, row, strlen(row), ',', 0));
    assert_true(table_next(&table, &found));
    assert_int_equal(found.count, 2000);
    table_release(&table);
}

// ---- labelled ----

static const char reviews[] =
    "id,review,stars\n"
    "1,\"Good, really\",5\n2,\"Two\nlines\",1\n3,Fine,5\n4,Bad one,1\n5,Café,5\n6,No,1\n7,Oh,5\n8,So so,1\n";

static void test_labelled(void **state) {
    (void)state;
    struct data_options options = plain();
    struct dataset d = read_with(reviews, &options);
    assert_string_equal(d.reader, "labelled");
    assert_string_equal(d.separator, ",");
    assert_int_equal(d.header_line, 1);
    assert_int_equal(d.column_count, 3);
    assert_string_equal(d.columns[1].name, "review");
    assert_int_equal(d.columns[0].role, ROLE_IGNORE);
    assert_int_equal(d.columns[1].role, ROLE_TEXT);
    assert_int_equal(d.columns[2].role, ROLE_LABEL);
    assert_int_equal(d.example_count, 8);
    expect_row(&d, 0, "Good, really", "5");
    expect_row(&d, 1, "Two\nlines", "1");
    expect_row(&d, 4, "Caf\u00E9", "5");
    assert_int_equal(d.examples[2].line, 5);
    dataset_release(&d);
    options.columns = "text=1,label=stars";
    d = read_with(reviews, &options);
    expect_row(&d, 3, "4", "1");
    dataset_release(&d);
    options.columns = "text=review";
    d = read_with(reviews, &options);
    assert_int_equal(d.answers, ANSWERS_NEXT);
    assert_int_equal(d.example_count, 8);
    expect_row(&d, 1, "Two\nlines", NULL);
    dataset_release(&d);
    options.columns = "text=2,target=3";
    d = read_with(reviews, &options);
    assert_string_equal(d.reader, "pairs");
    assert_int_equal(d.answers, ANSWERS_SEQUENCE);
    dataset_release(&d);
    options.header = 1; // of empty names
    options.columns = "text=1,label=2";
    d = read_with(",\nab,x\ncd,y\n", &options);
    assert_string_equal(d.columns[1].name, "");
    dataset_release(&d);
    options.header = 0;
    options.columns = "text=7,label=1";
    expect_error(reviews, &options, 0, 0, "there are 3 columns, found a wish for number 7");
    options.columns = "text=summary,label=1";
    expect_error(reviews, &options, 1, 0, "a column named \"summary\"");
    options.columns = "label=1";
    expect_error(reviews, &options, 0, 0, "expected text and label");
    static const char *const wrong[] = {"text", "text=",  "=1",       "words=1",        "text=1,",
                                        "",     "text=0", "text=3-2", "text=1,,label=2"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct err err;
        assert_false(columns_check(wrong[i], &err));
        assert_int_equal(err.code, ERR_USAGE);
    }
    options.columns = "text=2,label=3";
    expect_error("a\nb\nc\n", &options, 0, 0, "there is 1 column, found");
    options.columns = NULL;
    expect_error("text,label\nab,x\ncd,x\nef,x\ngh,x\nij,x\n", (options.columns = "text=1,label=2", &options), 0, 0,
                 "found only \"x\"");
}

static void test_separators(void **state) {
    (void)state;
    static const char separators[] = ",;\t|";
    struct data_options options = plain();
    for (const char *at = separators; *at; at++) {
        struct str text = {0};
        for (int i = 0; i < 12; i++)
            str_printf(&text, "text %d%c%s%c1.5\n", i * i, *at, i % 2 ? "yes" : "no", *at);
        struct dataset d = read_with(text.data, &options);
        assert_string_equal(d.reader, "labelled");
        assert_int_equal(d.separator[0], *at);
        assert_int_equal(d.header_line, 0);
        dataset_release(&d);
        str_release(&text);
    }
    options.separator = " ";
    options.columns = "label=1,text=2";
    struct dataset d = read_with("a bb\nc dd\na ee\n", &options);
    expect_row(&d, 2, "ee", "a");
    dataset_release(&d);
    options = plain(); // a decimal comma
    d = read_with("1,5;2,25\n3,5;4\n1;2\n1;2\n1;2\n1;2\n1;2\n1;2\n1;2\n1;2\n1;2\n", &options);
    assert_int_equal(d.channels, 2);
    assert_true(fabsf(number_at(&d, 0, 0, 1) - 2.25f) < 1e-5f);
    dataset_release(&d);
}

// ---- what is wrong ----

static void test_stray_quote(void **state) {
    (void)state;
    struct str text = {0};
    str_put(&text, "text,label\n");
    for (int i = 0; i < 40; i++)
        str_printf(&text, i == 7 ? "\"open %d,%s\n" : "row %d,%s\n", i, i % 2 ? "x" : "y");
    struct data_options options = plain();
    struct dataset d = read_with(text.data, &options);
    assert_int_equal(d.example_count, 40); // nothing is swallowed
    expect_row(&d, 7, "\"open 7", "x");
    expect_place(find_problem(&d, PROBLEM_QUOTE, ACTION_REPAIR, "a quote opens here"), 9, 1);
    dataset_release(&d);
    assert_true(problem_actions_read("quote=skip", &options, NULL));
    d = read_with(text.data, &options);
    assert_int_equal(d.example_count, 39);
    find_problem(&d, PROBLEM_QUOTE, ACTION_SKIP, "the line is skipped");
    dataset_release(&d);
    options = plain();
    assert_true(problem_actions_read("stop", &options, NULL));
    expect_error(text.data, &options, 9, 1, "a quote opens here");
    // closed by a later quote: the columns do not come out
    str_clear(&text);
    for (int i = 0; i < 40; i++)
        str_printf(&text,
                   i == 7    ? "%d,\"open,%s\n"
                   : i == 20 ? "%d,\"good, one\",%s\n"
                             : "%d,row,%s\n",
                   i, i % 2 ? "x" : "y");
    options = plain();
    options.columns = "text=2,label=3";
    d = read_with(text.data, &options);
    assert_int_equal(d.example_count, 40);
    expect_place(find_problem(&d, PROBLEM_QUOTE, ACTION_REPAIR, "a quote opens here"), 8, 3);
    expect_row(&d, 20, "good, one", "y");
    dataset_release(&d);
    str_release(&text);
}

static void test_ragged_and_missing(void **state) {
    (void)state;
    struct str text = {0};
    str_put(&text, "a,b,c\n");
    for (int i = 0; i < 100; i++)
        str_printf(&text, i == 3 ? "%d,1\n" : i == 4 ? "%d,1,2,3\n" : i == 5 ? "%d,?,2\n" : "%d,1,2\n", i);
    str_put(&text, "Source: the bureau\n");
    struct data_options options = plain();
    struct dataset d = read_with(text.data, &options);
    assert_string_equal(d.reader, "series");
    assert_int_equal(d.symbol_count, 98);
    expect_place(find_problem(&d, PROBLEM_RAGGED, ACTION_SKIP, "expected 3 columns, found 2: \"3,1\""), 5, 1);
    expect_place(find_problem(&d, PROBLEM_MISSING, ACTION_REPAIR, "taken again"), 7, 3);
    expect_place(find_problem(&d, PROBLEM_RAGGED, ACTION_SKIP, "Source: the bureau"), 102, 1);
    assert_int_equal(d.action_totals[ACTION_SKIP], 3);
    assert_int_equal(d.action_totals[ACTION_REPAIR], 1);
    dataset_release(&d);
    text.data[text.size - 1] = 0; // a footer without a line end: the last byte is the file's last
    d = read_with(text.data, &options);
    find_problem(&d, PROBLEM_RAGGED, ACTION_SKIP, "found 1: \"Source: the bureau\"; skipped");
    dataset_release(&d);
    assert_true(problem_actions_read("missing=skip,ragged=repair", &options, NULL));
    d = read_with(text.data, &options);
    assert_int_equal(d.symbol_count,
                     98); // one with a cell missing is skipped as well, one cut to three columns, no footer
    find_problem(&d, PROBLEM_RAGGED, ACTION_REPAIR, "the rest is left out");
    find_problem(&d, PROBLEM_MISSING, ACTION_SKIP, "the row is skipped");
    dataset_release(&d);
    options = plain();
    assert_true(problem_actions_read("stop", &options, NULL));
    expect_error(text.data, &options, 5, 1, "--on-problem stop");
    struct err err;
    static const char *const wrong[] = {"mend", "missing", "missing=keep", "colour=skip", "quote="};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(problem_actions_read(wrong[i], &options, &err));
        assert_int_equal(err.code, ERR_USAGE);
    }
    str_release(&text);
}

static void test_duplicates(void **state) {
    (void)state;
    struct str text = {0};
    for (int i = 0; i < 400; i++)
        str_printf(&text, "text %d,%s\n", i % 100, i % 2 ? "x" : "y");
    struct data_options options = data_options_default();
    options.columns = "text=1,label=2";
    struct dataset d = read_with(text.data, &options);
    assert_int_equal(d.example_count, 400);
    assert_int_equal(d.problem_totals[PROBLEM_DUPLICATE], 300);
    long shared = 0; // counted anew
    for (int i = 0; i < d.validation_count; i++)
        for (int k = 0; k < d.train_count; k++)
            if (d.train[k] % 100 == d.validation[i] % 100) {
                shared++;
                break;
            }
    assert_true(shared > 0);
    assert_int_equal(d.shared, shared);
    find_problem(&d, PROBLEM_OTHER, ACTION_KEEP, "stand in the training part as well");
    dataset_release(&d);
    assert_true(problem_actions_read("duplicate=skip", &options, NULL));
    d = read_with(text.data, &options);
    assert_int_equal(d.example_count, 100);
    assert_int_equal(d.shared, 0);
    assert_int_equal(d.action_totals[ACTION_SKIP], 300);
    assert_int_equal(d.labels.counts[0], 50);
    assert_int_equal(d.answer_count, 100);
    expect_row(&d, 99, "text 99", "x");
    dataset_release(&d);
    str_release(&text);
    options = plain();
    options.reader = "text";
    assert_true(problem_actions_read("duplicate=skip", &options, NULL));
    d = read_with("anna\nbert\nanna\ncarl\n", &options);
    assert_int_equal(d.example_count, 3);
    expect_row(&d, 2, "carl", NULL);
    assert_int_equal(d.examples[2].line, 4);
    assert_int_equal(d.vocabulary.counts[vocabulary_find(&d.vocabulary, "n", 1)], 2);
    dataset_release(&d);
}

static void test_web_page(void **state) {
    (void)state;
    expect_error("\n <!DOCTYPE html>\n<html><body>1,2</body></html>\n", NULL, 1, 1, "found a web page");
    struct data_options options = plain();
    options.reader = "text";
    struct dataset d = read_with("<html><body>1,2</body></html>\n", &options);
    dataset_release(&d);
    d = read_with("just one row,of text\n", &options);
    dataset_release(&d);
    options.reader = NULL;
    d = read_with("ab\ncd\n", &options);
    find_problem(&d, PROBLEM_OTHER, ACTION_KEEP, "the name says columns");
    dataset_release(&d);
}

// ---- series ----

static void test_wide(void **state) {
    (void)state;
    struct str text = {0};
    str_put(&text, "class");
    for (int t = 0; t < 200; t++)
        str_printf(&text, "\tt%d", t);
    for (int i = 0; i < 12; i++) {
        str_printf(&text, "\n%d", i % 3);
        for (int t = 0; t < 200; t++)
            if (i == 2 && t == 5)
                str_put(&text, "\tNA");
            else if (i == 4 && t >= 190)
                str_put(&text, "\t"); // a shorter one
            else
                str_printf(&text, "\t%d.5", i * 1000 + t);
    }
    struct data_options options = plain();
    struct dataset d = read_with(text.data, &options);
    assert_string_equal(d.reader, "wide");
    assert_int_equal(d.answers, ANSWERS_ONE);
    assert_int_equal(d.example_count, 12);
    assert_int_equal(d.channels, 1);
    assert_int_equal(d.labels.count, 3);
    assert_int_equal(d.examples[3].length, 200);
    assert_int_equal(d.examples[4].length, 190);
    assert_int_equal(d.answer_symbols[5], 2);
    assert_true(fabsf(number_at(&d, 7, 10, 0) - 7010.5f) < 0.01f);
    assert_true(fabsf(number_at(&d, 2, 5, 0) - 2004.5f) < 0.01f);
    assert_int_equal(find_problem(&d, PROBLEM_MISSING, ACTION_REPAIR, "taken again")->line, 4);
    dataset_release(&d);
    options.columns = "label=1,value=3-12";
    d = read_with(text.data, &options);
    assert_int_equal(d.length_max, 10);
    assert_true(fabsf(number_at(&d, 7, 0, 0) - 7001.5f) < 0.01f);
    dataset_release(&d);
    options.columns = "value=3-12";
    d = read_with(text.data, &options);
    assert_string_equal(d.reader, "series");
    assert_int_equal(d.channels, 10);
    dataset_release(&d);
    str_release(&text);
}

static void test_series_of_one_row(void **state) {
    (void)state;
    struct data_options options = plain();
    options.columns = "value=1-2";
    struct dataset d = read_with("1,2\n3,4\n", &options);
    assert_int_equal(d.symbol_count, 2);
    dataset_release(&d);
    expect_error("1,2\nx,y\n", &options, 0, 0, "at least two timesteps, found one");
}

static void test_long(void **state) {
    (void)state;
    struct str text = {0};
    str_put(&text, "id,time,x,y,kind\n");
    for (int i = 0; i < 8; i++)
        for (int t = 0; t < 5 + i; t++)
            str_printf(&text, "s%d,%d,%d.5,%d,%s\n", i, t, i * 100 + t, -t, i % 2 ? "odd" : "even");
    struct data_options options = plain();
    struct dataset d = read_with(text.data, &options);
    assert_string_equal(d.reader, "long");
    assert_int_equal(d.answers, ANSWERS_ONE);
    assert_int_equal(d.example_count, 8);
    assert_int_equal(d.channels, 2);
    assert_int_equal(d.examples[7].length, 12);
    assert_int_equal(d.answer_symbols[1], 1);
    assert_true(fabsf(number_at(&d, 3, 4, 0) - 304.5f) < 0.01f && fabsf(number_at(&d, 3, 4, 1) + 4) < 0.01f);
    dataset_release(&d);
    options.columns = "id=1,time=2,value=3"; // no label: what comes next
    d = read_with(text.data, &options);
    assert_int_equal(d.answers, ANSWERS_NEXT);
    assert_int_equal(d.channels, 1);
    dataset_release(&d);
    options.columns = "id=1,time=2,value=3";
    d = read_with("a,1,5\na,2,6\nb,1,7\nc,3,1\nc,2,1\n", &options);
    assert_int_equal(d.example_count, 2); // one of a single timestep says nothing
    find_problem(&d, PROBLEM_SKIPPED, ACTION_SKIP, "at least 2 timesteps, found 1");
    expect_place(find_problem(&d, PROBLEM_OTHER, ACTION_KEEP, "expected a time above 3, found 2"), 5, 3);
    dataset_release(&d);
    str_release(&text);
}

// ---- other readers ----

static void test_fasta(void **state) {
    (void)state;
    struct data_options options = plain();
    struct dataset d = read_with(">s1 a gene|pos\nACGT\nAC GT\n>s2|neg\nTTTT\n>s3|pos\nA-C*\n>s4 |neg\nCC\n", &options);
    assert_string_equal(d.reader, "fasta");
    assert_int_equal(d.answers, ANSWERS_ONE);
    expect_row(&d, 0, "ACGTACGT", "pos");
    expect_row(&d, 3, "CC", "neg");
    assert_int_equal(d.examples[1].line, 4);
    dataset_release(&d);
    d = read_with(">s1\nACGT\n\n>s2\nTT\nGG\n>s3\n>s4\nA\n", &options);
    assert_int_equal(d.answers, ANSWERS_NEXT);
    assert_int_equal(d.example_count, 3);
    expect_row(&d, 1, "TTGG", NULL);
    expect_place(find_problem(&d, PROBLEM_SKIPPED, ACTION_SKIP, "expected an input"), 7, 1);
    expect_place(find_problem(&d, PROBLEM_EMPTY_LINE, ACTION_SKIP, "empty line"), 3, 1);
    dataset_release(&d);
    struct temporary t;
    assert_true(temporary_make(&t));
    struct err err;
    const char fasta[] = ">s1\nAC\n>s2\nGT\n>s3\nTT\n>s4\nGG\n", labels[] = "s1 x\ns2 y\ns3\tx\ny\n";
    char path[1100];
    snprintf(path, sizeof path, "%s", temporary_path(&t, "g.fa"));
    assert_true(file_save_whole(path, fasta, sizeof fasta - 1, NULL));
    assert_true(file_save_whole(temporary_path(&t, "g.labels"), labels, sizeof labels - 1, NULL));
    assert_true(dataset_read(&d, path, &options, &err));
    expect_row(&d, 2, "TT", "x");
    expect_row(&d, 3, "GG", "y");
    dataset_release(&d);
    assert_true(file_save_whole(temporary_path(&t, "g.labels"), labels, 5, NULL));
    assert_false(dataset_read(&d, path, &options, &err));
    assert_non_null(strstr(err.message, "expected 4 labels, found 1"));
    temporary_remove(&t);
}

static void test_jsonl(void **state) {
    (void)state;
    struct data_options options = plain();
    struct dataset d = read_with(
        "{\"id\": 1, \"text\": \"Good \\u00e9\", \"label\": 1}\n\n{\"id\": 2, \"text\": \"Bad\", \"label\": 0}\n"
        "{\"id\": 3, \"label\": 0}\n",
        &options);
    assert_string_equal(d.reader, "jsonl");
    assert_int_equal(d.answers, ANSWERS_ONE);
    assert_int_equal(d.example_count, 2);
    expect_row(&d, 0, "Good \u00E9", "1");
    assert_int_equal(d.columns[0].role, ROLE_IGNORE);
    assert_int_equal(d.columns[1].role, ROLE_TEXT);
    expect_place(find_problem(&d, PROBLEM_SKIPPED, ACTION_SKIP, "\"text\": expected a text"), 4, 1);
    dataset_release(&d);
    d = read_with(
        "{\"tokens\": [\"EU\", \"says\"], \"tags\": [\"B-ORG\", \"O\"]}\n{\"tokens\": [\"a\"], \"tags\": []}\n"
        "{\"tokens\": [\"no\"], \"tags\": [\"O\"]}\n",
        &options);
    assert_int_equal(d.answers, ANSWERS_EACH);
    assert_int_equal(d.example_count, 2);
    find_problem(&d, PROBLEM_SKIPPED, ACTION_SKIP, "found 0 and 1");
    dataset_release(&d);
    d = read_with("{\"source\": \"ab\", \"target\": \"cd\"}\n{\"source\": \"ef\", \"target\": \"gh\"}\n", &options);
    assert_int_equal(d.answers, ANSWERS_SEQUENCE);
    dataset_release(&d);
    d = read_with("{\"values\": [[1,2],[3,null]], \"label\": \"a\"}\n{\"values\": [[5,6]], \"label\": \"b\"}\n",
                  &options);
    assert_int_equal(d.answers, ANSWERS_ONE);
    assert_int_equal(d.channels, 2);
    assert_true(fabsf(number_at(&d, 0, 1, 1) - 2) < 1e-5f);
    find_problem(&d, PROBLEM_MISSING, ACTION_REPAIR, "1 number is missing");
    dataset_release(&d);
    d = read_with("{\"series\": [1,2,3]}\n{\"series\": [4,5]}\n", &options);
    assert_int_equal(d.answers, ANSWERS_NEXT);
    assert_int_equal(d.symbol_count, 5);
    dataset_release(&d);
    const char broken[] = "{\"a\": \"xy\"}\n {\"a\": \"zz\",, }\n{\"a\": \"yx\"}\n";
    expect_error(broken, &options, 2, 13, "expected a JSON object, found");
    assert_true(problem_actions_read("broken=skip", &options, NULL));
    d = read_with(broken, &options);
    assert_int_equal(d.example_count, 2);
    find_problem(&d, PROBLEM_BROKEN, ACTION_SKIP, "skipped");
    dataset_release(&d);
    options.columns = "text=b";
    expect_error(broken, &options, 0, 0, "expected the name of a key of the first objects, found \"b\"");
    options.columns = NULL;
    expect_error("{\"a\": {}}\n{\"a\": {}}\n", &options, 0, 0, "expected objects with a text");
}

static void save_npy(struct temporary *t, const char *name, const char *type, const char *shape, const void *data,
                     size_t size) {
    char header[128];
    struct str file = {0};
    int length =
        snprintf(header, sizeof header, "{'descr': '%s', 'fortran_order': False, 'shape': %s, }\n", type, shape);
    str_put_n(&file, "\x93NUMPY\x01\0", 8);
    str_put_char(&file, (char)length);
    str_put_char(&file, 0);
    str_put_n(&file, header, (size_t)length);
    str_put_n(&file, data, size);
    assert_true(file_save_whole(temporary_path(t, name), file.data, file.size, NULL));
    str_release(&file);
}

static void test_npy(void **state) {
    (void)state;
    struct temporary t;
    struct dataset d;
    struct err err = {0};
    struct data_options options = plain();
    float numbers[24];
    int64_t labels[] = {7, 9, 7};
    char path[1100];
    assert_true(temporary_make(&t));
    for (int i = 0; i < 24; i++)
        numbers[i] = i == 5 ? NAN : (float)i;
    save_npy(&t, "x.npy", "<f4", "(3, 4, 2)", numbers, sizeof numbers);
    snprintf(path, sizeof path, "%s", temporary_path(&t, "x.npy"));
    assert_true(dataset_read(&d, path, &options, &err));
    assert_string_equal(d.reader, "npy");
    assert_int_equal(d.answers, ANSWERS_NEXT);
    assert_int_equal(d.example_count, 3);
    assert_int_equal(d.channels, 2);
    assert_true(fabsf(number_at(&d, 2, 3, 1) - 23) < 1e-4f);
    assert_true(fabsf(number_at(&d, 0, 2, 1) - 3) < 1e-4f);
    find_problem(&d, PROBLEM_MISSING, ACTION_REPAIR, "1 number is missing");
    dataset_release(&d);
    save_npy(&t, "x.labels.npy", "<i8", "(3,)", labels, sizeof labels);
    assert_true(dataset_read(&d, path, &options, &err));
    assert_int_equal(d.answers, ANSWERS_ONE);
    assert_string_equal(d.labels.texts[d.answer_symbols[1]], "9");
    dataset_release(&d);
    save_npy(&t, "x.labels.npy", "<i8", "(2,)", labels, 16);
    assert_false(dataset_read(&d, path, &options, &err));
    assert_non_null(strstr(err.message, "as many labels as series (3), found 2"));
    save_npy(&t, "y.npy", "<f4", "(12, 2)", numbers, sizeof numbers);
    assert_true(dataset_read(&d, temporary_path(&t, "y.npy"), &options, &err));
    assert_int_equal(d.shape, TEXT_WHOLE);
    assert_int_equal(d.symbol_count, 12);
    dataset_release(&d);
    save_npy(&t, "z.npy", "<f4", "(2, 3, 2, 2)", numbers, sizeof numbers);
    assert_false(dataset_read(&d, temporary_path(&t, "z.npy"), &options, &err));
    assert_non_null(strstr(err.message, "(2, 3, 2, 2)"));
    temporary_remove(&t);
}

// ---- choices ----

static void test_choices(void **state) {
    (void)state;
    struct temporary t;
    struct dataset d, again;
    struct err err = {0};
    struct data_options options = plain();
    char path[1100], beside[1200];
    assert_true(temporary_make(&t));
    snprintf(path, sizeof path, "%s", temporary_path(&t, "r.csv"));
    snprintf(beside, sizeof beside, "%s%s", path, choices_ending);
    assert_true(file_save_whole(path, reviews, sizeof reviews - 1, NULL));
    options.columns = "text=1,label=3";
    assert_true(dataset_read(&d, path, &options, &err));
    struct data_choices choices = choices_of(&d, "missing=skip");
    assert_true(choices_save(&choices, beside, &err));
    options.columns = NULL;
    if (!dataset_read(&again, path, &options, &err)) fail_msg("%s", err.message);
    assert_true(dataset_fingerprint(&d) == dataset_fingerprint(&again));
    expect_row(&again, 0, "1", "5");
    dataset_release(&again);
    options.columns = "text=2,label=3"; // what is said goes before
    assert_true(dataset_read(&again, path, &options, &err));
    expect_row(&again, 3, "Bad one", "1");
    dataset_release(&again);
    options.columns = NULL;
    dataset_release(&d);
    static const struct {
        const char *text, *part;
    } wrong[] = {
        {"{", "expected JSON"},
        {"[]", "expected a JSON object"},
        {"{}", "\"format\": expected 1, found none"},
        {"{\"format\": 2}", "\"format\": expected 1"},
        {"{\"format\": 1, \"colour\": 3}", "found \"colour\""},
        {"{\"format\": 1, \"reader\": \"novel\"}", "the name of a reader"},
        {"{\"format\": 1, \"encoding\": \"ebcdic\"}", "utf-8, utf-16le"},
        {"{\"format\": 1, \"separator\": \"\"}", "a text of 1 to 15 bytes"},
        {"{\"format\": 1, \"header\": 1}", "true or false"},
        {"{\"format\": 1, \"columns\": \"nose=1\"}", "expected ROLE=COLUMN"},
        {"{\"format\": 1, \"on-problem\": \"weep\"}", "expected keep, skip, repair or stop"},
        {"{\"format\": 1, \"format\": 1}", "duplicate"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_true(file_save_whole(beside, wrong[i].text, strlen(wrong[i].text), NULL));
        assert_false(dataset_read(&d, path, &options, &err));
        if (!strstr(err.message, wrong[i].part)) fail_msg("%s: %s", wrong[i].text, err.message);
        assert_string_equal(err.file, beside);
    }
    temporary_remove(&t);
}

// ---- large and strange ----

static bool count_calls(void *context, double done) {
    assert_true(done >= 0 && done <= 1);
    ++*(int *)context;
    return true;
}

static bool stop_late(void *context, double done) {
    (void)context;
    return done < 0.3;
}

static void test_progress(void **state) {
    (void)state;
    struct str text = {0};
    for (int i = 0; text.size < 9 << 20; i++)
        str_printf(&text, "a text of some length that is there for its size %d,%s\n", i, i % 2 ? "x" : "y");
    int calls = 0;
    struct data_options options = plain();
    options.progress = count_calls;
    options.progress_context = &calls;
    struct dataset d = read_with(text.data, &options);
    assert_true(calls >= 4);
    dataset_release(&d);
    options.progress = stop_late;
    struct err err;
    assert_false(dataset_read_bytes(&d, "t", text.data, text.size, &options, &err));
    assert_int_equal(err.code, ERR_STOPPED);
    str_release(&text);
}

static void test_folder_without_permission(void **state) {
    (void)state;
    if (geteuid() == 0) {
        print_message("skipped: root may read every folder\n");
        skip();
    }
    struct temporary t;
    struct dataset d;
    struct err err;
    assert_true(temporary_make(&t));
    const char *path = temporary_path(&t, "closed");
    assert_int_equal(mkdir(path, 0), 0);
    assert_false(dataset_read(&d, path, NULL, &err));
    assert_int_equal(err.code, ERR_IO);
    assert_non_null(strstr(err.message, "Permission denied"));
    rmdir(path);
    temporary_remove(&t);
}

static void test_a_very_long_line(void **state) {
    (void)state;
    enum { SIZE = 4 << 20 };
    char *text = malloc(SIZE + 1);
    memset(text, 'a', SIZE);
    for (int i = 0; i < SIZE; i += 7)
        text[i] = ",b \"x"[i % 5];
    text[SIZE] = 0;
    struct data_options options = plain();
    struct dataset d = read_with(text, &options);
    assert_int_equal(d.symbol_count, SIZE);
    dataset_release(&d);
    free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cells),
        cmocka_unit_test(test_labelled),
        cmocka_unit_test(test_separators),
        cmocka_unit_test(test_stray_quote),
        cmocka_unit_test(test_ragged_and_missing),
        cmocka_unit_test(test_duplicates),
        cmocka_unit_test(test_web_page),
        cmocka_unit_test(test_wide),
        cmocka_unit_test(test_series_of_one_row),
        cmocka_unit_test(test_long),
        cmocka_unit_test(test_fasta),
        cmocka_unit_test(test_jsonl),
        cmocka_unit_test(test_npy),
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_progress),
        cmocka_unit_test(test_folder_without_permission),
        cmocka_unit_test(test_a_very_long_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
