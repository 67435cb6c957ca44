"""Which node a command speaks to."""

from __future__ import annotations

from collections.abc import Sequence

from ronn_jack.errors import UsageError
from ronn_jack.interfaces.osc.client import Client
from ronn_jack.interfaces.ports import EVERYWHERE, OSC_PORT
from ronn_jack.running_nodes import RunningNode, running_nodes
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
    return Client(*place(host, port, running_nodes()), tcp)


def place(host: str | None, port: int | None, nodes: Sequence[RunningNode]) -> tuple[str, int]:
    """Return the host and the port of the node that is meant.

    It is that of the one node that runs, if nothing is said of either; else what is not said is
    that of a node that is alone on this computer.

    Raises
    ------
    UsageError
        If several run, and nothing is said.
    """
    if host is not None or port is not None:
        return host or _HERE, port or OSC_PORT
    if len(nodes) > 1:
        listed = ", ".join(f"{node.name} has {node.osc}" for node in nodes)
        raise UsageError(f"{len(nodes)} nodes run ({listed}): choose one with --port")
    if not nodes:
        return _HERE, OSC_PORT
    bound, _, number = nodes[0].osc.rpartition(":")
    return _HERE if bound in EVERYWHERE else bound, int(number)
