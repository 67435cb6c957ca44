"""A CLAP host: it keeps the rules of the ABI, and watches that the plugin does."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.export.clap import abi

EXTENSIONS = {
    "clap.audio-ports": abi.AudioPorts, "clap.params": abi.Params, "clap.state": abi.State,
    "clap.tail": abi.Count, "clap.latency": abi.Count, "clap.render": abi.Render,
}  # fmt: skip
Event = tuple[int, int, float]
"""Frame, id and value."""


class Host:
    """What a plugin may ask of its host, and which threads it does that on.

    Attributes
    ----------
    told : list of tuple
        Calls by the plugin: name, thread, arguments.
    """

    def __init__(self, major: int = 1) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.main = threading.get_ident()
        self.audio = ThreadPoolExecutor(1, "audio")
        self.audio_ident = self.audio.submit(threading.get_ident).result()
        self._kept = {
            "clap.thread-check": abi.HostThreadCheck(
                abi.Check(lambda _: threading.get_ident() == self.main),
                abi.Check(lambda _: threading.get_ident() == self.audio_ident),
            ),
            "clap.params": abi.HostParams(
                abi.Rescan(lambda _, *a: self._tell("rescan", *a)),
                abi.Clear(lambda _, *a: self._tell("clear", *a)),
                abi.Request(lambda _: self._tell("request_flush")),
            ),
        }
        requests = [
            abi.Request(lambda _, name=name: self._tell(name))
            for name in ("request_restart", "request_process", "request_callback")
        ]
        self.struct = abi.Host(
            abi.Version(major, 2, 10), None, b"tests", b"", b"", b"1",
            abi.GetExtension(self._extension), *requests,
        )  # fmt: skip

    @property
    def address(self) -> int:
        return ctypes.addressof(self.struct)

    def on_audio(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function on the audio thread."""
        return self.audio.submit(function, *arguments).result()

    def close(self) -> None:
        self.audio.shutdown()

    def _tell(self, name: str, *arguments: Any) -> None:
        self.told.append((name, threading.get_ident(), *arguments))

    def _extension(self, _: int, name: bytes) -> int | None:
        found = self._kept.get(name.decode())
        return ctypes.addressof(found) if found is not None else None


class Library:
    """A loaded clap_entry.

    Parameters
    ----------
    address : int
        Of a clap_plugin_entry.
    """

    def __init__(self, address: int) -> None:
        self.entry = abi.Entry.from_address(address)
        self.initialised = self.entry.init(b"/nowhere/sound.clap")

    @property
    def factory(self) -> Any:
        return self.entry.get_factory(b"clap.plugin-factory")

    @property
    def descriptor(self) -> Any:
        return self.factory.contents.get_plugin_descriptor(self.factory, 0).contents

    def create(self, host: Host, identifier: bytes | None = None) -> Any:
        """Return what create_plugin gives: a pointer, perhaps null."""
        name = self.descriptor.id if identifier is None else identifier
        return self.factory.contents.create_plugin(self.factory, host.address, name)


