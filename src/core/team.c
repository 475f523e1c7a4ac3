#include "team.h"
#include "mem.h"
#include "slab.h"
#include "thread.h"
#include <stdatomic.h>

enum { SPINS = 4000 }; // some ten microseconds: longer than between two phases of a step, too short to hurt others

struct member {
    struct team *team;
    struct thread *thread;
    int worker;
};

struct team {
    int size;
    void (*work)(void *context, int worker);
    void *context;
    atomic_uint round;  // counts the calls of team_run; a change is the signal to start
    atomic_int pending; // members that have not finished this round
    atomic_bool ending;
    struct mutex *mutex;
    struct condition *start, *finish;
    struct member *members; // [1 .. size - 1]
};

static void relax(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static void wait_for_round(struct team *team, unsigned seen) {
    for (int i = 0; i < SPINS; i++) {
        if (atomic_load_explicit(&team->round, memory_order_acquire) != seen) return;
        relax();
    }
    mutex_lock(team->mutex);
    while (atomic_load_explicit(&team->round, memory_order_acquire) == seen)
        condition_wait(team->start, team->mutex);
    mutex_unlock(team->mutex);
}

static void member_main(void *argument) {
    struct member *member = argument;
    struct team *team = member->team;
    for (unsigned seen = 0;; seen++) {
        wait_for_round(team, seen);
        if (atomic_load_explicit(&team->ending, memory_order_relaxed)) return;
        team->work(team->context, member->worker);
        if (atomic_fetch_sub_explicit(&team->pending, 1, memory_order_acq_rel) != 1) continue;
        mutex_lock(team->mutex);
        condition_wake_all(team->finish);
        mutex_unlock(team->mutex);
    }
}

static void begin_round(struct team *team) {
    atomic_store_explicit(&team->pending, team->size - 1, memory_order_relaxed);
    mutex_lock(team->mutex);
    atomic_fetch_add_explicit(&team->round, 1, memory_order_release);
    condition_wake_all(team->start);
    mutex_unlock(team->mutex);
}

static void wait_for_members(struct team *team) {
    for (int i = 0; i < SPINS; i++) {
        if (atomic_load_explicit(&team->pending, memory_order_acquire) == 0) return;
        relax();
    }
    mutex_lock(team->mutex);
    while (atomic_load_explicit(&team->pending, memory_order_acquire) > 0)
        condition_wait(team->finish, team->mutex);
    mutex_unlock(team->mutex);
}

struct team *team_new(int workers, struct err *err) {
    struct team *team = slab_alloc(1, sizeof *team, "the worker threads", err);
    if (!team) return NULL;
    team->size = 1;
    team->mutex = mutex_new();
    team->start = condition_new();
    team->finish = condition_new();
    team->members = slab_alloc((size_t)workers, sizeof *team->members, "the worker threads", err);
    for (int i = 1; team->members && i < workers; i++) {
        struct member *member = &team->members[i];
        *member = (struct member){.team = team, .worker = i};
        member->thread = thread_start(member_main, member);
        if (!member->thread) {
            err_set(err, ERR_LIMIT, "the system gives no thread number %d of %d; fewer threads would do", i + 1,
                    workers);
            break;
        }
        team->size++;
    }
    if (team->size == workers) return team;
    team_free(team);
    return NULL;
}

void team_free(struct team *team) {
    if (!team) return;
    atomic_store(&team->ending, true);
    begin_round(team);
    for (int i = 1; i < team->size; i++)
        thread_join(team->members[i].thread);
    mem_free(team->members);
    condition_free(team->start);
    condition_free(team->finish);
    mutex_free(team->mutex);
    mem_free(team);
}

void team_run(struct team *team, void (*work)(void *context, int worker), void *context) {
    team->work = work;
    team->context = context;
    if (team->size > 1) begin_round(team);
    work(context, 0);
    if (team->size > 1) wait_for_members(team);
}
