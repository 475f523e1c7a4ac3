#include "init.h"
#include "mem.h"
#include "slab.h"
#include <math.h>

const char *const init_names[INIT_COUNT] = {
    [INIT_UNIFORM] = "uniform",       [INIT_XAVIER] = "xavier",     [INIT_HE] = "he",
    [INIT_ORTHOGONAL] = "orthogonal", [INIT_IDENTITY] = "identity",
};

// One gate's block of a matrix: (in, out), rows `stride` apart.
struct weights {
    float *at;
    int in, out;
    size_t stride;
};

static void fill_uniform(const struct weights *w, struct rng *rng, double bound) {
    for (int i = 0; i < w->in; i++)
        for (int o = 0; o < w->out; o++)
            w->at[(size_t)i * w->stride + (size_t)o] = (float)((2.0 * rng_uniform(rng) - 1.0) * bound);
}

static void fill_normal(const struct weights *w, struct rng *rng, double deviation) {
    for (int i = 0; i < w->in; i++)
        for (int o = 0; o < w->out; o++)
            w->at[(size_t)i * w->stride + (size_t)o] = (float)(rng_normal(rng) * deviation);
}

static void fill_identity(const struct weights *w) {
    for (int i = 0; i < w->in; i++)
        for (int o = 0; o < w->out; o++)
            w->at[(size_t)i * w->stride + (size_t)o] = i == o ? 1.0f : 0.0f;
}

static double dot(const double *a, const double *b, int n) {
    double sum = 0.0;
    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

// Rows of normal numbers made orthonormal one after the other (Gram and Schmidt, twice, which leaves rounding errors
// only). R's diagonal comes out positive: the matrix is uniform over the orthogonal ones (Mezzadri 2007).
static void orthonormal_rows(double *rows, int n, struct rng *rng) {
    for (int i = 0; i < n; i++) {
        double *row = rows + (size_t)i * (size_t)n, norm = 0.0;
        while (!(norm > 1e-6)) {
            for (int k = 0; k < n; k++)
                row[k] = rng_normal(rng);
            for (int pass = 0; pass < 2; pass++)
                for (int j = 0; j < i; j++) {
                    const double *other = rows + (size_t)j * (size_t)n;
                    double share = dot(row, other, n);
                    for (int k = 0; k < n; k++)
                        row[k] -= share * other[k];
                }
            norm = sqrt(dot(row, row, n));
        }
        for (int k = 0; k < n; k++)
            row[k] /= norm;
    }
}

static void fill_orthogonal(const struct weights *w, double *room, struct rng *rng) {
    orthonormal_rows(room, w->in, rng);
    for (int i = 0; i < w->in; i++)
        for (int o = 0; o < w->out; o++)
            w->at[(size_t)i * w->stride + (size_t)o] = (float)room[(size_t)i * (size_t)w->in + (size_t)o];
}

static void fill(const struct weights *w, enum param_role role, enum init_kind kind, double *room, struct rng *rng) {
    bool recurrent = role == PARAM_RECURRENT && w->in == w->out;
    if (role == PARAM_DIAGONAL)
        fill_uniform(w, rng, 1.0 / sqrt(w->out));
    else if (kind == INIT_HE)
        fill_normal(w, rng, sqrt(2.0 / w->in));
    else if (kind == INIT_ORTHOGONAL && recurrent)
        fill_orthogonal(w, room, rng);
    else if (kind == INIT_IDENTITY && recurrent)
        fill_identity(w);
    else if (kind == INIT_IDENTITY && role == PARAM_INPUT)
        fill_normal(w, rng, 0.001);
    else
        fill_uniform(w, rng, sqrt(6.0 / (w->in + w->out)));
}

static void fill_param(struct model *model, const struct param *param, enum init_kind kind, double *room,
                       struct rng *rng, float forget_bias) {
    const struct cell_desc *cell = net_cell(&model->layout.spec);
    float *values = model->params + param->offset;
    int H = model->layout.spec.hidden;
    if (param->in == 1 && (param->role == PARAM_BIAS || param->role == PARAM_HEAD_BIAS)) {
        for (int i = 0; i < param->out; i++) {
            bool forget = param->role == PARAM_BIAS && cell->blocks[i / H].identity == IDENTITY_F;
            values[i] = forget ? forget_bias : 0.0f;
        }
        return;
    }
    if (param->role == PARAM_EMBED) {
        fill_normal(&(struct weights){values, param->in, param->out, (size_t)param->out}, rng, 1.0);
        return;
    }
    int width = param->layer < 0 ? param->out : H;
    for (int at = 0; at < param->out; at += width) {
        struct weights block = {values + at, param->in, width, (size_t)param->out};
        fill(&block, param->role, kind, room, rng);
    }
}

bool model_init_weights(struct model *model, enum init_kind kind, struct rng *rng, float forget_bias, struct err *err) {
    const struct net_spec *spec = &model->layout.spec;
    if ((unsigned)kind >= INIT_COUNT) return err_set(err, ERR_VALUE, "unknown initialisation %d", (int)kind);
    if (kind == INIT_IDENTITY && (spec->cell != CELL_RNN || spec->activation != ACTIVATION_RELU))
        return err_set(err, ERR_VALUE, "the identity initialisation is for an rnn with relu, found %s%s",
                       net_cell(spec)->name, spec->cell == CELL_RNN ? " with tanh" : "");
    if (kind == INIT_UNIFORM) {
        model_randomise(model, rng, forget_bias);
        return true;
    }
    size_t H = (size_t)spec->hidden;
    double *room = NULL;
    if (kind == INIT_ORTHOGONAL) {
        room = slab_alloc(size_mul_add(H, H, 0), sizeof *room, "an orthogonal matrix", err);
        if (!room) return false;
    }
    for (int p = 0; p < model->layout.count; p++)
        fill_param(model, &model->layout.params[p], kind, room, rng, forget_bias);
    mem_free(room);
    return true;
}
