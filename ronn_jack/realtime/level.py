"""The level of a voice, which follows the controls that move what the voice sounds like.

A level is a gain, found where the controls were then, and for each control a curve: by how many dB
the gain differs where that control is elsewhere. At every CELL-th frame, a knot, the curves are
read; between knots the gain goes linearly. That of drive is read in every frame in which drive
moves, as it can rise by 48 dB within a few knots. Where all is as it was found, it is that gain to
the bit. When better curves come, the gain goes over to them by so many dB a second.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import native
from ronn_jack.realtime.compiler.language import carray, float64, int64, void
from ronn_jack.realtime.compiler.mailbox import (
    READS_FIRST,
    ROWS,
    WAITS_FIRST,
    WRITES_FIRST,
    put,
    take_newest,
)
from ronn_jack.realtime.compiler.memory import CACHE_LINE, aligned_bytes, offset
from ronn_jack.realtime.kernels.layout import CELL, MAX_BLOCK
from ronn_jack.realtime.motion.moving_weights import GLIDE_SECONDS, drift_cycles, drift_depth
from ronn_jack.realtime.motion.ramp import RAMP, run_ramp, settle_ramp
from ronn_jack.units import decibels_to_gain

LEVELLED = ("drive", "morph", "xy_x", "xy_y")
"""The controls that have a curve, in the order of the curves."""
CURVES = len(LEVELLED)
POINTS = 17
"""Of a curve, evenly spaced over the control's whole range."""
DRIFT_POINTS = 64
"""Of the way ahead of drift, evenly spaced in cycles."""
DRIVE_DB = 48.0
"""Where the curve of drive ends."""

_GLIDED = CURVES - 1  # all but drive, whose glide is the engine's
_NOTHING_DB = 1e-9
_CHANNELS = 2

TABLE = np.dtype(
    [
        ("gain", "f8"),  # amplitude ratio where the curves are 0
        ("slew", "f8"),  # dB a cell by which the level before is left
        ("curves", "f8", CURVES * POINTS),  # in dB
        ("depth", "f8"),  # of drift where its curve was found; 0 is none
        ("begin", "f8"),  # cycles of the first point
        ("step", "f8"),  # cycles from point to point
        ("count", "i8"),
        ("drift", "f8", DRIFT_POINTS),  # in dB
    ],
    align=True,
)
LEVEL = np.dtype(
    [
        ("slot", "i8"),  # of the mailbox
        ("slot_line", "u1", CACHE_LINE - 8),
        ("tables", "i8"),  # address of the mailbox's TABLEs
        ("read", "i8"),  # the one that is followed
        ("drives", "i8"),  # address of the gain of drive in each frame of the block, or 0
        ("fresh", "i8"),  # set to begin where the controls are instead of going there
        ("glide_cells", "i8"),
        ("excess", "f8"),  # dB that are left of a level before
        ("start", "f8"),  # gain at the last knot
        ("end", "f8"),  # gain at the next one
        ("drive", "f8"),  # gain of drive in the last frame
        ("drive_share", "f8"),  # factor of the gain that belongs to it
        ("targets", "f8", _GLIDED),  # places 0–1 of the controls
        ("places", "f8", _GLIDED),
        ("ramps", "u1", _GLIDED * RAMP.itemsize),
    ],
    align=True,
)
_TARGETS = offset(LEVEL, "targets")
_PLACES = offset(LEVEL, "places")
_RAMPS = offset(LEVEL, "ramps")
_TABLE_SIZE = TABLE.itemsize
_RAMP_SIZE = RAMP.itemsize


@native(float64(int64, int64, float64))
def _relative(table: int, count: int, place: float) -> float:
    """Return what a row of `count` dB says between its points; its ends beyond them."""
    points = carray(pointer(table), (count,), np.float64)
    place = min(max(place, 0.0), count - 1.0)
    below = min(int(place), max(0, count - 2))
    share = place - below
    low: float = points[below]
    if share > 0.0:
        low += share * (points[below + 1] - low)
    return low


_CURVES_PLACE = offset(TABLE, "curves")
_DRIFT_PLACE = offset(TABLE, "drift")


