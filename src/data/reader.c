#include "reader.h"

#include "choices.h"
#include "file.h"
#include "lines.h"
#include "str.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

// Asked in this order: the strictest first.
const struct reader *const readers[] = {
    &reader_folder, &reader_npy,  &reader_ts,     &reader_piano_roll, &reader_jsonl, &reader_fasta, &reader_conll,
    &reader_long,   &reader_wide, &reader_series, &reader_labelled,   &reader_pairs, &reader_text,  NULL};

const struct reader *reader_find(const char *id) {
    for (int k = 0; readers[k]; k++)
        if (strcmp(readers[k]->id, id) == 0) return readers[k];
    return NULL;
}

static bool unknown_reader(const char *id, struct err *err) {
    struct str known = {0};
    for (int k = 0; readers[k]; k++)
        str_printf(&known, "%s%s", k ? ", " : "", readers[k]->id);
    err_set(err, ERR_USAGE, "--reader: expected one of %s; found \"%s\"", str_text(&known), id);
    str_release(&known);
    return false;
}

static bool begins(const char *bytes, size_t size, const char *word) {
    size_t length = strlen(word);
    return size >= length && strncasecmp(bytes, word, length) == 0;
}

// People save the page around the data instead of the data.
static bool is_web_page(const struct reader_input *input) {
    const char *at = input->bytes, *stop = at + input->size;
    while (at < stop && strchr(" \t\r\n", *at))
        at++;
    size_t left = (size_t)(stop - at);
    return begins(at, left, "<!doctype html") || begins(at, left, "<html") || begins(at, left, "<?xml") ||
           begins(at, left, "<head");
}

// Says why a folder cannot be listed.
static bool folder_opens(const char *path, struct err *err) {
    DIR *folder = opendir(path);
    if (!folder)
        return err_at(err, ERR_IO, path, 0, 0, "the folder cannot be read: %s%s", strerror(errno),
                      errno == EACCES ? "; its owner can let you in: chmod a+rx" : "");
    closedir(folder);
    return true;
}

static const struct reader *asked_for(const struct reader_input *input, const struct data_options *options,
                                      struct err *err) {
    const struct reader *asked = reader_find(options->reader);
    if (!asked) unknown_reader(options->reader, err);
    if (asked && asked->folder != input->folder) {
        err_at(err, ERR_VALUE, input->path, 0, 0, "--reader %s: expected a %s, found a %s", asked->id,
               asked->folder ? "folder" : "file", input->folder ? "folder" : "file");
        return NULL;
    }
    return asked;
}

// binary: among those for files that are no text, or among the others. NULL: none of them, or memory ran out (in err).
static const struct reader *choose(const struct reader_input *input, const struct data_options *options, bool binary,
                                   char *why, size_t size, struct err *err) {
    for (int k = 0; readers[k]; k++) {
        const struct reader *reader = readers[k];
        struct err own = {0};
        if (reader->folder != input->folder || reader->binary != binary) continue;
        why[0] = 0;
        bool fits = !reader->sniff || reader->sniff(input, options, why, size, &own);
        if (own.code == ERR_MEMORY) {
            if (err) *err = own;
            return NULL;
        }
        if (fits) return reader;
    }
    return NULL;
}

static bool name_ends(const char *name, const char *end) {
    size_t length = strlen(name), size = strlen(end);
    return length > size && strcasecmp(name + length - size, end) == 0;
}

// What the file's name leads one to expect, and is not there.
static void note_name(const struct reader_input *input, const struct reader *reader, struct problem_log *log) {
    if (reader != &reader_text) return;
    if (name_ends(input->name, ".csv") || name_ends(input->name, ".tsv"))
        problem_add(
            log, PROBLEM_OTHER, 1, 1,
            "the name says columns, but no label, numbers or pairs were found in any: read as a text; --columns "
            "says what they are, as text=2,label=1 or value=2-4");
}

