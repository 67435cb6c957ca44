"""LV2 plugins in a host of our own: equal to the engine, and harmless."""

from __future__ import annotations

import dataclasses
import math
import resource
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ronn_jack.export.lv2 import ports
from ronn_jack.export.machine.features import NAMES
from ronn_jack.export.machine.heart import kernels_object
from ronn_jack.export.machine.targets import TARGETS
from ronn_jack.export.plugin import instance
from ronn_jack.presets.store import PresetStore
from ronn_jack.realtime.compiler.building.emit import Emission
from ronn_jack.realtime.compiler.elf.objects import read_object
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.kernels.forms.registry import FORMS
from ronn_jack.realtime.kernels.network import process_signal
from tests.export.clap.sounds import Reference, noise
from tests.export.lv2.plugins import MAY_NEED, ON_AUDIO, made, plugin

FRAMES = 12_000


@pytest.mark.parametrize("block", [32, 44, 64, 333, 1024])
@pytest.mark.parametrize("rate", [44100.0, 48000.0, 96000.0])
def test_it_equals_the_engine_in_any_blocks(block: int, rate: float) -> None:
    made, x = plugin("soft-tube"), noise(FRAMES)
    expected = Reference(made.sound, rate).play(x, [])
    with made.instance(rate) as instance:
        assert np.array_equal(instance.play(x, block), expected)


@pytest.mark.parametrize(
    "name", ["", "rotary", "warm-to-bright", "gated-echo", "smile-bass", "echoes"]
)
def test_whatever_the_sound_uses(name: str) -> None:
    made, x = plugin(name), noise(FRAMES)
    expected = Reference(made.sound, 48000.0).play(x, [])
    with made.instance() as instance:
        assert np.array_equal(instance.play(x, 100), expected)


@pytest.mark.slow
@pytest.mark.parametrize("name", PresetStore(user=Path("no such folder")).names())
def test_every_shipped_preset_equals_the_engine(name: str) -> None:
    made, x = plugin(name), noise(6000)
    expected = Reference(made.sound, 48000.0).play(x, [])
    with made.instance() as instance:
        assert np.array_equal(instance.play(x, 333), expected)


def test_kernels_of_forms_that_no_layer_takes_are_left_out() -> None:
    """Those of pairs, which a network of 8 channels has no use for."""
    forms = plugin().sound.forms
    few, all_of_them = (kernels_object("native", each) for each in (forms, range(len(FORMS))))
    assert len(all_of_them) - len(few) > 10_000
    assert b"minimal_halves9_run_part" in all_of_them
    assert b"minimal_halves9_run_part" not in few


def test_one_input_goes_to_both_outputs() -> None:
    made, x = plugin("soft-tube", 1), noise(FRAMES, 1)
    expected = Reference(made.sound, 48000.0).play(x, [])
    with made.instance() as instance:
        assert np.array_equal(instance.play(x, 256), expected)


def test_controls_glide_as_in_the_node() -> None:
    made, x = plugin(), noise(FRAMES)
    moves = [("input_gain", 6.0), ("drive", 12.0), ("mix", 0.5), ("morph", 0.25),
             ("drift_depth", 0.5), ("drift_rate", 2.0), ("output_gain", -3.0), ("gate", -40.0),
             ("bypass", 1.0)]  # fmt: skip
    changes = [(1000 * (i + 1), name, value) for i, (name, value) in enumerate(moves)]
    expected = Reference(made.sound, 48000.0).play(x, changes)
    places = {control.symbol: i for i, control in enumerate(made.controls)}
    with made.instance() as instance:
        parts, done = [], 0
        for frame, name, value in [*changes, (FRAMES, "", 0.0)]:
            parts.append(instance.play(x[:, done:frame], 512))
            done = frame
            if name:
                # The port of bypass is what LV2 calls enabled.
                instance.controls[places[name]] = 1.0 - value if name == "bypass" else value
    assert np.array_equal(np.concatenate(parts, axis=1), expected)


