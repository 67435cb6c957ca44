"""A client that tells JACK's bars and beats, as a sequencer does."""

from __future__ import annotations

from typing import Any

from ronn_jack.drivers.jack_tape import jack

TICKS = 1920.0
_HAS_BAR = 0x10


class Timebase:
    """Starts, stops and moves the transport of a server, and tells bar, beat and tempo of it.

    Attributes
    ----------
    tempo, beats_per_bar, beat_type : float
        As they are told from the next block on.
    """

    def __init__(self, server: str, tempo: float) -> None:
        self.tempo, self.beats_per_bar, self.beat_type = tempo, 4.0, 4.0
        self.client: Any = jack.Client("song", no_start_server=True, servername=server)
        self._rate = self.client.samplerate
        self.client.activate()

    def tell(self) -> None:
        """Be the one that tells bars and beats from now on."""
        self.client.set_timebase_callback(self._tell)

    def start(self) -> None:
        self.client.transport_start()

    def stop(self) -> None:
        self.client.transport_stop()

    def go_to(self, beat: float) -> None:
        """Go to a beat, counted from 0."""
        frame = round(beat * 60.0 / self.tempo * self._rate)
        self.client.transport_frame = frame

    def close(self) -> None:
        self.client.deactivate()
        self.client.close()

    def _tell(self, state: int, blocksize: int, position: Any, new: bool) -> None:
        beats = position.frame / self._rate * self.tempo / 60.0
        bar, beat = divmod(beats, self.beats_per_bar)
        position.valid = _HAS_BAR
        position.bar, position.beat = int(bar) + 1, int(beat) + 1
        position.tick = int(beat % 1.0 * TICKS)
        position.bar_start_tick = bar * self.beats_per_bar * TICKS
        position.beats_per_bar, position.beat_type = self.beats_per_bar, self.beat_type
        position.ticks_per_beat, position.beats_per_minute = TICKS, self.tempo
