"""A process of its own that sends OSC messages by UDP at a steady rate.

Arguments: port, messages per second. It sends until its standard input is closed, and then prints
how many messages per second it has sent.
"""

from __future__ import annotations

import selectors
import socket
import sys
import time
from collections.abc import Iterator
from itertools import cycle

from ronn_jack.interfaces.osc.codec import encode

_BURST_SECONDS = 0.002
"""Messages that fall due within this time leave together, as from a busy network."""
_REBUILD_EVERY = 500
"""One message in so many asks for a new network; the others move what needs none."""


def _messages() -> Iterator[bytes]:
    seed = 0
    for number in cycle(range(_REBUILD_EVERY)):
        place = number / _REBUILD_EVERY
        if number == 0:
            seed += 1
            yield encode("/ronn/seed", [seed])
        elif number % 3 == 0:
            yield encode("/ronn/n/mix", [place])
        elif number % 3 == 1:
            yield encode("/ronn/output_gain", [-24.0 * place])
        else:
            yield encode("/ronn/no_such_parameter", [place])


def _flood(port: int, rate: float) -> float:
    target = "127.0.0.1", port
    messages = _messages()
    sent = 0
    begin = time.monotonic()
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out,
        selectors.DefaultSelector() as selector,
    ):
        selector.register(sys.stdin, selectors.EVENT_READ)
        while not selector.select(_BURST_SECONDS):
            due = int((time.monotonic() - begin) * rate)
            for _ in range(due - sent):
                out.sendto(next(messages), target)
            sent = due
    return sent / (time.monotonic() - begin)


if __name__ == "__main__":
    sys.stdout.write(f"{_flood(int(sys.argv[1]), float(sys.argv[2]))}\n")
