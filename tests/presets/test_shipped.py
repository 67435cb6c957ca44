"""The presets that ship are ordered, distinct, safe to play and about as loud as the guitar."""

from __future__ import annotations

import functools
import itertools
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from ronn_jack.control.operations import Act
from ronn_jack.loudness.match import matched_gain
from ronn_jack.midimap.profile import Press
from ronn_jack.midimap.profile_file import ProfileStore
from ronn_jack.parameters import PARAMETERS, Scope, defaults
from ronn_jack.presets.preset import Preset
from ronn_jack.presets.store import PresetStore
from ronn_jack.render import render_file

pytestmark = pytest.mark.slow

RATE = 48000
FIRST = (
    "warm-drive", "soft-tube", "crunch", "lead", "fuzz", "sputter", "octave-up", "wavefolder",
    "hollow", "tin-pipe", "slapback", "echoes", "dirty-echo", "scatter", "gated-echo", "room",
    "hall", "cathedral", "wall", "glitch", "broken-radio", "swarm", "drone", "deep-drone",
)  # fmt: skip
KINDS = (
    "overdrive", "distortion", "fuzz", "filter", "modulation", "echo", "reverb", "drone", "glitch",
    "lofi",
)  # fmt: skip
INSTRUMENTS = ("guitar", "bass", "keys", "synth", "drums", "voice")
NOTES_HZ = (82.4, 123.5, 164.8, 220.0, 110.0, 196.0, 246.9, 329.6)


def shipped() -> list[Preset]:
    store = PresetStore(user=Path("no such folder"))
    return [store.load(name) for name in store.names()]


@functools.cache
def phrase() -> NDArray[np.float32]:
    """Return three seconds of plucked harmonics, peak −6 dBFS [shape=(2, frames)]."""
    t = np.arange(3 * RATE) / RATE
    x = np.zeros_like(t)
    for i, hertz in enumerate(NOTES_HZ):
        since = t - i * 0.35
        note = sum(
            np.sin(2 * np.pi * k * hertz * since) * np.exp(-(2.0 + k) * np.abs(since)) / k
            for k in range(1, 13)
        )
        x += np.where(since >= 0.0, note, 0.0)
    x *= 0.5 / np.abs(x).max()
    return np.stack([x, x]).astype(np.float32)


def test_there_are_many_in_a_fixed_order() -> None:
    """Program changes that people have set up go on loading what they did."""
    presets = shipped()
    assert len(presets) >= 40
    assert [preset.index for preset in presets] == list(range(len(presets)))
    assert [preset.name for preset in presets][: len(FIRST)] == list(FIRST)


@pytest.mark.parametrize("preset", shipped(), ids=lambda preset: preset.name)
def test_each_is_tagged_with_its_kind_and_an_instrument(preset: Preset) -> None:
    kind, instrument, *more = preset.tags
    assert kind in KINDS
    assert instrument in INSTRUMENTS
    assert set(more) <= {"wide", "heavy"}


@pytest.mark.parametrize("preset", shipped(), ids=lambda preset: preset.name)
def test_each_says_what_it_does_and_leaves_the_node_alone(preset: Preset) -> None:
    assert 10 <= len(preset.description) <= 72
    assert all(PARAMETERS[name].scope is Scope.SOUND for name in preset.values)
    assert preset.name == preset.name.lower()


@pytest.mark.parametrize("preset", shipped(), ids=lambda preset: preset.name)
def test_each_plays_about_as_loud_as_a_mono_input(preset: Preset, tmp_path: Path) -> None:
    dry, wet = tmp_path / "dry.wav", tmp_path / "wet.wav"
    x = phrase()[:1]
    soundfile.write(dry, x.T, RATE, subtype="FLOAT")
    render_file(dry, wet, {**defaults(), **preset.values})
    y = soundfile.read(wet)[0].T
    difference_db = 20.0 * np.log10(np.sqrt(np.mean(y**2) / np.mean(x**2)))
    assert abs(difference_db) < 5.0
    match = matched_gain(x, y.astype(np.float32), RATE)
    assert match is not None and abs(match.gain_db) < 1.0
    assert np.abs(y).max() <= 1.0
    left, right = np.sqrt(np.mean(y**2, axis=1))
    assert abs(20.0 * np.log10(left / right)) < 8.0, "one side is missing"
    assert np.abs(y - x).max() > 0.05, "hardly differs from the dry signal"


def test_no_two_are_the_same_sound() -> None:
    for one, other in itertools.combinations(shipped(), 2):
        assert one.values != other.values
        assert one.description != other.description


def test_the_controllers_buttons_load_presets_that_exist() -> None:
    names = {preset.name for preset in shipped()}
    for profile in ProfileStore(user=Path("no such folder")).readable():
        for binding in profile.bindings:
            target = binding.target
            if isinstance(target, Press) and isinstance(target.operation, Act):
                argument = target.operation.argument
                if isinstance(argument, str):
                    assert argument in names
