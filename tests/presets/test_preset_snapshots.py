"""What a preset's file holds beside its sound: snapshots and tags."""

from __future__ import annotations

from pathlib import Path

import pytest

from ronn_jack.errors import PresetError
from ronn_jack.parameters import PARAMETERS, Scope, defaults
from ronn_jack.presets.preset import preset_text, read_preset, saved_values
from ronn_jack.presets.store import PresetStore

SOUND = {name: row.default for name, row in PARAMETERS.items() if row.scope is Scope.SOUND}
TEXT = """\
version = 1 # of the format
tags = ["fuzz", "for Jim"] # by which it is found
[parameters]
layers = 4

[snapshots.2] # the chorus
mix = 0.5 # not louder
[snapshots.7]
layers = 9
"""


@pytest.fixture
def store(tmp_path: Path) -> PresetStore:
    return PresetStore(tmp_path / "none", tmp_path / "mine", setlist=tmp_path / "setlist.toml")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "mine" / "a.toml"
    path.parent.mkdir()
    path.write_text(TEXT)
    return path


def faults(path: Path, text: str) -> str:
    path.write_text(f"version = 1\n{text}")
    with pytest.raises(PresetError) as caught:
        read_preset(path)
    return str(caught.value)


class TestReading:
    def test_each_is_a_whole_sound(self, path: Path) -> None:
        preset = read_preset(path)
        assert preset.snapshots == {2: {**SOUND, "mix": 0.5}, 7: {**SOUND, "layers": 9}}
        assert preset.tags == ("fuzz", "for Jim")

    def test_without_them_there_are_none(self, path: Path) -> None:
        path.write_text("version = 1\n")
        assert (read_preset(path).snapshots, read_preset(path).tags) == ({}, ())

    @pytest.mark.parametrize(
        ("text", "hint"),
        [
            ("[snapshots.9]", "unknown key '9'"),
            ("[snapshots.0]", "unknown key '0'"),
            ("[snapshots.01]", "unknown key '01': did you mean '1'"),
            ("[snapshots.one]\nlayers = 1", "snapshots: unknown key 'one'"),
            ("snapshots = 1", "is no table"),
            ("snapshots.1 = 3", "is no table"),
            ("[[snapshots]]", "is no table"),
            ("[snapshots.1]\nlayer = 3", "snapshots.1: unknown key 'layer': did you mean 'layers'"),
            ("[snapshots.1]\nlayers = 99", "snapshots.1: layers = 99 is out of range"),
            ("[snapshots.3]\nbypass = true", "snapshots.3: bypass belongs to the node"),
            ("[snapshots.3]\nlayers = 24\ndilation = 20", "snapshots.3: receptive field"),
            ("tags = 3", "is no list of texts"),
            ("tags = [1]", "is no list of texts"),
            ('tags = [""]', "is not one printable word"),
            ('tags = ["a\\nb"]', "is not one printable word"),
            (f'tags = ["{"x" * 33}"]', "up to 32 characters"),
            (f"tags = {['x'] * 17}", "17 words; use 16 at most"),
            ('tag = ["a"]', "did you mean 'tags'"),
        ],
    )
    def test_a_fault_is_told_where_it_is(self, path: Path, text: str, hint: str) -> None:
        message = faults(path, text)
        assert hint in message and "\n" not in message

    def test_those_of_several_are_told_at_once(self, path: Path) -> None:
        message = faults(path, "[snapshots.1]\nmix = 2\n[snapshots.2]\nmix = 3\n[parameters]\nx=1")
        for part in ("snapshots.1: mix = 2", "snapshots.2: mix = 3", "unknown key 'x'"):
            assert part in message


class TestSaving:
    def test_a_new_preset_has_them(self, store: PresetStore) -> None:
        sounds = {1: {**defaults(), "layers": 3}, 8: {**defaults(), "mix": 0.25, "bypass": True}}
        path = store.save("new", defaults(), snapshots=sounds)
        assert store.load("new").snapshots == {
            1: {**SOUND, "layers": 3},
            8: {**SOUND, "mix": 0.25},
        }
        store.save("new", {**defaults(), "layers": 2}, snapshots={3: defaults()})
        assert list(store.load("new").snapshots) == [3]
        text = preset_text("", saved_values(store.load("new").values), {3: SOUND})
        assert path.read_text() == text, "nobody has edited it"

    def test_without_a_word_of_them_they_stay(self, store: PresetStore, path: Path) -> None:
        before = read_preset(path)
        store.save("a", {**defaults(), "layers": 5})
        after = read_preset(path)
        assert after.values["layers"] == 5
        assert (after.snapshots, after.tags) == (before.snapshots, before.tags)
        store.save("new", defaults(), snapshots={3: SOUND})
        store.save("new", {**defaults(), "layers": 5})
        assert store.load("new").snapshots == {3: SOUND}

    def test_comments_and_tags_stay_with_what_stays(self, store: PresetStore, path: Path) -> None:
        two = {**SOUND, "mix": 0.5, "layers": 7}
        store.save("a", {**defaults(), "layers": 5}, snapshots={2: two, 4: SOUND})
        preset = read_preset(path)
        assert preset.snapshots == {2: two, 4: SOUND}
        assert preset.tags == ("fuzz", "for Jim")
        for kept in ("# of the format", "# by which", "# the chorus", "mix = 0.5 # not louder"):
            assert kept in path.read_text()

    def test_none_is_none(self, store: PresetStore, path: Path) -> None:
        store.save("a", defaults(), snapshots={})
        assert read_preset(path).snapshots == {} and "snapshots" not in path.read_text()

    @pytest.mark.parametrize(
        "form",
        [
            "# inline\nsnapshots = {2 = {mix = 0.5}}\nversion = 1\n",
            "# dotted\nsnapshots.2.mix = 0.5\nversion = 1\n",
            "version = 1\n[snapshots] # a table of tables\n2 = {mix = 0.5}\n",
            "version = 1\n['snapshots'.\"2\"] # quoted\nmix = 0.5\n",
            "version = 1\n[snapshots.2] # between\nmix = 0.5\n[parameters]\n[snapshots.3]\n",
        ],
    )
    def test_any_form_of_table_is_written_into(
        self, store: PresetStore, path: Path, form: str
    ) -> None:
        path.write_text(form)
        sounds = {2: {**SOUND, "mix": 0.25}, 5: {**SOUND, "layers": 9}}
        store.save("a", {**defaults(), "layers": 3}, snapshots=sounds)
        preset = read_preset(path)
        assert (preset.values["layers"], preset.snapshots) == (3, sounds)
        assert form[form.index("#") :].splitlines()[0] in path.read_text()

    def test_one_that_could_not_be_read_is_not_written(self, store: PresetStore) -> None:
        huge = {**defaults(), "layers": 24, "dilation": 20}
        with pytest.raises(PresetError, match="receptive field"):
            store.save("new", defaults(), snapshots={1: huge})
        assert store.names() == []


def test_a_file_is_added_word_for_word_under_a_name_that_is_free(
    store: PresetStore, path: Path
) -> None:
    added = store.add("b", TEXT)
    assert added.read_text() == TEXT
    with pytest.raises(PresetError, match="there is a preset 'b' already"):
        store.add("b", TEXT)
    with pytest.raises(PresetError, match="is not allowed"):
        store.add("../b", TEXT)
