"""A sender of MIDI to a JACK port, by the JACK backend of python-rtmidi and its own libjack."""

from __future__ import annotations

import contextlib
import os
from typing import Any

import rtmidi

from ronn_jack.drivers.jack_tape import jack
from tests.support.jack_server import wait_for


class RtMidiSender:
    """A client `keys` whose port is connected to the node's.

    Parameters
    ----------
    server : str
        The JACK server's name.
    port : str
        The port to send to.
    """

    def __init__(self, server: str, port: str = "ronn:midi_in") -> None:
        before = {name: os.environ.get(name) for name in ("JACK_DEFAULT_SERVER",)}
        os.environ["JACK_DEFAULT_SERVER"] = server
        try:
            self._out: Any = rtmidi.MidiOut(rtapi=rtmidi.API_UNIX_JACK, name="keys")
            wait_for(lambda: port in self._out.get_ports(), what=f"the port {port}")
            self._out.open_port(self._out.get_ports().index(port), name="out")
            # The server connects at the start of a period.
            looking = jack.Client("looking", no_start_server=True)
            with contextlib.closing(looking):
                wait_for(lambda: looking.get_all_connections(port), what=f"the way to {port}")
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value

    def send(self, *messages: bytes) -> None:
        """Send messages, one after the other."""
        for message in messages:
            self._out.send_message(list(message))

    def close(self) -> None:
        """Leave the server."""
        self._out.delete()
