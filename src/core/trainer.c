#include "trainer.h"
#include "carried.h"
#include "check.h"
#include "fault.h"
#include "flush.h"
#include "kernels.h"
#include "loops.h"
#include "mem.h"
#include "share.h"
#include "slab.h"
#include "team.h"
#include "workspace.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_THREADS = 256, SHARE_ALIGN = 16 };

// One thread's share: some columns of the minibatch, and a range of the slab.
struct worker {
    struct workspace *workspace;
    float *grads;         // a slab; worker 0's is where all are added up
    struct share share;   // of the minibatch at hand
    int first, count;     // columns of it
    size_t from, to;      // range of the slab
    double loss, squares; // the sum of squares of the gradient's range
    bool finite;          // the parameters of the range
    long tokens, right, clamped;
};

enum phase_of_step { WORK_FORWARD, WORK_BACKWARD, WORK_REDUCE, WORK_CLAMP, WORK_UPDATE };

struct trainer {
    struct model *model;
    struct train_options options;
    struct batch_room room;
    int workers;
    struct worker *worker;
    struct team *team;
    float *m, *v; // as many as optimizer_slabs() says; else NULL
    int64_t updates;
    size_t bytes;
    // of the step at hand
    enum phase_of_step phase;
    const struct batch *batch;
    enum workspace_state state;
    float scale;
    double clip_scale;
    bool drop; // the pass at hand is one of training
};

// --- life ---

static bool options_check(const struct train_options *o, struct err *err) {
    if ((unsigned)o->optimizer >= OPTIMIZER_COUNT)
        return err_set(err, ERR_VALUE, "unknown optimizer %d", (int)o->optimizer);
    if (!(o->lr >= 0.0 && isfinite(o->lr)))
        return err_set(err, ERR_VALUE, "the learning rate must be 0 or more and finite, found %g", o->lr);
    if (!(o->clip_norm >= 0.0))
        return err_set(err, ERR_VALUE, "the clip norm must be 0 or more, found %g", o->clip_norm);
    if (!(o->clip_value >= 0.0))
        return err_set(err, ERR_VALUE, "the clip value must be 0 or more, found %g", o->clip_value);
    if (!(o->dropout >= 0.0 && o->dropout < 1.0))
        return err_set(err, ERR_VALUE, "the dropout must be from 0 to below 1, found %g", o->dropout);
    if (!(o->weight_decay >= 0.0 && o->lr * o->weight_decay < 1.0))
        return err_set(err, ERR_VALUE, "the weight decay must be 0 or more, and less than 1 / learning rate; found %g",
                       o->weight_decay);
    if (o->threads < 1 || o->threads > MAX_THREADS)
        return err_set(err, ERR_VALUE, "the number of threads must be 1 to %d, found %d", MAX_THREADS, o->threads);
    if (o->optimizer == OPTIMIZER_SGD) return true;
    if (!(o->momentum >= 0.0 && o->momentum < 1.0))
        return err_set(err, ERR_VALUE, "the momentum must be in [0, 1), found %g", o->momentum);
    if (!(o->decay >= 0.0 && o->decay < 1.0))
        return err_set(err, ERR_VALUE, "RMSProp's decay must be in [0, 1), found %g", o->decay);
    if (!(o->beta1 >= 0.0 && o->beta1 < 1.0 && o->beta2 >= 0.0 && o->beta2 < 1.0))
        return err_set(err, ERR_VALUE, "Adam's betas must be in [0, 1), found %g and %g", o->beta1, o->beta2);
    if (!(o->epsilon > 0.0))
        return err_set(err, ERR_VALUE, "the optimiser's epsilon must be more than 0, found %g", o->epsilon);
    return true;
}

static void *owned(struct trainer *trainer, size_t count, size_t size, const char *what, struct err *err) {
    void *memory = slab_alloc(count, size, what, err);
    if (memory) trainer->bytes += count * size;
    return memory;
}

// Most columns that a worker gets.
static int share_of(int B, int workers) {
    return (B + workers - 1) / workers;
}

