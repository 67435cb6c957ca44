"""The network that is looked at: what is known of it, kept as long as it is the same."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from ronn_jack.errors import SpecError
from ronn_jack.hotswap.audio import Recent
from ronn_jack.model.expression import AT_REST, Expression
from ronn_jack.model.protocol import Model
from ronn_jack.parameters import Value
from ronn_jack.pictures.envelope import Envelope
from ronn_jack.pictures.measuring import Measuring, Subject
from ronn_jack.pictures.packet import packed
from ronn_jack.pictures.scope import scope_frames
from ronn_jack.pictures.shadow import Activity, Shadow
from ronn_jack.pictures.spectrum import window_frames
from ronn_jack.pictures.structure import structure
from ronn_jack.pictures.transfer import HALVES, transfer_curves
from ronn_jack.pictures.weight_image import weight_image
from ronn_jack.units import decibels_to_gain

SHARE = 0.05
"""Of one core that the shadow takes at most."""
MEASURING_SHARE = 0.1
"""The same for measuring responses, which is soon done."""
_SETTLED_SECONDS = 0.15
"""A network that has been turned to for so long is looked into."""
_MOVED_SECONDS = 0.3
"""Time from one image of weights that move to the next."""
_MOST_HEARD_SECONDS = 0.1
_LEAST_HEARD_FRAMES = 64
_SAVED_SECONDS = 0.5
"""For so long time that is not taken is kept for later."""


class Portrait:
    """What there is to see of the network that the accepted values make.

    All of it is one thread's.

    Parameters
    ----------
    model_of : callable
        Returns the network that values ask for, or raises SpecError.
    values : callable
        Returns the accepted values, another mapping whenever they are others.
    clock, processor_clock : callable
        Return the time, and the processor time of this thread, in s.
    shadow_of : callable
        Returns what hears a network beside the one that sounds, or None, for model and rate.

    Attributes
    ----------
    activity : Activity or None
        What the layers did last; None where it is not known.
    heard : float
        Share of the input that the shadow hears.
    """

    def __init__(
        self,
        model_of: Callable[[Mapping[str, Value]], Model],
        values: Callable[[], Mapping[str, Value]],
        clock: Callable[[], float] = time.monotonic,
        processor_clock: Callable[[], float] = time.thread_time,
        shadow_of: Callable[[Model, float], Shadow | None] = Shadow.of,
    ) -> None:
        self._shadow_of = shadow_of
        self._model_of = model_of
        self._read = values
        self._clock = clock
        self._processor_clock = processor_clock
        self._number = 0
        self._measuring = Measuring()
        self.forget()

    def forget(self) -> None:
        """Keep nothing large; the next look begins anew."""
        self._values: Mapping[str, Value] = {}
        self._model: Model | None = None
        self._since = 0.0
        self._rate = 0.0
        self._network = b""
        self._shadow: Shadow | None = None
        self._moves = 0
        self._moved_at = 0.0
        self._expression = AT_REST
        self._measuring.rest()
        self._position = 0
        self._looked_at = 0.0
        self._saved = 0.0
        self._frame_cost = 1e-7
        self.activity: Activity | None = None
        self.heard = 1.0
        self._envelope: Envelope | None = None

    @property
    def key(self) -> str:
        """Names the network as it was drawn last."""
        return str(self._number)

    def wanted_frames(self, rate: float) -> int:
        """Return how much of the latest signals is needed."""
        heard = round(_MOST_HEARD_SECONDS * rate)
        return max(window_frames(rate), scope_frames(rate), heard)

    def look(self, rate: float, recent: Recent | None, watched: Collection[int]) -> None:
        """Look at the network as it is now.

        Parameters
        ----------
        recent : Recent or None
            What has passed it.
        watched : collection of int
            Layers of which it is to be told what enters their activation.
        """
        now = self._clock()
        self._follow(rate, now)
        if self._model is None:
            return
        if self._shadow is None and now - self._since >= _SETTLED_SECONDS:
            self._look_inside()
        if recent is not None:
            self._envelope = self._envelope or Envelope(rate)
            self._envelope.add(recent.driven, recent.position)
        cycles = recent.drift_cycles if recent is not None else 0.0
        begin = self._processor_clock()
        if self._shadow is not None and self._saved >= 0.0:
            moved = self._shadow.aim(self._expression, cycles)
            if moved and now - self._moved_at >= _MOVED_SECONDS:
                self._moves += 1
                self._moved_at = now
            if recent is not None:
                self._hear(recent, watched)
        spent = self._processor_clock() - begin
        passed = min(_SAVED_SECONDS, now - self._looked_at)
        self._saved += SHARE * passed - spent
        self._saved = min(self._saved, SHARE * _SAVED_SECONDS)
        self._looked_at = now
        gain_db = float(self._values["input_gain"]) + self._expression.drive
        subject = Subject(self._model, rate, self._expression, decibels_to_gain(gain_db))
        until = self._processor_clock() + MEASURING_SHARE * passed
        self._measuring.go_on(subject, now, lambda: until - self._processor_clock())

    def past(self, recent: Recent) -> NDArray[np.float32]:
        """Return what the network goes back to, as `Envelope.columns` does."""
        if self._envelope is None or self._model is None:
            return np.zeros((2, 0), np.float32)
        return self._envelope.columns(recent.driven, self._model.receptive_field)

    def news(self, has: Mapping[str, str], layer: int) -> list[bytes]:
        """Return the packets that a page lacks.

        Parameters
        ----------
        has : mapping
            The key of what it has, by kind: network, weights, responses.
        layer : int
            Whose weights it shows.
        """
        found = []
        if self._network and has["network"] != self.key:
            found.append(self._network)
        if self._measuring.packet and self._measuring.key != has["responses"]:
            found.append(self._measuring.packet)
        shadow = self._shadow
        if shadow is not None and 0 <= layer < shadow.spec.layers:
            key = f"{self._number}.{self._moves}.{layer}"
            if has["weights"] != key:
                found.append(self._weights(shadow, layer, key))
        return found

    def _follow(self, rate: float, now: float) -> None:
        """Take the network that there is by now."""
        values = self._read()
        if values is self._values and rate == self._rate:
            return
        self._values = values
        self._expression = Expression.of(values)
        try:
            model = self._model_of(values)
        except SpecError:
            return  # it is refused, and told so elsewhere
        if model == self._model and rate == self._rate:
            return
        if rate != self._rate:
            self._envelope = None
        self._model, self._rate, self._since = model, rate, now
        self._number += 1
        self._network = packed("network", {"key": self.key, **structure(model, rate)}, {})
        self._shadow = self.activity = None
        self.heard = 1.0

    def _look_inside(self) -> None:
        assert self._model is not None
        self._shadow = self._shadow_of(self._model, self._rate)
        if self._shadow is not None:
            self._moves += 1

    def _hear(self, recent: Recent, watched: Collection[int]) -> None:
        """Let the shadow hear what is new, or as much of it as it may."""
        assert self._shadow is not None
        new = min(recent.position - self._position, recent.driven.shape[1])
        if new < 0:
            new = recent.driven.shape[1]  # of another engine
        frames = min(new, int(self._saved / self._frame_cost))
        if frames < _LEAST_HEARD_FRAMES:
            return
        self._position = recent.position
        begin = self._processor_clock()
        self.activity = self._shadow.hear(recent.driven[:, -frames:], watched)
        cost = (self._processor_clock() - begin) / frames
        self._frame_cost += 0.2 * (cost - self._frame_cost)
        self.heard += 0.1 * (frames / new - self.heard)

    def _weights(self, shadow: Shadow, layer: int, key: str) -> bytes:
        weight = shadow.weights(layer)
        image, peak = weight_image(weight)
        facts = {
            "key": key,
            "layer": layer,
            "shape": weight.shape,
            "peak": peak,
            "activation": shadow.spec.layer(layer).activation,
            "halves": HALVES,
        }
        curves = transfer_curves(shadow.spec.layer(layer))
        return packed("weights", facts, {"image": image, "curves": curves})
