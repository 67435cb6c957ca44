"""NeuralReverberator's decoder, from the file in which Keras has put it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ronn_jack.errors import ModelError
from ronn_jack.imports.keras import Layer
from ronn_jack.model.latent.spectral_decoder import (
    FILTERS,
    HEARD_DB,
    MEANT_DB,
    SpectralDecoder,
)

_EPSILON = 1e-3
"""Keras' default, which keeps a variance from being zero."""
_NORMALISATION = ("gamma", "beta", "moving_mean", "moving_variance")


def is_reverb_decoder(layers: Sequence[Layer]) -> bool:
    """Say whether a model has transposed convolutions."""
    return any(layer.kind == "conv2d_transpose" for layer in layers)


@np.errstate(over="ignore", invalid="ignore")
def reverb_decoder(layers: Sequence[Layer], as_heard: bool) -> dict[str, NDArray[Any]]:
    """Return the arrays of a spectral decoder.

    Parameters
    ----------
    layers : sequence of Layer
        Of the decoder, or of the autoencoder that it is the end of.
    as_heard : bool
        Whether a picture is stretched to 120 dB, as the original did, rather than to the 80 dB that
        it had been made from.

    Raises
    ------
    ModelError
        If they are those of another model.
    """
    spread = [layer for layer in layers if layer.kind == "conv2d_transpose"]
    normalised = [layer for layer in layers if layer.kind == "batch_normalization"]
    wanted = len(FILTERS)
    if len(spread) != wanted or len(normalised) < wanted - 1:
        raise ModelError(
            f"has {len(spread)} transposed convolutions and {len(normalised)} normalisations; "
            f"NeuralReverberator's decoder has {wanted} and {wanted - 1}"
        )
    arrays: dict[str, NDArray[Any]] = {
        "range_db": np.array(HEARD_DB if as_heard else MEANT_DB, np.float32)
    }
    for i, layer in enumerate(spread):
        arrays[f"kernel{i}"] = _weight(layer, "kernel")
        arrays[f"bias{i}"] = _weight(layer, "bias")
    # Those of an encoder come before.
    for i, layer in enumerate(normalised[1 - wanted :]):
        gamma, beta, mean, variance = (_weight(layer, name) for name in _NORMALISATION)
        if not gamma.shape == beta.shape == mean.shape == variance.shape:
            raise ModelError(f"its normalisation {layer.number} does not fit together")
        scale = gamma / np.sqrt(np.maximum(variance, 0.0) + _EPSILON)
        arrays[f"scale{i}"] = scale.astype(np.float32)
        arrays[f"shift{i}"] = (beta - mean * scale).astype(np.float32)
    SpectralDecoder(arrays)  # as shapes, and what has become too large, are checked there
    return arrays


def _weight(layer: Layer, name: str) -> NDArray[np.float32]:
    if name not in layer.weights:
        raise ModelError(f"its {layer.kind} {layer.number} has no {name}")
    return np.ascontiguousarray(layer.weights[name], np.float32)
