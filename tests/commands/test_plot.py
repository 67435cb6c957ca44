"""The command that draws."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.command_line import Refused, Ronn

pytest.importorskip("matplotlib")


def test_a_preset_is_drawn(ronn: Ronn, tmp_path: Path) -> None:
    path = tmp_path / "network.svg"
    result = ronn("plot", path, "--preset", "warm-drive", "--set", "layers=4")
    assert (result.code, result.err) == (0, "")
    assert result.out == f"wrote {path}: network, transfer, weights, responses\n"
    assert path.read_text().count('id="axes_') == 10


def test_a_sound_is_drawn_before_and_after(ronn: Ronn, audio_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "sound.png"
    result = ronn("plot", path, "--picture", "spectrogram", "--sound", audio_file)
    assert (result.code, result.err) == (0, "")
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("code", "arguments", "said"),
    [
        (2, ("a.xyz",), "write one of"),
        (2, ("no/a.png",), "there is no folder"),
        (2, ("a.png", "--picture", "spectrogram"), "--sound FILE"),
        (2, ("a.png", "--picture", "song"), "song"),
        (1, ("a.png", "--sound", "nothing.wav"), "nothing.wav"),
        (2, ("a.png", "--set", "layers=24", "--set", "dilation=20"), "receptive field"),
    ],
)
def test_what_can_t_be_drawn_is_refused(
    refused: Refused, tmp_path: Path, code: int, arguments: tuple[str, ...], said: str
) -> None:
    name, *rest = arguments
    assert said in refused(code, "plot", tmp_path / name, *rest)
    assert not (tmp_path / name).exists()
