// FASTA: records of a line ">name description" and the lines of a sequence. A label is what stands behind the last '|'
// of every name line, or a line of the file NAME.labels beside it (NAME without its ending): a label, or a name and its
// label, a record. Without labels a record is an example of a language model.
#include "counter.h"
#include "file.h"
#include "lines.h"
#include "mem.h"
#include "rows.h"

#include <stdio.h>
#include <string.h>

enum { SNIFFED = 50, LABELS_MOST = 50, LABELS_BYTES = 64 << 20 };

static bool sniff(const struct reader_input *input, const struct data_options *options, char *why, size_t why_size,
                  struct err *err) {
    (void)options, (void)err;
    struct lines lines = lines_of(input->bytes, input->size);
    struct line line;
    int records = 0, sequences = 0;
    for (int n = 0; n < SNIFFED && lines_next(&lines, &line); n++) {
        if (line.size == 0 || line.text[0] == ';') continue;
        if (line.text[0] == '>') {
            records++;
            continue;
        }
        if (records == 0) return false;
        sequences++;
        for (size_t i = 0; i < line.size; i++) // letters of a sequence, gaps and stops
            if (!((line.text[i] | 32) >= 'a' && (line.text[i] | 32) <= 'z') && !strchr("*-. \t", line.text[i]))
                return false;
    }
    snprintf(why, why_size, "records of a line that begins with > and the lines of a sequence");
    return records > 0 && sequences > 0;
}

struct record {
    const char *name, *sequence, *label;
    size_t name_size, size, label_size;
    long line;
};

struct records {
    struct record *items;
    int count, room;
    char *text; // of the sequences, without line ends and spaces
    size_t used;
};

static struct record *add_record(struct records *r, const struct line *line) {
    if (r->count == r->room) {
        size_t old = (size_t)r->room, new = old ? 2 * old : 64;
        struct record *items = mem_grow(r->items, old * sizeof *items, new * sizeof *items);
        if (!items) return NULL;
        r->items = items;
        r->room = (int)new;
    }
    struct record *record = &r->items[r->count++];
    *record = (struct record){
        .name = line->text + 1, .name_size = line->size - 1, .sequence = r->text + r->used, .line = line->number};
    text_trim(&record->name, &record->name_size);
    return record;
}

static void add_letters(struct records *r, const struct line *line) {
    for (size_t i = 0; i < line->size; i++) {
        if (line->text[i] == ' ' || line->text[i] == '\t') continue;
        r->text[r->used++] = line->text[i];
        r->items[r->count - 1].size++;
    }
}

static bool read_records(struct records *r, const struct reader_input *input, const struct data_options *options,
                         struct problem_log *log, struct err *err) {
    struct lines lines = lines_of(input->bytes, input->size);
    struct line line;
    struct reader_pace pace = {.input = input, .options = options, .share = 0.5};
    r->text = mem_alloc(input->size + 1);
    if (!r->text) return err_set(err, ERR_MEMORY, "no memory for %zu bytes of sequences", input->size);
    while (lines_next(&lines, &line)) {
        if (!reader_go_on(&pace, line.text, err)) return false;
        if (line.size > 0 && line.text[0] == '>') {
            if (!add_record(r, &line)) return err_set(err, ERR_MEMORY, "no memory for %d records", r->count);
        } else if (line.size == 0 || line.text[0] == ';')
            problem_add(log, PROBLEM_EMPTY_LINE, line.number, 1, "expected a sequence, found %s; skipped",
                        line.size ? "a remark" : "an empty line");
        else if (r->count == 0)
            problem_add(log, PROBLEM_SKIPPED, line.number, 1,
                        "expected a line that begins with >, found another; skipped");
        else
            add_letters(r, &line);
    }
    return true;
}

