"""The networks that are measured: mono, from the small default to what fills a core's caches."""

from __future__ import annotations

from functools import partial

from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.kernels.forms.registry import form_of, shape

_mono = partial(NetworkSpec, inputs=1, outputs=1)

NETWORKS = {
    # The default's size: fixed costs count here.
    "A": _mono(layers=6, kernel=3, channels=8, dilation=2),
    # A usual guitar amplifier's size.
    "B": _mono(layers=10, kernel=9, channels=16, dilation=2),
    # 3.5 s of memory.
    "C": _mono(layers=4, kernel=21, channels=32, dilation=20),
    # The most channels and layers that there are: multiplication alone.
    "D": _mono(layers=24, kernel=3, channels=64, dilation=1),
    # Depthwise: much memory traffic for each multiplication.
    "E": _mono(layers=12, kernel=15, channels=64, dilation=2, depthwise=True),
}


def multiplies_less(spec: NetworkSpec) -> bool:
    """Return whether a network has layers that multiply less than each input by each tap."""
    modulated = spec.film is not None
    return any(not form_of(shape(spec.layer(i), modulated)).direct for i in range(spec.layers))
