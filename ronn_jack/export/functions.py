"""The compiled functions of a target as object files, which are kept: most sounds have the same."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from ronn_jack.export.compiling import export_folder
from ronn_jack.export.machine.features import unasked_features
from ronn_jack.export.machine.targets import TARGETS
from ronn_jack.export.sound import FrozenSound
from ronn_jack.files import write_atomically


class Maker(Protocol):
    """Makes object files of compiled functions."""

    def kernels_object(
        self, target: str, forms: Collection[int], without_features: Collection[str] = ()
    ) -> bytes:
        """Return that of the network's functions."""
        ...

    def heart_object(
        self,
        more: Mapping[str, Any],
        stages: Collection[str],
        chooses: bool,
        without_features: Collection[str] = (),
    ) -> bytes:
        """Return that of all others."""
        ...


def functions_of(
    target: str,
    sound: FrozenSound,
    format_module: str,
    maker: Maker | None = None,
    folder: Path | None = None,
) -> list[bytes]:
    """Return those of the target that numba compiles for in this process.

    Parameters
    ----------
    format_module : str
        Of a format, where the functions that all targets share are to be made too.
    maker : Maker, optional
        In the place of the module `heart`.
    folder : Path, optional
        Where they are kept; None is the folder for this package's code.
    """
    kept = _Kept(folder or export_folder())
    forms = sorted(sound.forms)
    unasked = _unasked(target)
    name = "-".join(("kernels", target, *map(str, forms)))
    functions = [
        kept.file(name, lambda: (maker or _heart()).kernels_object(target, forms, unasked))
    ]
    if format_module:
        stages = [stage for stage in ("eq", "reverb") if sound.values[stage]]
        name = "-".join(("heart", *format_module.split(".")[-2:], target, *stages))
        functions.append(
            kept.file(name, lambda: _shared(maker or _heart(), format_module, stages, unasked))
        )
    return functions


class _Kept:
    """Object files that are made once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def file(self, name: str, make: Callable[[], bytes]) -> bytes:
        """Return one."""
        path = self._folder / f"{name}.o"
        if path.exists():
            return path.read_bytes()
        made = make()
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, made)
        return made


def _heart() -> Maker:
    # Only where something is to be made is a compiler needed.
    from ronn_jack.export.machine import heart

    return heart


def _shared(
    maker: Maker, format_module: str, stages: Sequence[str], unasked: Collection[str]
) -> bytes:
    module = import_module(format_module)
    return maker.heart_object(module.ENTRIES, stages, module.CHOOSES, unasked)


def _unasked(target: str) -> Collection[str]:
    """Return what the code is not made of, as a plugin does not ask another machine for it."""
    return () if TARGETS[target].processor else unasked_features()
