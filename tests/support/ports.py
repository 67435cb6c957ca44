"""Ports for programs that are started by a test."""

from __future__ import annotations

import os

from ronn_jack.interfaces.ports import free_port

_WORKERS = 8
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0")[2:]) % _WORKERS


def own_port() -> int:
    """Return a free port that no other worker of this run draws before it is bound."""
    while (port := free_port()) % _WORKERS != _WORKER:
        pass
    return port
