"""flowEQ's decoder, from the files in which Keras and MATLAB have put it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ronn_jack.errors import ModelError
from ronn_jack.imports.keras import Layer
from ronn_jack.model.latent.curve_search import FREQUENCIES, decoded_curves, nearest_points
from ronn_jack.model.latent.decoders import (
    DIMENSIONS,
    GAINS,
    LARGEST_WEIGHT,
    PLACES,
    REACH,
    Array,
    Decoder,
)
from ronn_jack.model.latent.equaliser import EqModel

NAMES = ("W1", "b1", "W2", "b2")
"""Weights in a MATLAB file."""
CODES = "codes"
"""Points of words [shape=(3 dimensions, 4 betas, 6, 3)], in one of MATLAB's files."""
BETA = "less"
"""That of flowEQ's own default; no file says its beta."""

_OUTPUTS = GAINS + PLACES
_ORDER = [0, 2, 5, 8, 11, 1, 3, 6, 9, 12, 4, 7, 10]
"""Its outputs as ours follow each other: gains, frequencies, Qs."""
_MOST_HIDDEN = 4096
_CODES_SHAPE = (3, 4, 6, 3)
_BETA_INDEX = 1
_STRENGTHS = 3
_MIDDLE = 1
"""Of the three strengths of a word."""

Weights = Mapping[str, NDArray[Any]]
Decoders = dict[tuple[int, str], Decoder]
"""By dimensions and beta."""


def flow_eq_in(layers: Sequence[Layer]) -> Weights | None:
    """Return the weights of a decoder among dense layers; None where there is none."""
    dense = [layer.weights for layer in layers if {"kernel", "bias"} <= layer.weights.keys()]
    dense = [each for each in dense if each["kernel"].ndim == 2]
    for last in dense:
        for first in dense:
            inputs, hidden = first["kernel"].shape
            if inputs in DIMENSIONS and last["kernel"].shape == (hidden, _OUTPUTS):
                pairs = (first["kernel"], first["bias"], last["kernel"], last["bias"])
                return dict(zip(NAMES, pairs, strict=True))
    return None


def flow_eq(weights: Weights) -> Decoders:
    """Return the decoder of some weights, with the points of our words.

    Parameters
    ----------
    weights : mapping
        NAMES, and CODES where there are any; a matrix may be turned.

    Raises
    ------
    ModelError
        If they do not fit together.
    """
    first, last = _upright(weights["W1"], weights["b1"]), _upright(weights["W2"], weights["b2"])
    (inputs, hidden), outputs = first[0].shape, last[0].shape
    if inputs not in DIMENSIONS or hidden > _MOST_HIDDEN or outputs != (hidden, _OUTPUTS):
        raise ModelError(
            f"has layers of {inputs} × {hidden} and {outputs[0]} × {outputs[1]} weights; "
            f"flowEQ's decoder has 1 to 3 × n and n × {_OUTPUTS}"
        )
    turned = last[0][:, _ORDER], last[1][_ORDER]
    bare = Decoder("flow", (first, turned), {})
    for each in (*first, *turned):
        _check(each, "weights")
    words = {**words_of(bare), **_coded(bare, weights.get(CODES))}
    return {(inputs, BETA): Decoder("flow", bare.layers, words)}


def words_of(decoder: Decoder) -> dict[str, Array]:
    """Return the points whose curves are nearest to those that our words have in our model."""
    ours = EqModel.ours().decoder(3, BETA)
    names = list(ours.words)
    wanted = decoded_curves(ours, np.stack([ours.words[name] for name in names]))
    return dict(zip(names, nearest_points(decoder, wanted, REACH), strict=True))


def within_reach(decoder: Decoder, points: Array) -> Array:
    """Return points [shape=(n, dims)], those beyond REACH where the curve is nearest within it."""
    beyond = (np.abs(points) > REACH).any(axis=1, keepdims=True)
    return np.where(beyond, nearest_points(decoder, decoded_curves(decoder, points), REACH), points)


def _check(numbers: NDArray[Any], what: str) -> None:
    if not np.isfinite(numbers).all():
        raise ModelError("holds what is no finite number")
    if (largest := np.abs(numbers).max()) > LARGEST_WEIGHT:
        raise ModelError(f"has {what} of {largest:g}; {LARGEST_WEIGHT:g} is the most")


def _upright(matrix: NDArray[Any], bias: NDArray[Any]) -> tuple[Array, Array]:
    """Return a layer's weights [shape=(inputs, outputs)] and biases."""
    biases = np.asarray(bias, np.float64).ravel()
    weights = np.asarray(matrix, np.float64)
    if weights.ndim == 2 and weights.shape[1] != biases.size:
        weights = weights.T
    if weights.ndim != 2 or weights.shape[1] != biases.size:
        raise ModelError(f"has a layer of {biases.size} biases whose weights do not fit them")
    return weights, biases


def _coded(decoder: Decoder, codes: NDArray[Any] | None) -> dict[str, Array]:
    """Return flowEQ's own points of warm and bright, which it may have exchanged."""
    if codes is None:
        return {}
    if codes.shape != _CODES_SHAPE:
        raise ModelError(f"its {CODES} are not {' × '.join(map(str, _CODES_SHAPE))} numbers")
    _check(codes, CODES)
    found = codes[decoder.dims - 1, _BETA_INDEX, _MIDDLE::_STRENGTHS, : decoder.dims]
    tilt = decoded_curves(decoder, found) @ np.linspace(-1.0, 1.0, FREQUENCIES.size)
    darker, brighter = np.argsort(tilt)
    found = within_reach(decoder, found)
    return {"warm": found[darker], "bright": found[brighter]}
