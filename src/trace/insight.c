#include "insight.h"

#include "mem.h"
#include "thread.h"
#include <stdio.h>
#include <string.h>

enum { ENTRIES = 32 };
static const size_t KEPT_BYTES = (size_t)256 << 20; // results beyond this are dropped, the oldest first

enum entry_state { WANTED, RUNNING, READY };

struct entry {
    const struct record *record; // held
    struct insight_key key;
    enum entry_state state;
    struct insight insight; // written by the worker while RUNNING, by nobody once READY
    long asked;             // the frame in which it was last asked for
    size_t bytes;
};

struct insights {
    const struct record *record;
    bool background;
    void (*wake)(void *context);
    void *context;
    long frame;
    struct mutex *mutex; // of all below
    struct condition *changed;
    struct thread *thread;
    bool quit, stop;       // stop: the running one is not wanted any more
    struct entry *running; // NULL, or one that only the worker touches; given up: no longer among the entries
    double done;           // of the running one
    struct entry *entries[ENTRIES];
    int count;
};

// --- one analysis ---

static bool same_key(const struct insight_key *a, const struct insight_key *b) {
    return a->kind == b->kind && a->chain.side == b->chain.side && a->chain.layer == b->chain.layer &&
           a->chain.direction == b->chain.direction && a->path == b->path && a->tau == b->tau && a->to == b->to &&
           a->to_state == b->to_state && a->from == b->from && a->from_state == b->from_state;
}

static struct jacobian *make_jacobian(const struct record *record, const struct insight_key *key,
                                      const struct analysis_watch *watch, struct err *err) {
    struct jacobian *jacobian = mem_need(1, sizeof *jacobian);
    if (jacobian_init_watched(jacobian, chain_tape(record, key->chain), &record->layout, record->params,
                              key->chain.layer, key->chain.direction, key->to, key->to_state, key->from,
                              key->from_state, watch, err))
        return jacobian;
    mem_free(jacobian);
    return NULL;
}

static void compute(struct entry *entry, const struct analysis_watch *watch) {
    const struct record *record = entry->record;
    const struct insight_key *key = &entry->key;
    struct insight *insight = &entry->insight;
    switch (key->kind) {
    case INSIGHT_ITEMISED:
        insight->itemised = itemised_new(record, key->chain, key->path, watch, &insight->err);
        break;
    case INSIGHT_LOSS:
        insight->loss = loss_gradient_new(record, key->chain, key->path, key->tau, &insight->err);
        break;
    case INSIGHT_JACOBIAN:
        insight->jacobian = make_jacobian(record, key, watch, &insight->err);
        for (int part = 0; part < JACOBIAN_PARTS; part++)
            jacobian_name(insight->jacobian_names[part], record, key->chain, key->to_state, key->from_state,
                          (enum jacobian_part)part);
        break;
    }
}

static size_t bytes_of(const struct entry *entry) {
    const struct insight *insight = &entry->insight;
    if (insight->itemised) return itemised_bytes(entry->record, entry->key.chain);
    if (insight->loss)
        return (size_t)insight->loss->T * (size_t)insight->loss->H * (size_t)insight->loss->states * sizeof(double);
    const struct jacobian *j = insight->jacobian;
    if (!j) return 0;
    size_t square = (size_t)j->size * (size_t)j->size;
    return square * (4 + (j->factors ? (size_t)j->steps : 0)) * sizeof(double);
}

static void entry_free(struct entry *entry) {
    itemised_free(entry->insight.itemised);
    loss_gradient_free(entry->insight.loss);
    if (entry->insight.jacobian) jacobian_release(entry->insight.jacobian);
    mem_free(entry->insight.jacobian);
    record_free(entry->record);
    mem_free(entry);
}

static void unlink_at(struct insights *insights, int at) {
    insights->entries[at] = insights->entries[--insights->count];
}

static void remove_at(struct insights *insights, int at) {
    entry_free(insights->entries[at]);
    unlink_at(insights, at);
}

// The running one is not wanted any more: the worker frees it when it has come to the end of its timestep.
static void give_up(struct insights *insights) {
    insights->stop = true;
    for (int k = 0; k < insights->count; k++)
        if (insights->entries[k] == insights->running) {
            unlink_at(insights, k);
            return;
        }
}

// --- the worker ---

