"""What a file holds, told by its content and never by its name."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ronn_jack.errors import ModelError, reason_of, shown
from ronn_jack.files import regular_file, remove_forgotten, write_atomically
from ronn_jack.imports.flow_eq import CODES, NAMES, Decoders, Weights, flow_eq, flow_eq_in
from ronn_jack.imports.hdf5 import MAXIMUM_BYTES as HDF5_BYTES
from ronn_jack.imports.hdf5 import SIGNATURE
from ronn_jack.imports.impulse import response_in_file, responses_in
from ronn_jack.imports.keras import Layer, layers_in
from ronn_jack.imports.matlab import Array, arrays_of, is_matlab
from ronn_jack.imports.reverb_decoder import is_reverb_decoder, reverb_decoder
from ronn_jack.imports.safe import MAXIMUM_BYTES as SAFE_BYTES
from ronn_jack.imports.safe import Described, is_safe, read_safe
from ronn_jack.imports.training import train
from ronn_jack.model.latent.decoders import to_arrays
from ronn_jack.model.latent.equaliser import EqModel
from ronn_jack.model.latent.library import VERSION, reverb_of
from ronn_jack.model.latent.reverb import RoomSpec
from ronn_jack.model.latent.spectral_decoder import DECODER
from ronn_jack.parameters import EQUALISERS, OURS, PARAMETERS, REVERBS
from ronn_jack.parameters.names import (
    MOST_CHARACTERS,
    NAME_RULE,
    SUFFIX,
    is_name,
    names_on,
    shelf_folder,
)

_HEAD_BYTES = 4096
_MOST_WEIGHTS = 1 << 20
"""Numbers in an array of a decoder."""
_TRIED_RATE = 8000.0
"""Hz, at which a model of rooms is tried."""
_RESPONSES = "RIRAudio"
"""What the plugin's responses are called."""
_NO_NAME = re.compile(r"[^A-Za-z0-9_-]+")
_SOUND = re.compile(rb"(?:RIFF|RF64)....WAVE|fLaC|FORM....AIF[FC]|OggS|caff|\.snd", re.DOTALL)
"""How sound files begin."""


Learn = Callable[[Described], tuple[Decoders, float]]


class ImportedModel(NamedTuple):
    """A model as it will be kept.

    Attributes
    ----------
    shelf : str
        Whether it is an equaliser's or a reverb's.
    arrays : mapping
        What its file will hold.
    notes : list of str
        What differs from the original and what to mind, a line each.
    """

    shelf: str
    arrays: Mapping[str, NDArray[Any]]
    notes: list[str]

    @property
    def parameter(self) -> str:
        """The parameter that can name it."""
        return next(row.name for row in PARAMETERS.values() if row.shelf == self.shelf)


def read_model(path: Path, as_heard: bool = False, learn: Learn = train) -> ImportedModel | None:
    """Return the model in a file; None for a file that holds none.

    Parameters
    ----------
    path : Path
        A decoder of NeuralReverberator or flowEQ as Keras or MATLAB has kept it, responses of
        NeuralReverberator's plugin, settings of the SAFE project, or a sound file.
    as_heard : bool
        Whether a decoder means what the original made of it, or what it had been trained for.
    learn : callable
        Makes decoders of described settings, and tells their error in dB.

    Raises
    ------
    ModelError
        If it is one of these, but can't be used.
    """
    with regular_file(path, ModelError) as stream:
        head = stream.read(_HEAD_BYTES)
        stream.seek(0)
        try:
            if head.startswith(SIGNATURE):
                return _of_layers(layers_in(_whole(stream, HDF5_BYTES)), as_heard)
            if is_matlab(head):
                return _of_arrays(arrays_of(stream))
            if is_safe(head):
                return _of_settings(read_safe(_whole(stream, SAFE_BYTES)), learn)
        except ModelError as error:
            raise ModelError(f"{path}: {error}") from None
    if _SOUND.match(head):
        return _reverb(*response_in_file(path))
    return None


def _whole(stream: IO[bytes], most: int) -> bytes:
    content = stream.read(most + 1)
    if len(content) > most:
        raise ModelError(f"is larger than {most >> 20} MiB; is it the right one?")
    return content


