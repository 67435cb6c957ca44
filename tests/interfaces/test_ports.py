from __future__ import annotations

import socket

import pytest

from ronn_jack.errors import MachineError
from ronn_jack.interfaces.ports import bound_socket, free_port

HERE = "127.0.0.1"


def test_a_free_port_can_be_had_for_udp_and_tcp() -> None:
    port = free_port()
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with bound_socket(HERE, port, kind, "OSC", "--osc-port") as bound:
            assert bound.getsockname() == (HERE, port)


def test_a_free_port_is_none_that_a_program_gets_by_chance() -> None:
    given = []
    for _ in range(200):
        with socket.create_server((HERE, 0)) as server:
            given.append(server.getsockname()[1])
    assert not min(given) <= free_port() <= max(given)


@pytest.mark.parametrize("kind", [socket.SOCK_DGRAM, socket.SOCK_STREAM])
def test_a_port_is_had_by_one(kind: socket.SocketKind) -> None:
    with bound_socket(HERE, 0, kind, "OSC", "--osc-port") as first:
        port = first.getsockname()[1]
        with pytest.raises(
            MachineError, match=f"OSC port {port} is taken: close the program .* with --osc-port"
        ):
            bound_socket(HERE, port, kind, "OSC", "--osc-port")


def test_who_connects_waits_until_it_is_served() -> None:
    with (
        bound_socket(HERE, 0, socket.SOCK_STREAM, "HTTP", "--http-port") as listening,
        socket.create_connection(listening.getsockname(), timeout=5) as connection,
    ):
        listening.setblocking(True)
        served, address = listening.accept()
        served.close()
        assert address == connection.getsockname()
