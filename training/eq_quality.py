"""Judge a latent equaliser on settings that it was not trained on. It needs no torch.

    python -m training.eq_quality [MODEL.npz]

For each decoder it prints

- the error of curves in dB at 64 frequencies of 20 Hz to 20 kHz, root mean square of a curve: the
  mean and the 95th percentile over the held-out settings. A setting's point is looked for as
  `ronn_jack.model.latent.curve_search.nearest_points` says.
- Spearman's correlation of each axis with what it stands for (tilt, smile, body): of the held-out
  settings, and of points spread evenly within ±2.
- whether tilt rises strictly along x, the others 0, within ±4; whether the origin is flat; how
  far a curve moves at most with an axis within ±2, in dB a unit.

The exit code is 1 where it falls short of what is promised.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ronn_jack.model.latent.curve_search import decoded_curves, errors, nearest_points
from ronn_jack.model.latent.decoders import Array, Decoder
from ronn_jack.model.latent.equaliser import EqModel
from training.eq_attributes import NAMES, attributes
from training.eq_corpus import read_held_out

MOST_ERROR_DB = {1: 1.8, 2: 1.25, 3: 0.95}
"""Mean error of curves, by dimensions, of the beta that is the parameter's default."""
DEFAULT_BETA = "less"
LEAST_SPEARMAN = 0.9
MOST_SLOPE_DB = 8.0
_RANDOM_POINTS = 2000


@dataclass(frozen=True)
class Quality:
    """What was found of a decoder."""

    dims: int
    beta: str
    error_db: float
    error_95_db: float
    spearman_held_out: list[float]
    spearman_spread: list[float]
    rises: bool
    flat: bool
    slope_db: float

    def faults(self) -> Iterator[str]:
        """Yield what falls short."""
        name, most = f"{self.dims} {self.beta}", MOST_ERROR_DB[self.dims]
        if self.beta == DEFAULT_BETA and self.error_db > most:
            yield f"{name}: curves are {self.error_db:.2f} dB off, more than {most}"
        for each in (self.spearman_held_out, self.spearman_spread):
            for axis, found in zip(NAMES, each, strict=False):
                if found < LEAST_SPEARMAN:
                    yield f"{name}: {axis} follows its axis by {found:.2f} alone"
        if not self.rises:
            yield f"{name}: tilt falls somewhere along x"
        if not self.flat:
            yield f"{name}: the origin is not flat"
        if self.slope_db > MOST_SLOPE_DB:
            yield f"{name}: a curve moves by {self.slope_db:.1f} dB a unit"


def judge(decoder: Decoder, dims: int, beta: str, wanted: Array) -> Quality:
    """Return a decoder's quality on curves [shape=(n, 64)]."""
    points = nearest_points(decoder, wanted)
    missed = errors(decoder, points, wanted)
    spread = np.random.default_rng(2).uniform(-2.0, 2.0, (_RANDOM_POINTS, dims))
    shapes = decoded_curves(decoder, spread)
    walk = np.zeros((801, dims))
    walk[:, 0] = np.linspace(-4.0, 4.0, 801)
    tilts = attributes(decoded_curves(decoder, walk))[:, 0]
    moved = [decoded_curves(decoder, spread + 0.01 * axis) for axis in np.eye(dims)]
    return Quality(
        dims,
        beta,
        float(missed.mean()),
        float(np.quantile(missed, 0.95)),
        _spearman(points, attributes(wanted)),
        _spearman(spread, attributes(shapes)),
        bool((np.diff(tilts) > 0.0).all()),
        not decoder.shares(np.zeros((1, dims)))[0].any(),
        float(np.abs(np.stack(moved) - shapes).max() / 0.01),
    )


def _spearman(points: Array, measured: Array) -> list[float]:
    """Return the correlation of ranks along each axis."""
    ranks = [np.argsort(np.argsort(each, axis=0), axis=0) for each in (points, measured)]
    return [
        float(np.corrcoef(ranks[0][:, i], ranks[1][:, i])[0, 1]) for i in range(points.shape[1])
    ]


def main() -> None:
    """Print the table."""
    model = EqModel.load(Path(sys.argv[1])) if len(sys.argv) > 1 else EqModel.ours()
    wanted, faults = read_held_out().curves, list[str]()
    print("dims beta  error (p95) dB   Spearman held out  spread            rises flat dB/unit")
    for (dims, beta), decoder in model.decoders.items():
        q = judge(decoder, dims, beta, wanted)
        held_out, spread = (
            " ".join(f"{r:.3f}" for r in each).ljust(17)
            for each in (q.spearman_held_out, q.spearman_spread)
        )
        print(
            f"{dims:4} {beta}  {q.error_db:5.2f} ({q.error_95_db:.2f})      {held_out}  {spread}"
            f" {'yes' if q.rises else 'no':5} {'yes' if q.flat else 'no':4} {q.slope_db:.1f}"
        )
        faults += q.faults()
    print("\n".join(faults) or "all as promised")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
