"""Which node a command speaks to, and what it is asked."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from ronn_jack.errors import MachineError, UsageError
from ronn_jack.interfaces.osc.addresses import ERROR, ROOT, SHARE
from ronn_jack.interfaces.osc.client import Client
from ronn_jack.interfaces.osc.codec import Argument
from ronn_jack.interfaces.ports import EVERYWHERE, OSC_PORT
from ronn_jack.parameters import Value, defaults, parameter
from ronn_jack.parameters.share import read_shared
from ronn_jack.running_nodes import RunningNode, running_nodes
from ronn_jack.settings import load_settings

_HERE = "127.0.0.1"
_ANSWER_SECONDS = 2.0
_MORE_SECONDS = 0.2


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


def answers(client: Client, address: str, seconds: float) -> Iterator[tuple[Argument, ...]]:
    """Yield the arguments of the answers to an address, after waiting for the first.

    Raises
    ------
    UsageError
        If the node answers that it can't be done.
    MachineError
        If it doesn't answer in time.
    """
    answered = False
    until = time.monotonic() + seconds
    while received := client.receive(until):
        for message in received:
            if message.address == ERROR:
                raise UsageError(str(message.arguments[-1]))
            if message.address == address:
                yield message.arguments
                answered, until = True, time.monotonic() + _MORE_SECONDS
    if not answered:
        raise MachineError("the node has not answered; is it still running?")


def sounds_of_node(
    host: str | None, port: int | None, tcp: bool, address: str = SHARE
) -> list[dict[str, Value]]:
    """Return the values of all parameters as a node's sounds have them, at its tempo.

    Parameters
    ----------
    address : str
        Which is answered by the texts of the sounds that are meant.

    Raises
    ------
    UsageError, MachineError
        As of `connected` and `answers`.
    """
    tempo = parameter("tempo")
    with connected(host, port, tcp) as client:
        said = []
        for asked in (address, ROOT + tempo.name):
            client.send(asked)
            said.append(next(answers(client, asked, _ANSWER_SECONDS)))
    texts, (beats,) = said
    common = {**defaults(), tempo.name: tempo.parse(beats)}
    return [{**common, **read_shared(str(text))} for text in texts]
