"""A host of LV2 plugins in a few lines, by the ABI of lv2core and worker 1.18."""

from __future__ import annotations

import ctypes as c
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

_HANDLE = c.c_void_p


class _Descriptor(c.Structure):
    _fields_ = [
        ("uri", c.c_char_p),
        ("instantiate", c.CFUNCTYPE(_HANDLE, c.c_void_p, c.c_double, c.c_char_p, c.c_void_p)),
        ("connect_port", c.CFUNCTYPE(None, _HANDLE, c.c_uint32, c.c_void_p)),
        ("activate", c.CFUNCTYPE(None, _HANDLE)),
        ("run", c.CFUNCTYPE(None, _HANDLE, c.c_uint32)),
        ("deactivate", c.c_void_p),
        ("cleanup", c.CFUNCTYPE(None, _HANDLE)),
        ("extension_data", c.CFUNCTYPE(c.c_void_p, c.c_char_p)),  # or none
    ]


class _Interface(c.Structure):
    _fields_ = [
        ("work", c.CFUNCTYPE(c.c_int, _HANDLE, c.c_void_p, c.c_void_p, c.c_uint32, c.c_void_p)),
        ("work_response", c.CFUNCTYPE(c.c_int, _HANDLE, c.c_uint32, c.c_void_p)),
        ("end_run", c.CFUNCTYPE(c.c_int, _HANDLE)),
    ]


class _Schedule(c.Structure):
    _fields_ = [
        ("handle", c.c_void_p),
        ("schedule_work", c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_uint32, c.c_void_p)),
    ]


class _Feature(c.Structure):
    _fields_ = [("uri", c.c_char_p), ("data", c.c_void_p)]


class Worker:
    """A host's worker; the test calls `work`, on any thread.

    Attributes
    ----------
    messages : list of bytes
        What was asked for and not done.
    status : int
        What the plugin is answered that asks.
    """

    def __init__(self) -> None:
        self.messages: list[bytes] = []
        self.status = 0
        self.instance: Instance | None = None
        kind = dict(_Schedule._fields_)["schedule_work"]
        self._schedule = _Schedule(77, kind(self._take))
        self.features = [
            _Feature(b"http://lv2plug.in/ns/ext/urid#map", None),
            _Feature(b"http://lv2plug.in/ns/ext/worker#schedule", c.addressof(self._schedule)),
        ]

    def _take(self, handle: int, size: int, data: int) -> int:
        assert handle == 77
        if self.status == 0:
            self.messages.append(c.string_at(data, size))
        return self.status

    def work(self) -> None:
        """Do what was asked for first."""
        message = self.messages.pop(0)
        assert self.instance
        of, size = self.instance, len(message)
        assert of.interface.work(of.handle, None, None, size, message) == 0


class Library:
    """A plugin's shared library."""

    def __init__(self, path: Path) -> None:
        self._library = c.CDLL(str(path))
        self._library.lv2_descriptor.restype = c.POINTER(_Descriptor)
        self.descriptor = self._library.lv2_descriptor(0).contents
        assert not self._library.lv2_descriptor(1)
        self.uri = self.descriptor.uri.decode()


class Instance:
    """An instance with ports of its own.

    Parameters
    ----------
    controls : int
        How many control ports there are, behind the audio ports.
    worker : Worker or None
        What the host has.
    """

    def __init__(
        self, library: Library, rate: float, inputs: int = 2, controls: int = 0,
        worker: Worker | None = None,
    ) -> None:  # fmt: skip
        self._of = library.descriptor
        features = worker.features if worker else []
        pointers = (c.c_void_p * (len(features) + 1))(*map(c.addressof, features))
        self.handle = self._of.instantiate(None, rate, b"", pointers)
        if worker:
            worker.instance = self
        self.inputs = inputs
        self.controls = np.zeros(controls, np.float32)
        if self.handle:
            for i in range(controls):
                place = self.controls[i:].ctypes.data
                self._of.connect_port(self.handle, inputs + 2 + i, place)
            self._of.activate(self.handle)

    def __bool__(self) -> bool:
        return bool(self.handle)

    def __enter__(self) -> Instance:
        assert self.handle, "it was refused"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()

    @property
    def interface(self) -> _Interface:
        """What the plugin has for a worker."""
        found = self.extension(b"http://lv2plug.in/ns/ext/worker#interface")
        assert found
        return _Interface.from_address(found)

    def extension(self, name: bytes) -> int | None:
        return self._of.extension_data(name) if self._of.extension_data else None

    def close(self) -> None:
        self._of.cleanup(self.handle)

    def activate(self) -> None:
        """Begin anew."""
        self._of.activate(self.handle)

    def run(self, x: NDArray[np.float32], y: NDArray[np.float32]) -> None:
        """Run a block; rows may be the same memory."""
        for i, row in enumerate((*x, *y)):
            self._of.connect_port(self.handle, i, row.ctypes.data)
        self._of.run(self.handle, x.shape[1])

    def play(self, x: NDArray[np.float32], block: int | Iterable[int]) -> NDArray[np.float32]:
        """Run a signal in blocks of one length, or of each in turn, and return what comes out."""
        y = np.zeros((2, x.shape[1]), np.float32)
        lengths = iter(lambda: block, None) if isinstance(block, int) else iter(block)
        done = 0
        while done < x.shape[1]:
            end = min(done + next(lengths), x.shape[1])
            part = np.ascontiguousarray(x[:, done:end])
            out = np.zeros((2, end - done), np.float32)
            self.run(part, out)
            y[:, done:end] = out
            done = end
        return y
