"""Pictures for whoever asks, and none for nobody."""

from __future__ import annotations

import functools
import json
import queue
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from ronn_jack.model.architecture import model_of
from ronn_jack.model.protocol import Model
from ronn_jack.parameters import defaults
from ronn_jack.pictures.live import FRAME_SECONDS, LivePictures
from ronn_jack.pictures.portrait import Portrait
from ronn_jack.pictures.signals import STEPS_PER_DB
from ronn_jack.pictures.spectrum import FLOOR_DB, centres, spectrum
from tests.support.jack_server import wait_for
from tests.support.packets import unpacked
from tests.support.played import RATE, Played

PATIENCE_SECONDS = 20.0


live = functools.partial(LivePictures, niceness=0)
"""Makes such that have their share of a busy processor, of which the lowest priority has a 70th."""


class Accepted:
    """Accepted values that stay."""

    values = defaults()

    def model(self, values: Any) -> Model:
        return model_of(values, rate=RATE)


class Viewer:
    """Who asks for one frame after the other."""

    def __init__(self, pictures: LivePictures) -> None:
        self._pictures = pictures
        self._answers: queue.Queue[Sequence[bytes]] = queue.Queue()
        self.has: dict[str, str] = {}

    def ask(self, question: str | None = None) -> None:
        self._pictures.ask(question or json.dumps(self.has), self._answers.put)

    def answer(self) -> list[dict[str, Any]]:
        found = [unpacked(p) for p in self._answers.get(timeout=PATIENCE_SECONDS)]
        self.has |= {each["kind"]: each["key"] for each in found if "key" in each}
        return found

    def frame(self) -> list[dict[str, Any]]:
        self.ask()
        return self.answer()

    @property
    def waits(self) -> bool:
        return self._answers.empty()


@pytest.fixture
def played() -> Played:
    return Played()


@pytest.fixture
def pictures(played: Played) -> Iterator[LivePictures]:
    with live(Accepted(), played) as pictures:
        yield pictures


def test_a_page_gets_the_network_once_and_signals_always(pictures):
    viewer = Viewer(pictures)
    first, second = viewer.frame(), viewer.frame()
    assert [each["kind"] for each in first] == ["network", "signals"]
    assert "network" not in [each["kind"] for each in second]
    assert second[-1]["kind"] == "signals"
    assert second[-1]["network"] == first[0]["key"]
    other = Viewer(pictures)
    assert other.frame()[0]["kind"] == "network"


def test_the_spectrum_is_that_of_what_was_heard(pictures, played):
    signals = Viewer(pictures).frame()[-1]
    x = played.signal(signals["position"], 8192)
    for name, signal in (("spectrum_in", x), ("spectrum_out", np.tanh(3.0 * x))):
        drawn = signals[name] / STEPS_PER_DB + FLOOR_DB
        np.testing.assert_allclose(drawn, spectrum(signal, RATE), atol=0.51 / STEPS_PER_DB)
    drawn = signals["spectrum_in"] / STEPS_PER_DB + FLOOR_DB
    for hertz in played.HERTZ:
        near = np.abs(np.log2(centres() / hertz)) < 0.1
        assert drawn[near].max() == pytest.approx(20 * np.log10(0.15), abs=1.7), "between two lines"
    field = played.signal(signals["position"], 127)[0]
    np.testing.assert_allclose(signals["past"] / 32767, [field, field], atol=1e-4)
    assert np.abs(signals["scope_in"]).max() / 32767 == pytest.approx(np.abs(x).max(), abs=0.1)


def test_who_looks_at_the_rack_gets_equaliser_and_room_once_and_nothing_of_the_network(
    pictures, played
):
    viewer = Viewer(pictures)
    viewer.ask('{"rack": true}')
    assert [each["kind"] for each in viewer.answer()] == ["equaliser", "room", "nothing"]
    viewer.ask(json.dumps({"rack": True, **viewer.has}))
    assert [each["kind"] for each in viewer.answer()] == ["nothing"]
    assert played.looks == 0
    assert "network" in [each["kind"] for each in viewer.frame()], "as soon as it is asked for"


