// Every reader of files on spoilt ones: an answer, and what it says is true. --only=READER asks for that one in every
// case, --only=guess for none.

#include "choices.h"
#include "file.h"
#include "fuzz.h"
#include "mem.h"
#include "minibatch.h"
#include "preview.h"
#include "problems.h"
#include "reader.h"
#include "str.h"
#include "summary.h"
#include "temporary.h"

#include <math.h>

static const struct fuzz_input samples[] = {
    FUZZ_TEXT("Go.\tVa !\tby me\nStop.\tHalte.\tby you\nRun!\tCours !\tby us\n"),
    FUZZ_TEXT("16+75  _91  \r\n1+2    _3   \r\n99+1   _100 \r\n"),
    FUZZ_TEXT("good film\t1\nbad one\t0\nnice\t1\nawful thing\t0\nfine\t1\nso so\t0\nwell\t1\nno\t0\n"),
    FUZZ_TEXT("+,S10,\t\ttactag\n-,S11,\tgattac\n+,S12,\t\tcatcat\n-,S13,\ttttac\n+,S14,acgt\n-,S15,ccc\n+,S16,gg\n-,"
              "S17,ca\n"),
    FUZZ_TEXT("EU\tNNP\tB-ORG\nrejects\tVBZ\tO\n\nPeter\tNNP\tB-PER\ncaf\u00E9\tNN\tO\n\n"),
    FUZZ_TEXT("\"Month\",\"N\"\r\n\"1\",10\r\n\"2\",20.5\r\n\"3\",-3e1\r\n\"4\",?\r\n\"5\",5\r\n\"6\",6\r\n\"7\","
              "7\r\n\"8\",8\r\n"
              "\"9\",9\r\n\"10\",1\r\n\"11\",11\r\n"),
    FUZZ_TEXT("1\t2\n2\t3\n3\t4\n4\t5\n5\t6\n6\t7\n7\t8\n8\t9\n9\t1\n0\t1\n1\t1\n"),
    FUZZ_TEXT(
        "{\"train\": [[[60,64,67],[],[108]], [[21],[31],[32]]], \"valid\":[[[40],[41]]], \"test\": [[[50],[51]]]}"),
    FUZZ_TEXT("#remark\n@problemName X\n@classLabel true a b\n@data\n1,2,3:4,5,6:b\n1,?:0,0:a\n"),
    FUZZ_TEXT("emma\nolivia\nava\n"),
    // encodings
    FUZZ_TEXT("\xFF\xFE"
              "e\0m\0m\0a\0\n\0a\0v\0a\0\n\0\xE9\0\n\0"),
    FUZZ_TEXT("\xFE\xFF\0e\0m\0m\0a\0\n\0a\0v\0a\0\n\xD8\x3D\xDE\x00\0\n"),
    FUZZ_TEXT("e\0m\0m\0a\0,\0x\0\n\0a\0v\0a\0,\0y\0\n\0"),
    FUZZ_TEXT("caf\xE9 \x93quoted\x94\nit\x92s\n"),
    FUZZ_TEXT("\xEF\xBB\xBF"
              "emma\r\nava\r\n"),
    // tables
    FUZZ_TEXT("id,text,label\n1,\"one, two\",a\n2,\"three\nfour\",b\n3,\"say "
              "\"\"x\"\"\",a\n4,six,b\n5,sev,a\n6,e,b\n7,ni,a\n8,te,b\n"),
    FUZZ_TEXT("a;1,5;x\nb;2,5;y\nc;3;x\nd;4;y\ne;5;x\nf;6;y\ng;\"7;x\nh;8;y\n"),
    FUZZ_TEXT("source|target\nab|cd\n\"ef|gh\nij|kl\n"),
    FUZZ_TEXT("id,time,x,kind\na,1,5,p\na,2,6,p\na,3,NA,p\nb,1,1,q\nb,2,2,q\nc,1,1,p\nc,2,9,p\n"),
    FUZZ_TEXT(
        "x,1.5,2,3,4,5\ny,2,3,4,5,6\nx,3,4,5.5,6,?\ny,4,5,6,7,8\nx,5,6,7,,\ny,1,2,3,4,5\nx,1,1,1,1,1\ny,1,1,1,1,1\n"),
    FUZZ_TEXT("<!DOCTYPE html>\n<html><body>1,2</body></html>\n"),
    // sequences, JSON lines, arrays
    FUZZ_TEXT(">s1 a|pos\nACGT\nAC\n>s2|neg\nTT\n>s3|pos\nGG\n>s4|neg\nC\n"),
    FUZZ_TEXT(">s1\nACGT\n;remark\n>s2\nTTGG\n"),
    FUZZ_TEXT("{\"text\": \"Good \\u00e9\", \"label\": 1}\n{\"text\": \"Bad\", \"label\": 0}\n{\"text\": \"So\", "
              "\"label\": 1}\n"),
    FUZZ_TEXT("{\"tokens\": [\"EU\", \"a\"], \"tags\": [\"B-X\", \"O\"]}\n{\"tokens\": [\"b\"], \"tags\": [\"O\"]}\n"),
    FUZZ_TEXT("{\"values\": [[1,2],[3,null]], \"label\": \"a\"}\n{\"values\": [[5,6]], \"label\": \"b\"}\n"),
    FUZZ_TEXT("{\"series\": [1,2,3]}\n{\"series\": [4,5]}\n"),
    FUZZ_TEXT("{\"source\": \"ab\", \"target\": \"cd\"}\n{\"source\": \"ef\", \"target\": \"gh\"}\n"),
    FUZZ_TEXT("\x93NUMPY\x01\0\x38\0{'descr': '|i1', 'fortran_order': False, 'shape': (6,)}\n\x01\x02\x03\x04\x05\x06"),
    FUZZ_TEXT(
        "\x93NUMPY\x01\0\x3D\0{'descr': '|i1', 'fortran_order': False, 'shape': (2, 3, 1)}\n\x01\x02\x03\x04\x05\x06"),
    // what lies in a folder, or in files beside, parted by PARTED
    FUZZ_TEXT("anna\nb\u00E9rt\n\n\x1E\x1Eivan\r\nlev"),
    FUZZ_TEXT("\xEF\xBB\xBF\x41nna\n\x1E\x1E\x1E\x1E"
              "caf\xE9\nanna\n"),
    FUZZ_TEXT(
        "abc,x,1\ndef,y,2\n\x1E\x1E{\"format\": 1, \"reader\": \"labelled\", \"encoding\": \"utf-8\", \"header\": "
        "false, \"columns\": \"text=1,label=2\", \"separator\": \",\", \"on-problem\": "
        "\"ragged=skip,missing@2=repair\", \"shape\": \"lines\", \"tokens\": \"word\", \"lower\": true, \"min-count\": "
        "2, "
        "\"split\": {\"validation\": 0.2, \"test\": 0.1, \"seed\": 3}}"),
    FUZZ_TEXT(
        "\x93NUMPY\x01\0\x3D\0{'descr': '|i1', 'fortran_order': False, 'shape': (2, 3, 1)}\n\x01\x02\x03\x04\x05\x06"
        "\x1E\x1E\x1E\x1Eyes\nno\n"),
    FUZZ_TEXT(
        "\x93NUMPY\x01\0\x3D\0{'descr': '|i1', 'fortran_order': False, 'shape': (2, 3, 1)}\n\x01\x02\x03\x04\x05\x06"
        "\x1E\x1E\x1E\x1E\x1E\x1E\x93NUMPY\x01\0\x38\0{'descr': '|i1', 'fortran_order': False, 'shape': (2,)}\n\1\2"),
};
static const struct fuzz_input words[] = {
    FUZZ_TEXT("\x1E\x1E"),
    FUZZ_TEXT("\n"),
    FUZZ_TEXT("\r\n"),
    FUZZ_TEXT("\t"),
    FUZZ_TEXT(","),
    FUZZ_TEXT(":"),
    FUZZ_TEXT("_"),
    FUZZ_TEXT("\""),
    FUZZ_TEXT(" "),
    FUZZ_TEXT("@data"),
    FUZZ_TEXT("@timeStamps true\n"),
    FUZZ_TEXT("["),
    FUZZ_TEXT("]"),
    FUZZ_TEXT("{"),
    FUZZ_TEXT("}"),
    FUZZ_TEXT("[[60],[61]],"),
    FUZZ_TEXT("1e400"),
    FUZZ_TEXT("1e-400"),
    FUZZ_TEXT("1e38"),
    FUZZ_TEXT("NA"),
    FUZZ_TEXT("-"),
    FUZZ_TEXT("\u00A0"),
    FUZZ_TEXT("\u00E9"),
    FUZZ_TEXT("\xC3"),
    FUZZ_TEXT("\0"),
    FUZZ_TEXT("\tO\n"),
    FUZZ_TEXT("\tB-x\n"),
    FUZZ_TEXT("\n\n"),
    FUZZ_TEXT("\"test\""),
    FUZZ_TEXT(",,,,,,"),
    FUZZ_TEXT("\xEF\xBB\xBF"),
    FUZZ_TEXT("\xFF\xFE"),
    FUZZ_TEXT("\x92"),
    FUZZ_TEXT("\n\0"),
    FUZZ_TEXT("\"\""),
    FUZZ_TEXT(";"),
    FUZZ_TEXT("|"),
    FUZZ_TEXT(">"),
    FUZZ_TEXT("null"),
    FUZZ_TEXT("\"text\": "),
    FUZZ_TEXT("\r"),
};
static const char *only;  // the reader asked for in every case, "guess", or NULL
static long accepted[32]; // by reader, in the order of readers[]
static const char *const wishes[] = {"text=2,label=3",    "text=1,label=2",      "text=1,target=2",
                                     "value=2-4",         "id=1,time=2,value=3", "text=1",
                                     "label=1,value=2-5", "text=text",           "value=values"};
