"""Files to be played are read, or refused in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from ronn_jack.bench.feel.offline import MOST_SECONDS, read_source
from ronn_jack.errors import AudioFileError


def test_the_loudest_seconds_of_a_file_are_played_on_both_sides(tmp_path: Path) -> None:
    rate = 24_000
    x = 0.001 * np.random.default_rng(1).standard_normal(9 * rate)
    x[3 * rate : 7 * rate] *= 100.0
    x[5 * rate] = np.nan
    soundfile.write(tmp_path / "x.wav", x, rate, subtype="FLOAT")
    source = read_source(tmp_path / "x.wav")
    assert source.name == "x.wav" and source.rate == rate
    assert source.samples.shape == (2, round(MOST_SECONDS * rate))
    assert np.isfinite(source.samples).all()
    assert np.array_equal(
        source.samples[0, 100:200], x[3 * rate + 100 : 3 * rate + 200].astype("f4")
    )
    assert np.array_equal(source.samples[0], source.samples[1])


def test_a_short_file_is_played_whole_and_a_silent_one_refused(tmp_path: Path) -> None:
    x = 0.1 * np.random.default_rng(1).standard_normal((30_000, 2))
    soundfile.write(tmp_path / "short.wav", x, 24_000, subtype="FLOAT")
    assert read_source(tmp_path / "short.wav").samples.shape == (2, 30_000)
    soundfile.write(tmp_path / "silent.wav", 1e-6 * x, 24_000, subtype="FLOAT")
    with pytest.raises(AudioFileError, match=r"silent.wav has 0.0 s that can be heard"):
        read_source(tmp_path / "silent.wav")
