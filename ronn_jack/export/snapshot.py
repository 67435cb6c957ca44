"""The engine's memory as bytes that can lie anywhere.

It is made twice, at two addresses. Words that differ by the distance between the two are addresses
within it, and all others are the same: so every address is found without knowing the layout.
"""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ronn_jack.errors import RonnError
from ronn_jack.export.plugin.comparing import KEPT_FRAMES
from ronn_jack.export.plugin.equalising import equalising_of
from ronn_jack.export.plugin.records import KERNELS
from ronn_jack.export.sound import MEASURED_RATE, OUTPUTS, FrozenSound
from ronn_jack.hotswap.drawn_network import DrawnNetwork, network_for_any_rate
from ronn_jack.hotswap.engine_controls import aim
from ronn_jack.model.expression import Expression
from ronn_jack.realtime.compiler.memory import CACHE_LINE, Arena, aligned_bytes, taken_from
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.engine_state import Control
from ronn_jack.realtime.voice import Voice

_MOST_BYTES = 1 << 31
_PRIMING_SECONDS = 6.0
"""Input that a bank keeps beside what a network remembers, for priming to take its time in."""
_MOST_TIMES = 11
"""A memory in seconds is 8 times longer in frames at the highest sample rate, and a quarter of what
is kept may be written anew meanwhile.
"""
_OF_ENGINE = ("engine", "reverb", "equalising")
_ODD_BYTES = 17 * CACHE_LINE
"""By which the second memory lies otherwise within its page."""


class SnapshotError(RonnError):
    """A memory that can't be taken elsewhere."""


@dataclass(frozen=True)
class Snapshot:
    """Memory of an engine and its voice, but for the network's image.

    Attributes
    ----------
    content : ndarray of uint8
        With zeros where addresses of KERNELS belong, and places where addresses within it do.
    pointers : ndarray of int32
        Where those are.
    functions : ndarray of int32 [shape=(count, 2)]
        Where the others are, and which of KERNELS belongs there.
    places : dict
        Where the records lie; -1 where there is none.
    own : int
        Place from which on all belongs to the network.
    """

    content: NDArray[np.uint8]
    pointers: NDArray[np.int32]
    functions: NDArray[np.int32]
    places: dict[str, int]
    own: int


@dataclass(frozen=True)
class _Made:
    arena: Arena
    engine: Engine
    voice: Voice
    network: DrawnNetwork
    film: NDArray[np.uint8] | None
    equalising: int
    own: int

    def kernels(self) -> dict[str, int]:
        """Return the addresses of those of KERNELS that its memory holds."""
        return {
            "process_signal": self.network.process,
            "run_before": self.engine.chain_before.run,
            "run_stages": self.engine.chain.run,
            "begin_before": self.engine.chain_before.begin,
            "begin_stages": self.engine.chain.begin,
        }


def snapshot(sound: FrozenSound, history_seconds: float = 0.0) -> Snapshot:
    """Return the memory of an engine that plays a sound.

    Parameters
    ----------
    history_seconds : float
        Input, and a little output, that is kept for another network to be primed with.

    Raises
    ------
    SnapshotError
        If a word of it refers to anything outside.
    """
    first, second = (_make(sound, skew, history_seconds) for skew in (0, _ODD_BYTES))
    words, functions = _without_functions(first)
    others, other_functions = _without_functions(second)
    distance = second.arena.address - first.arena.address
    if len(words) != len(others) or not np.array_equal(functions, other_functions):
        raise SnapshotError("the engine's memory is not the same each time that it is made")
    pointers = np.flatnonzero(words != others)
    if not (others[pointers] - words[pointers] == distance).all():
        raise SnapshotError("the engine's memory holds numbers that differ each time")
    words[pointers] -= first.arena.address
    _refuse_foreign_addresses(words)
    engine, network = first.engine, first.network
    start = first.arena.address
    records = {
        "engine": engine.address,
        "voice": first.voice.address,
        "motion": network.motion,
        "modulation": network.modulation,
        "film": first.film.ctypes.data if first.film is not None else 0,
        "reverb": engine.reverb_address,
        "equalising": first.equalising,
    }
    places = {name: place - start if place else -1 for name, place in records.items()}
    return Snapshot(words.view(np.uint8), _places(pointers), functions, places, first.own)


def kept_seconds(sounds: Sequence[FrozenSound]) -> float:
    """Return the input that is to be kept for any of several networks to be primed with."""
    if len(sounds) == 1:
        return 0.0
    longest = max(sound.spec.receptive_field for sound in sounds)
    return _MOST_TIMES * longest / MEASURED_RATE + _PRIMING_SECONDS


def check_alike(shots: Sequence[Snapshot]) -> None:
    """Refuse memories of engines that can't lie in each other's place.

    Raises
    ------
    SnapshotError
    """
    of_engine = [(s.own, *(s.places[name] for name in _OF_ENGINE)) for s in shots]
    if len(set(of_engine)) > 1:
        raise SnapshotError("the sounds of a bank have different stages around the network")


def _places(indices: NDArray[np.int64]) -> NDArray[np.int32]:
    return (8 * indices).astype(np.int32)


def _make(sound: FrozenSound, skew: int, history_seconds: float) -> _Made:
    """Return an engine in an arena, ready to play and without what is made for a sample rate.

    The network's image is empty, as it is laid out anew for each rate.
    """
    values, rate = sound.values, MEASURED_RATE
    expression = Expression.of(values)
    memory = np.frombuffer(mmap.mmap(-1, _MOST_BYTES), np.uint8)
    arena = Arena(memory[skew:])
    with taken_from(arena):
        output_seconds = KEPT_FRAMES / rate if history_seconds else 0.0
        engine = Engine(sound.inputs, OUTPUTS, rate, history_seconds, output_seconds)
        aim(engine, values)
        engine.set(Control.MASTER, 1.0)
        engine.set(Control.REVERB, float(values["reverb"]))
        engine.settle()
        equalising = equalising_of(engine, values) if values["eq"] else 0
        own = arena.used
        network = network_for_any_rate(sound.spec, sound.times, rate, expression)
        voice = Voice(sound.spec, network, rate)
        voice.aim_level(expression)
        voice.level.begin_with(sound.level)
        voice.blend.begin_with(sound.blend)
        engine.publish(voice)
        film = None
        if network.modulation:
            ends = network.film_ends(expression.point)
            film = aligned_bytes(ends.nbytes)
            film[:] = ends.view(np.uint8).ravel()
    network.forget()
    return _Made(arena, engine, voice, network, film, equalising, own)


def _without_functions(made: _Made) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Return the memory's words, and where which of KERNELS was among them."""
    words = made.arena.taken.view(np.int64).copy()
    found = []
    for name, address in made.kernels().items():
        for index in np.flatnonzero(words == address):
            found.append((8 * int(index), KERNELS.index(name)))
            words[index] = 0
    return words, np.array(sorted(found), np.int32).reshape(-1, 2)


def _refuse_foreign_addresses(words: NDArray[np.int64]) -> None:
    """Refuse words that are addresses of this process, which would mean nothing elsewhere."""
    starts, ends = [], []
    for line in Path("/proc/self/maps").read_text().splitlines():
        start, _, end = line.split()[0].partition("-")
        if int(end, 16) < 1 << 63:
            starts.append(int(start, 16))
            ends.append(int(end, 16))
    last = np.searchsorted(starts, words, "right") - 1
    inside = (last >= 0) & (words < np.array(ends)[last])
    if inside.any():
        place = 8 * int(np.flatnonzero(inside)[0])
        raise SnapshotError(f"the engine's memory refers to what lies outside it, at {place}")
