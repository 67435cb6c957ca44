"""This host: its processor, and the vector unit that the kernels are written for."""

from __future__ import annotations

import contextlib
import os
import platform
from dataclasses import dataclass
from pathlib import Path

from numba.core.registry import cpu_target

WIDTH_VARIABLE = "RONN_JACK_VECTOR_BITS"
"""Environment variable that forces a vector width, for tests and comparisons: 128, 256, 512."""
REGISTERS_VARIABLE = "RONN_JACK_VECTOR_REGISTERS"
"""Environment variable for how many vectors are held, where memory is laid out for another host."""


@dataclass(frozen=True)
class Vector:
    """A vector unit.

    Attributes
    ----------
    lanes : int
        float32 samples per vector.
    registers : int
        Vectors that the processor holds.
    fused : bool
        Whether multiply-add rounds once; without the hardware it would be a slow library call.
    """

    lanes: int
    registers: int
    fused: bool


def _choose() -> Vector:
    triple, _, features = cpu_target.target_context.codegen().magic_tuple()
    present = set(features.split(","))
    arm = triple.startswith(("aarch64", "arm64"))
    widest = 512 if "+avx512f" in present else 256 if "+avx2" in present else 128
    bits = int(os.environ.get(WIDTH_VARIABLE, widest))
    if bits not in (128, 256, 512):
        raise ValueError(f"{WIDTH_VARIABLE} = {bits} is no vector width; use 128, 256 or 512")
    return Vector(
        lanes=bits // 32,
        registers=int(os.environ.get(REGISTERS_VARIABLE, 32 if arm or bits == 512 else 16)),
        fused=arm or "+fma" in present,
    )


VECTOR = _choose()


def processor() -> str:
    """Return the processor's name."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
