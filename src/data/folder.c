// A folder of text files: the file's name is the label, each of its lines an example.
#include "file.h"
#include "lines.h"
#include "mem.h"
#include "rows.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MOST = 1000 };

bool folder_takes(const char *name) {
    size_t length = strlen(name);
    return name[0] != '.' && length > 4 && strcmp(name + length - 4, ".txt") == 0;
}

static int text_files(const struct dirent *entry) {
    return folder_takes(entry->d_name);
}

static bool sniff(const struct reader_input *input, const struct data_options *options, char *why, size_t why_size,
                  struct err *err) {
    (void)options, (void)err;
    struct dirent **entries;
    int count = scandir(input->path, &entries, text_files, alphasort);
    for (int i = 0; i < count; i++)
        free(entries[i]);
    if (count >= 0) free(entries);
    snprintf(why, why_size, "%d text files, each named by its label", count);
    return count >= FOLDER_FILES_LEAST;
}

// The first encoding that is not UTF-8 is the folder's.
static void note_encoding(struct dataset *out, const struct decoded_text *text, const char *name,
                          struct problem_log *log) {
    out->had_mark |= text->had_mark;
    if (out->encoding <= ENCODING_UTF8) {
        out->encoding = text->encoding;
        snprintf(out->encoding_reason, sizeof out->encoding_reason, "%s", text->why);
    }
    if (text->line > 0)
        problem_add(log, PROBLEM_ENCODING, text->line, text->column, "%.60s read as %s: %s is no UTF-8; converted",
                    name, text_encoding_titles[text->encoding], text->why);
}

// The file is kept for as long as rows point into it.
static bool read_file(struct text_file *kept, const struct reader_input *input, const char *name,
                      const struct data_options *options, struct rows *rows, struct dataset *out,
                      struct problem_log *log, struct err *err) {
    char path[4096];
    size_t label = strlen(name) - 4;
    if ((size_t)snprintf(path, sizeof path, "%s/%s", input->path, name) >= sizeof path)
        return err_at(err, ERR_LIMIT, input->path, 0, 0, "the path of %s is too long", name);
    if (!text_file_read(kept, path, DATASET_MAX_BYTES, options->encoding, err)) return false;
    if (kept->bytes.size == 0) {
        problem_add(log, PROBLEM_SKIPPED, 1, 1, "%s is empty; skipped", name);
        return true;
    }
    note_encoding(out, &kept->text, name, log);
    struct lines lines = lines_of(kept->text.bytes, kept->text.size);
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

static bool folder_go_on(const struct data_options *options, int done, int count, const char *path, struct err *err) {
    if (!options->progress || options->progress(options->progress_context, (double)done / count)) return true;
    return err_at(err, ERR_STOPPED, path, 0, 0, "reading was stopped");
}

static bool read_folder(const struct reader_input *input, const struct data_options *options, struct dataset *out,
                        struct problem_log *log, struct err *err) {
    struct dirent **entries;
    int count = scandir(input->path, &entries, text_files, alphasort);
    if (count < 0) return err_at(err, ERR_IO, input->path, 0, 0, "the folder cannot be read: %s", strerror(errno));
    bool good = count <= FILES_MOST ||
                err_at(err, ERR_LIMIT, input->path, 0, 0, "expected at most %d files, found %d", FILES_MOST, count);
    struct text_file *kept = mem_need((size_t)count, sizeof *kept);
    struct rows rows = {0};
    for (int i = 0; good && i < count; i++)
        good = read_file(&kept[i], input, entries[i]->d_name, options, &rows, out, log, err) &&
               folder_go_on(options, i + 1, count, input->path, err);
    good = good && rows_finish(&rows, ANSWERS_ONE, input, options, out, log, err);
    rows_release(&rows);
    for (int i = 0; i < count; i++) {
        text_file_release(&kept[i]);
        free(entries[i]);
    }
    mem_free(kept);
    free(entries);
    return good;
}

const struct reader reader_folder = {.id = "folder",
                                     .title = "a folder of text files named by their label",
                                     .folder = true,
                                     .sniff = sniff,
                                     .read = read_folder};
