"""Denormal numbers become zero, but only between the two calls."""

from __future__ import annotations

import numba
import numpy as np

from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.float_mode import restore_float_mode, set_flush_to_zero
from ronn_jack.realtime.kernels.vectors import load_float32, scale_frames


@entry("float32(int64, boolean)")
def _half_of(address: int, flushed: bool) -> float:
    mode = 0
    if flushed:
        mode = set_flush_to_zero()
    scale_frames(address, numba.float32(0.5), numba.float32(0.0), 1)
    if flushed:
        restore_float_mode(mode)
    return load_float32(address)


def test_a_denormal_result_is_zero_while_flushed_and_kept_otherwise() -> None:
    smallest = np.finfo(np.float32).smallest_normal
    kept = np.array([smallest], np.float32)
    assert _half_of.ctypes(kept.ctypes.data, False) == smallest / 2
    flushed = np.array([smallest], np.float32)
    assert _half_of.ctypes(flushed.ctypes.data, True) == 0.0
    again = np.array([smallest], np.float32)
    assert _half_of.ctypes(again.ctypes.data, False) == smallest / 2, "the mode before is restored"


def test_a_denormal_operand_counts_as_zero_while_flushed() -> None:
    denormal = np.array([np.finfo(np.float32).smallest_subnormal], np.float32)
    assert _half_of.ctypes(denormal.ctypes.data, True) == 0.0
