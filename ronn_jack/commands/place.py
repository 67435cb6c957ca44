"""Which node a command speaks to."""

from __future__ import annotations

from ronn_jack.errors import UsageError
from ronn_jack.interfaces.osc.client import Client
from ronn_jack.interfaces.ports import EVERYWHERE, OSC_PORT
from ronn_jack.running_nodes import running_nodes
from ronn_jack.settings import load_settings

_HERE = "127.0.0.1"


def connected(host: str | None, port: int | None, tcp: bool) -> Client:
    """Return a client of a node.

    Parameters
    ----------
    host : str or None
        None for this computer.
    port : int or None
        None for that of the settings, or else of the node that runs on this computer.

    Raises
    ------
    UsageError
        If several run, and none of them is meant by what is given.
    MachineError
        If it can't be reached.
    """
    port = load_settings().osc_port if port is None else port
    if port is None and host is None:
        host, port = _only_node()
    return Client(host or _HERE, port or OSC_PORT, tcp)


def _only_node() -> tuple[str, int]:
    """Return where the one node listens; where one that is alone would, if none is known."""
    nodes = running_nodes()
    if len(nodes) > 1:
        listed = ", ".join(f"{node.name} has {node.osc}" for node in nodes)
        raise UsageError(f"{len(nodes)} nodes run ({listed}): choose one with --port")
    if not nodes:
        return _HERE, OSC_PORT
    host, _, port = nodes[0].osc.rpartition(":")
    return _HERE if host in EVERYWHERE else host, int(port)
