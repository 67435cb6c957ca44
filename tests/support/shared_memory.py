"""A /dev/shm that nobody else sees, as all JACK programs of a user share files in it.

`python -m tests.support.shared_memory [FOLDER] -- COMMAND …` runs a command in one of its own, with
a copy of a folder in it; without a folder also where none of its own can be had.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")

_CLONE_NEWNS, _CLONE_NEWUSER = 0x00020000, 0x10000000
_MS_REC, _MS_PRIVATE = 0x4000, 1 << 18
_PRIVATE = "RONN_JACK_PRIVATE_SHARED_MEMORY"
"""Variable that tells a program that its /dev/shm is private already."""
_entered = False


def enter_private() -> bool:
    """Give this process, and those it will start, a /dev/shm of their own; False if forbidden.

    To be called before the process has other threads.
    """
    global _entered
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_CLONE_NEWNS) != 0:
        if libc.unshare(_CLONE_NEWNS | _CLONE_NEWUSER) != 0:
            return False
        try:
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        except OSError:
            return False
    if libc.mount(b"none", b"/", None, _MS_REC | _MS_PRIVATE, None) != 0:
        return False
    _entered = libc.mount(b"tmpfs", bytes(SHARED_MEMORY), b"tmpfs", 0, b"mode=1777") == 0
    return _entered


def is_private() -> bool:
    """Tell whether `enter_private` has succeeded in this process, or in one that became it."""
    return _entered or _PRIVATE in os.environ


def private(command: list[str], folder: Path | None = None) -> list[str]:
    """Return a command that runs another in a /dev/shm of its own, with a copy of a folder."""
    given = [] if folder is None else [str(folder)]
    return [sys.executable, "-m", "tests.support.shared_memory", *given, "--", *command]


def main() -> None:
    place = sys.argv.index("--")
    folders = [Path(folder) for folder in sys.argv[1:place]]
    if enter_private():
        os.environ[_PRIVATE] = "yes"
    elif folders:
        sys.exit("no private /dev/shm can be had here")
    for folder in folders:
        shutil.copytree(folder, SHARED_MEMORY / folder.name)
    os.execvp(sys.argv[place + 1], sys.argv[place + 1 :])


if __name__ == "__main__":
    main()
