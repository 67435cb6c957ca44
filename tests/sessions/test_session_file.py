from __future__ import annotations

import random
from pathlib import Path

import pytest

from ronn_jack.drivers.jack_driver import Connection
from ronn_jack.errors import UsageError
from ronn_jack.parameters import PARAMETERS, defaults
from ronn_jack.sessions.session_file import Session, read_session, write_session

SESSION = Session(
    {**defaults(), "layers": 3, "mix": 0.25, "activation": "tanh", "bias": True, "budget": 0.5},
    "warm drive",
    {"inputs": 1, "midi_in": "nano.*"},
    (
        Connection("in_1", "system:capture_1"),
        Connection("in_2", "out_1", own=True),
        Connection("out_1", 'odd "name":ü \\ port'),
    ),
)


@pytest.mark.parametrize("session", [SESSION, Session(defaults(), None, {}, ())])
def test_what_was_written_is_read(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "new" / "session.toml"
    write_session(path, session)
    assert read_session(path) == session
    assert [each.name for each in path.parent.iterdir()] == ["session.toml"]


def test_every_parameter_is_kept(tmp_path: Path) -> None:
    values = {name: row.from_number(row.minimum) for name, row in PARAMETERS.items()}
    write_session(tmp_path / "session.toml", Session(values, None, {}, ()))
    assert read_session(tmp_path / "session.toml").values == values


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "version is missing"),
        ("version = 1\nfoo = 2", "unknown key 'foo'"),
        ("version = 1\n[parameters]\nlayers = 99", "layers = 99 is out of range"),
        ('version = 1\n[settings]\nbind = "0.0.0.0"', "'bind' is none of inputs"),
        ("version = 1\n[settings]\nosc_port = 80", "'osc_port' is none of inputs"),
        ('version = 1\n[[connection]]\nport = "in_1"', "other = '' names no port"),
        ('version = 1\n[[connection]]\nport = 1\nother = "a:b"', "port = 1 is not text"),
        ("version = 1\nconnection = 3", "no list of tables"),
    ],
)
def test_faults_are_named(text: str, fault: str, tmp_path: Path) -> None:
    path = tmp_path / "session.toml"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"session\.toml") as caught:
        read_session(path)
    assert fault in str(caught.value)


def test_a_file_that_is_changed_byte_by_byte_gives_a_session_or_words(tmp_path: Path) -> None:
    path = tmp_path / "session.toml"
    write_session(path, SESSION)
    whole = path.read_bytes()
    chance = random.Random(1)
    for _ in range(300):
        mutated = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            mutated[chance.randrange(len(mutated))] = chance.randrange(256)
        path.write_bytes(mutated[: chance.randint(1, len(mutated))])
        try:
            read_session(path)
        except UsageError as error:
            assert len(str(error)) < 5000
