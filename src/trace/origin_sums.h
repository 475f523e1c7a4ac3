#pragma once
// What the files of the sums share: origin_cell.c (forward), origin_output.c, origin_backward.c, origin_params.c fill a
// sum each for their kinds of places, from these pieces; origin_terms.c has the list of all of them.

#include "origin_parts.h"

// A term: begun with its first factor, SHAPE_ITSELF; more are added.
void term_begin(struct raw_term *term, double coefficient, struct place place);
void term_add_factor(struct raw_term *term, struct place place, enum origin_shape shape);
void sum_add(struct sum *sum, term_fn *term, int a, int b, int count);
void sum_add_over_time(struct sum *sum, term_fn *term, int a, int count); // one term a timestep
void sum_add_readers(struct sum *sum, int slot);                          // what all readers of a slot send back
void sum_given(struct sum *sum, const char *why);
void sum_step(struct sum *sum, int step);

// Places of the sum's own side.
struct place sum_param(const struct sum *sum, enum place_kind kind, int param, int row, int column);
struct place sum_output(const struct sum *sum, enum place_kind kind, int t, int output);
struct place sum_top(const struct sum *sum, int direction, int t, int unit); // the state that the head at t reads
struct place sent_at(const struct place *of, int step, int operand, int t, int row);
int sum_block_row(const struct sum *sum, int block, int unit);
bool sum_has_target(const struct sum *sum);
int state_in_index(const struct cell_desc *cell, int slot); // of state_in, or -1
int first_of_side(const struct place_side *side, int direction);
int time_before_in(int direction, int t); // whose state enters t in this direction
int time_after_in(int direction, int t);

// One a kind of place.
void sum_clipped_norm(struct sum *sum);
void sum_clip_scale(struct sum *sum);
void sum_clipped(struct sum *sum);
void sum_delta(struct sum *sum);
void sum_from_future(struct sum *sum);
void sum_from_loss(struct sum *sum);
void sum_grad(struct sum *sum);
void sum_grad_at(struct sum *sum);
void sum_grad_norm(struct sum *sum);
void sum_own_norm(struct sum *sum);
void sum_rest_norm(struct sum *sum);
void sum_total_grad(struct sum *sum);
void sum_batch_loss(struct sum *sum);
void sum_input(struct sum *sum);
void sum_input_grad(struct sum *sum);
void sum_logits(struct sum *sum);
void sum_logits_grad(struct sum *sum);
void sum_loss(struct sum *sum);
void sum_norm(struct sum *sum);
void sum_param_after(struct sum *sum);
void sum_param_grad(struct sum *sum);
void sum_sent(struct sum *sum);
void sum_total(struct sum *sum);
void sum_value(struct sum *sum);
void sum_y_hat(struct sum *sum);
