"""Whether a machine has what code was compiled with for another one, by LLVM's names of it.

The names are those of LLVM's X86 back end, and the bits those that its own look at a host goes by.
Asked for is what the code of a sound may be made of: no instructions for keys, texts or systems.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from llvmlite import binding, ir

from ronn_jack.export.machine.glue import I32, Glue
from ronn_jack.export.machine.processor import (
    VECTORS_SAVED,
    WIDEST_SAVED,
    all_of,
    leaf_of,
    saved_registers,
)
from ronn_jack.export.machine.targets import HERE
from ronn_jack.realtime.compiler.elf.objects import X86_64

_EXTENDED = 0x80000000
_ECX, _EDX = 2, 3
_LEAVES: dict[tuple[int, int, int], dict[str, int]] = {
    (1, 0, _EDX): {"cx8": 8, "cmov": 15, "mmx": 23, "fxsr": 24, "sse": 25, "sse2": 26},
    (1, 0, _ECX): {
        "sse3": 0, "ssse3": 9, "fma": 12, "cx16": 13, "sse4.1": 19, "sse4.2": 20, "movbe": 22,
        "popcnt": 23, "xsave": 27, "avx": 28, "f16c": 29,
    },
    (_EXTENDED + 1, 0, _ECX): {
        "sahf": 0, "lzcnt": 5, "sse4a": 6, "prfchw": 8, "xop": 11, "fma4": 16, "tbm": 21,
    },
    (7, 0, 1): {
        "bmi": 3, "avx2": 5, "bmi2": 8, "avx512f": 16, "avx512dq": 17, "adx": 19,
        "avx512ifma": 21, "avx512cd": 28, "avx512bw": 30, "avx512vl": 31,
    },
    (7, 0, _ECX): {
        "avx512vbmi": 1, "avx512vbmi2": 6, "gfni": 8, "avx512vnni": 11, "avx512bitalg": 12,
        "avx512vpopcntdq": 14,
    },
    (7, 0, _EDX): {"avx512vp2intersect": 8, "avx512fp16": 23},
    (7, 1, 0): {"avxvnni": 4, "avx512bf16": 5, "avxifma": 23},
    (7, 1, _EDX): {"avxvnniint8": 4, "avxneconvert": 5, "avxvnniint16": 10},
}  # fmt: skip
"""Bits by the leaf of CPUID, its part, and the register; 0 is eax, 1 ebx."""
_NAME = "processor_features"
NAMES = frozenset(name for bits in _LEAVES.values() for name in bits)
_IMPLIED = frozenset({"64bit", "evex512"})
"""What every machine has, or every one with AVX-512: LLVM 20 makes no vectors of 512 bits without
evex512."""


def features_here() -> frozenset[str]:
    """Return those of NAMES that this machine has, for which numba compiles."""
    return _those_of(binding.get_host_cpu_features()) & NAMES


def unasked_features(
    has: Callable[[], Mapping[str, bool]] = binding.get_host_cpu_features,
) -> frozenset[str]:
    """Return what this machine has beside NAMES, and no plugin asks another one for.

    Parameters
    ----------
    has : callable
        Returns whether the machine has each feature.
    """
    if HERE != X86_64:
        return frozenset()
    return _those_of(has()) - NAMES - _IMPLIED


def _those_of(machine: Mapping[str, bool]) -> frozenset[str]:
    return frozenset(name for name, has in machine.items() if has)


def find_features(glue: Glue, needed: Collection[str]) -> ir.Function:
    """Define what returns 1 on a machine that has all the features, else 0, as an int32."""

    def body(builder: ir.IRBuilder) -> None:
        highest = leaf_of(builder, 0)[0]
        extended = leaf_of(builder, _EXTENDED)[0]
        found = ir.Constant(ir.IntType(1), 1)
        for (leaf, part, register), bits in _LEAVES.items():
            mask = sum(1 << bit for name, bit in bits.items() if name in needed)
            if not mask:
                continue
            last = extended if leaf > _EXTENDED else highest
            known = builder.icmp_unsigned(">=", last, I32(leaf))
            if part:
                known = builder.and_(known, _has_part(builder, leaf, part))
            has = all_of(builder, leaf_of(builder, leaf, part)[register], mask)
            found = builder.and_(found, builder.and_(known, has))
        saved = WIDEST_SAVED if "avx512f" in needed else VECTORS_SAVED if "avx" in needed else 0
        if not saved:
            builder.ret(builder.zext(found, I32))
            return
        with builder.if_then(found):  # without `xsave` there is no such register
            kept = all_of(builder, saved_registers(builder), saved)
            builder.ret(builder.zext(kept, I32))
        builder.ret(I32(0))

    return glue.module.globals.get(_NAME) or glue.function(_NAME, I32, [], body)


def _has_part(builder: ir.IRBuilder, leaf: int, part: int) -> Any:
    return builder.icmp_unsigned(">=", leaf_of(builder, leaf)[0], I32(part))
