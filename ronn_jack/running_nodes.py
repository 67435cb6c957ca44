"""Which nodes of this user run on this machine, and where each listens.

Each node keeps a file in the folder for what lives as long as a login, locked for as long as the
node lives: one that nobody has locked is what a killed node has left.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs

from ronn_jack.errors import UsageError
from ronn_jack.files import read_file

_LARGEST_BYTES = 4096


@dataclass(frozen=True)
class RunningNode:
    """A node, for who looks for it.

    Attributes
    ----------
    process : int
        Its number.
    name : str
        Its name among JACK's clients.
    server : str
        The JACK server's name; empty for the default one.
    osc : str
        Address and port that OSC is taken on: "127.0.0.1:9420".
    http : str
        The same of HTTP; empty if there is none.
    """

    process: int
    name: str
    server: str
    osc: str
    http: str


class Registration:
    """Lets others find this node for as long as it lives.

    Parameters
    ----------
    folder : Path, optional
        In place of the user's.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or _runtime_folder()
        self._path = self._folder / f"{os.getpid()}.json"
        self._descriptor: int | None = None
        self._told: RunningNode | None = None

    def tell(self, node: RunningNode) -> None:
        """Tell where the node is now; a folder that can't be written to is no reason to end."""
        if node == self._told:
            return
        self._told = node
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            written = self._path.with_suffix(".new")
            descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC)
            # Locked before it can be seen, so that nobody takes it for a dead node's.
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            os.write(descriptor, json.dumps(asdict(node)).encode())
            written.replace(self._path)
            self._release()
            self._descriptor = descriptor

    def close(self) -> None:
        """Be found no longer; doing so twice is harmless."""
        if self._descriptor is not None:
            self._path.unlink(missing_ok=True)
            self._release()

    def _release(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


def running_nodes(folder: Path | None = None) -> list[RunningNode]:
    """Return the nodes that run, by their names; remove what dead ones have left.

    Parameters
    ----------
    folder : Path, optional
        In place of the user's.
    """
    found = [_read(path) for path in sorted((folder or _runtime_folder()).glob("*.json"))]
    return sorted((node for node in found if node), key=lambda node: (node.name, node.process))


def _read(path: Path) -> RunningNode | None:
    """Return what a file tells of a node that lives."""
    if not _is_locked(path):
        return None
    try:
        return RunningNode(**json.loads(read_file(path, _LARGEST_BYTES, UsageError)))
    except (
        UsageError,
        ValueError,
        TypeError,
        RecursionError,
    ):  # not one of ours, or of another version
        return None


def _is_locked(path: Path) -> bool:
    """Say whether a node that lives has a file; one that a dead node has left is removed."""
    while True:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            # Where a node that lives has put a newer one in its place, that is to be looked at.
            if os.fstat(descriptor).st_nlink:
                path.unlink(missing_ok=True)
                return False
        except OSError:
            return True
        finally:
            os.close(descriptor)


def _runtime_folder() -> Path:
    # Not by platformdirs, which warns of a system without the variable.
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime:
        return Path(runtime) / "ronn_jack"
    return platformdirs.user_state_path("ronn_jack", appauthor=False) / "running"