static const char *const separators[] = {",", ";", "\t", "_", "=>"};

static void check_examples(const struct dataset *d) {
    size_t inputs = 0, answers = 0;
    for (int i = 0; i < d->example_count; i++) {
        const struct dataset_example *e = &d->examples[i];
        fuzz_check(e->start == inputs && e->length > 0 && e->line > 0);
        struct dataset_answer a = dataset_answer(d, i);
        fuzz_check(d->answers == ANSWERS_NEXT || a.start == answers);
        int expected = d->answers == ANSWERS_ONE ? 1 : d->answers == ANSWERS_EACH ? e->length : a.length;
        fuzz_check(a.length == expected && (d->answers != ANSWERS_SEQUENCE || expected > 0));
        inputs += (size_t)e->length;
        answers += (size_t)a.length;
    }
    fuzz_check(inputs == d->symbol_count && answers == d->answer_count);
    for (size_t i = 0; d->symbols && i < d->symbol_count; i++)
        fuzz_check(dataset_symbol(d, i) >= VOCABULARY_FIRST - 1 && dataset_symbol(d, i) < d->vocabulary.count);
    for (size_t i = 0; d->values && i < d->symbol_count * (size_t)d->channels; i++)
        fuzz_check(isfinite(d->values[i]));
    for (size_t i = 0; i < d->answer_count; i++)
        fuzz_check(d->answer_symbols[i] >= 0 && d->answer_symbols[i] < d->labels.count);
    fuzz_check(d->problem_count <= d->problem_total && d->problem_count <= PROBLEM_MAX);
    long actions = 0;
    for (int i = 0; i < d->problem_count; i++) {
        fuzz_check(d->problems[i].what[0] && d->problems[i].line > 0);
        fuzz_check(utf8_check(d->problems[i].what, strlen(d->problems[i].what)) == strlen(d->problems[i].what));
    }
    for (int k = 0; k < ACTION_COUNT; k++)
        actions += d->action_totals[k];
    fuzz_check(actions == d->problem_total && d->shared <= d->validation_count);
    for (int c = 0; c < d->column_count; c++)
        fuzz_check(utf8_check(d->columns[c].name, strlen(d->columns[c].name)) == strlen(d->columns[c].name));
    if (d->shape == TEXT_LINES)
        fuzz_check(d->train_count > 0 && d->train_count + d->validation_count + d->test_count == d->example_count);
}

