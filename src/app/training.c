#include "training.h"

#include "mem.h"
#include <math.h>

int training_length(const struct dataset *data) {
    int source, longest = dataset_longest(data, &source);
    if (data->answers != ANSWERS_NEXT || data->task) return longest > source ? longest : source;
    return longest < TRAINING_MAX_T ? longest : TRAINING_MAX_T;
}

long training_epoch(const struct dataset *data, int batch, int max_T) {
    enum { FRESH_EPOCH = 100 };
    if (data->fresh) return FRESH_EPOCH;
    long each = data->shape == TEXT_WHOLE ? (long)(data->train_symbols / (size_t)max_T) : data->train_count;
    return each > batch ? (each + batch - 1) / batch : 1;
}

// --- the network that the data ask for ---

static enum net_output output_of(const struct dataset *data) {
    static const enum net_output outputs[VALUES_COUNT] = {
        [VALUES_SYMBOLS] = OUTPUT_SOFTMAX, [VALUES_REALS] = OUTPUT_LINEAR, [VALUES_SETS] = OUTPUT_SIGMOID};
    return outputs[data->output];
}

const char *training_loss_name(enum net_output output) {
    static const char *const names[OUTPUT_COUNT] = {[OUTPUT_SOFTMAX] = "cross-entropy",
                                                    [OUTPUT_SIGMOID] = "binary cross-entropy",
                                                    [OUTPUT_LINEAR] = "squared error"};
    return names[output];
}

// The kinds that go with an answer's place; the first one unless another is wished for.
static const enum net_kind kinds[ANSWERS_COUNT][2] = {
    [ANSWERS_NEXT] = {NET_MANY_TO_MANY, NET_ONE_TO_MANY},
    [ANSWERS_ONE] = {NET_MANY_TO_ONE, NET_ONE_TO_ONE},
    [ANSWERS_EACH] = {NET_MANY_TO_MANY, NET_MANY_TO_MANY},
    [ANSWERS_SEQUENCE] = {NET_ENCODER_DECODER, NET_ENCODER_DECODER},
};

enum net_kind training_kind(enum data_answers answers) {
    return kinds[answers][0];
}

static bool choose_kind(const struct dataset *data, int wish, enum net_kind *out, struct err *err) {
    const enum net_kind *fit = kinds[data->answers];
    bool single = data->answers == ANSWERS_ONE && data->length_max == 1;
    *out = wish >= 0 ? (enum net_kind)wish : fit[single];
    if (*out == NET_ONE_TO_ONE && data->length_max > 1)
        return err_set(err, ERR_USAGE, "--kind one-to-one: expected data of one timestep, found up to %d in %s",
                       data->length_max, data->name);
    if (*out == fit[0] || *out == fit[1]) return true;
    return err_set(err, ERR_USAGE, "--kind %s: %s has answers of the kind \"%s\": its network is %s",
                   net_kind_names[*out], data->name, data_answers_names[data->answers], net_kind_names[fit[0]]);
}

bool training_network(const struct dataset *data, int kind, struct net_spec *spec, struct err *err) {
    if (!choose_kind(data, kind, &spec->kind, err)) return false;
    if (spec->directions > 1 && data->answers == ANSWERS_NEXT)
        return err_set(err, ERR_USAGE,
                       "--bidirectional: a network that says what comes next may not see it; it needs labelled data");
    spec->real_input = data->input != VALUES_SYMBOLS;
    if (spec->real_input && spec->embed > 0)
        return err_set(err, ERR_USAGE, "--embed: expected symbols to embed, found real numbers in %s", data->name);
    spec->inputs = spec->real_input ? data->channels : data->vocabulary.count;
    spec->outputs = dataset_outputs(data);
    spec->output = output_of(data);
    return true;
}

bool training_fits(const struct dataset *data, const struct net_spec *model, const char *name, struct err *err) {
    struct net_spec spec = *model;
    spec.directions = 1; // whether two make sense was asked when it was trained
    if (!training_network(data, (int)model->kind, &spec, NULL)) {
        if (!training_network(data, -1, &spec, err)) return false;
        return err_set(err, ERR_VALUE, "%s: expected data for a %s network, found %s, which asks for %s", name,
                       net_kind_names[model->kind], data->name, net_kind_names[spec.kind]);
    }
    if (spec.inputs == model->inputs && spec.outputs == model->outputs && spec.output == model->output &&
        spec.real_input == model->real_input)
        return true;
    return err_set(err, ERR_VALUE, "%s: expected data of %d %s with %d outputs (%s), found %d %s with %d (%s)", name,
                   model->inputs, model->real_input ? "channels" : "symbols", model->outputs,
                   net_output_names[model->output], spec.inputs, spec.real_input ? "channels" : "symbols", spec.outputs,
                   net_output_names[spec.output]);
}

