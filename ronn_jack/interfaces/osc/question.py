"""Asking a running node by OSC, and reading what it answers."""

from __future__ import annotations

import socket
import time
from collections.abc import Collection
from types import TracebackType
from typing import Self

from ronn_jack.errors import MachineError, UsageError
from ronn_jack.interfaces.osc.addresses import ERROR
from ronn_jack.interfaces.osc.codec import Argument, Message, decode, encode

_LARGEST_BYTES = 65536


class Question:
    """A sender of OSC to one node, for one thread.

    Parameters
    ----------
    host : str
    port : int
    """

    def __init__(self, host: str, port: int) -> None:
        self._where = f"{host} port {port}"
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.connect((host, port))
        except (OSError, OverflowError) as error:
            self._socket.close()
            raise MachineError(f"{self._where} can't be reached: {error}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._socket.close()

    def send(self, address: str, *arguments: int | float | bool | str) -> None:
        """Send a message.

        Raises
        ------
        MachineError
            If nobody has listened to the one before.
        """
        try:
            self._socket.send(encode(address, arguments))
        except OSError as error:
            raise self._nobody(error) from None

    def answer(self, addresses: Collection[str], seconds: float) -> tuple[Argument, ...] | None:
        """Return the arguments of the next answer to one of some addresses; None in time of none.

        Raises
        ------
        UsageError
            If the node answers that it can't be done.
        MachineError
            If nobody listens.
        """
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0.0:
            self._socket.settimeout(left)
            try:
                items = decode(self._socket.recv(_LARGEST_BYTES))
            except TimeoutError:
                return None
            except OSError as error:
                raise self._nobody(error) from None
            for item in items:
                if isinstance(item, Message) and item.address == ERROR:
                    raise UsageError(str(item.arguments[-1]))
                if isinstance(item, Message) and item.address in addresses:
                    return item.arguments
        return None

    def _nobody(self, error: OSError) -> MachineError:
        return MachineError(
            f"no node answers at {self._where} ({error.strerror}): start one with 'ronn-jack run', "
            "or name its --host and --port"
        )