static void note_encoding(struct dataset *d, const struct decoded_text *text, struct problem_log *log) {
    d->encoding = text->encoding;
    d->had_mark = text->had_mark;
    snprintf(d->encoding_reason, sizeof d->encoding_reason, "%s", text->why);
    if (text->line > 0)
        problem_add(log, PROBLEM_ENCODING, text->line, text->column, "read as %s: %s is no UTF-8; converted",
                    text_encoding_titles[text->encoding], text->why);
}

// The place as it was given.
static bool give_up(struct dataset *d, const char *path, struct err *own, struct err *err) {
    if (own->file[0] == 0 || strcmp(own->file, d->name) == 0) snprintf(own->file, sizeof own->file, "%s", path);
    if (err) *err = *own;
    dataset_release(d);
    return false;
}

static bool use_reader(struct dataset *d, const struct reader *reader, const struct reader_input *input,
                       const struct decoded_text *text, const struct data_options *options, struct problem_log *log,
                       struct err *err) {
    snprintf(d->name, sizeof d->name, "%s", input->name);
    snprintf(d->reader, sizeof d->reader, "%s", reader->id);
    struct err own = {0};
    if (text) note_encoding(d, text, log);
    note_name(input, reader, log);
    return reader->read(input, options, d, log, &own) || give_up(d, input->path, &own, err);
}

// What is left when the bytes are gone: they are as large as half the data set.
static bool finish(bool good, struct dataset *d, const char *path, const struct data_options *options,
                   struct problem_log *log, struct err *err) {
    struct err own = {0};
    good = good && (dataset_finish(d, options, log, &own) || give_up(d, path, &own, err));
    problem_log_release(log);
    return good;
}

static bool read_folder(struct dataset *d, const struct reader_input *input, const struct data_options *options,
                        struct problem_log *log, struct err *err) {
    const struct reader *reader = NULL;
    if (!folder_opens(input->path, err)) return false;
    if (options->reader) {
        snprintf(d->reason, sizeof d->reason, "as asked");
        reader = asked_for(input, options, err);
        return reader && use_reader(d, reader, input, NULL, options, log, err);
    }
    reader = choose(input, options, false, d->reason, sizeof d->reason, err);
    if (!reader)
        return err_at(
            err, ERR_IO, input->path, 0, 0,
            "expected a file, or a folder of text files named by their label, found a folder of other things");
    return use_reader(d, reader, input, NULL, options, log, err);
}

static bool read_decoded(struct dataset *d, const struct reader *asked, struct reader_input *input,
                         const struct decoded_text *text, const struct data_options *options, struct problem_log *log,
                         struct err *err) {
    input->bytes = text->bytes;
    input->size = text->size;
    input->had_mark = text->had_mark;
    if (!asked && is_web_page(input))
        return err_at(err, ERR_FORMAT, input->path, 1, 1,
                      "expected data, found a web page (HTML or XML); save the data themselves, by the page's link to "
                      "the raw file, or say --reader text");
    const struct reader *reader = asked ? asked : choose(input, options, false, d->reason, sizeof d->reason, err);
    return reader && use_reader(d, reader, input, text, options, log, err); // the last takes anything
}

static bool read_file(struct dataset *d, struct reader_input *input, const struct data_options *options,
                      struct problem_log *log, struct err *err) {
    const struct reader *asked = NULL, *binary;
    if (input->size > DATASET_MAX_BYTES)
        return err_at(err, ERR_LIMIT, input->path, 0, 0, "expected at most %d bytes, found %zu", DATASET_MAX_BYTES,
                      input->size);
    if (options->reader && !(asked = asked_for(input, options, err))) return false;
    binary = asked && asked->binary ? asked
             : asked                ? NULL
                                    : choose(input, options, true, d->reason, sizeof d->reason, err);
    if (asked) snprintf(d->reason, sizeof d->reason, "as asked");
    if (binary) return use_reader(d, binary, input, NULL, options, log, err);
    struct decoded_text text;
    if (!text_decode(&text, input->path, input->bytes, input->size, options->encoding, err)) return false;
    bool good = read_decoded(d, asked, input, &text, options, log, err);
    decoded_text_release(&text);
    return good;
}

