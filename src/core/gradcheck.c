// Finite differences against the backward pass. The stencil is central, of fourth order:
//   f'(w) = (8 (f(w+e) - f(w-e)) - (f(w+2e) - f(w-2e))) / 12e + O(e^4)
// so that e can be large (1e-3) and the rounding of f small against the differences. The losses of the
// timesteps are subtracted one by one before they are summed, for the same reason.
#include "check.h"
#include "mem.h"
#include "slab.h"
#include "tape.h"
#include <math.h>
#include <string.h>

struct probe {
    struct tape *tape;
    const struct layout *layout;
    const struct example *example;
    double *params; // own copy
    double *losses; // (4, T)
    size_t skip;    // parameters to pass over before the next one that is checked
};

static double numeric_gradient(struct probe *probe, size_t at, double epsilon) {
    static const double offset[4] = {1.0, -1.0, 2.0, -2.0};
    int T = probe->example->T;
    double kept = probe->params[at];
    for (int k = 0; k < 4; k++) {
        probe->params[at] = kept + offset[k] * epsilon;
        reference_forward(probe->tape, probe->layout, probe->params, probe->example);
        memcpy(probe->losses + (size_t)k * (size_t)T, probe->tape->loss, (size_t)T * sizeof(double));
    }
    probe->params[at] = kept;
    double sum = 0.0;
    for (int t = 0; t < T; t++) {
        const double *f = probe->losses + t;
        sum += 8.0 * (f[0] - f[T]) - (f[2 * T] - f[3 * T]);
    }
    return sum / (12.0 * epsilon);
}

static double relative_error(double numeric, double analytic, double floor) {
    double size = fmax(fmax(fabs(numeric), fabs(analytic)), floor);
    return fabs(numeric - analytic) / size; // 0 / 0 and inf / inf are NaN, and NaN is the worst
}

// A kink of relu inside the stencil makes the first estimate useless; a smaller stencil leaves it outside. A
// wrong gradient stays wrong at every size.
static double best_numeric(struct probe *probe, size_t at, double epsilon, double analytic, double floor) {
    double numeric = numeric_gradient(probe, at, epsilon);
    for (int attempt = 0; attempt < 2 && !(relative_error(numeric, analytic, floor) <= 1e-7); attempt++) {
        epsilon /= 10.0;
        double other = numeric_gradient(probe, at, epsilon);
        if (!(relative_error(other, analytic, floor) >= relative_error(numeric, analytic, floor))) numeric = other;
    }
    return numeric;
}

// Below this a gradient is measured against the tensor it is part of: one thousandth of the tensor's rms, and
// never below what rounding leaves of a difference of losses.
static double floor_of(const double *grads, size_t count, double loss) {
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += grads[i] * grads[i];
    return fmax(1e-3 * sqrt(sum / (double)count), 1e-6 * fmax(1.0, fabs(loss)));
}

static void check_tensor(struct probe *probe, const double *grads, int param, size_t stride, double epsilon,
                         double loss, struct gradcheck *out) {
    const struct param *p = &probe->layout->params[param];
    size_t count = (size_t)p->in * (size_t)p->out;
    double floor = floor_of(grads + p->offset, count, loss);
    size_t i = probe->skip;
    for (; i < count; i += stride) {
        double analytic = grads[p->offset + i];
        double numeric = best_numeric(probe, p->offset + i, epsilon, analytic, floor);
        double error = relative_error(numeric, analytic, floor);
        if (!(error <= out->worst) && !isnan(out->worst)) {
            out->worst = error;
            out->param = param;
            out->index = i;
            out->analytic = analytic;
            out->numeric = numeric;
        }
        out->checked++;
    }
    probe->skip = i - count;
}

bool reference_gradcheck(const struct layout *layout, const double *params, const struct example *example,
                         double epsilon, size_t stride, struct gradcheck *out, struct err *err) {
    *out = (struct gradcheck){.worst = 0.0, .param = 0};
    if (stride == 0) stride = 1;
    if (!(epsilon > 0.0)) epsilon = GRADCHECK_EPSILON;
    int source_T = example->source ? example->source->T : 0;
    struct probe probe = {
        .tape = tape_new_pair(&layout->spec, source_T, example->T, err), .layout = layout, .example = example};
    double *grads = NULL;
    bool ok = probe.tape != NULL;
    if (ok) ok = (grads = slab_alloc(layout->size, sizeof *grads, "the gradients to check", err)) != NULL;
    if (ok) ok = (probe.params = slab_alloc(layout->size, sizeof(double), "the parameters to check", err)) != NULL;
    if (ok) ok = (probe.losses = slab_alloc(4 * (size_t)example->T, sizeof(double), "the losses", err)) != NULL;
    if (ok) {
        memcpy(probe.params, params, layout->size * sizeof *params);
        double loss = reference_forward(probe.tape, layout, params, example);
        reference_backward(probe.tape, layout, params, example, grads);
        for (int p = 0; p < layout->count; p++)
            check_tensor(&probe, grads, p, stride, epsilon, loss, out);
    }
    mem_free(grads);
    mem_free(probe.params);
    mem_free(probe.losses);
    tape_free(probe.tape);
    return ok;
}
