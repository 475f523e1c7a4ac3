#pragma once
// One entry of the parameters moved and everything else left as it is: the losses that a numeric gradient is made of. A
// probe borrows layout and example and owns a tape and a copy of the parameters; one thread at a time. An entry is
// named by its place in the slab (param.offset + row * out + column). The gradient check (reference.h) is made of
// probes.

#include "reference.h"

struct probe;
// clamps: NULL, or held in every pass. factor: as in tape_scale_loss(). Fails with ERR_MEMORY or as tape_new_pair().
struct probe *probe_new(const struct layout *layout, const double *params, const struct example *example,
                        const struct clamps *clamps, double factor, struct err *err);
void probe_free(struct probe *probe);
double probe_loss(struct probe *probe, size_t at, double offset); // factor * L with `offset` added to the entry

// dL/dw from four losses, of fourth order (gradcheck.c); the losses of the timesteps are subtracted one by one.
double probe_gradient(struct probe *probe, size_t at, double epsilon);
// Compares one entry of a tensor and keeps it in *out when it is the worst so far. analytic: dL/dw by the backward
// pass; floor: probe_floor() of the tensor; epsilon 0: GRADCHECK_EPSILON.
void probe_check(struct probe *probe, int param, size_t index, double analytic, double floor, double epsilon,
                 struct gradcheck *out);
// What a gradient is at least measured against: a thousandth of the rms of its tensor's gradients (count of them), and
// what rounding leaves of a difference of losses.
double probe_floor(const double *grads, size_t count, double loss);
