"""This host: its processor, and the vector unit that the kernels are written for."""

from __future__ import annotations

import contextlib
import os
import platform
from dataclasses import dataclass
from pathlib import Path

WIDTH_VARIABLE = "RONN_JACK_VECTOR_BITS"
"""Environment variable that forces a vector width, for tests and comparisons: 128, 256, 512."""
REGISTERS_VARIABLE = "RONN_JACK_VECTOR_REGISTERS"
"""Environment variable for how many vectors are held, where memory is laid out for another host."""

TARGET_VARIABLE = "RONN_JACK_TARGET"
"""Environment variable for what code is compiled for, where that is not this host."""


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


def _of_processor(field: str) -> str:
    """Return what the system tells of the first processor; empty where it doesn't."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith(field):
                return line.partition(":")[2].strip()
    return ""


def features() -> set[str]:
    """Return what the processor has, of "avx512f", "avx2" and "fma", as far as it may be used.

    Asked of the system, as LLVM, which would know, is not loaded at every start. A processor that
    numba is told to compile for counts instead.
    """
    told = os.environ.get("NUMBA_CPU_FEATURES")
    if told is None and os.environ.get("NUMBA_CPU_NAME", "").lower() == "generic":
        told = ""
    if told is not None:
        return {each.removeprefix("+") for each in told.split(",") if each.startswith("+")}
    found = set(_of_processor("flags").split())
    if os.environ.get("NUMBA_ENABLE_AVX") == "0":
        found = {each for each in found if not each.startswith(("avx", "fma"))}
    return found


def _choose() -> Vector:
    present = features()
    arm = platform.machine() in ("aarch64", "arm64")
    widest = 512 if "avx512f" in present else 256 if "avx2" in present else 128
    bits = int(os.environ.get(WIDTH_VARIABLE, widest))
    if bits not in (128, 256, 512):
        raise ValueError(f"{WIDTH_VARIABLE} = {bits} is no vector width; use 128, 256 or 512")
    return Vector(
        lanes=bits // 32,
        registers=int(os.environ.get(REGISTERS_VARIABLE, 32 if arm or bits == 512 else 16)),
        fused=arm or "fma" in present,
    )


VECTOR = _choose()


def processor() -> str:
    """Return the processor's name."""
    return _of_processor("model name") or platform.processor() or platform.machine()


def description() -> str:
    """Return all of this host that machine code depends on."""
    told = [f"{k}={v}" for k, v in sorted(os.environ.items()) if k.startswith("NUMBA_")]
    system = (platform.system(), platform.machine(), processor())
    # What x86 tells in one line ARM tells in several.
    parts = map(_of_processor, ("flags", "Features", "CPU implementer", "CPU variant", "CPU part"))
    return repr((*system, *parts, told, os.environ.get(TARGET_VARIABLE), VECTOR))
