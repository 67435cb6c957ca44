"""`ronn-jack` with Python threads beside it that keep the interpreter's lock busy.

Takes the same arguments. When the node leaves its server it says on stderr how many blocks it has
run and how many there were, and how many objects a garbage collection walks through.
"""

from __future__ import annotations

import gc
import json
import sys
import threading
import time

from ronn_jack import app, interrupts
from ronn_jack.cli import main
from ronn_jack.drivers.jack_driver import JackClient
from tests.support.patient_node import LAST_SECONDS

CLOCK = 2**32
"""What the server counts its frames modulo."""


class CountingClient(JackClient):
    def activate(self) -> None:
        super().activate()
        while self.blocks == 0:
            time.sleep(0.001)
        self._first = self._client.frame_time, self.blocks

    def close(self) -> None:
        blocks, frame = self.blocks - self._first[1], self._client.frame_time
        due = (frame - self._first[0]) % CLOCK / self.period
        found = {"blocks": blocks, "due": round(due), "walked": len(gc.get_objects())}
        sys.stderr.write(json.dumps(found) + "\n")
        super().close()


def serialise() -> None:
    table = {str(i): [i, {"name": "x" * 20}] for i in range(300)}
    while True:
        json.loads(json.dumps(table))


def collect() -> None:
    while True:
        gc.collect()
        time.sleep(0.1)


if __name__ == "__main__":
    app.JackClient = CountingClient
    interrupts.LAST_SECONDS = LAST_SECONDS
    for hog in (serialise, collect):
        threading.Thread(target=hog, daemon=True).start()
    main()
