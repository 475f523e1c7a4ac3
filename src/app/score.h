#pragma once
// A model measured on the validation part of a run's data.

#include "task.h"
#include "training.h"

struct scores {
    double loss;     // training_loss_name(): nats a token, or of real answers the mean squared error
    double accuracy; // share of the answers that are right: the largest y_hat is the target's; of sets the single
                     // channels on the right side of 0.5. NaN where answers are real
    long tokens;
    // Share of the examples that are right as a whole: every answer of `each` and `sequence`. Of `sequence` that is the
    // outcome of greedy decoding: it goes wrong where the first symbol does, and until then it reads what teacher
    // forcing reads. Of tasks that say which symbols are allowed next: at every timestep the k allowed are the k
    // likeliest. NaN for other data, and where examples were cut (--seq).
    double sequence_accuracy;
    long sequences;
};
bool training_score(struct training *training, struct scores *out, struct err *err);
// A task's level: the value of its measure, and whether that is good enough.
double score_of_task(const struct scores *scores, const struct task *task, bool *reached);
