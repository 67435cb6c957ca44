"""Everybody hears all that happens, once and in order, and nobody is waited for."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ronn_jack.control import events
from ronn_jack.control.controller import Controller
from ronn_jack.control.events import (
    Dump,
    FellBack,
    Moved,
    NetworkAsked,
    NetworkSounds,
    PresetEdited,
    PresetTaken,
    Refused,
    Silenced,
    Swap,
    Xruns,
)
from ronn_jack.control.operations import NODE, Act, Cause, Set
from ronn_jack.control.subscriptions import Delivery, Numbered, Subscription
from ronn_jack.parameters import PARAMETERS
from tests.support.jack_server import wait_for
from tests.support.recording import (
    MemoryStore,
    RecordingNode,
    RecordingOrigin,
    StoredPreset,
    controller_of,
)
from tests.support.trial_values import another


class Rig:
    """A controller of a node that plays nothing, and what is told of it."""

    def __init__(self) -> None:
        self.node, self.origin = RecordingNode(), RecordingOrigin()
        self.controller = controller_of(self.node, fuzz={"mix": 0.5}, drone={"layers": 4})
        self.subscription = self.controller.subscriptions.subscribe()

    def do(self, *operations: Any) -> None:
        self.controller.apply(operations, self.origin)

    def asked(self, *operations: Any) -> None:
        """Bring it into a state that is not looked at."""
        self.do(*operations)
        self.subscription.take()

    @property
    def recall(self) -> Any:
        return self.controller.scene.recall

    def told(self) -> list[events.Event]:
        return [numbered.event for numbered in self.subscription.take()]


@pytest.fixture
def rig() -> Rig:
    return Rig()


def test_each_parameter_that_moves_is_told_once(rig: Rig) -> None:
    for row in PARAMETERS.values():
        rig.do(Set(row.name, another(row)))
        [moved] = [event.values for event in rig.told() if isinstance(event, Moved)]
        assert moved[row.name] == another(row) and (len(moved) == 1 or row.name.startswith("eq_"))
        rig.asked(Set(row.name, row.default))


def test_a_change_of_several_values_is_one_event(rig: Rig) -> None:
    rig.do(Set("layers", 9), Set("mix", 0.5), Set("kernel", 3))
    assert rig.told() == [Moved("test", {"layers": 9, "mix": 0.5}), NetworkAsked("layers")]
    rig.do(Set("mix", 0.5))
    assert rig.told() == []


def test_a_refused_value_is_told(rig: Rig) -> None:
    rig.do(Set("mix", 2.0))
    [refused] = rig.told()
    assert isinstance(refused, Refused)
    assert (refused.origin, refused.subject, refused.network) == ("test", "mix", False)


def test_a_refused_network_takes_its_values_back(rig: Rig) -> None:
    rig.asked(Set("layers", 9), Set("mix", 0.5))
    rig.controller.refused(rig.node.last_change, "too slow")
    assert rig.told() == [
        Moved("node", {"layers": 6}, Cause.REFUSAL),
        Refused("test", "layers", "too slow", network=True),
    ]
    rig.controller.cannot_begin("too long")
    assert rig.told() == [Refused("", "", "too long", network=True)]


def test_a_network_that_sounds_is_told_and_so_are_values_that_come_back_with_it(rig: Rig) -> None:
    rig.asked(Set("layers", 9))
    older = rig.node.last_change
    rig.asked(Set("channels", 64))
    rig.controller.refused(rig.node.last_change, "too slow")
    rig.subscription.take()
    rig.controller.sounding(older)
    assert rig.told() == [NetworkSounds("layers"), Moved("node", {"layers": 9}, Cause.ARRIVAL)]
    rig.controller.swapped(Swap("layers"))
    assert rig.told() == [Swap("layers")]


def test_a_fall_is_told_with_the_values_that_return(rig: Rig) -> None:
    rig.asked(Set("layers", 9))
    rig.controller.sounding(rig.node.last_change)
    rig.subscription.take()
    rig.controller.fell_back(rig.node.last_change, None, "too slow")
    assert rig.told() == [
        Moved("node", {"layers": 6}, Cause.FALL_BACK),
        FellBack("layers", True, "too slow"),
    ]


def test_weights_that_can_not_move_are_told(rig: Rig) -> None:
    rig.asked(Set("morph", 0.5))
    rig.node.fault = "too heavy"
    rig.controller.strained()
    assert rig.told() == [
        Moved("node", {"morph": 0.0}, Cause.STRAIN),
        Refused("test", "morph", "too heavy", network=False),
    ]


def test_a_preset_is_told_and_when_it_is_edited_and_no_longer(rig: Rig) -> None:
    rig.do(Act("preset_load", "fuzz"))
    assert rig.told() == [
        PresetTaken("test", "fuzz", saved=False),
        Moved("test", {"mix": 0.5}, Cause.PRESET),
    ]
    rig.do(Set("mix", 0.25))
    assert rig.told() == [Moved("test", {"mix": 0.25}), PresetEdited("fuzz", True)]
    rig.do(Set("mix", 0.75))
    assert rig.told() == [Moved("test", {"mix": 0.75})]
    rig.do(Set("mix", 0.5))
    assert rig.told() == [Moved("test", {"mix": 0.5}), PresetEdited("fuzz", False)]
    rig.asked(Set("mix", 0.25), Set("rate", 48_000))
    rig.do(Act("preset_save", "mine"))
    assert rig.told() == [PresetTaken("test", "mine", saved=True)]


def test_the_preset_that_the_node_starts_with_is_told_before_any_other(
    rig: Rig,
) -> None:
    first = StoredPreset("first", {"mix": 0.5})
    controller = Controller(rig.node, MemoryStore(fuzz={}), {"mix": 0.25}, preset=first)
    subscription = controller.subscriptions.subscribe()
    controller.apply([Act("preset_load", "fuzz")], rig.origin)
    controller.begin(lambda: None)
    told = [n.event for n in subscription.take()]
    assert told[:3] == [
        PresetTaken("start", "first", saved=False),
        PresetEdited("first", True),
        PresetTaken("test", "fuzz", saved=False),
    ]
    assert not any(isinstance(event, PresetTaken) for event in told[3:])


def test_silence_and_its_end_are_told(rig: Rig) -> None:
    rig.do(Act("panic"))
    rig.do(Act("panic"))
    assert rig.told() == [Silenced(True)]
    rig.do(Set("mix", 0.5))
    assert rig.told() == [Silenced(False), Moved("test", {"mix": 0.5})]


def test_what_is_asked_of_a_server_is_told(rig: Rig) -> None:
    rig.controller.begin(lambda: None)
    assert rig.told() == [NetworkAsked("")]


def test_an_event_carries_the_origin_itself(rig: Rig) -> None:
    other = RecordingOrigin()  # of the same name
    rig.do(Set("mix", 0.5))
    rig.controller.apply([Set("layers", 9)], other)
    rig.controller.refused(rig.node.last_change, "too slow")
    origins = [numbered.origin for numbered in rig.subscription.take()]
    assert [rig.origin, other, other, NODE, other] == origins
    assert origins[0] is rig.origin
    assert origins[1] is origins[2] is origins[4] is other


def test_values_change_in_the_commit_alone_and_every_event_has_one_place() -> None:
    """What is made in two places would sooner or later be told twice, or differently."""
    package = Path(events.__file__).parents[1]
    sources = {path: path.read_text(encoding="utf-8") for path in package.rglob("*.py")}
    controller = sources[home := package / "control" / "controller.py"]
    # Once at the beginning, once in the commit.
    assert controller.count("self._scene =") + controller.count("self._scene, self._history =") == 2
    kinds = [kind for kind in vars(events).values() if hasattr(kind, "kind")]
    assert len(kinds) > 12
    for kind in kinds:
        made = re.compile(rf"\b{kind.__name__}\(")
        counts = {path: len(made.findall(text)) for path, text in sources.items()}
        places = {path: n for path, n in counts.items() if n and path.stem != "events"}
        assert len(places) >= 1, f"nobody tells {kind.__name__}"
        assert places.get(home, 1) == 1, f"{kind.__name__} is made twice"


class TestOrder:
    def test_many_threads_leave_no_gap_for_who_keeps_up(self) -> None:
        rig = Rig()
        told: list[Numbered] = []
        received = threading.Event()
        total = 4 * 200 * 2

        def receive(numbered: Numbered) -> None:
            told.append(numbered)
            if len(told) == total:
                received.set()

        subscription = rig.controller.subscriptions.subscribe(total)

        def turn() -> None:
            for _ in range(200):
                rig.do(Act("seed_next"))

        with Delivery(subscription, receive, pause_seconds=0.0):
            threads = [threading.Thread(target=turn) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert received.wait(10.0)
        assert [numbered.number for numbered in told] == list(range(1, total + 1))
        seeds = [n.event.values["seed"] for n in told if isinstance(n.event, Moved)]
        assert seeds == list(range(43, 843))

    def test_closing_hands_on_what_waits(self, rig: Rig) -> None:
        told: list[Numbered] = []
        delivery = Delivery(rig.controller.subscriptions.subscribe(), told.append, 60.0)
        rig.do(Set("mix", 0.5))
        wait_for(lambda: told)
        rig.do(Set("mix", 0.25))
        delivery.close()
        rig.do(Set("mix", 0.75))
        assert [n.event.values["mix"] for n in told if isinstance(n.event, Moved)] == [0.5, 0.25]

    def test_a_fault_of_a_subscriber_costs_no_other_event(
        self, rig: Rig, caplog: pytest.LogCaptureFixture
    ) -> None:
        numbers = []

        def receive(numbered: Numbered) -> None:
            numbers.append(numbered.number)
            raise ValueError("our fault")

        with Delivery(rig.controller.subscriptions.subscribe(), receive):
            rig.do(Set("mix", 0.5))
            rig.do(Set("mix", 0.25))
        assert numbers == [1, 2]
        assert "our fault" in caplog.text


class TestSlow:
    def test_who_misses_events_is_told_how_many_and_gets_the_state(self, rig: Rig) -> None:
        slow = rig.controller.subscriptions.subscribe(capacity=3)
        for number in range(10):
            rig.do(Set("mix", number / 10))
        taken = slow.take()
        assert [n.number for n in taken] == [1, 2, 3, 10]
        assert taken[-1].event == Dump(7, rig.controller.values, None, False, False, rig.recall)
        assert len(rig.subscription.take()) == 10
        rig.do(Set("mix", 1.0))
        assert [n.number for n in slow.take()] == [11]

    @pytest.mark.parametrize("capacity", [1, 2, 7])
    def test_state_and_events_always_add_up(self, rig: Rig, capacity: int) -> None:
        """Whoever applies what it takes has the accepted values whenever it has taken all."""
        slow = rig.controller.subscriptions.subscribe(capacity, dump=True)
        mine: dict[str, Any] = {}
        number = 0

        def follow(subscription: Subscription) -> None:
            nonlocal number
            for numbered in subscription.take():
                match numbered.event:
                    case Dump(values=values, left_out=left_out):
                        assert numbered.number == number + left_out
                        mine.update(values)
                    case event:
                        assert numbered.number == number + 1
                        if isinstance(event, Moved):
                            mine.update(event.values)
                number = numbered.number

        end = threading.Event()

        def turn() -> None:
            for seed in itertools.count():
                if end.is_set():
                    return
                rig.do(Set("seed", seed % 1000), Set("mix", seed % 7 / 7))

        threads = [threading.Thread(target=turn) for _ in range(2)]
        for thread in threads:
            thread.start()
        for _ in range(300):
            follow(slow)
        end.set()
        for thread in threads:
            thread.join()
        follow(slow)
        assert mine == rig.controller.values

    def test_a_subscriber_that_hangs_holds_nobody_up(self, rig: Rig) -> None:
        hanging, release = threading.Event(), threading.Event()

        def hang(numbered: Numbered) -> None:
            hanging.set()
            assert release.wait(30.0)

        hung = Delivery(rig.controller.subscriptions.subscribe(10), hang)
        rig.do(Set("mix", 0.5))
        assert hanging.wait(10.0)
        for number in range(100):
            rig.do(Set("mix", number / 100))
        assert [n.number for n in rig.subscription.take()] == list(range(1, 102))
        release.set()
        hung.close()

    def test_a_dump_can_be_had_at_the_beginning(self, rig: Rig) -> None:
        rig.do(Act("preset_load", "fuzz"), Set("mix", 0.25), Act("panic"))
        [numbered] = rig.controller.subscriptions.subscribe(dump=True).take()
        assert numbered.event == Dump(0, rig.controller.values, "fuzz", True, True, rig.recall)
        assert numbered.number == rig.subscription.take()[-1].number


class TestLock:
    def held_by_others(self, lock: Any) -> bool:
        """Say whether a thread can't have the lock, even once those who change values let it go."""
        found = []

        def look() -> None:
            found.append(lock.acquire(timeout=10.0))
            if found[0]:
                lock.release()

        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        return not found[0]

    def test_it_is_never_held_while_events_are_delivered(self, rig: Rig) -> None:
        held = []
        with Delivery(
            rig.controller.subscriptions.subscribe(),
            lambda _: held.append(self.held_by_others(rig.controller._lock)),
        ):
            rig.do(Set("layers", 9))
            rig.controller.refused(rig.node.last_change, "too slow")
            rig.controller.subscriptions.publish(Xruns(1, 1))
        assert held == [False] * 5

    @pytest.mark.parametrize(
        "call",
        [
            lambda rig: rig.do(Set("layers", 7)),
            lambda rig: rig.controller.subscriptions.subscribe(dump=True).take(),
            lambda rig: rig.controller.subscriptions.publish(Xruns(1, 1)),
            lambda rig: rig.controller.sounding(rig.node.last_change),
        ],
    )
    def test_a_subscriber_may_call_the_controller(
        self, rig: Rig, call: Callable[[Rig], Any]
    ) -> None:
        called = threading.Event()

        def receive(numbered: Numbered) -> None:
            if numbered.number == 1:
                call(rig)
                called.set()

        with Delivery(rig.controller.subscriptions.subscribe(), receive):
            rig.do(Set("layers", 9))
            assert called.wait(10.0)

    def test_a_subscriber_may_end_itself(self, rig: Rig) -> None:
        ended = threading.Event()

        def receive(numbered: Numbered) -> None:
            delivery.close()
            ended.set()

        delivery = Delivery(rig.controller.subscriptions.subscribe(), receive)
        rig.do(Set("mix", 0.5))
        assert ended.wait(10.0)