static bool worker_init(struct trainer *trainer, int w, struct err *err) {
    const struct layout *layout = &trainer->model->layout;
    struct worker *worker = &trainer->worker[w];
    struct batch_room room = trainer->room;
    room.max_B = share_of(room.max_B, trainer->workers);
    worker->workspace = w == 0 ? workspace_new_pair(layout, room.max_source_T, room.max_T, room.max_B, err)
                               : workspace_new_shared(trainer->worker[0].workspace, room.max_T, room.max_B, err);
    if (!worker->workspace) return false;
    trainer->bytes += workspace_memory(worker->workspace);
    size_t per = size_mul_add((layout->size / (size_t)trainer->workers + SHARE_ALIGN) / SHARE_ALIGN, SHARE_ALIGN, 0);
    worker->from = per * (size_t)w < layout->size ? per * (size_t)w : layout->size;
    worker->to = per * (size_t)(w + 1) < layout->size ? per * (size_t)(w + 1) : layout->size;
    worker->grads = owned(trainer, layout->size, sizeof(float), "the gradients", err);
    if (!worker->grads) return false;
    return share_init(&worker->share, &layout->spec, room, trainer->workers > 1, trainer->options.dropout > 0.0,
                      &trainer->bytes, err);
}

static bool trainer_init(struct trainer *trainer, struct err *err) {
    size_t size = trainer->model->layout.size;
    trainer->worker = owned(trainer, (size_t)trainer->workers, sizeof *trainer->worker, "the workers", err);
    if (!trainer->worker) return false;
    for (int w = 0; w < trainer->workers; w++)
        if (!worker_init(trainer, w, err)) return false;
    float **state[] = {&trainer->m, &trainer->v};
    for (int s = 0; s < optimizer_slabs(trainer->options.optimizer); s++) {
        *state[s] = owned(trainer, size, sizeof(float), "the optimiser's state", err);
        if (!*state[s]) return false;
    }
    trainer->team = team_new(trainer->workers, err);
    if (!trainer->team) return false;
    trainer_refresh(trainer);
    return true;
}

struct trainer *trainer_new(struct model *model, const struct train_options *options, int max_T, int max_B,
                            struct err *err) {
    return trainer_new_pair(model, options, max_T, max_T, max_B, err);
}

struct trainer *trainer_new_pair(struct model *model, const struct train_options *options, int max_source_T, int max_T,
                                 int max_B, struct err *err) {
    if (!options_check(options, err)) return NULL;
    if (max_T < 1 || max_B < 1) {
        err_set(err, ERR_VALUE, "a minibatch needs at least 1 timestep and 1 sequence, found %d and %d", max_T, max_B);
        return NULL;
    }
    struct trainer *trainer = slab_alloc(1, sizeof *trainer, "a trainer", err);
    if (!trainer) return NULL;
    trainer->model = model;
    trainer->options = *options;
    trainer->room = (struct batch_room){max_source_T, max_T, max_B};
    trainer->workers = options->threads < max_B ? options->threads : max_B;
    trainer->bytes = sizeof *trainer;
    if (trainer_init(trainer, err)) return trainer;
    trainer_free(trainer);
    return NULL;
}

void trainer_free(struct trainer *trainer) {
    if (!trainer) return;
    team_free(trainer->team);
    for (int w = trainer->workers - 1; trainer->worker && w >= 0; w--) { // worker 0 owns the packed weights
        struct worker *worker = &trainer->worker[w];
        workspace_free(worker->workspace);
        mem_free(worker->grads);
        share_release(&worker->share);
    }
    mem_free(trainer->worker);
    mem_free(trainer->m);
    mem_free(trainer->v);
    mem_free(trainer);
}

void trainer_refresh(struct trainer *trainer) {
    kernel_refresh(trainer->worker[0].workspace, trainer->model->params);
}

void trainer_set_lr(struct trainer *trainer, double lr) {
    trainer->options.lr = lr;
}
size_t trainer_memory(const struct trainer *trainer) {
    return trainer->bytes;
}
struct trainer_memory_parts trainer_memory_by_part(const struct trainer *trainer) {
    size_t slab = trainer->model->layout.size * sizeof(float);
    struct trainer_memory_parts parts = {.gradients = (size_t)trainer->workers * slab,
                                         .state = (size_t)trainer_state_slabs(trainer) * slab,
                                         .packed = workspace_packed_memory(trainer->worker[0].workspace)};
    parts.workspace = trainer->bytes - parts.gradients - parts.state - parts.packed;
    return parts;
}
int64_t trainer_updates(const struct trainer *trainer) {
    return trainer->updates;
}
int trainer_state_slabs(const struct trainer *trainer) {
    return optimizer_slabs(trainer->options.optimizer);
}
void trainer_restore_updates(struct trainer *trainer, int64_t updates) {
    trainer->updates = updates;
}

