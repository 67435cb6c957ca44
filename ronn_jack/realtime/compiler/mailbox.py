"""The newest of many values, handed from the control thread to the audio thread.

Three rows: one is written, one waits, one is read. Whoever has finished with a row exchanges it
for the one that waits, so neither thread ever waits and the newest value is never lost.
"""

from __future__ import annotations

from ronn_jack.realtime.compiler.atomics import exchange, load_acquire, store_release
from ronn_jack.realtime.compiler.compile import entry, native
from ronn_jack.realtime.compiler.language import int64, void

ROWS = 3
WRITES_FIRST, WAITS_FIRST, READS_FIRST = range(ROWS)
FRESH = 4
ROW = 3


@native(int64(int64, int64))
def take_newest(slot: int, read: int) -> int:
    """[audio-thread] Give back the row that was `read` for the one that waits, if it is new.

    Returns its number, or -1 where there is nothing new.
    """
    if load_acquire(slot) & FRESH == 0:
        return -1
    waiting: int = exchange(slot, read)
    return waiting & ROW


@entry(int64(int64, int64))
def _put(slot: int, written: int) -> int:
    waiting: int = exchange(slot, written | FRESH)
    return waiting & ROW


@entry(void(int64, int64))
def _publish(place: int, value: int) -> None:
    store_release(place, value)


def put(slot: int, written: int) -> int:
    """[control-thread] Let the row `written` wait; return the number of the one to write next."""
    return int(_put.ctypes(slot, written))


def publish(place: int, value: int) -> None:
    """[control-thread] Store an int64 after everything this thread wrote before."""
    _publish.ctypes(place, value)
