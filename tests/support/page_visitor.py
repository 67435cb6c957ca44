"""A process that keeps the page of an address open, as a browser would, until that is hidden."""

from __future__ import annotations

import sys

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect


def visit(url: str) -> None:
    with connect(f"ws{url.removeprefix('http')}/", origin=url) as socket:
        try:
            while True:
                socket.recv()
        except ConnectionClosed:
            return


if __name__ == "__main__":
    visit(sys.argv[1])
