#include "reader.h"

#include "file.h"
#include "lines.h"
#include "str.h"
#include "text_encoding.h"

#include <stdio.h>
#include <string.h>

static bool read_text(const struct reader_input *input, const struct data_options *options, struct dataset *out,
                      struct problem_log *log, struct err *err);

static const struct reader reader_text = {.id = "text", .title = "text for a language model", .read = read_text};

// Asked in this order: the strictest first.
const struct reader *const readers[] = {&reader_folder, &reader_ts,     &reader_piano_roll,
                                        &reader_conll,  &reader_series, &reader_labelled,
                                        &reader_pairs,  &reader_text,   NULL};

static bool read_text(const struct reader_input *input, const struct data_options *options, struct dataset *out,
                      struct problem_log *log, struct err *err) {
    (void)log; // it keeps its own
    char reason[sizeof out->reason];
    snprintf(reason, sizeof reason, "%s", out->reason);
    if (!dataset_from_text(out, input->name, input->bytes, input->size, options, err)) return false;
    snprintf(out->reason, sizeof out->reason, "%s", reason);
    return true;
}

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

static const struct reader *choose(const struct reader_input *input, const struct data_options *options, char *why,
                                   size_t size, struct err *err) {
    if (options->reader) {
        const struct reader *asked = reader_find(options->reader);
        snprintf(why, size, "as asked");
        if (!asked) unknown_reader(options->reader, err);
        if (asked && asked->folder != input->folder) {
            err_at(err, ERR_VALUE, input->path, 0, 0, "--reader %s: expected a %s, found a %s", asked->id,
                   asked->folder ? "folder" : "file", input->folder ? "folder" : "file");
            return NULL;
        }
        return asked;
    }
    for (int k = 0; readers[k]; k++) {
        const struct reader *reader = readers[k];
        if (reader->folder != input->folder) continue;
        why[0] = 0;
        if (!reader->sniff || reader->sniff(input, options, why, size)) return reader;
    }
    err_at(err, ERR_IO, input->path, 0, 0,
           "expected a file, or a folder of text files named by their label, found a folder of other things");
    return NULL;
}

static bool read_input(struct dataset *d, const struct reader_input *input, const struct data_options *options,
                       struct err *err) {
    *d = (struct dataset){0};
    const struct reader *reader = choose(input, options, d->reason, sizeof d->reason, err);
    if (!reader) return false;
    snprintf(d->name, sizeof d->name, "%s", input->name);
    snprintf(d->reader, sizeof d->reader, "%s", reader->id);
    struct problem_log log = {0};
    struct err own = {0};
    bool good = reader->read(input, options, d, &log, &own);
    problem_log_release(&log);
    if (good) return true;
    if (own.file[0] == 0 || strcmp(own.file, input->name) == 0)
        snprintf(own.file, sizeof own.file, "%s", input->path); // the place as it was given
    if (err) *err = own;
    dataset_release(d);
    return false;
}

bool dataset_read_bytes(struct dataset *dataset, const char *name, const char *bytes, size_t size,
                        const struct data_options *options, struct err *err) {
    struct data_options standard = data_options_default();
    size_t skip;
    *dataset = (struct dataset){0};
    if (size > DATASET_MAX_BYTES)
        return err_at(err, ERR_LIMIT, name, 0, 0, "expected at most %d bytes, found %zu", DATASET_MAX_BYTES, size);
    if (!text_encoding_check(name, bytes, size, &skip, err)) return false;
    struct reader_input input = {
        .path = name, .name = file_name(name), .bytes = bytes + skip, .size = size - skip, .had_mark = skip > 0};
    if (!read_input(dataset, &input, options ? options : &standard, err)) return false;
    dataset->had_mark = skip > 0;
    return true;
}

bool dataset_read(struct dataset *dataset, const char *path, const struct data_options *options, struct err *err) {
    struct data_options standard = data_options_default();
    *dataset = (struct dataset){0};
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
        return read_input(dataset, &input, options ? options : &standard, err);
    }
    struct bytes bytes;
    if (!file_read(path, DATASET_MAX_BYTES, &bytes, err)) return false;
    bool good = dataset_read_bytes(dataset, path, bytes.data, bytes.size, options, err);
    bytes_release(&bytes);
    return good;
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
