"""Hardware MIDI outputs: each belongs to an input of the same device."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from ronn_jack.errors import MachineError
from ronn_jack.interfaces.midi.ports import System, list_ports

_log = logging.getLogger(__name__)


def output_of(port: str, outputs: Sequence[str], matches: Callable[[str], bool]) -> str | None:
    """Return the output of the device whose input is `port`; None if there is none.

    Parameters
    ----------
    matches : callable
        Says whether a port's name is the device's, for systems that name its two sides differently.
    """
    if port in outputs:
        return port
    return next((name for name in outputs if matches(name)), None)


def output_faults(system: System | None = None) -> dict[str, str]:
    """Return why outputs can't be opened, by the ports' names; each that can be is closed again.

    Raises
    ------
    MachineError
        If the system gives no MIDI at all.
    """
    system = system or System()
    faults = {}
    for port in list_ports(system, output=True):
        outputs = HardwareOutputs("ronn-probe", system)
        reason = outputs.try_to_open(port, lambda name: False)
        if reason:
            faults[port] = reason
        outputs.close_all()
    return faults


class HardwareOutputs:
    """The outputs of the hardware that is open. All methods belong to one thread.

    Parameters
    ----------
    client_name : str
        Name under which the writers appear.
    """

    def __init__(self, client_name: str, system: System | None = None) -> None:
        self._client_name = client_name
        self._system = system or System()
        self._open: dict[str, Any] = {}
        self._told: dict[str, set[str]] = {}
        """Faults of each port that are logged already, until it is closed."""

    def open(self, port: str, matches: Callable[[str], bool]) -> bool:
        """Open the output of the device whose input is `port`; log why where that can't be."""
        reason = self.try_to_open(port, matches)
        if reason:
            self._tell(port, reason)
        return not reason

    def try_to_open(self, port: str, matches: Callable[[str], bool]) -> str:
        """Open an output as `open` does; return why that can't be, "" if it is open."""
        writer = None
        try:
            writer = self._system.client(self._client_name, output=True)
            outputs = self._system.guarded(writer.get_ports)
            name = output_of(port, outputs, matches)
            if name is None:
                raise MachineError("it has no output")
            self._system.guarded(lambda: writer.open_port(outputs.index(name), name="out"))
        except MachineError as error:
            if writer is not None:
                writer.delete()
            return str(error)
        self._open[port] = writer
        return ""

    def send(self, port: str, messages: Sequence[bytes]) -> bool:
        """Send messages; log why, and close the output, if that fails."""
        try:
            for message in messages:
                self._system.guarded(partial(self._open[port].send_message, message))
        except MachineError as error:
            self._tell(port, str(error))
            self._shut(port)
            return False
        return True

    def close(self, port: str) -> None:
        """Close one device's output, if it is open, as the device is gone or not meant any more."""
        self._told.pop(port, None)
        self._shut(port)

    def close_all(self) -> None:
        """Close every output."""
        for port in list(self._open):
            self.close(port)

    def _shut(self, port: str) -> None:
        writer = self._open.pop(port, None)
        if writer is not None:
            writer.close_port()
            writer.delete()

    def _tell(self, port: str, fault: str) -> None:
        """Log a fault once, not whenever it is tried again."""
        told = self._told.setdefault(port, set())
        if fault not in told:
            told.add(fault)
            _log.warning("MIDI port %s: nothing can be shown on it: %s", port, fault)
