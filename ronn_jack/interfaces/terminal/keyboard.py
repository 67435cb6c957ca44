"""Keys that are pressed in the terminal, one by one and without being shown."""

from __future__ import annotations

import contextlib
import os
import re
import select
import termios
from typing import Any, TextIO

from ronn_jack.closing import Closing

_MOST_AT_ONCE = 16
"""Keys taken from one look: more have been pasted, and were not meant for the node."""
_LOCAL_MODES = 3  # index of c_lflag in termios' list
_UNWANTED = termios.ICANON | termios.ECHO
_SEQUENCE = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|O.|.)?")
"""What arrows and function keys send."""
_BEGUN = re.compile(r"\x1b(\[[0-?]*[ -/]*|O)?$")
"""The same, of which the rest is still on its way."""


class Keyboard(Closing):
    """Reads a terminal key by key; signals of the terminal (Ctrl-C, Ctrl-Z) stay what they are.

    A program in the background leaves the terminal alone, which would stop it otherwise.

    Parameters
    ----------
    stream : file
        A terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        self._file = stream.fileno()
        self._before: list[Any] | None = None
        self._begun = ""
        self._gone = False

    def pressed(self) -> str:
        """Return the keys that were pressed since the last call; returns at once."""
        if self._gone or not _in_foreground(self._file):
            return ""
        begun, self._begun = self._begun, ""
        try:
            self._take()
            if not select.select([self._file], [], [], 0.0)[0]:
                return ""
            typed = os.read(self._file, 4096)
        except (OSError, termios.error):
            typed = b""
        self._gone = not typed
        text = begun + typed.decode(errors="ignore")
        if rest := _BEGUN.search(text):
            text, self._begun = text[: rest.start()], rest.group()
        keys = _SEQUENCE.sub("", text)
        return keys if len(keys) <= _MOST_AT_ONCE else ""

    def close(self) -> None:
        """Leave the terminal as it was."""
        before, self._before = self._before, None
        if before is not None and _in_foreground(self._file):
            with contextlib.suppress(OSError, termios.error):
                termios.tcsetattr(self._file, termios.TCSANOW, before)

    def _take(self) -> None:
        """Have keys come at once; a shell that took the terminal meanwhile has undone it."""
        modes = termios.tcgetattr(self._file)
        if modes[_LOCAL_MODES] & _UNWANTED:
            if self._before is None:
                self._before = list(modes)
            modes[_LOCAL_MODES] &= ~_UNWANTED
            termios.tcsetattr(self._file, termios.TCSANOW, modes)


def _in_foreground(file: int) -> bool:
    """Whether a terminal may be read without being stopped for it."""
    try:
        return os.tcgetpgrp(file) == os.getpgrp()
    except OSError:  # not the terminal that controls this program
        return True
