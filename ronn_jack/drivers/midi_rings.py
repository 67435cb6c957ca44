"""MIDI that the audio thread and the control side put aside for each other. [control-thread]"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


class MidiRings:
    """Reads and fills the rings of a client's state.

    Parameters
    ----------
    state : record
        Of `jack_callbacks.CLIENT`.
    put : callable
        `jack_callbacks.send_midi` for that state: takes a message's address and size.
    """

    def __init__(self, state: Any, put: Callable[[int, int], int]) -> None:
        self._put = put
        self._unsent = 0
        self._state = state
        self._written, self._read = state.midi_written, state.midi_read
        self._clock_read = 0

    @property
    def dropped(self) -> int:
        """Messages that came faster than they were taken, on either side, and are lost."""
        return int(self._state.midi_dropped[0]) + self._unsent

    def send(self, messages: Sequence[bytes]) -> bool:
        """Put messages aside for `midi_out`; False if some found no place, and are lost.

        They leave in order, a bounded number in each block. Only one thread may do so.

        Parameters
        ----------
        messages : sequence of bytes
            Whole ones, each of up to `jack_callbacks.MIDI_OUT_BYTES`.
        """
        lost = 0
        for message in messages:
            raw = np.frombuffer(message, np.uint8)
            lost += not self._put(raw.ctypes.data, len(raw))
        self._unsent += lost
        return not lost

    def read(self) -> list[bytes]:
        """Return the channel messages that have come to `midi_in` since the last call."""
        # Asked a thousand times a second, mostly for nothing.
        written, taken = int(self._written[0]), int(self._read[0])
        if written == taken:
            return []
        places = np.arange(taken, written) % self._state.midi_ring.shape[1]
        messages = _unpacked(self._state.midi_ring[0, places])
        self._read[0] = written
        return messages

    @property
    def frame(self) -> int:
        """The frame in which the latest block ends, counted as those of the clock's messages."""
        return int(self._state.frame[0]) + int(self._state.period[0])

    def read_clock(self) -> list[tuple[int, bytes]]:
        """Return the messages of clock and transport that have come since the last call.

        Returns
        -------
        list of (int, bytes)
            The frame in which each came, on the server's count, which does not wrap here; only
            the latest where more came than are kept.
        """
        size = self._state.clock_ring.shape[1]
        written = int(self._state.clock_written[0])
        first = max(self._clock_read, written - size)
        places = np.arange(first, written) % size
        messages = _unpacked(self._state.clock_ring[0, places])
        frames = self._state.clock_frames[0, places].tolist()
        # Those may have been written over meanwhile, as nobody waits for the reader.
        late = max(0, int(self._state.clock_written[0]) + 1 - size - first)
        self._clock_read = written
        return list(zip(frames, messages, strict=True))[late:]


def _unpacked(packed: NDArray[np.int64]) -> list[bytes]:
    """Return messages from words whose lowest byte is the length."""
    raw = packed.astype("<i8", copy=False).tobytes()
    return [raw[place + 1 : place + 1 + raw[place]] for place in range(0, len(raw), 8)]