float *trainer_state(struct trainer *trainer, int slab) {
    check(slab >= 0 && slab < trainer_state_slabs(trainer), "slab %d of %d", slab, trainer_state_slabs(trainer));
    return slab == 0 ? trainer->m : trainer->v;
}

// --- the minibatch ---

// Columns are dealt out evenly; the same B and threads give the same shares, so a carried state stays with
// its worker.
static bool deal_columns(struct trainer *trainer, const struct batch *batch, enum workspace_state state,
                         struct err *err) {
    int share = batch->B / trainer->workers, rest = batch->B % trainer->workers, first = 0;
    for (int w = 0; w < trainer->workers; w++) {
        struct worker *worker = &trainer->worker[w];
        worker->first = first;
        worker->count = share + (w < rest);
        first += worker->count;
        workspace_use_state(worker->workspace, state);
        if (!batch->carry) workspace_forget_state(worker->workspace);
        int carried = workspace_carried(worker->workspace);
        if (carried > 0 && carried != worker->count)
            return err_set(err, ERR_VALUE, "the state of another number of sequences than %d was carried", batch->B);
    }
    return true;
}

// --- the phases of a step, each done by every worker on its share ---

static void work_forward(struct trainer *trainer, struct worker *worker) {
    worker->loss = 0.0;
    worker->tokens = worker->right = 0;
    if (worker->count == 0) return;
    const struct net_spec *spec = &trainer->model->layout.spec;
    share_take(&worker->share, spec, trainer->batch, worker->first, worker->count);
    if (trainer->drop) share_drop(&worker->share, spec, &trainer->options, trainer->updates, worker->first);
    worker->loss = kernel_forward(worker->workspace, trainer->model->params, &worker->share.batch, &worker->tokens,
                                  &worker->right);
}

static void work_backward(struct trainer *trainer, struct worker *worker) {
    memset(worker->grads, 0, trainer->model->layout.size * sizeof(float));
    if (worker->count == 0) return;
    kernel_backward(worker->workspace, trainer->model->params, &worker->share.batch, trainer->scale, worker->grads);
}

// Adds the workers' gradients in their order, whoever finished first: the same bits on every run.
static void work_reduce(struct trainer *trainer, struct worker *worker) {
    const struct loops *loops = loops_best();
    float *sum = trainer->worker[0].grads + worker->from;
    size_t n = worker->to - worker->from;
    for (int w = 1; w < trainer->workers; w++)
        loops->add(sum, trainer->worker[w].grads + worker->from, n);
    worker->squares = loops->square_sum(sum, n);
    worker->finite = loops->all_finite(trainer->model->params + worker->from, n);
}

static void work_clamp(struct trainer *trainer, struct worker *worker) {
    const struct loops *loops = loops_best();
    float *grads = trainer->worker[0].grads + worker->from;
    size_t n = worker->to - worker->from;
    worker->clamped = clip_hold(grads, n, trainer->options.clip_value);
    worker->squares = loops->square_sum(grads, n);
}

static void work_update(struct trainer *trainer, struct worker *worker) {
    size_t at = worker->from;
    optimizer_apply(&trainer->options, worker->to - at, trainer->model->params + at, trainer->worker[0].grads + at,
                    trainer->m ? trainer->m + at : NULL, trainer->v ? trainer->v + at : NULL, trainer->updates + 1,
                    trainer->clip_scale);
}

static void work(void *context, int index) {
    static void (*const phases[])(struct trainer *, struct worker *) = {
        [WORK_FORWARD] = work_forward, [WORK_BACKWARD] = work_backward, [WORK_REDUCE] = work_reduce,
        [WORK_CLAMP] = work_clamp,     [WORK_UPDATE] = work_update,
    };
    struct trainer *trainer = context;
    unsigned before = flush_begin();
    phases[trainer->phase](trainer, &trainer->worker[index]);
    flush_end(before);
}

static void run_phase(struct trainer *trainer, enum phase_of_step phase) {
    trainer->phase = phase;
    team_run(trainer->team, work, trainer);
}

static bool forward(struct trainer *trainer, const struct batch *batch, enum workspace_state state, double *loss,
                    long *tokens, long *right, struct err *err) {
    const struct net_spec *spec = &trainer->model->layout.spec;
    if (!batch_check(spec, batch, trainer->room, true, err) || !deal_columns(trainer, batch, state, err)) return false;
    trainer->batch = batch;
    trainer->drop = state != WORKSPACE_EVALUATE;
    run_phase(trainer, WORK_FORWARD);
    *loss = 0.0;
    *tokens = *right = 0;
    for (int w = 0; w < trainer->workers; w++) {
        *loss += trainer->worker[w].loss;
        *tokens += trainer->worker[w].tokens;
        *right += trainer->worker[w].right;
    }
    if (spec->output == OUTPUT_SIGMOID) *right = (*right + spec->outputs / 2) / spec->outputs;
    return true;
}