class Instance:
    """A plugin, called on the threads that the ABI allows."""

    def __init__(self, library: Library, host: Host | None = None) -> None:
        self.host = host or Host()
        self._own_host = host is None
        created = library.create(self.host)
        assert created
        self.plugin = created.contents
        self.address = ctypes.addressof(self.plugin)
        self.initialised = self.plugin.init(self.address)

    def __enter__(self) -> Instance:
        assert self.initialised
        return self

    def __exit__(self, *_: object) -> None:
        self.destroy()

    def destroy(self) -> None:
        self.plugin.destroy(self.address)
        if self._own_host:
            self.host.close()

    def activate(self, rate: float = 48000.0) -> bool:
        activated = self.plugin.activate(self.address, rate, 1, 2**31 - 1)
        if activated:
            assert self.host.on_audio(self.plugin.start_processing, self.address)
        return bool(activated)

    def deactivate(self) -> None:
        self.host.on_audio(self.plugin.stop_processing, self.address)
        self.plugin.deactivate(self.address)

    def reset(self) -> None:
        self.host.on_audio(self.plugin.reset, self.address)

    def extension(self, name: str) -> Any:
        """Return an extension's table; None if the plugin has none."""
        found = self.plugin.get_extension(self.address, name.encode())
        return EXTENSIONS[name].from_address(found) if found else None

    @property
    def tail(self) -> int:
        return int(self.extension("clap.tail").get(self.address))

    # Parameters.

    @property
    def infos(self) -> dict[str, Any]:
        """All clap_param_info by name."""
        params, found = self.extension("clap.params"), {}
        for index in range(params.count(self.address)):
            info = abi.ParamInfo()
            assert params.get_info(self.address, index, info)
            found[info.name.decode()] = info
        return found

    def value(self, identifier: int) -> float | None:
        value = ctypes.c_double()
        got = self.extension("clap.params").get_value(self.address, identifier, value)
        return value.value if got else None

    def words(self, identifier: int, value: float, capacity: int = 64) -> str | None:
        room = ctypes.create_string_buffer(b"?" * (capacity + 8), capacity + 8)
        params = self.extension("clap.params")
        address = ctypes.addressof(room)
        got = params.value_to_text(self.address, identifier, value, address, capacity)
        assert room.raw[capacity:] == b"?" * 8, "it wrote beyond the buffer"
        return room.value.decode() if got else None

    def read(self, identifier: int, text: bytes) -> float | None:
        value = ctypes.c_double(float("nan"))
        got = self.extension("clap.params").text_to_value(self.address, identifier, text, value)
        return value.value if got else None

    def set(self, *events: Event) -> None:
        """Flush changes, on the thread that it is allowed on."""
        listed = Events(events)
        self.extension("clap.params").flush(self.address, listed.inputs, listed.outputs)

    # State.

    def save(self, at_once: int = 2**20) -> bytes | None:
        written = bytearray()

        def write(_: int, data: int, size: int) -> int:
            count = min(size, at_once)
            written.extend(ctypes.string_at(data, count))
            return count

        stream = abi.Stream(None, abi.Move(write))
        saved = self.extension("clap.state").save(self.address, stream)
        return bytes(written) if saved else None

    def load(self, chunk: bytes, at_once: int = 2**20, failing: int | None = None) -> bool:
        """Load a chunk, so many bytes at a time; `failing` is what read gives at the end."""
        left = bytearray(chunk)

        def read(_: int, data: int, size: int) -> int:
            count = min(size, at_once, len(left))
            if count == 0 and failing is not None:
                return failing
            ctypes.memmove(data, bytes(left[:count]), count)
            del left[:count]
            return count

        stream = abi.Stream(None, abi.Move(read))
        return bool(self.extension("clap.state").load(self.address, stream))

    # Sound.

    def process(
        self,
        x: NDArray[np.float32],
        events: Sequence[Event] | Events = (),
        outputs: int = 2,
        in_place: bool = False,
        constant_mask: int = 0,
    ) -> tuple[int, NDArray[np.float32]]:
        """Play a block on the audio thread; return the status and the output."""
        listed = events if isinstance(events, Events) else Events(events)
        x = np.array(x, np.float32, order="C")
        y = x if in_place else np.full((outputs, x.shape[1]), np.nan, np.float32)
        source, target = buffer(x), buffer(y)
        source.constant_mask, target.constant_mask = constant_mask, 2**64 - 1
        block = abi.Process(
            -1, x.shape[1], None, ctypes.pointer(source), ctypes.pointer(target), 1, 1,
            ctypes.pointer(listed.inputs), ctypes.pointer(listed.outputs),
        )  # fmt: skip
        status = self.run(block)
        if status != abi.ERROR and x.shape[1]:
            assert target.constant_mask == 0
        return status, y

    def run(self, block: Any) -> int:
        """Call process with a clap_process as it is."""
        address = ctypes.addressof(block)
        return int(self.host.on_audio(self.plugin.process, self.address, address))

    def play(
        self, x: NDArray[np.float32], block: int, events: Iterable[Event] = ()
    ) -> NDArray[np.float32]:
        """Play a signal in blocks, with events at frames of the whole."""
        events, parts = sorted(events, key=lambda event: event[0]), []
        for start in range(0, x.shape[1], block):
            end = min(start + block, x.shape[1])
            ours = [(f - start, i, v) for f, i, v in events if start <= f < end]
            status, y = self.process(x[:, start:end], ours)
            assert status != abi.ERROR
            parts.append(y)
        return np.concatenate(parts, axis=1)


def buffer(samples: NDArray[np.float32]) -> Any:
    """Return a clap_audio_buffer of float32 rows, which have to be kept."""
    row = ctypes.POINTER(ctypes.c_float)
    rows = (row * len(samples))(*(r.ctypes.data_as(row) for r in samples))
    return abi.AudioBuffer(rows, None, len(samples), 0, 0)


class Events:
    """A list of events as the plugin reads it.

    Parameters
    ----------
    events : sequence of Event or ctypes.Structure
    """

    def __init__(self, events: Iterable[Any] = ()) -> None:
        self._events = [e if isinstance(e, ctypes.Structure) else moved(*e) for e in events]
        self.inputs = abi.InputEvents(
            None,
            abi.EventCount(lambda _: len(self._events)),
            abi.EventAt(lambda _, i: ctypes.addressof(self._events[i])),
        )
        self.outputs = abi.OutputEvents(None, abi.TryPush(lambda *_: False))


def moved(time: int, identifier: int, value: float, **header: int) -> Any:
    """Return the event of a parameter's new value; `header` changes fields of its header."""
    fields = {"size": ctypes.sizeof(abi.ParamValue), "time": time, "type": abi.PARAM_VALUE}
    return abi.ParamValue(
        abi.EventHeader(**{**fields, **header}), identifier, None, -1, -1, -1, -1, value
    )
