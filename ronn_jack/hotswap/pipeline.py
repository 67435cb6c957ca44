"""The parts from which the builder puts its work together; a test may put in others."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from ronn_jack.hotswap import priming
from ronn_jack.hotswap.job import Job
from ronn_jack.hotswap.levels.follower import LevelFollower
from ronn_jack.hotswap.priming import PreparedVoice
from ronn_jack.loudness.input_meter import InputLoudness
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.voice import Voice


@dataclass(frozen=True)
class Pipeline:
    """What a voice goes through on its way to sounding.

    Attributes
    ----------
    prepare : callable
        Draws, tries, primes and levels it; as `priming.prepare`.
    catch_up : callable
        Brings it to the present just before it is handed over.
    time_block : callable
        Measures the processor time in s that it takes a block.
    follower : callable
        Makes what keeps the level of the voice that sounds.
    loudness : callable
        Makes what measures an engine's input.
    most_late : int
        Times that it may come late while another sounds, until it is refused.
    clock : callable
        Returns the time in s, by which it is told what takes too long.
    """

    prepare: Callable[..., PreparedVoice] = priming.prepare
    catch_up: Callable[[PreparedVoice, Engine, Job], None] = priming.catch_up
    time_block: Callable[[Voice, int], float] = priming.time_block
    follower: Callable[[Callable[[], bool]], LevelFollower] = LevelFollower
    loudness: Callable[[Engine], InputLoudness] = InputLoudness
    most_late: int = 200
    clock: Callable[[], float] = time.monotonic
