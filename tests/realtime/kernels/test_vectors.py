"""Rows by address, against numpy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.kernels.vectors import (
    add_frames,
    copy_frames,
    copy_rows,
    fill_frames,
    load_float32,
    load_int64,
    scale_frames,
    store_int64,
    take_frames,
)

LENGTHS = [0, 1, 3, 4, 15, 16, 17, 33, 64, 71]
ROOM = 96

Rows = NDArray[np.float32]


@entry("void(int64, int64, int64)")
def _copy(target: int, source: int, frames: int) -> None:
    copy_frames(target, source, frames)


@entry("void(int64, int64, int64, int64, int64, int64)")
def _copy_rows(target: int, stride: int, source: int, pace: int, rows: int, frames: int) -> None:
    copy_rows(target, stride, source, pace, rows, frames)


@entry("void(int64, int64, int64)")
def _add(target: int, source: int, frames: int) -> None:
    add_frames(target, source, frames)


@entry("void(int64, float32, float32, int64)")
def _scale(target: int, scale: float, shift: float, frames: int) -> None:
    scale_frames(target, scale, shift, frames)


@entry("void(int64, int64, float32, int64)")
def _take(target: int, source: int, shift: float, frames: int) -> None:
    take_frames(target, source, shift, frames)


@entry("void(int64, float32, int64)")
def _fill(target: int, value: float, frames: int) -> None:
    fill_frames(target, value, frames)


@entry("int64(int64, int64)")
def _swap_word(address: int, value: int) -> int:
    before = load_int64(address)
    store_int64(address, value)
    return before


@entry("float32(int64)")
def _load(address: int) -> float:
    return load_float32(address)


@pytest.fixture
def pair() -> tuple[Rows, Rows]:
    rng = np.random.default_rng(1)
    target, source = rng.standard_normal((2, ROOM)).astype(np.float32)
    return target, source


def expect(target: Rows, before: Rows, first: int, values: Rows) -> None:
    """The values stand at `first` and nothing else has changed."""
    wanted = before.copy()
    wanted[first : first + len(values)] = values
    np.testing.assert_array_equal(target, wanted)


@pytest.mark.parametrize("frames", LENGTHS)
def test_copy(pair: tuple[Rows, Rows], frames: int) -> None:
    target, source = pair
    before = target.copy()
    _copy.ctypes(target.ctypes.data + 4 * 5, source.ctypes.data + 4 * 3, frames)
    expect(target, before, 5, source[3 : 3 + frames])


@pytest.mark.parametrize("frames", LENGTHS)
@pytest.mark.parametrize("shift", [1, 4, 20])
def test_copy_within_a_row_to_a_lower_place(frames: int, shift: int) -> None:
    row = np.arange(ROOM, dtype=np.float32)
    before = row.copy()
    _copy_rows.ctypes(row.ctypes.data, 0, row.ctypes.data + 4 * shift, 0, 1, frames)
    expect(row, before, 0, before[shift : shift + frames])


@pytest.mark.parametrize("frames", LENGTHS)
def test_copy_rows(frames: int) -> None:
    source = np.random.default_rng(2).standard_normal((5, ROOM)).astype(np.float32)
    target = np.zeros((5, ROOM + 7), np.float32)
    _copy_rows.ctypes(
        target.ctypes.data, target.strides[0], source.ctypes.data + 4, source.strides[0], 5, frames
    )
    np.testing.assert_array_equal(target[:, :frames], source[:, 1 : 1 + frames])
    assert not target[:, frames:].any()


@pytest.mark.parametrize("frames", LENGTHS)
def test_add(pair: tuple[Rows, Rows], frames: int) -> None:
    target, source = pair
    before = target.copy()
    _add.ctypes(target.ctypes.data + 4, source.ctypes.data, frames)
    expect(target, before, 1, before[1 : 1 + frames] + source[:frames])


@pytest.mark.parametrize("frames", LENGTHS)
def test_scale(pair: tuple[Rows, Rows], frames: int) -> None:
    target, _ = pair
    before = target.copy()
    _scale.ctypes(target.ctypes.data, 3.0, 0.25, frames)
    # Rounded once or twice, as the host multiplies and adds.
    np.testing.assert_allclose(target[:frames], before[:frames] * 3 + 0.25, rtol=0, atol=1e-6)
    np.testing.assert_array_equal(target[frames:], before[frames:])


@pytest.mark.parametrize("frames", LENGTHS)
def test_take(pair: tuple[Rows, Rows], frames: int) -> None:
    target, source = pair
    before, given = target.copy(), source.copy()
    _take.ctypes(target.ctypes.data + 8, source.ctypes.data, 0.5, frames)
    expect(target, before, 2, given[:frames] + np.float32(0.5))
    expect(source, given, 0, np.zeros(frames, np.float32))


@pytest.mark.parametrize("frames", LENGTHS)
def test_fill(pair: tuple[Rows, Rows], frames: int) -> None:
    target, _ = pair
    before = target.copy()
    _fill.ctypes(target.ctypes.data + 12, -2.0, frames)
    expect(target, before, 3, np.full(frames, -2.0, np.float32))


def test_single_values() -> None:
    words = np.array([7, 8], np.int64)
    assert _swap_word.ctypes(words.ctypes.data + 8, -1) == 8
    assert words.tolist() == [7, -1]
    assert _load.ctypes(np.float32(0.1).reshape(1).ctypes.data) == np.float32(0.1)


def test_the_expectation_sees_a_stray_write() -> None:
    check: Callable[..., None] = expect
    with pytest.raises(AssertionError):
        check(np.ones(4, np.float32), np.zeros(4, np.float32), 0, np.ones(3, np.float32))
