"""What those who come to the HTTP server may take of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Limits:
    """Limits of one server.

    Attributes
    ----------
    connections, listeners : int
        How many there may be at a time.
    request_seconds : float
        Time for a request from its connection, or from the request before, to its answer's end.
    idle_seconds : int
        Time after which a connection that asks nothing more is ended.
    crossing_seconds : float
        Time in which what a listener is told may cross a value of its own on the way.
    lost_seconds : float
        Time without a sign of life after which a WebSocket's other end is taken for gone.
    strangers : int
        How many may be about to say the token at a time; another takes the place of the first.
    token_seconds, denial_seconds : float
        Time for that, and what a wrong one costs.
    """

    connections: int = 128
    listeners: int = 64
    request_seconds: float = 10.0
    idle_seconds: int = 5
    crossing_seconds: float = 0.25
    lost_seconds: float = 15.0
    strangers: int = 8
    token_seconds: float = 5.0
    denial_seconds: float = 1.0
