"""A latent equaliser's models, trained on the user's own machine on the user's own settings.

Each is a variational autoencoder: its encoder reads a curve, its decoder is the one that our own
models have, and what it is to learn is the curve. Nothing is needed but numpy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from ronn_jack.imports.band_slopes import curves_and_slopes
from ronn_jack.imports.flow_eq import Decoders, within_reach, words_of
from ronn_jack.imports.safe import Described
from ronn_jack.model.latent.curve_search import FREQUENCIES, RATE, errors
from ronn_jack.model.latent.decoders import DIMENSIONS, GAINS, PLACES, Array, Decoder
from ronn_jack.model.latent.equaliser import (
    BANDS,
    DECODED_GAIN_DB,
    HIGHEST_LOG,
    LOWEST_LOG,
    EqModel,
    curves,
)

BETAS = {"none": 0.0, "less": 0.02, "some": 0.06, "more": 0.2}
"""Weights in dB of the divergence from the standard normal distribution."""
MODELS = tuple((dims, beta) for beta in ("none", "some", "more", "less") for dims in DIMENSIONS)
"""The last is the one that is heard by default."""
STEPS = 1500

_BATCH = 64
_RATE_OF_LEARNING = 4e-3
_ENCODER, _DECODER = (FREQUENCIES.size, 64), (32, 64, GAINS + PLACES)
"""Sizes of their layers."""
_SCALE_DB = 6.0
"""Curves are divided by it before they are read."""
_HELD_OUT = 10
"""One of so many settings is kept for the judgement."""
_LEAST_LOG, _MOST_LOG = -12.0, 4.0
"""Of a variance."""
_AXES = np.stack([
    np.linspace(-1.0, 1.0, FREQUENCIES.size),
    -np.cos(np.linspace(-np.pi, np.pi, FREQUENCIES.size)),
])  # fmt: skip
"""What rises along x (tilt) and y (both ends against the middle)."""

Layer = tuple[Array, Array]
"""Weights [shape=(inputs, outputs)] and biases."""


def train(
    described: Described, steps: int = STEPS, models: Sequence[tuple[int, str]] = MODELS
) -> tuple[Decoders, float]:
    """Return the decoders of settings, and the error in dB of curves they were not trained on.

    Parameters
    ----------
    described : Described
    steps : int
        Of each model.
    models : sequence of (dims, beta)
        The error is that of the last one.
    """
    wanted = curves(described.gains, described.frequencies, described.qs, FREQUENCIES, RATE)
    held_out = np.arange(len(wanted)) % _HELD_OUT == 0
    decoders: Decoders = {}
    for dims, beta in models:
        encoder, layers = _trained(wanted[~held_out], dims, BETAS[beta], steps)
        means = _encoded(encoder, wanted)[2]
        turn = _axes(means, wanted)
        points = means @ turn
        weights = np.linalg.solve(turn, layers[0][0]).astype(np.float64)
        bare = Decoder("curve", tuple(map(_kept, ((weights, layers[0][1]), *layers[1:]))), {})
        words = {**words_of(bare), **_described(bare, points, described.words)}
        decoders[dims, beta] = Decoder("curve", bare.layers, words)
    return decoders, float(errors(bare, points[held_out], wanted[held_out]).mean())


def _trained(wanted: Array, dims: int, beta: float, steps: int) -> tuple[list[Layer], list[Layer]]:
    """Return the encoder's and the decoder's layers."""
    random = np.random.default_rng([dims, len(wanted)])
    encoder = _drawn(random, (*_ENCODER, 2 * dims))
    decoder = _drawn(random, (dims, *_DECODER))
    adam = _Adam([array for layer in (*encoder, *decoder) for array in layer])
    for step in range(steps):
        batch = wanted[random.integers(len(wanted), size=_BATCH)]
        hidden, logs, means = _encoded(encoder, batch)
        spread = np.exp(0.5 * logs) * random.standard_normal(means.shape)
        by_point, by_decoder = _decoder_slopes(decoder, means + spread, batch)
        # Of the divergence too, as of what the decoder missed.
        by_mean = by_point + beta * means / _BATCH
        by_log = 0.5 * (by_point * spread + beta * np.expm1(logs) / _BATCH)
        by_log *= (logs > _LEAST_LOG) & (logs < _MOST_LOG)
        by_encoder = _encoder_slopes(encoder, batch, hidden, np.hstack([by_mean, by_log]))
        share = 0.5 + 0.5 * math.cos(math.pi * step / steps)
        adam.step(_RATE_OF_LEARNING * share, [*by_encoder, *by_decoder])
    return encoder, decoder


def _encoded(encoder: Sequence[Layer], shapes: Array) -> tuple[Array, Array, Array]:
    """Return what is hidden, the logarithms of variances, and the means."""
    (first, first_bias), (last, last_bias) = encoder
    hidden = np.maximum(shapes / _SCALE_DB @ first + first_bias, 0.0)
    means, logs = np.split(hidden @ last + last_bias, 2, axis=1)
    return hidden, np.clip(logs, _LEAST_LOG, _MOST_LOG), means


def _encoder_slopes(
    encoder: Sequence[Layer], shapes: Array, hidden: Array, by_outputs: Array
) -> list[Array]:
    by_hidden = by_outputs @ encoder[1][0].T * (hidden > 0.0)
    return [
        shapes.T @ by_hidden / _SCALE_DB,
        by_hidden.sum(axis=0),
        hidden.T @ by_outputs,
        by_outputs.sum(axis=0),
    ]


def _decoder_slopes(
    decoder: Sequence[Layer], points: Array, wanted: Array
) -> tuple[Array, list[Array]]:
    """Return the derivatives of the mean error of curves by points and by each layer's arrays.

    The forward half is that of `Decoder` in its form "curve".
    """
    inputs, tangents = [points], []
    for weights, biases in decoder[:-1]:
        tangents.append((np.tanh(inputs[-1] @ weights + biases), np.tanh(biases)))
        inputs.append(tangents[-1][0] - tangents[-1][1])
    weights, biases = decoder[-1]
    outputs = inputs[-1] @ weights
    boosts = np.tanh(outputs[:, :GAINS])
    shares = 0.5 + 0.5 * np.tanh(0.5 * (outputs[:, GAINS:] + biases[GAINS:]))
    places = np.exp(LOWEST_LOG + (HIGHEST_LOG - LOWEST_LOG) * shares)
    qs = np.full_like(boosts, BANDS[0].q)
    qs[:, 1:4] = places[:, GAINS:]
    found, slopes = curves_and_slopes(DECODED_GAIN_DB * boosts, places[:, :GAINS], qs)

    by_curve = np.sign(found - wanted) / found.size
    by_gain, by_frequency, by_q = np.einsum("kbnp,np->knb", slopes, by_curve)
    by_place = np.hstack([by_frequency, by_q[:, 1:4]])
    by_outputs = np.hstack([
        by_gain * DECODED_GAIN_DB * (1.0 - np.square(boosts)),
        by_place * (HIGHEST_LOG - LOWEST_LOG) * shares * (1.0 - shares),
    ])  # fmt: skip
    by_bias = by_outputs.sum(axis=0)
    by_bias[:GAINS] = 0.0
    found_slopes = [inputs[-1].T @ by_outputs, by_bias]
    by_inputs = by_outputs @ weights.T
    for (weights, _), before, (tangent, origin) in zip(
        reversed(decoder[:-1]), reversed(inputs[:-1]), reversed(tangents), strict=True
    ):
        by_sum = by_inputs * (1.0 - np.square(tangent))
        less = by_inputs.sum(axis=0) * (1.0 - np.square(origin))
        found_slopes = [before.T @ by_sum, by_sum.sum(axis=0) - less, *found_slopes]
        by_inputs = by_sum @ weights.T
    return by_inputs, found_slopes


def _drawn(random: np.random.Generator, sizes: Sequence[int]) -> list[Layer]:
    return [
        (random.standard_normal((i, o)) / math.sqrt(i), np.zeros(o)) for i, o in pairwise(sizes)
    ]


class _Adam:
    """Kingma's and Ba's method, on arrays in place."""

    _FIRST, _SECOND, _LEAST = 0.9, 0.999, 1e-8

    def __init__(self, arrays: Sequence[Array]) -> None:
        self._arrays = arrays
        self._means = [(np.zeros_like(each), np.zeros_like(each)) for each in arrays]
        self._steps = 0

    def step(self, rate: float, slopes: Sequence[Array]) -> None:
        """Go one step down."""
        self._steps += 1
        first_share, second_share = (1.0 - m**self._steps for m in (self._FIRST, self._SECOND))
        for array, (mean, square), slope in zip(self._arrays, self._means, slopes, strict=True):
            mean += (1.0 - self._FIRST) * (slope - mean)
            square += (1.0 - self._SECOND) * (np.square(slope) - square)
            array -= rate * (mean / first_share) / (np.sqrt(square / second_share) + self._LEAST)


def _axes(means: Array, wanted: Array) -> Array:
    """Return the matrix that turns points so that x is tilt and y smile, and scales them to 1."""
    centred = means - means.mean(axis=0)
    attributes = wanted @ _AXES.T
    slopes = np.linalg.lstsq(centred, attributes - attributes.mean(axis=0), rcond=None)[0]
    dims = means.shape[1]
    turned, upper = np.linalg.qr(np.hstack([slopes, np.eye(dims)])[:, :dims])
    turned *= np.where(np.diag(upper) < 0.0, -1.0, 1.0)
    scale: Array = np.maximum((centred @ turned).std(axis=0), 1e-3)
    return np.asarray(turned / scale)


def _described(decoder: Decoder, points: Array, words: Sequence[str]) -> dict[str, Array]:
    """Return the middle of what those who set it have called by a word, of the words we know."""
    known = [word for word in EqModel.ours().decoder(3, "less").words if word in words]
    labels = np.array(words)
    middles = [points[labels == word].mean(axis=0) for word in known]
    found = within_reach(decoder, np.array(middles).reshape(-1, decoder.dims))
    return dict(zip(known, found, strict=True))


def _kept(layer: Layer) -> Layer:
    """Return a layer as it will be read back."""
    weights, biases = layer
    return weights.astype(np.float32).astype(np.float64), biases.astype(np.float32).astype(
        np.float64
    )
