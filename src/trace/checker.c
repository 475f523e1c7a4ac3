#include "checker.h"

#include "check.h"
#include "mem.h"
#include "probe.h"
#include "tape.h"
#include "thread.h"
#include <math.h>
#include <string.h>

struct checker {
    bool at_once;
    void (*wake)(void *context);
    void *context;
    struct thread *thread;
    struct mutex *mutex;
    struct condition *asked;
    bool quit;
    // under the lock
    const struct record *record; // held; of all below
    int64_t asks;                // counts what was asked
    bool has_weight, has_all;
    struct weight_check weight;
    struct tensor_check tensors[CHECK_TENSORS];
    int param;    // being checked
    size_t entry; // the next one of it
    bool clip_asked, clip_there;
    double limit[CLIP_RULES]; // asked for
    struct clip_check clip;   // worked out
    struct err err;
    // the worker's own
    const struct record *own; // held
    struct probe *probe;
    struct clip_check own_clip;
    const struct record *own_clip_of; // compared with `own` only; NULL: none
    int floor_param;                  // the parameter that `floor` is of; -1: none
    double floor;
};

double check_step_size(int step) {
    return pow(10, -(step + 1));
}

int check_digits(double error) {
    if (!(error >= 0)) return 0;
    double digits = error > 0 ? -log10(error) : 16;
    return digits < 0 ? 0 : digits > 16 ? 16 : (int)digits;
}

static bool same_weight(struct weight a, struct weight b) {
    return a.param == b.param && a.row == b.row && a.column == b.column;
}

static bool same_question(const struct check_question *a, const struct check_question *b) {
    return same_weight(a->weight, b->weight) && a->epsilon == b->epsilon && a->span == b->span;
}

// --- one piece of work ---

enum piece_kind { PIECE_NONE, PIECE_CLIP, PIECE_NUMERIC, PIECE_POINT, PIECE_STEP, PIECE_ENTRY };
struct piece {
    enum piece_kind kind;
    const struct record *record;
    int64_t asks;
    struct check_question question;
    int index;    // of the point or step
    int param;    // PIECE_ENTRY
    size_t entry; // inside its tensor
    double limit[CLIP_RULES];
    // the answer
    struct numeric_gradient numeric;
    double loss;
    struct gradcheck found;
};

static double offset_of(const struct check_question *question, int point) {
    return question->span * (2.0 * point / (CHECK_POINTS - 1) - 1);
}

static bool clip_known(const struct checker *checker) {
    return checker->clip_there && !memcmp(checker->clip.limit, checker->limit, sizeof checker->limit);
}

static void next_piece(const struct checker *checker, struct piece *piece) {
    const struct weight_check *w = &checker->weight;
    *piece = (struct piece){.record = checker->record, .asks = checker->asks, .question = w->question};
    if (checker->err.code != ERR_NONE || !checker->record) return;
    if (checker->clip_asked && !clip_known(checker))
        piece->kind = PIECE_CLIP, memcpy(piece->limit, checker->limit, sizeof piece->limit);
    else if (checker->has_weight && !w->ready)
        piece->kind = PIECE_NUMERIC;
    else if (checker->has_weight && w->points < CHECK_POINTS)
        piece->kind = PIECE_POINT, piece->index = w->points;
    else if (checker->has_weight && w->steps < CHECK_STEPS)
        piece->kind = PIECE_STEP, piece->index = w->steps;
    else if (checker->has_all && checker->param < checker->record->layout.count)
        piece->kind = PIECE_ENTRY, piece->param = checker->param, piece->entry = checker->entry;
}

static struct numeric_gradient numeric_of(struct probe *probe, const struct record *record, size_t at, double epsilon) {
    struct numeric_gradient out = {.epsilon = epsilon, .analytic = record->grads[at]};
    out.minus = probe_loss(probe, at, -epsilon);
    out.plus = probe_loss(probe, at, epsilon);
    out.estimate = (out.plus - out.minus) / (2.0 * epsilon);
    double size = fmax(fabs(out.estimate), fabs(out.analytic)), distance = fabs(out.estimate - out.analytic);
    out.error = distance == 0.0 ? 0.0 : distance / size; // NaN stays NaN
    return out;
}

static void check_entry(struct checker *checker, struct piece *piece) {
    const struct record *record = piece->record;
    const struct param *p = &record->layout.params[piece->param];
    const double *grads = record->grads + p->offset;
    if (checker->floor_param != piece->param) {
        checker->floor = probe_floor(grads, (size_t)p->in * (size_t)p->out, record->loss);
        checker->floor_param = piece->param;
    }
    piece->found = (struct gradcheck){.worst = -1};
    probe_check(checker->probe, piece->param, piece->entry, grads[piece->entry], checker->floor, 0, &piece->found);
}