@native(float64(int64, int64, int64))
def _offset_db(level: int, motion: int, frame: int) -> float:
    """Return by how many dB the gain differs, but for drive, from that of the table."""
    v = carray(pointer(level), (1,), LEVEL)[0]
    table = v.tables + v.read * _TABLE_SIZE
    t = carray(pointer(table), (1,), TABLE)[0]
    total = 0.0
    for i in range(_GLIDED):
        row = table + _CURVES_PLACE + 8 * POINTS * (i + 1)
        total += _relative(row, POINTS, v.places[i] * (POINTS - 1))
    if motion != 0 and t.depth > 0.0:
        share = drift_depth(motion) / t.depth
        place = (drift_cycles(motion, frame) - t.begin) / t.step
        total += share * _relative(table + _DRIFT_PLACE, t.count, place)
    return total


@native(float64(int64))
def _drive_db(level: int) -> float:
    v = carray(pointer(level), (1,), LEVEL)[0]
    place = 20.0 * math.log10(v.drive) / DRIVE_DB
    table = v.tables + v.read * _TABLE_SIZE
    total: float = _relative(table + _CURVES_PLACE, POINTS, place * (POINTS - 1))
    return total


@native(void(int64))
def _follow_drive(level: int) -> None:
    v = carray(pointer(level), (1,), LEVEL)[0]
    total = _drive_db(level)
    v.drive_share = 10.0 ** (total / 20.0) if abs(total) > _NOTHING_DB else 1.0


@native(void(int64, int64, int64))
def _cross_knot(level: int, motion: int, frame: int) -> None:
    """Set out for the gain of the next knot."""
    v = carray(pointer(level), (1,), LEVEL)[0]
    for i in range(_GLIDED):
        ramp, target = level + _RAMPS + i * _RAMP_SIZE, level + _TARGETS + 8 * i
        if v.fresh != 0:
            settle_ramp(ramp, target)
        run_ramp(ramp, target, v.glide_cells, level + _PLACES + 8 * i, 1)
    tables = carray(pointer(v.tables), (ROWS,), TABLE)
    gain_before, share_before = tables[v.read].gain, v.drive_share
    before = _offset_db(level, motion, frame + CELL) + _drive_db(level) + v.excess
    row = take_newest(level, v.read)
    if row >= 0:
        v.read = row
        now = _offset_db(level, motion, frame + CELL) + _drive_db(level)
        v.excess = before - now + 20.0 * math.log10(gain_before / tables[row].gain)
    _follow_drive(level)
    if v.fresh != 0:
        v.excess = 0.0
    slew = tables[v.read].slew
    v.excess = max(0.0, v.excess - slew) if v.excess > 0.0 else min(0.0, v.excess + slew)
    total = _offset_db(level, motion, frame + CELL) + v.excess
    v.start = v.end if v.drive_share == share_before else v.end * share_before / v.drive_share
    v.end = tables[v.read].gain
    if abs(total) > _NOTHING_DB:
        v.end *= 10.0 ** (total / 20.0)
    if v.fresh != 0:
        v.start = v.end
        v.fresh = 0


@native(void(int64, int64, int64, int64, int64, int64))
def run_level(
    level: int, motion: int, position: int, rows: int, channels: int, frames: int
) -> None:
    """[audio-thread] Bring a voice's output to its level.

    Parameters
    ----------
    level : int64
        Address of a LEVEL.
    motion : int64
        Address of the voice's MOTION, or 0.
    position : int64
        Number of the first frame since the start.
    rows : int64
        Address of float64 rows, MAX_BLOCK apart.
    """
    v = carray(pointer(level), (1,), LEVEL)[0]
    y = carray(pointer(rows), (_CHANNELS, MAX_BLOCK), np.float64)
    drives = carray(pointer(v.drives), (frames if v.drives != 0 else 0,), np.float64)
    done = 0
    while done < frames:
        into = (position + done) % CELL
        if into == 0 or v.fresh != 0:
            if v.fresh != 0:
                v.drive = drives[done] if v.drives != 0 else 1.0
            _cross_knot(level, motion, position + done)
        part = min(frames - done, CELL - into)
        slope = (v.end - v.start) / CELL
        gain = v.end * v.drive_share
        rests = slope == 0.0
        if rests and v.drives != 0:
            for t in range(done, done + part):
                rests &= drives[t] == v.drive
        if not rests:
            for t in range(part):
                if v.drives != 0 and drives[done + t] != v.drive:
                    v.drive = drives[done + t]
                    _follow_drive(level)
                gain = (v.start + slope * (into + t)) * v.drive_share
                for channel in range(channels):
                    y[channel, done + t] *= gain
        elif gain != 1.0:
            for channel in range(channels):
                for t in range(done, done + part):
                    y[channel, t] *= gain
        done += part


