"""What is used of numba beyond its documented interface is there, in the numba that is installed.

Each allowed version is tried by running this module with it.
"""

from __future__ import annotations

import ctypes
import subprocess
import sys
from pathlib import Path

import numba
from llvmlite import binding, ir
from numba import types
from numba.core.registry import cpu_target

from ronn_jack.realtime.compiler.building.emit import Emission
from ronn_jack.realtime.compiler.building.numba_api import (
    c_types,
    compiled,
    host,
    module_of,
    native_of,
)
from ronn_jack.realtime.compiler.compile import entry, linked, shared
from ronn_jack.realtime.compiler.elf.link import link
from ronn_jack.realtime.compiler.elf.objects import AARCH64, read_object


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


def test_what_is_used_is_what_it_is_taken_for() -> None:
    for entry_ in (mixed, nothing):
        native = native_of(entry_.code(), entry_.signature)
        module = module_of(entry_.code())
        assert isinstance(module, binding.ModuleRef)
        assert not module.get_function(native.name).is_declaration
        module.get_function(native.name).name = "renamed"
        assert module_of(entry_.code()).get_function(native.name), "it is a copy"
    codegen = cpu_target.target_context.codegen()
    assert [type(each) for each in codegen.magic_tuple()] == [str, str, str]
    assert isinstance(codegen._data_layout, str)
    found = host().target_machine()
    assert isinstance(found, binding.TargetMachine)
    assert found.triple == codegen.magic_tuple()[0]


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


def test_entries_are_compiled_for_another_machine(tmp_path: Path) -> None:
    """Twice, as the second time they come from the cache."""
    for _ in range(2):
        made = subprocess.run(
            [sys.executable, "-c", FOREIGN], stdout=subprocess.PIPE, check=True, timeout=250
        ).stdout
        found = read_object(made)
        assert found.machine == AARCH64
        assert {s.name for s in found.symbols if s.section is None and s.name} == set()
        assert "mixed" in {s.name for s in found.symbols if not s.is_local}


FOREIGN = f"""
import sys
from ronn_jack.export.machine.foreign import compile_for
compile_for("aarch64-unknown-linux-gnu", "generic", "+neon")
from ronn_jack.realtime.compiler.building.emit import Emission
from {__name__} import mixed
emission = Emission("test")
emission.c_function(mixed, "mixed")
sys.stdout.buffer.write(emission.object_file(["mixed"]))
"""


def test_numba_s_own_use_in_the_same_process_goes_on() -> None:
    @numba.njit
    def least(a: int, b: int) -> int:
        return min(a, b) ** 2

    mixed.code()
    compiled(least_of, types.int64(types.int64, types.int64))
    assert least(3, 2) == 4


def least_of(a: int, b: int) -> int:
    return min(a, b) ** 2
