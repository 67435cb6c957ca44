"""Hardware MIDI ports through the system: ALSA's sequencer on Linux, CoreMIDI on macOS.

The JACK backend of python-rtmidi is never used: its wheel has a libjack of its own, which can't
reach PipeWire. Neither is its callback, which would run Python inside the MIDI thread.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from ronn_jack.errors import MachineError

MOST_AT_ONCE = 256
"""Messages that are read from one port before the others have their turn."""
_QUEUE_SIZE = 16384
"""Messages that wait in a port; RtMidi leaves out sensing and system exclusive itself, and clock
unless it is asked for."""

_SEQUENCER = Path("/dev/snd/seq")
_LOOPS = ("Midi Through", "RtMidi")
"""Beginnings of the names of ports that are no hardware."""

T = TypeVar("T")

_log = logging.getLogger(__name__)


class System:
    """The system's MIDI ports, as python-rtmidi gives them.

    Parameters
    ----------
    library : module, optional
        In place of `rtmidi`.
    sequencer : Path, optional
        In place of ALSA's device, which is looked for on Linux.
    """

    def __init__(self, library: Any = None, sequencer: Path | None = None) -> None:
        self._library = library
        self._sequencer = sequencer or (_SEQUENCER if sys.platform == "linux" else None)

    def client(self, name: str, output: bool = False) -> Any:
        """Return a new `rtmidi.MidiIn`, or `MidiOut`, on the system's own interface.

        Raises
        ------
        MachineError
            Saying what is missing and what to do about it.
        """
        if self._library is None:
            try:
                self._library = importlib.import_module("rtmidi")
            except ImportError as error:
                raise MachineError(
                    f"hardware MIDI needs python-rtmidi ({error}): pip install python-rtmidi"
                ) from None
        # Asked of the file system first, because ALSA's library complains on stderr by itself.
        if self._sequencer is not None and not self._sequencer.exists():
            raise MachineError(
                f"no hardware MIDI: ALSA's sequencer {self._sequencer} is missing; "
                "load it with 'modprobe snd-seq' (the JACK port midi_in works without it)"
            )
        if self._sequencer is not None and not os.access(self._sequencer, os.R_OK | os.W_OK):
            raise MachineError(
                f"no hardware MIDI: {self._sequencer} may not be opened; add yourself to the "
                "group audio (the JACK port midi_in works without it)"
            )
        library = self._library
        api = library.API_MACOSX_CORE if sys.platform == "darwin" else library.API_LINUX_ALSA
        try:
            if output:
                return library.MidiOut(rtapi=api, name=name)
            return library.MidiIn(rtapi=api, name=name, queue_size_limit=_QUEUE_SIZE)
        except library.RtMidiError as error:
            raise MachineError(f"no hardware MIDI: {error}") from None

    def guarded(self, call: Callable[[], T]) -> T:
        """Return what a call of a client's method returns.

        Raises
        ------
        MachineError
            If the library reports a fault, or the port that was looked for is not there.
        """
        try:
            return call()
        except (self._library.RtMidiError, ValueError) as error:
            raise MachineError(str(error)) from None


def list_ports(system: System | None = None, output: bool = False) -> list[str]:
    """Return the names of the hardware MIDI input or output ports.

    Raises
    ------
    MachineError
        Saying what is missing, if the system gives no MIDI at all.
    """
    system = system or System()
    client = system.client("ronn-list", output)
    try:
        ports = system.guarded(client.get_ports)
        return [port for port in ports if not port.startswith(_LOOPS)]
    finally:
        client.delete()


class HardwarePorts:
    """The hardware ports that are wanted, opened and closed as they come and go.

    All methods belong to one thread.

    Parameters
    ----------
    client_name : str
        Name under which the ports' readers appear; ports of that client are left alone.
    wanted : callable
        Says of a port's name whether to open it.
    clock : bool
        Whether ticks of MIDI clock are read too.
    """

    def __init__(
        self,
        client_name: str,
        wanted: Callable[[str], bool],
        system: System | None = None,
        clock: bool = False,
    ) -> None:
        self._clock = clock
        self._client_name = client_name
        self._wanted = wanted
        self._system = system or System()
        self._scanner: Any = None
        self._open: dict[str, Any] = {}
        self._told: set[str] = set()
        self.told: Callable[[str, bool], None] = lambda port, is_open: None
        """Told of each port that is opened, or was closed as it had gone or was at fault."""

    @property
    def names(self) -> list[str]:
        """Names of the ports that are open."""
        return list(self._open)

    def rescan(self) -> None:
        """Open the wanted ports that have come and close those that are gone or wanted no more."""
        try:
            if self._scanner is None:
                self._scanner = self._system.client(self._client_name)
            present = self._system.guarded(self._scanner.get_ports)
        except MachineError as error:
            self._tell(str(error))
            self.close()
            return
        for name in self.names:
            if name not in present or not self._wanted(name):
                self._lose(name)
        for name in present:
            ours = name.startswith(f"{self._client_name}:")
            if name not in self._open and not name.startswith(_LOOPS) and not ours:
                self._consider(name)

    def read(self) -> Iterator[tuple[str, bytes]]:
        """Yield (port, message) for what arrived since the last call, at most so much a port."""
        for name, reader in list(self._open.items()):
            for _ in range(MOST_AT_ONCE):
                try:
                    received = self._system.guarded(reader.get_message)
                except MachineError as error:
                    _log.warning("MIDI port %s: %s", name, error)
                    self._lose(name)
                    break
                if received is None:
                    break
                yield name, bytes(received[0])

    def close(self) -> None:
        """Close every port."""
        for name in list(self._open):
            self._close(name)
        if self._scanner is not None:
            self._scanner.delete()
            self._scanner = None

    def _consider(self, name: str) -> None:
        if not self._wanted(name):
            return
        reader = None
        try:
            reader = self._system.client(self._client_name)
            if self._clock:
                reader.ignore_types(timing=False)
            # The list may have changed since it was scanned, so that its order is asked anew.
            number = self._system.guarded(lambda: reader.get_ports().index(name))
            self._system.guarded(lambda: reader.open_port(number, name="in"))
        except MachineError as error:
            self._tell(f"MIDI port {name} can't be opened: {error}")
            if reader is not None:
                reader.delete()
            return
        self._told.clear()
        self._open[name] = reader
        self.told(name, True)

    def _lose(self, name: str) -> None:
        self._close(name)
        self.told(name, False)

    def _close(self, name: str) -> None:
        reader = self._open.pop(name)
        reader.close_port()
        reader.delete()

    def _tell(self, text: str) -> None:
        """Log a fault once, not at every scan."""
        if text not in self._told:
            self._told.add(text)
            _log.warning("%s", text)
