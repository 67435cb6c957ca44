"""Decoders of a latent equaliser: small neural networks, and the arrays that they are kept as."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Form = Literal["curve", "flow"]

DIMENSIONS = (1, 2, 3)
GAINS, PLACES = 5, 8
"""Outputs: the gains of five bands, their frequencies, and the Qs of the three bells."""

REACH = 2.0
"""How far a knob goes along an axis: words lie within."""
LARGEST_WEIGHT = 1e6

_VERSION = 1
_MOST_LAYERS = 4


@dataclass(frozen=True)
class Decoder:
    """A neural network from points to what five bands do, as shares of what they can.

    Attributes
    ----------
    form : {"curve", "flow"}
        Our own, of hyperbolic tangents and flat at the origin; or flowEQ's, of rectifiers and a
        sigmoid.
    layers : tuple of (weights [shape=(inputs, outputs)], biases [shape=(outputs,)])
    words : mapping of str to ndarray [shape=(dims,)]
        Points of what words mean, within REACH.
    """

    form: Form
    layers: tuple[tuple[Array, Array], ...]
    words: Mapping[str, Array]

    @property
    def dims(self) -> int:
        """Coordinates of a point."""
        return len(self.layers[0][0])

    def shares(self, points: Array) -> tuple[Array, Array]:
        """Return what points [shape=(n, dims)] stand for.

        Returns
        -------
        gains : ndarray [shape=(n, 5)]
            -1 … 1.
        places : ndarray [shape=(n, 8)]
            0 … 1: five frequencies and three Qs.
        """
        hidden = points
        for weights, biases in self.layers[:-1]:
            hidden = hidden @ weights + biases
            if self.form == "flow":
                hidden = np.maximum(hidden, 0.0)
            else:
                # Less what it is at the origin, which therefore is 0 in every layer, to the bit.
                hidden = np.tanh(hidden) - np.tanh(biases)
        weights, biases = self.layers[-1]
        outputs = hidden @ weights
        places = _sigmoid(outputs[:, GAINS:] + biases[GAINS:])
        if self.form == "flow":
            return 2.0 * _sigmoid(outputs[:, :GAINS] + biases[:GAINS]) - 1.0, places
        return np.tanh(outputs[:, :GAINS]), places


def to_arrays(decoders: Mapping[tuple[int, str], Decoder]) -> dict[str, NDArray[Any]]:
    """Return what `from_arrays` reads.

    Parameters
    ----------
    decoders : mapping of (dims, beta)
        At least one, and one of each beta for each dims; form, words and number of layers are the
        same in all.
    """
    first = next(iter(decoders.values()))
    betas = list(dict.fromkeys(beta for _, beta in decoders))
    arrays: dict[str, NDArray[Any]] = {
        "version": np.array(_VERSION),
        "form": np.array(first.form),
        "betas": np.array(betas),
        "words": np.array(list(first.words), dtype=np.str_),
    }
    for dims in dict.fromkeys(dims for dims, _ in decoders):
        row = [decoders[dims, beta] for beta in betas]
        for i in range(len(first.layers)):
            arrays[f"weights_{dims}_{i}"] = _single([each.layers[i][0] for each in row])
            arrays[f"biases_{dims}_{i}"] = _single([each.layers[i][1] for each in row])
        points = [[each.words[word] for word in first.words] for each in row]
        arrays[f"points_{dims}"] = _single(points).reshape(len(row), -1, dims)
    return arrays


def from_arrays(arrays: Mapping[str, NDArray[Any]]) -> Iterator[tuple[tuple[int, str], Decoder]]:
    """Yield each decoder by its dimensions and beta.

    `version` is 1; `form`, `betas` and `words` are words. For each number of dimensions D there are
    `weights_D_I` [shape=(betas, inputs, outputs)] and `biases_D_I` [shape=(betas, outputs)] of the
    layers I from 0 on, and `points_D` [shape=(betas, words, D)], which come within REACH.

    Raises
    ------
    KeyError, TypeError, ValueError
        If it is not so.
    """
    betas, words = _words(arrays["betas"]), _words(arrays["words"])
    form: Form = "flow" if str(arrays["form"]) == "flow" else "curve"
    present = [dims for dims in DIMENSIONS if f"weights_{dims}_0" in arrays]
    known = (int(arrays["version"]), str(arrays["form"])) == (_VERSION, form)
    if not known or not betas or not present:
        raise ValueError
    for dims in present:
        layers = _layers(arrays, len(betas), dims)
        points = _numbers(arrays[f"points_{dims}"], (len(betas), len(words), dims))
        points = points.clip(-REACH, REACH)
        for i, beta in enumerate(betas):
            own = tuple((weights[i], biases[i]) for weights, biases in layers)
            yield (dims, beta), Decoder(form, own, dict(zip(words, points[i], strict=True)))


def _layers(arrays: Mapping[str, NDArray[Any]], betas: int, dims: int) -> list[tuple[Array, Array]]:
    layers: list[tuple[Array, Array]] = []
    inputs = dims
    while f"weights_{dims}_{len(layers)}" in arrays:
        biases = _numbers(arrays[f"biases_{dims}_{len(layers)}"], (betas, None))
        shape = betas, inputs, biases.shape[1]
        layers.append((_numbers(arrays[f"weights_{dims}_{len(layers)}"], shape), biases))
        inputs = biases.shape[1]
    if inputs != GAINS + PLACES or len(layers) > _MOST_LAYERS:
        raise ValueError
    return layers


def _numbers(array: NDArray[Any], shape: tuple[int | None, ...]) -> Array:
    """Return an array of the shape, in which None fits any length, as numbers fit to calculate."""
    pairs = zip(array.shape, shape, strict=True)
    if array.dtype.kind != "f" or any(wanted not in (None, found) for found, wanted in pairs):
        raise ValueError
    numbers = array.astype(np.float64)
    if not (np.abs(numbers) <= LARGEST_WEIGHT).all():  # which NaN is not either
        raise ValueError
    return numbers


def _words(array: NDArray[Any]) -> list[str]:
    if array.ndim != 1 or array.dtype.kind != "U":
        raise ValueError
    return [str(word) for word in array]


def _single(values: Sequence[Array] | Sequence[Sequence[Array]]) -> NDArray[np.float32]:
    return np.array(values, dtype=np.float32)


def _sigmoid(values: Array) -> Array:
    return 0.5 + 0.5 * np.tanh(0.5 * values)
