"""OSC 1.0 address patterns.

A pattern is followed through all addresses at once: the places that it has come to are the bits of
one number, so that each of its characters takes a handful of operations, whatever a sender thinks
up. The flood through a run of characters is that of Myers' algorithm.

References
----------
M. Wright, "The Open Sound Control 1.0 Specification", 2002: "OSC Message Dispatching and Pattern
Matching".
G. Myers, "A fast bit-vector algorithm for approximate string matching based on dynamic
programming", J. ACM 46(3), 1999.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from itertools import accumulate
from operator import or_

_SPECIAL = frozenset("?*[]{}")
_END = "\0"
"""Stands behind each address; no OSC string holds it."""


def is_pattern(address: str) -> bool:
    """Tell whether an address stands for more than itself."""
    return not _SPECIAL.isdisjoint(address)


class Addresses:
    """Addresses that patterns are looked up in."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self._ends: dict[int, str] = {}
        self._starts = 0
        at: dict[str, int] = {}
        place = 0
        for address in addresses:
            self._starts |= 1 << place
            for character in address + _END:
                at[character] = at.get(character, 0) | 1 << place
                place += 1
            self._ends[1 << (place - 1)] = address
        self._end = at.pop(_END, 0)
        self._at = at
        self._alphabet = sorted(at)
        self._up_to = list(accumulate((at[c] for c in self._alphabet), or_, initial=0))
        # Nothing but itself crosses a '/'.
        self._inner = self._up_to[-1] & ~at.get("/", 0)

    def matching(self, pattern: str) -> list[str]:
        """Return the addresses that a pattern stands for, in order.

        `?` is any character and `*` any characters, but neither crosses a `/`; `[a-z]` is one of
        the characters, `[!a-z]` none of them; `{foo,bar}` is one of the words.

        Raises
        ------
        ValueError
            If a bracket or brace is not closed.
        """
        reached = self._starts
        position = 0
        while position < len(pattern):
            character = pattern[position]
            if character in "[{":
                end = pattern.find("]" if character == "[" else "}", position)
                if end < 0:
                    raise ValueError(f"'{character}' is not closed")
                inside = pattern[position + 1 : end]
                if character == "[":
                    reached = (reached & self._one_of(inside)) << 1
                else:
                    reached = self._words(inside.split(","), reached)
                position = end
            elif character == "*":
                inner = self._inner
                reached |= ((reached & inner) + inner) ^ inner
            elif character == "?":
                reached = (reached & self._inner) << 1
            else:
                reached = (reached & self._at.get(character, 0)) << 1
            position += 1
        found = reached & self._end
        return [address for end, address in self._ends.items() if found & end]

    def _words(self, words: list[str], reached: int) -> int:
        following = 0
        for word in words:
            after = reached
            for character in word:
                after = (after & self._at.get(character, 0)) << 1
            following |= after
        return following

    def _one_of(self, inside: str) -> int:
        """Return where the characters are that a bracket accepts."""
        excluded = inside.startswith("!")
        place = int(excluded)
        accepted = 0
        while place < len(inside):
            # A '-' stands for itself where nothing follows it.
            last = place + 2 if inside[place + 1 : place + 2] == "-" else place
            last = last if last < len(inside) else place
            low = bisect_left(self._alphabet, inside[place])
            high = bisect_right(self._alphabet, inside[last])
            accepted |= self._up_to[high] & ~self._up_to[low]
            place = last + 1
        return self._inner & (~accepted if excluded else accepted)
