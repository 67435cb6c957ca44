"""The processors that a plugin can be made for."""

from __future__ import annotations

import os
import platform
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from ronn_jack.errors import UsageError
from ronn_jack.realtime.compiler.elf.objects import AARCH64, X86_64

HERE = AARCH64 if platform.machine() in ("aarch64", "arm64") else X86_64
"""The machine that this program runs on."""
SYSTEMS: Mapping[str, Mapping[int, str]] = {
    "linux": {X86_64: "x86_64-unknown-linux-gnu", AARCH64: "aarch64-unknown-linux-gnu"},
    "windows": {X86_64: "x86_64-pc-windows-gnu"},
    "macos": {X86_64: "x86_64-apple-macosx11.0.0", AARCH64: "arm64-apple-macosx11.0.0"},
}
"""What LLVM calls each system's machines that a plugin can be made for."""

_V2 = "cmov cx8 fxsr mmx sse sse2 cx16 sahf popcnt sse3 sse4.1 sse4.2 ssse3"
_V3 = f"{_V2} avx avx2 bmi bmi2 f16c fma lzcnt movbe xsave"
_V4 = f"{_V3} avx512f avx512bw avx512cd avx512dq avx512vl"


@dataclass(frozen=True)
class Target:
    """A kind of processor, under a system.

    Attributes
    ----------
    level : int
        The level of x86-64 [1]_ that it has to have, which the plugin asks the machine for; 0
        where it can't be asked.
    words : str
        Which machines have it.
    vectors : tuple of int
        Bits of its vectors and how many it holds, where it can be of another machine than this one:
        memory is laid out for them.
    needed : collection of str, optional
        What a machine needs for it that has no level, by LLVM's names; None is all that this one
        has.

    References
    ----------
    .. [1] "System V Application Binary Interface, AMD64 Architecture Processor Supplement", 3.1.1.
    """

    name: str
    machine: int
    processor: str
    features: str
    level: int
    words: str
    vectors: tuple[int, int] | None = None
    system: str = "linux"
    needed: Collection[str] | None = None

    @property
    def is_foreign(self) -> bool:
        """Whether its code can't run here."""
        return self.machine != HERE or self.system != "linux"

    @property
    def triple(self) -> str:
        """What LLVM calls its machine and system."""
        return SYSTEMS[self.system][self.machine]

    @property
    def asked_features(self) -> str:
        """Its features as LLVM is asked for them."""
        return ",".join(f"+{feature}" for feature in self.features.split())

    def environment(self) -> dict[str, str]:
        """Return the environment in which numba compiles for it, or lays out memory as it does."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_CPU_")}
        if self.machine != HERE and self.vectors:
            # Where it is imported, it is settled what numba compiles for.
            from ronn_jack.realtime.compiler.host import REGISTERS_VARIABLE, WIDTH_VARIABLE

            bits, registers = map(str, self.vectors)
            return {**kept, WIDTH_VARIABLE: bits, REGISTERS_VARIABLE: registers}
        if not self.processor:
            return kept
        return {
            **kept,
            "NUMBA_CPU_NAME": self.processor,
            "NUMBA_CPU_FEATURES": self.asked_features,
        }


_LINUX = (
    Target("v2", X86_64, "x86-64-v2", _V2, 2, "from about 2009 on"),
    Target("v3", X86_64, "x86-64-v3", _V3, 3, "from about 2015 on, with AVX2 and FMA"),
    Target("v4", X86_64, "x86-64-v4", _V4, 4, "with AVX-512"),
    Target("native", HERE, "", "", 0, "like this machine's"),
    Target("aarch64", AARCH64, "generic", "fp-armv8 neon", 0, "of 64-bit ARM (aarch64)", (128, 32)),
)
_ELSEWHERE = (
    replace(target, name=f"{system}_{target.name}", system=system)
    for system, machines in SYSTEMS.items()
    for target in _LINUX
    if system != "linux" and target.machine in machines and target.processor
)
TARGETS: Mapping[str, Target] = {target.name: target for target in (*_LINUX, *_ELSEWHERE)}

CHOICES: Mapping[str, tuple[str, ...]] = {
    # Of ARM a plugin can't ask what it has: it gets what all have.
    "native": ("native",) if HERE == X86_64 else ("aarch64",),
    "v2": ("v4", "v3", "v2"),
    "v3": ("v4", "v3"),
    "v4": ("v4",),
    "aarch64": ("aarch64",),
}
"""What a plugin holds kernels for, the best first, by the least that it is to need."""
_USUAL = {"linux": "v3" if HERE == X86_64 else "aarch64", "windows": "v3", "macos": "aarch64"}


def chosen(cpu: str | None, system: str = "linux") -> list[str]:
    """Return the names of the targets that a plugin holds kernels for, the best first.

    Parameters
    ----------
    cpu : str or None
        The least that it is to need, of CHOICES; None is what is usual.
    system : str
        Of SYSTEMS.

    Raises
    ------
    UsageError
        If there is no such processor under that system.
    """
    names = CHOICES[cpu or _USUAL[system]]
    if system != "linux":
        names = tuple(f"{system}_{name}" for name in names)
    if not all(name in TARGETS for name in names):
        there = [choice for choice in CHOICES if f"{system}_{choice}" in TARGETS]
        raise UsageError(f"--cpu {cpu} is not for {system}: use one of {', '.join(there)}")
    return list(names)
