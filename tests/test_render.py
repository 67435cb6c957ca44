"""Rendering a file: its shape, and its sound against the engine and a float64 oracle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from ronn_jack.loudness.match import block_powers, loudness, matched_gain
from ronn_jack.model.architecture import network_spec
from ronn_jack.model.recipes import draw
from ronn_jack.parameters import defaults
from ronn_jack.render import offline_engine, render_file
from tests import oracle
from tests.realtime.engine_driver import noise
from tests.support.rendering import RATE, rendered, written

RAW = {"auto_level": False}
"""The oracle knows no level."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def guarded(y: NDArray[np.float64]) -> NDArray[np.float64]:
    knee = 10 ** (-1 / 20)
    bent = np.sign(y) * (knee + (1 - knee) * np.tanh((np.abs(y) - knee) / (1 - knee)))
    return np.where(np.abs(y) <= knee, y, bent)


def expected(
    x: NDArray[np.float32], rate: int, values: dict[str, Any]
) -> tuple[NDArray[np.float64], float]:
    """Return network → high-pass → gains → mix → guard in float64, and the largest value in it.

    float32 loses what is small beside a large constant, which only the high-pass takes away.
    """
    spec = network_spec(values, len(x), 2, rate)
    weights = draw(spec)
    net = oracle.network(spec, weights, x * 10 ** (values["input_gain"] / 20))
    before = oracle.silence(spec, weights)
    wet = oracle.high_pass(net, rate, oracle.Q[spec.recipe], before)
    gain = 10 ** (values["output_gain"] / 20)
    out = guarded(values["mix"] * gain * wet + (1 - values["mix"]) * x)
    return out, max(np.abs(out).max(), values["mix"] * gain * np.abs(net).max())


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"activation": "tanh", "layers": 4, "kernel": 9, "dilation": 3, "seed": 5},
        {"activation": "sine", "bias": True, "channels": 3, "init": "kaiming_normal"},
        {"activation": "softplus", "bias": True, "depthwise": True, "layers": 5},
        {"activation": "gelu", "residual": True, "init": "orthogonal", "input_gain": 9.0},
        {"activation": "leaky_relu", "layers": 1, "kernel": 128, "mix": 0.4},
        {"activation": "selu", "channels": 64, "layers": 3, "output_gain": 12.0},
        {"activation": "elu", "recipe": "plugin", "bias": True, "depthwise": True},
        {"activation": "rrelu", "recipe": "package", "kernel": 5, "dilation": 4, "mix": 0.7},
        {"activation": "tanh", "xy": True, "xy_x": 0.7, "xy_y": -0.4, "layers": 5},
    ],
    ids=lambda values: "-".join(str(value) for value in values.values()) or "defaults",
)
@pytest.mark.parametrize("channels", [1, 2])
def test_it_is_what_the_signal_path_says(
    folder: Path, channels: int, values: dict[str, Any]
) -> None:
    x = noise(3000, channels)
    all_values = {**defaults(), **RAW, **values}
    wanted, peak = expected(x, RATE, all_values)
    y = rendered(folder, x, **all_values)
    assert np.abs(y - wanted).max() < 1e-5 * peak