bool dataset_read_bytes(struct dataset *dataset, const char *name, const char *bytes, size_t size,
                        const struct data_options *options, struct err *err) {
    struct data_options standard = data_options_default();
    struct reader_input input = {
        .path = name, .name = file_name(name), .in_memory = true, .bytes = bytes, .size = size};
    struct problem_log log = {0};
    *dataset = (struct dataset){0};
    if (!options) options = &standard;
    return finish(read_file(dataset, &input, options, &log, err), dataset, name, options, &log, err);
}

static bool read_path(struct dataset *dataset, const char *path, const struct data_options *options,
                      struct problem_log *log, struct err *err) {
    if (file_is_directory(path)) {
        char name[256];
        size_t length = strlen(path);
        while (length > 1 && path[length - 1] == '/')
            length--;
        size_t start = length;
        while (start > 0 && path[start - 1] != '/')
            start--;
        snprintf(name, sizeof name, "%.*s", (int)(length - start), path + start);
        struct reader_input input = {.path = path, .name = name, .folder = true};
        return read_folder(dataset, &input, options, log, err);
    }
    struct bytes bytes;
    bool standard_input = strcmp(path, "-") == 0;
    struct err own = {0};
    if (!file_read(standard_input ? "/dev/stdin" : path, DATASET_MAX_BYTES, &bytes, &own)) {
        if (own.code == ERR_LIMIT)
            err_at(&own, ERR_LIMIT, path, 0, 0,
                   "expected at most %d MB, found more; take a part: head -c %dM FILE > PART", DATASET_MAX_BYTES >> 20,
                   DATASET_MAX_BYTES >> 20);
        if (err) *err = own;
        return false;
    }
    if (standard_input) path = "standard input";
    struct reader_input input = {
        .path = path, .name = file_name(path), .in_memory = standard_input, .bytes = bytes.data, .size = bytes.size};
    bool good = read_file(dataset, &input, options, log, err);
    bytes_release(&bytes);
    return good;
}

bool dataset_read(struct dataset *dataset, const char *path, const struct data_options *options, struct err *err) {
    struct data_options own = options ? *options : data_options_default();
    struct data_choices choices;
    struct problem_log log = {0};
    *dataset = (struct dataset){0};
    bool good = (own.alone || (choices_beside(path, &choices, err) && choices_apply(&choices, &own, err))) &&
                read_path(dataset, path, &own, &log, err);
    return finish(good, dataset, strcmp(path, "-") == 0 ? "standard input" : path, &own, &log, err);
}

enum { PACE_BYTES = 4 << 20 };

bool reader_go_on(struct reader_pace *pace, const char *at, struct err *err) {
    const struct data_options *options = pace->options;
    if (at < pace->next) return true;
    pace->next = at + PACE_BYTES;
    if (!options->progress) return true;
    double part = (double)(at - pace->input->bytes) / (double)pace->input->size;
    if (options->progress(options->progress_context, pace->done + pace->share * part)) return true;
    return err_at(err, ERR_STOPPED, pace->input->path, 0, 0, "reading was stopped");
}

int reader_first_lines(const struct reader_input *input, struct line *out, int max) {
    struct lines lines = lines_of(input->bytes, input->size);
    int n = 0;
    while (n < max && lines_next(&lines, &out[n]))
        n++;
    return n;
}

void reader_note_ends(const struct reader_input *input, struct dataset *dataset) {
    struct lines lines = lines_of(input->bytes, input->size);
    struct line line;
    while (lines_next(&lines, &line)) {
        dataset->had_crlf |= line.end == END_CRLF;
        dataset->had_cr |= line.end == END_CR;
        dataset->last_line_open |= line.end == END_NONE;
    }
}

long reader_column(const char *line, const char *at) {
    return (long)utf8_count(line, (size_t)(at - line)) + 1;
}
