"""What the node shows on a controller leaves by its JACK port, byte by byte."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
import rtmidi

from tests.support.jack_server import jack_server, wait_for
from tests.support.node_process import node_process
from tests.support.rtmidi_sender import RtMidiSender

MIX, OUTPUT_GAIN = 26, 27


class Lights:
    """A client that hears what the node's port sends, and keeps each controller's newest value."""

    def __init__(self, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("JACK_DEFAULT_SERVER", server)
        self._in: Any = rtmidi.MidiIn(rtapi=rtmidi.API_UNIX_JACK, name="lights")
        self._in.open_port(self._in.get_ports().index("ronn:midi_out"), name="in")
        self.heard: list[tuple[int, int]] = []

    def shows(self, number: int, value: int) -> bool:
        """Take what has come; say whether a controller stands at a value now."""
        while received := self._in.get_message():
            self.heard.append((received[0][1], received[0][2]))
        return [each[1] for each in self.heard if each[0] == number][-1:] == [value]

    def close(self) -> None:
        self._in.delete()


@pytest.mark.slow
def test_a_controller_is_shown_where_the_parameters_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    # Long blocks, as MIDI of late ones is lost.
    with jack_server("lights", period=1024) as server, node_process(server.name) as node:
        with contextlib.closing(Lights(server.name, monkeypatch)) as lights:
            wait_for(
                lambda: (
                    lights.shows(MIX, 127)
                    and {number for number, _ in lights.heard} >= set(range(20, 28))
                ),
                what="all that there is, on connecting",
            )
            node.osc.send("/ronn/mix", 0.0)
            wait_for(lambda: lights.shows(MIX, 0), what="what OSC has moved")
            with contextlib.closing(RtMidiSender(server.name)) as keys:

                def turned() -> bool:
                    keys.send(bytes((0xB0, MIX, 100)))
                    return node.osc.ask("/ronn/mix") == [pytest.approx(100 / 127)]

                wait_for(turned, what="what MIDI has moved")
                node.osc.send("/ronn/output_gain", 24.0)
                wait_for(lambda: lights.shows(OUTPUT_GAIN, 127), what="another control's place")
            assert (MIX, 100) not in lights.heard, "a control is not told where it stands itself"
        assert node.end() == 0