def _of_layers(layers: Sequence[Layer], as_heard: bool) -> ImportedModel:
    if is_reverb_decoder(layers):
        notes = [
            "the phase is that of one noise; the original searched for one at random",
            "nothing sounds above 8 kHz, as in the original",
            "a picture's range is the 120 dB that the original made of it"
            if as_heard
            else "a picture's range is the 80 dB that it was made from; the original stretched it "
            "to 120 dB, so that all decayed faster: --as-heard does so too",
        ]
        return _reverb(DECODER, reverb_decoder(layers, as_heard), notes)
    if (weights := flow_eq_in(layers)) is not None:
        return _of_flow_eq(weights)
    raise ModelError("is a model of neither NeuralReverberator nor flowEQ")


def _of_arrays(arrays: Iterable[Array]) -> ImportedModel:
    found = {}
    for array in arrays:
        if array.name == _RESPONSES:
            return _reverb(*responses_in(array))
        if array.name in (*NAMES, CODES):
            found[array.name] = array.values(_MOST_WEIGHTS)
    if found.keys() >= {*NAMES}:
        return _of_flow_eq(found)
    if CODES in found:
        raise ModelError(f"holds {CODES} alone; give the decoder, which has words without them")
    raise ModelError(f"is a MATLAB file without {_RESPONSES} or a decoder of flowEQ")


def _of_flow_eq(weights: Weights) -> ImportedModel:
    decoders = flow_eq(weights)
    (dims, beta), _ = next(iter(decoders.items()))
    notes = [
        f"it has {dims} dimensions and is taken as of beta {beta}: it is heard whatever eq_dims "
        "and eq_beta ask for",
        "at its origin it is not flat, as in the original",
        "its settings glide; in the original they jumped",
    ]
    notes.append(
        "warm and bright are those of codes, or where their curves are nearest within ±2"
        if CODES in weights
        else "words are where its curves are nearest to those of our words"
    )
    return _equaliser(decoders, notes)


def _of_settings(described: Described, learn: Learn) -> ImportedModel:
    decoders, miss = learn(described)
    notes = [
        f"twelve models were trained on {len(described.words)} settings; curves that they had not "
        f"seen come out {miss:.1f} dB off in three dimensions",
        "who had set them, and from which address, was not read",
        "what is learnt is the curve, and frequencies and Qs as ratios; flowEQ learnt the numbers",
    ]
    return _equaliser(decoders, notes)


def _equaliser(decoders: Decoders, notes: list[str]) -> ImportedModel:
    arrays = to_arrays(decoders)
    EqModel.of(arrays)  # as what is written has to be read
    return ImportedModel(EQUALISERS, arrays, notes)


def _reverb(form: str, arrays: Mapping[str, NDArray[Any]], notes: list[str]) -> ImportedModel:
    whole = {"version": np.array(VERSION), "form": np.array(form), **arrays}
    if not np.isfinite(reverb_of(whole).response(RoomSpec(), _TRIED_RATE)).all():
        raise ModelError("can't be used: not all that it gives is finite")
    return ImportedModel(REVERBS, whole, notes)


def keep_model(model: ImportedModel, name: str) -> Path:
    """Write a model into the user's data, and return its file.

    Raises
    ------
    ModelError
        If the name is taken or can't be one, or the file can't be written.
    """
    if not is_name(name):
        raise ModelError(f"{shown(name)} is no name of a model; use {NAME_RULE}")
    if name == OURS or name in names_on(model.shelf):
        raise ModelError(f"there is a model '{name}' already: choose another with --name")
    folder = shelf_folder(model.shelf)
    path = folder / f"{name}{SUFFIX}"
    content = io.BytesIO()
    np.savez_compressed(content, allow_pickle=False, **model.arrays)
    try:
        write_atomically(path, content.getvalue())
        remove_forgotten(folder, (each.name for each in folder.iterdir()))
    except OSError as error:
        raise ModelError(f"{path}: can't be written: {reason_of(error)}") from None
    return path


def name_for(path: Path) -> str:
    """Return the name that a model gets after its file."""
    return _NO_NAME.sub("-", path.stem).strip("-_")[:MOST_CHARACTERS]
