"""The running effect as the controller drives it: an engine, its builder, and their telemetry."""

from __future__ import annotations

import time
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ronn_jack.control.events import Event, MidiDropped, Xruns
from ronn_jack.control.operations import Change
from ronn_jack.cost.admission import Cost
from ronn_jack.hotswap.audio import Audio, Recent
from ronn_jack.hotswap.budget import switches_on
from ronn_jack.hotswap.builder import Builder
from ronn_jack.hotswap.callback_times import CallbackShares, CallbackTimes
from ronn_jack.hotswap.engine_controls import aim
from ronn_jack.hotswap.listener import Listener
from ronn_jack.hotswap.live_motion import MOVING_COST
from ronn_jack.hotswap.responses.maker import ResponseMaker
from ronn_jack.loudness.momentary import MOMENTARY_SECONDS, MomentaryMeter
from ronn_jack.loudness.pad import RECENT_SECONDS, pad_from
from ronn_jack.model.expression import Expression
from ronn_jack.model.protocol import Model
from ronn_jack.model.times import drift_hertz, synced_beats
from ronn_jack.parameters import Value, defaults
from ronn_jack.realtime.engine import PANIC_FRAMES, Engine
from ronn_jack.realtime.retiming import GLIDE_SECONDS
from ronn_jack.units import SILENCE_DB, decibels_to_gain, gain_to_decibels

FADE_OUT_SECONDS = 0.03
"""Length of the fade with which a node leaves; its stop is promised within 50 ms."""

_DRIFT = frozenset(("drift_rate", "sync", "tempo"))
"""Parameters that set the rate of drift."""


