"""What a bank's worker and audio thread hand to each other: one slot, one of them at a time.

The audio thread gives the slot that it does not play (`give`), and has it again when the worker has
answered, or before it has begun (`take_back`). Neither waits for the other, but where the host
renders offline or destroys the instance (`await_answer`).
"""

from __future__ import annotations

from ronn_jack.export.plugin.records import INSTANCE
from ronn_jack.realtime.compiler.atomics import exchange, load_acquire, pointer, store_release
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, external, int32, int64, uint32, void
from ronn_jack.realtime.compiler.memory import offset

READY, LEFT = 1, 2
"""Answers: the network has heard all, or it is no longer wanted."""
LEAVE = offset(INSTANCE, "leave")
_PAUSE_MICROSECONDS = 200
_JOB, _ANSWER, _OUTDATED = (offset(INSTANCE, each) for each in ("job", "answer", "outdated"))

_usleep = external("usleep", int32(uint32))


@native(void(int64, int64))
def give(handle: int, number: int) -> None:
    """[audio-thread] Let a worker make a network in the slot that is free."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    h.number = number
    h.beside = h.unmoved = h.outdated = 0
    h.given = 1
    store_release(handle + _JOB, 1)


@native(int64(int64))
def is_asked(handle: int) -> int:
    """[any-thread] Return whether there is a job that no worker has begun."""
    return int64(load_acquire(handle + _JOB))


@native(int64(int64))
def begin_job(handle: int) -> int:
    """[worker] Return 1 if there is a job, which is the caller's then."""
    return int64(exchange(handle + _JOB, 0))


@native(int64(int64))
def is_unwanted(handle: int) -> int:
    """[worker] Return whether what the job is about is no longer wanted."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    if load_acquire(handle + LEAVE) != 0 or load_acquire(handle + _OUTDATED) != 0:
        return int64(1)
    return int64(h.wanted != h.number)


@native(void(int64, int64))
def answer(handle: int, found: int) -> None:
    """[worker] Give the slot back."""
    store_release(handle + _ANSWER, found)


@native(int64(int64))
def answered(handle: int) -> int:
    """[audio-thread] Return the answer that has come, with which the slot is free; or 0."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    found: int = load_acquire(handle + _ANSWER) if h.given != 0 else 0
    if found == 0:
        return int64(0)
    found = found if h.outdated == 0 else LEFT
    h.answer = h.given = h.outdated = 0
    return int64(found)


@native(void(int64))
def take_back(handle: int) -> None:
    """[audio-thread] Have the slot again if no worker is at it; else its answer is forgotten."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    if h.given == 0 or answered(handle) != 0:
        return
    if exchange(handle + _JOB, 0) != 0:
        h.given = 0
    else:
        store_release(handle + _OUTDATED, 1)


@native(void(int64))
def await_answer(handle: int) -> None:
    """Sleep until no worker is at the slot, so that one of a lower priority comes to its end."""
    h = carray(pointer(handle), (1,), INSTANCE)[0]
    while h.given != 0 and load_acquire(handle + _ANSWER) == 0:
        _usleep(uint32(_PAUSE_MICROSECONDS))
