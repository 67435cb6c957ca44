"""The linker: what it makes of objects, by the loader, by tools, and by its refusals."""

from __future__ import annotations

import ctypes
import subprocess
from pathlib import Path

import llvmlite.binding as llvm
import pytest

from ronn_jack.realtime.compiler.elf.link import link
from ronn_jack.realtime.compiler.elf.objects import (
    AARCH64,
    X86_64,
    LinkError,
    Relocatable,
    Relocation,
    Section,
    Symbol,
    read_object,
)
from ronn_jack.realtime.compiler.elf.relocations import relocate
from tests.export.elf_files import programs

TRIPLES = {X86_64: "x86_64-unknown-linux-gnu", AARCH64: "aarch64-unknown-linux-gnu"}
FIRST = """
@table = internal constant [2 x ptr] [ptr @number, ptr @twice]
@number = internal global i64 7
@zeros = internal global [100 x i64] zeroinitializer
@half = internal constant [2 x double] [double 0.5, double 1.5]
declare i64 @elsewhere(i64)
declare double @sin(double)
define internal i64 @twice(i64 %x) { %y = mul i64 %x, 2
  ret i64 %y }
define i64 @through_table(i64 %x) { %p = getelementptr ptr, ptr @table, i64 1
  %f = load volatile ptr, ptr %p
  %y = call i64 %f(i64 %x)
  %n = load volatile i64, ptr @number
  %z = load volatile i64, ptr getelementptr ([100 x i64], ptr @zeros, i64 0, i64 99)
  %s = add i64 %y, %n
  %t = add i64 %s, %z
  ret i64 %t }
define i64 @through_other(i64 %x) { %y = call i64 @elsewhere(i64 %x)
  ret i64 %y }
define double @wave(double %x) { %y = call double @sin(double %x)
  %h = load volatile double, ptr getelementptr ([2 x double], ptr @half, i64 0, i64 1)
  %z = fmul double %y, %h
  ret double %z }
"""
SECOND = """
define i64 @elsewhere(i64 %x) { %y = add i64 %x, 1000
  ret i64 %y }
"""
EXPORTS = ["through_table", "through_other", "wave"]


def compiled(text: str, machine: int = X86_64) -> bytes:
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    module = llvm.parse_assembly(f'target triple = "{TRIPLES[machine]}"\n{text}')
    target = llvm.Target.from_triple(TRIPLES[machine])
    made = target.create_target_machine(opt=2, reloc="pic", codemodel="small")
    return bytes(made.emit_object(module))


def linked(machine: int = X86_64) -> bytes:
    objects = [compiled(FIRST, machine), compiled(SECOND, machine)]
    return link(objects, EXPORTS, ["libm.so.6", "libc.so.6"], "libtest.so")


def test_functions_of_several_objects_and_of_other_libraries_are_found(tmp_path: Path) -> None:
    path = tmp_path / "lib.so"
    path.write_bytes(linked())
    library = ctypes.CDLL(str(path))
    for name in ("through_table", "through_other"):
        getattr(library, name).argtypes = [ctypes.c_int64]
        getattr(library, name).restype = ctypes.c_int64
    library.wave.argtypes, library.wave.restype = [ctypes.c_double], ctypes.c_double
    assert library.through_table(21) == 49
    assert library.through_other(1) == 1001
    assert library.wave(1.0) == pytest.approx(1.2622064772)


@pytest.mark.parametrize("machine", [X86_64, AARCH64])
def test_nothing_is_written_and_executed_and_pages_are_as_large_as_they_can_be(
    machine: int,
) -> None:
    image = linked(machine)
    heads = programs(image)
    loaded = [head for head in heads if head[0] == 1]
    assert [flags for _, flags, *_ in loaded] == [4, 5, 6]  # r, r-x, rw
    stack = [head for head in heads if head[0] == 0x6474E551]
    assert [flags for _, flags, *_ in stack] == [6]
    page = {X86_64: 4096, AARCH64: 65536}[machine]
    assert all(head[7] == page and head[3] % page == head[2] % page for head in loaded)
    ends = [head[3] + head[6] for head in loaded]
    # Two parts in one page would have the rights of both.
    assert all(b[3] // page > (a - 1) // page for a, b in zip(ends, loaded[1:], strict=False))


def test_only_what_is_exported_is_seen_and_code_is_never_relocated(tmp_path: Path) -> None:
    path = tmp_path / "lib.so"
    path.write_bytes(linked())
    names = subprocess.run(
        ["nm", "-D", "--defined-only", path], capture_output=True, text=True, check=True
    ).stdout.split()[2::3]
    assert sorted(names) == sorted(EXPORTS)
    dynamic = subprocess.run(["readelf", "-d", path], capture_output=True, text=True, check=True)
    assert "TEXTREL" not in dynamic.stdout
    assert "libtest.so" in dynamic.stdout


def test_what_can_t_be_linked_is_refused() -> None:
    first, second = compiled(FIRST), compiled(SECOND)
    with pytest.raises(LinkError, match="defined twice"):
        link([second, second], ["elsewhere"], [])
    with pytest.raises(LinkError, match="not defined"):
        link([second], ["nowhere"], [])
    with pytest.raises(LinkError, match="different machines"):
        link([first, compiled(SECOND, AARCH64)], EXPORTS, [])
    for rubbish in (b"", b"\x7fELF", linked(), bytes(200)):
        with pytest.raises(LinkError, match="no relocatable object"):
            read_object(rubbish)


def test_an_address_in_what_is_only_read_is_refused() -> None:
    section = Section(".rodata", "r", 8, 8, bytes(8), [Relocation(0, 1, 1, 0)])
    symbols = [Symbol("", None, 0, 0, 0, True), Symbol("here", 1, 0, 8, 1, False)]
    with pytest.raises(LinkError, match="relocated when loaded"):
        link([Relocatable(X86_64, {1: section}, symbols)], ["here"], [])


@pytest.mark.parametrize(("machine", "kind"), [(X86_64, 2), (AARCH64, 283), (AARCH64, 275)])
def test_a_distance_that_is_too_long_is_refused(machine: int, kind: int) -> None:
    with pytest.raises(LinkError, match="too far"):
        relocate(machine, bytearray(8), kind, 0, 1 << 40)
    with pytest.raises(LinkError, match="not known"):
        relocate(machine, bytearray(8), 7, 0, 0)
