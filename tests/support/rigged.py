"""Parts for a builder and an engine at which a test may stand and do something of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ronn_jack.hotswap.pipeline import Pipeline
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.voice import Voice

REAL = Pipeline()


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


@dataclass
class RiggedPipeline:
    """A pipeline whose parts can be exchanged while the builder works with them."""

    prepare: Callable = REAL.prepare
    catch_up: Callable = REAL.catch_up
    time_block: Callable = REAL.time_block
    follower: Callable = REAL.follower
    loudness: Callable = REAL.loudness
    most_late: int = REAL.most_late
    clock: Callable = REAL.clock


def taking(seconds: float, moving: float = 1.0) -> Callable[[Voice, int], float]:
    """Let every network take the same time: what fits can't hang on this machine's speed.

    Parameters
    ----------
    moving : float
        What moving weights multiply the time by.
    """
    return lambda voice, block: seconds * (moving if voice.moves else 1.0)


LIGHT = taking(1e-5)
"""What lets a first level be found on as much input as it ever is, whatever the machine's speed."""


@dataclass
class Doors:
    """What is called in the place of an engine's methods, with the method as first argument."""

    publish: Callable = field(default=lambda publish, *arguments: publish(*arguments))
    collect: Callable = field(default=lambda collect: collect())
    go_dry: Callable = field(default=lambda go_dry: go_dry())

    def leave(self, name: str) -> None:
        """Stand at this door no longer."""
        setattr(self, name, getattr(Doors(), name))


class WatchedEngine(Engine):
    """An engine at whose doors a test may stand."""

    def __init__(self, *arguments: float, **options: float) -> None:
        self.doors = Doors()
        super().__init__(*arguments, **options)

    def publish(self, *arguments: object) -> Voice | None:
        return self.doors.publish(super().publish, *arguments)

    def collect(self) -> Voice | None:
        return self.doors.collect(super().collect)

    def go_dry(self) -> None:
        self.doors.go_dry(super().go_dry)