// Labels have to tell apart: two or more, far fewer than records.
static bool are_labels(const struct records *r, struct err *err) {
    struct token_counter labels;
    token_counter_start(&labels, TOKENS_LABEL, false);
    for (int i = 0; i < r->count; i++)
        token_counter_add(&labels, r->items[i].label, r->items[i].label_size);
    int distinct = labels.seen.count;
    if (labels.no_memory) err_set(err, ERR_MEMORY, "no memory for the labels");
    token_counter_release(&labels);
    return distinct >= 2 && distinct <= LABELS_MOST && distinct * 2 <= r->count;
}

static bool labels_of_names(struct records *r, struct err *err) {
    for (int i = 0; i < r->count; i++) {
        struct record *record = &r->items[i];
        const char *bar = memrchr(record->name, '|', record->name_size);
        if (!bar) return false;
        record->label = bar + 1;
        record->label_size = (size_t)(record->name + record->name_size - bar - 1);
        text_trim(&record->label, &record->label_size);
        if (record->label_size == 0) return false;
    }
    return are_labels(r, err);
}

// A line of the sibling: the label is its last word.
static bool labels_of_lines(struct records *r, const char *path, const struct decoded_text *labels, struct err *err) {
    struct lines lines = lines_of(labels->bytes, labels->size);
    struct line line;
    int n = 0;
    while (lines_next(&lines, &line)) {
        const char *text = line.text;
        size_t size = line.size;
        text_trim(&text, &size);
        if (size == 0) continue;
        if (n == r->count) return err_at(err, ERR_FORMAT, path, line.number, 1, "expected %d labels, found more", n);
        size_t start = size;
        while (start > 0 && text[start - 1] != '\t' && text[start - 1] != ' ')
            start--;
        r->items[n].label = text + start;
        r->items[n++].label_size = size - start;
    }
    return n == r->count || err_at(err, ERR_FORMAT, path, 0, 0, "expected %d labels, found %d", r->count, n);
}

// NAME.labels beside NAME.fasta; false without an error where there is none.
static bool labels_beside(struct records *r, const struct reader_input *input, struct text_file *file, char *path,
                          size_t path_size, struct err *err) {
    const char *name = file_name(input->path), *dot = strrchr(name, '.');
    int stem = dot && dot > name ? (int)(dot - input->path) : (int)strlen(input->path);
    if (input->in_memory || (size_t)snprintf(path, path_size, "%.*s.labels", stem, input->path) >= path_size ||
        !file_exists(path))
        return false;
    return text_file_read(file, path, LABELS_BYTES, ENCODING_AUTO, err) && labels_of_lines(r, path, &file->text, err);
}

static bool read_fasta(const struct reader_input *input, const struct data_options *options, struct dataset *out,
                       struct problem_log *log, struct err *err) {
    struct records records = {0};
    struct text_file beside = {0};
    struct rows rows = {0};
    char path[4096] = "";
    struct err own = {0};
    bool good = read_records(&records, input, options, log, err), labelled = false;
    if (good) {
        labelled = labels_beside(&records, input, &beside, path, sizeof path, &own);
        if (labelled) problem_add(log, PROBLEM_OTHER, 1, 1, "labels are those of %.100s", file_name(path));
        if (!labelled && own.code == ERR_NONE) labelled = labels_of_names(&records, &own);
        good = own.code == ERR_NONE;
        if (!good && err) *err = own;
    }
    for (int i = 0; good && i < records.count; i++) {
        const struct record *r = &records.items[i];
        rows_add(&rows, &(struct row){.input = r->sequence,
                                      .input_size = r->size,
                                      .answer = labelled ? r->label : NULL,
                                      .answer_size = labelled ? r->label_size : 0,
                                      .line = r->line});
    }
    good = good && rows_finish(&rows, labelled ? ANSWERS_ONE : ANSWERS_NEXT, input, options, out, log, err);
    rows_release(&rows);
    text_file_release(&beside);
    mem_free(records.items);
    mem_free(records.text);
    return good;
}

const struct reader reader_fasta = {.id = "fasta", .title = "sequences (FASTA)", .sniff = sniff, .read = read_fasta};
