"""The thread on which a bank's next network is made ready, while the last one plays."""

from __future__ import annotations

from ronn_jack.export.clap.records import (
    HEART,
    INSTANCE,
    LIBRARY,
    call_attend,
    call_halt,
    call_handle,
)
from ronn_jack.export.compiling import entry
from ronn_jack.export.plugin.bank import ALONE, OFFLINE, WITH_WORKER
from ronn_jack.realtime.compiler.atomics import exchange, load_acquire, pointer, store_release
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, external, int32, int64, uint32, void
from ronn_jack.realtime.compiler.memory import offset

_THREAD = offset(INSTANCE, "thread")
_ASKED = offset(INSTANCE, "asked")
_STOP = offset(INSTANCE, "stop")
_SEMAPHORE = offset(INSTANCE, "semaphore")

_pthread_create = external("pthread_create", int32(int64, int64, int64, int64))
_pthread_join = external("pthread_join", int32(int64, int64))
_sem_init = external("sem_init", int32(int64, int32, uint32))
_sem_post = external("sem_post", int32(int64))
_sem_wait = external("sem_wait", int32(int64))
_sem_destroy = external("sem_destroy", int32(int64))


@entry("int64(int64)")
def run_worker(plugin: int) -> int:
    """[worker] Work whenever the audio thread asks for it."""
    i = carray(pointer(plugin), (1,), INSTANCE)[0]
    h = carray(pointer(i.heart), (1,), HEART)[0]
    while load_acquire(plugin + _STOP) == 0:
        _sem_wait(plugin + _SEMAPHORE)  # a signal may end it early, and does no harm
        exchange(plugin + _ASKED, 0)
        call_handle(h.work, (i.handle,))
    return 0


@native(void(int64))
def start_worker(plugin: int) -> None:
    """[main-thread] Start the thread of a bank; without one, it does its part where it plays."""
    i = carray(pointer(plugin), (1,), INSTANCE)[0]
    run = carray(pointer(i.library), (1,), LIBRARY)[0].run_worker
    if run == 0 or i.thread != 0:
        return
    i.stop, i.asked = 0, 0
    if _sem_init(plugin + _SEMAPHORE, int32(0), uint32(0)) != 0:
        return
    if _pthread_create(plugin + _THREAD, int64(0), run, plugin) != 0:
        i.thread = 0
        _sem_destroy(plugin + _SEMAPHORE)


@native(void(int64))
def end_worker(plugin: int) -> None:
    """[main-thread] End the thread of a bank, whatever it does."""
    i = carray(pointer(plugin), (1,), INSTANCE)[0]
    if i.thread == 0:
        return
    h = carray(pointer(i.heart), (1,), HEART)[0]
    call_halt(h.halt, (i.handle, 1))
    store_release(plugin + _STOP, 1)
    _sem_post(plugin + _SEMAPHORE)
    _pthread_join(i.thread, int64(0))
    call_halt(h.halt, (i.handle, 0))
    _sem_destroy(plugin + _SEMAPHORE)
    i.thread = 0


@native(void(int64))
def attend_bank(plugin: int) -> None:
    """[audio-thread] Let a bank's thread work if there is something to do; offline, wait for it."""
    i = carray(pointer(plugin), (1,), INSTANCE)[0]
    if carray(pointer(i.library), (1,), LIBRARY)[0].run_worker == 0:
        return
    h = carray(pointer(i.heart), (1,), HEART)[0]
    how = OFFLINE if i.offline != 0 else (WITH_WORKER if i.thread != 0 else ALONE)
    if call_attend(h.attend, (i.handle, how)) != 0 and exchange(plugin + _ASKED, 1) == 0:
        _sem_post(plugin + _SEMAPHORE)
