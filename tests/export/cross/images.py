"""What libraries of Windows and macOS say of themselves: PE [1]_ and Mach-O [2]_.

References
----------
.. [1] "PE Format", https://learn.microsoft.com/windows/win32/debug/pe-format.
.. [2] <mach-o/loader.h> and <mach-o/nlist.h>.
"""

from __future__ import annotations

import struct

_OF_LINKER = {"__mh_dylib_header", "___dso_handle"}
"""Names for places within a library that its linker adds."""
_SYMTAB, _EXTERNAL, _TYPE, _PRIVATE = 2, 0x01, 0x0E, 0x10


def text_at(data: bytes, place: int) -> str:
    return data[place : data.index(b"\0", place)].decode()


def of_windows(data: bytes) -> tuple[int, bool, list[str]]:
    """Return the machine of a PE file, whether it is a library, and the names that it exports."""
    head = struct.unpack_from("<I", data, 60)[0]
    assert (data[:2], data[head : head + 4]) == (b"MZ", b"PE\0\0")
    machine, sections, *_, size, flags = struct.unpack_from("<HHIIIHH", data, head + 4)
    assert struct.unpack_from("<H", data, head + 24)[0] == 0x20B  # 64 bits
    exports = struct.unpack_from("<I", data, head + 24 + 112)[0]
    rows = [
        struct.unpack_from("<IIII", data, head + 24 + size + 40 * i + 8) for i in range(sections)
    ]

    def place(address: int) -> int:
        return next(
            raw + address - start
            for length, start, raw_size, raw in rows
            if start <= address < start + max(length, raw_size)
        )

    count, _, names = struct.unpack_from("<III", data, place(exports) + 24)
    found = struct.unpack_from(f"<{count}I", data, place(names))
    return machine, bool(flags & 0x2000), [text_at(data, place(each)) for each in found]


def of_macos(data: bytes) -> tuple[int, bool, list[str]]:
    """Return the machine of a Mach-O file, whether it is a library, and the names seen outside."""
    magic, machine, _, kind, count, *_ = struct.unpack_from("<8I", data, 0)
    assert magic == 0xFEEDFACF
    at, names = 32, []
    for _ in range(count):
        command, size = struct.unpack_from("<II", data, at)
        if command == _SYMTAB:
            table, rows, texts, _ = struct.unpack_from("<4I", data, at + 8)
            for row in range(rows):
                name, flags, _, _, _ = struct.unpack_from("<IBBHQ", data, table + 16 * row)
                if flags & _EXTERNAL and flags & _TYPE and not flags & _PRIVATE:
                    names.append(text_at(data, texts + name))
        at += size
    names = [name for name in names if name not in _OF_LINKER]
    return machine, kind in (6, 8), names  # loaded as a library or as a bundle
