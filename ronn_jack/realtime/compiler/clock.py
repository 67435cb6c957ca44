"""[any-thread] The system's clocks, read without leaving compiled code."""

from __future__ import annotations

import sys

import numpy as np

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, external, int32, int64

_MONOTONIC, _THREAD_CPU = (6, 16) if sys.platform == "darwin" else (1, 3)
TIMESPEC_BYTES = 16

_clock_gettime = external("clock_gettime", int32(int32, int64))


@native(int64(int32, int64))
def _nanoseconds(clock: int, timespec: int) -> int:
    _clock_gettime(clock, timespec)
    time = carray(pointer(timespec), (2,), np.int64)
    nanoseconds: int = time[0] * 1_000_000_000 + time[1]
    return nanoseconds


@native(int64(int64))
def monotonic_ns(timespec: int) -> int:
    """Return Python's `time.monotonic_ns()`; `timespec` is the address of 16 bytes of scratch."""
    nanoseconds: int = _nanoseconds(_MONOTONIC, timespec)
    return nanoseconds


@native(int64(int64))
def thread_cpu_ns(timespec: int) -> int:
    """Return the processor time that the calling thread has taken."""
    nanoseconds: int = _nanoseconds(_THREAD_CPU, timespec)
    return nanoseconds
