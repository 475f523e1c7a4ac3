#pragma once
// What the places have in common where edits are made: the surgery view, the chip in every header, the stage. An edit
// is asked for (scene.h); the app makes the record anew after the frame.

#include "edit.h"
#include "scene.h"

void edit_ask(struct ui *ui, const struct scene *scene, const struct edits *edits, struct edit_going *going);
// The same for one edit: in place of one of the same thing, else added. Its index, or -1 where the list is full.
int edit_ask_put(struct ui *ui, const struct scene *scene, const struct edit *edit, struct edit_going *going);
// The values that a slot can sensibly be held at: a gate 0 to 1, else what holds its row.
void edit_range(const struct record *record, const struct edit *edit, double *low, double *high);
// Decimals of a number: `usual`, more where it is small, and -2 (a power of ten) where that is not enough.
int edit_digits(double size, int usual);
// 1, 2, 5, 10 ...: the smallest that holds `largest`.
double edit_round_up(double largest);
// Label at the left, slider, and a text at the right; true when changed.
bool edit_slider(struct ui *ui, rect r, const char *label, const char *shown, double *value, double low, double high,
                 double step);
bool edit_slider_int(struct ui *ui, rect r, const char *label, const char *shown, int *value, int low, int high);
// The same with a field at the right, to type the value. shown: it in words, while the field has not the focus.
bool edit_value(struct ui *ui, rect r, const char *shown, double *value, double low, double high,
                struct edit_typed *typed);
// "Surgery: 2 edits" in the header of a view: the list, undo and clear. Returns the x behind it (x: none in force).
float edit_chip(struct ui *ui, float x, float y, const struct scene *scene);
