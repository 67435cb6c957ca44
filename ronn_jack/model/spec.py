"""The architecture of a network and the facts that follow from it."""

from __future__ import annotations

import bisect
import math
import numbers
from collections.abc import Iterator, Sequence
from dataclasses import InitVar, dataclass, fields, replace
from functools import partial

import numpy as np

from ronn_jack.errors import ParameterError, SpecError, shown
from ronn_jack.model.recipes import BY_NAME, Recipe
from ronn_jack.model.weights import Float32
from ronn_jack.parameters import PARAMETERS

MAXIMUM_CHANNELS_OUTSIDE = 2
MAXIMUM_FILM_DIM = 8
MAXIMUM_FIELD_SECONDS = 60
MAXIMUM_RATE = 192_000
MAXIMUM_STATE_BYTES = 2**30
_MOST = {"stretch": 1e3, "rate": 1e6}
"""Limits of what a network is told beside its parameters: a sound that is meant for another rate
is stretched farther than the parameter goes."""

RRELU_SLOPE = 11 / 48
"""RReLU's slope in evaluation: the mean of its training range 1/8 … 1/3."""


@dataclass(frozen=True)
class Layer:
    """One convolution with what follows it.

    Attributes
    ----------
    inputs, outputs, groups, kernel, dilation : int
        As of a torch Conv1d; weights have the shape (outputs, inputs/groups, kernel).
    activation : str
        Name of the activation; "linear" where there is none.
    slope : float
        Slope below zero of leaky_relu and rrelu.
    residual_delay : int or None
        Frames by which the layer's input is delayed before it is added after the activation;
        None adds nothing. A single input channel is added to every output channel.
    frame_gain : float
        Amplitude ratio that each frame of delay costs; 1 where nothing decays.
    network_weights : int
        How many weights all layers of its network have, which pass the caches between two blocks
        of this one; 0 where that is not known.
    network_history : int
        How many samples its network's layers keep, but for the last, which can keep sums instead;
        as if its delays were not stretched, so that it is the same at every rate.
    """

    inputs: int
    outputs: int
    groups: int
    kernel: int
    dilation: int
    activation: str
    slope: float
    residual_delay: int | None
    frame_gain: float = 1.0
    network_weights: int = 0
    network_history: int = 0

    @property
    def history(self) -> int:
        """Frames of input before the present one that the convolution reads."""
        return (self.kernel - 1) * self.dilation

    @property
    def residual_gain(self) -> float:
        """Amplitude ratio by which the residual is added."""
        return float(self.frame_gain ** (self.residual_delay or 0))

    def decayed(self, weight: Float32) -> Float32:
        """Return weights [shape=(…, kernel)] with each tap as its delay lets it be."""
        if self.frame_gain == 1.0:
            return weight
        gains = self.frame_gain ** (self.dilation * np.arange(self.kernel - 1.0, -1.0, -1.0))
        decayed: Float32 = (weight * gains).astype(np.float32)
        return decayed


