"""Files that are nearly right."""

from __future__ import annotations

from random import Random

MOST_CHARACTERS = 4000
"""Of an error; the command line and OSC show less of it."""
VALUES = [
    "9" * 4301, "0x" + "f" * 4000, "-0x" + "f" * 9000, "9" * 400, "9" * 400 + ".5", "1e400", "-0.0",
    "nan", "inf", "0o" + "7" * 9000, "1_0", "true", "[]", "{}", "[" * 900 + "]" * 900, '"\\ud800"',
    '"\\u0000"', "'''", '"' + "x" * 9000 + '"', "a." * 500 + "a", "-" * 3000 + "1", "1979-05-27",
    "(" * 300, "None", "...", "1j", "{1, 2}", "b'x'", "[1.5, 0x" + "f" * 4000 + "]",
    "{'a': [0x" + "f" * 4000 + "]}", "{0x" + "f" * 4000 + ": 1}",
    "1+" * 9000 + "1", "x" + ".x" * 9000,
]  # fmt: skip

_PIECES = [value.encode() for value in (*VALUES, "[[a]]\n", "\r\n", "\x1b[2J")]
_PIECES += [b"\xff", b"\xed\xa0\x80"]


def damaged(random: Random, content: bytes) -> bytes:
    """Return a content of which a few bytes are others, missing, new or elsewhere."""
    changed = bytearray(content)
    if random.random() < 0.3:  # a number that may be as good
        digits = [place for place, byte in enumerate(content) if byte in b"0123456789"]
        changed[random.choice(digits)] = random.choice(b"0123456789")
        return bytes(changed)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        place = random.randrange(len(changed) + 1)
        length = random.choice((0, 1, 1, 1, 2, 8, 40))
        other = random.randrange(len(content))
        changed[place : place + length] = random.choice((
            b"", random.randbytes(1), bytes([random.randrange(32, 127)]),
            bytes([random.choice(b"0123456789.-")]), random.choice(_PIECES),
            content[other : other + length],
        ))  # fmt: skip
    return bytes(
        changed if random.random() < 0.9 else changed[: random.randrange(len(changed) + 1)]
    )
