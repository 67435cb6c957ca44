"""What is used of numba beyond its documented interface is there, in the numba that is installed.

Each allowed version is tried by running this module with it.
"""

from __future__ import annotations

import ctypes
from pathlib import Path

import numba
from llvmlite import ir
from numba import types

from ronn_jack.realtime.compiler.building.emit import Emission
from ronn_jack.realtime.compiler.building.numba_api import c_types, compiled, host
from ronn_jack.realtime.compiler.compile import entry, linked, shared
from ronn_jack.realtime.compiler.elf.link import link


@shared("int64(int64)")
def squared(number: int) -> int:
    return number * number


@entry("float64(int64, float64)")
def mixed(number: int, share: float) -> float:
    return float(squared(number)) + share


@entry("void(int64)")
def nothing(number: int) -> None:
    pass


def test_an_entry_tells_of_its_native_function() -> None:
    assert c_types(mixed.signature) == (ir.DoubleType(), [ir.IntType(64), ir.DoubleType()])
    assert isinstance(c_types(nothing.signature)[0], ir.VoidType)
    assert mixed.code().native.encode() in mixed.code().bitcode
    assert host().data_layout.startswith("e-")


def test_entries_run_without_python(tmp_path: Path) -> None:
    emission = Emission("test")
    emission.c_function(mixed, "mixed")
    emission.c_function(nothing, "nothing")
    made = link([emission.object_file(["mixed", "nothing"])], ["mixed", "nothing"], [])
    path = tmp_path / "lib.so"
    path.write_bytes(made)
    library = ctypes.CDLL(str(path))
    library.mixed.argtypes = [ctypes.c_int64, ctypes.c_double]
    library.mixed.restype = ctypes.c_double
    assert library.mixed(12, 0.5) == 144.5
    # Nothing is left that only the interpreter has: no undefined symbol at all.
    assert not any(name in made for name in (b"PyErr", b"numba_", b"NRT_"))


def test_a_linked_entry_is_called_by_its_symbol() -> None:
    external = linked(mixed).resolve()
    assert external.symbol == f"{__name__}.mixed"
    assert isinstance(external, types.ExternalFunction)


def test_numba_s_own_use_in_the_same_process_goes_on() -> None:
    @numba.njit
    def least(a: int, b: int) -> int:
        return min(a, b) ** 2

    mixed.code()
    compiled(least_of, types.int64(types.int64, types.int64))
    assert least(3, 2) == 4


def least_of(a: int, b: int) -> int:
    return min(a, b) ** 2