def test_the_equaliser_follows_its_controls() -> None:
    """But for the roundings of what asks its model."""
    made, x = plugin("smile-bass"), noise(FRAMES)
    moves = [c for c in made.controls if c.symbol.startswith("eq") and not c.is_switch]
    assert moves
    places = {control.symbol: i for i, control in enumerate(made.controls)}
    changes = [(2000 * (i + 1), c.symbol, c.minimum + 0.75 * (c.maximum - c.minimum))
               for i, c in enumerate(moves[:3])]  # fmt: skip
    changes.append((9000, "eq", 0.0))
    expected = Reference(made.sound, 48000.0).play(x, changes)
    with made.instance() as one:
        parts, done = [], 0
        for frame, name, value in [*changes, (FRAMES, "", 0.0)]:
            parts.append(one.play(x[:, done:frame], 512))
            done = frame
            if name:
                one.controls[places[name]] = value
    found = np.concatenate(parts, axis=1)
    assert np.abs(found - expected).max() <= 1e-4
    assert np.array_equal(found[:, :2000], expected[:, :2000])
    unmoved = Reference(made.sound, 48000.0).play(x, [])
    assert np.abs(unmoved - expected).max() > 1e-2


def test_a_reverb_is_that_of_the_node() -> None:
    made, x = plugin("amp-room"), noise(FRAMES)
    expected = Reference(made.sound, 48000.0).play(x, [])
    with made.instance() as one:
        assert np.array_equal(one.play(x, 333), expected)
        one.activate()
        assert np.array_equal(one.play(x, 64), expected)
    with made.instance(44100.0) as other:
        assert np.isfinite(other.play(x, 64)).all()


def test_in_place_and_no_frames() -> None:
    made, x = plugin("soft-tube"), noise(256)
    with made.instance() as one, made.instance() as other:
        expected = one.play(x, 256)
        y = x.copy()
        other.run(y[:, :0], y[:, :0])
        other.run(y, y)
        assert np.array_equal(y, expected)


def test_it_begins_anew_when_activated() -> None:
    made, x = plugin("echoes"), noise(4096)
    with made.instance() as instance:
        first = instance.play(x, 64)
        assert not np.array_equal(instance.play(x, 64), first)
        instance.activate()
        assert np.array_equal(instance.play(x, 64), first)


def test_controls_out_of_range_or_no_numbers_do_no_harm() -> None:
    made, x = plugin("soft-tube"), noise(2048)
    with made.instance() as instance:
        for value in (math.nan, math.inf, -math.inf, 1e30, -1e30):
            instance.controls[:] = value
            y = instance.play(x, 64)
            assert np.isfinite(y).all()
            assert np.abs(y).max() <= 1.0


def test_input_that_is_no_number_does_no_harm() -> None:
    made, x = plugin("soft-tube"), noise(2048)
    x[0, ::7], x[1, ::5], x[0, ::11] = np.nan, np.inf, 1e38
    with made.instance() as instance:
        assert np.isfinite(instance.play(x, 64)).all()


@pytest.mark.parametrize("rate", [0.0, -48000.0, 1.0, 7999.0, 384001.0, 1e6, math.nan, math.inf])
def test_a_rate_that_can_t_be_is_refused_in_words(
    rate: float, capfd: pytest.CaptureFixture[str]
) -> None:
    assert not plugin("soft-tube").instance(rate)
    assert "sample rate is not within 8000 to 384000 Hz" in capfd.readouterr().err


def test_an_older_processor_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    future = dataclasses.replace(TARGETS["native"], level=5, words="of the future")
    monkeypatch.setitem(TARGETS, "native", future)  # type: ignore[call-overload]
    assert not made(plugin("soft-tube").sound, "early").instance()
    assert "early: this plugin needs a processor of the future" in capfd.readouterr().err


