"""Plugins for aarch64: their files by what a loader reads, and their sound where an emulator is."""

from __future__ import annotations

import functools
import struct
from pathlib import Path

import numpy as np
import pytest

from ronn_jack.export.clap.plugin_file import plugin_file
from ronn_jack.export.clap.tables import parameter_id
from ronn_jack.export.lv2.bundle import Bundle
from ronn_jack.export.lv2.turtle import port_value
from ronn_jack.export.plugin.controls import controls_of
from ronn_jack.export.sound import FrozenSound, freeze, freeze_bank
from ronn_jack.parameters import defaults
from tests.export.clap.sounds import Reference, noise, preset
from tests.export.elf_files import programs, readelf
from tests.export.foreign.running import needs_emulator, played
from tests.export.lv2.plugins import MAY_NEED

AARCH64 = 183
PAGE = 65536
RATE = 48000.0
FRAMES = 6000
FADE = 1440
TOLERANCE = 1e-6
"""Of the peak: mathematics of another C library, and a division of another processor."""


@functools.cache
def sound_of(name: str) -> FrozenSound:
    return freeze({**defaults(), **preset(name)})


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made("soft-tube", tmp_path_factory.mktemp("aarch64"))


def made(name: str, folder: Path) -> Path:
    path = folder / f"{name}.lv2"
    Bundle(name, sound_of(name), ["aarch64"]).write(path)
    return path


def library_in(bundle: Path) -> Path:
    (path,) = bundle.glob("*.so")
    return path


def test_it_can_be_loaded_on_pages_of_64_kib_and_its_code_is_not_relocated(bundle: Path) -> None:
    image = library_in(bundle).read_bytes()
    assert struct.unpack_from("<HH", image, 16) == (3, AARCH64)  # a shared library
    heads = programs(image)
    loaded = [head for head in heads if head[0] == 1]
    assert [flags for _, flags, *_ in loaded] == [4, 5, 6]  # r, r-x, rw
    assert all(head[7] == PAGE and head[3] % PAGE == head[2] % PAGE for head in loaded)
    stack = [head for head in heads if head[0] == 0x6474E551]
    assert [flags for _, flags, *_ in stack] == [6]
    dynamic = readelf("--dynamic", library_in(bundle))
    assert "TEXTREL" not in dynamic
    assert "[libm.so.6]" in dynamic
    assert "[libc.so.6]" in dynamic
    start, size = loaded[2][3], loaded[2][6]
    rows = [line.split() for line in readelf("--relocs", library_in(bundle)).splitlines()]
    places = [int(row[0], 16) for row in rows if len(row) > 2 and row[2].startswith("R_")]
    assert places
    assert all(start <= place < start + size for place in places)
    kinds = {row[2] for row in rows if len(row) > 2 and row[2].startswith("R_")}
    assert kinds == {"R_AARCH64_RELATIVE", "R_AARCH64_GLOB_DAT"}


def test_only_its_entry_is_seen_and_it_needs_little_of_the_system(bundle: Path) -> None:
    rows = [line.split() for line in readelf("--dyn-syms", library_in(bundle)).splitlines()]
    symbols = [(row[6], row[7]) for row in rows if len(row) > 7 and row[0][:-1].isdigit()]
    assert [name for section, name in symbols if section != "UND"] == ["lv2_descriptor"]
    needed = {name for section, name in symbols if section == "UND"}
    assert {"exp", "malloc"} <= needed <= MAY_NEED


def test_its_readme_says_what_it_is_for_and_how_to_make_it_again(bundle: Path) -> None:
    readme = (bundle / "README.md").read_text()
    assert "for Linux on processors of 64-bit ARM (aarch64)" in readme
    assert "--cpu aarch64" in readme


@needs_emulator
@pytest.mark.parametrize("block", [64, 333])
def test_it_equals_the_engine_but_for_rounding(bundle: Path, block: int) -> None:
    check(bundle, "soft-tube", block)


@needs_emulator
@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["rotary", "warm-to-bright", "gated-echo", "smile-bass", "amp-room", "echoes", "fuzz"]
)
def test_whatever_the_sound_uses(name: str, tmp_path: Path) -> None:
    check(made(name, tmp_path), name, 100)


def check(bundle: Path, name: str, block: int) -> None:
    x, sound = noise(FRAMES), sound_of(name)
    expected = Reference(sound, RATE).play(x, [])
    controls = controls_of(sound.values, sound.choices)
    held = [port_value(control, control.default) for control in controls]
    y = played("lv2", library_in(bundle), x, block, held)
    assert np.abs(y - expected).max() <= TOLERANCE * np.abs(expected).max()
    assert np.abs(expected).max() > 0.01


@needs_emulator
@pytest.mark.slow
@pytest.mark.parametrize("offline", [True, False])
def test_a_bank_in_clap_chooses_among_its_networks(offline: bool, tmp_path: Path) -> None:
    """In a render at the very frame; live some time later, once the plugin's thread is ready."""
    values = {**defaults(), "layers": 3, "activation": "tanh"}
    bank, at = freeze_bank(values, [42, 7]), 2001
    path = tmp_path / "bank.clap"
    path.write_bytes(plugin_file(bank, "bank", ["aarch64"]))
    x = noise(FRAMES)
    y = played("clap", path, x, 256, [parameter_id("seed"), 1.0, at], offline=offline)
    first, second = (Reference(sound, RATE).play(x, []) for sound in bank.networks)
    peak = np.abs(first).max()
    assert np.abs(y - first)[:, :at].max() <= TOLERANCE * peak
    assert np.abs(first - second)[:, at + FADE :].max() > 0.1 * peak
    if offline:
        assert np.abs(y - second)[:, at + FADE :].max() <= TOLERANCE * peak
