"""A gate that does its work is told from none, and from one that takes too much."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.bench.feel.gating import GATE_DB, measure_gate, notes, rest_below_note_db
from ronn_jack.parameters import PARAMETERS
from ronn_jack.presets.store import PresetStore

pytestmark = pytest.mark.slow


def test_the_rest_is_hum_and_hiss_below_the_gate() -> None:
    noisy, clean = notes(True).samples, notes(False).samples
    assert rest_below_note_db(clean) < -150.0
    assert -50.0 < rest_below_note_db(noisy) < -35.0
    lead = noisy - clean
    # The gate closes 6 dB below where it opens.
    assert 20.0 * np.log10(np.abs(lead).max()) < GATE_DB - 6.0


@pytest.mark.parametrize("works", [True, False])
def test_a_gate_that_is_left_out_is_missed(works: bool) -> None:
    fuzz, off = PresetStore().load("fuzz").values, PARAMETERS["gate"].minimum
    rest, tail = measure_gate(fuzz, lambda text: None, GATE_DB if works else off)
    assert rest.met is works
    assert tail.met
