"""Responses are made as they are wanted: the newest, in time, and none in vain."""

from __future__ import annotations

import contextlib
import itertools
import math
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from ronn_jack.hotswap.responses.maker import ResponseMaker
from ronn_jack.model.latent.reverb import RoomSpec
from ronn_jack.realtime.convolver.response import PreparedResponse
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.engine_state import Control
from tests.support.jack_server import wait_for

RATE = 48000.0
BLOCK = 1024


class Workshop:
    """Makes clicks as loud as a room's x, and remembers the rooms."""

    def __init__(self) -> None:
        self.made: list[RoomSpec] = []
        self.rates: list[float] = []
        self.begun = threading.Event()
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.fails = False

    def __call__(self, room: RoomSpec, rate: float) -> PreparedResponse:
        self.made.append(room)
        self.rates.append(rate)
        self.begun.set()
        assert self.may_go_on.wait(20.0)
        if self.fails:
            raise RuntimeError("made up")
        samples = np.zeros((2, 20_000), np.float32)
        samples[:, 0] = room.x
        return PreparedResponse(samples)


class SharedEngine(Engine):
    """An engine of which the test lets go of responses, too, and not the maker alone."""

    def __init__(self, *arguments: float) -> None:
        self._lock = threading.RLock()
        super().__init__(*arguments)

    def collect_responses(self) -> None:
        with self._lock:
            super().collect_responses()

    def offer_response(self, response: PreparedResponse | None) -> None:
        with self._lock:
            super().offer_response(response)


class Rig:
    """A maker with an engine, whose blocks pass when the test says so."""

    def __init__(self, workshop: Workshop) -> None:
        self.workshop = workshop
        self.maker = ResponseMaker(workshop)
        self.engine = Engine(2, 2, RATE, 0.1)
        self.engine.set(Control.REVERB_MIX, 1.0)

    def attach(self, engine: Engine | None = None) -> None:
        self.engine = engine or self.engine
        self.maker.attach(self.engine)

    def play(self, frames: int = BLOCK) -> NDArray[np.float32]:
        return self.engine.process(np.zeros((2, frames), np.float32))

    def run_until(self, condition: Callable[[], object]) -> None:
        def step() -> object:
            self.play()
            return condition()

        wait_for(step)

    @property
    def on(self) -> bool:
        return self.engine.target(Control.REVERB) == 1.0


@pytest.fixture
def rig() -> Iterator[Rig]:
    made = Rig(Workshop())
    with contextlib.ExitStack() as stack:
        stack.callback(made.maker.detach)
        stack.callback(made.workshop.may_go_on.set)
        yield made


def test_nothing_is_made_while_the_reverb_is_off(rig: Rig) -> None:
    rig.attach()
    rig.maker.aim({"reverb_x": 1.0, "reverb_seed": 7})
    rig.maker.aim({"reverb": True})
    rig.run_until(lambda: rig.on)
    assert rig.workshop.made == [RoomSpec(x=1.0, seed=7)]
    rig.maker.aim({"reverb": False, "reverb_x": 0.5})
    rig.maker.aim({"reverb_mix": 0.25})
    assert not rig.on
    rig.run_until(lambda: rig.maker.settled)
    assert len(rig.workshop.made) == 1


def test_what_is_wanted_at_the_start_is_there_before_the_first_block(rig: Rig) -> None:
    rig.maker.aim({"reverb": True, "reverb_x": 1.0})
    rig.attach()
    assert rig.on
    assert rig.engine.held_responses == 1
    assert rig.workshop.made == [RoomSpec(x=1.0)]


def test_an_engine_at_another_rate_gets_its_own(rig: Rig) -> None:
    rig.maker.aim({"reverb": True})
    rig.attach()
    rig.maker.detach()
    rig.attach(Engine(2, 2, 96000.0, 0.1))
    assert rig.workshop.rates == [48000.0, 96000.0]
    assert rig.on


def test_an_engine_with_one_output_gets_what_both_ears_hear(rig: Rig) -> None:
    rig.maker.aim({"reverb": True, "reverb_width": 2.0})
    rig.attach()
    rig.maker.detach()
    rig.attach(Engine(2, 1, RATE, 0.1))
    assert [room.width for room in rig.workshop.made] == [2.0, 0.0]
    rig.run_until(lambda: rig.maker.settled)


def test_it_is_heard_once_the_room_is_there_that_it_was_turned_on_for(rig: Rig) -> None:
    rig.maker.aim({"reverb": True})
    rig.attach()
    rig.maker.aim({"reverb": False})
    rig.workshop.may_go_on.clear()
    rig.maker.aim({"reverb": True, "reverb_x": 1.0})
    wait_for(lambda: len(rig.workshop.made) == 2)
    rig.play()
    assert not rig.on, "it would sound in the room before"
    assert "reverb" in [stage.name for stage in rig.engine.working_stages], "its time is taken"
    rig.workshop.may_go_on.set()
    rig.run_until(lambda: rig.on)


