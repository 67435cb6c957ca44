"""A setlist's file is read strictly."""

from __future__ import annotations

from pathlib import Path

import pytest

from ronn_jack.errors import PresetError
from ronn_jack.presets.store import PresetStore


@pytest.fixture
def store(tmp_path: Path) -> PresetStore:
    return PresetStore(tmp_path / "none", tmp_path / "mine", setlist=tmp_path / "setlist.toml")


class TestSetlist:
    def test_names_in_order_and_again(self, store: PresetStore, tmp_path: Path) -> None:
        (tmp_path / "setlist.toml").write_text('version = 1\npresets = ["a", "b", "a"]\n')
        assert store.setlist() == ["a", "b", "a"]

    @pytest.mark.parametrize(
        ("text", "hint"),
        [
            (None, "there is no setlist; write"),
            ("", "version is missing"),
            ("version = 1", "presets is missing or empty"),
            ("version = 1\npresets = []", "presets is missing or empty"),
            ("version = 1\npresets = [1]", "no list of texts"),
            ('version = 1\npresets = ["../a"]', "can't be a preset's name"),
            ('version = 1\npreset = ["a"]', "did you mean 'presets'"),
            (f"version = 1\npresets = {['a'] * 1001}", "use 1000 at most"),
            ("rubbish", "is no TOML"),
        ],
    )
    def test_a_faulty_one_is_told(
        self, store: PresetStore, tmp_path: Path, text: str | None, hint: str
    ) -> None:
        if text is not None:
            (tmp_path / "setlist.toml").write_text(text)
        with pytest.raises(PresetError, match=hint):
            store.setlist()
