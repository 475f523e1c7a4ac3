// A folder of text files: the file's name is the label, each of its lines an example.
#include "file.h"
#include "lines.h"
#include "mem.h"
#include "rows.h"
#include "text_encoding.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MOST = 1000 };

static bool is_text_name(const char *name) {
    size_t length = strlen(name);
    return name[0] != '.' && length > 4 && strcmp(name + length - 4, ".txt") == 0;
}

static int text_files(const struct dirent *entry) {
    return is_text_name(entry->d_name);
}

static bool sniff(const struct reader_input *input, const struct data_options *options, char *why, size_t why_size) {
    (void)options;
    struct dirent **entries;
    int count = scandir(input->path, &entries, text_files, alphasort);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    if (count >= 0) free(entries);
    snprintf(why, why_size, "%d text files, each named by its label", count);
    return count >= 2;
}

// One file, kept for as long as rows point into it.
static bool read_file(struct bytes *bytes, const struct reader_input *input, const char *name, struct rows *rows,
                      struct dataset *out, struct problem_log *log, struct err *err) {
    char path[4096];
    size_t skip, label = strlen(name) - 4;
    snprintf(path, sizeof path, "%s/%s", input->path, name);
    if (!file_read(path, DATASET_MAX_BYTES, bytes, err)) return false;
    if (bytes->size == 0) {
        problem_add(log, PROBLEM_SKIPPED, 1, 1, "%s is empty; skipped", name);
        return true;
    }
    if (!text_encoding_check(path, bytes->data, bytes->size, &skip, err)) return false;
    out->had_mark |= skip > 0;
    struct lines lines = lines_of(bytes->data + skip, bytes->size - skip);
    struct line line;
    while (lines_next(&lines, &line)) {
        out->had_crlf |= line.end == END_CRLF;
        out->had_cr |= line.end == END_CR;
        out->last_line_open |= line.end == END_NONE;
        const char *text = line.text;
        size_t size = line.size;
        text_trim(&text, &size);
        if (size == 0)
            problem_add(log, PROBLEM_EMPTY_LINE, line.number, 1,
                        "expected an example in %s, found an empty line; skipped", name);
        else
            rows_add(rows, &(struct row){.input = text,
                                         .input_size = size,
                                         .answer = name, // its end is the file's ending
                                         .answer_size = label,
                                         .line = line.number});
    }
    return true;
}

static bool read_folder(const struct reader_input *input, const struct data_options *options, struct dataset *out,
                        struct problem_log *log, struct err *err) {
    struct dirent **entries;
    int count = scandir(input->path, &entries, text_files, alphasort);
    if (count < 0) return err_at(err, ERR_IO, input->path, 0, 0, "the folder cannot be read");
    bool good = count <= FILES_MOST ||
                err_at(err, ERR_LIMIT, input->path, 0, 0, "expected at most %d files, found %d", FILES_MOST, count);
    struct bytes *bytes = mem_need((size_t)count, sizeof *bytes);
    struct rows rows = {0};
    for (int i = 0; good && i < count; i++)
        good = read_file(&bytes[i], input, entries[i]->d_name, &rows, out, log, err);
    good = good && rows_finish(&rows, ANSWERS_ONE, input, options, out, log, err);
    rows_release(&rows);
    for (int i = 0; i < count; i++) {
        bytes_release(&bytes[i]);
        free(entries[i]);
    }
    mem_free(bytes);
    free(entries);
    return good;
}

const struct reader reader_folder = {.id = "folder",
                                     .title = "a folder of text files named by their label",
                                     .folder = true,
                                     .sniff = sniff,
                                     .read = read_folder};
