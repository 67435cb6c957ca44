"""A room's response, by the model that is named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ronn_jack.errors import ModelError
from ronn_jack.hotswap.responses.room import room_of, samples_of
from ronn_jack.imports.keras import layers_in
from ronn_jack.imports.reverb_decoder import reverb_decoder
from ronn_jack.model.latent.spectral_decoder import DECODER
from ronn_jack.parameters import defaults
from tests.support.foreign_files import hdf5_file, reverb_decoder_layers
from tests.support.models import put_response

pytestmark = pytest.mark.slow


def test_one_output_hears_both_ears() -> None:
    values = {**defaults(), "reverb_x": -2.0}
    left, right = samples_of(room_of(values, 1), 48000.0)
    np.testing.assert_array_equal(left, right)
    ears = samples_of(room_of(values), 48000.0)
    assert np.corrcoef(left, ears.sum(axis=0))[0, 1] > 0.999


def test_what_overflows_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    content = hdf5_file(reverb_decoder_layers(np.random.default_rng(1)))
    arrays = reverb_decoder(layers_in(content), as_heard=False)
    for name, factor in (("plain", 1.0), ("huge", 1e30)):
        scaled = {
            key: array * np.float32(factor) if array.ndim else array
            for key, array in arrays.items()
        }
        put_response(tmp_path / "ronn_jack", name, form=DECODER, **scaled)
    room = room_of(defaults())
    assert np.isfinite(samples_of(replace(room, model="plain"), 48000.0)).all()
    with pytest.raises(ModelError, match=r"huge: not all .* is finite"):
        samples_of(replace(room, model="huge"), 48000.0)
