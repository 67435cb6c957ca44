"""A process of its own: pages that listen to all that a page listens to, each over its WebSocket.

Arguments: HTTP port, number of pages. They read until standard input is closed; then it prints how
many messages per second each was told.
"""

from __future__ import annotations

import json
import sys
import threading
import time

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from ronn_jack.interfaces.osc.addresses import ENDPOINTS, Role

_LISTENED = (Role.NATIVE, Role.STATUS, Role.PRESET, Role.PRESETS, Role.MIDI)


def _read(socket: ClientConnection, told: list[int], number: int) -> None:
    try:
        for _ in socket:
            told[number] += 1
    except ConnectionClosed:
        return


def _pages(port: int, count: int) -> float:
    pages = [connect(f"ws://127.0.0.1:{port}/", max_size=None) for _ in range(count)]
    told = [0] * count
    begin = time.monotonic()
    for number, page in enumerate(pages):
        threading.Thread(target=_read, args=(page, told, number), daemon=True).start()
        for endpoint in ENDPOINTS.values():
            if endpoint.role in _LISTENED:
                page.send(json.dumps({"COMMAND": "LISTEN", "DATA": endpoint.address}))
    sys.stdin.read()
    seconds = time.monotonic() - begin
    for page in pages:
        page.close()
    return sum(told) / count / seconds


if __name__ == "__main__":
    sys.stdout.write(f"{_pages(*map(int, sys.argv[1:]))}\n")
