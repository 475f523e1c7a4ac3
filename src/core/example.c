// Whether an example is one that a network can read.
#include "reference.h"

static bool symbols_fit(const char *what, const int *symbols, int T, int limit, struct err *err) {
    for (int t = 0; t < T; t++)
        if (symbols[t] >= limit)
            return err_set(err, ERR_VALUE, "expected %s from 0 to %d at t = %d, found %d", what, limit - 1, t + 1,
                           symbols[t]);
    return true;
}

static bool check_input(const struct net_spec *spec, const struct example *example, struct err *err) {
    if (example->T < 1) return err_set(err, ERR_LIMIT, "an example needs at least 1 timestep, found %d", example->T);
    if (spec->real_input ? !example->x_real : !example->x)
        return err_set(err, ERR_VALUE, "expected %s as input", spec->real_input ? "real channels" : "symbols");
    return spec->real_input || symbols_fit("an input symbol", example->x, example->T, spec->inputs, err);
}

static bool check_numbers(const struct net_spec *spec, const struct example *example, int t, struct err *err) {
    if (!example->target_real)
        return err_set(err, ERR_VALUE, "expected numbers as targets of a %s output", net_output_names[spec->output]);
    const double *y = example->target_real + (size_t)t * (size_t)spec->outputs;
    for (int o = 0; spec->output == OUTPUT_SIGMOID && o < spec->outputs; o++)
        if (y[o] < 0.0 || y[o] > 1.0)
            return err_set(err, ERR_VALUE, "expected a target from 0 to 1 at t = %d, output %d, found %g", t + 1, o + 1,
                           y[o]);
    return true;
}

static bool check_targets(const struct net_spec *spec, const struct example *example, struct err *err) {
    for (int t = 0; example->target && t < example->T; t++) {
        if (example->target[t] < 0) continue;
        if (net_one_answer(spec) && t < example->T - 1)
            return err_set(err, ERR_VALUE, "a %s network answers at its last timestep: expected no target at t = %d",
                           net_kind_names[spec->kind], t + 1);
        if (spec->output != OUTPUT_SOFTMAX && !check_numbers(spec, example, t, err)) return false;
    }
    return !example->target || spec->output != OUTPUT_SOFTMAX ||
           symbols_fit("an output symbol", example->target, example->T, spec->outputs, err);
}

bool example_check(const struct net_spec *spec, const struct example *example, struct err *err) {
    if (spec->kind != NET_ENCODER_DECODER) return check_input(spec, example, err) && check_targets(spec, example, err);
    if (!example->source) return err_set(err, ERR_VALUE, "expected a source for the encoder to read");
    struct net_spec encoder = net_encoder_spec(spec), decoder = net_decoder_spec(spec);
    return check_input(&encoder, example->source, err) && check_input(&decoder, example, err) &&
           check_targets(&decoder, example, err);
}
