"""Who may ask over HTTP: no page of another site, under whatever name it has the node called.

A browser lets any page send requests to the machine that it runs on. What it can't do is lie about
where the page is from (Origin), or about the name by which it found the node (Host): one that was
made to point here only afterwards, by DNS rebinding, is none of the node's.
"""

from __future__ import annotations

import ipaddress
import logging
import re
import socket
from collections.abc import Callable, Iterable

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ronn_jack.errors import shown
from ronn_jack.interfaces.ports import EVERYWHERE

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::[0-9]{1,5})?")
_SCHEMES = ("http://", "https://")
"""A page that a proxy serves encrypted is still the node's own."""
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What the page may load and run: files of the node's own and nothing that stands in the page."""
_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"cross-origin-resource-policy": b"same-origin",
    b"content-security-policy": _POLICY.encode(),
    b"referrer-policy": b"no-referrer",
    b"cache-control": b"no-store",
}
"""Of every answer, unless it has its own."""
_NOT_ALLOWED = (
    "{host} may not ask: start the node with --allow {host}, or on another --bind than {bind}"
)

_log = logging.getLogger(__name__)


def own_names(bind: str) -> frozenset[str]:
    """Return the names by which a node may be called that listens on `bind`."""
    names = {"localhost", bind.lower()}
    if bind != "localhost" and not _is_loopback(bind):
        machine = socket.gethostname().lower()
        names |= {machine, f"{machine}.local"}
    return frozenset(names.difference(EVERYWHERE))


def fault(host: str | None, origin: str | None, server: str, names: Iterable[str]) -> str | None:
    """Return why a request is refused; None where it is not.

    Parameters
    ----------
    host, origin : str or None
        The headers of those names.
    server : str
        The node's own address at which the request came in.
    names : iterable of str
        Names of the node, besides its addresses.
    """
    called = _HOST.fullmatch((host or "").lower())
    if called is None:
        return f"Host {shown(host)} is no address of the node"
    name = called[1].strip("[]").removesuffix(".")
    if name not in names and not _is_loopback(name) and _plain(name) != _plain(server):
        return f"Host {shown(host)} is not the node: call it by its address"
    # A program that is no browser sends none.
    if origin is not None and origin.lower() not in [s + called[0] for s in _SCHEMES]:
        return f"Origin {shown(origin)} is not the node's own"
    return None


class Guard:
    """Lets through to an application what may ask, and ends no connection by a fault of ours.

    Parameters
    ----------
    app : ASGI application
    bind : str
        What is listened on.
    permits : callable
        Says whether an address may make a request.
    """

    def __init__(self, app: ASGIApp, bind: str, permits: Callable[[str, Scope], bool]) -> None:
        self._app = app
        self._bind = bind
        self._names = own_names(bind)
        self._permits = permits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*{**_HEADERS, **dict(message["headers"])}.items()]
            await send(message)

        reason = self._fault(scope)
        if reason is not None:
            _log.debug("refused: %s", reason)
            await _refuse(reason, scope, receive, send_guarded)
            return
        try:
            await self._app(scope, receive, send_guarded)
        except Exception:
            _log.exception("while answering %s", scope["path"])
            raise

    def _fault(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        (server, _), (client, _) = scope["server"], scope["client"]
        if not self._permits(client, scope):
            return _NOT_ALLOWED.format(host=client, bind=self._bind)
        return fault(headers.get("host"), headers.get("origin"), server, self._names)


async def _refuse(reason: str, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
    else:
        await PlainTextResponse(f"{reason}\n", 403)(scope, receive, send)


def _is_loopback(name: str) -> bool:
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _plain(address: str) -> str:
    """Return an address as it is written; one of IPv4 that IPv6 has wrapped as what it is."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)
