"""A name that is not there is refused where it is set, and kept where a sound has it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ronn_jack.control.operations import Act, Set
from ronn_jack.parameters import defaults
from ronn_jack.parameters.share import share
from tests.support.models import put_response
from tests.support.recall_rig import Rig


@pytest.fixture
def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Rig:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    put_response(tmp_path / "ronn_jack", "plate", form="x")
    return Rig()


def test_a_name_is_set_only_if_it_is_there(rig: Rig) -> None:
    rig.do(Set("reverb_model", "plate"))
    assert rig.value("reverb_model") == ["plate"]
    rig.do(Set("reverb_model", "plat"))
    rig.do(Set("reverb_model", 7.0))
    assert rig.value("reverb_model") == ["plate"]
    [(name, reason), (_, other)] = rig.origin.refusals
    assert name == "reverb_model"
    assert reason == "unknown reverb_model 'plat': did you mean 'plate'?"
    assert "is no name" in other
    rig.do(Set("reverb_model", 0.0, normalised=True))
    assert rig.value("reverb_model") == ["ours"]


def test_a_sound_keeps_the_name_and_says_once_that_ours_is_heard(rig: Rig) -> None:
    text = share({**defaults(), "reverb_model": "gone", "mix": 0.5})
    rig.do(Act("load_text", text))
    rig.do(Set("reverb_x", 1.0))
    assert rig.value("reverb_model", "mix") == ["gone", 0.5]
    [(name, reason)] = rig.origin.refusals
    assert name == "reverb_model"
    assert "there is no Reverb model 'gone' here: ours is heard in its place" in reason
    # Nothing is lost on the way there and back.
    rig.do(Act("undo"))
    rig.do(Act("undo"))
    assert rig.value("reverb_model") == ["ours"]
    rig.do(Act("redo"))
    assert rig.value("reverb_model", "mix") == ["gone", 0.5]
    assert len(rig.origin.refusals) == 2
