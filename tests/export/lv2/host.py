"""A host of LV2 plugins in a few lines, by the ABI of lv2core 1.18."""

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
        ("extension_data", c.CFUNCTYPE(c.c_void_p, c.c_char_p)),
    ]


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
    """

    def __init__(self, library: Library, rate: float, inputs: int = 2, controls: int = 0) -> None:
        self._of = library.descriptor
        self._handle = self._of.instantiate(None, rate, b"", None)
        self.inputs = inputs
        self.controls = np.zeros(controls, np.float32)
        if self._handle:
            for i in range(controls):
                place = self.controls[i:].ctypes.data
                self._of.connect_port(self._handle, inputs + 2 + i, place)
            self._of.activate(self._handle)

    def __bool__(self) -> bool:
        return bool(self._handle)

    def __enter__(self) -> Instance:
        assert self._handle, "it was refused"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()

    def close(self) -> None:
        self._of.cleanup(self._handle)

    def activate(self) -> None:
        """Begin anew."""
        self._of.activate(self._handle)

    def run(self, x: NDArray[np.float32], y: NDArray[np.float32]) -> None:
        """Run a block; rows may be the same memory."""
        for i, row in enumerate((*x, *y)):
            self._of.connect_port(self._handle, i, row.ctypes.data)
        self._of.run(self._handle, x.shape[1])

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
