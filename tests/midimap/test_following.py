"""A control takes its parameter over as the profile says, and an encoder steps it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronn_jack.control.operations import Set
from ronn_jack.midimap.following import FINE_PLAY, Follower
from ronn_jack.midimap.messages import Event, Message
from ronn_jack.midimap.profile import Follow, Takeover
from ronn_jack.parameters import PARAMETERS, Curve, Value

FLOATS = ["mix", "input_gain", "xy_x", "fade_ms"]


class Knob:
    """A control, and the parameter that it moves."""

    def __init__(
        self,
        name: str,
        value: Value,
        takeover: Takeover = Takeover.JUMP,
        **limits: float,
    ) -> None:
        parameter = PARAMETERS[name]
        target = Follow(
            parameter,
            limits.get("minimum", parameter.minimum),
            limits.get("maximum", parameter.maximum),
            parameter.curve,
            int(limits["detents"]) if "detents" in limits else None,
        )
        self.value = value
        self.follower = Follower(target, takeover, lambda: self.value)

    def turn(self, *levels: int, highest: int = 127) -> list[Value]:
        return self._keep(
            self.follower.move(Event(Message.CC, 1, 7, level, highest)) for level in levels
        )

    def step(self, *steps: int) -> list[Value]:
        return self._keep(self.follower.step(each) for each in steps)

    def _keep(self, operations) -> list[Value]:
        values = []
        for operation in operations:
            if operation is not None:
                assert isinstance(operation, Set)
                self.value = PARAMETERS[operation.name].parse(operation.value)
                values.append(self.value)
        return values


class TestPickup:
    def test_nothing_moves_until_the_control_passes_its_parameter(self) -> None:
        knob = Knob("mix", 0.5, Takeover.PICKUP)
        assert knob.turn(0, 20, 40, 60) == []
        assert knob.follower.gap == pytest.approx(60 / 127 - 0.5)
        assert knob.turn(70) == [70 / 127], "it has passed"
        assert knob.follower.gap == 0.0
        assert knob.turn(80, 10) == [80 / 127, 10 / 127], "and keeps hold"

    def test_it_waits_where_the_parameter_returns_to_what_it_was(self) -> None:
        knob = Knob("mix", 0.5, Takeover.PICKUP)
        caught = knob.turn(64)
        knob.value = 1.0
        knob.turn(100)
        knob.value = caught[0]
        assert knob.follower.gap == pytest.approx(36 / 127)

    def test_it_is_caught_within_a_step_without_being_passed(self) -> None:
        assert Knob("mix", 0.5, Takeover.PICKUP).turn(64) == [64 / 127]
        assert Knob("mix", 0.5, Takeover.PICKUP).turn(66) == []

    def test_what_moves_the_parameter_otherwise_makes_it_wait_again(self) -> None:
        knob = Knob("mix", 0.5, Takeover.PICKUP)
        knob.turn(64)
        knob.value = 1.0
        assert knob.turn(65, 100, 120) == []
        assert knob.follower.gap == pytest.approx(120 / 127 - 1)
        assert knob.turn(127) == [1.0]
        knob.turn(100)
        assert knob.value == 100 / 127

    def test_a_stepped_parameter_is_caught_where_its_value_is(self) -> None:
        knob = Knob("layers", 12, Takeover.PICKUP)
        values = knob.turn(*range(128))
        assert values[0] in (12, 13)
        assert values == list(range(values[0], 25))

    def test_a_parameter_beyond_the_limits_is_caught_at_their_end(self) -> None:
        knob = Knob("mix", 1.0, Takeover.PICKUP, minimum=0.0, maximum=0.5)
        assert knob.turn(0, 64, 120) == []
        assert knob.turn(127) == [0.5]

    def test_turned_round_limits(self) -> None:
        knob = Knob("mix", 0.25, Takeover.PICKUP, minimum=1.0, maximum=0.0)
        assert knob.turn(0, 60) == []
        assert knob.turn(100) == [pytest.approx(1 - 100 / 127)]

    def test_finer_controls_are_taken_over_too(self) -> None:
        knob = Knob("mix", 0.5, Takeover.PICKUP)
        assert knob.turn(0, 5000, highest=16383) == []
        assert knob.turn(8200, highest=16383) == [8200 / 16383]


class TestScale:
    def test_both_reach_the_end_together(self) -> None:
        knob = Knob("mix", 0.8, Takeover.SCALE)
        assert knob.turn(64) == [], "where it stands is only learned"
        rising = knob.turn(*range(65, 128))
        assert rising == sorted(rising)
        assert rising[0] == pytest.approx(0.8 + (1 / 127) * 0.2 / (63 / 127))
        assert rising[-1] == 1.0
        assert knob.turn(60) == [60 / 127], "from then on they are together"

    def test_downwards(self) -> None:
        knob = Knob("mix", 0.8, Takeover.SCALE)
        knob.turn(64)
        falling = knob.turn(32, 16, 0)
        assert falling == [pytest.approx(0.4), pytest.approx(0.2), 0.0]

    def test_it_begins_anew_from_where_something_else_left_the_parameter(self) -> None:
        knob = Knob("mix", 0.8, Takeover.SCALE)
        knob.turn(64, 127)
        knob.value = 0.5
        assert knob.turn(64) == [pytest.approx(0.5 * 64 / 127)]

    @pytest.mark.parametrize("name", [*FLOATS, "layers", "activation", "seed"])
    @given(place=st.floats(0, 1), levels=st.lists(st.integers(0, 127), min_size=1, max_size=30))
    def test_it_goes_the_controls_way_and_stays_within(
        self, name: str, place: float, levels: list[int]
    ) -> None:
        parameter = PARAMETERS[name]
        knob = Knob(name, parameter.denormalise(place), Takeover.SCALE)
        before, stood = knob.value, None
        for level in levels:
            knob.turn(level)
            moved = parameter.to_number(knob.value) - parameter.to_number(before)
            if stood is not None and abs(moved) > 1e-9:
                assert (moved > 0) == (level > stood)
            before, stood = knob.value, level
        knob.turn(0)
        knob.turn(127)
        assert knob.value == parameter.denormalise(1.0)


class TestSteps:
    @pytest.mark.parametrize("name", FLOATS)
    def test_a_hundred_take_a_parameter_through_its_range(self, name: str) -> None:
        parameter = PARAMETERS[name]
        knob = Knob(name, parameter.denormalise(0.0))
        values = knob.step(*[1] * 100)
        assert len(values) == 100
        assert values == pytest.approx([parameter.denormalise(n / 100) for n in range(1, 101)])
        assert values[-1] == parameter.denormalise(1.0)
        assert knob.step(1) == [], "it stays at the end"
        assert knob.step(-50) == [pytest.approx(parameter.denormalise(0.5))]

    @pytest.mark.parametrize("name", ["layers", "kernel", "activation", "seed", "bias"])
    def test_each_is_one_value_of_a_stepped_parameter(self, name: str) -> None:
        parameter = PARAMETERS[name]
        knob = Knob(name, parameter.from_number(parameter.minimum))
        assert knob.step(-1) == []
        assert knob.step(1) == [parameter.from_number(parameter.minimum + 1)]
        knob.step(2**40)
        assert knob.value == parameter.from_number(parameter.maximum)

    def test_detents_of_a_binding(self) -> None:
        knob = Knob("layers", 1, detents=46)
        assert knob.step(*[1] * 46) == list(range(2, 25)), "two for each"
        assert Knob("mix", 0.0, detents=4).step(1, 1) == [0.25, 0.5]

    def test_turned_round_limits(self) -> None:
        assert Knob("mix", 0.5, minimum=1.0, maximum=0.0).step(10) == [pytest.approx(0.4)]
        assert Knob("layers", 12, minimum=20, maximum=10).step(1, -1, -3) == [11, 12, 15]

    def test_they_go_on_from_where_something_else_left_the_parameter(self) -> None:
        knob = Knob("mix", 0.0)
        knob.step(10)
        knob.value = 0.75
        assert knob.step(5) == [pytest.approx(0.8)]


def test_a_fine_control_that_trembles_flips_no_stepped_parameter() -> None:
    knob = Knob("kernel", 1)
    edge = next(n for n in range(8000, 16383) if 1 + round(n / 16383 * 127) > 65)
    knob.turn(edge - 500, highest=16383)
    trembling = [edge, edge - FINE_PLAY // 2] * 10
    assert len(knob.turn(*trembling, highest=16383)) == 1


@pytest.mark.parametrize("curve", list(Curve))
@given(place=st.floats(0, 1))
def test_a_curves_place_undoes_it(curve: Curve, place: float) -> None:
    for low, high in ((1.0, 1000.0), (20.0, 2.0)):
        assert curve.place(low, high, curve.between(low, high, place)) == pytest.approx(
            place, abs=1e-7
        )
    assert curve.place(1.0, 2.0, 7.0) == 1.0
    assert curve.place(1.0, 2.0, -7.0) == 0.0
    assert curve.place(3.0, 3.0, 3.0) == 0.0
