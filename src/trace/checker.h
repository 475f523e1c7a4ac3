#pragma once
// The gradient check, worked out piece by piece beside the interface: of one weight the losses around it and the
// numeric gradient at many step sizes, and of all parameters the worst relative error of each. A worker thread of its
// own holds the record that it was asked about; what is asked later takes the place of what was asked before, after the
// pass that is running. All functions are the interface thread's and only wait for a lock.

#include "analysis.h"
#include "clip_step.h"
#include "weight.h"

enum { CHECK_POINTS = 41, CHECK_STEPS = 12, CHECK_TENSORS = 160 };

struct check_question {
    struct weight weight;
    double epsilon; // of the numeric gradient; above 0
    double span;    // the curve reaches from w - span to w + span
};

// What is known so far: the first `points` of the curve, the first `steps` of the step sizes.
struct weight_check {
    struct check_question question;
    bool ready;                      // numeric is there
    struct numeric_gradient numeric; // as analysis_numeric() finds it, the analytic one read from the record
    int points;
    double offset[CHECK_POINTS], loss[CHECK_POINTS]; // L at w + offset, times record->loss_scale
    int steps;
    struct numeric_gradient by_step[CHECK_STEPS]; // epsilon = 0.1, 0.01 ... 1e-12
};

// One parameter, as reference_gradcheck() does it, over at most CHECK_ENTRIES entries: all of them, or evenly spread
// ones; fewer of a large network, but not below CHECK_ENTRIES_LEAST.
enum { CHECK_ENTRIES = 2048, CHECK_ENTRIES_LEAST = 8 };
struct tensor_check {
    double worst;             // relative error
    struct weight weight;     // where
    double analytic, numeric; // there
    long checked, entries;    // of so many
    bool done;
};

// The two rules of clipping, each alone at a limit; 0 = none.
enum clip_rule { CLIP_BY_NORM, CLIP_BY_VALUE, CLIP_RULES };
struct clip_check {
    double limit[CLIP_RULES];
    struct clip_step step[CLIP_RULES];
};

struct checker;
// wake: called by the worker when there is something new; may be NULL. at_once: no worker, an answer is whole when the
// asking function comes back (pictures, tests).
struct checker *checker_new(bool at_once, void (*wake)(void *context), void *context);
void checker_free(struct checker *checker);

// Asking the same again changes nothing.
void checker_ask(struct checker *checker, const struct record *record, const struct check_question *question);
void checker_ask_all(struct checker *checker, const struct record *record);
void checker_ask_clip(struct checker *checker, const struct record *record, const double limit[CLIP_RULES]);
// What belongs to this record and question; false when nothing of it is there.
bool checker_weight(const struct checker *checker, const struct record *record, const struct check_question *question,
                    struct weight_check *out);
// The parameters checked so far, in the order of the layout, the last one perhaps in part; 0 when it was not asked.
int checker_tensors(const struct checker *checker, const struct record *record, struct tensor_check *out, int max);
// The last that was worked out for this record: the limits in it may be those asked for before.
bool checker_clip(const struct checker *checker, const struct record *record, struct clip_check *out);
bool checker_busy(const struct checker *checker);
void checker_failed(const struct checker *checker, struct err *err); // memory ran out; else err->code stays ERR_NONE

double check_step_size(int step); // 10^-(step + 1)
// Decimal digits on which numeric and analytic gradient agree: -log10 of the relative error, 0 to 16.
int check_digits(double error);