// Without the lock: nobody but the worker writes what was worked out of clipping, and it is swapped in under the lock.
static bool work_clip(struct checker *checker, const struct piece *piece, struct err *err) {
    const struct record *record = piece->record;
    for (int rule = 0; rule < CLIP_RULES; rule++) {
        double norm = rule == CLIP_BY_NORM ? piece->limit[rule] : 0,
               value = rule == CLIP_BY_VALUE ? piece->limit[rule] : 0;
        bool known = checker->own_clip_of == record && checker->own_clip.limit[rule] == piece->limit[rule];
        if (!known && !clip_step_of(record, norm, value, &checker->own_clip.step[rule], err)) {
            checker->own_clip_of = NULL;
            return false;
        }
        checker->own_clip.limit[rule] = piece->limit[rule];
    }
    checker->own_clip_of = record;
    return true;
}

// Without the lock.
static bool work_out(struct checker *checker, struct piece *piece, struct err *err) {
    const struct record *record = piece->record;
    if (checker->own != record) {
        probe_free(checker->probe);
        record_free(checker->own);
        checker->own = record_hold(record);
        checker->floor_param = -1;
        checker->own_clip_of = NULL;
        checker->probe = NULL;
    }
    if (piece->kind == PIECE_CLIP) return work_clip(checker, piece, err);
    if (!checker->probe)
        checker->probe = probe_new(&record->layout, record->params, &record->example, &record->tape->clamps,
                                   record->loss_scale, err);
    if (!checker->probe) return false;
    const struct weight *w = &piece->question.weight;
    size_t at = piece->kind == PIECE_ENTRY ? 0 : record_param_index(record, w->param, w->row, w->column);
    if (piece->kind == PIECE_NUMERIC)
        piece->numeric = numeric_of(checker->probe, record, at, piece->question.epsilon);
    else if (piece->kind == PIECE_STEP)
        piece->numeric = numeric_of(checker->probe, record, at, check_step_size(piece->index));
    else if (piece->kind == PIECE_POINT)
        piece->loss = probe_loss(checker->probe, at, offset_of(&piece->question, piece->index));
    else
        check_entry(checker, piece);
    return true;
}

static size_t entries_of(const struct record *record, int param) {
    return (size_t)record->layout.params[param].in * (size_t)record->layout.params[param].out;
}

// How many entries of a tensor are checked: fewer where a pass is long, since each takes four.
static size_t entries_checked(const struct record *record) {
    const double budget = 2e9; // products
    double each = 4.0 * (double)record->layout.weights * (double)(record_T(record) + record->source.T);
    return (size_t)fmin(CHECK_ENTRIES, fmax(CHECK_ENTRIES_LEAST, budget / each));
}

// Every entry of a small tensor; of a large one every n-th, n odd so that the entries do not all lie in one column.
static size_t stride_of(const struct record *record, size_t entries) {
    size_t most = entries_checked(record), stride = (entries + most - 1) / most;
    return stride > 1 ? stride | 1 : 1;
}

static void keep_entry(struct checker *checker, const struct piece *piece) {
    const struct record *record = checker->record;
    struct tensor_check *tensor = &checker->tensors[piece->param];
    const struct gradcheck *found = &piece->found;
    const int out = record->layout.params[piece->param].out;
    tensor->entries = (long)entries_of(record, piece->param);
    if (tensor->checked == 0 || (!(found->worst <= tensor->worst) && !isnan(tensor->worst))) {
        tensor->worst = found->worst;
        tensor->weight =
            weight_of_slab(record, piece->param, (int)(piece->entry / (size_t)out), (int)(piece->entry % (size_t)out));
        tensor->analytic = found->analytic;
        tensor->numeric = found->numeric;
    }
    tensor->checked++;
    checker->entry = piece->entry + stride_of(record, (size_t)tensor->entries);
    if (checker->entry < (size_t)tensor->entries) return;
    tensor->done = true;
    checker->param++;
    checker->entry = 0;
}

// With the lock; what was asked for in the meantime is another thing.
static void keep(struct checker *checker, const struct piece *piece) {
    struct weight_check *w = &checker->weight;
    if (piece->record != checker->record) return;
    if (piece->kind == PIECE_ENTRY) {
        if (checker->has_all) keep_entry(checker, piece);
        return;
    }
    if (piece->kind == PIECE_CLIP) {
        checker->clip = checker->own_clip;
        checker->clip_there = true;
        return;
    }
    if (piece->asks != checker->asks) return;
    if (piece->kind == PIECE_NUMERIC) {
        w->numeric = piece->numeric;
        w->ready = true;
    } else if (piece->kind == PIECE_STEP)
        w->by_step[w->steps++] = piece->numeric;
    else {
        w->offset[w->points] = offset_of(&piece->question, piece->index);
        w->loss[w->points++] = piece->loss;
    }
}

// With the lock, which is given up while numbers are worked out. False: there is nothing to do.
static bool do_piece(struct checker *checker) {
    struct piece piece;
    next_piece(checker, &piece);
    if (piece.kind == PIECE_NONE) return false;
    record_hold(piece.record);
    struct err err = {0};
    mutex_unlock(checker->mutex);
    bool good = work_out(checker, &piece, &err);
    mutex_lock(checker->mutex);
    if (good)
        keep(checker, &piece);
    else if (piece.record == checker->record)
        checker->err = err;
    record_free(piece.record);
    return true;
}

