"""Constants that our linker takes as they are, as an object file for another linker."""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from ronn_jack.export.machine.glue import I8, POINTER, plain_object
from ronn_jack.export.machine.targets import Target
from ronn_jack.realtime.compiler.elf.objects import Relocatable, Symbol
from ronn_jack.realtime.compiler.memory import CACHE_LINE

_WORD = 8


def object_of(data: Relocatable, target: Target) -> bytes:
    """Return the object file of constants, for a target's system.

    Parameters
    ----------
    data : Relocatable
        Of symbols with a size each, in which whole words are addresses of others.
    """
    module = ir.Module("constants")
    variables: dict[int, ir.GlobalVariable] = {}
    for number, symbol in enumerate(data.symbols):
        if symbol.section is not None:
            kind = ir.LiteralStructType([part[0] for part in _parts(data, symbol)], packed=True)
            name = symbol.name or f"constant.{number}"
            variables[number] = ir.GlobalVariable(module, kind, name)
    for number, variable in variables.items():
        cells = [
            ir.Constant(kind, bytearray(value))
            if isinstance(value, bytes)
            else variables[value].bitcast(POINTER)
            for kind, value in _parts(data, data.symbols[number])
        ]
        variable.initializer = ir.Constant(variable.value_type, cells)
        variable.global_constant = True
        variable.align = CACHE_LINE
        if data.symbols[number].is_local:
            variable.linkage = "internal"
    seen = [symbol.name for symbol in data.symbols if not symbol.is_local]
    return plain_object(module, target, seen)


def _parts(data: Relocatable, symbol: Symbol) -> list[tuple[Any, bytes | int]]:
    """Return the type of each part of a constant, with its bytes, or the symbol it points to."""
    assert symbol.section is not None
    section = data.sections[symbol.section]
    end = symbol.value + symbol.size
    parts: list[tuple[Any, bytes | int]] = []

    def add(content: bytes) -> None:
        if content:
            parts.append((ir.ArrayType(I8, len(content)), content))

    done = symbol.value
    for relocation in sorted(section.relocations, key=lambda each: each.offset):
        if symbol.value <= relocation.offset < end:
            add(section.content[done : relocation.offset])
            parts.append((POINTER, relocation.symbol))
            done = relocation.offset + _WORD
    add(section.content[done:end])
    return parts
