"""Whose models the equaliser and the reverb have: ours, or what the user has imported."""

from __future__ import annotations

from ronn_jack.parameters.kinds import Effect, Group
from ronn_jack.parameters.rows.row import name

OURS = "ours"
EQUALISERS, REVERBS = "equalisers", "reverbs"
"""The shelves."""

ROWS = (
    name("eq_model", "EQ model", OURS, EQUALISERS, "what the latent point and words mean",
         group=Group.EQUALISER, effect=Effect.CONTINUOUS),
    name("reverb_model", "Reverb model", OURS, REVERBS, "what answers, or makes what answers",
         group=Group.REVERB, effect=Effect.CONTINUOUS),
)  # fmt: skip
