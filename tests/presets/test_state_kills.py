"""A kill at any moment leaves the old file or the new one, and what is written is on the disk."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ronn_jack.parameters import defaults
from ronn_jack.presets.state import remove_unfinished
from ronn_jack.presets.store import PresetStore

SAVER = (sys.executable, "-m", "tests.support.saver")


def ran(*command: str) -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "kills", [50, pytest.param(1000, marks=[pytest.mark.soak, pytest.mark.timeout(1800)])]
)
def test_they_lose_nothing(tmp_path: Path, kills: int) -> None:
    done = ran(*SAVER, str(tmp_path), str(kills))
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > kills // 10, "most have come between the saves"


@pytest.mark.skipif(not shutil.which("strace"), reason="there is no strace to look with")
def test_a_file_is_on_the_disk_before_it_has_its_name_and_its_folder_after(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    looked_at = "trace=openat,write,fsync,rename,renameat,renameat2"
    done = ran("strace", "-y", "-f", "-o", str(trace), "-e", looked_at, *SAVER, str(tmp_path), "0")
    if done.returncode:
        pytest.skip(f"strace may not trace here: {done.stderr}")
    calls = trace.read_text(errors="replace")
    for folder, name in ((tmp_path / "presets", "mine"), (tmp_path, "state")):
        path, parent = re.escape(str(folder / name)), re.escape(str(folder))
        temporary = rf"{parent}/\.{name}\.toml\.[0-9a-f]+\.tmp"
        place = 0
        for call in (
            rf"write\(\d+<{temporary}>",
            rf"fsync\(\d+<{temporary}>\)\s+= 0",
            rf"rename\w*\(.*{temporary}\".*{path}\.toml\"\)\s+= 0",
            rf"fsync\(\d+<{parent}>\)\s+= 0",
        ):
            found = re.compile(call).search(calls, place)
            assert found is not None, call
            place = found.end()


def test_what_a_killed_one_has_left_goes_and_what_is_being_written_stays(tmp_path: Path) -> None:
    (tmp_path / ".ronn.toml.12345678.tmp").write_text("half")
    remove_unfinished(tmp_path)
    assert list(tmp_path.iterdir()) == []
    remove_unfinished(tmp_path / "none")
    PresetStore(tmp_path / "none", tmp_path).save("mine", defaults())
    remove_unfinished(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.toml"]
