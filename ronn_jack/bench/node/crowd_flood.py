"""A process of its own: a crowd that turns, asks and saves by OSC over UDP, each from its own port.

Arguments: port, number of senders, messages per second of each, saves per second of each. It sends
until its standard input is closed, and then prints how many messages per second each has sent.
"""

from __future__ import annotations

import contextlib
import random
import selectors
import socket
import sys
import time
from collections.abc import Iterator

from ronn_jack.interfaces.osc.codec import encode
from ronn_jack.parameters import PARAMETERS

_BURST_SECONDS = 0.002
LAST = "budget"
"""The parameter that the crowd leaves alone, so that it can be moved last of all."""


def _messages(sender: int, save_every: int) -> Iterator[bytes]:
    """Yield settings of all parameters, each now and then with a question or a save."""
    chance = random.Random(sender)
    names = [name for name in PARAMETERS if name != LAST]
    number = 0
    while True:
        number += 1
        if save_every and number % save_every == 0:
            yield encode("/ronn/preset_save", [f"crowd {sender}"])
        elif number % 20 == 0:
            yield encode(f"/ronn/{chance.choice(names)}", [])
        else:
            yield encode(f"/ronn/n/{chance.choice(names)}", [chance.random()])


def _flood(port: int, senders: int, rate: float, saves: float) -> float:
    outs = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(senders)]
    crowd = [_messages(number, int(rate / saves) if saves else 0) for number in range(senders)]
    for out in outs:
        out.connect(("127.0.0.1", port))
        out.setblocking(False)
    sent = 0
    begin = time.monotonic()
    with selectors.DefaultSelector() as selector:
        selector.register(sys.stdin, selectors.EVENT_READ)
        while not selector.select(_BURST_SECONDS):
            due = int((time.monotonic() - begin) * rate)
            for _ in range(due - sent):
                for out, messages in zip(outs, crowd, strict=True):
                    out.send(next(messages))
            sent = due
            for out in outs:
                with contextlib.suppress(BlockingIOError):
                    while out.recv(2048):
                        pass
    return sent / (time.monotonic() - begin)


if __name__ == "__main__":
    port, senders, rate, saves = sys.argv[1:]
    sys.stdout.write(f"{_flood(int(port), int(senders), float(rate), float(saves))}\n")
