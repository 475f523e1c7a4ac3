// The readers: how each is recognised, what it makes of odd rows, and the counts of real files.

#include "counter.h"
#include "file.h"
#include "minibatch.h"
#include "reader.h"
#include "str.h"
#include "temporary.h"
#include "tokens.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "real_files.h"

#ifndef SOURCE_ROOT
#error "SOURCE_ROOT names the folder that holds src and tests"
#endif

// ---- helpers ----

static struct dataset read_with(const char *text, const struct data_options *options) {
    struct dataset d;
    struct err err = {0};
    char message[900];
    if (!dataset_read_bytes(&d, "test.txt", text, strlen(text), options, &err)) {
        err_format(&err, message, sizeof message);
        fail_msg("%s", message);
    }
    return d;
}

static void expect_error(const char *reader, const char *text, enum err_code code, long line, long column,
                         const char *part) {
    struct data_options options = data_options_default();
    options.reader = reader;
    struct dataset d;
    struct err err = {0};
    assert_false(dataset_read_bytes(&d, "test.txt", text, strlen(text), &options, &err));
    if (err.code != code || err.line != line || err.column != column || !strstr(err.message, part))
        fail_msg("expected code %d at %ld:%ld with \"%s\", found code %d at %ld:%ld: %s", (int)code, line, column, part,
                 (int)err.code, err.line, err.column, err.message);
    if (code != ERR_USAGE) assert_string_equal(err.file, "test.txt");
    assert_null(d.symbols);
    assert_null(d.values);
    assert_int_equal(d.vocabulary.count, 0);
}

static const struct problem *find_problem(const struct dataset *d, enum problem_kind kind, const char *part) {
    for (int i = 0; i < d->problem_count; i++)
        if (d->problems[i].kind == kind && strstr(d->problems[i].what, part)) return &d->problems[i];
    for (int i = 0; i < d->problem_count; i++)
        print_message("%ld:%ld: %s\n", d->problems[i].line, d->problems[i].column, d->problems[i].what);
    fail_msg("no problem \"%s\"", part);
    return NULL;
}

static void answer_text(const struct dataset *d, int index, struct str *out) {
    struct dataset_answer answer = dataset_answer(d, index);
    str_clear(out);
    vocabulary_decode(&d->labels, d->answer_symbols + answer.start, answer.length, out);
}

static void expect_pair(const struct dataset *d, int index, const char *source, const char *target) {
    char text[400];
    struct str answer = {0};
    dataset_example_text(d, index, 1000, text, sizeof text);
    assert_string_equal(text, source);
    answer_text(d, index, &answer);
    assert_string_equal(str_text(&answer), target);
    str_release(&answer);
}

// ---- what is what ----

