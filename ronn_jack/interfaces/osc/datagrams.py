"""A UDP socket that is read and written without giving up the interpreter's lock.

Python gives its lock up around every call of the system, even of one that can't wait. Where another
thread takes it, it comes back after that thread's turn and a scheduler's delay: on average some
0.15 ms in a node whose interpreter is kept busy, for each datagram that comes and each that goes.
The call itself takes 3 µs.
"""

from __future__ import annotations

import ctypes
import errno
import os
import socket

LARGEST_DATAGRAM = 65536
_LARGEST_ADDRESS = 128
"""Bytes of the largest sockaddr there is."""
_WAITS = (errno.EAGAIN, errno.EWOULDBLOCK)

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


def _fault() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))
