"""OSC 1.0 address patterns.

Matched by following all possibilities at once rather than by a regular expression, so that no
pattern that a sender thinks up takes exponential time.

References
----------
M. Wright, "The Open Sound Control 1.0 Specification", 2002: "OSC Message Dispatching and Pattern
Matching".
"""

from __future__ import annotations

from collections.abc import Callable

_Step = Callable[[str, set[int]], set[int]]
"""Takes an address and the positions reached in it to the positions reachable next."""

_SPECIAL = frozenset("?*[]{}")


def is_pattern(address: str) -> bool:
    """Tell whether an address stands for more than itself."""
    return not _SPECIAL.isdisjoint(address)


def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """Return a predicate on addresses.

    `?` is any character and `*` any characters, but neither crosses a `/`; `[a-z]` is one of the
    characters, `[!a-z]` none of them; `{foo,bar}` is one of the words.

    Raises
    ------
    ValueError
        If a bracket or brace is not closed.
    """
    steps: list[_Step] = []
    position = 0
    while position < len(pattern):
        character = pattern[position]
        if character in "[{":
            end = pattern.find("]" if character == "[" else "}", position)
            if end < 0:
                raise ValueError(f"'{character}' is not closed")
            inside = pattern[position + 1 : end]
            steps.append(_one_of(inside) if character == "[" else _words(inside.split(",")))
            position = end
        elif character == "*":
            steps.append(_any_characters)
        elif character == "?":
            steps.append(_character(lambda found: found != "/"))
        else:
            steps.append(_words([character]))
        position += 1

    def matches(address: str) -> bool:
        reached = {0}
        for step in steps:
            reached = step(address, reached)
            if not reached:
                return False
        return len(address) in reached

    return matches


def _any_characters(address: str, reached: set[int]) -> set[int]:
    following: set[int] = set()
    for start in reached:
        end = address.find("/", start)
        following.update(range(start, (len(address) if end < 0 else end) + 1))
    return following


def _character(accepts: Callable[[str], bool]) -> _Step:
    def step(address: str, reached: set[int]) -> set[int]:
        return {i + 1 for i in reached if i < len(address) and accepts(address[i])}

    return step


def _words(words: list[str]) -> _Step:
    def step(address: str, reached: set[int]) -> set[int]:
        return {i + len(word) for i in reached for word in words if address.startswith(word, i)}

    return step


def _one_of(inside: str) -> _Step:
    excluded = inside.startswith("!")
    rest = inside[1:] if excluded else inside
    ranges: list[tuple[str, str]] = []
    while rest:
        # A '-' stands for itself where nothing follows it.
        if len(rest) >= 3 and rest[1] == "-":
            ranges.append((rest[0], rest[2]))
            rest = rest[3:]
        else:
            ranges.append((rest[0], rest[0]))
            rest = rest[1:]
    return _character(
        lambda found: found != "/" and any(a <= found <= b for a, b in ranges) != excluded
    )
