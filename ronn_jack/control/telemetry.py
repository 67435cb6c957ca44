"""What a change of network took, and how it went."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Swap:
    """One network taking another's place.

    Attributes
    ----------
    subject : str
        The parameter or action that asked for it.
    change_to_sound_ms : float
        From the arrival of the message to the block in which the new network first sounds.
    build_ms : float
        From its turn in the builder to a voice that may be handed over.
    load : float
        Share of the period that the network alone takes, as measured.
    fade_ms : float
        Length of the crossfade, or of the dip's second half.
    dip : bool
        Whether old and new did not fit together, so that one went before the other came.
    correlation : float
        Of the two outputs, 0–1.
    level_db : float
        Gain that matches it to its input.
    silent : bool
        Whether it is too quiet for that.
    """

    subject: str = ""
    change_to_sound_ms: float = 0.0
    build_ms: float = 0.0
    load: float = 0.0
    fade_ms: float = 0.0
    dip: bool = False
    correlation: float = 0.0
    level_db: float = 0.0
    silent: bool = False