// --- the run ---

static int larger(int a, int b) {
    return a > b ? a : b;
}

bool training_init(struct training *training, const struct dataset *data, struct model *model,
                   const struct train_options *options, int batch, int max_T, struct rng rng, struct err *err) {
    *training = (struct training){.data = data, .model = model, .rng = rng, .batch = batch};
    if (batch < 1 || batch > 65536)
        return err_set(err, ERR_VALUE, "expected a batch of 1 to 65536 sequences, found %d", batch);
    if (max_T < 1 || max_T > 100000)
        return err_set(err, ERR_VALUE, "expected a length of 1 to 100000 timesteps, found %d", max_T);
    if (!minibatch_init(&training->minibatch, data, batch, max_T, err)) return false;
    training->max_T = larger(training->minibatch.max_T, training->minibatch.max_source_T);
    training->trainer = trainer_new(model, options, training->max_T, batch, err);
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
    if (plan->by_length && (data->shape != TEXT_LINES || data->fresh))
        return err_set(err, ERR_VALUE, "expected a list to make minibatches by length, found %s: %s",
                       data->fresh ? "examples made anew" : "one long text", data->shape_reason);
    training->carry = plan->carry;
    training->schedule = plan->schedule;
    training->scheduled = plan->schedule.lr > 0;
    if (!plan->by_length) return true;
    training->order = mem_array((size_t)data->train_count, sizeof *training->order);
    if (!training->order || !dataset_order_by_length(data, training->order))
        return err_set(err, ERR_MEMORY, "no memory for an order of %d examples", data->train_count);
    return true;
}

void training_release(struct training *training) {
    trainer_free(training->trainer);
    minibatch_release(&training->minibatch);
    mem_free(training->order);
    training->trainer = NULL;
    training->order = NULL;
}

struct batch training_batch(const struct minibatch *m, struct batch *source) {
    struct batch batch = {
        .T = m->T, .B = m->B, .x = m->x, .target = m->target, .x_real = m->x_real, .target_real = m->target_real};
    if (!m->source) return batch;
    *source = (struct batch){.T = m->source_T, .B = m->B, .x = m->source, .x_real = m->source_real};
    batch.source = source;
    return batch;
}

// The next minibatch; *carry: it goes on where the one before it ended.
static void next_batch(struct training *t, bool *carry) {
    *carry = false;
    if (t->order)
        dataset_batch_by_length(t->data, t->order, &t->rng, &t->minibatch);
    else if (!t->carry)
        dataset_batch(t->data, &t->rng, &t->minibatch);
    else {
        long window = t->done % dataset_stream_windows(t->data, DATASET_TRAIN, t->batch, t->minibatch.max_T);
        *carry = window > 0;
        dataset_stream_batch(t->data, DATASET_TRAIN, window, &t->minibatch);
    }
}

bool training_step(struct training *training, struct step_report *report, struct err *err) {
    bool carry;
    next_batch(training, &carry);
    struct batch source, batch = training_batch(&training->minibatch, &source);
    batch.carry = carry;
    if (training->scheduled) trainer_set_lr(training->trainer, schedule_lr(&training->schedule, training->done + 1));
    if (!trainer_step(training->trainer, &batch, report, err)) return false;
    training->done++;
    return true;
}

bool training_validate(struct training *training, double *loss, double *accuracy, long *tokens, struct err *err) {
    double sum = 0;
    long all = 0, right = 0;
    struct minibatch *m = &training->minibatch;
    for (int k = 0;; k++) {
        int T = training->carry ? dataset_stream_batch(training->data, DATASET_VALIDATION, k, m)
                                : dataset_validation_batch(training->data, k, m);
        if (T == 0) break;
        struct batch source, batch = training_batch(m, &source);
        batch.carry = training->carry && k > 0;
        double part;
        long part_tokens, part_right;
        if (!trainer_evaluate(training->trainer, &batch, &part, &part_tokens, &part_right, err)) return false;
        sum += part;
        all += part_tokens;
        right += part_right;
    }
    *loss = all ? sum / all : 0;
    bool real = training->model->layout.spec.output == OUTPUT_LINEAR;
    *accuracy = real ? NAN : all ? (double)right / all : 0;
    *tokens = all;
    return true;
}
