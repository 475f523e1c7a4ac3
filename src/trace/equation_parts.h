#pragma once
// The inside of the equations: who is written about, and what the files of the way forward (equation.c), back
// (equation_back.c) and of the update (equation_update.c) share.

#include "label_parts.h"

struct equation {
    struct label_pen pen;
    const struct record *record; // the side that the step belongs to
    const struct step *step;
    int t; // as written: a number or LABEL_SYMBOLIC
    bool symbolic;
    int lines;
};

void new_line(struct equation *e);
// An output's symbol at timestep t, as written.
void put_output_at(struct equation *e, const char *base, const char *sub, int t);
void put_output(struct equation *e, const char *base, const char *sub); // at the step's
// The top layer's activation that the head at t reads; of both directions side by side.
void put_top(struct equation *e, int t);
bool is_top(const struct equation *e);
bool has_past(const struct equation *e); // of the step's timestep; symbolic times have everything
bool has_future(const struct equation *e);
int equation_time_after(const struct equation *e); // who hands its gradient back to this timestep
int equation_time_before(const struct equation *e);

// The left side of an equation; with numbers it is that of one unit, and what it comes to is put behind it later:
// the number of what stands at the left, or what a step sent back to its operand at timestep `at`.
void put_left(struct equation *e, int slot, int t, bool grad, const char *extra);
void put_left_sent(struct equation *e, int slot, int t, const char *extra, struct reader from, int at);
// The right side as it is, where its number is all there is to tell of a unit; returns what to set again.
struct number_pen *without_numbers(struct equation *e);
// The output that the numbers tell of: the target, else the most probable; name: its text as maths.
int told_output(const struct equation *e, char *name, size_t size);
void put_element(struct equation *e, const char *tensor, const double *values, int output); // of it, at the step's time
void numbers_output(struct equation *e);
void numbers_loss(struct equation *e);

void equation_output_back(struct equation *e);
void equation_from_loss(struct equation *e);
void equation_from_future(struct equation *e);
void equation_sum(struct equation *e);
void equation_part_back(struct equation *e);
void equation_embed_back(struct equation *e);
void equation_clip(struct equation *e);
void equation_update(struct equation *e);
