"""Models by name: ours, and those that the user has imported.

A name that is not there, or whose file can't be read, gives ours, and a line that says so: the
sound goes on, and whoever named it keeps the name.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from ronn_jack.errors import ModelError, shown
from ronn_jack.model.latent.archives import Arrays, needed, read_arrays
from ronn_jack.model.latent.equaliser import EqModel
from ronn_jack.model.latent.responses import RESPONSE, FixedResponse
from ronn_jack.model.latent.reverb import ReverbModel, Rooms
from ronn_jack.model.latent.spectral_decoder import DECODER, SpectralDecoder
from ronn_jack.model.latent.spectrograms import GRID, PicturedRooms, PictureGrid
from ronn_jack.parameters import OURS, PARAMETERS
from ronn_jack.parameters.names import SUFFIX, is_name, shelf_folder

VERSION = 1
"""Of the files."""

_MOST_KEPT = 4
"""Models of a shelf that stay in memory."""
_FORMS: dict[str, Callable[[Arrays], Rooms]] = {
    DECODER: lambda arrays: PicturedRooms(SpectralDecoder(arrays)),
    GRID: lambda arrays: PicturedRooms(PictureGrid(arrays)),
    RESPONSE: FixedResponse,
}
_log = logging.getLogger(__name__)

Model = TypeVar("Model")


class _Shelf(Generic[Model]):
    """Models that were opened, each for as long as its file stays as it is."""

    def __init__(
        self, parameter: str, ours: Callable[[], Model], read: Callable[[Path], Model]
    ) -> None:
        self._row, self._ours, self._read = PARAMETERS[parameter], ours, read
        self._known: dict[tuple[Path, int, int], Model] = {}
        self._missed: set[str] = set()
        self._lock = threading.Lock()

    def open(self, name: str) -> Model:
        """Return a model, which is read once."""
        if name == OURS or not is_name(name):
            return self._ours()
        path = shelf_folder(self._row.shelf) / f"{name}{SUFFIX}"
        try:
            state = path.stat()
        except OSError:
            if name not in self._missed:
                self._missed.add(name)
                _log.warning("%s", self._row.missing(name))
            return self._ours()
        self._missed.discard(name)
        key = path, state.st_mtime_ns, state.st_size
        with self._lock:
            if key not in self._known:
                try:
                    found = self._read(path)
                except ModelError as error:
                    _log.warning("%s; %s is heard in its place", error, OURS)
                    found = self._ours()
                while len(self._known) >= _MOST_KEPT:
                    self._known.pop(next(iter(self._known)))
                self._known[key] = found
            return self._known[key]


def read_reverb(path: Path) -> Rooms:
    """Return what makes a reverb's responses from the file of an imported one.

    Raises
    ------
    ModelError
        If it can't be read, or is no such file.
    """
    arrays = read_arrays(path)
    try:
        return reverb_of(arrays)
    except ModelError as error:
        raise ModelError(f"{path}: {error}") from None


def reverb_of(arrays: Arrays) -> Rooms:
    """Return what makes a reverb's responses from arrays.

    Raises
    ------
    ModelError
        If they are no model of one.
    """
    try:
        form, version = str(arrays.get("form")), int(needed(arrays, "version"))
        if form not in _FORMS or version != VERSION:
            raise ModelError(f"is no model of a reverb that this program reads: {shown(form)}")
        return _FORMS[form](arrays)
    except (OverflowError, TypeError, ValueError):
        raise ModelError("is no model of a reverb") from None


_equalisers = _Shelf[EqModel]("eq_model", EqModel.ours, EqModel.load)
_reverbs = _Shelf[Rooms]("reverb_model", ReverbModel.ours, read_reverb)


def open_eq(name: str) -> EqModel:
    """[any-thread] Return the equaliser's model of a name."""
    return _equalisers.open(name)


def open_reverb(name: str) -> Rooms:
    """[any-thread] Return what makes the reverb's responses, by its name."""
    return _reverbs.open(name)
