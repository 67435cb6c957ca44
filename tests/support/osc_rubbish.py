"""Datagrams that are nearly OSC that the node knows, or are not at all."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from random import Random

from ronn_jack.interfaces.osc.addresses import ENDPOINTS
from tests.support.osc_client import bundle, message

LARGEST = 60_000
"""Bytes of a datagram, somewhat less than UDP carries."""

_CHARACTERS = "?*[]{}!-,a/ \u00e9\ud800"
_TAGS = ",ifhdsSbTFNI[]rcmt\0\xff"
_EDGES = (0, 1, -1, 127, 128, 2**24, 2**31 - 1, -(2**31), 2**32 - 1, 2**63 - 1)

_VALUES: Sequence[Callable[[Random], tuple[object, ...]]] = (
    lambda random: (),
    lambda random: (random.uniform(-2.0, 30.0),),
    lambda random: (random.choice(_EDGES),),
    lambda random: (random.choice((math.nan, math.inf, -math.inf, 1e-45, 3e38)),),
    lambda random: (random.choice((True, False, None)),),
    lambda random: (random.choice(("tanh", "mix", "fuzz", "mine", "../x", "", "on", "nan")),),
    lambda random: ("9" * random.randint(1, 5000),),
    lambda random: (random.randbytes(random.randrange(1, 9)),),
    lambda random: (1, 2, 3, 4)[: random.randint(2, 4)],
    lambda random: ("127.0.0.1", random.choice((0, 9000, 70_000, -1)), random.randrange(2000)),
    lambda random: (f"ronn:1:{random.getrandbits(32):08x}:layers={random.randrange(40)}",),
)


class Rubbish:
    """A source of datagrams, the same ones for the same seed.

    Parameters
    ----------
    seed : int
    addresses : sequence of str, optional
        What is nearly meant; by default all that the node understands or sends.
    """

    def __init__(self, seed: int, addresses: Sequence[str] | None = None) -> None:
        self._random = Random(seed)
        self._addresses = list(ENDPOINTS) if addresses is None else list(addresses)

    def datagram(self) -> bytes:
        """Return the next one."""
        random = self._random
        if random.random() < 0.05:
            return random.randbytes(random.randrange(64))
        parts = [self._message() for _ in range(random.choice((1, 1, 1, 1, 3, 12)))]
        datagram = bytearray(parts[0] if len(parts) == 1 else self._bundle(parts))
        self._damage(datagram)
        return bytes(datagram[: random.choice((None, None, None, -4, -1))][:LARGEST])

    def _message(self) -> bytes:
        random = self._random
        address = random.choice(self._addresses)
        if random.random() < 0.2:
            place = random.randrange(len(address))
            put = random.choice(_CHARACTERS).encode("utf-8", "surrogatepass")
            wrong = address[:place].encode() + put + address[place + 1 :].encode()
            return _padded(wrong) + _padded(b",")
        if random.random() < 0.1:
            tags = "".join(random.choices(_TAGS, k=random.randrange(6))).encode("latin-1")
            return _padded(address.encode()) + _padded(tags) + random.randbytes(4)
        return message(address, *random.choice(_VALUES)(random))

    def _bundle(self, parts: Sequence[bytes]) -> bytes:
        random = self._random
        packet = bundle(*parts)
        for _ in range(random.choice((0, 0, 0, 1, 5, 40))):
            packet = bundle(packet, *random.choices(parts, k=random.randrange(2)))
        if random.random() < 0.3:
            tag = random.choice((random.getrandbits(64), random.getrandbits(33), 2**64 - 1, 0))
            packet = packet[:8] + struct.pack(">Q", tag) + packet[16:]
        return packet

    def _damage(self, datagram: bytearray) -> None:
        random = self._random
        for _ in range(random.choice((0, 0, 0, 1, 4))):
            place = random.randrange(len(datagram))
            match random.randrange(4):
                case 0:
                    del datagram[place : place + 4]
                case 1:
                    datagram[place:place] = random.randbytes(4)
                case _:
                    datagram[place] = random.randrange(256)
            if not datagram:
                return


def _padded(text: bytes) -> bytes:
    """Return a text of OSC with its end, up to the next multiple of 4."""
    return text + b"\0" * (4 - len(text) % 4)
