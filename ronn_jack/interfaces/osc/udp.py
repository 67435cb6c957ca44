"""OSC over UDP, by a socket that is read and written without giving up the interpreter's lock.

Python gives its lock up around every call of the system, even of one that can't wait. Where another
thread takes it, it comes back after that thread's turn and a scheduler's delay: on average some
0.15 ms in a node whose interpreter is kept busy, for each datagram that comes and each that goes.
The call itself takes 3 µs.
"""

from __future__ import annotations

import ctypes
import errno
import ipaddress
import logging
import os
import socket
import sys

from ronn_jack.errors import UsageError, shown

LARGEST_DATAGRAM = 65536
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

    def host_of(self, address: bytes) -> str:
        """Return an address's IP address in words; one of IPv4 that IPv6 has wrapped as it is."""
        numbers = address[4:8] if self._family == socket.AF_INET else address[8:24]
        return socket.inet_ntop(self._family, numbers).removeprefix("::ffff:")

    def name_of(self, address: bytes) -> str:
        """Return an address in words: "127.0.0.1:5000"."""
        return f"{self.host_of(address)}:{int.from_bytes(address[2:4], 'big')}"

    def address_of(self, host: str, port: int) -> bytes:
        """Return what the system would give as the address of an IP address and a port.

        Raises
        ------
        ValueError
            If it is none that this socket can send to.
        """
        ip = ipaddress.ip_address(host)
        if self._family == socket.AF_INET6 and ip.version == 4:
            ip = ipaddress.IPv6Address(b"\0" * 10 + b"\xff" * 2 + ip.packed)
        if (self._family == socket.AF_INET) != (ip.version == 4):
            raise ValueError
        middle, end = (b"", bytes(8)) if ip.version == 4 else (bytes(4), bytes(4))
        rest = port.to_bytes(2, "big") + middle + ip.packed + end
        if sys.platform == "darwin":
            return bytes([len(rest) + 2, self._family]) + rest
        return int(self._family).to_bytes(2, sys.byteorder) + rest


class UdpSender:
    """An address from which datagrams come, the same for all of them."""

    __slots__ = ("_address", "_datagrams")
    lasts = False

    def __init__(self, datagrams: DatagramSocket, address: bytes) -> None:
        self._datagrams = datagrams
        self._address = address

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, UdpSender)
            and other._address == self._address
            and other._datagrams is self._datagrams
        )

    def __hash__(self) -> int:
        return hash(self._address)

    @property
    def name(self) -> str:
        """Who it is, for the log."""
        return f"osc {self._datagrams.name_of(self._address)}"

    @property
    def host(self) -> str:
        """Its IP address."""
        return self._datagrams.host_of(self._address)

    def send(self, packet: bytes) -> bool:
        """[any-thread] Send a datagram; return whether it is on its way.

        An address that can't be reached is let go.
        """
        try:
            self._datagrams.send(packet, self._address)
        except OSError as error:
            _log.debug("answering %s: %s", self.name, error)
            return error.errno not in _WAITS
        return True


class Destinations:
    """Turns hosts and ports into destinations, which are reached from the port that is listened on.

    Where that is open to this computer only, others are reached from a port that nothing is read
    from.
    """

    def __init__(self, bound: socket.socket, datagrams: DatagramSocket) -> None:
        self._datagrams = datagrams
        host, self._port = bound.getsockname()[:2]
        self._here = ipaddress.ip_address(host)
        self._family = bound.family
        self._outward: socket.socket | None = None

    def reach(self, host: str, port: int) -> UdpSender:
        """Return the destination at an IP address, or here for "localhost".

        Raises
        ------
        UsageError
            If it is no address that can be reached.
        """
        four = self._family == socket.AF_INET
        if host == "localhost":
            host = "127.0.0.1" if four else "::1"
        try:
            there = ipaddress.ip_address(host)
            if port == self._port and self._is_here(there):
                raise UsageError(
                    f"port {port} of {host} is the node's own, which would hear itself; name the "
                    "port that you listen on"
                )
            datagrams = self._datagrams
            if self._here.is_loopback and not there.is_loopback:
                datagrams = self._outward_datagrams()
            return UdpSender(datagrams, datagrams.address_of(host, port))
        except ValueError:
            raise UsageError(
                f"host {shown(host)} is no IPv{4 if four else 6} address; use one such as "
                f"{'192.168.1.7' if four else 'fe80::7'}, or localhost"
            ) from None

    def resolve(self, host: str, port: int) -> UdpSender:
        """Return the destination at a name or an address; asking for a name may take seconds.

        Raises
        ------
        UsageError
            If there is none.
        """
        try:
            found = socket.getaddrinfo(host, port, self._family, socket.SOCK_DGRAM)
        except (OSError, ValueError):
            raise UsageError(f"host {shown(host)} can't be found; use its IP address") from None
        return self.reach(str(found[0][4][0]), port)

    def close(self) -> None:
        """Give up what was opened to reach others."""
        if self._outward is not None:
            self._outward.close()

    def _is_here(self, there: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
        """Say whether what is sent to an address comes in where the node listens."""
        if not self._here.is_unspecified or there == self._here:
            return there == self._here
        with socket.socket(self._family, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind((str(there), 0))  # as nobody can but on this computer
            except OSError:
                return False
        return True

    def _outward_datagrams(self) -> DatagramSocket:
        if self._outward is None:
            self._outward = socket.socket(self._family, socket.SOCK_DGRAM)
            self._outward.setblocking(False)
            self._away = DatagramSocket(self._outward)
        return self._away


def _fault() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))
