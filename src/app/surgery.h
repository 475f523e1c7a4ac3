#pragma once
// Edits of the workbench's example: the list, the record without them, and the way back. They belong to one example at
// one update: a new example or update drops them. One thread at a time, as the workbench.

#include "workbench.h"

enum { SURGERY_STATES = 64 }; // lists kept for undo

// The list in force; empty where nothing was edited. Borrowed.
const struct edits *workbench_edits(const struct workbench *bench);
// The record without edits while some are in force, else NULL.
const struct record *workbench_before(const struct workbench *bench);
// Another list: record and script are made anew. more: it goes on with the change before (a drag), as one step of undo.
// On failure (edits_check(), ERR_VALUE of what is not finite, ERR_MEMORY) all stays as it was.
bool workbench_set_edits(struct workbench *bench, const struct edits *edits, bool more, struct err *err);
// The list before the last change, and the one after it; false without an error where there is none.
bool workbench_undo(struct workbench *bench, struct err *err);
bool workbench_redo(struct workbench *bench, struct err *err);
bool workbench_can_undo(const struct workbench *bench);
bool workbench_can_redo(const struct workbench *bench);
// The record on screen with another reduction; the caller's.
struct record *workbench_record_as(const struct workbench *bench, enum reduction reduction, struct err *err);
// Forgets edits, the record without them and the way back; the record on screen stays.
void surgery_drop(struct workbench *bench);
