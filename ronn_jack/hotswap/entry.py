"""A request whose voice was made, on its way to being heard."""

from __future__ import annotations

from dataclasses import dataclass

from ronn_jack.control.events import Swap
from ronn_jack.cost.admission import Deadline
from ronn_jack.hotswap.priming import Prepared
from ronn_jack.hotswap.request import Request
from ronn_jack.realtime.voice import Voice
from ronn_jack.units import gain_to_decibels


@dataclass
class Entry:
    """A request whose voice was made.

    It is the builder's thread's, which alone writes it; any thread may read the one that sounds.
    """

    request: Request
    prepared: Prepared
    swap: Swap
    period: int
    """Frames in a block to which it was admitted; 0 where no deadline holds."""
    late: int = 0
    """Times that the audio thread has turned it away because the present had moved on."""

    @property
    def voice(self) -> Voice:
        """The voice that was made."""
        return self.prepared.voice


def make_entry(
    request: Request, prepared: Prepared, deadline: Deadline | None, seconds: float
) -> Entry:
    """Return the entry of a request whose voice took so many `seconds` to make."""
    level = prepared.level
    swap = Swap(
        subject=request.subject,
        build_ms=seconds * 1e3,
        prime_ms=prepared.prime_seconds * 1e3,
        load=deadline.load(prepared.block_seconds) if deadline else 0.0,
        fade_ms=request.fade_ms,
        correlation=prepared.correlation,
        level_db=gain_to_decibels(level.gain) if level else 0.0,
        silent=level is not None and level.silent,
    )
    return Entry(request, prepared, swap, deadline.period if deadline else 0)
