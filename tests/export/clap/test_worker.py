"""A bank of networks: changed while it plays, offline at its frame, and in a project's state."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ronn_jack.export.clap.plugin_file import ENTRIES_MODULE, described, linked
from ronn_jack.export.identity import identity
from ronn_jack.export.machine.glue import I32, POINTER, Glue
from ronn_jack.export.machine.targets import TARGETS
from ronn_jack.export.parts import make_part
from ronn_jack.export.sound import FrozenSound, freeze_bank
from ronn_jack.parameters import defaults
from tests.export.clap import abi
from tests.export.clap.host import Instance, Library
from tests.export.clap.sounds import Reference, library, noise, opened

RATE = 48000.0
FADE = 1440
BLOCK = 256
ROUNDING = 1e-7
"""What is left of the filters' past when they have forgotten it."""
PATIENCE = 60.0
"""Seconds in which a thread gets its turn on any machine."""


@pytest.fixture(scope="module")
def bank() -> FrozenSound:
    values = {**defaults(), "layers": 3, "activation": "tanh", "xy": True, "xy_x": 0.4}
    return freeze_bank(values, [42, 7, 9])


@pytest.fixture(scope="module")
def plugin(bank: FrozenSound, tmp_path_factory: pytest.TempPathFactory) -> Library:
    return library(bank, tmp_path_factory.mktemp("clap"), "bank")


def make_offline(instance: Instance) -> None:
    assert instance.extension("clap.render").set(instance.address, 1)


def test_the_seeds_are_names_of_an_enum(plugin: Library) -> None:
    with Instance(plugin) as instance:
        info = instance.infos["Seed"]
        assert info.flags == abi.AUTOMATABLE | abi.STEPPED | abi.ENUM
        assert (info.min_value, info.max_value, info.default_value) == (0.0, 2.0, 0.0)
        assert [instance.words(info.id, float(k)) for k in range(3)] == ["42", "7", "9"]
        assert instance.read(info.id, b"7") == 1.0


@pytest.mark.parametrize("block", [64, 333, 5000])
def test_offline_a_network_comes_in_at_its_frame(
    bank: FrozenSound, plugin: Library, block: int
) -> None:
    x = noise(12000)
    with Instance(plugin) as instance:
        seed = instance.infos["Seed"].id
        make_offline(instance)
        assert instance.activate(RATE)
        y = instance.play(x, block, [(4001, seed, 2.0), (8003, seed, 1.0)])
    first, second, third = (Reference(sound, RATE).play(x, []) for sound in bank.networks)
    assert np.array_equal(y[:, :4001], first[:, :4001])
    fade = slice(4001, 4001 + FADE)
    assert not np.array_equal(y[:, fade], first[:, fade])
    assert np.array_equal(y[:, 4001 + FADE : 8003], third[:, 4001 + FADE : 8003])
    assert np.array_equal(y[:, 8003 + FADE :], second[:, 8003 + FADE :])
    steps = np.abs(np.diff(y)).max()
    assert steps <= 1.5 * max(np.abs(np.diff(each)).max() for each in (first, second, third))


def test_while_it_plays_the_next_network_is_made_ready_beside_it(
    bank: FrozenSound, plugin: Library
) -> None:
    x = noise(BLOCK)
    with Instance(plugin) as instance:
        seed = instance.infos["Seed"].id
        assert instance.activate(RATE)
        references = [Reference(sound, RATE) for sound in bank.networks[:2]]
        end, heard = time.monotonic() + PATIENCE, [0]
        for number in range(10**6):
            _, y = instance.process(x, [(0, seed, 1.0)] if number == 5 else [])
            expected = [reference.play(x, []) for reference in references]
            equal = [k for k in (0, 1) if np.array_equal(y, expected[k])]
            heard += [k for k in equal if k != heard[-1]]
            assert number >= 5 or equal == [0]
            if heard[-1] == 1 or time.monotonic() > end:
                break
            time.sleep(BLOCK / RATE)  # a host that plays in real time
        assert heard == [0, 1]


