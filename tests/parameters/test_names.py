"""A parameter that names a file of the user's: kept as it is, and checked where it is asked for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ronn_jack.errors import ParameterError
from ronn_jack.parameters import PARAMETERS, defaults, missing_names
from ronn_jack.parameters.names import names_on
from ronn_jack.parameters.share import read_shared, share
from tests.support.models import put_response

ROW = PARAMETERS["reverb_model"]


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path / "ronn_jack" / "reverbs"


def put(shelf: Path, *files: str) -> None:
    shelf.mkdir(parents=True, exist_ok=True)
    for file in files:
        (shelf / file).touch()


def test_what_comes_and_goes_is_seen_at_once(shelf: Path) -> None:
    assert ROW.names == ("ours",)
    put(shelf, "plate.npz", "hall.npz")
    assert ROW.names == ("ours", "hall", "plate")
    os.utime(shelf, (1.0, 1.0))  # long ago, so that the list may be kept
    assert ROW.names == ("ours", "hall", "plate")
    (shelf / "hall.npz").unlink()
    assert ROW.names == ("ours", "plate")


def test_only_files_that_can_be_named_have_a_name(shelf: Path) -> None:
    put(shelf, "a.npz", ".b.npz", "c d.npz", "é.npz", "x" * 33 + ".npz", "e.wav", "f", "ours.npz")
    assert ROW.names == ("ours", "a")
    assert names_on("reverbs") == ("a", "ours")


def test_a_name_is_accepted_whether_it_is_there_or_not(shelf: Path) -> None:
    assert ROW.parse("plate") == "plate"
    for raw in ("", "../x", "a b", "a,b", "x" * 33, 3, 0.5, True, None):
        with pytest.raises(ParameterError, match=r"reverb_model = .* is no name; use 1 to 32"):
            ROW.parse(raw)


def test_who_asks_for_one_that_is_not_there_is_told_the_nearest(shelf: Path) -> None:
    put(shelf, "plate.npz", "hall.npz")
    ROW.require("plate")
    ROW.require("ours")
    with pytest.raises(ParameterError, match="unknown reverb_model 'plat': did you mean 'plate'"):
        ROW.require("plat")


def test_positions_are_spread_over_the_names_that_are_there(shelf: Path) -> None:
    assert ROW.denormalise(1.0) == "ours"
    assert ROW.normalise("gone") == 0.0
    put(shelf, "b.npz", "c.npz")
    assert [ROW.denormalise(place) for place in (0.0, 0.24, 0.26, 0.74, 0.76, 9.0)] == [
        "ours", "ours", "b", "b", "c", "c",
    ]  # fmt: skip
    assert all(ROW.denormalise(ROW.normalise(name)) == name for name in ROW.names)
    assert ROW.from_number(ROW.to_number("b") + ROW.step) == "c"


def test_what_is_missing_is_told_once_in_words(shelf: Path) -> None:
    values = {**defaults(), "reverb_model": "plate"}
    [(name, reason)] = missing_names(values)
    assert name == "reverb_model"
    assert reason == (
        "there is no Reverb model 'plate' here: ours is heard in its place until ronn-jack import "
        "brings it"
    )
    assert missing_names(values, values) == []
    put_response(shelf.parent, "plate", form="x")
    assert missing_names(values) == []


def test_a_sound_s_text_carries_it(shelf: Path) -> None:
    values = {**defaults(), "reverb_model": "My_plate-2"}
    assert read_shared(share(values))["reverb_model"] == "My_plate-2"