@native(void(int64, float64))
def prepare_level(level: int, rate: float) -> None:
    """[control-thread] Write how long a LEVEL's controls glide at a sample rate in Hz."""
    v = carray(pointer(level), (1,), LEVEL)[0]
    v.glide_cells = max(1, int64(np.rint(GLIDE_SECONDS * rate / CELL)))


def _no_curves() -> NDArray[np.float64]:
    return np.zeros((CURVES, POINTS))


@dataclass(frozen=True)
class LevelTable:
    """[any-thread] The level of a voice at each place of the controls.

    Attributes
    ----------
    gain : float
        Amplitude ratio, above 0, where the curves are 0.
    curves : ndarray [shape=(CURVES, POINTS)]
        In dB, those of LEVELLED.
    drift : ndarray [shape=(points,)]
        In dB, along the way of drift; DRIFT_POINTS at most.
    begin, step : float
        Cycles of drift of the first point, and from one to the next.
    depth : float
        Of drift, for which its points were found; 0 where there are none.
    """

    gain: float = 1.0
    curves: NDArray[np.float64] = field(default_factory=_no_curves)
    drift: NDArray[np.float64] = field(default_factory=lambda: np.zeros(1))
    begin: float = 0.0
    step: float = 1.0
    depth: float = 0.0

    def gain_at(self, *places: float) -> float:
        """Return the gain where the controls of LEVELLED are at rest, each 0–1 of its range."""
        points = np.linspace(0.0, 1.0, POINTS)
        rows = zip(places, self.curves, strict=True)
        total = sum(float(np.interp(place, points, row)) for place, row in rows)
        return self.gain * decibels_to_gain(total) if abs(total) > _NOTHING_DB else self.gain


class LevelRecord:
    """[control-thread] The way to the LEVEL of a voice.

    Parameters
    ----------
    fields : record array
        The LEVEL [shape=(1,)].
    address : int
        Of it.
    rate : float
        Sample rate in Hz.
    """

    def __init__(self, fields: np.ndarray, address: int, rate: float) -> None:
        self._fields, self._address, self._rate = fields, address, rate
        self._tables = aligned_bytes(ROWS * TABLE.itemsize).view(TABLE)
        fields["slot"], fields["read"], self._next = WAITS_FIRST, READS_FIRST, WRITES_FIRST
        fields["tables"] = self._tables.ctypes.data
        fields["start"] = fields["end"] = fields["drive"] = fields["drive_share"] = 1.0
        fields["fresh"] = 1
        self.begin_with(LevelTable())

    @property
    def gain(self) -> float:
        """The gain as it is."""
        return float(self._fields["end"][0] * self._fields["drive_share"][0])

    def begin_with(self, table: LevelTable) -> None:
        """Have this level at once; only before the voice is published."""
        self._write(int(self._fields["read"][0]), table, 0.0)
        self._fields["start"] = self._fields["end"] = table.gain
        self._fields["fresh"] = 1
        self.table = table

    def follow(self, table: LevelTable, decibels_per_second: float) -> None:
        """Go over to another table; the newest one counts."""
        self._write(self._next, table, decibels_per_second * CELL / self._rate)
        self._next = put(self._address, self._next)
        self.table = table

    def aim(self, morph: float, x: float, y: float) -> None:
        """[any-thread] Follow the controls to these values; one caller at a time."""
        self._fields["targets"][0] = morph, (x + 1.0) / 2.0, (y + 1.0) / 2.0

    def _write(self, index: int, table: LevelTable, slew: float) -> None:
        row = self._tables[index]
        row["gain"], row["slew"] = table.gain, slew
        row["curves"] = table.curves.reshape(-1)
        row["depth"], row["begin"], row["step"] = table.depth, table.begin, table.step
        count = row["count"] = min(table.drift.size, DRIFT_POINTS)
        row["drift"][:count] = table.drift[:count]