def test_a_network_made_ready_is_left_at_a_reset_or_an_end(
    bank: FrozenSound, plugin: Library
) -> None:
    x = noise(1000)
    expected = Reference(bank.networks[2], RATE).play(x, [])
    for number in range(30):
        with Instance(plugin) as instance:
            seed = instance.infos["Seed"].id
            assert instance.activate(RATE)
            instance.process(x[:, :300])
            instance.process(x, [(7, seed, 1.0), (500, seed, 2.0)])
            if number % 3 == 0:
                instance.reset()
                assert np.array_equal(instance.play(x, 128), expected)
            elif number % 3 == 1:
                instance.deactivate()
                assert instance.activate(RATE)
                assert np.array_equal(instance.play(x, 128), expected)


def test_many_changes_end_at_the_last(bank: FrozenSound, plugin: Library) -> None:
    x = noise(30000)
    with Instance(plugin) as instance:
        seed = instance.infos["Seed"].id
        make_offline(instance)
        assert instance.activate(RATE)
        changes = [(100 * k, seed, float(k % 3)) for k in range(100)] + [(10001, seed, 1.0)]
        y = instance.play(x, 64, changes)
    expected = Reference(bank.networks[1], RATE).play(x, [])
    assert np.isfinite(y).all()
    assert np.array_equal(y[:, 16000:], expected[:, 16000:])


def test_a_project_opens_with_its_network(bank: FrozenSound, plugin: Library) -> None:
    x = noise(2000)
    with Instance(plugin) as a, Instance(plugin) as b:
        a.set((0, a.infos["Seed"].id, 2.0))
        chunk = a.save()
        assert chunk
        assert b.load(chunk)
        assert b.activate(RATE)
        assert np.array_equal(b.play(x, 100), Reference(bank.networks[2], RATE).play(x, []))


@pytest.mark.parametrize("call", ["sem_init", "pthread_create"])
def test_where_no_thread_can_be_made_a_network_runs_beside_the_old_one(
    bank: FrozenSound, call: str, tmp_path: Path
) -> None:
    x, change = noise(48_000), 4001
    with Instance(without(call, bank, tmp_path)) as instance:
        threads = set(Path("/proc/self/task").iterdir())
        assert instance.activate(RATE)
        # Threads of others may end meanwhile.
        assert set(Path("/proc/self/task").iterdir()) <= threads
        y = instance.play(x, BLOCK, [(change, instance.infos["Seed"].id, 1.0)])
    first, second = (Reference(sound, RATE).play(x, []) for sound in bank.networks[:2])
    assert np.array_equal(y[:, : change + BLOCK], first[:, : change + BLOCK])
    assert np.abs(y - second)[:, -FADE:].max() <= ROUNDING


def without(call: str, sound: FrozenSound, folder: Path) -> Library:
    """Return a sound's plugin on a system where a call fails."""
    glue, arguments = Glue("system"), {"sem_init": [POINTER, I32, I32]}.get(call, [POINTER] * 4)
    glue.function(call, I32, arguments, lambda builder, *_: builder.ret(I32(-1)), visible=True)
    system = glue.object_file(TARGETS["native"], [call])
    part = make_part(sound, "native", ENTRIES_MODULE)
    path = folder / "without.clap"
    part = replace(part, functions=[*part.functions, system])
    path.write_bytes(linked(described(sound, "without"), [part]))
    return opened(path)


MOVED_EARLY = """
import ctypes
import sys
import numpy as np
from tests.export.clap import abi
from tests.export.clap.host import Instance, Library

shared = ctypes.CDLL(sys.argv[1])
library = Library(ctypes.addressof(abi.Entry.in_dll(shared, "clap_entry")))
with Instance(library) as instance:
    morph = instance.infos["Morph"].id
    instance.set((0, morph, 0.5))
    assert instance.activate(48000.0)
    instance.play(np.ones((2, 600), np.float32), 100, [(300, morph, 0.75)])
"""


def test_a_network_that_is_not_there_yet_is_not_moved(plugin: Library) -> None:
    """The memory for the second one is whatever the allocator gives."""
    run = [sys.executable, "-c", MOVED_EARLY, plugin.path]
    subprocess.run(run, check=True, env={**os.environ, "MALLOC_PERTURB_": "165"})


def test_another_bank_has_another_id(bank: FrozenSound, tmp_path: Path) -> None:
    fewer = replace(bank, neighbours=bank.neighbours[:1])
    assert len({identity(each) for each in (bank, fewer, replace(bank, neighbours=()))}) == 3
