"""How sounds end: by `decay`, and as rooms and echoes do."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ronn_jack.bench.feel.figures import Figure, farthest
from ronn_jack.bench.feel.measures import off_line_db, schroeder_db
from ronn_jack.bench.own_process import Progress
from ronn_jack.model.architecture import network_spec
from ronn_jack.network import Network
from ronn_jack.parameters import Value, defaults

Values = Mapping[str, Value]

RATE = 48_000.0
MOST_SHARE = 1e-5
MOST_DB = 3.0
_STEADY = 1e-3
"""Height of the impulse: small, so that a curved activation has hardly any part in a tail."""
_LINEAR: Mapping[str, Values] = {
    "dense": {"layers": 7, "kernel": 6},
    "depthwise": {"layers": 4, "kernel": 40, "channels": 12, "depthwise": True},
    "residual": {"layers": 6, "kernel": 9, "residual": True},
    "one long layer": {"layers": 2, "kernel": 100, "channels": 4, "dilation": 20},
}
_T60 = 0.1


def impulse_response(values: Values, height: float = 1.0) -> NDArray[np.float64]:
    """Return what an impulse in the left channel adds to what a network gives to silence."""
    network = Network(network_spec({**defaults(), **values}, 2, 2, RATE))
    heard = []
    for at_first in (height, 0.0):
        x = np.zeros((2, network.spec.receptive_field + 1))
        x[0, 0] = at_first
        network.reset()
        heard.append(network.process(x).astype(np.float64))
    return heard[0] - heard[1]


def off_exponential(decayed: NDArray[np.float64], plain: NDArray[np.float64], t60: float) -> float:
    """Return how far a response is from a plain one times the exponential of a T60 in s.

    It is told as a share of the peak.
    """
    wanted = plain * 10.0 ** (-3.0 * np.arange(plain.shape[1]) / RATE / t60)
    return float(np.abs(decayed - wanted).max() / np.abs(wanted).max())


def measure_tails(reverbs: Sequence[tuple[str, Values]], progress: Progress) -> Iterator[Figure]:
    """Hold decaying networks to the exponential, and presets of rooms to a straight line.

    Parameters
    ----------
    reverbs : sequence of (name, values)
        Linear presets that are meant to ring out as a room does; there may be none.
    """
    progress("decay of linear networks")
    errors = []
    for name, values in _LINEAR.items():
        straight = {**values, "activation": "linear"}
        plain, decayed = (impulse_response({**straight, "decay": t60}) for t60 in (0.0, _T60))
        errors.append((off_exponential(decayed, plain, _T60), name))
    what = "linear network's response off the exponential, of its peak"
    yield farthest("decay", what, "", "at most", MOST_SHARE, errors)
    if not reverbs:
        return
    found = []
    for name, values in reverbs:
        progress(f"decay of {name}")
        curve = schroeder_db(impulse_response(values, _STEADY))
        found.append((off_line_db(curve), name))
    what = "Schroeder curve of reverbs off a line, −5…−50 dB"
    yield farthest("decay", what, "dB", "at most", MOST_DB, found)
