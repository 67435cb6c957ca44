"""A player and a recorder of arrays as JACK clients, to hear a node without a musician.

Importing this module loads libjack, since the compiled code names libjack's functions, and raises
JackError where there is none. As with the node, no Python runs on any JACK thread.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ronn_jack.drivers import jack_calls, jack_library
from ronn_jack.errors import JackError
from ronn_jack.realtime.compiler.atomics import load_acquire, pointer, store_release
from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.language import carray, external, int32, int64, uint32, void
from ronn_jack.realtime.compiler.memory import aligned_bytes, offset, record

MOST_CHANNELS = 8
_CONNECTED_SECONDS = 2.0
_POLL_SECONDS = 0.001

TAPE = np.dtype(
    [
        ("ports", "i8", MOST_CHANNELS),  # jack_port_t*
        ("channels", "i8"),
        ("audio", "i8"),  # address of float32 rows
        ("frames", "i8"),  # length of a row
        ("loop", "i8"),
        ("rolling", "i8"),  # set by the control side
        ("position", "i8"),  # frames played or recorded so far
        ("shutdown", "i8"),
    ],
    align=True,
)
_ROLLING = offset(TAPE, "rolling")
_POSITION = offset(TAPE, "position")
_SHUTDOWN = offset(TAPE, "shutdown")

jack = jack_library.load()
_get_buffer = external("jack_port_get_buffer", int64(int64, uint32))


@entry(int32(uint32, int64))
def play(frames: int, tape: int) -> int:
    """[audio-thread] Give the next frames of the tape, or silence where there are none."""
    t = carray(pointer(tape), (1,), TAPE)[0]
    rolling = load_acquire(tape + _ROLLING) != 0
    for channel in range(t.channels):
        out = carray(pointer(_get_buffer(t.ports[channel], frames)), (frames,), np.float32)
        audio = carray(pointer(t.audio + channel * t.frames * 4), (t.frames,), np.float32)
        for i in range(frames):
            place = t.position + i
            if t.loop != 0:
                place %= t.frames
            out[i] = audio[place] if rolling and place < t.frames else np.float32(0.0)
    if rolling:
        store_release(tape + _POSITION, t.position + int64(frames))
    return 0


@entry(int32(uint32, int64))
def keep(frames: int, tape: int) -> int:
    """[audio-thread] Put what the ports hear on the tape, until it is full."""
    t = carray(pointer(tape), (1,), TAPE)[0]
    if load_acquire(tape + _ROLLING) == 0:
        return 0
    taken = min(int64(frames), t.frames - t.position)
    for channel in range(t.channels):
        source = carray(pointer(_get_buffer(t.ports[channel], frames)), (frames,), np.float32)
        audio = carray(pointer(t.audio + channel * t.frames * 4), (t.frames,), np.float32)
        for i in range(taken):
            audio[t.position + i] = source[i]
    store_release(tape + _POSITION, t.position + taken)
    return 0


@entry(void(int32, int64, int64))
def _shutdown_with_reason(status: int, reason: int, tape: int) -> None:
    """[any-thread] The server has gone, or has thrown this client out."""
    store_release(tape + _SHUTDOWN, int64(1))


@entry(void(int64))
def _shutdown(tape: int) -> None:
    """[any-thread] The same, from a libjack that gives no reason."""
    store_release(tape + _SHUTDOWN, int64(1))


class _Tape:
    """[control-thread] A JACK client whose callback reads or writes an array."""

    def __init__(
        self, server: str | None, name: str, callback: Any, audio: NDArray[np.float32]
    ) -> None:
        if not 1 <= len(audio) <= MOST_CHANNELS:
            raise ValueError(f"{len(audio)} channels on a tape; use 1 to {MOST_CHANNELS}")
        self._server = jack_library.server_name(server)
        client = jack_library.open_client(name, server)
        if client is None:
            raise JackError(f"no JACK server for the client '{name}' to connect to")
        self.client = client
        self.audio = audio
        self._state, address = record(TAPE)
        self._state.channels, self._state.frames = audio.shape
        self._state.audio = audio.ctypes.data
        library, ffi = jack._lib, jack._ffi
        argument = ffi.cast("void *", address)
        library.jack_set_process_callback(
            self.client._ptr, ffi.cast("JackProcessCallback", callback.address), argument
        )
        jack_library.on_shutdown(
            self.client, _shutdown_with_reason.address, _shutdown.address, argument
        )

    @property
    def position(self) -> int:
        """Frames played or recorded so far."""
        return int(self._state.position[0])

    @property
    def rate(self) -> int:
        """Sample rate in Hz."""
        return int(self.client.samplerate)

    @property
    def lost(self) -> bool:
        """Whether the server has gone or has thrown this client out."""
        return bool(self._state.shutdown[0])

    def connect(self, port: str, other: str) -> None:
        """Connect our port, by its short name, with another client's, by its full name.

        Returns when the signal goes that way, or after two seconds on a server that stands still.

        Raises
        ------
        JackError
            If there is no such port, or the server refuses.
        """
        ours = next(p for p in self._ports if p.shortname == port)

        def connect() -> None:
            self.client.connect(*((other, ours) if ours.is_input else (ours, other)))

        try:
            jack_calls.call(connect, server=self._server)
        except JackError as error:
            raise JackError(f"can't connect {ours.name} with {other}: {error}") from error
        # The server connects at the start of a period, and may take two ports at two of them.
        deadline = time.monotonic() + _CONNECTED_SECONDS
        while not ours.is_connected_to(other) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)

    def close(self) -> None:
        """Leave the server."""
        jack_library.close_client(self.client, keep=self, lost=self.lost)

    def _activate(self, kind: Any, names: Sequence[str]) -> None:
        """Register ports and start; a client that can't have them leaves."""
        try:
            self._ports = jack_calls.call(
                lambda: [kind.register(name) for name in names], server=self._server
            )
            for i, port in enumerate(self._ports):
                self._state.ports[0, i] = int(jack._ffi.cast("intptr_t", port._ptr))
            jack_calls.call(self.client.activate, server=self._server)
        except BaseException:
            self.close()
            raise

    def _roll(self) -> None:
        self._state.rolling = 1


