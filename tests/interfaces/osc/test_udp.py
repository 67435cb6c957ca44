"""Datagrams through a socket that never gives up the interpreter's lock."""

from __future__ import annotations

import errno
import select
import socket
from collections.abc import Iterator

import pytest

from ronn_jack.interfaces.osc.udp import LARGEST_DATAGRAM, DatagramSocket

FAMILIES = [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]


@pytest.fixture(params=FAMILIES, ids=["IPv4", "IPv6"])
def pair(request: pytest.FixtureRequest) -> Iterator[tuple[socket.socket, socket.socket]]:
    """A bound socket, and another that is connected to it."""
    family, host = request.param
    with socket.socket(family, socket.SOCK_DGRAM) as bound:
        try:
            bound.bind((host, 0))
        except OSError:
            pytest.skip(f"this machine has no {host}")
        with socket.socket(family, socket.SOCK_DGRAM) as other:
            other.settimeout(20.0)
            other.connect(bound.getsockname()[:2])
            yield bound, other


def arrived(bound: socket.socket, datagrams: DatagramSocket) -> tuple[bytes, bytes]:
    select.select([bound], [], [], 20.0)
    received = datagrams.receive()
    assert received is not None
    return received


def test_what_comes_is_answered_to_its_sender(pair) -> None:
    bound, other = pair
    datagrams = DatagramSocket(bound)
    for content in (b"/ronn/mix\0\0\0", b"", b"\0" * 9000):
        other.send(content)
        datagram, sender = arrived(bound, datagrams)
        assert datagram == content
        datagrams.send(b"answer to " + content[:20], sender)
        assert other.recv(LARGEST_DATAGRAM) == b"answer to " + content[:20]


def test_senders_are_told_apart_and_have_the_names_of_their_sockets(pair) -> None:
    bound, other = pair
    datagrams = DatagramSocket(bound)
    with socket.socket(bound.family, socket.SOCK_DGRAM) as third:
        third.connect(bound.getsockname()[:2])
        for each in (other, third):
            each.send(b"x")
            _, sender = arrived(bound, datagrams)
            assert datagrams.name_of(sender) == "{}:{}".format(*each.getsockname())


def test_nothing_is_waited_for(pair) -> None:
    assert DatagramSocket(pair[0]).receive() is None


def test_a_closed_socket_is_a_fault_of_the_system(pair) -> None:
    bound, other = pair
    datagrams = DatagramSocket(bound)
    other.send(b"x")
    _, sender = arrived(bound, datagrams)
    bound.close()
    with pytest.raises(OSError) as fault:
        datagrams.send(b"x", sender)
    assert fault.value.errno == errno.EBADF
    with pytest.raises(OSError):
        datagrams.receive()
