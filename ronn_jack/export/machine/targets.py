"""The processors that a plugin can be made for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from ronn_jack.realtime.compiler.elf.objects import X86_64

_V2 = "cmov cx8 fxsr mmx sse sse2 cx16 sahf popcnt sse3 sse4.1 sse4.2 ssse3"
_V3 = f"{_V2} avx avx2 bmi bmi2 f16c fma lzcnt movbe xsave"
_V4 = f"{_V3} avx512f avx512bw avx512cd avx512dq avx512vl"


@dataclass(frozen=True)
class Target:
    """A kind of processor.

    Attributes
    ----------
    level : int
        The level of x86-64 [1]_ that it has to have, which the plugin asks the machine for; 0
        where it can't be asked.
    words : str
        Which machines have it.

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

    def environment(self) -> dict[str, str]:
        """Return the environment in which numba compiles for it."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA_CPU_")}
        if not self.processor:
            return kept
        features = ",".join(f"+{feature}" for feature in self.features.split())
        return {**kept, "NUMBA_CPU_NAME": self.processor, "NUMBA_CPU_FEATURES": features}


TARGETS: Mapping[str, Target] = {
    target.name: target
    for target in (
        Target("v2", X86_64, "x86-64-v2", _V2, 2, "from about 2009 on"),
        Target("v3", X86_64, "x86-64-v3", _V3, 3, "from about 2015 on, with AVX2 and FMA"),
        Target("v4", X86_64, "x86-64-v4", _V4, 4, "with AVX-512"),
        Target("native", X86_64, "", "", 0, "like this machine's"),
    )
}

CHOICES: Mapping[str, tuple[str, ...]] = {
    "native": ("native",),
    "v2": ("v4", "v3", "v2"),
    "v3": ("v4", "v3"),
    "v4": ("v4",),
}
"""What a plugin holds kernels for, the best first, by the least that it is to need."""
