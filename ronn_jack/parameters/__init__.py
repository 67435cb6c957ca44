"""The parameters and actions: one table from which all that names them is generated."""

from ronn_jack.parameters.kinds import (
    Curve,
    Draw,
    Effect,
    Group,
    Kind,
    Parameter,
    Scope,
    Value,
)
from ronn_jack.parameters.table import (
    ACTIONS,
    ACTIVATIONS,
    INITIALISERS,
    MAXIMUM_DRAWN_SEED,
    MAXIMUM_SEED,
    MOST_SNAPSHOTS,
    PARAMETERS,
    RECIPES,
    Action,
    defaults,
    parameter,
)

__all__ = [
    "ACTIONS",
    "ACTIVATIONS",
    "INITIALISERS",
    "MAXIMUM_DRAWN_SEED",
    "MAXIMUM_SEED",
    "MOST_SNAPSHOTS",
    "PARAMETERS",
    "RECIPES",
    "Action",
    "Curve",
    "Draw",
    "Effect",
    "Group",
    "Kind",
    "Parameter",
    "Scope",
    "Value",
    "defaults",
    "parameter",
]
