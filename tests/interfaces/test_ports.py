from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from typing import Self

import pytest

from ronn_jack.errors import MachineError
from ronn_jack.interfaces.ports import bound_socket, free_port, listen

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


class Taken:
    """What has ports of a machine, as another node does."""

    def __init__(self) -> None:
        # Elsewhere, as nodes may run on this machine.
        self.osc = _free_pairs()
        self.pairs = [(self.osc + 10 * n, self.osc + 10 * n + 1) for n in range(5)]
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def take(self, port: int, kind: socket.SocketKind) -> None:
        self._stack.enter_context(bound_socket(HERE, port, kind, "OSC", "--osc-port"))

    def node(self, osc: int | None = None, http: int | None = None) -> tuple[int, int]:
        """Return the ports that a node finds and has from now on."""
        listening = listen(HERE, osc, http, self.pairs)
        self._stack.enter_context(listening)
        assert listening.udp.getsockname() == listening.tcp.getsockname()
        osc_port, http_port = listening.ports
        return osc_port - self.osc, http_port - self.osc


def _free_pairs() -> int:
    """Return the first of the ports that `Taken` plays with, all of which are free."""
    while True:
        first = free_port()
        with contextlib.suppress(MachineError), contextlib.ExitStack() as stack:
            for place in (0, 1, 10, 11, 20, 21, 30, 500, 501):
                for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                    stack.enter_context(bound_socket(HERE, first + place, kind, "OSC", ""))
            return first


@pytest.fixture
def taken() -> Iterator[Taken]:
    with Taken() as taken:
        yield taken


def test_nodes_of_one_machine_find_ports_of_their_own(
    taken: Taken, caplog: pytest.LogCaptureFixture
) -> None:
    assert taken.node() == (0, 1)
    assert caplog.messages == []
    assert taken.node() == (10, 11)
    assert taken.node() == (20, 21)
    assert caplog.messages[1] == (
        f"port {taken.osc} or {taken.osc + 1} is taken, so this node has {taken.osc + 20} and "
        f"{taken.osc + 21}"
    )


@pytest.mark.parametrize(
    ("place", "kind"), [(0, socket.SOCK_DGRAM), (0, socket.SOCK_STREAM), (1, socket.SOCK_STREAM)]
)
def test_a_pair_of_which_anything_is_taken_is_left(
    taken: Taken, place: int, kind: socket.SocketKind
) -> None:
    taken.take(taken.osc + place, kind)
    assert taken.node() == (10, 11)


def test_a_port_that_was_chosen_is_kept_and_the_other_steps(taken: Taken) -> None:
    taken.node()
    assert taken.node(osc=taken.osc + 500) == (500, 11)
    assert taken.node(http=taken.osc + 501) == (10, 501)
    # Where the other would step to, there is the one that was chosen.
    assert taken.node(http=taken.osc + 20) == (30, 20)


@pytest.mark.parametrize("place", [0, 1])
def test_a_port_that_was_chosen_and_is_taken_is_an_error(taken: Taken, place: int) -> None:
    taken.node()
    port, name = taken.osc + place, ("OSC", "HTTP")[place]
    chosen = {name.lower(): port}
    with pytest.raises(MachineError, match=f"{name} port {port} is taken: .*--{name.lower()}-port"):
        taken.node(**chosen)
    assert taken.node() == (10, 11), "and nothing more is taken by it"


def test_where_all_are_taken_one_error_says_so(taken: Taken) -> None:
    del taken.pairs[2:]
    taken.node()
    taken.node()
    pairs = f"from {taken.osc} and {taken.osc + 1} to {taken.osc + 10} and {taken.osc + 11}"
    with pytest.raises(MachineError, match=f"{pairs}: close .*--osc-port and --http-port"):
        taken.node()


def test_an_address_that_can_not_be_had_is_told_at_once() -> None:
    with pytest.raises(MachineError, match="--bind"):
        listen("192.0.2.1", None, None)
