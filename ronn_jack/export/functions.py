"""The compiled functions of a target as object files, which are kept: every sound has the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module

from ronn_jack.export.compiling import export_folder
from ronn_jack.files import write_atomically


def functions_of(target: str, format_module: str, stages: Sequence[str]) -> list[bytes]:
    """Return those of the target that numba compiles for in this process.

    Parameters
    ----------
    format_module : str
        Of a format, where the functions that all targets share are to be made too.
    stages : sequence of str
        Which of STAGES those need.
    """
    functions = [_kept(f"kernels-{target}", lambda: _kernels(target))]
    if format_module:
        name = "-".join(("heart", *format_module.split(".")[-2:], target, *stages))
        functions.append(_kept(name, lambda: _heart(format_module, stages)))
    return functions


def _kept(name: str, make: Callable[[], bytes]) -> bytes:
    """Return an object file that is made once."""
    path = export_folder() / f"{name}.o"
    if path.exists():
        return path.read_bytes()
    made = make()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, made)
    return made


def _kernels(target: str) -> bytes:
    from ronn_jack.export.machine.heart import kernels_object

    return kernels_object(target)


def _heart(format_module: str, stages: Sequence[str]) -> bytes:
    from ronn_jack.export.machine.heart import heart_object

    module = import_module(format_module)
    return heart_object(module.ENTRIES, stages, module.CHOOSES)
