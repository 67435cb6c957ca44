"""What the server's other programs tell of the song that is played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Told since the last time; of the transport, as it was in the latest block.

    Attributes
    ----------
    now : float
        When that block ends, in s, by the clock of `messages`.
    messages : sequence of (float, bytes)
        Of MIDI clock, with the time that each belongs to.
    rolls : bool
        Whether JACK's transport does.
    beat, tempo : float
        Where that is, in quarter notes, and how many a minute; a tempo of 0 is not told.
    """

    now: float
    messages: Sequence[tuple[float, bytes]] = ()
    rolls: bool = False
    beat: float = 0.0
    tempo: float = 0.0
