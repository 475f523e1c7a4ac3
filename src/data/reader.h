#pragma once
// Readers: from a file, or a folder of files, to a data set. One file a reader with one `const struct reader`, one line
// in reader.c's list. Which one reads a file is found out from its bytes, in the order of the list; the text reader
// takes whatever no other wants.

#include "finish.h"

struct reader_input {
    const char *path, *name; // name: the last part of the path
    bool folder;             // bytes is NULL then
    bool in_memory;          // there is no file of that path, and none beside it
    const char *bytes; // valid UTF-8 without zero bytes and without its byte-order mark; of binary readers as it is
    size_t size;
    bool had_mark;
};

struct reader {
    const char *id, *title;
    bool folder; // reads folders; the others read files
    bool binary; // reads files that are no text
    // Does it look like one? Then why, in words. When memory runs out that is in err, whatever the answer. NULL: takes
    // anything.
    bool (*sniff)(const struct reader_input *input, const struct data_options *options, char *why, size_t why_size,
                  struct err *err);
    // Fills a data set that is zero but for name, reader and reason; dataset_finish() is the caller's, when the bytes
    // are gone. Positions are lines and columns of the file. On failure the caller releases what is there.
    bool (*read)(const struct reader_input *input, const struct data_options *options, struct dataset *out,
                 struct problem_log *log, struct err *err);
};
extern const struct reader reader_folder, reader_npy, reader_ts, reader_piano_roll, reader_jsonl, reader_fasta,
    reader_conll, reader_long, reader_wide, reader_series, reader_labelled, reader_pairs, reader_text;
extern const struct reader *const readers[];      // NULL-terminated
const struct reader *reader_find(const char *id); // NULL when unknown

// Reads a file, a folder or, for "-", the standard input, by options->reader (ERR_USAGE when unknown) or by what it
// looks like. Fails as dataset_read_text() does, and where the file breaks a rule of what it is read as: line, column,
// what was expected. Choices that lie beside the file (choices.h) hold where the options say nothing.
bool dataset_read(struct dataset *dataset, const char *path, const struct data_options *options, struct err *err);
// The same from memory, of a file of that name.
bool dataset_read_bytes(struct dataset *dataset, const char *name, const char *bytes, size_t size,
                        const struct data_options *options, struct err *err);

// Whether the reader of folders reads a file of that name: its label and ".txt". It takes a folder with at least two.
bool folder_takes(const char *name);
enum { FOLDER_FILES_LEAST = 2 };

// For sniffing: the first lines, up to `max`, into lines; returns how many there are.
struct line;
int reader_first_lines(const struct reader_input *input, struct line *lines, int max);
// Calls the options' progress every few megabytes; false (with ERR_STOPPED) when it says to stop. share: the part of
// all the reading that one pass over the bytes is, `done` what lies behind it.
struct reader_pace {
    const struct reader_input *input;
    const struct data_options *options;
    double done, share;
    const char *next; // internal
};
bool reader_go_on(struct reader_pace *pace, const char *at, struct err *err);
// Notes in the data set what the text reader does too: byte-order mark and line ends.
void reader_note_ends(const struct reader_input *input, struct dataset *dataset);
// Column (in characters, from 1) of a place in a line.
long reader_column(const char *line, const char *at);
