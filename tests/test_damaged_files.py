"""Each kind of file, changed byte by byte thousands of times, is read as what it says or refused.

What is accepted is used too: a fault must not come out later than when the file is read.
"""

from __future__ import annotations

import io
import math
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from ronn_jack.drivers.jack_driver import Connection
from ronn_jack.errors import ModelError, RonnError
from ronn_jack.files import shipped_folder
from ronn_jack.imports.keras import layers_in
from ronn_jack.imports.matlab import arrays_of
from ronn_jack.imports.safe import FEWEST_SETTINGS, read_safe
from ronn_jack.interfaces.osc.aliases.alias import Aliases
from ronn_jack.interfaces.osc.aliases.alias_file import read_aliases
from ronn_jack.interfaces.osc.codec import Message
from ronn_jack.midimap.feedback import Feedback
from ronn_jack.midimap.mapper import Bindings
from ronn_jack.midimap.profile_file import read_profile
from ronn_jack.model.latent.decoders import Decoder, to_arrays
from ronn_jack.model.latent.equaliser import EqModel
from ronn_jack.model.latent.library import read_reverb
from ronn_jack.model.latent.reverb import RoomSpec
from ronn_jack.original import read_original
from ronn_jack.parameters import defaults
from ronn_jack.presets.preset import preset_text, read_preset, saved_values
from ronn_jack.presets.setlist import read_setlist
from ronn_jack.presets.state import State, read_state, state_text, write_state
from ronn_jack.sessions.session_file import Session, read_session, write_session
from ronn_jack.settings import load_settings
from tests.original.samples import STATE as ORIGINAL
from tests.support.damage import MOST_CHARACTERS, damaged
from tests.support.foreign_files import hdf5_file, matlab_file
from tests.support.midi_profile import PROFILE
from tests.support.midi_streams import NUMBERS
from tests.support.safe_csv import safe_csv, safe_row

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


WEIGHTS = {f"dense_{i}/dense_{i}/kernel:0": np.ones((2, 3)) for i in range(12)}
ARRAYS = {"W1": np.ones((2, 8)), "b1": np.ones((1, 8))}


def npz_of(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    content = io.BytesIO()
    np.savez(content, **arrays)
    return content.getvalue()


EQUALISER = npz_of(
    to_arrays(
        {
            (1, "less"): Decoder(
                "flow", ((np.ones((1, 2)), np.ones(2)), (np.ones((2, 13)), np.ones(13))), {}
            )
        }
    )
)
REVERB = npz_of({
    "version": np.array(1), "form": np.array("response"), "rate": np.array(8000),
    "samples": np.ones((1, 40), np.float32),
})  # fmt: skip


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


def use_equaliser(path: Path) -> None:
    model = EqModel.load(path)
    settings = model.decode([1.0, -1.0, 2.0], 3, "less")
    assert all(map(math.isfinite, (*settings.gains, *settings.frequencies, *settings.qs)))


def use_reverb(path: Path) -> None:
    assert np.isfinite(read_reverb(path).response(RoomSpec(), 8000)).all()


def in_file(read: Callable[[bytes], object]) -> Callable[[Path], None]:
    """Return a reader of files of one that reads what is in them, as errors name their file."""

    def use(path: Path) -> None:
        try:
            read(path.read_bytes())
        except ModelError as error:
            raise ModelError(f"{path}: {error}") from None

    return use


def use_matlab(content: bytes) -> None:
    for array in arrays_of(io.BytesIO(content)):
        array.values(1000)


@dataclass(frozen=True)
class Kind:
    content: str | bytes
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
    "equaliser": Kind(EQUALISER, use_equaliser, "a"),
    "reverb": Kind(REVERB, use_reverb, "a"),
    "HDF5": Kind(hdf5_file(WEIGHTS), in_file(layers_in), "a"),
    "MATLAB": Kind(matlab_file(ARRAYS, packed=False), in_file(use_matlab), "a"),
    "packed MATLAB": Kind(matlab_file(ARRAYS), in_file(use_matlab), "a"),
    "SAFE": Kind(safe_csv([safe_row("warm")] * FEWEST_SETTINGS), in_file(read_safe), "a"),
}


@pytest.fixture
def in_memory() -> Iterator[Path]:
    """Give a folder whose files wait for no disk."""
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    "files", [500, pytest.param(100_000, marks=[pytest.mark.fuzz, pytest.mark.timeout(7200)])]
)
@pytest.mark.parametrize("name", KINDS)
def test_it_is_read_or_refused_in_words(in_memory: Path, name: str, files: int) -> None:
    kind, random, accepted = KINDS[name], Random(files), 0
    write_session(in_memory, SESSION)
    path = in_memory / kind.name
    content = kind.content.encode() if isinstance(kind.content, str) else kind.content
    whole = content or path.read_bytes()
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
