"""A client that listens for ever and remembers only the worst of what it has heard."""

from __future__ import annotations

from typing import Any

import numpy as np

from ronn_jack.drivers.jack_tape import jack
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.language import carray, external, int32, int64, uint32
from ronn_jack.realtime.compiler.memory import record
from tests.support.libjack import port_address, set_process_callback

METER = np.dtype(
    [
        ("ports", "i8", 2),
        ("peak", "f8"),
        ("faulty", "i8"),  # samples that are not finite
        ("sounding", "i8"),  # samples that are not zero
        ("frames", "i8"),
    ],
    align=True,
)
_get_buffer = external("jack_port_get_buffer", int64(int64, uint32))


@entry(int32(uint32, int64))
def listen(frames, meter):
    m = carray(pointer(meter), (1,), METER)[0]
    for port in m.ports:
        x = carray(pointer(_get_buffer(port, frames)), (frames,), np.float32)
        for t in range(frames):
            if not np.isfinite(x[t]):
                m.faulty += 1
            elif x[t] != 0.0:
                m.sounding += 1
                m.peak = max(m.peak, abs(float(x[t])))
    m.frames += int64(frames)
    return 0


class Meter:
    """A client `meter` with the inputs `in_1` and `in_2`."""

    def __init__(self, server: str) -> None:
        self.client = jack.Client("meter", no_start_server=True, servername=server)
        ports: list[Any] = [self.client.inports.register(f"in_{i}") for i in (1, 2)]
        self._state, address = record(METER)
        self._state.ports = [port_address(port) for port in ports]
        set_process_callback(self.client, listen.address, address)
        self.client.activate()

    @property
    def peak(self) -> float:
        """Largest absolute value of a finite sample."""
        return float(self._state.peak[0])

    @property
    def faulty(self) -> int:
        """Samples that were not finite."""
        return int(self._state.faulty[0])

    @property
    def sounding(self) -> int:
        """Samples that were not zero."""
        return int(self._state.sounding[0])

    def close(self) -> None:
        self.client.deactivate()
        self.client.close()
