"""A pytest plugin: `ronn-jack` run in this process, at a home where nothing is yet."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]


class Result(NamedTuple):
    code: int
    out: str
    err: str


Ronn = Callable[..., Result]
Refused = Callable[..., str]


@pytest.fixture
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the user's own presets and settings out."""
    for kind in ("DATA", "CONFIG", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind.lower()))
    return tmp_path


@pytest.fixture
def ronn(own_home: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Ronn]:
    """Run `ronn-jack` with some arguments in this process."""
    # Only where it is used, as it takes a second.
    from ronn_jack import cli

    taken = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in taken}

    def run(*arguments: object) -> Result:
        code = 0
        try:
            cli.main([str(each) for each in arguments])
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    yield run
    # A node leaves a thread that would end the whole process by the next signal.
    signal.set_wakeup_fd(-1)
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def refused(ronn: Ronn) -> Refused:
    """Run `ronn-jack`, see that it refuses in one line, and return the line."""

    def run(code: int, *arguments: object) -> str:
        result = ronn(*arguments)
        assert result.code == code, result
        return one_line(result)

    return run


def one_line(result: Result) -> str:
    assert result.err.startswith("ronn-jack: ")
    assert result.err.count("\n") == 1
    assert "Traceback" not in result.err
    return result.err


@pytest.fixture
def audio_file(tmp_path: Path) -> Path:
    import soundfile

    path = tmp_path / "in.wav"
    noise = np.random.default_rng(1).uniform(-1.0, 1.0, (2000, 2))
    soundfile.write(path, noise, 48000, subtype="FLOAT")
    return path


def preset_file(folder: Path, text: str, name: str = "mine") -> Path:
    path = folder / f"{name}.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def started(
    *arguments: object, program: str | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start `ronn-jack` as a process of its own."""
    command = ["-m", "ronn_jack"] if program is None else ["-c", program]
    return subprocess.Popen(
        [sys.executable, *command, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, **(environment or {})},
    )


def ended(process: subprocess.Popen[str]) -> Result:
    try:
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    return Result(process.returncode, out, err)