static bool go_on(void *context, double done) {
    struct insights *insights = context;
    mutex_lock(insights->mutex);
    insights->done = done;
    bool good = !insights->stop;
    mutex_unlock(insights->mutex);
    return good;
}

// The one asked for most recently.
static struct entry *next_wanted(const struct insights *insights) {
    struct entry *best = NULL;
    for (int k = 0; k < insights->count; k++) {
        struct entry *entry = insights->entries[k];
        if (entry->state == WANTED && (!best || entry->asked > best->asked)) best = entry;
    }
    return best;
}

static void settle(struct insights *insights, struct entry *entry) {
    entry->state = READY;
    entry->bytes = bytes_of(entry);
    if (insights->stop) entry_free(entry);
    insights->running = NULL;
    insights->stop = false;
    condition_wake_all(insights->changed);
}

static void work(void *context) {
    struct insights *insights = context;
    struct analysis_watch watch = {go_on, insights};
    mutex_lock(insights->mutex);
    while (!insights->quit) {
        struct entry *entry = next_wanted(insights);
        if (!entry) {
            condition_wait(insights->changed, insights->mutex);
            continue;
        }
        entry->state = RUNNING;
        insights->running = entry;
        insights->done = 0;
        void (*wake)(void *) = insights->wake;
        void *wake_context = insights->context;
        mutex_unlock(insights->mutex);
        compute(entry, &watch);
        mutex_lock(insights->mutex);
        settle(insights, entry);
        mutex_unlock(insights->mutex);
        if (wake) wake(wake_context);
        mutex_lock(insights->mutex);
    }
    mutex_unlock(insights->mutex);
}

// --- the cache ---

struct insights *insights_new(void) {
    struct insights *insights = mem_need(1, sizeof *insights);
    insights->mutex = mutex_new();
    insights->changed = condition_new();
    return insights;
}

void insights_free(struct insights *insights) {
    if (!insights) return;
    insights_about(insights, NULL);
    mutex_lock(insights->mutex);
    insights->quit = true;
    condition_wake_all(insights->changed);
    mutex_unlock(insights->mutex);
    if (insights->thread) thread_join(insights->thread);
    condition_free(insights->changed);
    mutex_free(insights->mutex);
    mem_free(insights);
}

void insights_about(struct insights *insights, const struct record *record) {
    if (!insights) return;
    mutex_lock(insights->mutex);
    for (int k = insights->count - 1; k >= 0; k--)
        if (insights->entries[k]->state != RUNNING) remove_at(insights, k);
    if (insights->running && !insights->stop) give_up(insights);
    insights->record = record;
    mutex_unlock(insights->mutex);
}

void insights_in_background(struct insights *insights, bool background, void (*wake)(void *context), void *context) {
    mutex_lock(insights->mutex);
    insights->background = background;
    insights->wake = wake;
    insights->context = context;
    mutex_unlock(insights->mutex);
}

// Results over the budget, the oldest first; none of the last two frames.
static void drop_old(struct insights *insights) {
    while (true) {
        size_t bytes = 0;
        int oldest = -1;
        for (int k = 0; k < insights->count; k++) {
            const struct entry *entry = insights->entries[k];
            bytes += entry->bytes;
            if (entry->state != READY || entry->asked >= insights->frame - 1) continue;
            if (oldest < 0 || entry->asked < insights->entries[oldest]->asked) oldest = k;
        }
        if (oldest < 0 || (bytes <= KEPT_BYTES && insights->count < ENTRIES / 2)) return;
        remove_at(insights, oldest);
    }
}

void insights_frame(struct insights *insights) {
    if (!insights) return;
    mutex_lock(insights->mutex);
    for (int k = insights->count - 1; k >= 0; k--) {
        struct entry *entry = insights->entries[k];
        if (entry->state == WANTED && entry->asked < insights->frame) remove_at(insights, k);
    }
    if (insights->running && !insights->stop && insights->running->asked < insights->frame) give_up(insights);
    insights->frame++;
    drop_old(insights);
    mutex_unlock(insights->mutex);
}

static struct entry *find(const struct insights *insights, const struct insight_key *key) {
    for (int k = 0; k < insights->count; k++)
        if (same_key(&insights->entries[k]->key, key)) return insights->entries[k];
    return NULL;
}

