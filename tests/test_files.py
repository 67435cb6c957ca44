"""Files are read strictly and written safely."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from ronn_jack import files, folders
from ronn_jack.errors import UsageError
from ronn_jack.files import Fields, check_name, name_or_file, read_table, write_atomically
from tests.support.full_disk import room_for


def fault_of(path: Path) -> str:
    with pytest.raises(UsageError) as caught:
        read_table(path, UsageError)
    text = str(caught.value)
    assert "\n" not in text
    return text


class TestFolders:
    def test_shipped_files_are_found(self) -> None:
        assert (files.shipped_folder() / "default.toml").is_file()

    def test_installed_files_come_before_those_of_a_checkout(self, tmp_path: Path) -> None:
        package = tmp_path / "ronn_jack"
        (package / "configs").mkdir(parents=True)
        assert files.shipped_folder(package) == package / "configs"

    @pytest.mark.skipif("sys.platform != 'linux'", reason="XDG folders are Linux's")
    def test_user_folders_follow_xdg(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
        assert folders.user_config_folder() == tmp_path / "config" / "ronn_jack"
        assert folders.user_data_folder() == tmp_path / "data" / "ronn_jack"


class TestReading:
    def test_plain_values_come_back(self, tmp_path: Path) -> None:
        path = tmp_path / "a.toml"
        path.write_text('version = 1\n[t]\nx = "é"\n', encoding="utf-8")
        assert read_table(path, UsageError) == {"version": 1, "t": {"x": "é"}}

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"x = ", "is no TOML"),
            (b"\xff\xfe", "not UTF-8"),
            (b"x = " + b"[" * 20_000, "is no TOML"),
            (b"x = " + b"9" * 5_000, "too many digits"),
            (b"#" * (files.MAXIMUM_BYTES + 1), "larger than 256 KiB"),
        ],
        ids=["syntax", "bytes", "nesting", "digits", "size"],
    )
    def test_rubbish_is_one_line(self, tmp_path: Path, content: bytes, reason: str) -> None:
        path = tmp_path / "a.toml"
        path.write_bytes(content)
        assert reason in fault_of(path)

    def test_missing_file(self, tmp_path: Path) -> None:
        assert "no such file" in fault_of(tmp_path / "a.toml")

    def test_folder_and_device_are_refused_unopened(self, tmp_path: Path) -> None:
        assert "no regular file" in fault_of(tmp_path)
        assert "no regular file" in fault_of(Path("/dev/zero"))

    def test_what_is_another_user_s_is_refused_with_the_remedy(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "a.toml")
            path.touch(0)
            Path(folder).chmod(0o755)
            before = os.geteuid()
            if before == 0:
                os.seteuid(65534)  # root may read everything
            try:
                assert "Permission denied; let this user have it (chmod" in fault_of(path)
            finally:
                os.seteuid(before)

    def test_a_path_that_no_system_takes(self) -> None:
        assert "can't be read" in fault_of(Path("a\0.toml"))
        assert "can't be read" in fault_of(Path("x" * 5000 + ".toml"))


class TestFields:
    def read(self, table: dict[str, object]) -> list[str]:
        faults: list[str] = []
        fields = Fields(table, faults, "here: ")
        fields.version()
        fields.take("text", str, "")
        fields.take("level", float, 0.0)
        fields.take("on", bool, False)
        fields.within("count", 1, 3)
        fields.one_of("colour", ["red", "green"])
        fields.pattern("ports")
        fields.table("inner")
        fields.tables("rows")
        fields.finish()
        return faults

    def test_what_is_right_has_no_fault(self) -> None:
        table = {
            "version": 1, "text": "a", "level": 1, "on": True, "count": 3, "colour": "red",
            "ports": "a|b", "inner": {}, "rows": [{}],
        }  # fmt: skip
        assert self.read(table) == []

    def test_every_fault_is_listed_at_once(self) -> None:
        table = {
            "version": 2, "text": 1, "level": True, "on": 1, "count": 4, "colour": "gren",
            "ports": "(", "inner": 1, "rows": [1], "txet": 1, "a\nb": 1,
        }  # fmt: skip
        faults = self.read(table)
        assert len(faults) == 11
        assert all(fault.startswith("here: ") and "\n" not in fault for fault in faults)
        text = " ".join(faults)
        assert "version = 2" in text
        assert "did you mean 'green'?" in text
        assert "did you mean 'text'?" in text
        assert "count = 4 is out of range; use 1 to 3" in text

    def test_a_version_has_to_be_there(self) -> None:
        assert self.read({}) == ["here: version is missing; write version = 1"]

    def test_a_long_value_is_cut(self) -> None:
        (fault,) = self.read({"version": 1, "count": "x" * 1000})
        assert len(fault) < 120


class TestNames:
    @pytest.mark.parametrize("name", ["a", "808", "Big Muff 2", "x_y-z", "9 lives", "a" * 63])
    def test_allowed(self, name: str) -> None:
        assert check_name("preset", name, UsageError) == name

    @pytest.mark.parametrize(
        "name",
        ["", ".", "..", "../x", "a/b", "a\\b", ".hidden", "a.toml", "-x", "a ", "a\n", "é",
         "a\0b", "a" * 64],
    )  # fmt: skip
    def test_refused(self, name: str) -> None:
        with pytest.raises(UsageError, match="is not allowed: use"):
            check_name("preset", name, UsageError)

    def test_a_file_has_a_slash_or_the_ending(self) -> None:
        assert name_or_file("fuzz") == "fuzz"
        assert name_or_file("./fuzz") == Path("fuzz")
        assert name_or_file("fuzz.toml") == Path("fuzz.toml")


class TestWriting:
    def test_folders_are_made_and_nothing_else_is_left(self, tmp_path: Path) -> None:
        path = tmp_path / "a" / "b.toml"
        write_atomically(path, "x = 1\n")
        write_atomically(path, "x = 2\n")
        assert path.read_text() == "x = 2\n"
        assert [p.name for p in path.parent.iterdir()] == ["b.toml"]

    def test_a_failure_leaves_the_old_file_whole(self, tmp_path: Path) -> None:
        path = tmp_path / "a.toml"
        write_atomically(path, "old")
        with room_for(1000), pytest.raises(OSError, match="too large"):
            write_atomically(path, "new" * 1000)
        assert path.read_text() == "old"
        assert [p.name for p in tmp_path.iterdir()] == ["a.toml"]
