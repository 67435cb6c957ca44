from __future__ import annotations

import dataclasses
import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ronn_jack.running_nodes import Registration, RunningNode, running_nodes

NODE = RunningNode(os.getpid(), "ronn", "", "127.0.0.1:9420", "127.0.0.1:9421")

REGISTER = """
import sys, time
from pathlib import Path
import pytest

from ronn_jack.running_nodes import Registration, RunningNode
registration = Registration(Path(sys.argv[1]))
registration.tell(RunningNode(1, "other", "default", "127.0.0.1:9430", ""))
print("there", flush=True)
time.sleep(1000)
"""


def test_a_node_is_found_where_it_is_now_until_it_goes(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    assert running_nodes(folder) == []
    registration = Registration(folder)
    registration.tell(NODE)
    assert running_nodes(folder) == [NODE]
    renamed = dataclasses.replace(NODE, name="ronn-01")
    registration.tell(renamed)
    assert running_nodes(folder) == [renamed]
    registration.close()
    registration.close()
    assert running_nodes(folder) == []
    assert list(folder.iterdir()) == []


def test_what_a_killed_node_has_left_is_taken_away(tmp_path: Path) -> None:
    command = [sys.executable, "-c", REGISTER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "there\n"
        assert [node.name for node in running_nodes(tmp_path)] == ["other"]
        process.send_signal(signal.SIGKILL)
    assert running_nodes(tmp_path) == []
    assert list(tmp_path.glob("*.json")) == []


def test_files_of_others_are_left_alone_as_long_as_they_are_held(tmp_path: Path) -> None:
    registration = Registration(tmp_path)
    registration.tell(NODE)
    for text in ("", "[]", "{}", '{"process": 1}', "nonsense", "[" * 3000):
        (tmp_path / f"{os.getpid()}.json").write_text(text)
        assert running_nodes(tmp_path) == []
    registration.close()


def test_a_folder_that_cannot_be_made_is_no_reason_to_end(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    registration = Registration(tmp_path / "file" / "folder")
    registration.tell(NODE)
    registration.close()
    assert running_nodes(tmp_path / "file" / "folder") == []


def test_a_node_that_is_told_anew_while_others_look_stays_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    registration = Registration(tmp_path)
    registration.tell(NODE)
    renamed = dataclasses.replace(NODE, name="ronn-01")
    lock = fcntl.flock

    def lock_late(descriptor: int, operation: int) -> None:
        if operation & fcntl.LOCK_SH:  # who looks has opened the file
            registration.tell(renamed)
        lock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", lock_late)
    assert running_nodes(tmp_path) == [renamed]
    assert running_nodes(tmp_path) == [renamed]
    registration.close()


def test_a_folder_that_has_the_name_of_a_nodes_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "1.json").mkdir()
    assert running_nodes(tmp_path) == []
