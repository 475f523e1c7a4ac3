// Norms, entries and direction of a gradient before and after it is clipped.
#include "clipping.h"
#include "check.h"
#include "trainer.h"
#include <math.h>
#include <string.h>

enum { LOWEST_OCTAVE = -40 };

int clip_bin(double g) {
    int octave;
    double fraction = frexp(fabs(g), &octave); // 0.5 to 1
    int bin = 2 * (octave - 1 - LOWEST_OCTAVE) + (fraction >= M_SQRT1_2);
    return !isfinite(g) || bin >= CLIP_BINS ? CLIP_BINS - 1 : bin < 0 ? 0 : bin;
}

double clip_bin_edge(int bin) {
    return ldexp(bin % 2 ? M_SQRT2 : 1.0, bin / 2 + LOWEST_OCTAVE);
}

static void count(struct clip_histogram *histogram, double g) {
    if (g == 0.0)
        histogram->zero++;
    else
        (g < 0.0 ? histogram->minus : histogram->plus)[clip_bin(g)]++;
}

// By value; and all that only needs the gradient before. held: where the rest is read from.
static double hold(const struct layout *layout, const double *grads, struct clipping *c) {
    double before = 0.0, held = 0.0;
    for (int p = 0; p < layout->count; p++) {
        struct clip_tensor *tensor = &c->tensors[p];
        const double *g = grads + layout->params[p].offset;
        tensor->entries = (long)layout->params[p].in * layout->params[p].out;
        double own = 0.0, left = 0.0;
        for (long i = 0; i < tensor->entries; i++) {
            double kept = clip_held(g[i], c->clip_value);
            own += g[i] * g[i];
            left += kept * kept;
            tensor->cut += kept != g[i];
            c->largest = fabs(g[i]) > c->largest ? fabs(g[i]) : c->largest;
            count(&c->histogram_before, g[i]);
        }
        tensor->before = sqrt(own);
        before += own;
        held += left;
        c->cut += tensor->cut;
        c->entries += tensor->entries;
    }
    c->before = sqrt(before);
    return sqrt(held);
}

// The angle between u = g / ||g|| and v = g' / ||g'|| from ||u - v|| = 2 sin(angle / 2): where the angle is small, its
// cosine is 1 but for rounding and says nothing about it.
static void compare(const struct layout *layout, const double *grads, struct clipping *c, double *out) {
    double distance = 0.0, after = 0.0;
    double u = c->before > 0.0 ? 1.0 / c->before : 0.0, v = c->held > 0.0 ? 1.0 / c->held : 0.0;
    for (int p = 0; p < layout->count; p++) {
        struct clip_tensor *tensor = &c->tensors[p];
        size_t offset = layout->params[p].offset;
        double own = 0.0;
        for (long i = 0; i < tensor->entries; i++) {
            double g = grads[offset + (size_t)i], held = clip_held(g, c->clip_value), clipped = c->scale * held;
            double apart = g * u - held * v;
            distance += apart * apart;
            own += clipped * clipped;
            count(&c->histogram_after, clipped);
            if (out) out[offset + (size_t)i] = clipped;
        }
        tensor->after = sqrt(own);
        after += own;
    }
    c->after = sqrt(after);
    bool direction = u > 0.0 && v > 0.0 && c->cut > 0; // a scale alone turns nothing
    double half = direction ? fmin(1.0, sqrt(distance) / 2.0) : 0.0;
    c->angle = 2.0 * asin(half) * 180.0 / M_PI;
    c->cosine = 1.0 - 2.0 * half * half;
}

void clip_gradient(const struct layout *layout, const double *grads, double clip_norm, double clip_value,
                   struct clipping *c, double *out) {
    check(layout->count <= CLIP_PARAMS, "%d parameters", layout->count);
    memset(c, 0, sizeof *c);
    c->clip_norm = clip_norm > 0.0 ? clip_norm : 0.0;
    c->clip_value = clip_value > 0.0 ? clip_value : 0.0;
    c->count = layout->count;
    c->held = hold(layout, grads, c);
    c->scale = clip_scale_for(c->held, c->clip_norm);
    compare(layout, grads, c, out);
}
