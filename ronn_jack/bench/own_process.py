"""Measurements in a process of their own, so that nothing else of the program is in them.

The measuring module reads its task as JSON from standard input. It prints what it is doing, a line
each, and as its last line what it found as JSON.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from typing import TextIO, TypeVar

import msgspec

from ronn_jack.errors import MachineError

Progress = Callable[[str], None]
_Result = TypeVar("_Result")
_Task = TypeVar("_Task")


def measure_apart(
    task: object,
    result: type[_Result],
    seconds: float,
    progress: Progress,
    environment: Mapping[str, str] | None = None,
) -> _Result:
    """Let the module of a task measure, and return what it found.

    Parameters
    ----------
    task : object
        Its class's module is run as a program, and has to call `answer`.
    seconds : float
        After this time it is ended as hanging.
    environment : mapping, optional
        Variables to set for it.

    Raises
    ------
    MachineError
        If it fails, with its last word.
    """
    module = type(task).__module__
    with tempfile.TemporaryFile() as words:
        process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=words,
            env={**os.environ, **(environment or {})},
        )
        assert process.stdin is not None
        assert process.stdout is not None
        deadline = threading.Timer(seconds, process.kill)
        deadline.start()
        try:
            process.stdin.write(msgspec.json.encode(task))
            process.stdin.close()
            found = b""
            for line in process.stdout:
                if line.startswith(b"{"):
                    found = line
                else:
                    progress(line.decode().strip())
            code = process.wait()
        finally:
            deadline.cancel()
            process.kill()
            process.wait()
            process.stdout.close()
        words.seek(0)
        said = words.read().decode(errors="replace").strip().splitlines()
    if code != 0:
        reason = said[-1] if said else f"it did not end within {seconds:g} s"
        raise MachineError(f"measuring failed in {module}: {reason}")
    return msgspec.json.decode(found, type=result)


def answer(task: type[_Task], measure: Callable[[_Task, Progress], object], stdout: TextIO) -> None:
    """Do as a measuring module has to."""

    def progress(text: str) -> None:
        stdout.write(f"{text}\n")
        stdout.flush()

    found = measure(msgspec.json.decode(sys.stdin.buffer.read(), type=task), progress)
    stdout.write(msgspec.json.encode(found).decode() + "\n")
