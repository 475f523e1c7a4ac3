// The update rules on slabs; the trainer and whoever shows one update call the same.
#include "flush.h"
#include "loops.h"
#include <math.h>

const char *const optimizer_names[OPTIMIZER_COUNT] = {
    [OPTIMIZER_SGD] = "sgd",         [OPTIMIZER_MOMENTUM] = "momentum", [OPTIMIZER_RMSPROP] = "rmsprop",
    [OPTIMIZER_ADAGRAD] = "adagrad", [OPTIMIZER_ADAM] = "adam",
};

int optimizer_slabs(enum optimizer optimizer) {
    return optimizer == OPTIMIZER_SGD ? 0 : optimizer == OPTIMIZER_ADAM ? 2 : 1;
}

struct train_options train_options_default(void) {
    return (struct train_options){.optimizer = OPTIMIZER_ADAM,
                                  .lr = 0.002,
                                  .beta1 = 0.9,
                                  .beta2 = 0.999,
                                  .epsilon = 1e-8,
                                  .clip_norm = 5.0,
                                  .momentum = 0.9,
                                  .decay = 0.9,
                                  .threads = 1};
}

double clip_scale_for(double norm, double clip_norm) {
    return clip_norm > 0.0 && norm > clip_norm ? clip_norm / norm : 1.0;
}

double clip_held(double g, double clip_value) {
    if (!(clip_value > 0.0)) return g;
    return g > clip_value ? clip_value : g < -clip_value ? -clip_value : g; // NaN stays
}

long clip_hold(float *grads, size_t n, double clip_value) {
    if (!(clip_value > 0.0)) return 0;
    unsigned before = flush_begin();
    long held = loops_best()->clamp(grads, n, (float)clip_value);
    flush_end(before);
    return held;
}

void optimizer_apply(const struct train_options *options, size_t n, float *params, const float *grads, float *m,
                     float *v, int64_t update, double clip_scale) {
    struct update_rule rule = {
        .optimizer = options->optimizer,
        .lr = (float)options->lr,
        .grad_scale = (float)clip_scale,
        .beta1 = (float)options->beta1,
        .beta2 = (float)options->beta2,
        .epsilon = (float)options->epsilon,
        .momentum = (float)options->momentum,
        .decay = (float)options->decay,
        .keep = (float)(1.0 - options->lr * options->weight_decay),
        .m_scale = (float)(1.0 / (1.0 - pow(options->beta1, (double)update))),
        .v_scale = (float)(1.0 / sqrt(1.0 - pow(options->beta2, (double)update))),
    };
    unsigned before = flush_begin(); // in the trainer it is on already; whoever shows an update gets the same bits
    loops_best()->update(&rule, n, params, grads, m, v);
    flush_end(before);
}
