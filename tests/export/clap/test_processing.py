"""Blocks as hosts send them: of any length, in place, with events, damaged or hostile."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.export.clap import abi
from tests.export.clap.host import Instance, Library, buffer, moved
from tests.export.clap.loading import described, loaded


@pytest.fixture(scope="module")
def library() -> Library:
    return loaded()


@pytest.fixture
def plugin(library: Library) -> Iterator[Instance]:
    with Instance(library) as instance:
        assert instance.activate()
        yield instance


def noise(frames: int, channels: int = 2) -> NDArray[np.float32]:
    return np.random.default_rng(7).normal(0.0, 0.3, (channels, frames)).astype(np.float32)


def expected(x: NDArray[np.float32], events: list[tuple[int, float]]) -> NDArray[np.float32]:
    """The stand-in in Python, its gain moved at the events' frames."""
    gain, last, moves = 3.5, 0.0, dict(events)
    y = np.empty_like(x)
    for t in range(x.shape[1]):
        gain = moves.get(t, gain)
        a, b = float(x[0, t]), float(x[1, t])
        last = 0.1 * gain * (a + b) + 0.5 * 0.25 * last
        y[:, t] = last, last + b
    return y


@pytest.mark.parametrize("block", [1, 7, 64, 333, 1000])
def test_events_take_effect_at_their_frame(plugin: Instance, block: int) -> None:
    x, gain = noise(1000), plugin.infos["Output gain"].id
    moves = [(0, 1.0), (1, -5.0), (63, 2.5), (64, 8.0), (500, 0.0), (501, 3.0), (999, 4.0)]
    y = plugin.play(x, block, [(frame, gain, value) for frame, value in moves])
    assert np.array_equal(y, expected(x, moves))
    assert plugin.value(gain) == 4.0


def test_events_out_of_order_or_beyond_the_block_are_heeded(plugin: Instance) -> None:
    x, gain = noise(100), plugin.infos["Output gain"].id
    late = [moved(60, gain, 2.0), moved(10, gain, 3.0), moved(2**32 - 1, gain, 5.0)]
    _, y = plugin.process(x, late)
    assert np.array_equal(y, expected(x, [(60, 3.0)]))
    assert plugin.value(gain) == 5.0


def test_an_empty_block_still_moves_parameters(plugin: Instance) -> None:
    gain = plugin.infos["Output gain"].id
    status, _ = plugin.process(np.zeros((2, 0), np.float32), [(0, gain, -2.0)])
    assert status != abi.ERROR
    assert plugin.value(gain) == -2.0


def test_a_block_is_played_in_place(plugin: Instance) -> None:
    x, gain = noise(100), plugin.infos["Output gain"].id
    _, y = plugin.process(x, [(33, gain, 2.0)], in_place=True)
    assert np.array_equal(y, expected(x, [(33, 2.0)]))


def test_constant_masks_are_hints(plugin: Instance) -> None:
    x = np.full((2, 50), 0.25, np.float32)
    _, y = plugin.process(x, constant_mask=3)
    assert np.array_equal(y, expected(x, []))


def test_reset_forgets_and_keeps_the_values(plugin: Instance) -> None:
    x, gain = noise(100), plugin.infos["Output gain"].id
    plugin.process(x, [(0, gain, 1.0)])
    plugin.reset()
    _, y = plugin.process(x)
    assert np.array_equal(y, expected(x, [(0, 1.0)]))


def test_instances_do_not_hear_each_other(library: Library) -> None:
    x = noise(200)
    with Instance(library) as a, Instance(library) as b:
        a.activate()
        b.activate(96000.0)
        gain = a.infos["Output gain"].id
        a.process(x[:, :100], [(0, gain, 9.0)])
        _, y = b.process(x)
        assert np.array_equal(y, expected(x, []))
        assert (a.value(gain), b.value(gain)) == (9.0, 3.5)


def test_two_sounds_live_in_one_process(library: Library) -> None:
    other = loaded(described("org.ronn-jack.other", name="Other"))
    assert other.descriptor.id != library.descriptor.id
    with Instance(library) as a, Instance(other) as b:
        assert a.activate() and b.activate()
        x = noise(64)
        assert np.array_equal(a.process(x)[1], b.process(x)[1])


def test_a_mono_sound_has_one_input() -> None:
    with Instance(loaded(described(inputs=1))) as plugin:
        plugin.activate()
        x = noise(64, 1)
        _, y = plugin.process(x)
        assert np.array_equal(y, expected(np.vstack([x, x]), []))


def test_the_host_may_let_it_sleep_after_its_tail(plugin: Instance) -> None:
    x, bypass = noise(8), plugin.infos["Bypass"].id
    assert plugin.process(x)[0] == abi.TAIL
    assert plugin.process(x, [(0, bypass, 1.0)])[0] == abi.CONTINUE


def test_what_is_no_block_is_refused(plugin: Instance) -> None:
    x = noise(16)
    good, narrow = buffer(x), buffer(x[:1])
    double = abi.AudioBuffer(None, good.data64 or 4096, 2, 0, 0)
    null_row = buffer(x)
    null_row.data32[1] = ctypes.POINTER(ctypes.c_float)()
    for inputs, outputs, counts in (
        (None, good, (1, 1)), (good, None, (1, 1)), (good, good, (0, 1)), (good, good, (1, 0)),
        (narrow, good, (1, 1)), (good, narrow, (1, 1)), (double, good, (1, 1)),
        (null_row, good, (1, 1)),
    ):  # fmt: skip
        block = abi.Process(
            -1, 16, None, ctypes.pointer(inputs) if inputs else None,
            ctypes.pointer(outputs) if outputs else None, *counts, None, None,
        )  # fmt: skip
        assert plugin.run(block) == abi.ERROR
    whole = abi.Process(-1, 16, None, ctypes.pointer(good), ctypes.pointer(good), 1, 1, None, None)
    assert plugin.run(whole) != abi.ERROR


def test_after_deactivation_nothing_is_played(plugin: Instance) -> None:
    plugin.deactivate()
    assert plugin.process(noise(8))[0] == abi.ERROR
    assert plugin.activate(44100.0)
    assert plugin.process(noise(8))[0] != abi.ERROR


def test_the_plugin_asks_nothing_of_the_host_while_it_plays(plugin: Instance) -> None:
    plugin.play(noise(300), 64)
    plugin.reset()
    assert plugin.host.told == []
    assert threading.get_ident() == plugin.host.main
