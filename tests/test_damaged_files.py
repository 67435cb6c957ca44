"""Each kind of file, changed byte by byte thousands of times, is read as what it says or refused.

What is accepted is used too: a fault must not come out later than when the file is read.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from ronn_jack.drivers.jack_driver import Connection
from ronn_jack.errors import RonnError
from ronn_jack.files import shipped_folder
from ronn_jack.interfaces.osc.aliases.alias import Aliases
from ronn_jack.interfaces.osc.aliases.alias_file import read_aliases
from ronn_jack.interfaces.osc.codec import Message
from ronn_jack.midimap.feedback import Feedback
from ronn_jack.midimap.mapper import Bindings
from ronn_jack.midimap.profile_file import read_profile
from ronn_jack.original import read_original
from ronn_jack.parameters import defaults
from ronn_jack.presets.preset import preset_text, read_preset, saved_values
from ronn_jack.presets.setlist import read_setlist
from ronn_jack.presets.state import State, read_state, state_text, write_state
from ronn_jack.sessions.session_file import Session, read_session, write_session
from ronn_jack.settings import load_settings
from tests.original.samples import STATE as ORIGINAL
from tests.support.damage import MOST_CHARACTERS, damaged
from tests.support.midi_profile import PROFILE
from tests.support.midi_streams import NUMBERS

SOUND = {**defaults(), "layers": 3, "mix": 0.25}
OTHER = {"layers": 4, "seed": 7}
SESSION = Session(
    State(SOUND, "warm drive"),
    {"inputs": 1, "midi_in": "nano.*"},
    (Connection("in_2", "out_1", own=True), Connection("out_1", 'odd "name":ü \\ port')),
)
ALIAS = """
version = 1
name = "tablet"
ignore = ["/heartbeat"]
[[alias]]
address = ["/1/fader*", "/1/fader1"]
parameter = "mix"
from = 0
to = 127
minimum = 0.25
curve = "linear"
[[alias]]
address = "/press"
leading = [1, "a"]
position = 2
action = "preset_load"
argument = "fuzz"
skip = 0.5
"""


def use_state(path: Path) -> None:
    state = read_state(path)
    write_state(path, state)
    assert read_state(path) == state


def use_session(path: Path) -> None:
    session = read_session(path.parent)
    write_session(path.parent, session)
    assert read_session(path.parent) == session


def use_preset(path: Path) -> None:
    preset = read_preset(path)
    saved_values({**defaults(), **preset.values})


def use_profile(path: Path) -> None:
    profile = read_profile(path)
    bindings, feedback = Bindings(profile, SOUND.__getitem__), Feedback(profile, SOUND)
    feedback.connect()
    feedback.due(0.0)
    for number in NUMBERS[:10]:
        for status in (0x90, 0xB0):
            list(bindings.operations(bytes((status, number, 100)), 0.0))
    list(bindings.due(10.0))


def use_aliases(path: Path) -> None:
    aliases = Aliases(*read_aliases(path))
    for address in ("/1/fader1", "/press"):
        for arguments in ((), (0.5,), (1, "a", 3, 1e300), ("9" * 400,)):
            list(aliases.translate(Message(address, arguments)))


@dataclass(frozen=True)
class Kind:
    content: str
    use: Callable[[Path], object]
    name: str = "a.toml"


KINDS = {
    "preset": Kind(preset_text("what is heard", SOUND, {2: OTHER}), use_preset),
    "setlist": Kind('version = 1\npresets = ["fuzz", "warm drive"]\n', read_setlist),
    "profile": Kind(PROFILE, use_profile),
    "aliases": Kind(ALIAS, use_aliases),
    "settings": Kind(
        (shipped_folder() / "default.toml").read_text(encoding="utf-8"),
        lambda path: load_settings(user_file=path),
    ),
    "state": Kind(
        state_text(State(SOUND, "fuzz", 1, {2: OTHER}, 2, "b", saved_values(SOUND))), use_state
    ),
    "session": Kind("", use_session, "session.toml"),
    "session's sound": Kind("", use_session, "sound.toml"),
    "original": Kind(ORIGINAL, read_original, "a"),
}


@pytest.fixture
def in_memory() -> Iterator[Path]:
    """Give a folder whose files wait for no disk."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    "files", [2000, pytest.param(100_000, marks=[pytest.mark.fuzz, pytest.mark.timeout(7200)])]
)
@pytest.mark.parametrize("name", KINDS)
def test_it_is_read_or_refused_in_words(in_memory: Path, name: str, files: int) -> None:
    kind, random, accepted = KINDS[name], Random(files), 0
    write_session(in_memory, SESSION)
    path = in_memory / kind.name
    whole = kind.content.encode() or path.read_bytes()
    for _ in range(files):
        written = damaged(random, whole)
        path.write_bytes(written)
        try:
            kind.use(path)
            accepted += 1
        except RonnError as error:
            message = str(error)
            assert message.isprintable() and len(message) < MOST_CHARACTERS, written
            assert str(path) in message, written
        except Exception as error:
            raise AssertionError(written) from error
    assert files / 50 < accepted < files * 0.9, "else too little of the reader was tried"
