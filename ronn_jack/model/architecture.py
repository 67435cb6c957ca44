"""From parameter values to the network they ask for."""

from __future__ import annotations

from collections.abc import Mapping

from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import PARAMETERS, Effect, Value

REBUILD = tuple(name for name, row in PARAMETERS.items() if row.effect is Effect.REBUILD)
"""Names of the parameters that a network is built from, in the table's order."""

_OUTSIDE_SPEC = {"xy", "seed_b"}


def architecture(values: Mapping[str, Value]) -> dict[str, Value]:
    """Return the rebuild parameters alone."""
    return {name: values[name] for name in REBUILD}


def network_spec(
    values: Mapping[str, Value], inputs: int, outputs: int, rate: float
) -> NetworkSpec:
    """Return the network that a full set of parameter values asks for.

    Parameters
    ----------
    values : mapping
        Accepted values of all parameters.
    inputs, outputs : int
        Audio channels, 1 or 2.
    rate : float
        Sample rate in Hz, which bounds the receptive field.

    Raises
    ------
    SpecError
        If the values don't go together or exceed a limit at this rate.
    """
    fields = {name: values[name] for name in REBUILD if name not in _OUTSIDE_SPEC}
    film = (float(values["xy_x"]), float(values["xy_y"])) if values["xy"] else None
    return NetworkSpec(inputs=inputs, outputs=outputs, film=film, rate=rate, **fields)  # type: ignore[arg-type]
