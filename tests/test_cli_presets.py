"""Sounds on the command line: texts in the place of presets, and presets that come and go."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from ronn_jack.cli import cli
from ronn_jack.commands.options import FIRST_PRESET, chosen, first_sound
from ronn_jack.errors import RonnError
from ronn_jack.parameters import defaults
from ronn_jack.parameters.share import share
from ronn_jack.presets.store import PresetStore

TEXT = share({**defaults(), "layers": 9, "kernel": 15, "channels": 6, "depthwise": True})
FILE = '# mine\nversion = 1\ntags = ["live"]\n[parameters]\nlayers = 4 # four\n'


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for kind in ("DATA", "CONFIG", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind.lower()))
    return tmp_path


def ronn(*arguments: object) -> Result:
    return CliRunner().invoke(cli, list(map(str, arguments)))


def refused(*arguments: object) -> str:
    result = ronn(*arguments)
    assert isinstance(result.exception, RonnError | click.ClickException | SystemExit), result
    assert result.exit_code
    return str(result.exception)


class TestText:
    @pytest.mark.parametrize("text", [TEXT, f" '{TEXT}'. "])
    def test_info_takes_it_and_then_what_is_set(self, text: str) -> None:
        facts = json.loads(ronn("info", "--preset", text, "--json").stdout)
        assert facts["parameters"] == 990
        more = json.loads(ronn("info", "--preset", text, "--set", "layers=8", "--json").stdout)
        assert more["parameters"] < 990

    def test_a_damaged_one_is_refused(self) -> None:
        for command in (["info"], ["render", "a.wav", "b.wav"]):
            assert "copy the whole of it anew" in refused(*command, "--preset", TEXT[:-1])
        assert "copy the whole of it anew" in refused("run", TEXT[:-1])

    def test_run_takes_one_sound(self) -> None:
        assert "both given" in refused("run", TEXT, "--preset", "fuzz")
        assert "did you mean 'fuzz'" in refused("run", "fuz")


class TestFirstSound:
    def test_a_node_begins_with_a_preset_and_with_the_defaults_where_something_is_set(self) -> None:
        begin = first_sound(None, ())
        assert begin.preset is not None and begin.preset.name == FIRST_PRESET
        assert begin.values == {**defaults(), **begin.preset.values}
        assert first_sound(None, ("layers=9",)) == ({**defaults(), "layers": 9}, None)
        assert first_sound("fuzz", ()) == chosen("fuzz", ())


class TestPresets:
    def test_one_goes_out_and_comes_in_word_for_word(self, tmp_path: Path) -> None:
        source = tmp_path / "from jim.toml"
        source.write_text(FILE)
        assert ronn("presets", "import", source).exit_code == 0
        assert PresetStore().load("from jim").values["layers"] == 4
        assert ronn("presets", "import", source, "--name", "jim").exit_code == 0
        target = tmp_path / "out.toml"
        assert ronn("presets", "export", "jim", target).stdout == f"wrote {target}\n"
        assert target.read_text() == FILE

    def test_a_shipped_one_goes_out_too(self, tmp_path: Path) -> None:
        ronn("presets", "export", "fuzz", tmp_path / "fuzz.toml")
        assert PresetStore().load(tmp_path / "fuzz.toml").values == (
            PresetStore().load("fuzz").values
        )

    def test_a_text_becomes_one(self) -> None:
        assert "give one with --name" in refused("presets", "import", TEXT)
        assert ronn("presets", "import", TEXT, "--name", "nine").exit_code == 0
        assert PresetStore().load("nine").values["layers"] == 9
        assert "already" in refused("presets", "import", TEXT, "--name", "nine")

    def test_nothing_is_written_over(self, tmp_path: Path) -> None:
        source = tmp_path / "mine.toml"
        source.write_text(FILE)
        assert "is there already" in refused("presets", "export", "fuzz", source)
        assert source.read_text() == FILE
        ronn("presets", "import", source)
        assert "already" in refused("presets", "import", source)
        assert "shipped preset" in refused("presets", "import", source, "--name", "Fuzz")

    @pytest.mark.parametrize("text", ["rubbish", "version = 1\n[parameters]\nlayers = 99"])
    def test_a_faulty_file_stays_out(self, tmp_path: Path, text: str) -> None:
        source = tmp_path / "mine.toml"
        source.write_text(text)
        refused("presets", "import", source)
        assert not (tmp_path / "data").exists()

    def test_those_of_a_tag_are_listed_with_their_own_numbers(self, tmp_path: Path) -> None:
        (tmp_path / "a.toml").write_text(FILE)
        ronn("presets", "import", tmp_path / "a.toml")
        [line] = ronn("presets", "--tag", "live").stdout.splitlines()
        number, name, *_ = line.split()
        assert (name, int(number)) == ("a", PresetStore().names().index("a"))
        assert line.endswith("[live]")
        assert ronn("presets", "--tag", "none").stdout == ""