@dataclass(frozen=True)
class NetworkSpec:
    """Everything that determines a network, checked when it is made.

    Parameters
    ----------
    inputs, outputs : int
        1 or 2.
    layers, kernel, channels, dilation, activation, init, bias, depthwise, residual, seed, recipe
        As in the parameter table (`ronn_jack.parameters`).
    stretch : float
        Factor of all dilations: layer i uses max(1, floor(stretch · dilation^i + ½)).
    decay : float
        Time in s in which the response falls by 60 dB, as in the parameter table; 0 is off. Each
        tap and each delayed residual is weighted by what its delay has left, which multiplies the
        response of a linear network by the exponential.
    film : sequence of float, optional
        The point that conditions the network: `film_dim` finite values. None leaves the
        conditioning out.
    film_dim : int
        Size of the conditioning point, 1 to 8.
    rate : float
        Sample rate in Hz, for times in s.
    limit_rate : float, optional
        Sample rate in Hz at which the longest receptive field is allowed; not kept.

    Raises
    ------
    SpecError
        Naming every value at fault, its limit and the remedy.

    References
    ----------
    C. J. Steinmetz and J. D. Reiss, "Randomized Overdrive Neural Networks", NeurIPS 2020
    Workshop on Machine Learning for Creativity and Design.
    """

    inputs: int = 2
    outputs: int = 2
    layers: int = 6
    kernel: int = 3
    channels: int = 8
    dilation: int = 2
    activation: str = "relu"
    init: str = "xavier_uniform"
    bias: bool = False
    depthwise: bool = False
    residual: bool = False
    seed: int = 42
    recipe: str = "ronn"
    film: tuple[float, ...] | None = None
    film_dim: int = 2
    stretch: float = 1.0
    decay: float = 0.0
    rate: float = 48_000.0
    limit_rate: InitVar[float] = MAXIMUM_RATE

    def __post_init__(self, limit_rate: float) -> None:
        faults = [*self._settle(), *self._recipe_faults()]
        if not faults:
            faults = self.limit_faults(limit_rate)
        if faults:
            raise SpecError("; ".join(faults))

    @property
    def summary(self) -> str:
        """What it is, in a line for people."""
        stretch = f" stretched by {self.stretch:g}" if self.stretch != 1.0 else ""
        decay = f"decay {self.decay:g} s, " if self.decay else ""
        return (
            f"{self.layers} layers of {self.channels} channels, kernel {self.kernel}, "
            f"dilation {self.dilation}{stretch}, {decay}{self.activation}, {self.init}, "
            f"seed {self.seed} ({self.recipe})"
        )

    @property
    def receptive_field(self) -> int:
        """Frames of input that one frame of output depends on, itself included."""
        return field_frames(self.layers, self.kernel, self.dilation, self.stretch)

    @property
    def longest_dilation(self) -> int:
        """Frames from tap to tap of the last layer, heard as the delay; 0 for single taps."""
        return self.dilation_of(self.layers - 1) if self.kernel > 1 else 0

    @property
    def parameter_count(self) -> int:
        """Number of weights and biases of the convolutions."""
        shapes = self.weight_shapes
        biases = sum(shape[0] for shape in shapes) if self.has_bias else 0
        return sum(math.prod(shape) for shape in shapes) + biases

    @property
    def multiplications(self) -> int:
        """Multiply-adds for a frame."""
        ends = {0, self.layers - 1}
        inner = (self.layers - len(ends)) * math.prod(self.weight_shape(1))
        return inner + sum(math.prod(self.weight_shape(index)) for index in ends)

    @property
    def lightening(self) -> Sequence[str]:
        """Parameters that make the network cheaper, in the order of advice."""
        return "channels", "kernel", "layers"

    def lighter(self, name: str) -> Iterator[tuple[int, NetworkSpec]]:
        """Yield (value, network) for smaller values of a parameter, as far as they are allowed."""
        for value in range(int(getattr(self, name)) - 1, 0, -1):
            try:
                # Typed loosely, as the name of the parameter is not known here.
                yield value, replace(self, **{name: value})  # type: ignore[arg-type]
            except SpecError:
                continue

    def at(self, point: tuple[float, float]) -> NetworkSpec:
        """Return the network with the point of its conditioning moved, where it is conditioned."""
        return self if self.film is None else replace(self, film=point)

    @property
    def has_bias(self) -> bool:
        """Whether the layers add biases; the original package's always do."""
        return self.bias or self.rules.always_biased

    @property
    def rules(self) -> Recipe:
        """What the recipe says."""
        return BY_NAME[self.recipe]

    @property
    def weight_shapes(self) -> list[tuple[int, int, int]]:
        """The shapes of all layers' weights."""
        return [self.weight_shape(i) for i in range(self.layers)]

    def weight_shape(self, index: int) -> tuple[int, int, int]:
        """Return (outputs, inputs/groups, kernel) of layer `index`."""
        inner = 0 < index < self.layers - 1
        inputs = self.inputs if index == 0 else self.channels
        outputs = self.outputs if index == self.layers - 1 else self.channels
        return outputs, 1 if self.depthwise and inner else inputs, self.kernel

    def dilation_of(self, index: int) -> int:
        """Return the frames from tap to tap of layer `index`."""
        if self.kernel == 1:
            # A single tap has no distance to others, and 20^23 would be no sensible one.
            return 1
        return _dilation(self.dilation, self.stretch, index)

    def layer(self, index: int) -> Layer:
        """Return what layer `index` computes."""
        outputs, inputs_per_group, kernel = self.weight_shape(index)
        inputs = self.inputs if index == 0 else self.channels
        last = index == self.layers - 1
        dilation = self.dilation_of(index)
        delay = None
        if self.residual and self.rules.crops_residual:
            # Cropped at the centre, it is late by half the field of this layer.
            span = (kernel - 1) * dilation
            delay = span - span // 2
            outputs = max(outputs, inputs)
        elif self.residual and inputs == outputs:
            delay = 0
        return Layer(
            inputs=inputs,
            outputs=outputs,
            groups=inputs // inputs_per_group,
            kernel=kernel,
            dilation=dilation,
            activation="linear" if last and not self.rules.activates_last else self.activation,
            slope=RRELU_SLOPE if self.activation == "rrelu" else self.rules.leaky_slope,
            residual_delay=delay,
            frame_gain=10.0 ** (-3.0 / (self.decay * self.rate)) if self.decay else 1.0,
            network_weights=self.multiplications,
            network_history=self.channels
            * (field_frames(self.layers - 1, self.kernel, self.dilation, 1.0) - 1),
        )

    def limit_faults(self, rate: float) -> list[str]:
        """Return what makes this network too long or too large at a sample rate, in words."""
        field = self.receptive_field
        limit = int(MAXIMUM_FIELD_SECONDS * rate)
        if field > limit:
            smaller = self._largest_that_fits(limit)
            return [
                f"receptive field {field / rate:.3g} s exceeds {MAXIMUM_FIELD_SECONDS} s "
                f"at {rate:g} Hz: lower {smaller}"
            ]
        state = 4 * sum(
            min(layer.inputs, layer.outputs if i == self.layers - 1 else layer.inputs)
            * layer.history
            for i, layer in enumerate(map(self.layer, range(self.layers)))
        )
        if state > MAXIMUM_STATE_BYTES:
            channels = max(1, self.channels * MAXIMUM_STATE_BYTES // state)
            return [f"state of {state >> 20} MiB exceeds 1024 MiB: lower channels to {channels}"]
        return []

    def _largest_that_fits(self, limit: int) -> str:
        def field(name: str, value: int) -> int:
            sizes = {"layers": self.layers, "kernel": self.kernel, "dilation": self.dilation}
            return field_frames(**{**sizes, name: value}, stretch=self.stretch)

        options = []
        for name in ("dilation", "layers", "kernel"):
            smaller = range(1, getattr(self, name))
            count = bisect.bisect_right(smaller, limit, key=partial(field, name))
            if count:
                options.append(f"{name} to {smaller[count - 1]}")
        return " or ".join(options)

    def _settle(self) -> list[str]:
        """Replace each field by its accepted value and return the faults."""
        faults: list[str] = []
        for field in fields(self):
            value = getattr(self, field.name)
            try:
                if field.name in _MOST:
                    value = _positive(field.name, value, _MOST[field.name])
                elif field.name in PARAMETERS:
                    value = PARAMETERS[field.name].parse(value)
                elif field.name in ("inputs", "outputs"):
                    value = _whole(field.name, value, MAXIMUM_CHANNELS_OUTSIDE)
                elif field.name == "film_dim":
                    value = _whole(field.name, value, MAXIMUM_FILM_DIM)
                elif value is not None:
                    value = _film_point(value)
            except ParameterError as error:
                faults.append(str(error))
            else:
                object.__setattr__(self, field.name, value)
        if not faults and self.film is not None and len(self.film) != self.film_dim:
            faults.append(f"film has {len(self.film)} values; give film_dim = {self.film_dim}")
        return faults

    def _recipe_faults(self) -> list[str]:
        if self.recipe not in BY_NAME:
            return []
        faults = []
        recipe = self.rules
        for name, known in (("init", recipe.initialisers), ("activation", recipe.activations)):
            value = getattr(self, name)
            # What nobody has was told already.
            lacking = [choice for choice in PARAMETERS[name].choices if choice not in known]
            if isinstance(value, str) and value in lacking:
                those = " ".join(sorted(known))
                faults.append(f"recipe {self.recipe} has no {name} {value}; use {those}")
        for has, wants, what, switch in (
            (recipe.has_residual, self.residual, "residual", "residual"),
            (recipe.has_film, self.film is not None, "FiLM", "xy"),
            (recipe.has_depthwise, self.depthwise, "depthwise", "depthwise"),
        ):
            if wants and not has:
                faults.append(f"recipe {self.recipe} has no {what}; turn {switch} off")
        if recipe.crops_residual and self.residual:
            for i in range(self.layers):
                outputs, inputs, _ = self.weight_shape(i)
                broadcast = inputs == 1 or (outputs == 1 and i == self.layers - 1)
                if inputs != outputs and not broadcast:
                    faults.append(
                        f"recipe {self.recipe} can't add {inputs} channels to {outputs} in "
                        f"layer {i}: set channels to {self.outputs} or turn residual off"
                    )
        return faults


def _whole(name: str, value: object, maximum: int) -> int:
    if isinstance(value, bool) or not isinstance(value, numbers.Integral):
        raise ParameterError(f"{name} = {shown(value)} is no whole number; use 1 to {maximum}")
    number = int(value)
    if not 1 <= number <= maximum:
        raise ParameterError(f"{name} = {shown(number)} is out of range; use 1 to {maximum}")
    return number


def field_frames(layers: int, kernel: int, dilation: int, stretch: float) -> int:
    """Return the receptive field in frames of a network of such sizes."""
    span = sum(_dilation(dilation, stretch, index) for index in range(layers))
    return 1 + (kernel - 1) * span


def _dilation(growth: int, stretch: float, index: int) -> int:
    return max(1, math.floor(stretch * float(growth) ** index + 0.5))


def _positive(name: str, value: object, most: float) -> float:
    limits = f"use a number above 0, up to {most:g}"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ParameterError(f"{name} = {shown(value)} is no number; {limits}")
    if not 0.0 < value <= most:
        raise ParameterError(f"{name} = {shown(value)} is out of range; {limits}")
    return float(value)


def _film_point(value: object) -> tuple[float, ...]:
    try:
        point = tuple(float(v) for v in value)  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise ParameterError(f"film = {shown(value)} is no sequence of numbers") from None
    except OverflowError:
        raise ParameterError(f"film = {shown(value)} is out of range; use values near 1") from None
    if not all(map(math.isfinite, point)):
        raise ParameterError(f"film = {shown(value)} is not finite; use finite values")
    return point
