#pragma once
// Every step in one plain sentence with its numbers. The text is rich text (**bold**, $maths$, `mono`);
// numbers are markers \x01 K \x02 (K: index in decimal into `values`) so that a view draws them with their
// source and the terminal prints them. Every number is an element of a tensor of record_each(). The text
// begins with the step's title in bold; its first `first` bytes stand alone where only one line fits.

#include "label.h"

enum { NARRATION_VALUES = 12 };
struct narration_value {
    const char *tensor; // as in the trace file; lives as long as the record
    int row, column;    // column -1: a tensor of one dimension
    double value;
    int digits; // behind the point
};
struct narration {
    char text[640];
    int first;
    struct narration_value values[NARRATION_VALUES];
    int count;
    int unit; // that the sentence is about, from 1; 0 = none
};
// unit: the selected unit (0-based), or -1: the most telling one is chosen. Position 0: what is about to run.
void narrate(struct narration *out, const struct record *record, const struct script *script, int position, int unit,
             enum notation notation);
// The same as plain text for the terminal: "Forget gate, t = 4. Reads a<3> and x<4> = “o”. Unit 7 drops to
// 0.05: ..."
void narrate_plain(const struct narration *narration, char *out, size_t size);
