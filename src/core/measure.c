#include "measure.h"
#include "analysis.h"
#include "check.h"
#include "eigen.h"
#include "mem.h"
#include "slab.h"
#include <math.h>
#include <string.h>

// --- what there is to measure ---

struct net_spec measures_side(const struct net_spec *spec, bool encoder) {
    if (spec->kind != NET_ENCODER_DECODER) return *spec;
    return encoder ? net_encoder_spec(spec) : net_decoder_spec(spec);
}

static bool is_made_by(const struct cell_desc *cell, int slot, enum cell_op op) {
    for (int i = 0; i < cell->step_count; i++)
        if (cell->steps[i].out == slot && cell->steps[i].op == op) return true;
    return false;
}

static bool is_measured(const struct cell_desc *cell, int slot) {
    return slot == cell->state_out[0] || is_made_by(cell, slot, OP_SIGMOID) || is_made_by(cell, slot, OP_TANH) ||
           is_made_by(cell, slot, OP_RELU);
}

int measures_candidate_block(const struct cell_desc *cell) {
    for (int b = 0; b < cell->block_count; b++)
        if (cell->blocks[b].identity == IDENTITY_C) return b;
    return 0;
}

static bool block_is_measured(const struct net_spec *side, int block) {
    if (side->hidden <= MEASURE_ALL_MATRICES_UNITS) return true;
    return side->hidden <= MEASURE_MATRIX_UNITS && block == measures_candidate_block(net_cell(side));
}

static int timesteps_of(const struct example *probe) {
    return probe->T + (probe->source ? probe->source->T : 0);
}

bool measures_apply(const struct model *model, const struct example *first) {
    int T = timesteps_of(first);
    return T <= MEASURE_MOST_TIMESTEPS && (double)T * (double)model->layout.weights <= MEASURE_MOST_WORK;
}

static int probes_within_work(const struct model *model, const struct example *const *probes, int count) {
    double work = 0;
    int n = 0;
    while (n < count && n < MEASURE_PROBES && (n == 0 || work < MEASURE_WORK)) {
        work += (double)timesteps_of(probes[n]) * (double)model->layout.weights;
        n++;
    }
    return n;
}

// Goes over sides, layers and directions, encoder first. Starts at {0}: true while there is one.
struct places {
    struct measured_at at;
    struct net_spec side;
    int index; // of at, from 0
};
static bool next_place(const struct net_spec *spec, struct places *p) {
    if (p->index++ == 0)
        p->at = (struct measured_at){.encoder = spec->kind == NET_ENCODER_DECODER};
    else if (++p->at.direction == p->side.directions) {
        p->at.direction = 0;
        if (++p->at.layer == p->side.layers) {
            if (!p->at.encoder) return false;
            p->at = (struct measured_at){.encoder = false};
        }
    }
    p->side = measures_side(spec, p->at.encoder);
    return true;
}

static int length_of(const struct example *probe, struct measured_at at) {
    return at.encoder ? probe->source->T : probe->T;
}

static void list_what_there_is(struct measures *m, const struct example *first, double *norms) {
    const struct cell_desc *cell = net_cell(&m->spec);
    m->slot_count = m->matrix_count = m->gradient_count = 0;
    for (struct places p = {0}; next_place(&m->spec, &p);) {
        for (int s = 0; s < cell->slot_count; s++)
            if (is_measured(cell, s)) m->slots[m->slot_count++] = (struct measured_slot){.at = p.at, .slot = s};
        for (int b = 0; b < cell->block_count; b++)
            if (block_is_measured(&p.side, b))
                m->matrices[m->matrix_count++] = (struct measured_matrix){.at = p.at, .block = b};
        for (int s = 0; s < cell->state_count; s++) {
            int T = length_of(first, p.at);
            m->gradients[m->gradient_count++] =
                (struct measured_gradient){.at = p.at, .state = s, .T = T, .all = norms, .last = norms + T};
            norms += 2 * T;
        }
    }
}

static bool make_room(struct measures *m, const struct example *first, struct err *err) {
    const struct cell_desc *cell = net_cell(&m->spec);
    size_t places = 0;
    for (struct places p = {0}; next_place(&m->spec, &p); places++)
        m->norm_count += 2 * (size_t)length_of(first, p.at) * (size_t)cell->state_count;
    const char *what = "measuring a model";
    m->slots = slab_alloc(places * CELL_MAX_SLOTS, sizeof *m->slots, what, err);
    m->matrices = m->slots ? slab_alloc(places * CELL_MAX_BLOCKS, sizeof *m->matrices, what, err) : NULL;
    m->gradients = m->matrices ? slab_alloc(places * CELL_MAX_STATES, sizeof *m->gradients, what, err) : NULL;
    m->norms = m->gradients ? slab_alloc(m->norm_count, sizeof *m->norms, what, err) : NULL;
    if (m->norms) list_what_there_is(m, first, m->norms);
    return m->norms != NULL;
}

