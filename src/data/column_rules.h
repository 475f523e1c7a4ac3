#pragma once
// The rules by which the columns of a table are told apart, over a sample of its rows. Internal to columns.c.

#include "columns.h"

struct sample {
    char separator;
    int rows, columns, ragged; // ragged: rows of another width, not kept
    struct cell *cells;        // (rows, columns)
    char *text;                // internal
    bool no_memory;            // of taking it, or of a rule: what the rule says is void then
};

// asked: for a table, whatever it looks like. False where the rows have no common width.
bool sample_take(struct sample *sample, const char *bytes, size_t size, char separator, bool asked);
void sample_release(struct sample *sample);

// Whether the first row names the columns; label: a column of labels, or -1.
bool rule_header(struct sample *sample, int label);
// The roles of a table of that kind; false where it does not look like one. header: of the options.
bool rule_roles(struct sample *sample, enum table_kind kind, int header, bool asked, struct columns *out);
