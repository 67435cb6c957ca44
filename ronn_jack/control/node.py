"""The running effect as the controller drives it: an engine, its builder, and their telemetry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from ronn_jack.control.builder import Builder, Request
from ronn_jack.control.controls import aim
from ronn_jack.control.seams import Change
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import Value, defaults
from ronn_jack.realtime.engine import GLIDE_SECONDS, PANIC_FRAMES, Engine

FADE_OUT_SECONDS = 0.03
"""Length of the fade with which a node leaves; its stop is promised within 50 ms."""


class Audio(Protocol):
    """What drives an engine: a JACK client, or a loop over arrays."""

    @property
    def engine(self) -> Engine:
        """The engine it drives."""
        ...

    @property
    def name(self) -> str:
        """Its name in the audio graph."""
        ...

    @property
    def load(self) -> float:
        """Share of the period that the callback takes, 0–1."""
        ...

    @property
    def xruns(self) -> int:
        """Xruns since it started."""
        ...


class LiveNode:
    """Implements the controller's `Node` on an engine that may be exchanged while it lives.

    Parameters
    ----------
    inputs, outputs : int
        Audio channels.
    sounding, refused : callable
        Told of each change whose network was handed over, or can't be had.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        sounding: Callable[[Change], None],
        refused: Callable[[Change, str], None],
    ) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.rate = 48000.0
        self._builder = Builder(sounding, refused)
        self._controls = dict(defaults())
        self._audio: Audio | None = None
        self._silent = False
        self._xruns_before = 0

    @property
    def name(self) -> str:
        """Name of the client in the audio graph."""
        return self._audio.name if self._audio else ""

    @property
    def ready(self) -> bool:
        """Whether the audio runs and a network sounds."""
        return self._audio is not None and self._builder.sounding is not None

    @property
    def sounding(self) -> NetworkSpec | None:
        """The network that the audio thread has let in last; None before the first."""
        return self._builder.sounding

    def start(self, spec: NetworkSpec, fade_ms: float) -> None:
        """Ask for the first network, before or after `attach`."""
        self._builder.request(Request(spec, fade_ms, None))

    def attach(self, audio: Audio) -> None:
        """Begin to sound through `audio`, whose engine has not run yet, fading in."""
        self._audio = audio
        self.rate = audio.engine.rate
        aim(audio.engine, self._controls)
        audio.engine.set_master(0.0)
        audio.engine.settle()
        self._master(0.0 if self._silent else 1.0, GLIDE_SECONDS)
        self._builder.attach(audio.engine)

    def fade_out(self) -> float:
        """Begin to fall silent for good; return the seconds that it takes."""
        self._master(0.0, FADE_OUT_SECONDS)
        return FADE_OUT_SECONDS

    def detach(self) -> None:
        """Stop building; what sounded is asked for again at the next `attach`."""
        self._builder.detach()
        if self._audio is not None:
            self._xruns_before += self._audio.xruns
        self._audio = None

    def set_controls(self, values: Mapping[str, Value]) -> None:
        """Aim at new values of continuous parameters and settings."""
        self._controls.update(values)
        if self._audio is not None:
            aim(self._audio.engine, values)

    def rebuild(self, spec: NetworkSpec, change: Change) -> None:
        """Ask for a network; the newest request wins."""
        self._builder.request(Request(spec, float(self._controls["fade_ms"]), change))

    def fits(self, spec: NetworkSpec) -> bool:
        """Tell whether the network's length and size are within the limits at this rate."""
        return not spec.limit_faults(self.rate)

    def panic(self, silent: bool) -> None:
        """Be silent within a block, or sound again."""
        self._silent = silent
        if silent:
            self._master(0.0, PANIC_FRAMES / self.rate)
        else:
            self._master(1.0, GLIDE_SECONDS)

    def status(self) -> Mapping[str, int | float | str]:
        """Return the telemetry by its key."""
        audio, spec = self._audio, self._builder.sounding
        return {
            "receptive_field": spec.receptive_field / self.rate if spec else 0.0,
            "parameters": spec.parameter_count if spec else 0,
            "load": audio.load if audio else 0.0,
            "xruns": self._xruns_before + (audio.xruns if audio else 0),
            "build_ms": self._builder.build_ms,
            "level_in": audio.engine.level_in if audio else float("-inf"),
            "level_out": audio.engine.level_out if audio else float("-inf"),
            "state": self._state(),
        }

    def _state(self) -> str:
        if self._audio is None:
            return "waiting"
        if self._builder.building:
            return "building"
        if self._audio.engine.fading:
            return "fading"
        return "silent" if self._silent else "running"

    def _master(self, target: float, seconds: float) -> None:
        if self._audio is not None:
            engine = self._audio.engine
            engine.set_master(target, max(1, round(seconds * engine.rate)))
