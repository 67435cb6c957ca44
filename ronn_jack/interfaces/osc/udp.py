"""OSC over UDP, by a socket that is read and written without giving up the interpreter's lock.

Python gives its lock up around every call of the system, even of one that can't wait. Where another
thread takes it, it comes back after that thread's turn and a scheduler's delay: on average some
0.15 ms in a node whose interpreter is kept busy, for each datagram that comes and each that goes.
The call itself takes 3 µs.
"""

from __future__ import annotations

import ctypes
import errno
import logging
import os
import socket

from ronn_jack.errors import MachineError

LARGEST_DATAGRAM = 65536
_LARGEST_PORT = 65535
_RECEIVE_BUFFER_BYTES = 2**20
"""Room for a burst while another thread keeps the interpreter busy; the system may grant less."""
_LARGEST_ADDRESS = 128
"""Bytes of the largest sockaddr there is."""
_WAITS = (errno.EAGAIN, errno.EWOULDBLOCK)

_log = logging.getLogger(__name__)
_libc = ctypes.PyDLL(None, use_errno=True)
_libc.recvfrom.restype = _libc.sendto.restype = ctypes.c_ssize_t
_libc.recvfrom.argtypes = (
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_int,
    ctypes.c_void_p,
    ctypes.c_void_p,
)
_libc.sendto.argtypes = (
    ctypes.c_int,
    ctypes.c_char_p,
    ctypes.c_size_t,
    ctypes.c_int,
    ctypes.c_char_p,
    ctypes.c_uint,
)


class DatagramSocket:
    """Receives and sends through a UDP socket, without waiting.

    Addresses are the system's own, as bytes: they are hardly ever read, only answered to.

    Parameters
    ----------
    bound : socket.socket
        IPv4 or IPv6; closing it is the caller's business.
    """

    def __init__(self, bound: socket.socket) -> None:
        self._socket = bound
        self._family = bound.family
        self._datagram = ctypes.create_string_buffer(LARGEST_DATAGRAM)
        self._address = ctypes.create_string_buffer(_LARGEST_ADDRESS)
        self._length = ctypes.c_uint()
        self._length_place = ctypes.byref(self._length)

    def receive(self) -> tuple[bytes, bytes] | None:
        """Return the next datagram and its sender's address; None if none waits.

        For one thread only.

        Raises
        ------
        OSError
            If the system reports a fault.
        """
        self._length.value = _LARGEST_ADDRESS
        size = _libc.recvfrom(
            self._socket.fileno(),
            self._datagram,
            LARGEST_DATAGRAM,
            socket.MSG_DONTWAIT,
            self._address,
            self._length_place,
        )
        if size < 0:
            if ctypes.get_errno() in _WAITS:
                return None
            raise _fault()
        sender = ctypes.string_at(self._address, self._length.value)
        return ctypes.string_at(self._datagram, size), sender

    def send(self, datagram: bytes, address: bytes) -> None:
        """[any-thread] Send a datagram.

        Raises
        ------
        OSError
            If the system does not take it, or the socket is closed.
        """
        descriptor = self._socket.fileno()
        flags = socket.MSG_DONTWAIT
        if _libc.sendto(descriptor, datagram, len(datagram), flags, address, len(address)) < 0:
            raise _fault()

    def name_of(self, address: bytes) -> str:
        """Return an address in words: "127.0.0.1:5000"."""
        numbers = address[4:8] if self._family == socket.AF_INET else address[8:24]
        return f"{socket.inet_ntop(self._family, numbers)}:{int.from_bytes(address[2:4], 'big')}"


class UdpSender:
    """An address from which datagrams come, the same for all of them."""

    __slots__ = ("_address", "_datagrams")

    def __init__(self, datagrams: DatagramSocket, address: bytes) -> None:
        self._datagrams = datagrams
        self._address = address

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UdpSender) and other._identity == self._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    @property
    def _identity(self) -> tuple[DatagramSocket, bytes]:
        return self._datagrams, self._address

    @property
    def name(self) -> str:
        """Who it is, for the log."""
        return f"osc {self._datagrams.name_of(self._address)}"

    def send(self, packet: bytes) -> None:
        """[any-thread] Send a datagram; an address that can't be reached is let go."""
        try:
            self._datagrams.send(packet, self._address)
        except OSError as error:
            _log.debug("answering %s: %s", self.name, error)


def bound_socket(host: str, port: int) -> socket.socket:
    """Return a UDP socket that is bound.

    Raises
    ------
    MachineError
        If the port is taken or can't be listened on.
    """
    if not 0 <= port <= _LARGEST_PORT:
        raise MachineError(f"OSC port {port} is out of range; use 0 to {_LARGEST_PORT}")
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE)
        # Most OSC senders know IPv4 alone, while 'localhost' often means IPv6 first.
        family, kind, protocol, _, address = min(found, key=lambda f: f[0] != socket.AF_INET)
        listening = socket.socket(family, kind, protocol)
    except (OSError, ValueError) as error:
        # An address that can't even be encoded is a ValueError.
        reason = error.strerror if isinstance(error, OSError) else "no address"
        raise MachineError(
            f"can't listen for OSC on '{host}' port {port}: {reason}; use another --bind"
        ) from None
    try:
        listening.setblocking(False)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)
        listening.bind(address)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            reason = "is taken: close the program that has it, or use another with --osc-port"
            raise MachineError(f"OSC port {port} {reason}") from None
        raise MachineError(
            f"can't listen for OSC on '{host}' port {port}: {error.strerror}; "
            "choose others with --bind and --osc-port"
        ) from None
    return listening


def _fault() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))