// --- measuring ---

struct measuring {
    struct measures *m;
    const struct layout *layout;
    double *params;
    struct tape *tape;
    struct gate_stats *stats; // (slot_count)
    double *rows;             // (CELL_MAX_STATES, T, H) of the longer side
};

static double norm_of(const double *v, int n) {
    double sum = 0.0;
    for (int i = 0; i < n; i++)
        sum += v[i] * v[i];
    return sqrt(sum);
}

static const struct tape *side_tape(const struct measuring *job, struct measured_at at) {
    return at.encoder ? tape_encoder(job->tape) : job->tape;
}

static int last_loss(const struct example *probe) {
    int t = probe->T - 1;
    while (t >= 0 && (!probe->target || probe->target[t] < 0))
        t--;
    return t;
}

// Adds the norms of this probe to those of one layer and direction, all of its states.
static bool add_gradients(struct measuring *job, struct measured_gradient *first, const struct example *probe,
                          struct err *err) {
    const struct tape *tape = side_tape(job, first->at);
    const struct cell_desc *cell = net_cell(&job->m->spec);
    int H = job->m->spec.hidden, T = first->T, tau = last_loss(probe);
    double *grads[CELL_MAX_STATES];
    for (int s = 0; s < CELL_MAX_STATES; s++)
        grads[s] = job->rows + (size_t)s * (size_t)T * (size_t)H;
    if (tau < 0) return true; // no loss, no gradient
    if (!analysis_path_of_loss(tape, job->layout, job->params, probe, first->at.layer, first->at.direction, NULL, tau,
                               grads, err))
        return false;
    for (int s = 0; s < cell->state_count; s++) {
        for (int t = 0; t < T; t++) {
            first[s].all[t] += norm_of(tape_grad(tape, first->at.layer, first->at.direction, cell->state_out[s], t), H);
            first[s].last[t] += norm_of(grads[s] + (size_t)t * (size_t)H, H);
        }
    }
    return true;
}

static bool look_at(struct measuring *job, const struct example *probe, bool with_gradients, struct err *err) {
    struct measures *m = job->m;
    reference_forward(job->tape, job->layout, job->params, probe);
    m->timesteps += probe->T;
    for (int i = 0; i < m->slot_count; i++)
        gate_stats_add(&job->stats[i], side_tape(job, m->slots[i].at));
    if (!with_gradients) return true;
    reference_backward(job->tape, job->layout, job->params, probe, NULL);
    m->gradient_probes++;
    int states = net_cell(&m->spec)->state_count;
    for (int i = 0; i < m->gradient_count; i += states)
        if (!add_gradients(job, &m->gradients[i], probe, err)) return false;
    return true;
}

// A unit behind a relu can stand still at another value than 0 and still pass a gradient.
static int count_dead(const struct cell_desc *cell, const struct gate_stats *stats) {
    if (stats->count < 2) return -1;
    if (!is_made_by(cell, stats->slot, OP_RELU)) return stats->dead;
    int dead = 0;
    for (int i = 0; i < stats->H; i++)
        dead += stats->units[i].smallest == 0.0 && stats->units[i].largest == 0.0;
    return dead;
}

static bool measure_matrix(const struct measuring *job, struct measured_matrix *matrix, double *a, struct err *err) {
    const struct layout *layout = job->layout;
    if (layout->encoder) layout = matrix->at.encoder ? layout->encoder : layout->decoder;
    const struct param *p =
        &layout->params[layout_param(layout, PARAM_RECURRENT, matrix->at.layer, matrix->at.direction)];
    size_t H = (size_t)job->m->spec.hidden;
    const double *block = job->params + p->offset + (size_t)matrix->block * H;
    for (size_t i = 0; i < H; i++)
        memcpy(a + i * H, block + i * (size_t)p->out, H * sizeof *a);
    return spectral_radius(a, (int)H, &matrix->radius, err);
}

static bool measure_matrices(const struct measuring *job, struct err *err) {
    if (job->m->matrix_count == 0) return true;
    size_t H = (size_t)job->m->spec.hidden;
    double *a = slab_alloc(H * H, sizeof *a, "a recurrent matrix", err);
    bool good = a != NULL;
    for (int i = 0; good && i < job->m->matrix_count; i++)
        good = measure_matrix(job, &job->m->matrices[i], a, err);
    mem_free(a);
    return good;
}

static void sum_up(struct measuring *job) {
    struct measures *m = job->m;
    for (int i = 0; i < m->slot_count; i++) {
        const struct gate_stats *stats = &job->stats[i];
        m->slots[i].mean = stats->mean;
        m->slots[i].low = stats->low;
        m->slots[i].high = stats->high;
        m->slots[i].dead = count_dead(net_cell(&m->spec), stats);
    }
    for (size_t i = 0; i < m->norm_count; i++)
        m->norms[i] /= m->gradient_probes;
}