class LiveNode:
    """Implements the controller's `Node` on an engine that may be exchanged while it lives.

    Parameters
    ----------
    inputs, outputs : int
        Audio channels.
    listener : Listener, optional
        Told what becomes of each change; it may be named later by `report_to`, before `attach`.
    cost : Cost, optional
        Predicts what a network takes.
    builder : Builder, optional
        Makes the networks; by default one that works for `listener` by `cost`.
    responses : ResponseMaker, optional
        Makes the reverb's responses.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        listener: Listener | None = None,
        cost: Cost | None = None,
        builder: Builder | None = None,
        responses: ResponseMaker | None = None,
    ) -> None:
        self.inputs = inputs
        self.outputs = outputs
        self.rate = 48000.0
        self._cost = cost
        self._builder = builder or Builder(listener, cost)
        self._responses = responses or ResponseMaker()
        self.report_to = self._builder.report_to
        self._controls = dict(defaults())
        self._waiting: frozenset[str] = frozenset()
        self._audio: Audio | None = None
        self._silent = False
        self._xruns_before = 0
        self._xruns_seen = 0
        self._dropped_before = 0
        self._dropped_seen = 0
        self._dropping = False
        self._last_change: Change | None = None
        self._after = ""
        self._callback_times = CallbackTimes(self.rate)
        self._momentary = MomentaryMeter()
        self._callback_shares = CallbackShares()

    @property
    def name(self) -> str:
        """Name of the client in the audio graph."""
        return self._audio.name if self._audio else ""

    @property
    def ready(self) -> bool:
        """Whether the audio runs and a network has sounded through it."""
        return self._audio is not None and self._builder.voices.begun

    @property
    def sounding(self) -> Model | None:
        """The network that the audio thread has let in last; None before the first."""
        return self._builder.sounding

    def attach(self, audio: Audio) -> None:
        """Begin to sound through `audio`, whose engine has not run yet, fading in.

        A request has to follow.
        """
        self._audio = audio
        self._xruns_before -= audio.xruns  # those of one that is attached again are counted
        self.rate = audio.engine.rate
        self._callback_times = CallbackTimes(self.rate)
        self._waiting = self._builder.budget.waiting = frozenset()  # all begins together
        self._responses.aim(self._controls)
        aim(audio.engine, self._controls)
        self._builder.live_motion.aim(self._driven())
        self._freeze(audio.engine)
        self._responses.attach(audio.engine)
        audio.engine.set_master(0.0)
        audio.engine.settle()
        self._master(0.0 if self._silent else 1.0, GLIDE_SECONDS)
        self._builder.attach(audio.engine, lambda: audio.period)

    def fade_out(self) -> float:
        """Begin to fall silent for good; return the seconds that it takes."""
        self._master(0.0, FADE_OUT_SECONDS)
        return FADE_OUT_SECONDS

    def detach(self) -> None:
        """Stop building, before the audio goes."""
        self._builder.detach()
        self._responses.detach()
        if self._audio is not None:
            self._xruns_before += self._audio.xruns
            self._dropped_before += self._audio.midi_dropped
        self._audio = None

    def set_controls(self, values: Mapping[str, Value]) -> None:
        """Aim at new values of continuous parameters and settings.

        A stage that can't be beside the network that sounds waits for the one that was asked for
        with it.
        """
        self._controls.update(values)
        values = self._without_waiting(values)
        audio = self._audio
        self._responses.aim(values)  # before its mixture, which a tail has until it is on
        if audio is not None:
            if "freeze" in values:
                self._freeze(audio.engine)
            aim(audio.engine, values, {**self._controls, **dict.fromkeys(self._waiting, False)})
        if values.get("network"):
            self._builder.wake()
        self._builder.budget.share = float(self._controls["budget"])
        if "auto_level" in values:
            self._builder.switch_level(bool(values["auto_level"]))
        moving = dict(values)
        if not _DRIFT.isdisjoint(values):
            moving["drift_rate"] = drift_hertz(self._controls)
        # What is frozen has passed its gains, which count again once that is let go.
        if audio is not None and self._controls["freeze"]:
            moving.pop("drive", None)
        else:
            moving |= self._driven()
        self._builder.live_motion.aim(moving)

    def admit_stages(self) -> None:
        """Let stages be heard that waited for a network, as far as it lets them."""
        self.set_controls({})

    def _without_waiting(self, values: Mapping[str, Value]) -> Mapping[str, Value]:
        """Let stages wait that don't fit now; return values to aim at, with those that do."""
        before, self._waiting = self._waiting, frozenset(self.stage_faults(self._controls))
        self._builder.budget.waiting = self._waiting
        if not before and not self._waiting:
            return values
        let_in = {name: self._controls[name] for name in before - self._waiting}
        held = dict.fromkeys(self._waiting & values.keys(), False)
        return {**values, **let_in, **held}

    def moving_fault(self) -> str:
        """Return why the network that sounds can't morph or drift; "" if it can."""
        load, budget = self._builder.moving_load, float(self._controls["budget"])
        deadline = self._builder.deadline(self._audio.engine) if self._audio else None
        if deadline is None or load <= deadline.room:
            return ""
        return (
            f"moving weights would need {load:.0%} of the period, and budget is {budget:.0%}: "
            "lower channels, kernel or layers first"
        )

    def stage_faults(self, values: Mapping[str, Value], anew: bool = False) -> Mapping[str, str]:
        """Return why stages that values turn on can't be, by the parameters that do.

        Parameters
        ----------
        values : mapping
            Accepted values of all parameters, as they are or are to be.
        anew : bool
            Whether those that are on are admitted anew, and none that waits for a network is.
        """
        if self._audio is None:
            return {}
        engine = self._audio.engine
        switches = dict.fromkeys(stage.switch for stage in engine.stages if stage.switch)
        wanted = [name for name in switches if values[name]]
        on = [name for name in switches_on(engine) if name in wanted]
        kept, coming = ([], on) if anew else (on, [name for name in wanted if name not in on])
        budget = self._builder.budget
        load = self._builder.voices.heaviest_load(budget.period())
        return budget.stage_faults(engine, coming, load, kept, float(values["budget"]))

    def request(self, change: Change) -> None:
        """Ask for a network; the newest request wins."""
        if not change.begins:
            self._last_change = change
        self._builder.request(change)

    def go_dry(self) -> None:
        """Let the dry signal sound until a network comes."""
        if self._audio is not None:
            self._audio.engine.go_dry()

    @property
    def idle(self) -> bool:
        """Whether it plays, and no network is on its way."""
        return self.ready and not self._builder.building

    def recent_input(self, seconds: float) -> NDArray[np.float32]:
        """Return a copy of the latest raw input [shape=(inputs, frames)]."""
        audio = self._audio
        if audio is None:
            return np.zeros((self.inputs, 0), np.float32)
        engine = audio.engine
        frames = min(round(seconds * engine.rate), engine.position, engine.recorded_dry_frames)
        return engine.recent_dry(engine.position, frames)

    def _recent_output(self) -> NDArray[np.float32]:
        """Return what the loudness is measured of; nothing without audio."""
        audio = self._audio
        if audio is None:
            return np.empty((1, 0), np.float32)
        engine, end = audio.engine, audio.engine.position
        return engine.recent_output(end, min(end, round(MOMENTARY_SECONDS * engine.rate)))

    def recent(self, frames: int) -> Recent | None:
        """Return a copy of the latest frames; None without audio.

        Soon after the start there are fewer, and at most those of a second.
        """
        audio, current = self._audio, self._builder.voices.current
        if audio is None:
            return None
        engine, end = audio.engine, audio.engine.position
        frames = min(frames, end, round(engine.rate))
        return Recent(
            end,
            engine.recent_dry(end, frames),
            engine.recent_input(end, frames),
            engine.recent_output(end, frames),
            current.voice.network.drift_cycles(end) if current else 0.0,
        )

    def fits(self, model: Model, most: float = 1.0) -> bool:
        """Tell whether this machine can surely run the network at this rate within its budget.

        Parameters
        ----------
        most : float
            Share of the period that it may take at most, whatever the budget.
        """
        if model.limit_faults(self.rate):
            return False
        audio = self._audio
        deadline = self._builder.deadline(audio.engine) if audio else None
        if deadline is None or self._cost is None:
            return True
        seconds = self._cost(model, deadline.period)
        if Expression.of(self._controls).moves_weights:
            seconds *= MOVING_COST
        return deadline.load(seconds) <= min(deadline.safe_room, most)

    def panic(self, silent: bool) -> None:
        """Be silent within a block, or sound again."""
        self._silent = silent
        if silent:
            self._master(0.0, PANIC_FRAMES / self.rate)
            self._responses.clear()
        else:
            self._responses.sound_again()
            self._master(1.0, GLIDE_SECONDS)

    def look(self) -> list[Event]:
        """Look at the audio thread's counters, several times a second; return what is new."""
        audio = self._audio
        if audio is not None and audio.period:
            self._callback_shares = self._callback_times.look(
                time.monotonic(), audio.callback_times(), audio.period
            )
        return [event for event in (self._new_xruns(), self._new_drops()) if event is not None]

    def _new_xruns(self) -> Xruns | None:
        total, change = self._xruns, self._last_change
        count, self._xruns_seen = total - self._xruns_seen, total
        if count <= 0:
            return None
        if change is None:
            return Xruns(count, total)
        self._after = change.subject
        waited = (time.monotonic() - change.received) * 1e3
        return Xruns(count, total, change.subject, change.origin.name, waited)

    def _new_drops(self) -> MidiDropped | None:
        """Return a burst that has begun; the rest of it is counted only."""
        total, lasting = self._midi_dropped, self._dropping
        count, self._dropped_seen = total - self._dropped_seen, total
        self._dropping = count > 0
        return MidiDropped(count, total) if count > 0 and not lasting else None

    def status(self) -> Mapping[str, int | float | str]:
        """Return the telemetry by its key."""
        audio, spec, swap = self._audio, self._builder.sounding, self._builder.voices.swap
        engine, level = audio.engine if audio else None, self._builder.level
        delay = spec.longest_dilation / self.rate if spec else 0.0
        return {
            "receptive_field": spec.receptive_field / self.rate if spec else 0.0,
            "delay": delay,
            "delay_beats": synced_beats(self._controls, delay),
            "parameters": spec.parameter_count if spec else 0,
            "load": audio.load if audio else 0.0,
            "xruns": self._xruns,
            "xruns_after": self._after,
            "callback_p50": self._callback_shares.p50,
            "callback_p99": self._callback_shares.p99,
            "callback_max": self._callback_shares.largest,
            "build_ms": swap.build_ms,
            "prime_ms": swap.prime_ms,
            "level_in": engine.level_in if engine else SILENCE_DB,
            "level_out": engine.level_out if engine else SILENCE_DB,
            "state": self.state,
            "true_peak": engine.true_peak if engine else SILENCE_DB,
            "loudness": self._momentary.read(self._recent_output, self.rate),
            "progress": self._builder.progress,
            "change_to_sound_ms": swap.change_to_sound_ms,
            "fade_ms": swap.fade_ms,
            "swap_step": swap.step or 0.0,
            "network_load": self._builder.load,
            "level": gain_to_decibels(level.gain) if level else 0.0,
            "silent": int(level is not None and level.silent),
            "overloads": engine.overloads if engine else 0,
            "midi_dropped": self._midi_dropped,
        }

    @property
    def _xruns(self) -> int:
        return self._xruns_before + (self._audio.xruns if self._audio else 0)

    @property
    def _midi_dropped(self) -> int:
        return self._dropped_before + (self._audio.midi_dropped if self._audio else 0)

    @property
    def state(self) -> str:
        """What it is doing, in one word."""
        if self._audio is None:
            return "waiting"
        if self._builder.building:
            return "building"
        if self._audio.engine.fading:
            return "fading"
        if self._silent:
            return "silent"
        return "running" if self._builder.sounding is not None else "dry"

    def _driven(self) -> Mapping[str, Value]:
        """Let levels be found for `input_gain` as it is; return `drive` as it is."""
        self._builder.input_gain = decibels_to_gain(float(self._controls["input_gain"]))
        return {"drive": self._controls["drive"]}

    def _freeze(self, engine: Engine) -> None:
        on = bool(self._controls["freeze"])
        if on and engine.frozen:
            return  # and goes on with what it holds
        pad = None
        if on and self._controls["freeze_mode"] == "pad":
            end = engine.position
            frames = min(end, round(RECENT_SECONDS * engine.rate))
            recent, raw = engine.recent_input(end, frames), engine.recent_dry(end, frames)
            pad = pad_from(recent, engine.rate, raw)
        spec = self._builder.sounding
        engine.set_freeze(on, spec.receptive_field if spec else 0, pad)

    def _master(self, target: float, seconds: float) -> None:
        if self._audio is not None:
            engine = self._audio.engine
            engine.set_master(target, max(1, round(seconds * engine.rate)))
