"""Real sounds in a host: equal to the engine bit for bit, whatever the host does."""

from __future__ import annotations

import math
import resource
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from ronn_jack.export.clap import extensions, processing, state, worker
from ronn_jack.export.clap import library as library_functions
from ronn_jack.export.plugin import bank
from ronn_jack.export.sound import FrozenSound, freeze
from ronn_jack.parameters import defaults
from tests.export.clap.host import Host, Instance, Library
from tests.export.clap.sounds import CHANGES, MOVING, Reference, as_events, library, noise
from tests.export.clap.symbols import dynamic, lacked_by

RATE = 48000.0


@pytest.fixture(scope="module")
def sound() -> FrozenSound:
    return freeze({**defaults(), "activation": "tanh"})


@pytest.fixture(scope="module")
def plugin(sound: FrozenSound, tmp_path_factory: pytest.TempPathFactory) -> Library:
    return library(sound, tmp_path_factory.mktemp("clap"))


@pytest.mark.parametrize("block", [32, 44, 64, 333, 1024])
def test_events_at_odd_frames_do_what_they_do_in_the_engine(
    sound: FrozenSound, plugin: Library, block: int
) -> None:
    x = noise(6000)
    expected = Reference(sound, RATE).play(x, CHANGES)
    with Instance(plugin) as instance:
        assert instance.activate(RATE)
        y = instance.play(x, block, as_events(instance, CHANGES))
    assert np.array_equal(y, expected)
    assert np.abs(y).max() > 0.01


def test_moving_weights_move_as_in_the_engine(sound: FrozenSound, plugin: Library) -> None:
    x = noise(6000)
    expected = Reference(sound, RATE).play(x, MOVING)
    with Instance(plugin) as instance:
        assert instance.activate(RATE)
        assert np.array_equal(instance.play(x, 333, as_events(instance, MOVING)), expected)


def test_a_reset_or_another_activation_begins_anew(sound: FrozenSound, plugin: Library) -> None:
    x = noise(2000)
    expected = Reference(sound, RATE).play(x, [])
    with Instance(plugin) as instance:
        assert instance.activate(RATE)
        first = instance.play(x, 64)
        instance.reset()
        again = instance.play(x, 333)
        instance.deactivate()
        assert instance.activate(RATE)
        assert np.array_equal(instance.play(x, 100), expected)
    assert np.array_equal(first, expected)
    assert np.array_equal(again, expected)


def test_what_is_loaded_sounds_from_the_first_frame(sound: FrozenSound, plugin: Library) -> None:
    moved = {**sound.values, "mix": 0.3, "output_gain": -6.0}
    x = noise(1000)
    expected = Reference(FrozenSound(moved, 2, sound.level, sound.blend), RATE).play(x, [])
    with Instance(plugin) as a, Instance(plugin) as b:
        a.set(*as_events(a, [(0, "mix", 0.3), (0, "output_gain", -6.0)]))
        chunk = a.save()
        assert chunk and b.load(chunk)
        assert b.activate(RATE)
        assert np.array_equal(b.play(x, 128), expected)


def test_hostile_chunks_and_rates_are_refused(plugin: Library) -> None:
    generator = np.random.default_rng(5)
    with Instance(plugin) as instance:
        chunk = instance.save()
        assert chunk
        for rate in (1.0, 1e6, math.nan, math.inf, -math.inf, 0.0, -44100.0):
            assert not instance.activate(rate)
        assert instance.activate(RATE)
        for size in range(0, 2 * len(chunk), 7):
            instance.load(generator.bytes(size))
        for place in range(len(chunk)):
            damaged = bytearray(chunk)
            damaged[place] ^= int(generator.integers(1, 256))
            instance.load(bytes(damaged))
            instance.load(chunk[:place])
        y = instance.play(noise(500), 100)
        assert np.isfinite(y).all() and np.abs(y).max() <= 1.0


def test_the_tail_is_what_the_network_remembers(sound: FrozenSound, plugin: Library) -> None:
    with Instance(plugin) as instance:
        assert instance.activate(RATE)
        tail = instance.tail
        x = np.zeros((2, 2 * tail), np.float32)
        x[:, 0] = 0.9
        y = instance.play(x, 512)
        assert np.abs(y[:, tail:]).max() < 1e-4
        assert 0 < tail < RATE


def test_one_input_is_enough(tmp_path: Path) -> None:
    sound = freeze({**defaults(), "activation": "tanh"}, inputs=1)
    x = noise(1000, 1)
    with Instance(library(sound, tmp_path, "mono")) as instance:
        assert instance.activate(RATE)
        assert np.array_equal(instance.play(x, 99), Reference(sound, RATE).play(x, []))


MAY_NEED = {
    "clock_gettime", "cos", "exp", "free", "log", "log10", "malloc", "memcpy", "memset", "pow",
    "pthread_create", "pthread_join", "sem_destroy", "sem_init", "sem_post", "sem_wait", "sin",
    "sqrt", "tan", "tanh", "usleep", "write",
}  # fmt: skip
"""What a plugin may ask of the C library and of its mathematics."""
ON_AUDIO = {
    "clock_gettime", "cos", "exp", "log", "log10", "memcpy", "memset", "pow", "sem_post", "sin",
    "sqrt", "tan", "tanh",
}  # fmt: skip


def test_it_needs_little_of_the_system(plugin: Library) -> None:
    path = plugin.path
    assert dynamic(path, "undefined") <= MAY_NEED
    assert dynamic(path, "defined") == {"clap_entry"}


def test_no_way_leads_from_the_audio_thread_to_the_allocator() -> None:
    on_audio = [processing.process, processing.flush, library_functions.reset, extensions.get_tail,
                library_functions.start_processing, library_functions.stop_processing,
                bank.work]  # fmt: skip
    assert lacked_by(on_audio) <= ON_AUDIO
    assert lacked_by([bank.attend]) <= ON_AUDIO | {"usleep"}  # where the host renders offline
    assert lacked_by([worker.run_worker]) <= ON_AUDIO | {"sem_wait"}
    assert {"malloc", "free"} <= lacked_by([state.save])


def test_a_thousand_lives_leave_memory_flat(plugin: Library) -> None:
    host, x = Host(), noise(64)
    lives(plugin, host, x, 50)
    before = resident_bytes()
    lives(plugin, host, x, 1000)
    # One instance has some 240 kB.
    assert resident_bytes() - before < 2_000_000
    host.close()


def lives(plugin: Library, host: Host, x: NDArray[np.float32], count: int) -> None:
    for _ in range(count):
        with Instance(plugin, host) as instance:
            for _ in range(2):
                assert instance.activate(RATE)
                instance.process(x)
                instance.deactivate()


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
