"""Which process stands behind a JACK client's name, as names change hands. [control-thread]

When a server is restarted, its clients come back in any order, and two instances of a program may
find each other's name. jackd tells nobody whose client is whose, but each client keeps the socket
by which the server notifies it, and that bears its name.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

Processes = frozenset[int]

_SOCKETS = Path("/proc/net/unix")
_PROCESSES = Path("/proc")


def client_processes() -> dict[str, Processes]:
    """Return the processes of this user that have a client of a name, on whichever server.

    Empty where the system does not tell, or where JACK is no jackd.
    """
    names = dict(_client_sockets())
    found: dict[str, set[int]] = defaultdict(set)
    if names:
        for process, inode in _open_sockets():
            if inode in names:
                found[names[inode]].add(process)
    return {name: frozenset(processes) for name, processes in found.items()}


def name_now(
    name: str, processes: Processes, clients: Mapping[str, Processes], ours: str
) -> str | None:
    """Return the name that a client has now; None while it is away, or nobody knows.

    Parameters
    ----------
    name : str
        Its name before.
    processes : frozenset of int
        Its process then; empty if that was not known.
    clients : mapping
        What `client_processes` returns now.
    ours : str
        Name that we have now, which is never another client's.
    """
    if clients.get(name, frozenset()) & processes and name != ours:
        return name
    if any(map(_lives, processes)):
        renamed = [n for n, behind in clients.items() if behind & processes and n != ours]
        return renamed[0] if len(renamed) == 1 else None
    # Its program has been started anew, or is not known: whoever has the name is meant.
    return name if name != ours else None


def _lives(process: int) -> bool:
    return (_PROCESSES / str(process)).exists()


def _client_sockets() -> Iterator[tuple[str, str]]:
    """Yield the inode and the client's name of every socket that a client is notified by."""
    pattern = re.compile(rf" (\d+) /\S*/jack_(.+)_{os.getuid()}_0$", re.MULTILINE)
    with contextlib.suppress(OSError):
        yield from pattern.findall(_SOCKETS.read_text(errors="replace"))


def _open_sockets() -> Iterable[tuple[int, str]]:
    """Yield process and inode of every open socket that may be seen."""
    for folder in _PROCESSES.glob("[0-9]*/fd"):
        with contextlib.suppress(OSError):
            for entry in os.scandir(folder):
                with contextlib.suppress(OSError):
                    target = os.readlink(entry.path)  # noqa: PTH115
                    if target.startswith("socket:["):
                        yield int(folder.parent.name), target[8:-1]
