#include "thread.h"

#include "check.h"
#include "mem.h"

#include <pthread.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

struct thread {
    pthread_t handle;
    void (*run)(void *);
    void *context;
};

struct mutex {
    pthread_mutex_t handle;
};

struct condition {
    pthread_cond_t handle;
};

static void *enter(void *argument) {
    struct thread *thread = argument;
    thread->run(thread->context);
    return NULL;
}

struct thread *thread_start(void (*run)(void *), void *context) {
    struct thread *thread = mem_alloc(sizeof *thread);
    if (!thread) return NULL;
    thread->run = run;
    thread->context = context;
    if (pthread_create(&thread->handle, NULL, enter, thread) != 0) {
        mem_free(thread);
        return NULL;
    }
    return thread;
}

void thread_join(struct thread *thread) {
    if (!thread) return;
    int failed = pthread_join(thread->handle, NULL);
    check(failed == 0, "joining a thread gave error %d", failed);
    mem_free(thread);
}

struct mutex *mutex_new(void) {
    struct mutex *mutex = mem_need(1, sizeof *mutex);
    int failed = pthread_mutex_init(&mutex->handle, NULL);
    check(failed == 0, "making a mutex gave error %d", failed);
    return mutex;
}

void mutex_free(struct mutex *mutex) {
    if (!mutex) return;
    pthread_mutex_destroy(&mutex->handle);
    mem_free(mutex);
}

void mutex_lock(struct mutex *mutex) {
    int failed = pthread_mutex_lock(&mutex->handle);
    check(failed == 0, "locking a mutex gave error %d", failed);
}

void mutex_unlock(struct mutex *mutex) {
    int failed = pthread_mutex_unlock(&mutex->handle);
    check(failed == 0, "unlocking a mutex gave error %d", failed);
}

struct condition *condition_new(void) {
    struct condition *condition = mem_need(1, sizeof *condition);
    int failed = pthread_cond_init(&condition->handle, NULL);
    check(failed == 0, "making a condition gave error %d", failed);
    return condition;
}

void condition_free(struct condition *condition) {
    if (!condition) return;
    pthread_cond_destroy(&condition->handle);
    mem_free(condition);
}

void condition_wait(struct condition *condition, struct mutex *mutex) {
    int failed = pthread_cond_wait(&condition->handle, &mutex->handle);
    check(failed == 0, "waiting gave error %d", failed);
}

void condition_wake_all(struct condition *condition) {
    pthread_cond_broadcast(&condition->handle);
}

int thread_processors(void) {
#ifdef __linux__
    cpu_set_t allowed; // taskset and containers may give fewer than the machine has
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
        int count = CPU_COUNT(&allowed);
        if (count > 0) return count;
    }
#endif
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count > 0 ? (int)count : 1;
}

double clock_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void clock_sleep(double seconds) {
    struct timespec time = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    nanosleep(&time, NULL);
}
