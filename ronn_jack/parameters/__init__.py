"""The parameters and actions: one table from which all that names them is generated."""

from ronn_jack.parameters.actions import (
    ACTIONS,
    CANDIDATES,
    KEPT_SOUNDS,
    MOST_SNAPSHOTS,
    PLACES,
    Action,
)
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
from ronn_jack.parameters.rows.models import EQUALISERS, OURS, REVERBS
from ronn_jack.parameters.rows.network import ACTIVATIONS, INITIALISERS, RECIPES
from ronn_jack.parameters.rows.row import MAXIMUM_DRAWN_SEED, MAXIMUM_SEED
from ronn_jack.parameters.table import PARAMETERS, defaults, missing_names, parameter

__all__ = [
    "ACTIONS",
    "ACTIVATIONS",
    "CANDIDATES",
    "EQUALISERS",
    "INITIALISERS",
    "KEPT_SOUNDS",
    "MAXIMUM_DRAWN_SEED",
    "MAXIMUM_SEED",
    "MOST_SNAPSHOTS",
    "OURS",
    "PARAMETERS",
    "PLACES",
    "RECIPES",
    "REVERBS",
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
    "missing_names",
    "parameter",
]