static long answers_in(const struct dataset *d, const struct minibatch *m) {
    long answers = 0;
    int outputs = d->output == VALUES_SYMBOLS ? dataset_outputs(d) : 1;
    for (int i = 0; i < m->T * m->B; i++) {
        fuzz_check(m->target[i] >= -1 && m->target[i] < outputs);
        answers += m->target[i] >= 0;
    }
    return answers;
}

static void check_minibatches(const struct dataset *d, struct rng *rng) {
    struct minibatch m;
    long answers = 0, expected = 0;
    fuzz_check(minibatch_init(&m, d, 3, 5, NULL));
    for (int i = 0; i < 3; i++) {
        dataset_batch(d, rng, &m);
        fuzz_check(answers_in(d, &m) > 0);
    }
    while (dataset_validation_batch(d, (int)(expected++), &m) > 0)
        answers += answers_in(d, &m);
    bool real = d->input != VALUES_SYMBOLS;
    expected = d->shape == TEXT_WHOLE ? (long)(d->symbol_count - d->train_symbols) : 0;
    for (int i = 0; i < d->validation_count; i++) {
        int index = d->validation[i];
        expected += d->answers == ANSWERS_NEXT ? d->examples[index].length + (real ? -1 : 1)
                                               : dataset_answer(d, index).length + (d->answers == ANSWERS_SEQUENCE);
    }
    fuzz_check(answers == expected);
    minibatch_release(&m);
}

