// Finite differences against the backward pass. The stencil is central, of fourth order:
//   f'(w) = (8 (f(w+e) - f(w-e)) - (f(w+2e) - f(w-2e))) / 12e + O(e^4)
// so that e can be large (1e-3) and the rounding of f small against the differences. The losses of the
// timesteps are subtracted one by one before they are summed, for the same reason.
#include "check.h"
#include "mem.h"
#include "probe.h"
#include "slab.h"
#include "tape.h"
#include <math.h>
#include <string.h>

struct probe {
    struct tape *tape;
    const struct layout *layout;
    const struct example *example;
    struct clamps clamps;
    double factor;
    double *params; // own copy
    double *losses; // (4, T)
};

struct probe *probe_new(const struct layout *layout, const double *params, const struct example *example,
                        const struct clamps *clamps, double factor, struct err *err) {
    struct probe *probe = slab_alloc(1, sizeof *probe, "a probe", err);
    if (!probe) return NULL;
    probe->layout = layout;
    probe->example = example;
    if (clamps) probe->clamps = *clamps;
    probe->factor = factor;
    probe->tape = tape_new_pair(&layout->spec, example->source ? example->source->T : 0, example->T, err);
    if (probe->tape) probe->params = slab_alloc(layout->size, sizeof(double), "the parameters to check", err);
    if (probe->params) probe->losses = slab_alloc(4 * (size_t)example->T, sizeof(double), "the losses", err);
    if (!probe->losses) {
        probe_free(probe);
        return NULL;
    }
    memcpy(probe->params, params, layout->size * sizeof *params);
    return probe;
}

void probe_free(struct probe *probe) {
    if (!probe) return;
    mem_free(probe->params);
    mem_free(probe->losses);
    tape_free(probe->tape);
    mem_free(probe);
}

double probe_loss(struct probe *probe, size_t at, double offset) {
    check(at < probe->layout->size, "entry %zu of %zu", at, probe->layout->size);
    double kept = probe->params[at];
    probe->params[at] = kept + offset;
    double loss = reference_forward_with(probe->tape, probe->layout, probe->params, probe->example, &probe->clamps);
    probe->params[at] = kept;
    return probe->factor * loss;
}

double probe_gradient(struct probe *probe, size_t at, double epsilon) {
    static const double offset[4] = {1.0, -1.0, 2.0, -2.0};
    int T = probe->example->T;
    for (int k = 0; k < 4; k++) {
        probe_loss(probe, at, offset[k] * epsilon);
        memcpy(probe->losses + (size_t)k * (size_t)T, probe->tape->loss, (size_t)T * sizeof(double));
    }
    double sum = 0.0;
    for (int t = 0; t < T; t++) {
        const double *f = probe->losses + t;
        sum += 8.0 * (f[0] - f[T]) - (f[2 * T] - f[3 * T]);
    }
    return probe->factor * sum / (12.0 * epsilon);
}

static double relative_error(double numeric, double analytic, double floor) {
    double size = fmax(fmax(fabs(numeric), fabs(analytic)), floor);
    return fabs(numeric - analytic) / size; // 0 / 0 and inf / inf are NaN, and NaN is the worst
}

// A kink of relu inside the stencil makes the first estimate useless; a smaller stencil leaves it outside. A
// wrong gradient stays wrong at every size.
static double best_numeric(struct probe *probe, size_t at, double epsilon, double analytic, double floor) {
    double numeric = probe_gradient(probe, at, epsilon);
    for (int attempt = 0; attempt < 2 && !(relative_error(numeric, analytic, floor) <= 1e-7); attempt++) {
        epsilon /= 10.0;
        double other = probe_gradient(probe, at, epsilon);
        if (!(relative_error(other, analytic, floor) >= relative_error(numeric, analytic, floor))) numeric = other;
    }
    return numeric;
}

// Below this a gradient is measured against the tensor it is part of: one thousandth of the tensor's rms, and
// never below what rounding leaves of a difference of losses.
double probe_floor(const double *grads, size_t count, double loss) {
    double sum = 0.0;
    for (size_t i = 0; i < count; i++)
        sum += grads[i] * grads[i];
    return fmax(1e-3 * sqrt(sum / (double)count), 1e-6 * fmax(1.0, fabs(loss)));
}

void probe_check(struct probe *probe, int param, size_t index, double analytic, double floor, double epsilon,
                 struct gradcheck *out) {
    const struct param *p = &probe->layout->params[param];
    check(index < (size_t)p->in * (size_t)p->out, "%s: entry %zu", p->name, index);
    if (!(epsilon > 0.0)) epsilon = GRADCHECK_EPSILON;
    double numeric = best_numeric(probe, p->offset + index, epsilon, analytic, floor);
    double error = relative_error(numeric, analytic, floor);
    if (!(error <= out->worst) && !isnan(out->worst)) {
        out->worst = error;
        out->param = param;
        out->index = index;
        out->analytic = analytic;
        out->numeric = numeric;
    }
    out->checked++;
}

bool reference_gradcheck(const struct layout *layout, const double *params, const struct example *example,
                         double epsilon, size_t stride, struct gradcheck *out, struct err *err) {
    *out = (struct gradcheck){.worst = 0.0, .param = 0};
    if (stride == 0) stride = 1;
    struct probe *probe = probe_new(layout, params, example, NULL, 1.0, err);
    double *grads = probe ? slab_alloc(layout->size, sizeof *grads, "the gradients to check", err) : NULL;
    bool ok = grads != NULL;
    if (ok) {
        double loss = reference_forward(probe->tape, layout, params, example);
        reference_backward(probe->tape, layout, params, example, grads);
        size_t skip = 0; // entries to pass over before the next one that is checked
        for (int p = 0; p < layout->count; p++) {
            const double *tensor = grads + layout->params[p].offset;
            size_t count = (size_t)layout->params[p].in * (size_t)layout->params[p].out, i = skip;
            double floor = probe_floor(tensor, count, loss);
            for (; i < count; i += stride)
                probe_check(probe, p, i, tensor[i], floor, epsilon, out);
            skip = i - count;
        }
    }
    mem_free(grads);
    probe_free(probe);
    return ok;
}