def test_the_newest_of_a_walk_wins_and_none_is_made_for_nobody(rig: Rig) -> None:
    times = itertools.count()
    maker = rig.maker = ResponseMaker(rig.workshop, lambda: float(next(times)))
    maker.aim({"reverb": True})
    rig.attach()
    rig.run_until(lambda: maker.settled)
    rig.workshop.may_go_on.clear()
    maker.aim({"reverb_x": 0.01})
    wait_for(lambda: len(rig.workshop.made) == 2)
    for step in range(2, 101):
        maker.aim({"reverb_x": step / 100})
    rig.workshop.may_go_on.set()
    wait_for(lambda: maker.served)
    assert [room.x for room in rig.workshop.made] == [0.0, 0.01, 1.0]
    # One comes, one goes and one waits: that is enough.
    rig.play()
    maker.aim({"reverb_x": -0.5})
    wait_for(lambda: rig.engine.held_responses > 2)
    rig.workshop.begun.clear()
    maker.aim({"reverb_x": -1.0})
    assert not rig.workshop.begun.wait(0.1)
    maker.aim({"reverb_x": -2.0})
    rig.run_until(lambda: maker.settled)
    assert [room.x for room in rig.workshop.made[3:]] == [-0.5, -2.0]


def test_a_walk_is_heard_in_ten_rooms_a_second_at_least(rig: Rig) -> None:
    maker = rig.maker = ResponseMaker(rig.workshop, lambda: rig.engine.position / RATE)
    rig.engine = SharedEngine(2, 2, RATE, 0.1)
    rig.engine.set(Control.REVERB_MIX, 1.0)
    rig.maker.aim({"reverb": True})
    rig.attach()
    blocks = math.ceil(RATE / BLOCK)

    def served() -> bool:
        rig.engine.collect_responses()
        return not maker.busy

    for x in np.linspace(-2.0, 2.0, blocks):
        maker.aim({"reverb_x": x})
        rig.play()
        wait_for(served)
    maker.detach()
    assert len(rig.workshop.made) > 10


def test_a_room_that_can_t_be_made_leaves_the_one_that_sounds(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.maker.aim({"reverb": True})
    rig.attach()
    rig.workshop.fails = True
    rig.maker.aim({"reverb_x": 1.0})
    rig.run_until(lambda: "while making a room" in caplog.text)
    assert rig.on
    assert rig.engine.held_responses == 1
    rig.workshop.fails = False
    rig.maker.aim({"reverb_x": 2.0})
    rig.run_until(lambda: rig.workshop.made[-1].x == 2.0)


def test_one_that_could_not_be_made_is_tried_again_when_it_is_asked_for_again(rig: Rig) -> None:
    rig.workshop.fails = True
    rig.maker.aim({"reverb": True})
    rig.attach()
    assert len(rig.workshop.made) == 1
    rig.maker.aim({"reverb_mix": 0.5})
    rig.maker.aim({"reverb": False})
    rig.workshop.fails = False
    rig.maker.aim({"reverb": True})
    rig.run_until(lambda: rig.on)
    assert rig.workshop.made == 2 * [RoomSpec()]


@pytest.mark.parametrize("cut", [False, True])
def test_turned_off_in_the_midst_of_a_walk_it_comes_again_in_another_room(
    rig: Rig, cut: bool
) -> None:
    rig.maker.aim({"reverb": True})
    rig.attach()
    rig.run_until(lambda: rig.maker.settled)
    for number, x in enumerate((0.5, 1.0)):
        rig.maker.aim({"reverb_x": x})
        # What the engine holds may not be handed over yet.
        wait_for(lambda: rig.maker.served)
        assert rig.engine.held_responses == number + 2
        rig.play(64)
    rig.maker.aim({"reverb": False})
    for _ in range(20):
        rig.play(64)
    assert rig.engine.held_responses == 3
    if cut:
        rig.engine.cut_tail()
    for _ in range(20):
        rig.play(64)
    rig.maker.aim({"reverb": True, "reverb_x": -1.0})
    rig.run_until(lambda: rig.on)
    assert rig.workshop.made[-1].x == -1.0


def test_panic_forgets_the_tail_once_nothing_is_heard(rig: Rig) -> None:
    cleared = threading.Event()
    rig.engine.clear_tails = cleared.set  # type: ignore[method-assign]
    rig.engine.set_master(1.0)
    rig.engine.settle()
    rig.attach()
    rig.maker.clear()
    rig.play()
    assert not cleared.wait(0.05), "that would be heard"
    rig.engine.set_master(0.0, 32)
    rig.run_until(cleared.is_set)
