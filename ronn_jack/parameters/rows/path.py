"""Which parts of the signal path are there at all."""

from __future__ import annotations

from ronn_jack.parameters.kinds import Effect, Group
from ronn_jack.parameters.rows.row import switch

ROWS = (
    switch("network", "Network", "let the signal pass the network, or go by it", True,
           group=Group.LEVELS, effect=Effect.CONTINUOUS),
)  # fmt: skip
