"""What desktops and systemd start is what the program is called."""

from __future__ import annotations

import configparser
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from ronn_jack.cli import PROGRAM
from ronn_jack.files import shipped_folder

FOLDER = shipped_folder() / "desktop"


def read(name: str, section: str) -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment]
    parser.read(FOLDER / name)
    return parser[section]


def test_the_desktop_entry_lets_session_managers_find_the_program() -> None:
    entry = read("ronn-jack.desktop", "Desktop Entry")
    assert entry["X-NSM-Capable"] == "true"
    assert entry["X-NSM-Exec"] == PROGRAM
    assert entry["Exec"] == f"{PROGRAM} run"


def test_the_unit_starts_the_program() -> None:
    assert read("ronn-jack.service", "Service")["ExecStart"].endswith(f"/{PROGRAM} run")


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
def test_systemd_finds_no_fault_in_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "ronn-jack.service"
    text = (FOLDER / "ronn-jack.service").read_text()
    unit.write_text(text.replace("%h/.local/bin/ronn-jack", "/bin/true"))
    # Without a runtime folder it fails before it has read the unit.
    done = subprocess.run(
        ["systemd-analyze", "--user", "verify", unit],
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
    )
    assert done.stderr == ""