// ---- what a person sees of it ----

static uint64_t hash_row(struct preview *p, long row, long *line) {
    struct preview_cell cells[PREVIEW_CELLS_MOST];
    int count = preview_row(p, row, cells, line);
    uint64_t hash = (uint64_t)count;
    fuzz_check(count >= 0 && count <= PREVIEW_CELLS_MOST && *line >= 0);
    for (int k = 0; k < count; k++) {
        fuzz_check(utf8_check(cells[k].text, cells[k].size) == cells[k].size);
        for (size_t i = 0; i < cells[k].size; i++)
            hash = (hash ^ (unsigned char)cells[k].text[i]) * 0x100000001B3u;
        hash = (hash ^ 0x100) * 0x100000001B3u;
    }
    return hash;
}

// Rows are the same in whatever order they are asked for.
static void check_preview(const struct dataset *d, const char *path, struct rng *rng) {
    enum { ROWS = 200 };
    struct err err = {0};
    struct preview *p = preview_new(path, d, NULL, NULL, &err);
    if (!p) printf("# %s\n", err.message);
    fuzz_check(p);
    const struct dataset_column *columns;
    int count = preview_columns(p, &columns);
    for (int k = 0; k < count; k++)
        fuzz_check(utf8_check(columns[k].name, strlen(columns[k].name)) == strlen(columns[k].name));
    long rows = preview_rows(p) < ROWS ? preview_rows(p) : ROWS, lines[ROWS], line;
    uint64_t hashes[ROWS];
    for (long r = 0; r < rows; r++) {
        hashes[r] = hash_row(p, r, &lines[r]);
        fuzz_check(!preview_of_file(p) || lines[r] > (r > 0 ? lines[r - 1] : 0));
    }
    for (int k = 0; rows > 0 && k < 8; k++) {
        long r = (long)rng_below(rng, (uint64_t)rows);
        fuzz_check(hash_row(p, r, &line) == hashes[r] && line == lines[r]);
        if (preview_of_file(p)) fuzz_check(preview_find(p, line) == r);
    }
    preview_free(p);
}

