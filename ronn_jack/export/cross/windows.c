/* What a plugin wants of POSIX, by Windows' own means. */

#include <limits.h>
#include <stdint.h>
#include <windows.h>

enum { THREAD_TIME = 3, BILLION = 1000000000 };

int clock_gettime(int clock, int64_t *time) {
    if (clock == THREAD_TIME) {
        FILETIME begin, end, kernel, user;
        GetThreadTimes(GetCurrentThread(), &begin, &end, &kernel, &user);
        int64_t ticks = ((int64_t)(kernel.dwHighDateTime + user.dwHighDateTime) << 32) +
                        kernel.dwLowDateTime + user.dwLowDateTime; /* of 100 ns */
        time[0] = ticks / (BILLION / 100);
        time[1] = ticks % (BILLION / 100) * 100;
        return 0;
    }
    LARGE_INTEGER ticks, rate;
    QueryPerformanceCounter(&ticks);
    QueryPerformanceFrequency(&rate);
    time[0] = ticks.QuadPart / rate.QuadPart;
    time[1] = ticks.QuadPart % rate.QuadPart * BILLION / rate.QuadPart;
    return 0;
}

int64_t write(int file, const void *data, int64_t size) {
    (void)file; /* which is stderr */
    DWORD written = 0;
    WriteFile(GetStdHandle(STD_ERROR_HANDLE), data, (DWORD)size, &written, NULL);
    return written;
}

int usleep(unsigned int microseconds) {
    Sleep((microseconds + 999) / 1000);
    return 0;
}

int pthread_create(HANDLE *thread, const void *attributes, void *run, void *argument) {
    (void)attributes;
    *thread = CreateThread(NULL, 0, (LPTHREAD_START_ROUTINE)run, argument, 0, NULL);
    return *thread == NULL;
}

int pthread_join(HANDLE thread, void **result) {
    (void)result;
    WaitForSingleObject(thread, INFINITE);
    return !CloseHandle(thread);
}

int sem_init(HANDLE *semaphore, int is_shared, unsigned int value) {
    (void)is_shared;
    *semaphore = CreateSemaphoreA(NULL, (LONG)value, LONG_MAX, NULL);
    return *semaphore == NULL;
}

int sem_post(HANDLE *semaphore) { return !ReleaseSemaphore(*semaphore, 1, NULL); }

int sem_wait(HANDLE *semaphore) { return WaitForSingleObject(*semaphore, INFINITE) != 0; }

int sem_destroy(HANDLE *semaphore) { return !CloseHandle(*semaphore); }
