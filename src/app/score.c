#include "score.h"

#include "mem.h"
#include "predictor.h"
#include "task.h"

#include <math.h>

static bool has_whole_examples(const struct training *training) {
    const struct dataset *data = training->data;
    int source, longest = dataset_longest(data, &source);
    if (data->output != VALUES_SYMBOLS || data->shape == TEXT_WHOLE || training->carry) return false;
    if (longest > training->minibatch.max_T) return false;
    if (data->answers == ANSWERS_NEXT) return data->task && data->task->allowed;
    return data->answers != ANSWERS_ONE;
}

// Whether the symbols of `allowed` have larger y_hat than all others.
static bool are_likeliest(const float *y_hat, int outputs, uint64_t allowed) {
    float least = INFINITY, other = -INFINITY;
    for (int o = 0; o < outputs; o++)
        if (o < 64 && allowed >> o & 1)
            least = fminf(least, y_hat[o]);
        else
            other = fmaxf(other, y_hat[o]);
    return least > other;
}

static bool column_right(const struct dataset *data, const struct minibatch *m, int b, const float *y_hat, int outputs,
                         int *before) {
    const struct task *task = data->task;
    bool grammar = data->answers == ANSWERS_NEXT;
    for (int t = 0; t < m->T; t++) {
        int target = m->target[t * m->B + b];
        if (target < 0) continue;
        uint64_t allowed = 0;
        if (grammar) allowed = task->allowed(&data->settings, before, t);
        before[t] = target;
        const float *row = y_hat + (size_t)(t * m->B + b) * (size_t)outputs;
        int best = 0;
        for (int o = 1; o < outputs; o++)
            if (row[o] > row[best]) best = o;
        if (grammar ? !are_likeliest(row, outputs, allowed) : best != target) return false;
    }
    return true;
}

static bool measure_sequences(struct training *training, struct scores *out, struct err *err) {
    struct minibatch *m = &training->minibatch;
    int outputs = training->model->layout.spec.outputs, *before = mem_array((size_t)m->max_T, sizeof *before);
    float *y_hat = mem_array((size_t)m->max_T * (size_t)m->B, (size_t)outputs * sizeof *y_hat);
    bool good = (before && y_hat) || err_set(err, ERR_MEMORY, "no memory for the outputs of %d timesteps", m->max_T);
    struct predictor *predictor = good ? predictor_new(training->model, m->max_source_T, m->max_T, m->B, err) : NULL;
    good = predictor != NULL;
    long right = 0;
    for (int k = 0; good && dataset_validation_batch(training->data, k, m) > 0; k++) {
        struct batch source, batch = training_batch(m, &source);
        good = predictor_run(predictor, &batch, y_hat, err);
        for (int b = 0; good && b < m->B; b++) {
            if (k * m->B + b >= training->data->validation_count) break; // examples are uncut: one a column
            right += column_right(training->data, m, b, y_hat, outputs, before);
            out->sequences++;
        }
    }
    if (out->sequences > 0) out->sequence_accuracy = (double)right / (double)out->sequences;
    predictor_free(predictor);
    mem_free(y_hat);
    mem_free(before);
    return good;
}

bool training_score(struct training *training, struct scores *out, struct err *err) {
    *out = (struct scores){.sequence_accuracy = NAN};
    if (!training_validate(training, &out->loss, &out->accuracy, &out->tokens, err)) return false;
    return !has_whole_examples(training) || measure_sequences(training, out, err);
}

double score_of_task(const struct scores *scores, const struct task *task, bool *reached) {
    const double values[MEASURE_COUNT] = {[MEASURE_LOSS] = scores->loss,
                                          [MEASURE_ACCURACY] = scores->accuracy,
                                          [MEASURE_SEQUENCE_ACCURACY] = scores->sequence_accuracy};
    double value = values[task->measure];
    *reached = task->measure == MEASURE_LOSS ? value <= task->level : value >= task->level;
    return value;
}
