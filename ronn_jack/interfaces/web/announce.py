"""Telling the network where OSC and OSCQuery are, by zeroconf; an extra, `ronn-jack[zeroconf]`.

A node that listens on this computer alone is announced on its loopback interface alone, where other
programs of it look too, and hears questions from there alone.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import logging
import socket
import threading
from typing import TYPE_CHECKING

from ronn_jack.closing import ClosingOnce
from ronn_jack.interfaces.ports import EVERYWHERE

if TYPE_CHECKING:
    from zeroconf.asyncio import AsyncZeroconf

OSCQUERY_TYPE = "_oscjson._tcp.local."
OSC_TYPE = "_osc._udp.local."

_LOOPBACK = "127.0.0.1"
_LOOPBACK_INTERFACE = b"lo"
_END_SECONDS = 2.0

_log = logging.getLogger(__name__)


class Announcer(ClosingOnce):
    """Announces a node from its start to its end, on a thread of its own.

    Parameters
    ----------
    bind : str
        What is listened on.
    """

    def __init__(self, bind: str) -> None:
        super().__init__()
        self._bind = bind
        self._sockets: tuple[socket.socket, ...] = ()
        self._thread: threading.Thread | None = None

    def start(self, name: str, http_port: int, osc_port: int) -> None:
        """Announce the ports under a name, or one like it where that is taken."""
        if importlib.util.find_spec("zeroconf") is None:
            _log.debug("not announced, as zeroconf is missing: pip install 'ronn-jack[zeroconf]'")
            return
        waker, wakened = socket.socketpair()
        wakened.setblocking(False)
        self._sockets = (waker, wakened)
        ports = {OSCQUERY_TYPE: http_port, OSC_TYPE: osc_port}
        self._thread = threading.Thread(
            target=self._run, args=(name, ports, wakened), name="announcer", daemon=True
        )
        self._thread.start()

    def _end(self) -> None:
        """Say good-bye."""
        if self._thread is not None:
            self._sockets[0].send(b"\0")
            self._thread.join(_END_SECONDS)
            self._thread = None
        for each in self._sockets:
            each.close()

    def _run(self, name: str, ports: dict[str, int], wakened: socket.socket) -> None:
        import asyncio  # late, as the first sound would wait for it

        try:
            asyncio.run(_announce(name, ports, self._bind, wakened))
        except Exception as error:
            # No network, or one that says no: the node is found by its address all the same.
            _log.debug("not announced: %r", error)


async def _announce(name: str, ports: dict[str, int], bind: str, wakened: socket.socket) -> None:
    import asyncio

    from zeroconf import InterfaceChoice
    from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

    addresses = addresses_of(bind)
    here_only = addresses == [_LOOPBACK]
    machine = "localhost" if here_only else f"{socket.gethostname().partition('.')[0]}.local"
    everywhere = bind in EVERYWHERE
    zeroconf = AsyncZeroconf(InterfaceChoice.All if everywhere else addresses)

    async def register() -> None:
        for kind, port in ports.items():
            service = AsyncServiceInfo(
                kind,
                f"{name}.{kind}",
                port=port,
                properties={"txtvers": "1", "types": "ifshdTFNI"},
                server=f"{machine}.",
                parsed_addresses=addresses,
            )
            await (await zeroconf.async_register_service(service, allow_name_change=True))

    loop = asyncio.get_running_loop()
    try:
        await zeroconf.zeroconf.async_wait_for_start()
        if here_only:
            _keep_to_loopback(zeroconf)
        ended = loop.create_task(loop.sock_recv(wakened, 1))
        registering = loop.create_task(register())  # it asks for a while whether its name is free
        await asyncio.wait((ended, registering), return_when=asyncio.FIRST_COMPLETED)
        if registering.done():
            registering.result()
            await ended
        registering.cancel()
    finally:
        await zeroconf.async_close()


def _keep_to_loopback(zeroconf: AsyncZeroconf) -> None:
    """Hear nothing from beyond this computer: zeroconf listens everywhere, whatever it is told."""
    engine = zeroconf.zeroconf.engine
    for each in (*engine.readers, *engine.senders):
        each.transport.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_BINDTODEVICE, _LOOPBACK_INTERFACE
        )


def addresses_of(bind: str) -> list[str]:
    """Return the IPv4 addresses at which others find what listens on `bind`."""
    if bind in EVERYWHERE:
        import ifaddr  # which zeroconf brings

        found = [each.ip for adapter in ifaddr.get_adapters() for each in adapter.ips]
        texts = [each for each in found if isinstance(each, str)]  # those of IPv6 are tuples
        return [each for each in texts if not ipaddress.ip_address(each).is_loopback]
    address = socket.gethostbyname(bind)
    return [_LOOPBACK if ipaddress.ip_address(address).is_loopback else address]