static void work(void *context) {
    struct checker *checker = context;
    mutex_lock(checker->mutex);
    while (!checker->quit) {
        if (!do_piece(checker)) {
            if (checker->wake) checker->wake(checker->context);
            condition_wait(checker->asked, checker->mutex);
        }
    }
    mutex_unlock(checker->mutex);
}

// --- life ---

struct checker *checker_new(bool at_once, void (*wake)(void *context), void *context) {
    struct checker *checker = mem_need(1, sizeof *checker);
    checker->at_once = at_once;
    checker->wake = wake;
    checker->context = context;
    checker->mutex = mutex_new();
    checker->asked = condition_new();
    return checker;
}

void checker_free(struct checker *checker) {
    if (!checker) return;
    mutex_lock(checker->mutex);
    checker->quit = true;
    condition_wake_all(checker->asked);
    mutex_unlock(checker->mutex);
    if (checker->thread) thread_join(checker->thread);
    probe_free(checker->probe);
    record_free(checker->own);
    record_free(checker->record);
    condition_free(checker->asked);
    mutex_free(checker->mutex);
    mem_free(checker);
}

// --- questions ---

// With the lock.
static void look_at(struct checker *checker, const struct record *record) {
    if (checker->record == record) return;
    check(record->layout.count <= CHECK_TENSORS, "%d parameters", record->layout.count);
    record_free(checker->record);
    checker->record = record_hold(record);
    checker->has_weight = checker->has_all = checker->clip_asked = checker->clip_there = false;
    checker->err = (struct err){0};
}

// With the lock. The thread starts with the first question: most windows never ask one.
static void set_to_work(struct checker *checker) {
    if (!checker->at_once && !checker->thread) checker->thread = thread_start(work, checker);
    if (checker->thread)
        condition_wake_all(checker->asked);
    else // at once, or no thread is left
        while (do_piece(checker))
            continue;
}

void checker_ask(struct checker *checker, const struct record *record, const struct check_question *question) {
    check(question->epsilon > 0 && question->span > 0, "epsilon %g, span %g", question->epsilon, question->span);
    mutex_lock(checker->mutex);
    look_at(checker, record);
    struct weight_check *w = &checker->weight;
    if (!checker->has_weight || !same_question(question, &w->question)) {
        // What does not depend on the step is kept while only the step changes.
        bool same = checker->has_weight && same_weight(question->weight, w->question.weight);
        struct weight_check fresh = {.question = *question};
        if (same) {
            memcpy(fresh.by_step, w->by_step, sizeof fresh.by_step);
            fresh.steps = w->steps;
        }
        if (same && question->span == w->question.span) {
            memcpy(fresh.offset, w->offset, sizeof fresh.offset);
            memcpy(fresh.loss, w->loss, sizeof fresh.loss);
            fresh.points = w->points;
        }
        *w = fresh;
        checker->has_weight = true;
        checker->asks++;
        set_to_work(checker);
    }
    mutex_unlock(checker->mutex);
}

void checker_ask_all(struct checker *checker, const struct record *record) {
    mutex_lock(checker->mutex);
    look_at(checker, record);
    if (!checker->has_all) {
        memset(checker->tensors, 0, sizeof checker->tensors);
        checker->param = 0;
        checker->entry = 0;
        checker->has_all = true;
        set_to_work(checker);
    }
    mutex_unlock(checker->mutex);
}

void checker_ask_clip(struct checker *checker, const struct record *record, const double limit[CLIP_RULES]) {
    mutex_lock(checker->mutex);
    look_at(checker, record);
    memcpy(checker->limit, limit, sizeof checker->limit);
    checker->clip_asked = true;
    if (!clip_known(checker)) set_to_work(checker);
    mutex_unlock(checker->mutex);
}

// --- answers ---

bool checker_weight(const struct checker *checker, const struct record *record, const struct check_question *question,
                    struct weight_check *out) {
    mutex_lock(checker->mutex);
    bool there = checker->record == record && checker->has_weight && same_question(question, &checker->weight.question);
    if (there) *out = checker->weight;
    mutex_unlock(checker->mutex);
    return there;
}

int checker_tensors(const struct checker *checker, const struct record *record, struct tensor_check *out, int max) {
    mutex_lock(checker->mutex);
    int count = 0;
    if (checker->record == record && checker->has_all) {
        while (count < max && count < record->layout.count && checker->tensors[count].checked > 0)
            out[count] = checker->tensors[count], count++;
    }
    mutex_unlock(checker->mutex);
    return count;
}

bool checker_clip(const struct checker *checker, const struct record *record, struct clip_check *out) {
    mutex_lock(checker->mutex);
    bool there = checker->record == record && checker->clip_there;
    if (there) *out = checker->clip;
    mutex_unlock(checker->mutex);
    return there;
}

bool checker_busy(const struct checker *checker) {
    struct piece piece;
    mutex_lock(checker->mutex);
    next_piece(checker, &piece);
    mutex_unlock(checker->mutex);
    return piece.kind != PIECE_NONE;
}

void checker_failed(const struct checker *checker, struct err *err) {
    mutex_lock(checker->mutex);
    if (checker->err.code != ERR_NONE) *err = checker->err;
    mutex_unlock(checker->mutex);
}
