"""How what sounds goes before a network comes, where the two don't fit into a period together."""

from __future__ import annotations

import time
from collections.abc import Callable

from ronn_jack.hotswap.job import Job
from ronn_jack.hotswap.priming import PreparedVoice, catch_up
from ronn_jack.realtime.engine import Engine
from ronn_jack.units import milliseconds_to_frames

DIP_MS = 15.0
"""Length of each half of the dip."""
_POLL_SECONDS = 0.001


def make_room(engine: Engine, coming: PreparedVoice, stopping: Callable[[], bool]) -> None:
    """Let the current voice fade out while the one that comes keeps up with the present.

    Parameters
    ----------
    stopping : callable
        Asked whether to give up, as the audio thread may have ended.

    Raises
    ------
    OutdatedError
        If the audio ran away from the one that comes.
    """
    engine.withdraw()
    engine.release(milliseconds_to_frames(DIP_MS, engine.rate))
    while engine.sounds and not stopping():
        engine.collect()
        time.sleep(_POLL_SECONDS)
        catch_up(coming, engine, Job())
    while engine.fading and not stopping():
        time.sleep(_POLL_SECONDS)
        catch_up(coming, engine, Job())
    engine.collect()


def let_tails_end(engine: Engine, coming: PreparedVoice, stopping: Callable[[], bool]) -> None:
    """Wait for tails that were cut while the voice that comes keeps up with the present.

    Parameters
    ----------
    stopping : callable
        As of `make_room`.

    Raises
    ------
    OutdatedError
        As `make_room` does.
    """
    while engine.cuts_tail and not stopping():
        time.sleep(_POLL_SECONDS)
        catch_up(coming, engine, Job())
