"""The pool is filled while nothing else is to be done, in a fifth of one core at most."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray

from ronn_jack.control.exploring.search import Search
from ronn_jack.control.scene import Scene, beginning
from ronn_jack.errors import SpecError
from ronn_jack.explore.audition import phrase_passage
from ronn_jack.explore.explorer import SHARE, Explorer
from ronn_jack.explore.pool import Pool
from ronn_jack.model.architecture import model_of
from ronn_jack.model.protocol import Model
from ronn_jack.parameters import Value, defaults
from tests.support.jack_server import wait_for

pytestmark = pytest.mark.slow

PIECE_SECONDS = 0.03


class Node:
    """Values and an input that somebody plays."""

    inputs, rate = 2, 16_000.0

    def __init__(self) -> None:
        self.idle = True
        self.values: Mapping[str, Value] = {**defaults(), "seed": 7}
        self.search = Search()
        self.input = np.zeros((2, 0), np.float32)

    @property
    def scene(self) -> Scene:
        return beginning(self.values)

    def recent_input(self, seconds: float) -> NDArray[np.float32]:
        return self.input

    def model(self, values: Mapping[str, Value]) -> Model:
        return model_of(values, 2, 2, self.rate)

    def fits(self, values: Mapping[str, Value], most: float = 1.0) -> bool:
        try:
            return self.model(values).multiplications < 2_000
        except SpecError:
            return False


class Clock:
    """A time that goes on by a piece of work at each look, and by what is rested."""

    def __init__(self) -> None:
        self.now = 100.0
        self.rests: list[float] = []
        self.niceness: set[int] = set()
        self.at_rest: Callable[[], None] = lambda: None

    def __call__(self) -> float:
        self.niceness.add(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
        self.now += PIECE_SECONDS
        return self.now

    def rest(self, seconds: float) -> bool:
        self.rests.append(seconds)
        self.now += seconds
        self.at_rest()
        return False


@contextlib.contextmanager
def exploring(node: Node, clock: Clock, **limits: int) -> Iterator[Pool]:
    """Let it have its share of a busy processor, of which the lowest priority gives a 70th."""
    pool = Pool(**limits)
    explorer = Explorer(pool, node, node, Random(3), clock, clock.rest, niceness=0)
    explorer.start()
    try:
        yield pool
    finally:
        explorer.close()


def test_it_fills_the_pool_and_rests_four_times_as_long_as_it_works() -> None:
    node, clock = Node(), Clock()
    with exploring(node, clock) as pool:
        wait_for(lambda: pool.waiting >= 3)
        assert pool.undescribed() is None, "what sounds is known"
    assert min(clock.rests) >= PIECE_SECONDS * (1.0 / SHARE - 1.0) * 0.999


@pytest.mark.skipif(sys.platform != "linux", reason="threads have no niceness of their own")
def test_it_has_the_lowest_priority() -> None:
    node, clock = Node(), Clock()
    node.idle = False  # with nothing to do it is soon seen
    explorer = Explorer(Pool(), node, node, Random(3), clock, clock.rest)
    with contextlib.closing(explorer):
        explorer.start()
        wait_for(lambda: bool(clock.niceness))
    assert clock.niceness == {19}


def test_while_a_network_is_on_its_way_it_waits() -> None:
    node, clock = Node(), Clock()

    def ask() -> None:
        node.idle = False

    clock.at_rest = ask
    with exploring(node, clock) as pool:
        wait_for(lambda: bool(clock.rests))
        looked = clock.now
        wait_for(lambda: clock.now > looked + 2 * PIECE_SECONDS)
        assert len(clock.rests) == 1
        clock.at_rest = lambda: None
        node.idle = True
        clock.now += 10.0
        wait_for(lambda: pool.waiting >= 1)


def test_what_is_played_takes_the_place_of_the_phrase() -> None:
    node, clock = Node(), Clock()
    with exploring(node, clock) as pool:
        wait_for(lambda: pool.waiting >= 1)
        forgotten = threading.Event()
        forget = pool.forget_characters
        pool.forget_characters = lambda: (forget(), forgotten.set())  # type: ignore[method-assign]
        node.input = phrase_passage(2, node.rate).signal
        assert forgotten.wait(20)
        wait_for(lambda: pool.waiting >= 1)


def test_when_the_pool_is_full_it_stops_until_a_press() -> None:
    node, clock = Node(), Clock()
    node.input = phrase_passage(2, node.rate).signal
    with exploring(node, clock, most=2) as pool:
        wait_for(lambda: pool.is_full)
        looked = clock.now
        wait_for(lambda: clock.now > looked + 2 * PIECE_SECONDS)
        rests = len(clock.rests)
        clock.now += 10_000.0
        wait_for(lambda: clock.now > looked + 10_000.0 + 3 * PIECE_SECONDS)
        assert len(clock.rests) == rests
        assert pool.find(node.values, 1.0, node.search.locks, node.fits)
        wait_for(lambda: pool.is_full)


SILENT = {
    "activation": "softshrink",
    "init": "uniform_0.1",
    "kernel": 1,
    "channels": 1,
    "drive": 0.0,
}
"""No sample passes its first layer."""


def test_where_all_is_in_vain_it_stops_until_what_sounds_is_another() -> None:
    node, clock = Node(), Clock()
    node.values = {**node.values, **SILENT}
    for name in SILENT:
        node.search.lock(name)
    node.input = phrase_passage(2, node.rate).signal
    with exploring(node, clock, most_vain=3) as pool:
        wait_for(lambda: pool.rests)
        looked = clock.now
        wait_for(lambda: clock.now > looked + 2 * PIECE_SECONDS)
        rests = len(clock.rests)
        clock.now += 10_000.0
        wait_for(lambda: clock.now > looked + 10_000.0 + 3 * PIECE_SECONDS)
        assert len(clock.rests) == rests
        node.values = {**node.values, "seed": 8}
        wait_for(lambda: len(clock.rests) > rests)


class Faulty(Node):
    """Fails three times to make a network."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[object] = []

    def model(self, values: Mapping[str, Value]) -> Model:
        if len(self.faults) < 3:
            self.faults.append(values)
            raise ZeroDivisionError("no such thing")
        return super().model(values)


def test_a_fault_is_told_once_and_ends_no_search(caplog: pytest.LogCaptureFixture) -> None:
    node = Faulty()
    faults = node.faults
    with exploring(node, Clock()) as pool:
        for count in (1, 2, 3):
            wait_for(lambda count=count: len(faults) >= count)
            pool.wake()
        wait_for(lambda: pool.waiting >= 1)
    assert [record.exc_text is not None for record in caplog.records] == [True]


def test_locks_are_followed() -> None:
    node, clock = Node(), Clock()
    node.search.lock("layers")
    with exploring(node, clock) as pool:
        wait_for(lambda: pool.waiting >= 2)
        found = pool.find(node.values, 1.0, node.search.locks, node.fits)
        assert found is not None
        assert "layers" not in found and "kernel" in found
