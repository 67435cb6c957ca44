"""What there is to see of a running node at one moment, and how it is put in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ronn_jack.parameters import PARAMETERS, Effect, Kind, Value

_TIMES = [PARAMETERS[name] for name in ("stretch", "decay", "sync")]
_FLAGS = tuple(
    name
    for name, row in PARAMETERS.items()
    if row.kind is Kind.BOOL and row.effect is Effect.REBUILD
)
"""Switches that are named only where they are on."""


class Audio(Protocol):
    """The node's client of a JACK server, as far as it is shown."""

    @property
    def name(self) -> str:
        """Its name in the audio graph."""
        ...

    @property
    def rate(self) -> float:
        """Sample rate in Hz."""
        ...

    @property
    def period(self) -> int:
        """Frames in a block."""
        ...

    @property
    def realtime(self) -> bool:
        """Whether the server runs with realtime scheduling."""
        ...


class Source(Protocol):
    """The controller, as far as it is shown."""

    @property
    def values(self) -> Mapping[str, Value]:
        """The accepted value of every parameter."""
        ...

    def status(self) -> Mapping[str, int | float | str]:
        """Return the telemetry by its key."""
        ...


@dataclass(frozen=True)
class Snapshot:
    """A running node at one moment.

    Attributes
    ----------
    name : str
        The client's name in the audio graph.
    server : str
        The server in words: "48000 Hz, 256 frames, realtime".
    osc : str
        Where OSC is taken: "127.0.0.1:9420".
    preset : str or None
        The preset last loaded or saved.
    edited : bool
        Whether the sound is another by now.
    page : str
        Where a browser finds the page; empty where nothing is said of it.
    code : tuple of str
        The same as a picture for a phone's camera, line by line; empty where there is none.
    values : mapping
        The accepted value of every parameter.
    status : mapping
        The telemetry, by the keys of `ronn_jack.control.status.STATUS`.
    """

    name: str
    server: str
    osc: str
    preset: str | None
    values: Mapping[str, Value]
    status: Mapping[str, int | float | str]
    edited: bool = False
    page: str = ""
    code: tuple[str, ...] = ()

    def number(self, key: str) -> float:
        """Return a figure of the telemetry."""
        return float(self.status[key])


def take_snapshot(
    source: Source,
    audio: Audio | None,
    osc: str,
    preset: str | None = None,
    edited: bool = False,
    page: str = "",
    code: tuple[str, ...] = (),
) -> Snapshot:
    """Return what there is to see now; `audio` is None while there is no server."""
    if audio is None:
        name, server = "ronn", "waiting for the JACK server"
    else:
        name = audio.name
        scheduling = "realtime" if audio.realtime else "not realtime"
        server = f"{audio.rate:g} Hz, {audio.period} frames, {scheduling}"
    return Snapshot(name, server, osc, preset, source.values, source.status(), edited, page, code)


def network_words(snapshot: Snapshot) -> str:
    """Return what the network is: its size, its curve, and what is unusual about it."""
    values = snapshot.values
    parts = [
        f"{values['layers']} layers × {values['channels']} channels × {values['kernel']} taps",
        f"dilation {values['dilation']}",
        str(values["activation"]),
        str(values["init"]),
        *(flag for flag in _FLAGS if values[flag]),
        *(
            f"{row.name} {row.words(values[row.name])}"
            for row in _TIMES
            if values[row.name] != row.default
        ),
    ]
    if values["recipe"] != "ronn":
        parts.append(f"recipe {values['recipe']}")
    return ", ".join(parts)


def reach_words(snapshot: Snapshot) -> str:
    """Return how far back the network hears, its size, and where it comes from."""
    reach = snapshot.number("receptive_field")
    length = f"{reach * 1e3:.1f} ms" if reach < 1.0 else f"{reach:.2f} s"
    parts = [
        f"hears {length} back",
        f"{snapshot.number('parameters'):.0f} parameters",
        f"seed {snapshot.values['seed']}",
    ]
    if snapshot.preset is not None:
        parts.append(f"preset {snapshot.preset}" + (" (edited)" if snapshot.edited else ""))
    return ", ".join(parts)


def control_words(snapshot: Snapshot) -> str:
    """Return where the knobs stand that need no new network."""
    values = snapshot.values
    gains = ", ".join(
        f"{name.replace('_', ' ')} {float(values[name]):+.1f} dB"
        for name in ("input_gain", "output_gain")
    )
    return f"{gains}, mix {float(values['mix']):.2f}" + (", bypass" if values["bypass"] else "")


def callback_words(snapshot: Snapshot) -> str:
    """Return how much of the period the callback has taken lately."""
    shares = (f"{key} {snapshot.number(f'callback_{key}'):.0%}" for key in ("p50", "p99", "max"))
    return f"{', '.join(shares)} of the period"


def xrun_words(snapshot: Snapshot) -> str:
    """Return how many xruns there were, and what was changed before the latest."""
    after = snapshot.status["xruns_after"]
    return f"{snapshot.number('xruns'):.0f}" + (f", the latest after {after}" if after else "")


def change_words(snapshot: Snapshot) -> str:
    """Return how the last change of network went, or how far the next one has come."""
    if snapshot.status["state"] == "building":
        return f"{snapshot.number('progress'):.0%} of the next network is ready"
    parts = [
        f"built in {snapshot.number('build_ms'):.0f} ms",
        f"load {snapshot.number('network_load'):.0%}",
        f"fade {snapshot.number('fade_ms'):g} ms",
        f"level {snapshot.number('level'):+.1f} dB",
    ]
    if snapshot.number("change_to_sound_ms"):
        parts.insert(0, f"heard after {snapshot.number('change_to_sound_ms'):.0f} ms")
    if snapshot.number("silent"):
        parts.append("silent")
    return ", ".join(parts)