@pytest.mark.parametrize("mix", [0.0, 0.2, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("channels", [1, 2])
def test_it_is_as_loud_as_the_file_at_any_mix(folder: Path, channels: int, mix: float) -> None:
    x = noise(2 * RATE, channels, peak=0.1)
    y = rendered(folder, x, layers=3, kernel=5, dilation=9, activation="tanh", mix=mix)
    match = matched_gain(x, y, RATE)
    assert match is not None and abs(match.gain_db) < 0.2


def test_it_is_what_the_engine_gives_bit_for_bit(folder: Path) -> None:
    x = noise(20_000)
    values = {**defaults(), **RAW, "activation": "tanh", "input_gain": 6.0, "mix": 0.8}
    engine = offline_engine(network_spec(values, 2, 2, RATE), values, RATE)
    assert np.array_equal(rendered(folder, x, **values), engine.process(x))


@pytest.mark.parametrize(
    "sounds", [{"xy": True, "xy_x": 0.4}, {"recipe": "plugin"}, {"recipe": "package"}], ids=str
)
def test_fully_morphed_it_is_the_other_seed_bit_for_bit(
    folder: Path, sounds: dict[str, Any]
) -> None:
    x = noise(9000)
    sounds["activation"] = "tanh"
    morphed = rendered(folder, x, **sounds, seed=5, seed_b=6, morph=1.0)
    assert np.array_equal(morphed, rendered(folder, x, **sounds, seed=6))
    half = rendered(folder, x, **sounds, seed=5, seed_b=6, morph=0.5)
    assert np.abs(half - morphed).max() > 0.1 * np.abs(morphed).max()
    assert np.array_equal(half, rendered(folder, x, **sounds, seed=5, seed_b=6, morph=0.5))


def test_drift_starts_at_the_seed_and_is_the_same_every_time(folder: Path) -> None:
    x = noise(RATE)
    drift = {**RAW, "activation": "tanh", "drift_rate": 1.0, "drift_depth": 0.5}
    first = rendered(folder, x, **drift)
    assert np.array_equal(rendered(folder, x, **drift), first)
    distance = np.abs(first - rendered(folder, x, **{**drift, "drift_depth": 0.0}))
    assert distance[:, :20].max() < 0.01 * distance[:, RATE // 8 :].max()


@pytest.mark.parametrize("hertz", [0.3, 1.0, 3.0])
def test_a_network_that_drifts_is_as_loud_as_the_file(folder: Path, hertz: float) -> None:
    x = noise(5 * RATE, peak=0.05)
    drift = {"drift_rate": hertz, "drift_depth": 1.0}
    y = rendered(folder, x, activation="tanh", seed=5, output_gain=-12.0, **drift)
    dry, wet = block_powers(x, RATE), block_powers(y, RATE)
    assert abs(loudness(wet) + 12.0 - loudness(dry)) < 0.1
    if hertz <= 1.0:
        assert np.abs(10.0 * np.log10(wet / dry) + 12.0).max() <= 1.0, "all along its way"


@pytest.mark.parametrize("auto_level", [True, False])
def test_drive_is_made_up_for(folder: Path, auto_level: bool) -> None:
    x = noise(RATE)
    sound = {"activation": "tanh", "auto_level": auto_level, "output_gain": -24.0}
    plain = rendered(folder, x, **sound)
    driven = rendered(folder, x, **sound, drive=36.0)
    distance = loudness(block_powers(driven, RATE)) - loudness(block_powers(plain, RATE))
    assert abs(distance) < 0.5
    assert np.abs(driven - plain).max() > 0.5 * np.abs(plain).max()


@pytest.mark.parametrize("rate", [8000, 44100, 192000])
@pytest.mark.parametrize("channels", [1, 2])
def test_it_keeps_the_rate_and_adds_the_tail_that_is_asked_for(
    folder: Path, rate: int, channels: int
) -> None:
    x = noise(1234, channels)
    assert rendered(folder, x, rate).shape == (2, 1234)
    assert rendered(folder, x, rate, tail=0.25).shape == (2, 1234 + rate // 4)


@pytest.mark.parametrize("channels", [1, 2])
def test_it_starts_with_the_first_frame(folder: Path, channels: int) -> None:
    x = noise(5000, channels)
    assert np.array_equal(rendered(folder, x, mix=0.0), np.broadcast_to(x, (2, 5000)))


def test_the_tail_is_what_silence_would_have_given(folder: Path) -> None:
    x = noise(3000)
    values = {**RAW, "kernel": 40, "activation": "tanh"}
    longer = np.hstack([x, np.zeros((2, RATE // 10), np.float32)])
    y = rendered(folder, x, tail=0.1, **values)
    assert np.array_equal(y, rendered(folder, longer, **values))
    assert np.abs(y[:, 3000:]).max() > 1e-3


def test_a_tail_that_is_left_to_it_ends_where_it_has_faded(folder: Path) -> None:
    x = noise(3000)
    values = {**RAW, "layers": 8, "kernel": 30, "activation": "tanh", "decay": 0.4}
    field = network_spec({**defaults(), **values}, 2, 2, RATE).receptive_field
    whole = rendered(folder, x, tail=2 * field / RATE, **values)
    y = rendered(folder, x, tail=None, **values)
    frames = y.shape[1]
    assert 3000 < frames < 3000 + field
    assert np.array_equal(y, whole[:, :frames])
    assert np.abs(y[:, -1]).max() >= 10 ** (-90 / 20) > np.abs(whole[:, frames:]).max()


@pytest.mark.parametrize("values", [{"mix": 0.0}, {"bypass": True}])
def test_a_file_that_leaves_no_tail_keeps_its_length(folder: Path, values: dict[str, Any]) -> None:
    x = noise(3000)
    x[:, 1000:] = 0.0
    assert rendered(folder, x, tail=None, **RAW, **values).shape == (2, 3000)


def test_poisoned_samples_count_as_zero(folder: Path) -> None:
    x = noise(2000)
    x[0, 500:503] = 0.0
    clean = rendered(folder, x, mix=0.5)
    x[0, 500:503] = np.nan, np.inf, -np.inf
    assert np.array_equal(rendered(folder, x, mix=0.5), clean)


@pytest.mark.parametrize(
    ("name", "subtype", "stored"),
    [
        ("o.wav", None, ("WAV", "FLOAT")),
        ("o.WAV", "pcm_24", ("WAV", "PCM_24")),
        ("o.wav", "DOUBLE", ("WAV", "DOUBLE")),
        ("o.flac", None, ("FLAC", "PCM_16")),
        ("o.flac", "PCM_24", ("FLAC", "PCM_24")),
        ("o.ogg", None, ("OGG", "VORBIS")),
        ("o.mp3", None, ("MP3", "MPEG_LAYER_III")),
    ],
)
def test_the_target_s_name_and_subtype_choose_the_format(
    folder: Path, name: str, subtype: str | None, stored: tuple[str, str]
) -> None:
    x = noise(4000)
    render_file(written(folder, x), folder / name, defaults(), 0.0, subtype)
    facts = soundfile.info(folder / name)
    assert (facts.format, facts.subtype) == stored
    assert (facts.samplerate, facts.channels, facts.frames) == (RATE, 2, 4000)


@pytest.mark.parametrize("name", ["in.flac", "in.ogg"])
def test_compressed_files_are_read(folder: Path, name: str) -> None:
    # Vorbis may overshoot; stay clear of the guard.
    source = written(folder, noise(4000, peak=0.2), name=name)
    render_file(source, folder / "o.wav", {**defaults(), "mix": 0.0})
    x, _ = soundfile.read(source, dtype="float32")
    y, _ = soundfile.read(folder / "o.wav", dtype="float32")
    assert np.array_equal(x, y)


def test_progress_goes_up_to_all_of_it(folder: Path) -> None:
    told: list[tuple[int, int]] = []
    source = written(folder, noise(5000))
    render_file(source, folder / "o.wav", defaults(), 0.1, None, lambda *step: told.append(step))
    done, totals = zip(*told, strict=True)
    assert list(done) == sorted(done)
    assert set(totals) == {done[-1]}
    assert done[-1] >= 5000 + RATE // 10


def test_an_older_target_is_replaced_only_by_a_whole_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, target = written(folder, noise(5000)), folder / "o.wav"
    target.write_bytes(b"old")

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render_file(source, target, defaults(), 0.0, None, interrupt)
    assert target.read_bytes() == b"old"
    assert {path.name for path in folder.iterdir()} == {"in.wav", "o.wav"}


def test_a_sound_that_says_its_rate_takes_as_long_at_every_rate(folder: Path) -> None:
    values = {
        "layers": 9,
        "dilation": 2,
        "kernel": 2,
        "activation": "linear",
        "rate": 48_000,
        **RAW,
    }
    ends = []
    for rate in (48_000, 96_000):
        x = np.zeros((2, rate // 10), np.float32)
        x[:, 0] = 1.0
        wet = rendered(folder, x, rate, **values)
        jumps = np.abs(np.diff(wet[0], 2))  # of the network, as its high-pass is smooth
        ends.append(np.flatnonzero(jumps > 1e-3 * jumps.max())[-1] / rate)
    assert ends[0] == pytest.approx(511 / 48_000, abs=1e-4)
    assert ends[1] == pytest.approx(ends[0], abs=1e-4)
