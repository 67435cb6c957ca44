"""Models are opened by name; what is not there or damaged gives ours, and a line."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from ronn_jack.model.latent.equaliser import EqModel
from ronn_jack.model.latent.library import open_eq, open_reverb
from ronn_jack.model.latent.responses import FixedResponse
from ronn_jack.model.latent.reverb import ReverbModel, RoomSpec
from tests.support.models import put_response


@pytest.fixture
def shelves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path / "ronn_jack"


@pytest.mark.parametrize("name", ["ours", "gone", "../../etc/passwd", ""])
def test_ours_is_there_under_any_other_name(shelves: Path, name: str) -> None:
    assert open_eq(name) is EqModel.ours()
    assert open_reverb(name) is ReverbModel.ours()


def test_what_is_missing_is_told_once_until_it_is_there(
    shelves: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        open_reverb("lost")
    put_response(shelves, "lost", np.ones((1, 10)))
    assert isinstance(open_reverb("lost"), FixedResponse)
    (shelves / "reverbs" / "lost.npz").unlink()
    open_reverb("lost")
    assert len(caplog.messages) == 2
    assert caplog.messages[0].startswith("there is no Reverb model 'lost' here: ours is heard")


def test_a_file_is_read_once_and_again_once_it_has_changed(shelves: Path) -> None:
    put_response(shelves, "hall", np.ones((1, 10)))
    first = open_reverb("hall")
    assert isinstance(first, FixedResponse)
    assert open_reverb("hall") is first
    put_response(shelves, "hall", np.ones((1, 20)))
    assert open_reverb("hall").response(RoomSpec(), 8000).shape == (2, 20)


def test_damage_is_told_once_and_ours_is_heard(
    shelves: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for form, arrays in (
        ("other", {"samples": np.ones((1, 3)), "rate": np.array(8000)}),
        ("response", {"samples": np.ones(3), "rate": np.array(8000)}),
        ("response", {"rate": np.array(8000)}),
        ("spectral", {}),
        ("grid", {"levels": np.zeros((1, 1, 1, 2, 2), np.int8)}),
    ):
        put_response(shelves, "bad", form=form, **arrays)
        caplog.clear()
        with caplog.at_level(logging.WARNING):
            assert open_reverb("bad") is open_reverb("bad") is ReverbModel.ours()
        [message] = caplog.messages
        assert message.isprintable()
        assert "bad.npz" in message
        assert message.endswith("ours is heard in its place")
