"""The shipped decoder is as good as it is said to be, on rooms that it was not trained on."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import replace

import numpy as np
import pytest

from ronn_jack.model.latent.reverb import SHIPPED, ReverbModel
from training.rooms_file import RECORD
from training.rooms_quality import Axes, HeldOut, judge_axes, judge_held_out, measure_axes

MODEL = ReverbModel.ours()
MOST_BYTES = 200_000


def test_the_weights_are_those_that_the_training_wrote() -> None:
    recorded = tomllib.loads(RECORD.read_text(encoding="utf-8"))
    assert hashlib.sha256(SHIPPED.read_bytes()).hexdigest() == recorded["weights"]
    assert SHIPPED.stat().st_size <= MOST_BYTES


@pytest.mark.slow
def test_rooms_it_has_never_heard_lie_in_its_space() -> None:
    # Every sixth of the committed rooms.
    quality = judge_held_out(MODEL, slice(0, None, 6))
    assert list(quality.faults()) == []
    assert quality.relief_db.size == 20


@pytest.mark.slow
@pytest.mark.parametrize("weights", ["trained", "random"])
def test_axes_do_what_they_are_named_for_whatever_the_character(weights: str) -> None:
    assert list(judge_axes(MODEL, weights).faults()) == []


@pytest.mark.slow
def test_axes_are_heard_to_do_so() -> None:
    assert list(measure_axes(MODEL, 10).faults()) == []


def test_what_falls_short_is_said() -> None:
    bad = HeldOut(np.array([2.5]), np.array([[0.1]]))
    assert len(list(bad.faults())) == 2
    axes = Axes(1, {"x": 0, "y": 1, "z": 0}, {"y": 0.01, "z": 0.01}, {"y": 0.02, "z": 0.2})
    assert len(list(axes.faults())) == 2
    assert list(replace(axes, wrong_steps={"x": 0}, moved_most={}).faults()) == []
