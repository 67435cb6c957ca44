/* Counts, inside a JACK process callback only, what an audio thread must never do.
 *
 * Preloaded into the process. JACK is given counted_process, which marks its thread as being inside
 * the callback and calls the real one; the interposed functions count while the mark is set. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

static __thread int inside;
static int (*target)(uint32_t, void *);
static int64_t allocations, frees, locks, gil, blocks;

void set_target(void *process) { target = process; }

int counted_process(uint32_t frames, void *argument)
{
    inside = 1;
    int result = target(frames, argument);
    inside = 0;
    blocks++;
    return result;
}

void read_counts(int64_t *counts)
{
    counts[0] = allocations;
    counts[1] = frees;
    counts[2] = locks;
    counts[3] = gil;
    counts[4] = blocks;
}

extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

void *malloc(size_t size)
{
    allocations += inside;
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    allocations += inside;
    return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    allocations += inside;
    return __libc_realloc(old, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    allocations += inside;
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size)
{
    allocations += inside;
    *result = __libc_memalign(alignment, size);
    return *result ? 0 : 12;
}

void free(void *old)
{
    frees += inside;
    __libc_free(old);
}

#define NEXT(name) (name##_next ? name##_next : (name##_next = dlsym(RTLD_NEXT, #name)))

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    static int (*pthread_mutex_lock_next)(pthread_mutex_t *);
    locks += inside;
    return NEXT(pthread_mutex_lock)(mutex);
}

/* The names of the interpreter's own doors, for a libpython that is a shared library; where it is
 * not, taking the GIL still shows as a lock. */
int PyGILState_Ensure(void)
{
    static int (*PyGILState_Ensure_next)(void);
    gil += inside;
    return NEXT(PyGILState_Ensure)();
}

void PyEval_RestoreThread(void *state)
{
    static void (*PyEval_RestoreThread_next)(void *);
    gil += inside;
    NEXT(PyEval_RestoreThread)(state);
}