def test_nothing_is_looked_at_while_nobody_asks(pictures, played):
    assert played.looks == 0
    viewer = Viewer(pictures)
    viewer.frame()
    looks = played.looks
    with live(Accepted(), Played()) as others:
        asking = Viewer(others)
        for _ in range(4):
            asking.frame()
    assert played.looks == looks


def test_frames_come_at_their_rate(pictures, played):
    begin = time.monotonic()
    viewer = Viewer(pictures)
    for _ in range(7):
        viewer.frame()
    assert played.looks == 7
    assert time.monotonic() - begin >= 6 * FRAME_SECONDS


class Held(Played):
    """Does not tell what is played until it may."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.may_go_on = threading.Event(), threading.Event()

    def recent(self, frames):
        self.begun.set()
        assert self.may_go_on.wait(PATIENCE_SECONDS)
        return super().recent(frames)


def test_pages_that_ask_while_a_frame_is_made_share_the_next():
    held = Held()
    with live(Accepted(), held) as pictures:
        viewers = [Viewer(pictures) for _ in range(5)]
        viewers[0].ask()
        assert held.begun.wait(PATIENCE_SECONDS)
        for viewer in viewers[1:]:
            viewer.ask()
        held.may_go_on.set()
        for viewer in viewers:
            viewer.answer()
        assert held.looks == 2


@pytest.mark.parametrize("question", ["", "{", '{"layer": "x"}', "[" * 500, '{"layer": -7}'])
def test_rubbish_is_answered_like_an_empty_question(pictures, question):
    viewer = Viewer(pictures)
    viewer.ask(question or " ")
    assert [each["kind"] for each in viewer.answer()] == ["network", "signals"]


def test_without_audio_there_is_nothing_to_see_of_it(pictures, played):
    played.silent = True
    assert [each["kind"] for each in Viewer(pictures).frame()] == ["network", "nothing"]


class Faulty(Played):
    """Fails three times to tell what is played."""

    faults = 3

    def recent(self, frames):
        self.faults -= 1
        if self.faults >= 0:
            raise ZeroDivisionError("no such thing")
        return super().recent(frames)


@pytest.mark.parametrize("played", [Faulty()], ids=["faulty"])
def test_a_fault_is_told_once_and_does_not_end_it(pictures, played, caplog):
    viewer = Viewer(pictures)
    for _ in range(3):
        assert [each["kind"] for each in viewer.frame()] == ["nothing"]
    assert [record.message for record in caplog.records] == ["while drawing"]
    assert viewer.frame()[-1]["kind"] == "signals"


def test_who_asks_while_it_forgets_does_not_wait_and_is_answered(played):
    asked: queue.Queue[bool] = queue.Queue()
    viewers: list[Viewer] = []

    class Watched(Portrait):
        """Somebody asks while it forgets, once."""

        def forget(self) -> None:
            if viewers:
                asking = threading.Thread(target=viewers.pop().ask, daemon=True)
                asking.start()
                asking.join(PATIENCE_SECONDS)
                asked.put(not asking.is_alive())
            super().forget()

    def portrait_of(accepted):
        return Watched(accepted.model, lambda: accepted.values)

    with live(Accepted(), played, portrait_of, looked_at_seconds=0.01) as pictures:
        viewer = Viewer(pictures)
        viewers.append(viewer)
        viewer.frame()
        assert asked.get(timeout=PATIENCE_SECONDS), "who asks had to wait"
        assert viewer.answer()[-1]["kind"] == "signals"


def test_closing_ends_it_and_twice_is_harmless(played):
    pictures = live(Accepted(), played)
    viewer = Viewer(pictures)
    viewer.frame()
    pictures.close()
    pictures.close()
    # As it is niced, it may be told to end and be there for a while.
    wait_for(lambda: "pictures" not in {thread.name for thread in threading.enumerate()})
    viewer.ask()
    assert viewer.waits
