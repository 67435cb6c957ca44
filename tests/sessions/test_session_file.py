from __future__ import annotations

from pathlib import Path

import pytest

from ronn_jack.drivers.jack_driver import Connection
from ronn_jack.errors import UsageError
from ronn_jack.parameters import defaults
from ronn_jack.presets.state import State
from ronn_jack.sessions.session_file import Session, read_session, write_session

SESSION = Session(
    State({**defaults(), "layers": 3, "mix": 0.25}, "warm drive"),
    {"inputs": 1, "midi_in": "nano.*"},
    (
        Connection("in_1", "system:capture_1"),
        Connection("in_2", "out_1", own=True),
        Connection("out_1", 'odd "name":ü \\ port'),
    ),
)


@pytest.mark.parametrize("session", [SESSION, Session(State()), Session()])
def test_what_was_written_is_read(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    write_session(folder, session)
    assert read_session(folder) == session
    assert {each.name for each in folder.iterdir()} <= {"session.toml", "sound.toml"}


def test_a_folder_that_is_not_there_is_a_new_session(tmp_path: Path) -> None:
    assert read_session(tmp_path / "none") == Session()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "version is missing"),
        ("version = 1\nfoo = 2", "unknown key 'foo'"),
        ('version = 1\n[settings]\nbind = "0.0.0.0"', "'bind' is none of inputs"),
        ("version = 1\n[settings]\nosc_port = 80", "'osc_port' is none of inputs"),
        ("version = 1\n[settings]\ninputs = 3", "inputs = 3 is out of range"),
        (f"version = 1\n[settings]\ninputs = 0o{9000 * '7'}", "inputs = "),
        ('version = 1\n[[connection]]\nport = "in_1"', "other = '' names no port"),
        ('version = 1\n[[connection]]\nport = 1\nother = "a:b"', "port = 1 is not text"),
        ("version = 1\nconnection = 3", "no list of tables"),
    ],
)
def test_faults_are_named(text: str, fault: str, tmp_path: Path) -> None:
    (tmp_path / "session.toml").write_text(text)
    with pytest.raises(UsageError, match=r"session\.toml") as caught:
        read_session(tmp_path)
    assert fault in str(caught.value)
