"""A process of its own: pages that listen to all that a page listens to, and look at pictures.

Arguments: HTTP port, number of pages. They read until standard input is closed; then it prints how
many messages, and how many frames of pictures, each was told per second.
"""

from __future__ import annotations

import json
import sys
import threading
import time

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from ronn_jack.interfaces.osc.addresses import ENDPOINTS, Role
from ronn_jack.interfaces.web.application import PICTURES

_LAST = ("signals", "nothing")
"""The kind that a frame ends with."""
_LISTENED = (Role.NATIVE, Role.STATUS, Role.PRESET, Role.PRESETS, Role.MIDI)


def _read(socket: ClientConnection, told: list[int], number: int) -> None:
    try:
        for _ in socket:
            told[number] += 1
    except ConnectionClosed:
        return


def _look(socket: ClientConnection, seen: list[int], number: int) -> None:
    """Ask for one frame after the other."""
    has: dict[str, str] = {}
    try:
        while True:
            socket.send(json.dumps(has))
            kind = ""
            while kind not in _LAST:
                packet = socket.recv()
                assert isinstance(packet, bytes)
                facts = json.loads(packet[4 : 4 + int.from_bytes(packet[:4], "little")])
                kind = facts["kind"]
                if "key" in facts:
                    has[kind] = facts["key"]
            seen[number] += 1
    except ConnectionClosed:
        return


def _pages(port: int, count: int) -> tuple[float, float]:
    pages = [connect(f"ws://127.0.0.1:{port}/", max_size=None) for _ in range(count)]
    views = [connect(f"ws://127.0.0.1:{port}{PICTURES}", max_size=None) for _ in range(count)]
    told, seen = [0] * count, [0] * count
    begin = time.monotonic()
    for number, page in enumerate(pages):
        threading.Thread(target=_read, args=(page, told, number), daemon=True).start()
        threading.Thread(target=_look, args=(views[number], seen, number), daemon=True).start()
        for endpoint in ENDPOINTS.values():
            if endpoint.role in _LISTENED:
                page.send(json.dumps({"COMMAND": "LISTEN", "DATA": endpoint.address}))
    sys.stdin.read()
    seconds = time.monotonic() - begin
    for page in (*pages, *views):
        page.close()
    return sum(told) / count / seconds, sum(seen) / count / seconds


if __name__ == "__main__":
    sys.stdout.write("{} {}\n".format(*_pages(*map(int, sys.argv[1:]))))
