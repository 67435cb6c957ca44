"""Presets are found, read strictly, and written safely."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from ronn_jack.errors import PresetError
from ronn_jack.parameters import PARAMETERS, Scope, Value, defaults
from ronn_jack.presets.preset import preset_text, read_preset, saved_values
from ronn_jack.presets.store import PresetStore


def write(folder: Path, name: str, text: str = "", parameters: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(f"version = 1\n{text}\n[parameters]\n{parameters}\n", encoding="utf-8")
    return path


def of_the_sound(values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: v for name, v in values.items() if PARAMETERS[name].scope is Scope.SOUND}


@pytest.fixture
def store(tmp_path: Path) -> PresetStore:
    shipped = tmp_path / "shipped"
    write(shipped, "zed", 'index = 0\ndescription = "first"', "layers = 3")
    write(shipped, "alpha", "index = 1", 'activation = "tanh"\nmix = 1')
    return PresetStore(shipped, tmp_path / "user")


class TestFinding:
    def test_shipped_presets_come_by_index_then_the_users_by_name(
        self, store: PresetStore, tmp_path: Path
    ) -> None:
        for name in ("mine", "Also"):
            write(tmp_path / "user", name)
        write(tmp_path / "user", "pinned", "index = 5")
        assert store.names() == ["zed", "alpha", "pinned", "Also", "mine"]

    def test_by_name_number_and_file(self, store: PresetStore, tmp_path: Path) -> None:
        path = write(tmp_path, "elsewhere", "", "layers = 5")
        assert store.load("zed").values["layers"] == 3
        assert store.load("zed").description == "first"
        assert store.load(1).name == store.load("1").name == "alpha"
        assert store.load(path).values["layers"] == 5

    def test_an_unknown_name_suggests_the_nearest(self, store: PresetStore) -> None:
        with pytest.raises(PresetError, match=r"did you mean 'alpha'\?"):
            store.load("alfa")

    @pytest.mark.parametrize("number", [2, -1, "2", "9" * 5000])
    def test_an_unknown_number_says_the_limit(self, store: PresetStore, number: int | str) -> None:
        with pytest.raises(PresetError, match="use 0 to 1"):
            store.load(number)

    def test_a_name_never_leads_outside_the_folders(
        self, store: PresetStore, tmp_path: Path
    ) -> None:
        write(tmp_path, "secret")
        for name in ("../secret", str(tmp_path / "secret"), "zed.toml", "", "*", "a\0b"):
            with pytest.raises(PresetError, match="unknown preset"):
                store.load(name)

    def test_a_users_preset_never_stands_in_for_a_shipped_one(
        self, store: PresetStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        write(tmp_path / "user", "zed", "", "layers = 9")
        with caplog.at_level(logging.WARNING):
            assert store.names() == store.names() == ["zed", "alpha"]
        assert store.load("zed").values["layers"] == 3
        assert [record.message.endswith("rename it") for record in caplog.records] == [True]

    def test_a_name_of_digits_is_a_name_first(self, store: PresetStore, tmp_path: Path) -> None:
        for number, name in enumerate(("005", "1", "808"), 2):
            write(tmp_path / "user", name, "", f"layers = {number}")
        assert store.names() == ["zed", "alpha", "005", "1", "808"]
        assert [store.load(name).name for name in store.names()] == store.names()
        assert store.load(1).name == store.load(1.0).name == "alpha"
        assert store.load("0").name == store.load("000").name == "zed"
        store.save("505", defaults())
        assert store.load("505").name == "505"

    def test_a_name_that_can_not_be_shown_is_left_out(
        self, store: PresetStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        for name in ("mine", "a\nb", os.fsdecode(b"\xff"), "\x1b[2J"):
            write(tmp_path / "user", name)
        assert store.names() == store.names() == ["zed", "alpha", "mine"]
        assert len(caplog.records) == 3
        assert all("rename it" in r.message and r.message.isprintable() for r in caplog.records)

    def test_a_faulty_file_leaves_the_others_usable(
        self, store: PresetStore, tmp_path: Path
    ) -> None:
        write(tmp_path / "user", "bad", "", "layers = 99")
        assert store.names() == ["zed", "alpha", "bad"]
        assert store.entries()[0].description == "first"
        assert "can't be loaded" in store.entries()[2].description
        with pytest.raises(PresetError, match="layers = 99"):
            store.load("bad")

    def test_missing_folders_are_empty(self, tmp_path: Path) -> None:
        empty = PresetStore(tmp_path / "a", tmp_path / "b")
        assert empty.names() == []
        with pytest.raises(PresetError, match="there are no presets"):
            empty.load(0)


class TestReading:
    def test_parameters_left_out_have_their_defaults(self, tmp_path: Path) -> None:
        values = read_preset(write(tmp_path, "a", "", "layers = 2\nauto_level = false")).values
        expected = {**defaults(), "layers": 2, "auto_level": False}
        assert values == of_the_sound(expected)

    def test_the_nodes_own_parameters_only_if_mentioned(self, tmp_path: Path) -> None:
        preset = read_preset(write(tmp_path, "a", "", "fade_ms = 200"))
        assert preset.values["fade_ms"] == 200.0
        assert "budget" not in preset.values

    def test_every_fault_is_listed(self, tmp_path: Path) -> None:
        path = write(
            tmp_path,
            "a",
            'index = -1\ndescripton = "x"',
            'layers = 99\nkernal = 3\nmix = nan\nchannels = "8"\nbias = 1\nseed = 1.5\n'
            'activation = "tahn"\ninit = 3',
        )
        with pytest.raises(PresetError) as caught:
            read_preset(path)
        text = str(caught.value)
        assert text.startswith(f"{path}: ")
        assert text.count(";") >= 9
        assert "\n" not in text
        for part in (
            "index = -1", "did you mean 'description'?", "layers = 99 is out of range",
            "did you mean 'kernel'?", "mix = nan is not finite",
            "channels = '8' is not a whole number", "bias = 1 is not true or false",
            "seed = 1.5 is not a whole number", "did you mean 'tanh'?", "init = 3 is not text",
        ):  # fmt: skip
            assert part in text

    @pytest.mark.parametrize(
        ("parameters", "reason"),
        [
            ("layers = 24\nkernel = 128\ndilation = 20", "receptive field"),
            ('recipe = "plugin"\nresidual = true', "recipe plugin has no residual"),
            ('recipe = "plugin"\nxy = true', "recipe plugin has no FiLM"),
        ],
    )
    def test_parameters_have_to_make_a_network_together(
        self, tmp_path: Path, parameters: str, reason: str
    ) -> None:
        path = write(tmp_path, "a", "", parameters)
        with pytest.raises(PresetError, match=f"a.toml: .*{reason}"):
            read_preset(path)

    @pytest.mark.parametrize("text", ['description = "a\\nb"', f'description = "{"x" * 201}"'])
    def test_a_description_is_one_line(self, tmp_path: Path, text: str) -> None:
        with pytest.raises(PresetError, match="not one printable line"):
            read_preset(write(tmp_path, "a", text))

    def test_an_empty_file_lacks_its_version(self, tmp_path: Path) -> None:
        path = tmp_path / "a.toml"
        path.touch()
        with pytest.raises(PresetError, match="version is missing"):
            read_preset(path)


class TestSaving:
    def test_what_is_saved_is_loaded(self, store: PresetStore, tmp_path: Path) -> None:
        values = {name: entry.denormalise(0.37) for name, entry in PARAMETERS.items()}
        values |= {"recipe": "ronn", "bypass": True, "dilation": 3, "layers": 5}
        path = store.save("My sound", values, "as I like it")
        preset = store.load("My sound")
        assert path == tmp_path / "user" / "My sound.toml"
        assert preset.description == "as I like it"
        assert preset.values == of_the_sound(values)

    def test_saving_again_keeps_what_the_user_wrote(
        self, store: PresetStore, tmp_path: Path
    ) -> None:
        path = write(tmp_path / "user", "mine", '# a note\nindex = 4\ndescription = "soft"')
        store.save("mine", {**defaults(), "layers": 7})
        preset = store.load("mine")
        assert (preset.index, preset.description, preset.values["layers"]) == (4, "soft", 7)
        assert "# a note" in path.read_text()

    @pytest.mark.parametrize("description", ["", "soft", "\\ \"quoted\" 'twice' é ☃"])
    def test_saving_again_keeps_the_description(
        self, store: PresetStore, tmp_path: Path, description: str
    ) -> None:
        path = store.save("mine", defaults(), description)
        store.save("mine", {**defaults(), "layers": 9})
        assert store.load("mine").values["layers"] == 9
        assert store.load("mine").description == description
        assert path.read_text() == preset_text(description, saved_values(store.load(path).values))
        store.save("mine", {**defaults(), "layers": 2}, "another")
        assert store.load("mine").description == "another"

    @pytest.mark.parametrize(
        "text", ["rubbish", "version = 1\nnewer_key = 3\n", "version = 2\n", "x = 0x" + "f" * 5000]
    )
    def test_what_can_not_be_read_is_never_written_over(
        self, store: PresetStore, tmp_path: Path, text: str
    ) -> None:
        path = write(tmp_path / "user", "mine")
        path.write_text(text)
        with pytest.raises(PresetError, match="'mine' can't be saved: what is there would be lost"):
            store.save("mine", defaults())
        assert path.read_text() == text

    def test_no_folder_is_written_over(self, store: PresetStore, tmp_path: Path) -> None:
        (tmp_path / "user" / "mine.toml").mkdir(parents=True)
        with pytest.raises(PresetError, match="no regular file"):
            store.save("mine", defaults())

    @pytest.mark.parametrize("start", ["", "\ufeff"])
    def test_saving_again_keeps_comments_everywhere(
        self, store: PresetStore, tmp_path: Path, start: str
    ) -> None:
        path = write(
            tmp_path / "user",
            "mine",
            "# above",
            "# the room\nlayers = 4.0  # as Jim had it\nmix = 0.5 # wet\nfade_ms = 200\n# end",
        )
        path.write_text(start + path.read_text(), encoding="utf-8")
        store.save("mine", {**defaults(), "layers": 9, "mix": 0.5, "fade_ms": 30.0})
        preset = store.load("mine")
        assert (preset.values["layers"], preset.values["mix"]) == (9, 0.5)
        assert preset.values["fade_ms"] == 200.0  # the user's own, which is never saved
        text = path.read_text()
        for kept in (
            "# above",
            "# the room\nlayers = 9  # as Jim had it",
            "mix = 0.5 # wet",
            "# end",
        ):
            assert kept in text

    @pytest.mark.parametrize(
        "text",
        [
            "version = 1\nparameters = { layers = 4, mix = 0.5 } # inline\n",
            "parameters.layers = 4 # dotted\nversion = 1.0\n",
            "version = 1 # bare\n",
            "version = 1 # quoted\n['parameters']\n\"layers\" = 4\n",
        ],
    )
    def test_saving_again_writes_into_any_form_of_table(
        self, store: PresetStore, tmp_path: Path, text: str
    ) -> None:
        path = write(tmp_path / "user", "mine")
        path.write_text(text)
        store.save("mine", {**defaults(), "layers": 9, "mix": 0.25}, "a room")
        preset = store.load("mine")
        assert (preset.values["layers"], preset.values["mix"]) == (9, 0.25)
        assert preset.description == "a room"
        assert text[text.index("#") :].splitlines()[0] in path.read_text()

    def test_a_link_is_written_through_and_the_mode_kept(
        self, store: PresetStore, tmp_path: Path
    ) -> None:
        target = write(tmp_path / "elsewhere", "sound", "# a note")
        target.chmod(0o640)
        link = tmp_path / "user" / "mine.toml"
        link.parent.mkdir()
        link.symlink_to("../elsewhere/sound.toml")
        store.save("mine", {**defaults(), "layers": 9})
        assert link.is_symlink()
        assert "# a note" in target.read_text() and "layers = 9" in target.read_text()
        assert target.stat().st_mode & 0o777 == 0o640
        assert [path.name for path in target.parent.iterdir()] == ["sound.toml"]

    @pytest.mark.parametrize("name", ["Zed", "ZED", "aLpha"])
    def test_a_shipped_name_is_taken_in_any_case(self, store: PresetStore, name: str) -> None:
        with pytest.raises(PresetError, match=f"'{name.lower()}' is a shipped preset"):
            store.save(name, defaults())

    def test_there_is_an_end_to_new_presets(self, tmp_path: Path) -> None:
        store = PresetStore(tmp_path / "shipped", tmp_path / "user", most=2)
        store.save("one", defaults())
        store.save("two", defaults())
        with pytest.raises(PresetError, match="you have 2 presets; remove some"):
            store.save("three", defaults())
        store.save("two", {**defaults(), "layers": 9})
        assert store.load("two").values["layers"] == 9

    @pytest.mark.parametrize("name", ["../x", "", "a/b", "x.toml"])
    def test_bad_names_write_nothing(self, store: PresetStore, tmp_path: Path, name: str) -> None:
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(PresetError, match="is not allowed"):
            store.save(name, defaults())
        assert sorted(tmp_path.rglob("*")) == before

    def test_a_shipped_name_is_taken(self, store: PresetStore) -> None:
        with pytest.raises(PresetError, match="save under another name"):
            store.save("zed", defaults())

    def test_a_value_that_could_not_be_read_is_not_written(
        self, store: PresetStore, tmp_path: Path
    ) -> None:
        with pytest.raises(PresetError, match=r"mix = 2\.0 is out of range"):
            store.save("x", {**defaults(), "mix": 2.0})
        assert not (tmp_path / "user").exists()

    def test_what_fits_at_the_rate_that_it_is_meant_for_is_kept(self, store: PresetStore) -> None:
        wide = {**defaults(), "layers": 17, "channels": 64, "kernel": 20}
        store.save("x", {**wide, "rate": 48_000})
        assert store.load("x").values["rate"] == 48_000

    def test_what_makes_no_network_is_not_written(self, store: PresetStore, tmp_path: Path) -> None:
        with pytest.raises(PresetError, match="recipe plugin has no residual"):
            store.save("x", {**defaults(), "recipe": "plugin", "residual": True})
        assert not (tmp_path / "user").exists()

    def test_a_folder_that_can_not_be_written(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        store = PresetStore(tmp_path / "none", tmp_path / "file")
        with pytest.raises(PresetError, match="can't be written"):
            store.save("x", defaults())
