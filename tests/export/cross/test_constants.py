"""Constants as another linker gets them: the same bytes, with the same addresses in them."""

from __future__ import annotations

import ctypes
from pathlib import Path

from ronn_jack.export.cross.constants import object_of
from ronn_jack.export.machine.targets import HERE, TARGETS
from ronn_jack.realtime.compiler.elf.link import link
from ronn_jack.realtime.compiler.elf.objects import Relocatable, Relocation, Section, Symbol

_OBJECT = 1
READ, WRITTEN = 1, 2
NUMBERS, TEXT, TABLE = 1, 2, 3


def test_bytes_and_addresses_are_as_our_linker_has_them(tmp_path: Path) -> None:
    read = bytes(range(1, 65)) + b"text\0"
    written = b"\x11" * 8 + bytes(8) + b"\x22" * 4 + bytes(8) + b"\x33" * 4
    relocations = [Relocation(20, 0, TEXT, 0), Relocation(8, 0, NUMBERS, 0)]
    data = Relocatable(
        HERE,
        {
            READ: Section(".rodata", "r", len(read), 64, read, []),
            WRITTEN: Section(".data", "w", len(written), 64, written, relocations),
        },
        [
            Symbol("", None, 0, 0, 0, True),
            Symbol("", READ, 0, 64, _OBJECT, True),
            Symbol("", READ, 64, 5, _OBJECT, True),
            Symbol("table", WRITTEN, 0, len(written), _OBJECT, False),
        ],
    )
    path = tmp_path / "lib.so"
    path.write_bytes(link([object_of(data, TARGETS["native"])], ["table"], []))
    library = ctypes.CDLL(str(path))
    found = bytes((ctypes.c_char * len(written)).in_dll(library, "table"))
    assert (found[:8], found[16:20], found[28:]) == (b"\x11" * 8, b"\x22" * 4, b"\x33" * 4)
    numbers, text = (int.from_bytes(found[place : place + 8], "little") for place in (8, 20))
    assert ctypes.string_at(numbers, 64) == read[:64]
    assert ctypes.string_at(text) == b"text"
    assert numbers % 64 == 0
