#include "clip_step.h"

#include "mem.h"
#include <math.h>
#include <string.h>

// Float copies of all that an update reads and writes.
struct slabs {
    float *params, *grads, *m, *v;
};

static void slabs_release(struct slabs *slabs) {
    mem_free(slabs->params);
    mem_free(slabs->grads);
    mem_free(slabs->m);
    mem_free(slabs->v);
}

static bool copy(float **to, const float *from, size_t n) {
    if (!from) return true;
    *to = mem_array(n, sizeof *from);
    if (*to) memcpy(*to, from, n * sizeof *from);
    return *to != NULL;
}

// slabs->params become those after the update.
static bool update(const struct record *record, double clip_value, double scale, struct slabs *slabs) {
    size_t n = record->layout.size;
    *slabs = (struct slabs){.params = mem_array(n, sizeof(float)), .grads = mem_array(n, sizeof(float))};
    if (!slabs->params || !slabs->grads || !copy(&slabs->m, record->m_before, n) ||
        !copy(&slabs->v, record->v_before, n))
        return false;
    for (size_t i = 0; i < n; i++) {
        slabs->params[i] = (float)record->params[i];
        slabs->grads[i] = (float)record->total[i];
    }
    clip_hold(slabs->grads, n, clip_value);
    optimizer_apply(&record->options, n, slabs->params, slabs->grads, slabs->m, slabs->v, record->update, scale);
    return true;
}

static double square_sum(const float *after, const double *before, const struct param *p) {
    double sum = 0;
    for (size_t i = 0, n = (size_t)p->in * (size_t)p->out; i < n; i++) {
        double moved = after[p->offset + i] - before[p->offset + i];
        sum += moved * moved;
    }
    return sum;
}

// Between two changes of the parameters; as in clipping.c from the distance of the unit vectors.
static double angle_between(const struct record *record, const float *a, double a_norm, const float *b, double b_norm) {
    if (!(a_norm > 0) || !(b_norm > 0)) return 0;
    double distance = 0;
    for (size_t i = 0; i < record->layout.size; i++) {
        double apart = (a[i] - record->params[i]) / a_norm - (b[i] - record->params[i]) / b_norm;
        distance += apart * apart;
    }
    return 2 * asin(fmin(1, sqrt(distance) / 2)) * 180 / M_PI;
}

bool clip_step_of(const struct record *record, double clip_norm, double clip_value, struct clip_step *out,
                  struct err *err) {
    const struct layout *layout = &record->layout;
    struct slabs clipped = {0}, whole = {0};
    clip_gradient(layout, record->total, clip_norm, clip_value, &out->clipping, NULL);
    bool good = update(record, out->clipping.clip_value, out->clipping.scale, &clipped) && update(record, 0, 1, &whole);
    double moved = 0, unclipped = 0;
    for (int p = 0; good && p < layout->count; p++) {
        double own = square_sum(clipped.params, record->params, &layout->params[p]);
        out->tensors[p] = sqrt(own);
        moved += own;
        unclipped += square_sum(whole.params, record->params, &layout->params[p]);
    }
    out->moved = sqrt(moved);
    out->unclipped = sqrt(unclipped);
    out->from_unclipped = good ? angle_between(record, clipped.params, out->moved, whole.params, out->unclipped) : 0;
    slabs_release(&clipped);
    slabs_release(&whole);
    return good || err_set(err, ERR_MEMORY, "no memory for the update of %zu parameters", layout->size);
}