// The mean gradient in worker 0's slab; returns its norm, and whether the parameters are finite. No square of a float
// overflows a double, so a norm is finite if and only if all is.
static double backward(struct trainer *trainer, long tokens, bool *finite) {
    trainer->scale = (float)(1.0 / (double)tokens);
    run_phase(trainer, WORK_BACKWARD);
    run_phase(trainer, WORK_REDUCE);
    double squares = 0.0;
    *finite = true;
    for (int w = 0; w < trainer->workers; w++) {
        squares += trainer->worker[w].squares;
        *finite = *finite && trainer->worker[w].finite;
    }
    return sqrt(squares);
}

// Where the pass at hand went wrong; "" where nothing is seen.
static void find_fault(const struct trainer *trainer, bool back, char place[FAULT_TEXT]) {
    struct fault_view views[MAX_THREADS];
    int count = 0;
    for (int w = 0; w < trainer->workers; w++) {
        const struct worker *worker = &trainer->worker[w];
        if (worker->count == 0) continue;
        views[count++] = (struct fault_view){worker->workspace, &worker->share.batch, worker->first};
    }
    if (!(back ? fault_backward : fault_forward)(views, count, place)) *place = '\0';
}

// Says what stopped the step, in which tensor it is seen first, and at which timestep.
static bool not_finite(const struct trainer *trainer, const char *what, double value, const char *place,
                       struct err *err) {
    const struct layout *layout = &trainer->model->layout;
    int weight = model_not_finite(layout, trainer->model->params);
    int grad = model_not_finite(layout, trainer->worker[0].grads);
    char tensor[NET_NAME + 80] = "";
    if (isnan(value)) value = fabs(value); // a NaN's sign says nothing
    if (weight >= 0)
        snprintf(tensor, sizeof tensor, "; the first tensor that is not finite is %s", layout->params[weight].name);
    else if (grad >= 0)
        snprintf(tensor, sizeof tensor, "; the first tensor whose gradient is not finite is %s",
                 layout->params[grad].name);
    return err_set(err, ERR_VALUE, "update %lld stopped: the %s is %g%s%s%s", (long long)trainer->updates + 1, what,
                   value, tensor, *place ? "; it is seen first in " : "", place);
}

static bool loss_and_gradient(struct trainer *trainer, const struct batch *batch, enum workspace_state state,
                              struct step_report *report, struct err *err) {
    double loss;
    bool finite;
    long right;
    char place[FAULT_TEXT];
    if (!forward(trainer, batch, state, &loss, &report->tokens, &right, err)) return false;
    if (report->tokens == 0) return true;
    report->loss = loss / (double)report->tokens;
    bool lost = !isfinite(report->loss);
    if (lost) find_fault(trainer, false, place); // before the gradients take the place of the activations
    report->grad_norm = backward(trainer, report->tokens, &finite);
    if (!lost && isfinite(report->grad_norm) && finite) return true;
    for (int w = 0; w < trainer->workers; w++)
        workspace_forget_state(trainer->worker[w].workspace);
    if (lost) return not_finite(trainer, "loss", report->loss, place, err);
    find_fault(trainer, true, place);
    if (!isfinite(report->grad_norm)) return not_finite(trainer, "gradient's norm", report->grad_norm, place, err);
    double squares = loops_best()->square_sum(trainer->model->params, trainer->model->layout.size);
    return not_finite(trainer, "norm of the parameters", sqrt(squares), place, err);
}

// Clips the gradient by value; returns the norm that is left.
static double clamp_gradient(struct trainer *trainer, struct step_report *report) {
    if (!(trainer->options.clip_value > 0.0)) return report->grad_norm;
    run_phase(trainer, WORK_CLAMP);
    double squares = 0.0;
    for (int w = 0; w < trainer->workers; w++) {
        squares += trainer->worker[w].squares;
        report->clamped += trainer->worker[w].clamped;
    }
    return sqrt(squares);
}

