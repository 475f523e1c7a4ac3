#pragma once
// What readers of texts with answers have in common: they split a file into rows, each with an input text and an answer
// text; the rows become a data set. Texts are borrowed from the file until then.

#include "reader.h"

struct row {
    const char *input, *answer; // answer NULL: none
    size_t input_size, answer_size;
    long line;
};

struct rows {
    struct row *items;
    int count, room;
    bool no_memory, too_many; // nothing more is taken in then
    char *texts; // internal: of texts that were kept, the block at hand; blocks are chained by their first bytes
    size_t texts_used, texts_room;
};

void rows_add(struct rows *rows, const struct row *row); // a copy; texts are trimmed of spaces and tabs at both ends
// A copy of a text that lives as long as the rows; NULL (and rows->no_memory) where memory ran out.
const char *rows_keep(struct rows *rows, const char *text, size_t size);
bool rows_check(const struct rows *rows, struct err *err); // whether all were taken in: memory, DATASET_MAX_EXAMPLES
void rows_release(struct rows *rows);
// answers: `one` (the answer text is a label), `sequence` (it is cut into tokens, with a vocabulary of its own), `next`
// (there are none: each text is an example of a language model). Rows
// with an input or an answer that is empty are problems and left out. dataset_finish() is left.
bool rows_finish(const struct rows *rows, enum data_answers answers, const struct reader_input *input,
                 const struct data_options *options, struct dataset *out, struct problem_log *log, struct err *err);
// The beginning and end of a text without spaces and tabs around it.
void text_trim(const char **text, size_t *size);
