"""Values that a command line names, over those of a sound."""

from __future__ import annotations

import pytest

from ronn_jack.commands.options import assigned
from ronn_jack.model.latent.playing import playing, with_bands
from ronn_jack.parameters import Value, defaults

WARM: dict[str, Value] = {**defaults(), "eq_x": -1.2, "eq_z": 0.8}


def test_naming_a_band_takes_over_from_where_the_sound_has_it() -> None:
    shown = with_bands(WARM)
    assert assigned(WARM, ("eq_low_gain=6",)) == {
        **shown, "eq_mode": "manual", "eq_low_gain": 6.0
    }  # fmt: skip
    assert playing(assigned(WARM, ("eq_low_gain=6",))).gains[1:] == playing(WARM).gains[1:]


@pytest.mark.parametrize("mode", ["latent", "words", "manual"])
def test_a_mode_that_is_named_too_is_obeyed_in_any_order(mode: str) -> None:
    named = (f"eq_mode={mode}", "eq_low_gain=6", "eq_x=0.5")
    first = assigned(WARM, named)
    assert first == assigned(WARM, named[::-1]) == {**first, "eq_mode": mode, "eq_x": 0.5}
    assert (playing(first).gains[0] == 6.0) == (mode == "manual")
