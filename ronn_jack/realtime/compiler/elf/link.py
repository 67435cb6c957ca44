"""Make a shared library of relocatable objects; no linker has to be installed.

The library has three loaded parts: what is read, what is executed, and what the loader writes
before anything runs. Nothing is written and executed, nor is the stack executable, and code is
never relocated. Calls out of it go through stubs that jump to what the loader has bound. Each
object's symbols are seen by the others; of the library's own only those asked for are seen outside.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ronn_jack.realtime.compiler.elf.objects import (
    AARCH64,
    X86_64,
    LinkError,
    Relocatable,
    Symbol,
    read_object,
)
from ronn_jack.realtime.compiler.elf.relocations import (
    ABSOLUTE,
    BOUND,
    RELATIVE,
    STUB_BYTES,
    THROUGH_GOT,
    relocate,
    write_stub,
)

PAGE_BYTES = {X86_64: 4096, AARCH64: 65536}
"""The largest page that a kernel for the machine may have."""

_HEADER = struct.Struct("<16sHHIQQQIHHHHHH")
_PROGRAM = struct.Struct("<IIQQQQQQ")
_SECTION = struct.Struct("<IIQQQQIIQQ")
_SYMBOL = struct.Struct("<IBBHQQ")
_RELA = struct.Struct("<QQq")
_WORD = 8
_LOAD, _DYNAMIC, _STACK = 1, 2, 0x6474E551
_READ, _WRITE, _EXECUTE = 4, 2, 1
_PROGRAMS = 5
_FUNCTION, _GLOBAL_FUNCTION = 2, 0x12
_TEXT, _DATA = 6, 8  # in the section table
_TAG_NEEDED, _TAG_HASH, _TAG_STRINGS, _TAG_SYMBOLS, _TAG_RELA = 1, 4, 5, 6, 7
_TAG_RELA_BYTES, _TAG_RELA_SIZE, _TAG_STRING_BYTES, _TAG_SYMBOL_SIZE, _TAG_NAME = 8, 9, 10, 11, 14


def link(
    objects: Sequence[bytes | Relocatable],
    exports: Iterable[str],
    needed: Sequence[str],
    name: str = "",
) -> bytes:
    """Return a shared library.

    Parameters
    ----------
    objects : sequence of bytes or Relocatable
        For one machine.
    exports : iterable of str
        The symbols that are seen outside.
    needed : sequence of str
        Libraries that hold what the objects lack, as the loader knows them.
    name : str
        As which the loader is to know it.

    Raises
    ------
    LinkError
        If they can't be linked.
    """
    read = [read_object(each) if isinstance(each, bytes) else each for each in objects]
    if len({each.machine for each in read}) != 1:
        raise LinkError("the objects are for different machines")
    return Linker(read, list(exports), needed, name).library()


@dataclass
class Layout:
    """Where things come to lie; `at` is the first free byte.

    In the file the parts follow each other closely: `gaps` are bytes of memory that it has not.
    """

    at: int
    gaps: int = 0
    places: dict[object, int] = field(default_factory=dict)
    sizes: dict[object, int] = field(default_factory=dict)

    def put(self, key: object, size: int, alignment: int = _WORD) -> None:
        self.at = -(-self.at // alignment) * alignment
        self.places[key], self.sizes[key] = self.at, size
        self.at += size

    def turn_page(self, size: int) -> int:
        """Go to another page, where the place within it is that within the file's."""
        place = self.at - self.gaps
        self.at = -(-self.at // size) * size + place % size
        self.gaps = self.at - place
        return self.at


class _Strings:
    def __init__(self) -> None:
        self.data = bytearray(b"\0")

    def add(self, text: str) -> int:
        place = len(self.data)
        self.data += text.encode() + b"\0"
        return place


class Linker:
    """Objects in the making of something that can be loaded.

    Attributes
    ----------
    machine : int
    defined : dict
        Object and symbol by the name of each that others may use.
    foreign : list of str
        Names of what none of the objects defines.
    """

    def __init__(
        self, objects: list[Relocatable], exports: list[str], needed: Sequence[str], name: str
    ) -> None:
        self._objects = objects
        self.machine = objects[0].machine
        self._exports = exports
        self.defined: dict[str, tuple[int, Symbol]] = {}
        for number, each in enumerate(objects):
            for symbol in each.symbols:
                if not symbol.is_local and symbol.section is not None:
                    if symbol.name in self.defined:
                        raise LinkError(f"symbol {symbol.name} is defined twice")
                    self.defined[symbol.name] = number, symbol
        lacking = [symbol for symbol in exports if symbol not in self.defined]
        if lacking:
            raise LinkError(f"symbol {lacking[0]} is to be exported and is not defined")
        used = (symbol for each in objects for symbol in self._used(each))
        self.foreign = sorted(
            {s.name for s in used if s.section is None and s.name not in self.defined}
        )
        self._strings = _Strings()
        self._needed = [self._strings.add(library) for library in needed]
        self._soname = self._strings.add(name) if name else 0
        self._names = {symbol: self._strings.add(symbol) for symbol in (*self.foreign, *exports)}
        self._gots = self._got_symbols()
        self._absolutes = sum(
            relocation.kind == ABSOLUTE[self.machine]
            for each in objects
            for section in each.sections.values()
            for relocation in section.relocations
        )

    def library(self) -> bytes:
        """Return the shared library."""
        layout, borders = self._laid_out()
        image, relative = self.placed(layout)
        self._write_dynamic(image, layout, relative)
        file = bytearray().join(image[begin:end] for begin, end in borders)
        sections = self._section_table(file, layout, borders)
        self._write_headers(file, layout, borders, sections)
        return bytes(file)

    def placed(self, layout: Layout) -> tuple[bytearray, list[tuple[int, int]]]:
        """Return all that was laid out, in memory from 0 on.

        Beside it the (place, address) of words that depend on where it comes to lie.
        """
        image = bytearray(layout.at)
        for number, each in enumerate(self._objects):
            for index, section in each.sections.items():
                place = layout.places[number, index]
                image[place : place + len(section.content)] = section.content
        for name in self.foreign:
            write_stub(
                self.machine, image, layout.places["stub", name], layout.places["slot", name]
            )
        return image, self._relocate(image, layout)

    def _used(self, each: Relocatable) -> Iterable[Symbol]:
        for section in each.sections.values():
            for relocation in section.relocations:
                yield each.symbols[relocation.symbol]

    def _got_symbols(self) -> list[tuple[int, int]]:
        """Return the (object, symbol) whose addresses are read from words."""
        found = {
            (number, relocation.symbol)
            for number, each in enumerate(self._objects)
            for section in each.sections.values()
            for relocation in section.relocations
            if relocation.kind in THROUGH_GOT[self.machine]
        }
        return sorted(found)

    def _laid_out(self) -> tuple[Layout, list[tuple[int, int]]]:
        """Return the layout, and where each of the three parts begins and ends."""
        page, symbols = PAGE_BYTES[self.machine], 1 + len(self._names)
        layout = Layout(_HEADER.size + _PROGRAMS * _PROGRAM.size)
        layout.put("symbols", _SYMBOL.size * symbols)
        layout.put("strings", len(self._strings.data), 1)
        layout.put("hash", 4 * (3 + symbols))
        count = len(self.foreign) + len(self._gots) + self._absolutes
        layout.put("rela", _RELA.size * count)
        self.put_sections(layout, "r")
        borders = [(0, layout.at)]
        begin = layout.turn_page(page)
        self.put_sections(layout, "x")
        self.put_stubs(layout)
        borders.append((begin, layout.at))
        begin = layout.turn_page(page)
        tags = 9 + len(self._needed) + bool(self._soname)
        layout.put("dynamic", 16 * tags, 16)
        self.put_words(layout)
        self.put_sections(layout, "w")
        borders.append((begin, layout.at))
        return layout, borders

    def put_stubs(self, layout: Layout) -> None:
        """Find a place for what jumps to the functions of others."""
        for name in self.foreign:
            layout.put(("stub", name), STUB_BYTES[self.machine], 16)

    def put_words(self, layout: Layout) -> None:
        """Find a place for the words that hold addresses."""
        for name in self.foreign:
            layout.put(("slot", name), _WORD)
        for key in self._gots:
            layout.put(("got", *key), _WORD)

    def put_sections(self, layout: Layout, rights: str) -> None:
        """Find a place for the sections with some rights."""
        for number, each in enumerate(self._objects):
            for index, section in each.sections.items():
                if section.rights == rights:
                    layout.put((number, index), section.size, section.alignment)

    def address(self, layout: Layout, number: int, symbol: Symbol) -> int:
        """Return where a symbol lies; of another library's, the stub that leads to it."""
        if symbol.section is None:
            if symbol.name not in self.defined:
                return layout.places["stub", symbol.name]
            number, symbol = self.defined[symbol.name]
        assert symbol.section is not None
        place = layout.places.get((number, symbol.section))
        if place is None:
            raise LinkError(f"symbol {symbol.name} lies in a section that is left out")
        return place + symbol.value

    def _relocate(self, image: bytearray, layout: Layout) -> list[tuple[int, int]]:
        """Write all relocations; return (place, addend) of those that are the loader's."""
        relative = []
        for key in self._gots:
            number, index = key
            symbol = self._objects[number].symbols[index]
            relative.append((layout.places["got", *key], self.address(layout, number, symbol)))
        for number, each in enumerate(self._objects):
            for index, section in each.sections.items():
                for relocation in section.relocations:
                    place = layout.places[number, index] + relocation.offset
                    symbol = each.symbols[relocation.symbol]
                    if relocation.kind in THROUGH_GOT[self.machine]:
                        value = layout.places["got", number, relocation.symbol]
                    else:
                        value = self.address(layout, number, symbol)
                    value += relocation.addend
                    if relocation.kind != ABSOLUTE[self.machine]:
                        relocate(self.machine, image, relocation.kind, place, value)
                    elif section.rights != "w":
                        raise LinkError(f"section {section.name} would be relocated when loaded")
                    else:
                        relative.append((place, value))
        return relative

    def _write_dynamic(
        self, image: bytearray, layout: Layout, relative: list[tuple[int, int]]
    ) -> None:
        """Write what the loader reads: symbols, their names and hash, relocations, and the rest."""
        places, sizes = layout.places, layout.sizes
        rela = [(place, RELATIVE[self.machine], value) for place, value in relative]
        for number, name in enumerate(self.foreign, start=1):
            rela.append((places["slot", name], number << 32 | BOUND[self.machine], 0))
        for number, each in enumerate(rela):
            _RELA.pack_into(image, places["rela"] + _RELA.size * number, *each)
        for number, name in enumerate(self._names, start=1):
            place = places["symbols"] + _SYMBOL.size * number
            entry = (self._names[name], _GLOBAL_FUNCTION, 0, 0, 0, 0)
            if name in self.defined:
                owner, symbol = self.defined[name]
                address = self.address(layout, owner, symbol)
                section = _TEXT if symbol.kind == _FUNCTION else _DATA
                entry = (self._names[name], 0x10 | symbol.kind, 0, section, address, symbol.size)
            _SYMBOL.pack_into(image, place, *entry)
        strings = places["strings"]
        image[strings : strings + len(self._strings.data)] = self._strings.data
        # One bucket: a chain through all symbols.
        count = 1 + len(self._names)
        chain = (*range(2, count), 0) if count > 1 else ()
        struct.pack_into(
            f"<{3 + count}I", image, places["hash"], 1, count, min(1, count - 1), 0, *chain
        )
        tags = [(_TAG_NEEDED, each) for each in self._needed]
        if self._soname:
            tags.append((_TAG_NAME, self._soname))
        tags += [
            (_TAG_HASH, places["hash"]), (_TAG_STRINGS, strings), (_TAG_SYMBOLS, places["symbols"]),
            (_TAG_STRING_BYTES, sizes["strings"]), (_TAG_SYMBOL_SIZE, _SYMBOL.size),
            (_TAG_RELA, places["rela"]), (_TAG_RELA_BYTES, sizes["rela"]),
            (_TAG_RELA_SIZE, _RELA.size), (0, 0),
        ]  # fmt: skip
        for number, tag in enumerate(tags):
            struct.pack_into("<QQ", image, places["dynamic"] + 16 * number, *tag)

    def _section_table(
        self, image: bytearray, layout: Layout, borders: list[tuple[int, int]]
    ) -> tuple[int, int]:
        """Append section headers, by which tools and not the loader know the parts."""
        names = _Strings()
        places, sizes = layout.places, layout.sizes
        rows: list[tuple[int, ...]] = [(0,) * 10]

        def row(name: str, kind: int, flags: int, key: tuple[int, int], *rest: int) -> None:
            place = _in_file(key[0], borders)
            rows.append((names.add(name), kind, flags, key[0], place, key[1], *rest))

        def of(key: str) -> tuple[int, int]:
            return places[key], sizes[key]

        row(".dynsym", 11, 2, of("symbols"), 2, 1, _WORD, _SYMBOL.size)
        row(".dynstr", 3, 2, of("strings"), 0, 0, 1, 0)
        row(".hash", 5, 2, of("hash"), 1, 0, 4, 4)
        row(".rela.dyn", 4, 2, of("rela"), 1, 0, _WORD, _RELA.size)
        first = places["rela"] + sizes["rela"]
        row(".rodata", 1, 2, (first, borders[0][1] - first), 0, 0, 1, 0)
        row(".text", 1, 6, (borders[1][0], borders[1][1] - borders[1][0]), 0, 0, 16, 0)
        row(".dynamic", 6, 3, of("dynamic"), 2, 0, 16, 16)
        first = places["dynamic"] + sizes["dynamic"]
        row(".data", 1, 3, (first, borders[2][1] - first), 0, 0, _WORD, 0)
        name = names.add(".shstrtab")
        image += bytes(-len(image) % _WORD)
        rows.append((name, 3, 0, 0, len(image), len(names.data), 0, 0, 1, 0))
        image += names.data + bytes(-len(names.data) % _WORD)
        start = len(image)
        for each in rows:
            image += _SECTION.pack(*each)
        return start, len(rows)

    def _write_headers(
        self,
        image: bytearray,
        layout: Layout,
        borders: list[tuple[int, int]],
        sections: tuple[int, int],
    ) -> None:
        identity = b"\x7fELF\x02\x01\x01"
        _HEADER.pack_into(
            image, 0, identity, 3, self.machine, 1, 0, _HEADER.size, sections[0], 0,
            _HEADER.size, _PROGRAM.size, _PROGRAMS, _SECTION.size, sections[1], sections[1] - 1,
        )  # fmt: skip
        page = PAGE_BYTES[self.machine]
        dynamic = layout.places["dynamic"]
        parts = [
            (_LOAD, _READ, *borders[0], page),
            (_LOAD, _READ | _EXECUTE, *borders[1], page),
            (_LOAD, _READ | _WRITE, *borders[2], page),
            (_DYNAMIC, _READ | _WRITE, dynamic, dynamic + layout.sizes["dynamic"], _WORD),
            (_STACK, _READ | _WRITE, 0, 0, 16),
        ]
        for number, (kind, flags, begin, end, alignment) in enumerate(parts):
            place = _HEADER.size + _PROGRAM.size * number
            size, start = end - begin, _in_file(begin, borders)
            _PROGRAM.pack_into(
                image, place, kind, flags, start, begin, begin, size, size, alignment
            )


def _in_file(address: int, borders: list[tuple[int, int]]) -> int:
    """Return where in the file an address is."""
    start = 0
    for begin, end in borders:
        if address <= end:
            return start + address - begin
        start += end - begin
    raise AssertionError(address)