static struct entry *ask(struct insights *insights, const struct insight_key *key) {
    if (insights->count == ENTRIES) return NULL; // a frame that asks for more than that gets it later
    struct entry *entry = mem_need(1, sizeof *entry);
    *entry = (struct entry){.key = *key, .record = record_hold(insights->record)};
    insights->entries[insights->count++] = entry;
    if (insights->background && !insights->thread) insights->thread = thread_start(work, insights);
    condition_wake_all(insights->changed);
    return entry;
}

const struct insight *insights_get(struct insights *insights, const struct insight_key *key) {
    if (!insights || !insights->record) return NULL;
    mutex_lock(insights->mutex);
    struct entry *entry = find(insights, key);
    if (!entry) entry = ask(insights, key);
    if (!entry) {
        mutex_unlock(insights->mutex);
        return NULL;
    }
    entry->asked = insights->frame;
    bool here = entry->state == WANTED && (!insights->background || !insights->thread);
    if (here) entry->state = RUNNING; // nobody else takes it
    mutex_unlock(insights->mutex);
    if (here) {
        compute(entry, NULL);
        mutex_lock(insights->mutex);
        entry->state = READY;
        entry->bytes = bytes_of(entry);
        mutex_unlock(insights->mutex);
    }
    mutex_lock(insights->mutex);
    while (!insights->background && insights->running == entry) // the worker is at it already
        condition_wait(insights->changed, insights->mutex);
    bool ready = entry->state == READY;
    mutex_unlock(insights->mutex);
    return ready ? &entry->insight : NULL;
}

const struct insight *insights_peek(struct insights *insights, const struct insight_key *key) {
    if (!insights) return NULL;
    mutex_lock(insights->mutex);
    struct entry *entry = find(insights, key);
    bool ready = entry && entry->state == READY;
    if (ready) entry->asked = insights->frame;
    mutex_unlock(insights->mutex);
    return ready ? &entry->insight : NULL;
}

bool insights_busy(struct insights *insights, double *done) {
    if (!insights) return false;
    mutex_lock(insights->mutex);
    bool runs = insights->running && !insights->stop, busy = runs || next_wanted(insights);
    if (done) *done = runs ? insights->done : 0;
    mutex_unlock(insights->mutex);
    return busy;
}

void insights_wait(struct insights *insights) {
    mutex_lock(insights->mutex);
    while (insights->thread && (insights->running || next_wanted(insights)))
        condition_wait(insights->changed, insights->mutex);
    mutex_unlock(insights->mutex);
}

// --- shorthands and names ---

const struct insight *insights_itemised(struct insights *insights, struct chain chain, int path) {
    return insights_get(insights, &(struct insight_key){.kind = INSIGHT_ITEMISED, .chain = chain, .path = path});
}

const struct insight *insights_loss(struct insights *insights, struct chain chain, int path, int tau) {
    return insights_get(insights,
                        &(struct insight_key){.kind = INSIGHT_LOSS, .chain = chain, .path = path, .tau = tau});
}

static const char *state_word(const struct cell_desc *cell, int state) {
    return state < 0 ? "all" : cell->slots[cell->state_out[state]].id;
}

void jacobian_name(char out[ITEMISED_NAME], const struct record *record, struct chain chain, int to_state,
                   int from_state, enum jacobian_part part) {
    static const char *const parts[JACOBIAN_PARTS] = {
        [JACOBIAN_PRODUCT] = "product",
        [JACOBIAN_SINGULAR] = "singular",
        [JACOBIAN_FACTOR] = "factor",
        [JACOBIAN_FACTOR_NORM] = "factor_norm",
        [JACOBIAN_FACTOR_LARGEST] = "factor_largest",
        [JACOBIAN_RUNNING_NORM] = "running_norm",
        [JACOBIAN_RUNNING_LARGEST] = "running_largest",
        [JACOBIAN_BOUND_NORM] = "bound_norm",
        [JACOBIAN_BOUND_LARGEST] = "bound_largest",
    };
    const struct cell_desc *cell = record_cell(record);
    snprintf(out, ITEMISED_NAME, "%sjacobian/l%d%s/%s/%s/%s", chain.side ? "encoder/" : "", chain.layer,
             chain.direction ? "_reverse" : "", state_word(cell, to_state), state_word(cell, from_state), parts[part]);
}
