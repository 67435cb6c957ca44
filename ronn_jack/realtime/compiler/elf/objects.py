"""Relocatable objects, as the ELF format has them [1]_.

References
----------
.. [1] Tool Interface Standard, "Executable and Linking Format (ELF) Specification", version 1.2;
   "ELF-64 Object File Format", version 1.5.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from ronn_jack.errors import RonnError

X86_64, AARCH64 = 62, 183
"""Machines that can be linked for."""

_IDENTITY = b"\x7fELF\x02\x01"  # 64 bits, little-endian
_RELOCATABLE = 1
_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_RELA = struct.Struct("<QQq")
_PROGBITS, _SYMTAB, _RELOCATIONS, _NOBITS = 1, 2, 4, 8
_WRITES, _OCCUPIES, _EXECUTES = 1, 2, 4
_UNDEFINED, _ABSOLUTE, _COMMON = 0, 0xFFF1, 0xFFF2
_UNWINDING = ".eh_frame"


class LinkError(RonnError):
    """Objects that can't be linked."""


@dataclass(frozen=True)
class Symbol:
    """A symbol of an object.

    Attributes
    ----------
    section : int or None
        Number of the section that it lies in; None where it is defined elsewhere.
    value : int
        Its place in that section.
    """

    name: str
    section: int | None
    value: int
    size: int
    kind: int
    is_local: bool


@dataclass(frozen=True)
class Relocation:
    """A place in a section that depends on where a symbol comes to lie."""

    offset: int
    kind: int
    symbol: int
    addend: int


@dataclass(frozen=True)
class Section:
    """A part of an object that the library needs.

    Attributes
    ----------
    rights : {"r", "x", "w"}
        Whether it is only read, executed, or written, which the loader does too.
    content : bytes
        Empty where all is zero.
    """

    name: str
    rights: str
    size: int
    alignment: int
    content: bytes
    relocations: Sequence[Relocation]


@dataclass(frozen=True)
class Relocatable:
    """An object file.

    Attributes
    ----------
    machine : int
        X86_64 or AARCH64.
    sections : mapping of int to Section
        Those that the library needs, by their numbers.
    """

    machine: int
    sections: dict[int, Section]
    symbols: Sequence[Symbol]


def read_object(data: bytes) -> Relocatable:
    """Return what a relocatable object holds.

    Raises
    ------
    LinkError
        If it is none that can be linked.
    """
    header = _HEADER.unpack_from(data) if len(data) >= _HEADER.size else None
    if header is None or not header[0].startswith(_IDENTITY) or header[1] != _RELOCATABLE:
        raise LinkError("no relocatable object of 64-bit little-endian ELF")
    if header[2] not in (X86_64, AARCH64):
        raise LinkError(f"machine {header[2]} can't be linked for: x86-64 and aarch64 can")
    heads = [_SECTION.unpack_from(data, header[6] + _SECTION.size * i) for i in range(header[12])]

    def text(table: int, place: int) -> str:
        start = heads[table][4] + place
        return data[start : data.index(b"\0", start)].decode()

    relocations: dict[int, list[Relocation]] = {}
    for head in heads:
        if head[1] == _RELOCATIONS:
            for place in range(head[4], head[4] + head[5], _RELA.size):
                offset, info, addend = _RELA.unpack_from(data, place)
                relocations.setdefault(head[7], []).append(
                    Relocation(offset, info & 0xFFFFFFFF, info >> 32, addend)
                )
    sections = {}
    for number, head in enumerate(heads):
        name = text(header[13], head[0])
        if head[2] & _OCCUPIES and head[1] in (_PROGBITS, _NOBITS) and name != _UNWINDING:
            content = data[head[4] : head[4] + head[5]] if head[1] == _PROGBITS else b""
            rights = "x" if head[2] & _EXECUTES else "w" if head[2] & _WRITES else "r"
            sections[number] = Section(
                name, rights, head[5], max(1, head[8]), content, relocations.get(number, [])
            )
    symbols = []
    for head in heads:
        if head[1] == _SYMTAB:
            for place in range(head[4], head[4] + head[5], _SYMBOL.size):
                symbol = _SYMBOL.unpack_from(data, place)
                if symbol[3] in (_ABSOLUTE, _COMMON) and symbol[1] & 15 != 4:
                    raise LinkError(f"symbol {text(head[6], symbol[0])} has no section")
                symbols.append(
                    Symbol(
                        text(head[6], symbol[0]),
                        symbol[3] if symbol[3] != _UNDEFINED else None,
                        symbol[4],
                        symbol[5],
                        symbol[1] & 15,
                        symbol[1] >> 4 == 0,
                    )
                )
    return Relocatable(header[2], sections, symbols)
