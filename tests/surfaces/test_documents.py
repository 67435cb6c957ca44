"""The pages that are made from the tables and the commands are up to date."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from ronn_jack.cli import cli
from ronn_jack.files import shipped_folder
from ronn_jack.midimap.profile_file import ProfileStore
from ronn_jack.parameters import PARAMETERS
from ronn_jack.surfaces.documents import parameter_page, with_midi_tables
from ronn_jack.surfaces.manual import manual_page

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_of_parameters_is_up_to_date() -> None:
    page = (DOCS / "parameters.md").read_text(encoding="utf-8")
    assert page == parameter_page(), "run `make docs`"
    assert [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")] == [
        row.name for row in sorted(PARAMETERS.values(), key=lambda row: group_order(row.group))
    ]


def group_order(group: object) -> int:
    return [*type(group)].index(group)  # type: ignore[call-overload,no-any-return]


def test_the_midi_tables_are_up_to_date() -> None:
    page = (DOCS / "midi.md").read_text(encoding="utf-8")
    assert page == with_midi_tables(page, shipped_folder() / "midi"), "run `make docs`"
    for name in ProfileStore(user=Path("/nowhere")).names():
        assert f"| `{name}` |" in page


def test_the_manual_is_up_to_date_and_names_every_command_and_option() -> None:
    page = (DOCS / "ronn-jack.1").read_text(encoding="utf-8")
    assert page == manual_page(cli), "run `make docs`"
    plain = page.replace("\\-", "-")
    for name, command in cli.commands.items():
        assert re.search(rf"^\.SS {name}\b", plain, re.MULTILINE)
        for option in command.params:
            if isinstance(option, click.Option) and not option.hidden:
                assert all(each in plain for each in option.opts)


def test_a_command_is_the_same_after_it_was_described() -> None:
    manual_page(cli)
    assert CliRunner().invoke(cli, ["surfaces", "-h"]).exit_code == 0


@pytest.mark.skipif(shutil.which("man") is None, reason="there is no man")
def test_man_has_nothing_to_say_about_the_manual() -> None:
    told = subprocess.run(
        ["man", "--warnings", "-l", DOCS / "ronn-jack.1"],
        env={"MANWIDTH": "80", "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        check=True,
        timeout=30,
    )
    assert told.stderr == b""
    assert b"--set NAME=VALUE" in told.stdout