static bool same_lengths(const struct example *a, const struct example *b) {
    return a->T == b->T && (!a->source || a->source->T == b->source->T);
}

static bool begin(struct measuring *job, const struct model *model, const struct example *const *probes,
                  struct err *err) {
    struct measures *m = job->m;
    int T = 1, source_T = 1;
    for (int i = 0; i < m->probes; i++) {
        if (probes[i]->T > T) T = probes[i]->T;
        if (probes[i]->source && probes[i]->source->T > source_T) source_T = probes[i]->source->T;
    }
    size_t longer = (size_t)(T > source_T ? T : source_T), H = (size_t)m->spec.hidden;
    job->layout = &model->layout;
    job->tape = tape_new_pair(&m->spec, source_T, T, err);
    job->params = job->tape ? slab_alloc(model->layout.size, sizeof(double), "a copy of the parameters", err) : NULL;
    job->rows = job->params ? slab_alloc(CELL_MAX_STATES * longer, H * sizeof(double), "gradients", err) : NULL;
    job->stats = job->rows ? slab_alloc((size_t)m->slot_count, sizeof *job->stats, "measuring gates", err) : NULL;
    if (!job->stats) return false;
    reference_params(model, job->params);
    for (int i = 0; i < m->slot_count; i++) {
        struct net_spec side = measures_side(&m->spec, m->slots[i].at.encoder);
        if (!gate_stats_init(&job->stats[i], &side, m->slots[i].at.layer, m->slots[i].at.direction, m->slots[i].slot,
                             err))
            return false;
    }
    return true;
}

static void end(struct measuring *job) {
    for (int i = 0; job->stats && i < job->m->slot_count; i++)
        gate_stats_release(&job->stats[i]);
    mem_free(job->stats);
    mem_free(job->rows);
    mem_free(job->params);
    tape_free(job->tape);
}

static bool measure(struct measures *m, const struct model *model, const struct example *const *probes,
                    struct err *err) {
    struct measuring job = {.m = m};
    bool good = begin(&job, model, probes, err);
    for (int i = 0; good && i < m->probes; i++)
        good = look_at(&job, probes[i], same_lengths(probes[i], probes[0]), err);
    if (good) sum_up(&job);
    good = good && measure_matrices(&job, err);
    end(&job);
    return good;
}

// A timestep of the reference takes as long as some 30 tokens of training, eigenvalues as long as 25 H^3.
double measures_cost(const struct model *model, const struct example *const *probes, int count) {
    const struct net_spec *spec = &model->layout.spec;
    double H = spec->hidden, cost = 0;
    int n = probes_within_work(model, probes, count);
    for (int i = 0; i < n; i++)
        cost += 30.0 * (double)timesteps_of(probes[i]) * (double)model->layout.weights;
    for (struct places p = {0}; next_place(spec, &p);)
        for (int b = 0; b < net_cell(spec)->block_count; b++)
            if (block_is_measured(&p.side, b)) cost += 25 * H * H * H;
    return cost;
}

struct measures *measures_new(const struct model *model, const struct example *const *probes, int count,
                              struct err *err) {
    check(count > 0, "no example to measure on");
    for (int i = 0; i < count; i++)
        if (!example_check(&model->layout.spec, probes[i], err)) return NULL;
    struct measures *m = slab_alloc(1, sizeof *m, "measuring a model", err);
    if (!m) return NULL;
    m->spec = model->layout.spec;
    m->weights = (long)model->layout.weights;
    m->probes = probes_within_work(model, probes, count);
    if (make_room(m, probes[0], err) && measure(m, model, probes, err)) return m;
    measures_free(m);
    return NULL;
}

void measures_free(struct measures *measures) {
    if (!measures) return;
    mem_free(measures->slots);
    mem_free(measures->matrices);
    mem_free(measures->gradients);
    mem_free(measures->norms);
    mem_free(measures);
}

// --- looking up ---

static bool same_place(struct measured_at a, struct measured_at b) {
    return a.encoder == b.encoder && a.layer == b.layer && a.direction == b.direction;
}

const struct measured_slot *measures_slot(const struct measures *measures, struct measured_at at, int slot) {
    for (int i = 0; i < measures->slot_count; i++)
        if (measures->slots[i].slot == slot && same_place(measures->slots[i].at, at)) return &measures->slots[i];
    return NULL;
}

const struct measured_matrix *measures_matrix(const struct measures *measures, struct measured_at at, int block) {
    for (int i = 0; i < measures->matrix_count; i++)
        if (measures->matrices[i].block == block && same_place(measures->matrices[i].at, at))
            return &measures->matrices[i];
    return NULL;
}

const struct measured_gradient *measures_gradient(const struct measures *measures, struct measured_at at, int state) {
    for (int i = 0; i < measures->gradient_count; i++)
        if (measures->gradients[i].state == state && same_place(measures->gradients[i].at, at))
            return &measures->gradients[i];
    return NULL;
}
