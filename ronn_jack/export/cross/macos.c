/* What a plugin wants of POSIX and macOS has in its own way: clocks by Linux' numbers, and
   semaphores without names. Nothing of it is seen outside, or takes the place of the system's. */

#include <stdint.h>

#define HIDDEN __attribute__((visibility("hidden")))

enum { LINUX_THREAD_TIME = 3, RAW_MONOTONIC = 4, THREAD_TIME = 16, BILLION = 1000000000 };

extern unsigned int mach_task_self_;
extern int semaphore_create(unsigned int task, unsigned int *semaphore, int policy, int value);
extern int semaphore_destroy(unsigned int task, unsigned int semaphore);
extern int semaphore_signal(unsigned int semaphore);
extern int semaphore_wait(unsigned int semaphore);
extern uint64_t clock_gettime_nsec_np(unsigned int clock);

HIDDEN int clock_gettime(int clock, int64_t *time) {
    uint64_t now = clock_gettime_nsec_np(clock == LINUX_THREAD_TIME ? THREAD_TIME : RAW_MONOTONIC);
    time[0] = (int64_t)(now / BILLION);
    time[1] = (int64_t)(now % BILLION);
    return 0;
}

HIDDEN int sem_init(unsigned int *semaphore, int is_shared, unsigned int value) {
    (void)is_shared;
    return semaphore_create(mach_task_self_, semaphore, 0, (int)value);
}

HIDDEN int sem_post(unsigned int *semaphore) { return semaphore_signal(*semaphore); }

HIDDEN int sem_wait(unsigned int *semaphore) { return semaphore_wait(*semaphore); }

HIDDEN int sem_destroy(unsigned int *semaphore) {
    return semaphore_destroy(mach_task_self_, *semaphore);
}
