"""The compiled functions of a target as object files, which are kept: most sounds have the same."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from ronn_jack.export.compiling import export_folder
from ronn_jack.export.machine.features import unasked_features
from ronn_jack.export.machine.targets import TARGETS
from ronn_jack.export.sound import FrozenSound
from ronn_jack.files import write_atomically


def functions_of(
    target: str, sound: FrozenSound, format_module: str, folder: Path | None = None
) -> list[bytes]:
    """Return those of the target that numba compiles for in this process.

    Parameters
    ----------
    format_module : str
        Of a format, where the functions that all targets share are to be made too.
    folder : Path, optional
        Where they are kept; None is the folder for this package's code.
    """
    folder = folder or export_folder()
    forms = sorted(sound.forms)
    name = "-".join(("kernels", target, *map(str, forms)))
    functions = [_kept(folder / f"{name}.o", lambda: _kernels(target, forms))]
    if format_module:
        stages = [stage for stage in ("eq", "reverb") if sound.values[stage]]
        name = "-".join(("heart", *format_module.split(".")[-2:], target, *stages))
        heart = _kept(folder / f"{name}.o", lambda: _heart(target, format_module, stages))
        functions.append(heart)
    return functions


def _kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """Return an object file that is made once."""
    if path.exists():
        return path.read_bytes()
    made = make()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, made)
    return made


def _kernels(target: str, forms: Sequence[int]) -> bytes:
    from ronn_jack.export.machine.heart import kernels_object

    return kernels_object(target, forms, _unasked(target))


def _heart(target: str, format_module: str, stages: Sequence[str]) -> bytes:
    from ronn_jack.export.machine.heart import heart_object

    module = import_module(format_module)
    return heart_object(module.ENTRIES, stages, module.CHOOSES, _unasked(target))


def _unasked(target: str) -> Collection[str]:
    """Return what the code is not made of, as a plugin does not ask another machine for it."""
    return () if TARGETS[target].processor else unasked_features()
