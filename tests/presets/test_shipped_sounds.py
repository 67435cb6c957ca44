"""The presets that ship, as they sound: level, balance, differences, tails and touch."""

from __future__ import annotations

import functools
import itertools
from pathlib import Path

import numpy as np
import pytest

from ronn_jack.bench.feel.measures import louder_by, off_line_db, schroeder_db
from ronn_jack.bench.portrait import Likeness, difference_db, excerpt, likeness, tail_seconds
from ronn_jack.model.architecture import network_spec
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.network import Network
from ronn_jack.parameters import Value, defaults
from ronn_jack.presets.preset import Preset
from ronn_jack.presets.store import PresetStore

pytestmark = pytest.mark.slow

RATE = 48_000
LEAST_APART_DB = 3.5
MOST_OFF_LU = 1.0
MOST_ONE_SIDED_DB = 3.0
MOST_MULTIPLICATIONS = 15_000
"""For a frame: about a tenth of a core at 48 kHz, on one that does 7 G multiply-adds a second."""

USUAL, OTHERS = ("guitar", "drums"), ("piano", "voice")
"""Sources on which presets are heard; on the others where that tells more."""

STORE = PresetStore(user=Path("no such folder"))
PRESETS = [STORE.load(name) for name in STORE.names()]


def tagged(*tags: str) -> list[Preset]:
    return [preset for preset in PRESETS if set(tags) <= set(preset.tags)]


def values_of(preset: Preset) -> dict[str, Value]:
    return {**defaults(), **preset.values}


def spec_of(preset: Preset) -> NetworkSpec:
    return network_spec(values_of(preset), 2, 2, RATE)


@functools.cache
def heard(name: str, source: str) -> Likeness:
    return likeness(values_of(STORE.load(name)), excerpt(source, RATE), RATE)


def faults_of(preset: Preset, name: str) -> list[str]:
    """Say what is wrong with a preset by itself."""
    sound = heard(preset.name, name)
    where = f"{preset.name} on {name}"
    faults = []
    off = louder_by(excerpt(name, RATE), sound.played, RATE)
    if not abs(off) <= MOST_OFF_LU:
        faults.append(f"{where}: {off:+.2f} LU")
    balance = sound.character.balance_db
    if not (abs(balance) <= MOST_ONE_SIDED_DB or "wide" in preset.tags):
        faults.append(f"{where}: {balance:+.2f} dB to one side")
    if not np.abs(sound.played).max() <= 1.0:
        faults.append(f"{where}: above full scale")
    return faults


@pytest.mark.parametrize(
    "sources", [USUAL, pytest.param(OTHERS, marks=pytest.mark.soak)], ids=", ".join
)
@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_each_is_level_and_in_the_middle(preset: Preset, sources: tuple[str, ...]) -> None:
    assert not [fault for name in sources for fault in faults_of(preset, name)]


def test_any_two_differ_on_two_of_the_sources() -> None:
    """They are heard on no more sources than it takes to tell them apart."""
    faults = []
    for one, other in itertools.combinations(PRESETS, 2):
        apart = (difference_db(heard(one.name, s), heard(other.name, s)) for s in (*USUAL, *OTHERS))
        differing = (db for db in apart if db >= LEAST_APART_DB)
        if len(list(itertools.islice(differing, 2))) < 2:
            faults.append(f"{one.name} and {other.name}")
    assert not faults


@pytest.mark.parametrize(
    "preset",
    [p for p in tagged("reverb") if not p.values["reverb"]],  # which is judged as a room
    ids=lambda preset: preset.name,
)
def test_a_reverb_dies_away_on_a_straight_line(preset: Preset) -> None:
    values, spec = values_of(preset), spec_of(preset)
    assert 0.0 < float(values["decay"]) <= 0.7 * spec.receptive_field / RATE
    if spec.activation != "linear":
        return
    for sides in ((1.0, 0.0), (0.0, 1.0), (1.0, 1.0)):
        click = np.zeros((2, spec.receptive_field), np.float32)
        click[:, 0] = sides
        assert off_line_db(schroeder_db(Network(spec).process(click))) <= 3.0
    assert tail_seconds(values, RATE) == pytest.approx(float(values["decay"]), rel=0.15)


@pytest.mark.parametrize(
    "preset",
    [p for p in tagged("echo") if p.values["decay"] and p.values["activation"] == "linear"],
    ids=lambda preset: preset.name,
)
def test_each_repeat_of_an_echo_is_on_the_exponential(preset: Preset) -> None:
    spec = spec_of(preset)
    click = np.zeros((2, spec.receptive_field), np.float32)
    click[:, 0] = 1.0
    power = np.square(Network(spec).process(click), dtype=np.float64).sum(axis=0)
    repeats = np.array([each.sum() for each in np.split(power, range(
        spec.longest_dilation, spec.longest_dilation * spec.kernel, spec.longest_dilation
    ))])  # fmt: skip
    assert repeats.size == spec.kernel >= 4
    levels = 10.0 * np.log10(repeats)
    exponential = -60.0 * np.arange(spec.kernel) * spec.longest_dilation / RATE / spec.decay
    off = levels - exponential
    assert np.abs(off - off.mean()).max() <= 1.5


def distortion_db(preset: Preset, amplitude: float) -> float:
    """Return the power of the overtones of a sine against that of its fundamental."""
    values, hertz, frames = values_of(preset), 220.0, RATE // 2
    gain = 10.0 ** ((float(values["input_gain"]) + float(values["drive"])) / 20.0)
    sine = gain * amplitude * np.sin(2.0 * np.pi * hertz * np.arange(2 * frames) / RATE)
    out = Network(spec_of(preset)).process(np.stack([sine, sine]).astype(np.float32))[:, frames:]
    power = np.square(np.abs(np.fft.rfft(out))).sum(axis=0)
    fundamental = round(hertz * frames / RATE)
    return float(10.0 * np.log10(power[fundamental + 1 :].sum() / power[fundamental]))


@pytest.mark.parametrize("preset", tagged("overdrive"), ids=lambda preset: preset.name)
def test_an_overdrive_answers_to_the_touch(preset: Preset) -> None:
    soft, hard = distortion_db(preset, 0.02), distortion_db(preset, 0.4)
    assert soft < -15.0
    assert hard > soft + 8.0


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_what_is_not_tagged_heavy_fits_a_small_machine(preset: Preset) -> None:
    assert spec_of(preset).multiplications <= MOST_MULTIPLICATIONS or "heavy" in preset.tags
