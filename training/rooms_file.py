"""The file of the latent reverb's decoder, and the record of what it was trained on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ronn_jack.model.latent.room_physics import Array

RECORD = Path(__file__).with_name("rooms_hashes.toml")


def write_decoder(path: Path, layers: Iterable[tuple[Array, Array]]) -> None:
    """Write weights and biases as `ReverbModel.load` reads them."""
    arrays = {}
    for i, (weight, bias) in enumerate(layers):
        arrays[f"weight_{i}"] = weight.astype(np.float32)
        arrays[f"bias_{i}"] = bias.astype(np.float32)
    np.savez_compressed(path, allow_pickle=False, **arrays)


def write_record(decoder: Path, corpus: str) -> None:
    """Write the hashes of the corpus and of a decoder's file."""
    weights = hashlib.sha256(decoder.read_bytes()).hexdigest()
    RECORD.write_text(
        "# Of what `python -m training.rooms_train` was trained on, and of what it wrote.\n"
        f'rooms = "{corpus}"\nweights = "{weights}"\n',
        encoding="utf-8",
    )
