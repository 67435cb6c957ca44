"""The file of the latent equaliser's model, and what is recorded of how it was made."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ronn_jack.model.latent import equaliser
from ronn_jack.model.latent.curve_search import nearest_points
from ronn_jack.model.latent.decoders import Array, Decoder, to_arrays
from training import eq_corpus

SHIPPED = Path(equaliser.__file__).with_name("equaliser.npz")
KNOB = 2.0
"""How far the knobs reach; so far do words lie at most."""
RECORD = eq_corpus.FOLDER / "eq_hashes.toml"


def write_model(
    out: Path,
    betas: Sequence[str],
    layers: Mapping[int, Sequence[tuple[Array, Array]]],
) -> None:
    """Write decoders, with the points of the words of `eq_words.toml`.

    Parameters
    ----------
    layers : mapping of int
        Of each number of dimensions, weights [shape=(betas, inputs, outputs)] and biases
        [shape=(betas, outputs)].
    """
    words, settings = eq_corpus.words()
    decoders = {}
    for dims, row in layers.items():
        for i, beta in enumerate(betas):
            bare = Decoder("curve", tuple((_exact(w[i]), _exact(b[i])) for w, b in row), {})
            points = nearest_points(bare, settings.curves, reach=KNOB)
            decoders[dims, beta] = replace(bare, words=dict(zip(words, points, strict=True)))
    np.savez_compressed(out, **to_arrays(decoders))


def _exact(values: Array) -> Array:
    """Return what will be read back."""
    return values.astype(np.float32).astype(np.float64)


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_record(out: Path) -> None:
    """Record what the shipped model was trained on and what came out."""
    corpus = eq_corpus.draw(eq_corpus.TRAINING_SEED, eq_corpus.TRAINING_SETTINGS)
    RECORD.write_text(
        "# Written by eq_train.py: SHA-256 of the corpus (`Settings.hash`) and of the file of the\n"
        "# model. Other machines round differently: what they train differs a little.\n"
        f'corpus = "{corpus.hash}"\nmodel = "{file_hash(out)}"\n',
        encoding="utf-8",
    )
