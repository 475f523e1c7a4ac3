#pragma once
// Analyses of the current record, made when a view asks for them and kept until the record changes. Asked for by key;
// what is not there yet is computed in a worker thread, and the view gets NULL meanwhile, so that a frame never waits.
// What nobody asked for in the last frame is not computed any more. Results are read-only; they stay where they are
// until insights_about(), and at least until the frame after the one in which they were last asked for.
//
// One thread (the interface's) calls these functions and never waits for the worker, which only reads the record and
// holds it as long as it does.

#include "itemised.h"

enum insight_kind { INSIGHT_ITEMISED, INSIGHT_LOSS, INSIGHT_JACOBIAN };

struct insight_key {
    enum insight_kind kind;
    struct chain chain;
    int path;                           // ITEMISED, LOSS
    int tau;                            // LOSS
    int to, to_state, from, from_state; // JACOBIAN: as jacobian_init()
};

// The numbers of a Jacobian in the trace file: "jacobian/l0/a/a/factor_norm", "jacobian/l0/all/all/singular" (to_state
// first).
enum jacobian_part {
    JACOBIAN_PRODUCT,
    JACOBIAN_SINGULAR,
    JACOBIAN_FACTOR,
    JACOBIAN_FACTOR_NORM,
    JACOBIAN_FACTOR_LARGEST,
    JACOBIAN_RUNNING_NORM,
    JACOBIAN_RUNNING_LARGEST,
    JACOBIAN_BOUND_NORM,
    JACOBIAN_BOUND_LARGEST,
    JACOBIAN_PARTS
};
void jacobian_name(char out[ITEMISED_NAME], const struct record *record, struct chain chain, int to_state,
                   int from_state, enum jacobian_part part);

struct insight { // one of these, or none and what went wrong
    struct itemised *itemised;
    struct loss_gradient *loss;
    struct jacobian *jacobian;
    char jacobian_names[JACOBIAN_PARTS][ITEMISED_NAME]; // of the jacobian
    struct err err;
};

struct insights;
struct insights *insights_new(void);
void insights_free(struct insights *insights); // NULL: nothing
// Another record, or none: stops what runs and forgets all. insights may be NULL.
void insights_about(struct insights *insights, const struct record *record);
// At first everything is computed at once, in insights_get(). With true: in the worker, which calls wake (NULL: nobody)
// when something is ready.
void insights_in_background(struct insights *insights, bool background, void (*wake)(void *context), void *context);
// A new frame begins: what was asked for before the last one may be dropped.
void insights_frame(struct insights *insights);
// NULL: being computed. insights may be NULL (nothing is ever ready).
const struct insight *insights_get(struct insights *insights, const struct insight_key *key);
// Is something being computed, and how far is it (0 to 1)?
bool insights_busy(struct insights *insights, double *done);
void insights_wait(struct insights *insights); // until all that was asked for is there; for tests

// Shorthands.
const struct insight *insights_itemised(struct insights *insights, struct chain chain, int path);
const struct insight *insights_loss(struct insights *insights, struct chain chain, int path, int tau);

// What is read without being asked for: NULL unless it is there already.
const struct insight *insights_peek(struct insights *insights, const struct insight_key *key);