class Player(_Tape):
    """Plays an array when told, from ports `out_1`, `out_2` …

    Parameters
    ----------
    server : str or None
        None is the default server.
    audio : ndarray [shape=(channels, frames), float32]
    name : str
        Client name.
    loop : bool
        Whether to begin again at the end, rather than fall silent.

    Raises
    ------
    JackError
        If libjack or the server is missing.
    """

    def __init__(
        self,
        server: str | None,
        audio: NDArray[np.float32],
        name: str = "player",
        loop: bool = False,
    ) -> None:
        tape = _blank(*audio.shape)
        tape[:] = audio
        super().__init__(server, name, play, tape)
        self._state.loop = loop
        self._activate(self.client.outports, [f"out_{i + 1}" for i in range(len(audio))])

    def roll(self) -> None:
        """Begin to play with the next block."""
        self._roll()


class Recorder(_Tape):
    """Records its input ports when told, until its array is full.

    Parameters
    ----------
    server : str or None
        None is the default server.
    ports : sequence of str
        Names of the ports, a row of `audio` each.
    frames : int
        Length of the recording.
    name : str
        Client name.

    Raises
    ------
    JackError
        If libjack or the server is missing.
    """

    def __init__(
        self, server: str | None, ports: Sequence[str], frames: int, name: str = "recorder"
    ) -> None:
        super().__init__(server, name, keep, _blank(len(ports), frames))
        self._activate(self.client.inports, ports)

    def record(self) -> None:
        """Begin to record with the next block."""
        self._roll()

    @property
    def full(self) -> bool:
        """Whether the recording is complete."""
        return self.position >= int(self._state.frames[0])


def _blank(channels: int, frames: int) -> NDArray[np.float32]:
    """Return zeros that the audio thread can write without a page fault."""
    return aligned_bytes(channels * frames * 4).view(np.float32).reshape(channels, frames)