bool trainer_step(struct trainer *trainer, const struct batch *batch, struct step_report *report, struct err *err) {
    struct step_report unused;
    if (!report) report = &unused;
    *report = (struct step_report){.clip_scale = 1.0};
    if (!loss_and_gradient(trainer, batch, WORKSPACE_TRAIN, report, err)) return false;
    if (report->tokens == 0) return true; // all padding: nothing to learn from
    double norm = clamp_gradient(trainer, report);
    report->clip_scale = trainer->clip_scale = clip_scale_for(norm, trainer->options.clip_norm);
    run_phase(trainer, WORK_UPDATE);
    trainer->updates++;
    trainer_refresh(trainer);
    return true;
}

bool trainer_evaluate(struct trainer *trainer, const struct batch *batch, double *loss_sum, long *tokens, long *right,
                      struct err *err) {
    return forward(trainer, batch, WORKSPACE_EVALUATE, loss_sum, tokens, right, err);
}

void trainer_reset_state(struct trainer *trainer) {
    for (int w = 0; w < trainer->workers; w++) {
        for (int state = WORKSPACE_TRAIN; state <= WORKSPACE_SCRATCH; state++) {
            workspace_use_state(trainer->worker[w].workspace, (enum workspace_state)state);
            workspace_forget_state(trainer->worker[w].workspace);
        }
    }
}

bool trainer_gradients(struct trainer *trainer, const struct batch *batch, float *grads, double *loss,
                       struct err *err) {
    struct step_report report = {.clip_scale = 1.0};
    size_t bytes = trainer->model->layout.size * sizeof *grads;
    for (int w = 0; w < trainer->workers; w++)
        workspace_copy_state(trainer->worker[w].workspace, WORKSPACE_SCRATCH, WORKSPACE_TRAIN);
    if (!loss_and_gradient(trainer, batch, WORKSPACE_SCRATCH, &report, err)) return false;
    if (loss) *loss = report.loss;
    if (report.tokens == 0)
        memset(grads, 0, bytes);
    else
        memcpy(grads, trainer->worker[0].grads, bytes);
    return true;
}

// --- the carried state, to be kept ---

int trainer_carried(const struct trainer *trainer) {
    int sequences = 0;
    for (int w = 0; w < trainer->workers; w++)
        sequences += trainer->worker[w].workspace->carried[WORKSPACE_TRAIN];
    return sequences;
}

size_t trainer_carried_size(const struct trainer *trainer, int sequences) {
    const struct net_spec *spec = &trainer->model->layout.spec;
    return (size_t)spec->layers * (size_t)net_cell(spec)->state_count * (size_t)sequences * (size_t)spec->hidden;
}

// Copies one worker's rows out of the whole (layers, states, sequences, H), or into it.
static void carry_rows(struct workspace *ws, float *whole, int sequences, int first, int count, bool out) {
    size_t H = (size_t)ws->layout->spec.hidden, rows = (size_t)count * H;
    for (int l = 0; l < ws->layout->spec.layers; l++)
        for (int s = 0; s < ws->cell->state_count; s++) {
            struct lane *lane = &ws->lanes[l][0];
            float *own = s == 0 ? lane->last_h[WORKSPACE_TRAIN] : lane->last_c[WORKSPACE_TRAIN];
            size_t block = (size_t)l * (size_t)ws->cell->state_count + (size_t)s;
            float *at = whole + (block * (size_t)sequences + (size_t)first) * H;
            memcpy(out ? at : own, out ? own : at, rows * sizeof(float));
        }
}

void trainer_carried_get(const struct trainer *trainer, float *out) {
    int sequences = trainer_carried(trainer), first = 0;
    for (int w = 0; w < trainer->workers; w++) {
        struct workspace *ws = trainer->worker[w].workspace;
        int count = ws->carried[WORKSPACE_TRAIN];
        carry_rows(ws, out, sequences, first, count, true);
        first += count;
    }
}

bool trainer_carried_set(struct trainer *trainer, int sequences, const float *values, struct err *err) {
    if (sequences < 0 || sequences > trainer->room.max_B)
        return err_set(err, ERR_VALUE, "a state of %d sequences, expected at most %d", sequences, trainer->room.max_B);
    int share = sequences / trainer->workers, rest = sequences % trainer->workers, first = 0;
    for (int w = 0; w < trainer->workers; w++) { // as deal_columns()
        struct workspace *ws = trainer->worker[w].workspace;
        int count = share + (w < rest);
        carry_rows(ws, (float *)values, sequences, first, count, false); // read only
        ws->carried[WORKSPACE_TRAIN] = count;
        first += count;
    }
    return true;
}
