"""What undo goes back through, alone: which changes are steps, and where they lead."""

from __future__ import annotations

from typing import Any

from ronn_jack.control.history import MOST_STEPS, SWEEP_SECONDS, History, Touch
from ronn_jack.control.operations import NamedOrigin
from ronn_jack.control.scene import Scene
from ronn_jack.parameters import defaults

ANN, BOB = NamedOrigin("ann"), NamedOrigin("bob")


class Player:
    """Changes values at the times that it is told."""

    def __init__(self) -> None:
        self.scene = Scene(defaults())
        self.history = History(self.scene)
        self.time = 0.0

    def move(self, origin: NamedOrigin = ANN, after: float = 1.0, **values: Any) -> None:
        """Move parameters as their controls do."""
        self.time += after
        self.scene = self.scene.holding({**self.scene.values, **values})
        touch = Touch(origin, self.time, frozenset(values))
        self.history = self.history.with_change(self.scene, touch)

    def undo(self) -> dict[str, Any]:
        """Return what is another after a step back."""
        return self._go(History.undone)

    def redo(self) -> dict[str, Any]:
        return self._go(History.redone)

    def _go(self, go: Any) -> dict[str, Any]:
        before = self.scene.values
        self.history, self.scene = go(self.history, self.scene)
        return {n: value for n, value in self.scene.values.items() if value != before[n]}


def test_each_change_is_a_step_and_each_can_be_undone_and_done_again() -> None:
    player = Player()
    player.move(layers=9)
    player.move(mix=0.5)
    assert player.undo() == {"mix": 1.0}
    assert player.undo() == {"layers": 6}
    assert (player.history.undoable, player.history.redoable) == (0, 2)
    assert player.redo() == {"layers": 9}
    assert player.redo() == {"mix": 0.5}


def test_a_change_after_an_undo_forgets_what_was_undone() -> None:
    player = Player()
    player.move(layers=9)
    player.move(mix=0.5)
    player.undo()
    player.move(seed=7)
    assert (player.history.undoable, player.history.redoable) == (2, 0)
    assert player.undo() == {"seed": 42}


def test_at_least_two_hundred_steps_are_kept_and_no_more_than_there_is_room_for() -> None:
    player = Player()
    for seed in range(MOST_STEPS + 50):
        player.move(seed=seed)
    assert player.history.undoable == MOST_STEPS >= 200
    for seed in range(MOST_STEPS + 48, 48, -1):
        assert player.undo() == {"seed": seed}
    assert player.history.undoable == 0


class TestSweep:
    def test_it_is_one_step_as_long_as_it_does_not_pause(self) -> None:
        player = Player()
        for number in range(20):
            player.move(after=SWEEP_SECONDS, mix=number / 20)
        assert player.history.undoable == 1
        player.move(after=SWEEP_SECONDS + 0.01, mix=0.3)
        assert player.history.undoable == 2
        assert player.undo() == {"mix": 0.95}
        assert player.undo() == {"mix": 1.0}

    def test_another_parameter_or_another_origin_is_another_step(self) -> None:
        player = Player()
        player.move(after=0.1, mix=0.5)
        player.move(after=0.1, morph=0.5)
        player.move(BOB, after=0.1, morph=0.25)
        assert player.history.undoable == 3

    def test_two_at_once_are_two_steps(self) -> None:
        """The two axes of a pad send in turn, and would fill the history within seconds."""
        player = Player()
        for number in range(1, 100):
            player.move(after=0.01, xy_x=number / 100)
            player.move(after=0.01, xy_y=number / 200)
        assert player.history.undoable == 2
        assert player.undo() == {"xy_y": 0.0}
        assert player.undo() == {"xy_x": 0.0}
        assert player.redo() == {"xy_x": 0.99}
        assert player.redo() == {"xy_y": 0.495}

    def test_it_does_not_reach_over_another_change_of_the_parameter(self) -> None:
        player = Player()
        player.move(after=0.1, mix=0.5)
        player.move(BOB, after=0.1, mix=0.2, layers=3)
        player.move(after=0.1, mix=0.6)
        assert player.history.undoable == 3
        assert player.undo() == {"mix": 0.2}

    def test_one_that_ends_where_it_began_is_no_step(self) -> None:
        player = Player()
        player.move(seed=1)
        for mix in (0.5, 0.7, 1.0):
            player.move(after=0.1, mix=mix)
        assert player.history.undoable == 1

    def test_none_goes_on_after_an_undo(self) -> None:
        player = Player()
        player.move(mix=0.5)
        player.move(layers=9)
        player.undo()
        player.move(after=0.1, mix=0.6)
        assert (player.history.undoable, player.history.redoable) == (2, 0)
        assert player.undo() == {"mix": 0.5}


class TestSettings:
    """Parameters of the node belong to no sound."""

    def test_alone_they_are_no_step_and_undo_leaves_them(self) -> None:
        player = Player()
        player.move(layers=9)
        player.move(budget=0.5, bypass=True)
        player.move(mix=0.5)
        assert player.history.undoable == 2
        assert player.undo() == {"mix": 1.0}
        assert player.undo() == {"layers": 6}

    def test_moved_along_with_a_sound_they_go_back_with_it_unless_moved_since(self) -> None:
        player = Player()
        player.move(layers=9, fade_ms=100.0, budget=0.5)
        player.move(fade_ms=50.0)
        assert player.undo() == {"layers": 6, "budget": 0.7}
        assert player.redo() == {"layers": 9, "budget": 0.5}


class TestTakenBack:
    """What the node takes back by itself."""

    def take_back(self, player: Player, **values: Any) -> None:
        player.scene = player.scene.holding({**player.scene.values, **values})
        player.history = player.history.without_refused(player.scene)

    def test_a_network_that_falls_takes_its_step_out_and_leaves_later_ones(self) -> None:
        player = Player()
        player.move(layers=9, seed=7)
        player.move(mix=0.5)
        self.take_back(player, layers=6, seed=42)
        assert player.history.undoable == 1
        assert player.undo() == {"mix": 1.0}

    def test_of_a_step_the_rest_stays(self) -> None:
        player = Player()
        player.move(layers=9, mix=0.5)
        self.take_back(player, layers=6)
        assert player.undo() == {"mix": 1.0}
        assert player.redo() == {"mix": 0.5}

    def test_only_the_steps_go_that_led_away_from_what_sounds(self) -> None:
        player = Player()
        for layers in (3, 9, 12, 15):
            player.move(layers=layers)
        self.take_back(player, layers=9)
        assert player.history.undoable == 2
        assert player.undo() == {"layers": 3}

    def test_what_was_undone_stays(self) -> None:
        player = Player()
        player.move(layers=9)
        player.move(mix=0.5)
        player.undo()
        self.take_back(player, layers=6)
        assert (player.history.undoable, player.history.redoable) == (0, 1)
        assert player.redo() == {"mix": 0.5}
