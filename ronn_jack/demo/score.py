"""What the demo turns, and the hands that do it: by OSC over UDP, like anybody else."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass

from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder

from ronn_jack.closing import Closing
from ronn_jack.interfaces.terminal.view import View
from ronn_jack.parameters import Value, parameter
from ronn_jack.presets.store import PresetStore

START: Mapping[str, Value] = {
    "layers": 4,
    "kernel": 5,
    "activation": "tanh",
    "input_gain": 12.0,
    "seed": 3,
    "auto_level": False,
}
"""What the demo begins with, where nothing else is asked for: a mild overdrive."""


@dataclass(frozen=True)
class Turn:
    """Knobs that are turned together.

    Attributes
    ----------
    share : float
        When, as a share of the demo's length.
    words : str
        What is to be heard.
    values : mapping
        The parameters' new values.
    preset : str or None
        The preset whose values they are, to be loaded by its name.
    """

    share: float
    words: str
    values: Mapping[str, Value]
    preset: str | None = None


_TURNS = (
    Turn(0.1, "another random network", {"seed": 7}),
    Turn(0.2, "a deeper one", {"layers": 9}),
    Turn(0.3, "another curve", {"activation": "sine"}),
    Turn(
        0.4,
        "taps so far apart that they smear like a reverb",
        {"layers": 7, "kernel": 9, "dilation": 4, "activation": "tanh"},
    ),
    Turn(0.6, "half of it dry", {"mix": 0.5}),
    Turn(0.9, "the riff itself", {"bypass": True}),
)
_PRESET_SHARE = 0.75


def score(store: PresetStore) -> list[Turn]:
    """Return the turns in their order, with the first preset among them if there is one."""
    presets = [
        Turn(_PRESET_SHARE, "a sound made before", store.load(name).values, name)
        for name in store.names()[:1]
    ]
    return sorted([*_TURNS, *presets], key=lambda turn: turn.share)


class Hands(Closing):
    """Turns knobs when it is time, and sees whether the turns arrive.

    Parameters
    ----------
    turns : list of Turn
        In their order.
    port : int
        Where the node takes OSC on this machine.
    view : View
        Is told of every turn.
    """

    def __init__(self, turns: list[Turn], port: int, view: View) -> None:
        self._turns = turns
        self._address = ("127.0.0.1", port)
        self._view = view
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._awaited: Mapping[str, Value] = {}
        self.begun = 0
        """Turns that were sent."""
        self.arrived = 0
        """Turns whose values the node accepted."""

    def turn(self, share: float, accepted: Mapping[str, Value]) -> None:
        """Send what is due at a share of the demo's length; look at what the node accepted."""
        if self._awaited and all(accepted[name] == v for name, v in self._awaited.items()):
            self._awaited = {}
            self.arrived += 1
        if self._turns and self._turns[0].share <= share:
            turn = self._turns.pop(0)
            self.begun += 1
            self._awaited = turn.values
            self._send(turn)

    def close(self) -> None:
        """Send no more."""
        self._socket.close()

    def _send(self, turn: Turn) -> None:
        messages: list[tuple[str, Value]]
        if turn.preset is None:
            knobs = ", ".join(f"{n} = {parameter(n).words(v)}" for n, v in turn.values.items())
            self._view.event(f"turning {knobs}: {turn.words}")
            messages = list(turn.values.items())
        else:
            self._view.event(f"loading preset {turn.preset}: {turn.words}")
            messages = [("preset_load", turn.preset)]
        bundle = OscBundleBuilder(IMMEDIATELY)
        for name, value in messages:
            message = OscMessageBuilder(f"/ronn/{name}")
            message.add_arg(value)
            bundle.add_content(message.build())
        self._socket.sendto(bundle.build().dgram, self._address)
