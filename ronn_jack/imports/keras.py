"""The layers of a Keras model in an HDF5 file, in the order in which they were made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from numpy.typing import NDArray

from ronn_jack.errors import ModelError
from ronn_jack.imports.hdf5 import arrays_in

_NUMBER = re.compile(r"(.*?)_?(\d*)")
_OPTIMISER = "optimizer_weights"
"""Group of what training has left."""


class Layer(NamedTuple):
    """A layer.

    Attributes
    ----------
    kind : str
        Such as "dense".
    number : int
        In which it was made among those of its kind; 0 for one without.
    weights : mapping
        By their names, such as "kernel".
    """

    kind: str
    number: int
    weights: Mapping[str, NDArray[Any]]


def layers_in(content: bytes) -> list[Layer]:
    """Return a model's layers, sorted by kind and number.

    They stand in groups of their names, below others or not: as a whole model, as its weights
    alone, or as a model within one.

    Raises
    ------
    ModelError
        If the file can't be read, or holds a layer twice.
    """
    found: dict[tuple[str, int], dict[str, NDArray[Any]]] = {}
    for path, array in arrays_in(content).items():
        *groups, weight = path.split("/")
        if not groups or groups[0] == _OPTIMISER:
            continue
        match = _NUMBER.fullmatch(groups[-1])
        assert match is not None
        layer = found.setdefault((match[1], int(match[2] or 0)), {})
        name = weight.partition(":")[0]
        if name in layer:
            raise ModelError(f"holds the layer {groups[-1]} twice; give one model alone")
        layer[name] = array
    return [Layer(kind, number, found[kind, number]) for kind, number in sorted(found)]