static void check_summary(const struct dataset *d) {
    struct length_bins bins;
    part_counts parts, *classes = dataset_class_parts(d);
    long counted = 0, labelled = 0;
    dataset_length_bins(d, false, &bins);
    for (int k = 0; k < bins.count; k++)
        counted += bins.counts[k];
    fuzz_check(counted == d->example_count);
    dataset_parts(d, parts);
    fuzz_check(parts[0] + parts[1] + parts[2] ==
               (d->shape == TEXT_WHOLE ? (long)d->symbol_count : (long)d->example_count));
    for (int k = 0; classes && k < d->labels.count; k++)
        labelled += classes[k][0] + classes[k][1] + classes[k][2];
    fuzz_check(!classes || labelled == d->example_count);
    mem_free(classes);
}

static const char *asked(struct rng *rng) {
    if (only) return strcmp(only, "guess") == 0 ? NULL : only;
    int count = 0;
    while (readers[count])
        count++;
    uint64_t k = rng_below(rng, (uint64_t)count * 3 / 2);
    return k < (uint64_t)count ? readers[k]->id : NULL;
}

static struct data_options random_options(struct rng *rng) {
    struct data_options options = data_options_default();
    options.reader = asked(rng);
    options.validation = rng_uniform(rng);
    options.tokens = (enum token_kind)rng_below(rng, TOKENS_LABEL);
    if (rng_below(rng, 4) == 0) options.test = rng_uniform(rng) * (1 - options.validation);
    options.lower = rng_below(rng, 2);
    options.min_count = (long)rng_below(rng, 3);
    options.reverse_source = rng_below(rng, 2);
    if (rng_below(rng, 4) == 0) options.columns = wishes[rng_below(rng, FUZZ_COUNT(wishes))];
    if (rng_below(rng, 8) == 0) options.separator = separators[rng_below(rng, FUZZ_COUNT(separators))];
    if (rng_below(rng, 8) == 0) options.encoding = (enum text_encoding)rng_below(rng, ENCODING_COUNT);
    options.header = (int)rng_below(rng, 3) - 1;
    for (int k = 0; k < PROBLEM_KIND_COUNT; k++)
        if (rng_below(rng, 3) == 0) options.actions[k] = (enum problem_action)rng_below(rng, ACTION_COUNT);
    for (uint64_t k = rng_below(rng, 4) == 0 ? rng_below(rng, 5) : 0; k > 0; k--) {
        enum problem_kind kind = (enum problem_kind)rng_below(rng, PROBLEM_KIND_COUNT);
        enum problem_action action = (enum problem_action)rng_below(rng, ACTION_COUNT);
        if (problem_can(kind, action))
            options.exceptions[options.exception_count++] =
                (struct problem_exception){.line = 1 + (long)rng_below(rng, 12), .kind = kind, .action = action};
    }
    return options;
}

// ---- a case in files: a folder of them, or one with its choices and labels beside ----

static struct temporary folder;
static const char PARTED[] = "\x1E\x1E";

static void write_piece(const unsigned char **at, const unsigned char *stop, const char *name) {
    const unsigned char *end = memmem(*at, (size_t)(stop - *at), PARTED, sizeof PARTED - 1);
    size_t size = (size_t)((end ? end : stop) - *at);
    const char *path = temporary_path(&folder, name);
    unlink(path);
    if (size > 0) {
        FILE *file = fopen(path, "wb");
        fuzz_check(file && fwrite(*at, 1, size, file) == size && fclose(file) == 0);
    }
    *at = end ? end + sizeof PARTED - 1 : stop;
}

