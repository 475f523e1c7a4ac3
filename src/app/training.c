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

void training_release(struct training *training) {
    trainer_free(training->trainer);
    mem_free(training->x);
    mem_free(training->target);
    training->trainer = NULL;
    training->x = training->target = NULL;
}

bool training_step(struct training *training, struct step_report *report, struct err *err) {
    int T = dataset_batch(training->data, &training->rng, training->batch, training->max_T, training->x,
                          training->target);
    struct batch batch = {.T = T, .B = training->batch, .x = training->x, .target = training->target};
    if (!trainer_step(training->trainer, &batch, report, err)) return false;
    training->done++;
    return true;
}

bool training_validate(struct training *training, double *loss, double *accuracy, long *tokens, struct err *err) {
    double sum = 0;
    long all = 0, right = 0;
    for (int k = 0;; k++) {
        int T = dataset_validation_batch(training->data, k, training->batch, training->max_T, training->x,
                                         training->target);
        if (T == 0) break;
        struct batch batch = {.T = T, .B = training->batch, .x = training->x, .target = training->target};
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
