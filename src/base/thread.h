#pragma once
// Threads, locks and the clock: a thin layer over POSIX so that nothing above includes pthread.h.

#include <stdbool.h>

struct thread;
struct mutex;
struct condition;

struct thread *thread_start(void (*run)(void *), void *context); // NULL when the system has no thread left
void thread_join(struct thread *thread);                         // waits and frees
struct mutex *mutex_new(void);
void mutex_free(struct mutex *mutex);
void mutex_lock(struct mutex *mutex);
void mutex_unlock(struct mutex *mutex);
struct condition *condition_new(void);
void condition_free(struct condition *condition);
void condition_wait(struct condition *condition, struct mutex *mutex);
void condition_wake_all(struct condition *condition);

int thread_processors(void);
double clock_seconds(void); // monotonic
void clock_sleep(double seconds);