static bool read_files(struct dataset *d, const struct fuzz_case *c, bool is_folder, const struct data_options *options,
                       struct rng *rng, struct err *err) {
    static const char *const of_folder[] = {"data/b.txt", "data/c.txt", "data/d.txt", "data/a.txt"};
    static const char *const of_file[] = {"x.npy", "x.npy.unroll.json", "x.labels", "x.labels.npy"};
    const unsigned char *at = c->bytes, *stop = c->bytes + c->size;
    for (int k = 0; k < 4; k++)
        write_piece(&at, stop, is_folder ? of_folder[k] : of_file[k]);
    char path[1024];
    snprintf(path, sizeof path, "%s", temporary_path(&folder, is_folder ? "data" : "x.npy"));
    bool good = dataset_read(d, path, options, err);
    if (good) check_preview(d, path, rng);
    return good;
}

static bool read_memory(struct dataset *d, const struct fuzz_case *c, const struct data_options *options,
                        struct err *err) {
    char *exact = malloc(c->size + 1); // so that a byte read too far is seen
    memcpy(exact, c->bytes, c->size);
    bool good = dataset_read_bytes(d, "fuzz", exact, c->size, options, err);
    free(exact);
    if (!good && err->code != ERR_USAGE) fuzz_check(strcmp(err->file, "fuzz") == 0);
    return good;
}

static void count_accepted(const struct dataset *d) {
    for (int k = 0; readers[k]; k++)
        accepted[k] += strcmp(readers[k]->id, d->reader) == 0;
}

static bool run(const struct fuzz_case *c, struct rng *rng) {
    struct data_options options = random_options(rng);
    const struct reader *reader = options.reader ? reader_find(options.reader) : NULL;
    bool is_folder = reader ? reader->folder : rng_below(rng, 16) == 0;
    bool in_files = is_folder || rng_below(rng, 4) == 0 || memmem(c->bytes, c->size, PARTED, sizeof PARTED - 1);
    struct dataset d;
    struct err err = {0};
    bool good = in_files ? read_files(&d, c, is_folder, &options, rng, &err) : read_memory(&d, c, &options, &err);
    if (good) {
        check_examples(&d);
        check_minibatches(&d, rng);
        check_summary(&d);
        count_accepted(&d);
        dataset_release(&d);
    } else {
        fuzz_check(err.code == ERR_FORMAT || err.code == ERR_VALUE || err.code == ERR_LIMIT || err.code == ERR_USAGE ||
                   (in_files && err.code == ERR_IO));
        fuzz_check(err.message[0] && !strchr(err.message, '\n'));
        fuzz_check(utf8_check(err.message, strlen(err.message)) == strlen(err.message));
        fuzz_check(d.symbols == NULL && d.values == NULL);
    }
    return good;
}

static bool choose(const char *part) {
    only = part;
    return strcmp(part, "guess") == 0 || reader_find(part);
}

static bool start(void) {
    return temporary_make(&folder) && mkdir(temporary_path(&folder, "data"), 0700) == 0;
}

// Every reader has to be reached.
static bool end(void) {
    bool all = true;
    temporary_remove(&folder);
    for (int k = 0; readers[k]; k++) {
        if (!only || accepted[k] > 0) printf("# %s: %ld files read\n", readers[k]->id, accepted[k]);
        all &= accepted[k] > 0;
    }
    return all || only || fuzz_now.number < 1000;
}

static const struct fuzz_target target = {.name = "fuzz_readers",
                                          .samples = samples,
                                          .sample_count = FUZZ_COUNT(samples),
                                          .words = words,
                                          .word_count = FUZZ_COUNT(words),
                                          .only = choose,
                                          .start = start,
                                          .end = end,
                                          .run = run};
FUZZ_PROGRAM(target, 10000)
