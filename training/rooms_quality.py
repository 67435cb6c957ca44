"""Judge the latent reverb: `python -m training.rooms_quality [MODEL.npz]`. It needs no torch.

1. On rooms by pyroomacoustics that it was not trained on (`training.rooms_held_out`): the energy
   decay relief in 16 bands of 125 Hz to 8 kHz, every 64 ms, down to 60 dB, apart from its level;
   and T30 in each octave. Both are measured of responses that are synthesised at the point and the
   character that `training.rooms_fit` finds.
2. On characters that seeds draw, all else at random: whether T30 at 1 kHz strictly rises along x,
   the centroid along y, and whether C80 strictly falls along z; how far y and z move that T30. Of
   what the decoder says, for 1000 characters; and measured of the responses, for some, where a
   noise's chance has its part. The character that is moved farthest counts.
3. How alike responses are that lie 0.2 apart, and how long one of 4 s takes to make.

The exit code is 1 where it falls short of what is promised.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ronn_jack.model.latent.reverb import (
    ReverbModel,
    RoomSpec,
    character_of,
    response_of,
    synthesise,
)
from ronn_jack.model.latent.room_physics import (
    CENTRES,
    OCTAVE,
    Array,
    decay_of,
    decibels,
    duration,
    remaining,
    t30,
)
from training.rooms_fit import fit_rooms, judged_cells, relief_error
from training.rooms_measures import (
    CLARITY_SECONDS,
    centroid,
    clarity,
    octave_t30,
    relief,
)

HELD_OUT = Path(__file__).with_name("rooms_held_out.npz")
MOST_RELIEF_DB = 2.0
MOST_T30_SHARE = 0.08
MOST_MOVED_SHARE = 0.05
LEAST_ALIKE = 0.95
CHARACTERS = 1000
_AT_ONCE = 50
_POSITIONS = np.linspace(-2.0, 2.0, 11)
_MEASURED_POSITIONS = np.linspace(-2.0, 2.0, 6)
_RATE = 32000.0
_REFERENCE_OCTAVE = 3


@dataclass(frozen=True)
class HeldOut:
    """Errors of rooms that a decoder was not trained on."""

    relief_db: Array
    t30_share: Array

    def lines(self) -> Iterator[str]:
        """Yield what to print."""
        db, share = self.relief_db, 100.0 * self.t30_share
        yield (
            f"{db.size} rooms: energy decay relief {db.mean():.2f} dB mean, "
            f"{np.percentile(db, 95):.2f} dB at the 95th percentile"
        )
        yield (
            f"T30 by octave: {np.median(share):.1f} % median, "
            f"{np.percentile(share, 95):.1f} % at the 95th percentile"
        )

    def faults(self) -> Iterator[str]:
        """Yield what falls short."""
        if not self.relief_db.mean() <= MOST_RELIEF_DB:
            yield f"the relief is more than {MOST_RELIEF_DB} dB off"
        if not np.median(self.t30_share) <= MOST_T30_SHARE:
            yield f"T30 is more than {100.0 * MOST_T30_SHARE:.0f} % off"


@dataclass(frozen=True)
class Axes:
    """What axes do: steps that go the wrong way, and by what share y and z move T30.

    `moved_most` counts, `moved` is what the median character shows.
    """

    characters: int
    wrong_steps: dict[str, int]
    moved: dict[str, float]
    moved_most: dict[str, float]

    def lines(self) -> Iterator[str]:
        """Yield what to print."""
        wrong = ", ".join(f"{axis} {count}" for axis, count in self.wrong_steps.items())
        moved = ", ".join(
            f"{axis} {100.0 * share:.1f} % (at most {100.0 * self.moved_most[axis]:.1f})"
            for axis, share in self.moved.items()
        )
        yield f"{self.characters} characters: steps the wrong way: {wrong}; T30 moved by {moved}"

    def faults(self) -> Iterator[str]:
        """Yield what falls short."""
        yield from (f"{axis} goes the wrong way" for axis, n in self.wrong_steps.items() if n)
        for axis, share in self.moved_most.items():
            if not share <= MOST_MOVED_SHARE:
                yield f"{axis} moves T30 by more than {100.0 * MOST_MOVED_SHARE:.0f} %"


def judge_held_out(model: ReverbModel, rooms: slice = slice(None)) -> HeldOut:
    """Return the errors on the committed rooms, of responses at the points most like them."""
    with np.load(HELD_OUT, allow_pickle=False) as file:
        reliefs = file["centibels"][rooms].astype(np.float64) / 100.0
        seconds = file["t30"][rooms].astype(np.float64)
    points = fit_rooms(model, reliefs, seconds[:, _REFERENCE_OCTAVE]).points
    errors, shares = [], []
    for point, target, asked in zip(points, reliefs, seconds, strict=True):
        decay = decay_of(model.decode(point[3:]), *point[:3])
        response = response_of(decay, 0, _RATE)
        errors.append(relief_error(relief(response, _RATE) - target, judged_cells(target)))
        shares.append(np.abs(octave_t30(response, _RATE) / asked - 1.0))
    return HeldOut(np.array(errors), np.array(shares))


def judge_axes(model: ReverbModel, weights: str = "trained") -> Axes:
    """Return what the axes do to what the decoder says about many characters."""
    decoders = (model if weights == "trained" else ReverbModel.random(i) for i in range(CHARACTERS))
    said = np.array([each.decode(character_of(i)) for i, each in enumerate(decoders)])
    others = np.random.RandomState(1).uniform(-2.0, 2.0, (CHARACTERS, 3))
    wrong, moved = dict.fromkeys("xyz", 0), dict.fromkeys("yz", 0.0)
    for first in range(0, CHARACTERS, _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        for i, axis in enumerate("xyz"):
            at = np.repeat(others[some, None], _POSITIONS.size, axis=1)
            at[..., i] = _POSITIONS
            seconds, colour, early = _expected(said[some, None], *np.moveaxis(at, -1, 0))
            rising = {"x": seconds, "y": colour, "z": -early}[axis]
            wrong[axis] += int((~(np.diff(rising) > 0.0)).sum())
            if axis in moved:
                most = float((seconds.max(-1) / seconds.min(-1)).max())
                moved[axis] = float(np.maximum(moved[axis], most - 1.0))
    return Axes(CHARACTERS, wrong, moved, moved)


def measure_axes(model: ReverbModel, characters: int) -> Axes:
    """Return what the axes do to responses of some characters, as measured of them."""
    random = np.random.RandomState(2)
    wrong, moved = dict.fromkeys("xyz", 0), {"y": np.zeros(characters), "z": np.zeros(characters)}
    for seed in range(characters):
        others = random.uniform(-2.0, 2.0, 3)
        for i, axis in enumerate("xyz"):
            points = np.tile(others, (_MEASURED_POSITIONS.size, 1))
            points[:, i] = _MEASURED_POSITIONS
            responses = [synthesise(model, RoomSpec(*at, seed=seed), _RATE) for at in points]
            seconds = np.array([_reference_t30(response) for response in responses])
            if axis == "x":
                rising = seconds
            elif axis == "y":
                rising = np.array([centroid(response, _RATE) for response in responses])
            else:
                rising = -np.array([clarity(response, _RATE) for response in responses])
            wrong[axis] += int((~(np.diff(rising) > 0.0)).sum())
            if axis in moved:
                moved[axis][seed] = seconds.max() / seconds.min() - 1.0
    return Axes(
        characters,
        wrong,
        {axis: float(np.median(shares)) for axis, shares in moved.items()},
        {axis: float(shares.max()) for axis, shares in moved.items()},
    )


def least_alike(model: ReverbModel, pairs: int) -> float:
    """Return the least correlation of responses that lie 0.2 apart along an axis."""
    random = np.random.RandomState(3)
    least = 1.0
    for seed in range(pairs):
        point = random.uniform(-2.0, 1.8, 3)
        near = point.copy()
        near[seed % 3] += 0.2
        one, other = (synthesise(model, RoomSpec(*at, seed=seed), _RATE) for at in (point, near))
        frames = min(one.shape[1], other.shape[1])
        both = float(np.vdot(one[:, :frames], other[:, :frames]))
        least = min(least, both / float(np.linalg.norm(one) * np.linalg.norm(other)))
    return least


def least_seconds(model: ReverbModel) -> float:
    """Return the least time of a thread in s that 4 s at 48 kHz take to make, of ten."""
    lengths = {x: synthesise(model, RoomSpec(x=x), 48000.0).shape[1] for x in _POSITIONS}
    x = min(lengths, key=lambda each: abs(lengths[each] - 4 * 48000))
    spent = []
    for _ in range(10):
        begin = time.thread_time()
        synthesise(model, RoomSpec(x=x), 48000.0)
        spent.append(time.thread_time() - begin)
    return min(spent)


def main() -> int:
    """Print the figures and return the exit code."""
    path = sys.argv[1:]
    model = ReverbModel.load(Path(path[0])) if path else ReverbModel.ours()
    held_out = judge_held_out(model)
    print(*held_out.lines(), sep="\n", flush=True)
    faults = list(held_out.faults())
    for axes in (judge_axes(model), judge_axes(model, "random"), measure_axes(model, 30)):
        print(*axes.lines(), sep="\n", flush=True)
        faults += axes.faults()
    alike = least_alike(model, 90)
    print(f"neighbours correlate by {alike:.3f} at least")
    print(f"a response of 4 s at 48 kHz takes {1000.0 * least_seconds(model):.1f} ms to make")
    if alike < LEAST_ALIKE:
        faults.append(f"neighbours correlate by less than {LEAST_ALIKE}")
    for fault in faults:
        print(f"falls short: {fault}")
    return int(bool(faults))


def _reference_t30(response: Array) -> float:
    return float(octave_t30(response, _RATE, np.array([1000.0]))[0])


def _expected(said: Array, x: Array, y: Array, z: Array) -> tuple[Array, Array, Array]:
    """Return T30 of the octave at 1 kHz, the centroid and C80 of rooms at many points."""
    decay = decay_of(np.broadcast_to(said, (*x.shape, said.shape[-1])), x, y, z)
    times = duration(x)[..., None, None] * np.linspace(0.0, 1.4, 200)
    left = remaining(decay.only(OCTAVE), times) * CENTRES[OCTAVE, None]
    seconds = t30(times[..., 0, :], decibels(left.sum(-2)))
    ends = remaining(decay, np.array([0.0, CLARITY_SECONDS])) * CENTRES[:, None]
    whole, late = ends[..., 0].sum(-1), ends[..., 1].sum(-1)
    colour = (ends[..., 0] * CENTRES).sum(-1) / whole
    return seconds, colour, 10.0 * np.log10((whole - late) / late)


if __name__ == "__main__":
    sys.exit(main())
