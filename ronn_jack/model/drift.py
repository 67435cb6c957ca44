"""What a network's weights move between: the seed's, another seed's, and directions of drift."""

from __future__ import annotations

import numpy as np

from ronn_jack.model.weights import Float32, Float64, LayerSources, Weights

DIRECTIONS = 2
OSCILLATORS = 4
_STREAM = 0x6472_6966
"""Tells the stream of the directions from those that weights are drawn from."""


def draw_sources(seed: int, own: Weights, other: Weights) -> list[LayerSources]:
    """Return what each layer's weights are mixed from when they morph and drift.

    A direction is as long as the seed's own weights, and so are its biases.

    Parameters
    ----------
    seed : int
        Of `own`; it determines the directions too.
    own, other : Weights
        Of `seed` and of `seed_b`, in the same shapes.
    """
    stream = np.random.RandomState([seed & 0xFFFFFFFF, _STREAM])
    layers = []
    for i, weight in enumerate(own.weights):
        weights = [weight, other.weights[i]]
        weights += [_direction(stream, weight) for _ in range(DIRECTIONS)]
        biases = None
        if own.biases is not None and other.biases is not None:
            bias = own.biases[i]
            biases = [bias, other.biases[i]]
            biases += [_direction(stream, bias) for _ in range(DIRECTIONS)]
        swing = np.linalg.qr(stream.standard_normal((OSCILLATORS, DIRECTIONS)))[0].T
        layers.append(LayerSources(weights, biases, _products(weights, biases), swing))
    return layers


def _direction(stream: np.random.RandomState, like: Float32) -> Float32:
    drawn = stream.standard_normal(like.shape)
    length = np.linalg.norm(like.astype(np.float64)) / np.linalg.norm(drawn)
    return (drawn * length).astype(np.float32)


def _products(weights: list[Float32], biases: list[Float32] | None) -> Float64:
    rows = [w.reshape(-1).astype(np.float64) for w in weights]
    if biases is not None:
        rows = [np.concatenate([row, b]) for row, b in zip(rows, biases, strict=True)]
    matrix = np.stack(rows)
    products: Float64 = matrix @ matrix.T
    return products