static void test_sniffing(void **state) {
    (void)state;
    static const struct {
        const char *text, *reader;
    } cases[] = {
        {"emma\nolivia\nava\n", "text"},
        {"Go.\tVa !\nStop.\tHalte.\nRun!\tCours !\n", "pairs"},
        {"16+75  _91  \n1+2    _3   \n", "pairs"},
        {"a b|c d\ne f|g h\n", "pairs"},
        {"good film\t1\nbad one\t0\nnice\t1\nawful thing\t0\nfine\t1\nso so\t0\nwell\t1\nno\t0\n", "labelled"},
        {"+,S10,\t\ttactag\n-,S11,\tgattac\n+,S12,\t\tcatcat\n-,S13,\tttttac\n+,S14,acgt\n-,S15,ccc\n+,S16,gg\n-,S17,"
         "cat\n",
         "labelled"},
        {"EU\tB-ORG\nrejects\tO\n\nPeter\tB-PER\n", "conll"},
        {"day,n\n1,2\n2,3\n3,4\n4,5\n5,6\n6,7\n7,8\n8,9\n9,1\n10,2\n", "series"},
        {"1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n", "series"},
        {"{\"train\": [[[60],[61]]], \"valid\": [[[60],[61]]]}", "piano-roll"},
        {"@problemName X\n@classLabel true a b\n@data\n1,2:3,4:a\n1,2:3,4:b\n", "ts"},
        {"{\"train\": 1", "piano-roll"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct dataset d;
        struct err err = {0};
        if (!dataset_read_bytes(&d, "t", cases[i].text, strlen(cases[i].text), NULL, &err)) {
            assert_string_equal(cases[i].text, "{\"train\": 1"); // recognised, and refused as such
            assert_non_null(strstr(err.message, "JSON"));
            continue;
        }
        if (strcmp(d.reader, cases[i].reader) != 0)
            fail_msg("case %zu: expected the reader %s, found %s: %s", i, cases[i].reader, d.reader, d.reason);
        dataset_release(&d);
    }
    struct data_options options = data_options_default();
    options.reader = "text";
    struct dataset d = read_with(cases[1].text, &options);
    assert_string_equal(d.reader, "text");
    assert_int_equal(d.answers, ANSWERS_NEXT);
    dataset_release(&d);
    expect_error("tekst", "a\nb\n", ERR_USAGE, 0, 0, "expected one of folder");
    expect_error("folder", "a\nb\n", ERR_VALUE, 0, 0, "expected a folder, found a file");
}

// ---- pairs ----

static void test_pairs(void **state) {
    (void)state;
    struct data_options options = data_options_default();
    options.validation = 0;
    struct dataset d =
        read_with("\xEF\xBB\xBFGo.\tVa !\tby me\r\n  Stop.  \tHalte.\r\n\r\nalone\r\nRun!\t\r\nGo.\tVa !", &options);
    assert_string_equal(d.reader, "text"); // too much is odd here to be guessed
    dataset_release(&d);
    options.reader = "pairs";
    d = read_with("\xEF\xBB\xBFGo.\tVa !\tby me\r\n  Stop.  \tHalte.\r\n\r\nalone\r\nRun!\t\r\nGo.\tVa !", &options);
    assert_int_equal(d.answers, ANSWERS_SEQUENCE);
    assert_int_equal(d.example_count, 3);
    expect_pair(&d, 0, "Go.", "Va !");
    expect_pair(&d, 1, "Stop.", "Halte.");
    expect_pair(&d, 2, "Go.", "Va !");
    assert_true(d.had_mark && d.had_crlf && d.last_line_open);
    assert_int_equal(find_problem(&d, PROBLEM_OTHER, "more than two columns")->column, 10);
    assert_int_equal(find_problem(&d, PROBLEM_EMPTY_LINE, "empty line")->line, 3);
    assert_int_equal(find_problem(&d, PROBLEM_SKIPPED, "found one text")->line, 4);
    assert_int_equal(find_problem(&d, PROBLEM_SKIPPED, "expected an answer")->line, 5);
    assert_int_equal(find_problem(&d, PROBLEM_DUPLICATE, "the same as line 1")->line, 6);
    assert_int_equal(d.problem_total, 5);
    assert_int_equal(vocabulary_find(&d.labels, "G", 1), VOCABULARY_UNK); // a vocabulary of their own
    assert_int_not_equal(vocabulary_find(&d.labels, "V", 1), VOCABULARY_UNK);
    dataset_release(&d);
    options.reader = NULL;
    options.separator = "::";
    d = read_with("ab::cd\nef::gh\n", &options);
    expect_pair(&d, 1, "ef", "gh");
    dataset_release(&d);
    options.reader = "pairs";
    options.separator = NULL;
    expect_error("pairs", "ab\ncd\n", ERR_FORMAT, 1, 1, "found none; the first of those left out: expected a pair");
}

static void test_pairs_of_words(void **state) {
    (void)state;
    struct data_options options = data_options_default();
    options.validation = 0;
    options.tokens = TOKENS_WORD;
    options.lower = true;
    struct dataset d = read_with("I don't know.\tJe ne sais pas.\nYou know!\tTu sais !\n", &options);
    expect_pair(&d, 0, "i don't know.", "je ne sais pas.");
    assert_int_equal(d.examples[0].length, 4);
    assert_int_equal(dataset_answer(&d, 1).length, 3);
    assert_int_equal(d.vocabulary.tokens, TOKENS_WORD);
    assert_int_equal(d.vocabulary.counts[vocabulary_find(&d.vocabulary, "know", 4)], 2);
    assert_string_equal(d.vocabulary.texts[VOCABULARY_FIRST], "know"); // from frequent to rare
    dataset_release(&d);
}

// ---- labels ----

static void test_labelled(void **state) {
    (void)state;
    struct str text = {0};
    str_put(&text, "review\tstars\n");
    for (int i = 0; i < 40; i++)
        str_printf(&text, "film number %d was \"%s\"\t%s\n", i, i % 4 ? "good" : "bad", i % 4 ? "1" : "0");
    str_put(&text, "\nno label here\nempty\t\n");
    struct data_options options = data_options_default();
    options.validation = 0.25;
    options.reader = "labelled";
    struct err err;
    struct dataset d = read_with(text.data, &options);
    assert_int_equal(d.example_count, 40);
    assert_int_equal(find_problem(&d, PROBLEM_RAGGED, "expected 2 columns, found 1: \"no label here\"")->line, 43);
    assert_int_equal(find_problem(&d, PROBLEM_SKIPPED, "expected an answer, found an empty one")->line, 44);
    dataset_release(&d);
    text.size -= strlen("no label here\nempty\t\n");
    d = read_with((text.data[text.size] = 0, text.data), &options);
    assert_int_equal(d.answers, ANSWERS_ONE);
    assert_int_equal(d.example_count, 40);
    assert_int_equal(d.labels.count, 2);
    assert_int_equal(vocabulary_first(&d.labels), 0); // no marks among the classes
    assert_int_equal(d.labels.counts[0], 10);
    expect_pair(&d, 0, "film number 0 was \"bad\"", "0");
    assert_int_equal(find_problem(&d, PROBLEM_OTHER, "names of the columns")->line, 1);
    find_problem(&d, PROBLEM_EMPTY_LINE, "empty line");
    int zeros = 0; // each class gives its share
    for (int i = 0; i < d.validation_count; i++)
        zeros += d.answer_symbols[dataset_answer(&d, d.validation[i]).start] == 0;
    assert_int_equal(d.validation_count, 10);
    assert_true(zeros == 2 || zeros == 3);
    struct vocabulary labels;
    assert_true(vocabulary_copy(&labels, &d.labels, NULL));
    options.labels = &labels;
    dataset_release(&d);
    const char *other = "a good film\t1\nanother one\t2\nthird\t1\nfourth\t1\nfive\t1\nsix\t1\nseven\t1\neight\t2\n";
    assert_false(dataset_read_bytes(&d, "t", other, strlen(other), &options, &err));
    assert_int_equal(err.line, 2);
    assert_non_null(strstr(err.message, "one of the model's 2 labels"));
    vocabulary_release(&labels);
    str_release(&text);
}

// Every example validates in one fold, and the classes are spread evenly.
static void test_folds(void **state) {
    (void)state;
    enum { N = 30, FOLDS = 7 };
    struct str text = {0};
    for (int i = 0; i < N; i++)
        str_printf(&text, "text %d\t%s\n", i, i % 3 ? "x" : "y");
    struct data_options options = data_options_default();
    options.folds = FOLDS;
    int seen[N] = {0};
    for (options.fold = 1; options.fold <= FOLDS; options.fold++) {
        struct dataset d = read_with(text.data, &options);
        int ys = 0;
        assert_int_equal(d.train_count + d.validation_count, N);
        for (int i = 0; i < d.validation_count; i++) {
            seen[d.validation[i]]++;
            ys += d.validation[i] % 3 == 0;
        }
        assert_true(d.validation_count == 4 || d.validation_count == 5);
        assert_true(ys == 1 || ys == 2);
        dataset_release(&d);
    }
    for (int i = 0; i < N; i++)
        assert_int_equal(seen[i], 1);
    struct dataset d;
    struct err err;
    assert_false(dataset_read_bytes(&d, "t", text.data, text.size, &options, &err)); // fold 8 of 7
    assert_non_null(strstr(err.message, "a fold from 1 to 7"));
    options.folds = N + 1;
    assert_false(dataset_read_bytes(&d, "t", text.data, text.size, &options, &err));
    assert_non_null(strstr(err.message, "2 to 30 folds"));
    str_release(&text);
}

static void put_file(struct temporary *t, const char *name, const char *text) {
    assert_true(file_save_whole(temporary_path(t, name), text, strlen(text), NULL));
}

static void test_folder(void **state) {
    (void)state;
    struct temporary t;
    assert_true(temporary_make(&t));
    struct data_options options = data_options_default();
    struct dataset d;
    struct err err = {0};
    assert_false(dataset_read(&d, t.folder, &options, &err));
    assert_non_null(strstr(err.message, "folder"));
    put_file(&t, "Irish.txt", "Adam \nAhearn\n\nAodh\n");
    put_file(&t, "Greek.txt", "Adamou\nAdam");
    put_file(&t, "notes.md", "not data");
    put_file(&t, "Empty.txt", "");
    options.validation = 0;
    if (!dataset_read(&d, t.folder, &options, &err)) fail_msg("%s", err.message);
    assert_string_equal(d.reader, "folder");
    assert_int_equal(d.example_count, 5);
    expect_pair(&d, 0, "Adamou", "Greek"); // files in the order of their names
    expect_pair(&d, 2, "Adam", "Irish");   // spaces at the end are taken off
    assert_int_equal(d.labels.count, 2);
    assert_int_equal(d.examples[4].line, 4);
    find_problem(&d, PROBLEM_SKIPPED, "Empty.txt is empty");
    assert_int_equal(find_problem(&d, PROBLEM_EMPTY_LINE, "Irish.txt")->line, 3);
    dataset_release(&d);
    assert_true(file_save_whole(temporary_path(&t, "Latin.txt"), "a\nb\xE9\n", 5, NULL));
    assert_true(dataset_read(&d, t.folder, &options, &err));
    assert_int_equal(d.encoding, ENCODING_LATIN1);
    assert_int_equal(find_problem(&d, PROBLEM_ENCODING, "Latin.txt read as Latin-1: byte 0xE9 at line 2")->column, 2);
    dataset_release(&d);
    assert_true(file_save_whole(temporary_path(&t, "Latin.txt"), "a\nb\xE9\x02\n", 6, NULL));
    assert_false(dataset_read(&d, t.folder, &options, &err));
    assert_non_null(strstr(err.file, "Latin.txt"));
    assert_int_equal(err.line, 2);
    temporary_remove(&t);
}

// ---- tags ----

static void test_conll(void **state) {
    (void)state;
    struct data_options options = data_options_default();
    options.validation = 0;
    options.lower = true;
    struct dataset d =
        read_with("EU\tNNP\tB-ORG\nrejects\tVBZ\tO\n \nPeter\tNNP\tB-PER\nbroken\n\"\t''\tO\n\n\n", &options);
    assert_string_equal(d.reader, "text"); // one of six lines breaks the rule
    dataset_release(&d);
    options.reader = "conll";
    d = read_with("EU\tNNP\tB-ORG\nrejects\tVBZ\tO\n \nPeter\tNNP\tB-PER\nbroken\n\"\t''\tO\n\n\n", &options);
    assert_int_equal(d.answers, ANSWERS_EACH);
    assert_int_equal(d.example_count, 2);
    expect_pair(&d, 0, "eu rejects", "B-ORG O");
    expect_pair(&d, 1, "peter \"", "B-PER O");
    assert_int_equal(d.examples[1].line, 4);
    assert_int_equal(find_problem(&d, PROBLEM_SKIPPED, "a token and a tag")->line, 5);
    struct minibatch m;
    assert_true(minibatch_init(&m, &d, 1, 8, NULL));
    assert_int_equal(dataset_window(&d, 0, &m, NULL), 2);
    assert_string_equal(d.labels.texts[m.target[0]], "B-ORG");
    assert_string_equal(d.vocabulary.texts[m.x[0]], "eu"); // its own timestep, nothing shifted
    minibatch_release(&m);
    dataset_release(&d);
    expect_error("conll", "a\tO\nb\tO\n", ERR_VALUE, 0, 0, "at least two tags");
}

// ---- numbers ----

static void test_series(void **state) {
    (void)state;
    struct data_options options = data_options_default();
    options.validation = 0.2;
    struct dataset d = read_with(
        "\"Month\",\"N\"\r\n\"1\",10\r\n\"2\",20\r\n\"3\",NA\r\n\"4\",40\r\n\"5\",50\r\n\"6\",60\r\n\"7\",70\r\n"
        "\"8\",80\r\n\"9\",90\r\n\"10\",100\r\n\"11\",110\r\n\"12\",120\r\nfooter of prose\r\n",
        &options);
    assert_string_equal(d.reader, "text"); // a footer in 13 rows is much
    dataset_release(&d);
    options.reader = "series";
    expect_error("series", "a,b\n1,2\n", ERR_FORMAT, 0, 0, "at least 10 rows");
    struct str text = {0};
    str_put(&text, "day,low,high\n");
    for (int i = 0; i < 50; i++)
        str_printf(&text, "2001-%02d,%d,%s\n", i, i, i == 4 ? "?" : i == 5 ? "-7e1" : "3.5");
    str_put(&text, "\nThese are the readings of a year.\n");
    d = read_with(text.data, &options);
    assert_int_equal(d.shape, TEXT_WHOLE);
    assert_int_equal(d.answers, ANSWERS_NEXT);
    assert_int_equal(d.channels, 2);
    assert_int_equal(d.symbol_count, 50);
    assert_int_equal(d.train_symbols, 40);
    assert_int_equal(find_problem(&d, PROBLEM_MISSING, "taken again")->line, 6);
    assert_int_equal(find_problem(&d, PROBLEM_MISSING, "taken again")->column, 11);
    find_problem(&d, PROBLEM_EMPTY_LINE, "empty line");
    assert_int_equal(find_problem(&d, PROBLEM_RAGGED, "expected 3 columns")->line, 53);
    assert_true(fabs(d.mean[0] - 19.5) < 1e-5 && fabs(d.scale[0] - sqrt((40.0 * 40 - 1) / 12)) < 1e-4);
    assert_true(fabs(d.values[9 * 2] * d.scale[0] + d.mean[0] - 9) < 1e-4);
    assert_true(d.values[4 * 2 + 1] == d.values[3 * 2 + 1]);
    // windows: what is answered at t is read at t + 1; the first value is only read
    struct minibatch m;
    assert_true(minibatch_init(&m, &d, 3, 6, NULL));
    long answers = 0;
    for (int k = 0; dataset_validation_batch(&d, k, &m) > 0; k++)
        for (int i = 0; i < m.T * m.B; i++)
            answers += m.target[i] >= 0;
    assert_int_equal(answers, 10);
    struct rng rng = rng_seed(1);
    for (int round = 0; round < 50; round++) {
        assert_int_equal(dataset_batch(&d, &rng, &m), 6);
        for (int b = 0; b < 3; b++)
            for (int t = 0; t < 6; t++) {
                double x = m.x_real[(t * 3 + b) * 2] * d.scale[0] + d.mean[0],
                       y = m.target_real[(t * 3 + b) * 2] * d.scale[0] + d.mean[0];
                assert_true(fabs(y - x - 1) < 1e-4 && y < 39.5); // never into the validation part
            }
    }
    long windows = 0;
    for (long k = 0; dataset_stream_batch(&d, DATASET_TRAIN, k, &m) > 0; k++)
        for (int i = 0; i < m.T * m.B; i++)
            windows += m.target[i] >= 0;
    assert_int_equal(windows, 39);
    minibatch_release(&m);
    dataset_release(&d);
    str_release(&text);
}

static void test_ts(void **state) {
    (void)state;
    struct data_options options = data_options_default();
    options.validation = 0;
    struct dataset d =
        read_with("#remark\n@problemName X\n@classLabel true a b\n@data\n1,2,3:4,5,6:b\n1,?:0,0:a\n", &options);
    assert_string_equal(d.reader, "ts");
    assert_int_equal(d.channels, 2);
    assert_int_equal(d.example_count, 2);
    assert_int_equal(d.examples[1].length, 2);
    assert_int_equal(d.examples[1].line, 6);
    assert_int_equal(find_problem(&d, PROBLEM_MISSING, "taken again")->column, 3);
    struct minibatch m;
    assert_true(minibatch_init(&m, &d, 2, 1, NULL));
    struct rng rng = rng_seed(5);
    assert_int_equal(dataset_batch(&d, &rng, &m), 3);
    for (int b = 0; b < 2; b++) {
        bool longer = m.target[2 * 2 + b] >= 0;
        assert_int_equal(m.target[(longer ? 2 : 1) * 2 + b], longer ? 1 : 0); // at its own last timestep
        assert_int_equal(m.x[2 * 2 + b], longer ? 0 : -1);
        assert_int_equal(m.target[b], -1);
    }
    minibatch_release(&m);
    dataset_release(&d);
    expect_error("ts", "@a b\n@data\n1,2:a\n1,x:b\n", ERR_FORMAT, 4, 3, "expected a number, found \"x\"");
    expect_error("ts", "@a b\n@data\n1,2:3:a\n1,2:3,4:b\n", ERR_FORMAT, 3, 5, "expected 2 values");
    expect_error("ts", "@a b\n@data\n1,2:3,4:a\n1,2:b\n", ERR_FORMAT, 4, 1, "expected 2 channels and a label");
    expect_error("ts", "@a b\n@data\n1:a\n2:a\n", ERR_VALUE, 0, 0, "at least two labels");
    expect_error("ts", "@a b\n", ERR_FORMAT, 0, 0, "a line @data");
    expect_error("ts", "@timeStamps true\n@data\n1:a\n", ERR_FORMAT, 1, 1, "time stamps");
    expect_error("ts", "@a\n@data\n", ERR_FORMAT, 0, 0, "cases behind @data");
}

static void test_piano_roll(void **state) {
    (void)state;
    struct dataset d = read_with("{\"test\":[[[21],[]]], \"train\": [[[60,64,67],[108]], [[1]], [[30],[31],[32]]],"
                                 "\"valid\":[[[40],[41]]], \"about\": 3}",
                                 NULL);
    assert_int_equal(d.input, VALUES_SETS);
    assert_int_equal(d.output, VALUES_SETS);
    assert_int_equal(d.channels, 88);
    assert_int_equal(dataset_outputs(&d), 88);
    assert_int_equal(d.train_count, 2);
    assert_int_equal(d.validation_count, 1);
    assert_int_equal(d.test_count, 1);
    find_problem(&d, PROBLEM_OTHER, "\"about\" is no part");
    find_problem(&d, PROBLEM_SKIPPED, "piece 2: expected two timesteps");
    find_problem(&d, PROBLEM_OTHER, "1 timesteps have no pitch");
    const float *first = d.values + d.examples[d.train[0]].start * 88;
    for (int key = 0; key < 88; key++) {
        assert_true(first[key] == (key == 39 || key == 43 || key == 46));
        assert_true(first[88 + key] == (key == 87));
    }
    struct minibatch m;
    assert_true(minibatch_init(&m, &d, 1, 8, NULL));
    assert_int_equal(dataset_window(&d, d.train[1], &m, NULL), 2);
    assert_true(m.x_real[9] == 1 && m.target_real[10] == 1 && m.x_real[88 + 10] == 1 && m.target_real[88 + 11] == 1);
    minibatch_release(&m);
    assert_true(dataset_validate_test(&d));
    assert_int_equal(d.validation_count, 1);
    assert_true(d.values[d.examples[d.validation[0]].start * 88] == 1);
    assert_false(dataset_validate_test(&d));
    dataset_release(&d);
    struct data_options options = data_options_default();
    options.test = 0.25; // of a file without parts of its own
    d = read_with("{\"train\": [[[60],[61]], [[62],[63]], [[64],[65]], [[66],[67]]], \"valid\": [], \"test\": []}",
                  &options);
    assert_true(d.train_count == 2 && d.validation_count == 1 && d.test_count == 1);
    dataset_release(&d);
    expect_error(NULL, "{\"train\": [[[60],[20]]]}", ERR_FORMAT, 0, 0,
                 "piece 1, timestep 2: expected MIDI pitches from 21");
    expect_error(NULL, "{\"train\": [[[60],[60.5]]]}", ERR_FORMAT, 0, 0, "MIDI pitches");
    expect_error(NULL, "{\"train\": [[60,61]]}", ERR_FORMAT, 0, 0, "expected a list of pitches");
    expect_error(NULL, "{\"train\": [3]}", ERR_FORMAT, 0, 0, "piece 1: expected a list of timesteps");
    expect_error(NULL, "{\"train\": 3}", ERR_FORMAT, 0, 0, "expected a list of pieces");
    expect_error(NULL, "{\"train\": []}", ERR_FORMAT, 0, 0, "expected pieces in the part \"train\"");
    expect_error(NULL, "{\"train\":\n [[[60],[61]]\n", ERR_FORMAT, 3, 0, "expected JSON");
    expect_error("piano-roll", "[]", ERR_FORMAT, 1, 1, "expected an object");
}

// ---- tokens ----

static void expect_tokens(enum token_kind kind, const char *text, const char *const *expected) {
    struct token_walk walk = token_walk_start(kind, text, strlen(text));
    int n = 0;
    for (; token_next(&walk); n++) {
        if (!expected[n]) fail_msg("“%s”: one token too many: “%.*s”", text, (int)walk.size, walk.token);
        if (strlen(expected[n]) != walk.size || memcmp(expected[n], walk.token, walk.size) != 0)
            fail_msg("“%s”: expected “%s”, found “%.*s”", text, expected[n], (int)walk.size, walk.token);
    }
    assert_null(expected[n]);
}
#define TOKENS(kind, text, ...) expect_tokens(kind, text, (const char *const[]){__VA_ARGS__, NULL})

static void test_tokens(void **state) {
    (void)state;
    TOKENS(TOKENS_WORD, "Don't stop: 3.14, well-known (it's)!", "Don't", "stop", ":", "3.14", ",", "well-known", "(",
           "it's", ")", "!");
    TOKENS(TOKENS_WORD, "a.b 1,000. x_1 'quoted' -5 --", "a", ".", "b", "1,000", ".", "x_1", "'", "quoted", "'", "-",
           "5", "-", "-");
    TOKENS(TOKENS_WORD, "l\u2019été\u00A0!\n\n\U0001F600\U0001F600", "l\u2019été", "!", "\n", "\n", "\U0001F600",
           "\U0001F600");
    TOKENS(TOKENS_WORD, "e\u0301t", "e\u0301t"); // a mark belongs to its letter
    TOKENS(TOKENS_BYTE, "a \u00E9\n<", "a", "<0x20>", "<0xC3>", "<0xA9>", "<0x0A>", "<");
    TOKENS(TOKENS_CHARACTER, "a\u00E9", "a", "\u00E9");
    TOKENS(TOKENS_LABEL, "two words", "two words");
    for (int byte = 0; byte < 256; byte++) { // and back
        char text[8];
        token_byte_text((unsigned char)byte, text);
        assert_int_equal(token_byte(text), byte);
    }
    assert_int_equal(token_byte("<0xZZ>"), -1);
    assert_int_equal(token_byte("ab"), -1);
    struct str lowered = {0};
    text_lower("AÉΣx\xFF", 7, &lowered);
    assert_string_equal(lowered.data, "aéσx\xFF");
    str_release(&lowered);
}

// A text survives being cut and put together again.
static void test_encode_and_decode(void **state) {
    (void)state;
    static const struct {
        enum token_kind kind;
        bool lower;
        const char *text, *back;
    } cases[] = {
        {TOKENS_CHARACTER, false, "Été, non?", "Été, non?"},
        {TOKENS_BYTE, false, "Été, non?\n", "Été, non?\n"},
        {TOKENS_WORD, false, "Hello, (old) world!\nDon't go.", "Hello, (old) world!\nDon't go."},
        {TOKENS_WORD, true, "Hello   WORLD", "hello world"},
        {TOKENS_LABEL, false, "Irish", "Irish"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct token_counter counter;
        struct vocabulary v, copy;
        int symbols[64];
        struct str back = {0};
        token_counter_start(&counter, cases[i].kind, cases[i].lower);
        token_counter_add(&counter, cases[i].text, strlen(cases[i].text));
        assert_true(token_counter_make(&counter, 0, NULL, &v, NULL));
        v.reversed = true;
        assert_true(vocabulary_copy(&copy, &v, NULL));
        assert_true(copy.tokens == cases[i].kind && copy.lower == cases[i].lower && copy.reversed);
        int n = vocabulary_encode(&copy, cases[i].text, strlen(cases[i].text), symbols, 64);
        assert_int_equal(n, counter.total);
        vocabulary_decode(&copy, symbols, n, &back);
        assert_string_equal(back.data, cases[i].back);
        str_release(&back);
        token_counter_release(&counter);
        vocabulary_release(&v);
        vocabulary_release(&copy);
    }
}

static void test_texts_of_words_and_bytes(void **state) {
    (void)state;
    struct data_options options = data_options_default();
    options.reader = "text";
    options.validation = 0;
    options.tokens = TOKENS_WORD;
    options.shape = TEXT_WHOLE;
    options.min_count = 2;
    struct dataset d = read_with("the cat, the dog\nthe end\n", &options);
    assert_int_equal(d.symbol_count, 9); // line ends are tokens of a long text
    assert_int_equal(d.vocabulary.count, 2 + VOCABULARY_FIRST);
    assert_string_equal(d.vocabulary.texts[2], "the");
    assert_string_equal(d.vocabulary.texts[3], "\n");
    assert_int_equal(d.vocabulary.counts[VOCABULARY_UNK], 4);
    dataset_release(&d);
    options.shape = TEXT_LINES;
    options.min_count = 0;
    d = read_with("the cat\n   \nthe dog\n", &options);
    assert_int_equal(d.example_count, 2);
    assert_int_equal(d.length_max, 2);
    assert_int_equal(dataset_find(&d, "the   dog"), 1);
    find_problem(&d, PROBLEM_EMPTY_LINE, "empty");
    dataset_release(&d);
    options.tokens = TOKENS_BYTE;
    d = read_with("\u00E9a\n\u00E8\n", &options);
    assert_int_equal(d.symbol_count, 5);
    assert_int_equal(d.vocabulary.count, 4 + VOCABULARY_FIRST); // C3 shared
    assert_string_equal(d.vocabulary.texts[2], "a");
    assert_string_equal(d.vocabulary.texts[5], "<0xC3>");
    char text[16];
    dataset_example_text(&d, 0, 100, text, sizeof text);
    assert_string_equal(text, "\u00E9a");
    dataset_example_text(&d, 0, 1, text, sizeof text);
    assert_string_equal(text, "?"); // half a character is none
    dataset_release(&d);
    options.lower = true;
    options.tokens = TOKENS_CHARACTER;
    d = read_with("AbA\nb\n", &options);
    assert_int_equal(d.vocabulary.count, 2 + VOCABULARY_FIRST);
    assert_int_equal(dataset_find(&d, "ABa"), 0);
    dataset_release(&d);
}

// ---- minibatches of lists with answers ----

// Every answer once, whatever B and max_T are; cut where timesteps stand for themselves, never where one answer is at
// the end.
static void test_validation_covers_all(void **state) {
    (void)state;
    struct data_options options = data_options_default();
    options.validation = 0.6;
    options.reader = "conll";
    struct dataset d =
        read_with("a\tO\nb\tB-x\nc\tO\n\nd\tO\n\ne\tB-y\nf\tO\n\na\tO\nb\tO\nc\tO\nd\tO\ne\tO\n\ng\tB-x\n", &options);
    long expected = 0;
    for (int i = 0; i < d.validation_count; i++)
        expected += d.examples[d.validation[i]].length;
    for (int max_T = 1; max_T < 7; max_T++)
        for (int B = 1; B < 5; B++) {
            struct minibatch m;
            long answers = 0;
            assert_true(minibatch_init(&m, &d, B, max_T, NULL));
            for (int k = 0; dataset_validation_batch(&d, k, &m) > 0; k++)
                for (int i = 0; i < m.T * B; i++) {
                    answers += m.target[i] >= 0;
                    assert_int_equal(m.target[i] >= 0, m.x[i] >= 0);
                }
            assert_int_equal(answers, expected);
            minibatch_release(&m);
        }
    dataset_release(&d);
}

// ---- real files ----

static void test_real_files(void **state) {
    (void)state;
    need_real_files();
    for (size_t i = 0; i < REAL_FILES; i++) {
        const struct real_file *r = &real_files[i];
        char path[600];
        snprintf(path, sizeof path, "%s/%s", REAL_DATA, r->path);
        struct dataset d;
        struct err err;
        if (!dataset_read(&d, path, NULL, &err)) fail_msg("%s: %s", r->path, err.message);
        if (strcmp(d.reader, r->reader) != 0 || d.answers != r->answers || d.example_count != r->examples ||
            (r->symbols > 0 && d.vocabulary.count != r->symbols) || (r->labels > 0 && d.labels.count != r->labels) ||
            d.channels != r->channels || (r->length_max > 0 && d.length_max != r->length_max) ||
            d.problem_totals[PROBLEM_SKIPPED] != 0)
            fail_msg("%s: read as %s, %d examples, %d symbols, %d labels, %d channels, up to %d, %ld skipped", r->path,
                     d.reader, d.example_count, d.vocabulary.count, d.labels.count, d.channels, d.length_max,
                     d.problem_totals[PROBLEM_SKIPPED]);
        if (strcmp(r->path, "promoters.data") == 0) assert_int_equal(d.labels.counts[0], 53);
        if (strcmp(r->path, "surnames") == 0) {
            assert_int_equal(d.labels.counts[vocabulary_find(&d.labels, "Russian", 7)], 9384);
            assert_int_equal(d.labels.counts[vocabulary_find(&d.labels, "Portuguese", 10)], 74);
        }
        if (strcmp(r->path, "jsb-chorales-quarter.json") == 0)
            assert_true(d.train_count == 229 && d.validation_count == 76 && d.test_count == 77);
        dataset_release(&d);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sniffing),
        cmocka_unit_test(test_pairs),
        cmocka_unit_test(test_pairs_of_words),
        cmocka_unit_test(test_labelled),
        cmocka_unit_test(test_folds),
        cmocka_unit_test(test_folder),
        cmocka_unit_test(test_conll),
        cmocka_unit_test(test_series),
        cmocka_unit_test(test_ts),
        cmocka_unit_test(test_piano_roll),
        cmocka_unit_test(test_tokens),
        cmocka_unit_test(test_encode_and_decode),
        cmocka_unit_test(test_texts_of_words_and_bytes),
        cmocka_unit_test(test_validation_covers_all),
        cmocka_unit_test(test_real_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
