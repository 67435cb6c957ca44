"""Why libjack does not return: what it waits for, who holds it, and what to do. [control-thread]

JACK 2 keeps the metadata of all clients in a Berkeley DB that the programs of a user share through
mapped files. Whoever is killed in the middle of it leaves a lock behind for which all others wait
from then on, as do those to come.
"""

from __future__ import annotations

import contextlib
import os
import re
import socket
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")

_PROCESSES = Path("/proc")
_DATABASE = re.compile(r"\s(/.*/jack_db[^/]*)/[^/]+$")
_SOCKET_WAITS = ("unix", "sock", "skb")
"""In the names of the kernel's functions that wait for a server's answer."""


@dataclass(frozen=True)
class Process:
    """A process, by number and name, and whether it is stopped (SIGSTOP, Ctrl-Z, a debugger)."""

    number: int
    name: str
    stopped: bool

    @classmethod
    def of(cls, number: int) -> Process:
        """Return what the system tells of a process; it may have ended."""
        name, state = "unknown", ""
        with contextlib.suppress(OSError):
            stat = (_PROCESSES / str(number) / "stat").read_text(errors="replace")
            name = stat[stat.index("(") + 1 : stat.rindex(")")]
            state = stat[stat.rindex(")") + 2]
        return cls(number, name, state in ("T", "t"))

    def __str__(self) -> str:
        stopped = ", stopped" if self.stopped else ""
        return f"{self.name} ({self.number}{stopped})"


def explain(thread: int | None, server: str | None) -> str:
    """Say in one line why a thread of ours does not come back from libjack, and what to do.

    Parameters
    ----------
    thread : int or None
        The system's number of the thread.
    server : str or None
        Full name of the server that it needs.
    """
    holder = server_process(server)
    folder = _mapped_database()
    waits = _place_of(thread)
    if folder is None or any(word in waits for word in _SOCKET_WAITS):
        return _server_words(server, holder)
    return database_words(folder)


def database_words(folder: Path) -> str:
    """Say that the database hangs, and what to do with whoever has it open."""
    cause = f"JACK's database {folder} is stuck, as happens when a program is killed while it "
    cause += "uses it"
    users = database_users(folder)
    if not users:
        return f"{cause}: no JACK program has it open, so remove it: rm -r {folder}"
    stopped = next((user for user in users if user.stopped), None)
    if stopped is not None:
        return (
            f"{cause} or stopped: {stopped.name} is stopped and has it open, so continue it: "
            f"kill -CONT {stopped.number}"
        )
    listed = ", ".join(map(str, users))
    return f"{cause}: end {listed}, and once no JACK program runs, remove the folder"


def database_folder() -> Path:
    """Return where this user's JACK programs keep the database; it need not exist."""
    return SHARED_MEMORY / f"jack_db-{os.getuid()}"


def database_users(folder: Path) -> list[Process]:
    """Return the other processes that have files of the database mapped.

    One that may not be looked into counts where its name says that it belongs to JACK.
    """
    files = set()
    with contextlib.suppress(OSError):
        for path in folder.iterdir():
            status = path.stat()
            files.add((os.major(status.st_dev), os.minor(status.st_dev), status.st_ino))
    own = os.getpid()
    numbers = (int(p.name) for p in _PROCESSES.iterdir() if p.name.isdigit())
    return [Process.of(number) for number in numbers if number != own and _has(number, files)]


def _has(process: int, files: set[tuple[int, int, int]]) -> bool:
    try:
        return not files.isdisjoint(_mapped_files(process))
    except PermissionError:
        return "jack" in Process.of(process).name
    except OSError:  # it has ended
        return False


def _mapped_files(process: int) -> Iterator[tuple[int, int, int]]:
    with (_PROCESSES / str(process) / "maps").open(errors="replace") as maps:
        for line in maps:
            device, inode = line.split(maxsplit=5)[3:5]
            if inode != "0":
                major, minor = device.split(":")
                yield int(major, 16), int(minor, 16), int(inode)


def server_process(server: str | None) -> Process | None:
    """Return the process of a jackd by its name; None if there is none, or it is no jackd."""
    if server is None or sys.platform != "linux":
        return None
    place = SHARED_MEMORY / f"jack_{server}_{os.getuid()}_0"
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(0.1)
        connection.connect(str(place))
        size = struct.calcsize("3i")
        peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
        return Process.of(struct.unpack("3i", peer)[0])
    return None


def _server_words(server: str | None, holder: Process | None) -> str:
    named = f"the JACK server '{server}'" if server else "the JACK server"
    if holder is None:
        return f"{named} does not answer: restart it"
    if holder.stopped:
        return (
            f"{named} ({holder.name}, process {holder.number}) is stopped and does not answer: "
            f"continue it with 'kill -CONT {holder.number}', or end it"
        )
    return f"{named} ({holder.name}, process {holder.number}) does not answer: restart it"


def _mapped_database() -> Path | None:
    """Return the folder of the database that this process has mapped."""
    with contextlib.suppress(OSError):
        for line in (_PROCESSES / "self" / "maps").read_text(errors="replace").splitlines():
            found = _DATABASE.search(line)
            if found:
                return Path(found[1])
    return None


def _place_of(thread: int | None) -> str:
    """Return the kernel's function in which a thread of ours waits; "" where that is not told."""
    with contextlib.suppress(OSError):
        return (_PROCESSES / "self" / "task" / str(thread) / "wchan").read_text()
    return ""
