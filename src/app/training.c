#include "training.h"

#include "mem.h"

int training_length(const struct dataset *data) {
    int longest = data->shape == TEXT_WHOLE ? TRAINING_MAX_T : data->length_max + 1;
    return longest < TRAINING_MAX_T ? longest : TRAINING_MAX_T;
}

bool training_init(struct training *training, const struct dataset *data, struct model *model,
                   const struct train_options *options, int batch, int max_T, struct rng rng, struct err *err) {
    *training = (struct training){.data = data, .model = model, .rng = rng, .batch = batch, .max_T = max_T};
    if (batch < 1 || batch > 65536)
        return err_set(err, ERR_VALUE, "expected a batch of 1 to 65536 sequences, found %d", batch);
    if (max_T < 1 || max_T > 100000)
        return err_set(err, ERR_VALUE, "expected a length of 1 to 100000 timesteps, found %d", max_T);
    training->x = mem_array((size_t)batch * max_T, sizeof(int));
    training->target = mem_array((size_t)batch * max_T, sizeof(int));
    if (!training->x || !training->target) {
        training_release(training);
        return err_set(err, ERR_MEMORY, "no memory for a minibatch of %d sequences of %d timesteps", batch, max_T);
    }
    training->trainer = trainer_new(model, options, max_T, batch, err);
    if (!training->trainer) {
        training_release(training);
        return false;
    }
    return true;
}

bool training_follow(struct training *training, const struct training_plan *plan, struct err *err) {
    const struct dataset *data = training->data;
    if (plan->carry && data->shape != TEXT_WHOLE)
        return err_set(err, ERR_VALUE, "expected one long text to carry the state through, found a list: %s",
                       data->shape_reason);
    if (plan->by_length && data->shape != TEXT_LINES)
        return err_set(err, ERR_VALUE, "expected a list to make minibatches by length, found one long text: %s",
                       data->shape_reason);
    training->carry = plan->carry;
    training->schedule = plan->schedule;
    training->scheduled = plan->schedule.lr > 0;
    if (!plan->by_length) return true;
    training->order = mem_array((size_t)data->train_count, sizeof *training->order);
    if (!training->order) return err_set(err, ERR_MEMORY, "no memory for an order of %d examples", data->train_count);
    dataset_order_by_length(data, training->order);
    return true;
}

void training_release(struct training *training) {
    trainer_free(training->trainer);
    mem_free(training->x);
    mem_free(training->target);
    mem_free(training->order);
    training->trainer = NULL;
    training->x = training->target = training->order = NULL;
}

// The next minibatch; *carry: it goes on where the one before it ended.
static int next_batch(struct training *t, bool *carry) {
    *carry = false;
    if (t->order) return dataset_batch_by_length(t->data, t->order, &t->rng, t->batch, t->max_T, t->x, t->target);
    if (!t->carry) return dataset_batch(t->data, &t->rng, t->batch, t->max_T, t->x, t->target);
    long window = t->done % dataset_stream_windows(t->data, DATASET_TRAIN, t->batch, t->max_T);
    *carry = window > 0;
    return dataset_stream_batch(t->data, DATASET_TRAIN, window, t->batch, t->max_T, t->x, t->target);
}

bool training_step(struct training *training, struct step_report *report, struct err *err) {
    bool carry;
    int T = next_batch(training, &carry);
    struct batch batch = {.T = T, .B = training->batch, .x = training->x, .target = training->target, .carry = carry};
    if (training->scheduled) trainer_set_lr(training->trainer, schedule_lr(&training->schedule, training->done + 1));
    if (!trainer_step(training->trainer, &batch, report, err)) return false;
    training->done++;
    return true;
}

bool training_validate(struct training *training, double *loss, double *accuracy, long *tokens, struct err *err) {
    double sum = 0;
    long all = 0, right = 0;
    for (int k = 0;; k++) {
        int T = training->carry ? dataset_stream_batch(training->data, DATASET_VALIDATION, k, training->batch,
                                                       training->max_T, training->x, training->target)
                                : dataset_validation_batch(training->data, k, training->batch, training->max_T,
                                                           training->x, training->target);
        if (T == 0) break;
        struct batch batch = {.T = T,
                              .B = training->batch,
                              .x = training->x,
                              .target = training->target,
                              .carry = training->carry && k > 0};
        double part;
        long part_tokens, part_right;
        if (!trainer_evaluate(training->trainer, &batch, &part, &part_tokens, &part_right, err)) return false;
        sum += part;
        all += part_tokens;
        right += part_right;
    }
    *loss = all ? sum / all : 0;
    *accuracy = all ? (double)right / all : 0;
    *tokens = all;
    return true;
}
