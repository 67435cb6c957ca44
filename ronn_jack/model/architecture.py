"""From parameter values to the network they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields

from ronn_jack.errors import SpecError
from ronn_jack.model import times
from ronn_jack.model.protocol import Model
from ronn_jack.model.spec import MAXIMUM_FIELD_SECONDS, MAXIMUM_RATE, NetworkSpec, field_frames
from ronn_jack.parameters import PARAMETERS, Effect, Value

REBUILD = tuple(name for name, row in PARAMETERS.items() if row.effect is Effect.REBUILD)
"""Names of the parameters that a network is built from, in the table's order."""

CONTROLS = {name for name in PARAMETERS if name not in REBUILD} | {"sync"}
"""Those that a node hears of at once, whether or not a network is built for them: drift is synced
without one."""

_SPEC = tuple(field.name for field in fields(NetworkSpec) if field.name in PARAMETERS)


def architecture(values: Mapping[str, Value]) -> dict[str, Value]:
    """Return the rebuild parameters alone."""
    return {name: values[name] for name in REBUILD}


def model_of(
    values: Mapping[str, Value],
    inputs: int = 2,
    outputs: int = 2,
    rate: float = MAXIMUM_RATE,
) -> Model:
    """Return the network, of whatever kind, that a full set of parameter values asks for.

    Here alone it is decided which kind that is. Parameters and errors are those of `network_spec`.
    """
    return network_spec(values, inputs, outputs, rate)


def network_spec(
    values: Mapping[str, Value],
    inputs: int = 2,
    outputs: int = 2,
    rate: float = MAXIMUM_RATE,
) -> NetworkSpec:
    """Return the network that a full set of parameter values asks for.

    Parameters
    ----------
    values : mapping
        Accepted values of all parameters.
    inputs, outputs : int
        Audio channels, 1 or 2.
    rate : float
        Sample rate in Hz, which bounds the receptive field and makes frames of times.

    Raises
    ------
    SpecError
        If the values don't go together or exceed a limit at this rate.
    """
    fault = None
    sizes = {name: int(values[name]) for name in ("layers", "kernel", "dilation")}
    longest = MAXIMUM_FIELD_SECONDS * rate
    for stretch in times.stretches(values, rate):
        if fault is not None and field_frames(**sizes, stretch=stretch) > longest:
            continue  # without words, as it is the first one's fault that is told
        try:
            return _stretched(values, inputs, outputs, rate, stretch)
        except SpecError as error:
            fault = fault or error
    assert fault is not None
    raise fault


def _stretched(
    values: Mapping[str, Value], inputs: int, outputs: int, rate: float, stretch: float
) -> NetworkSpec:
    named = {**{name: values[name] for name in _SPEC}, "stretch": stretch, "rate": rate}
    film = (float(values["xy_x"]), float(values["xy_y"])) if values["xy"] else None
    return NetworkSpec(
        inputs=inputs,
        outputs=outputs,
        film=film,
        limit_rate=rate,
        **named,  # type: ignore[arg-type]
    )
