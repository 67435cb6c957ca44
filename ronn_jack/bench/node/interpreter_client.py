"""The baseline of the stress test: a node whose process callback is a Python function.

Importing this module needs libjack in the process, as `jack_callbacks` does.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np
from llvmlite import ir

from ronn_jack.drivers.jack_callbacks import CLIENT
from ronn_jack.drivers.jack_driver import JackClient
from ronn_jack.model.recipes import draw
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.compiler.atomics import pointer
from ronn_jack.realtime.compiler.compile import entry
from ronn_jack.realtime.compiler.language import (
    carray,
    external,
    float64,
    int32,
    int64,
    intrinsic,
    types,
    uint32,
)
from ronn_jack.realtime.compiler.memory import offset, record
from ronn_jack.realtime.kernels.image import NetworkImage
from ronn_jack.realtime.kernels.network import process_signal
from ronn_jack.realtime.meters.histogram import count_duration

STOPWATCH = np.dtype(
    [
        ("callback", "i8"),
        ("times", "i8"),  # address of the client's histogram
        ("blocks", "i8"),  # address of its count of blocks
    ],
    align=True,
)

_get_time = external("jack_get_time", int64())


@intrinsic
def _call_back(typing_context: Any, address: Any, frames: Any) -> Any:
    """Call the process callback at `address`, without an argument of its own."""

    def codegen(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address, frames = arguments
        kind = ir.FunctionType(ir.IntType(32), [ir.IntType(32), ir.IntType(64)])
        function = builder.inttoptr(address, kind.as_pointer())
        return builder.call(function, [frames, ir.IntType(64)(0)])

    return types.int32(types.int64, types.uint32), codegen


@entry(int32(uint32, int64))
def _time_callback(frames: int, stopwatch: int) -> int:
    """[audio-thread] Run another callback and keep its time, waiting for the GIL included."""
    watch = carray(pointer(stopwatch), (1,), STOPWATCH)[0]
    begin = _get_time()
    result: int = _call_back(watch.callback, frames)
    count_duration(watch.times, float64(_get_time() - begin))
    carray(pointer(watch.blocks), (1,), np.int64)[0] += 1
    return result


class InterpreterClient(JackClient):
    """A JACK client that runs one network by a Python callback, as JACK-Client offers it.

    The network's kernel is the very one of the node and keeps the interpreter's lock while it
    runs, so that a block has to wait for the lock once only.

    Parameters
    ----------
    spec : NetworkSpec
    """

    def __init__(self, name: str, server: str | None, spec: NetworkSpec) -> None:
        self._image = NetworkImage(spec, draw(spec))
        arguments = [ctypes.c_int64] * 6
        self._run = ctypes.PYFUNCTYPE(None, *arguments)(process_signal.address)
        super().__init__(name, server, spec.inputs, spec.outputs)

    def _set_callbacks(self) -> None:
        super()._set_callbacks()
        ffi = self._jack._ffi
        self._python = ffi.callback("JackProcessCallback", self._process)
        self._stopwatch, address = record(STOPWATCH)
        self._stopwatch.callback = int(ffi.cast("intptr_t", self._python))
        self._stopwatch.times = self._address + offset(CLIENT, "times")
        self._stopwatch.blocks = self._address + offset(CLIENT, "blocks")
        self._jack._lib.jack_set_process_callback(
            self._client._ptr,
            ffi.cast("JackProcessCallback", _time_callback.address),
            ffi.cast("void *", address),
        )

    def _process(self, frames: int, argument: object) -> int:
        x = np.stack([port.get_array() for port in self._client.inports])
        y = np.empty((self._image.outputs, frames), np.float32)
        self._run(self._image.address, x.ctypes.data, frames, y.ctypes.data, frames, frames)
        for port, row in zip(self._client.outports, y, strict=False):
            port.get_array()[:] = row
        return 0
