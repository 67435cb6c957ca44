"""Which ports of others a client is to be connected with: by pattern, or the sound card's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

DEFAULT_DEVICE = ""
"""In place of a pattern: the ports of the sound card that the server takes first."""
_MONITOR = re.compile(r":monitor_[^:]*$")
"""A sink's source that gives what it plays, as PipeWire and jackd name them."""
_DEVICE = re.compile(r":(capture|playback)_[^:]*$")
"""PipeWire's names of the ports of devices, of which virtual ones are not physical."""


@dataclass(frozen=True)
class Port:
    """An audio port of another client.

    Attributes
    ----------
    name : str
        Full name.
    physical : bool
        Whether it belongs to hardware.
    """

    name: str
    physical: bool


def chosen(ports: Sequence[Port], pattern: str) -> list[str]:
    """Return the full names of the ports to connect with, the best ones first.

    Parameters
    ----------
    ports : sequence of Port
        In the server's order, in which PipeWire puts the default device first.
    pattern : str
        Regular expression for full names, or DEFAULT_DEVICE.
    """
    if pattern == DEFAULT_DEVICE:
        names = [p.name for p in _without_monitors(ports) if p.physical or _DEVICE.search(p.name)]
        return [name for name in names if _client(name) == _client(names[0])]
    matching = [port for port in ports if _names(pattern, port.name)]
    return [port.name for port in sorted(matching, key=lambda port: not port.physical)]


def paired_sources(ours: Sequence[str], sources: Sequence[str]) -> list[tuple[str, str]]:
    """Return which of our inputs hears which source: a lone one is heard by all of them."""
    if len(sources) == 1:
        return [(name, sources[0]) for name in ours]
    return list(zip(ours, sources, strict=False))


def paired_sinks(ours: Sequence[str], sinks: Sequence[str]) -> list[tuple[str, str]]:
    """Return which of our outputs goes to which sink: a lone one of either goes with both."""
    if len(sinks) == 1:
        return [(name, sinks[0]) for name in ours]
    if len(ours) == 1:
        return [(ours[0], sink) for sink in sinks[:2]]
    return list(zip(ours, sinks, strict=False))


def _names(pattern: str, name: str) -> bool:
    """Return whether a pattern means a port: a monitor only where that word makes it match.

    Otherwise the node would hear itself through a sink that is meant for its output.
    """
    if not re.search(pattern, name):
        return False
    return not (_MONITOR.search(name) and re.search(pattern, name.replace(":monitor_", ":")))


def _without_monitors(ports: Sequence[Port]) -> list[Port]:
    return [port for port in ports if not _MONITOR.search(port.name)]


def _client(name: str) -> str:
    return name.rpartition(":")[0]
