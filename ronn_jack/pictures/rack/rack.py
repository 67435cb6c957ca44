"""What pages see of the stages: drawn while one looks, and again only when values are others."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Hashable, Mapping

from ronn_jack.hotswap.responses.room import room_of
from ronn_jack.model.latent.reverb import RoomSpec
from ronn_jack.parameters import PARAMETERS, Group, Value
from ronn_jack.pictures.rack.equaliser import equaliser_packet
from ronn_jack.pictures.rack.room import room_packet

ROOM_SECONDS = 0.2
"""Rest after the picture of a room, while it is moved: each takes a response to be made."""
_EQUALISER = [name for name, row in PARAMETERS.items() if row.group is Group.EQUALISER]


class Rack:
    """The pictures of equaliser and reverb.

    All of it is one thread's.

    Parameters
    ----------
    values : callable
        Returns the accepted values of all parameters.
    clock : callable
        Returns the time in s.
    draw_room : callable
        As `room_packet`.
    """

    def __init__(
        self,
        values: Callable[[], Mapping[str, Value]],
        clock: Callable[[], float] = time.monotonic,
        draw_room: Callable[[str, RoomSpec, float], bytes] = room_packet,
    ) -> None:
        self._draw_room = draw_room
        self._values = values
        self._kept = {"equaliser": _Kept(0.0, clock), "room": _Kept(ROOM_SECONDS, clock)}

    def look(self, rate: float) -> None:
        """Draw what is another by now, at a sample rate in Hz."""
        values = self._values()
        curve = tuple(values[name] for name in _EQUALISER)
        self._kept["equaliser"].follow(
            (curve, rate), lambda key: equaliser_packet(key, values, rate)
        )
        room = room_of(values)
        self._kept["room"].follow((room, rate), lambda key: self._draw_room(key, room, rate))

    def news(self, has: Mapping[str, str]) -> list[bytes]:
        """Return the packets that a page lacks, which has those of these keys."""
        return [
            kept.packet
            for kind, kept in self._kept.items()
            if kept.packet and kept.key != has.get(kind)
        ]


class _Kept:
    """A picture, drawn again when what it shows is another, with a rest in s between."""

    def __init__(self, rest: float, clock: Callable[[], float]) -> None:
        self._rest = rest
        self._clock = clock
        self._number = 0
        self._subject: Hashable = None
        self._next = -math.inf
        self.key, self.packet = "", b""

    def follow(self, subject: Hashable, draw: Callable[[str], bytes]) -> None:
        """Draw a subject, if it is another and there was rest enough."""
        if subject == self._subject or self._clock() < self._next:
            return
        self._subject = subject  # what can't be drawn is tried once
        self._number += 1
        key = str(self._number)
        self.packet = draw(key)
        self.key = key
        self._next = self._clock() + self._rest
