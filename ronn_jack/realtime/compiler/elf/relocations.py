"""What a relocation writes, by the psABIs of x86-64 [1]_ and aarch64 [2]_.

References
----------
.. [1] "System V Application Binary Interface, AMD64 Architecture Processor Supplement", 4.4.
.. [2] "ELF for the Arm 64-bit Architecture (AArch64)", IHI 0056, 5.7.
"""

from __future__ import annotations

import struct

from ronn_jack.realtime.compiler.elf.objects import AARCH64, X86_64, LinkError

ABSOLUTE = {X86_64: 1, AARCH64: 257}
"""A word that holds an address, which the loader has to write."""
RELATIVE = {X86_64: 8, AARCH64: 1027}
"""The loader's own: the library's address and an addend."""
BOUND = {X86_64: 6, AARCH64: 1025}
"""The loader's own: the address of another library's symbol."""
THROUGH_GOT = {X86_64: {9, 41, 42}, AARCH64: {311, 312}}
"""Relocations that want the place of a word that holds the symbol's address."""
STUB_BYTES = {X86_64: 8, AARCH64: 16}
"""Of what jumps to where a word says."""

_PC_32, _PLT_32 = 2, 4
_PREL_64, _PREL_32 = 260, 261
_PAGE, _PAGE_UNCHECKED, _ADD = 275, 276, 277
_LOADS = {278: 0, 284: 1, 285: 2, 286: 3, 299: 4}  # by the logarithm of their bytes
_BRANCHES = {282, 283}
_GOT_PAGE, _GOT_LOAD = 311, 312


def relocate(machine: int, image: bytearray, kind: int, place: int, value: int) -> None:
    """Write what a relocation asks for.

    Parameters
    ----------
    place, value : int
        Where it is written, and the symbol's address with the addend, from the library's start.

    Raises
    ------
    LinkError
        If the kind is not known, or the distance too long for it.
    """
    try:
        if machine == X86_64:
            _relocate_x86(image, kind, place, value)
        else:
            _relocate_arm(image, kind, place, value)
    except struct.error:
        raise LinkError(
            f"relocation {kind} spans {value - place} bytes, which is too far"
        ) from None


def _relocate_x86(image: bytearray, kind: int, place: int, value: int) -> None:
    if kind not in (_PC_32, _PLT_32, *THROUGH_GOT[X86_64]):
        raise LinkError(f"relocation {kind} of x86-64 is not known")
    struct.pack_into("<i", image, place, value - place)


def _relocate_arm(image: bytearray, kind: int, place: int, value: int) -> None:
    if kind == _PREL_32:
        struct.pack_into("<i", image, place, value - place)
    elif kind == _PREL_64:
        struct.pack_into("<q", image, place, value - place)
    else:
        (word,) = struct.unpack_from("<I", image, place)
        struct.pack_into("<I", image, place, _arm_word(word, kind, place, value))


def _arm_word(word: int, kind: int, place: int, value: int) -> int:
    """Return an instruction with its distance in it."""
    if kind in (_PAGE, _PAGE_UNCHECKED, _GOT_PAGE):
        pages = (value >> 12) - (place >> 12)
        if not -(1 << 20) <= pages < 1 << 20:
            raise LinkError(f"relocation {kind} spans {pages} pages, which is too far")
        return word & 0x9F00001F | (pages & 3) << 29 | (pages >> 2 & 0x7FFFF) << 5
    if kind == _ADD:
        return word & ~(0xFFF << 10) | (value & 0xFFF) << 10
    if kind in _LOADS or kind == _GOT_LOAD:
        return word & ~(0xFFF << 10) | (value & 0xFFF) >> _LOADS.get(kind, 3) << 10
    if kind in _BRANCHES:
        words = (value - place) >> 2
        if not -(1 << 25) <= words < 1 << 25:
            raise LinkError(f"relocation {kind} spans {words} words, which is too far")
        return word & 0xFC000000 | words & 0x3FFFFFF
    raise LinkError(f"relocation {kind} of aarch64 is not known")


def write_stub(machine: int, image: bytearray, place: int, slot: int) -> None:
    """Write a jump to the address that the word at `slot` holds."""
    if machine == X86_64:
        image[place : place + 2] = b"\xff\x25"  # jmp *slot(%rip)
        struct.pack_into("<i", image, place + 2, slot - place - 6)
        return
    # adrp x16; ldr x17, [x16]; br x17; nop
    page = _arm_word(0x90000010, _PAGE, place, slot)
    load = _arm_word(0xF9400211, 286, place, slot)
    struct.pack_into("<IIII", image, place, page, load, 0xD61F0220, 0xD503201F)
