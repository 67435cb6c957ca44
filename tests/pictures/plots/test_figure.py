"""Figures, as far as what stands in them tells."""

from __future__ import annotations

import re

import numpy as np
import pytest

from ronn_jack.model.expression import AT_REST
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.pictures.plots.figure import PICTURES, Subject, draw_figure
from ronn_jack.pictures.responses import whole
from ronn_jack.pictures.spectrum import BANDS

pytestmark = pytest.mark.slow

SPECS = [
    NetworkSpec(layers=9, kernel=15, channels=6, depthwise=True, residual=True),
    NetworkSpec(layers=24, kernel=2, channels=64, dilation=1),
    NetworkSpec(inputs=1, outputs=1, layers=1, kernel=1, channels=1),
]


@pytest.fixture(autouse=True)
def matplotlib():
    """Return what draws, with words written as words."""
    found = pytest.importorskip("matplotlib")
    with found.rc_context({"svg.fonttype": "none"}):
        yield found


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.summary)
def test_the_receptive_field_is_written_as_it_is(spec, tmp_path):
    path = tmp_path / "network.svg"
    draw_figure(Subject(spec, 44_100.0), ["network"], path)
    text = path.read_text()
    milliseconds = f"{spec.receptive_field * 1e3 / 44_100.0:.4g}"
    assert f"receptive field {milliseconds} ms, {spec.receptive_field} frames" in text
    assert f"{spec.parameter_count} parameters" in text
    assert spec.summary in text
    assert text.count('id="axes_') == 2


def test_every_picture_has_its_place(tmp_path):
    spec = NetworkSpec(layers=3, channels=3)
    sounds = [np.full((BANDS, 20), -40.0), np.full((BANDS, 20), -20.0)]
    subject = Subject(spec, 48_000.0, whole(spec, 48_000.0, AT_REST), sounds, 1.0)
    path = tmp_path / "all.svg"
    draw_figure(subject, PICTURES, path)
    text = path.read_text()
    assert text.count('id="axes_') == 2 + 3 + 1 + 4 + 2
    words = re.findall(r">([^<>\n]+)</text>", text)
    for title in ("impulse response", "step response", "level of a sine", "before", "after"):
        assert title in words