def test_another_machine_than_that_it_was_made_for_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    other = dataclasses.replace(TARGETS["native"], needed=NAMES)
    monkeypatch.setitem(TARGETS, "native", other)  # type: ignore[call-overload]
    assert not made(plugin("soft-tube").sound, "other").instance()
    said = capfd.readouterr().err
    assert "other: this plugin was made for the processor of another machine" in said


@pytest.mark.parametrize("rate", [8000.0, 11025.0, 50000.0, 192000.0, 384000.0])
def test_it_runs_at_odd_rates(rate: float) -> None:
    x = noise(4096)
    with plugin("soft-tube").instance(rate) as instance:
        y = instance.play(x, 64)
        assert np.isfinite(y).all()
        assert y.any()


def test_two_sounds_and_several_instances_keep_to_themselves() -> None:
    x = noise(4096)
    first, second = plugin("soft-tube"), plugin("echoes")
    assert first.library.uri != second.library.uri
    with first.instance() as a, second.instance() as b, first.instance() as c:
        y = [np.concatenate([i.play(x[:, t : t + 64], 64) for t in range(0, 4096, 64)], axis=1)
             for i in (a,)]  # fmt: skip
        together = [[], []]
        for t in range(0, 4096, 64):
            for instance, parts in ((b, together[0]), (c, together[1])):
                parts.append(instance.play(x[:, t : t + 64], 64))
    assert np.array_equal(np.concatenate(together[1], axis=1), y[0])
    expected = Reference(second.sound, 48000.0).play(x, [])
    assert np.array_equal(np.concatenate(together[0], axis=1), expected)


def test_it_needs_little_of_the_system() -> None:
    made = plugin("soft-tube")
    nm = ["nm", "-D", "--undefined-only", "--format=just-symbols", made.path]
    needed = set(subprocess.run(nm, capture_output=True, text=True, check=True).stdout.split())
    assert needed <= MAY_NEED
    nm = ["nm", "-D", "--defined-only", "--format=just-symbols", made.path]
    seen = subprocess.run(nm, capture_output=True, text=True, check=True).stdout.split()
    assert seen == ["lv2_descriptor"]


def test_no_way_leads_from_the_audio_thread_to_the_allocator() -> None:
    on_audio = [ports.run, ports.connect, instance.reset, instance.play, process_signal]
    engine = Engine(2, 2, 48000.0, 0.0, output_seconds=0.0)
    on_audio += [engine.chain_before.compiled, engine.chain.compiled]
    assert lacked_by(on_audio) <= ON_AUDIO
    assert {"malloc", "free"} <= lacked_by([instance.activate])


def lacked_by(entries: list[Any]) -> set[str]:
    """Return the symbols of other libraries that entries lead to, whatever they do."""
    emission = Emission("test")
    names = [f"entry_{i}" for i in range(len(entries))]
    for entry, name in zip(entries, names, strict=True):
        emission.c_function(entry, name)
    symbols = read_object(emission.object_file(names)).symbols
    return {symbol.name for symbol in symbols if symbol.section is None and symbol.name}


def test_a_thousand_lives_leave_memory_flat() -> None:
    made, x = plugin("soft-tube"), noise(64)
    lives(made, x, 50)
    before = resident_bytes()
    lives(made, x, 1000)
    # One instance has 240 kB.
    assert resident_bytes() - before < 2_000_000


def lives(made, x, count: int) -> None:  # type: ignore[no-untyped-def]
    y = np.zeros((2, x.shape[1]), np.float32)
    for _ in range(count):
        with made.instance() as instance:
            instance.run(x, y)
            instance.activate()
            instance.run(x, y)


def resident_bytes() -> int:
    with open("/proc/self/statm") as stream:  # noqa: PTH123
        return int(stream.read().split()[1]) * resource.getpagesize()


def test_the_float_mode_is_left_as_it_was() -> None:
    """Denormals, which the engine flushes, are still there for the host."""
    with plugin("soft-tube").instance() as one:
        one.play(noise(64), 64)
        assert np.float64(2.0**-1060) * np.float64(0.5) != 0.0
