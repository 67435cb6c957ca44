"""How long delays are: stretched, meant for another sample rate, or in beats."""

from __future__ import annotations

import math

import pytest

from ronn_jack.errors import SpecError
from ronn_jack.model.architecture import network_spec
from ronn_jack.model.expression import Expression
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.model.times import drift_hertz, synced_beats
from ronn_jack.parameters import Value, defaults


def spec_of(at: float = 48_000.0, **values: Value) -> NetworkSpec:
    return network_spec({**defaults(), **values}, 2, 2, at)


def dilations(spec: NetworkSpec) -> list[int]:
    return [spec.layer(i).dilation for i in range(spec.layers)]


@pytest.mark.parametrize(
    ("stretch", "growth", "wanted"),
    [
        (1.0, 2, [1, 2, 4, 8, 16, 32]),
        (1.5, 2, [2, 3, 6, 12, 24, 48]),
        (0.25, 2, [1, 1, 1, 2, 4, 8]),
        (16.0, 1, [16] * 6),
        (0.3, 3, [1, 1, 3, 8, 24, 73]),
    ],
)
def test_every_layer_is_stretched_to_the_nearest_frame(
    stretch: float, growth: int, wanted: list[int]
) -> None:
    spec = NetworkSpec(stretch=stretch, dilation=growth)
    assert dilations(spec) == wanted
    assert spec.receptive_field == 1 + 2 * sum(wanted)
    assert spec.longest_dilation == wanted[-1]


def test_single_taps_have_no_delay() -> None:
    spec = spec_of(layers=24, kernel=1, dilation=20, stretch=16.0, sync="8")
    assert spec.receptive_field == 1
    assert spec.longest_dilation == 0


def test_the_limits_are_those_of_the_stretched_network() -> None:
    NetworkSpec(layers=20, dilation=2, stretch=5.0)
    with pytest.raises(SpecError, match="exceeds 60 s at 192000 Hz: lower dilation to 1 or layers"):
        NetworkSpec(layers=20, dilation=2, stretch=5.6)
    with pytest.raises(SpecError, match="at 48000 Hz"):
        spec_of(layers=19, stretch=6.0)
    with pytest.raises(SpecError, match="stretch = 1001"):
        NetworkSpec(stretch=1001.0)


@pytest.mark.parametrize("rate", [44_100.0, 48_000.0, 96_000.0, 192_000.0])
def test_a_sound_that_says_its_rate_keeps_its_times(rate: float) -> None:
    values: dict[str, Value] = {"rate": 48_000, "layers": 12, "kernel": 9, "stretch": 1.25}
    spec = spec_of(rate, **values)
    there = spec_of(48_000.0, **values)
    assert spec.receptive_field / rate == pytest.approx(there.receptive_field / 48e3, rel=1e-3)
    assert spec.longest_dilation / rate == pytest.approx(there.longest_dilation / 48e3, rel=1e-3)
    assert spec.rate == rate


@pytest.mark.parametrize("rate", [44_100.0, 96_000.0])
def test_one_that_says_none_keeps_its_frames(rate: float) -> None:
    assert dilations(spec_of(rate, stretch=1.5)) == dilations(NetworkSpec(stretch=1.5))


@pytest.mark.parametrize("rate", [44_100.0, 96_000.0])
@pytest.mark.parametrize("said", [0, 48_000])
@pytest.mark.parametrize("tempo", [83.7, 120.0])
@pytest.mark.parametrize("note", ["1/16", "1/4", "1", "2"])
def test_a_synced_delay_is_the_note(note: str, tempo: float, said: int, rate: float) -> None:
    spec = spec_of(rate, layers=11, dilation=2, sync=note, tempo=tempo, rate=said, stretch=7.7)
    values: dict[str, Value] = {**defaults(), "sync": note, "tempo": tempo}
    seconds = spec.longest_dilation / rate
    beats = seconds * tempo / 60.0
    told = synced_beats(values, seconds)
    number, _, parts = told.partition("/")
    assert beats == pytest.approx(int(number) / int(parts or 1), abs=tempo / 60.0 / rate)
    # Of a factor 0.25 to 16 for 1024 frames, those that reach the note itself take it.
    scale = rate / (said or rate)
    wanted = eval_note(note) * 60.0 / tempo * rate / 1024 / scale
    assert (told == note) == (0.25 <= wanted <= 16.0)
    assert 0.25 <= spec.stretch / scale <= 16.0


def eval_note(note: str) -> float:
    number, _, parts = note.partition("/")
    return int(number) / int(parts or 1)


def test_a_note_that_is_too_long_is_halved_and_one_too_short_doubled() -> None:
    def told(**values: Value) -> str:
        spec = spec_of(**values)
        return synced_beats({**defaults(), **values}, spec.longest_dilation / spec.rate)

    # 32 frames can be stretched to 512, which is less than 24000, by an octave to 375.
    assert told(layers=6, sync="1") == "1/64"
    assert told(layers=16, sync="1/16") == "1/2"
    # The field of 40 taps would be too long before the factor is.
    assert told(layers=14, kernel=40, sync="8") == "1"
    assert told(sync="off", layers=6) == ""


def test_drift_takes_the_note_too_and_rests_where_it_rests() -> None:
    values = {**defaults(), "drift_rate": 3.0, "tempo": 90.0}
    assert drift_hertz(values) == 3.0
    assert drift_hertz({**values, "sync": "2"}) == pytest.approx(0.75)
    assert drift_hertz({**values, "sync": "1/16"}) == pytest.approx(6.0)
    assert drift_hertz({**values, "sync": "2", "drift_rate": 0.0}) == 0.0
    assert Expression.of({**values, "sync": "1"}).drift_rate == pytest.approx(1.5)
    assert math.isclose(drift_hertz({**values, "sync": "8", "tempo": 30.0}), 1 / 16)
