"""Who may turn the node over the network."""

from __future__ import annotations

import contextlib
import functools
import hmac
import ipaddress
import secrets
import threading
import time
from collections.abc import Callable, Sequence

LEASE_SECONDS = 60.0
"""How long what a sender has asked for lasts without any message of it."""
_MOST_AUTHORISED = 256
_TOKEN_BYTES = 12

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def new_token() -> str:
    """Return a token that nobody guesses, short enough for a code that a phone reads at once."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


class Access:
    """Tells whose packets are heard.

    Who is on this computer always is. Others only where the node listens beyond it, and if their
    address is allowed, or they have sent the token from it within a lease.

    Parameters
    ----------
    bind : str
        Address that is listened on.
    allow : sequence of str
        Addresses, and ranges of them as ADDRESS/BITS.
    token : str, optional
        What a sender may send to be heard; see `new_token`.
    clock : callable
        Returns the time in s.
    """

    def __init__(
        self,
        bind: str = "127.0.0.1",
        allow: Sequence[str] = (),
        token: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._networks = [ipaddress.ip_network(each, strict=False) for each in allow]
        self._token = token
        self._clock = clock
        self._lock = threading.Lock()
        self._authorised: dict[str, float] = {}
        here = _address(bind)
        self.here_only = bind == "localhost" or (here is not None and here.is_loopback)
        """Whether nobody beyond this computer can send anything."""
        self._here = here
        self._is_known = functools.lru_cache(1024)(self._find_known)

    @property
    def token(self) -> str | None:
        """What a stranger may send to be heard."""
        return self._token

    @property
    def takes_token(self) -> bool:
        """Whether there is a token that a stranger may send."""
        return self._token is not None

    def permits(self, host: str) -> bool:
        """[any-thread] Say whether a packet from an address is heard; it renews the lease."""
        if self.here_only or self._is_known(host):
            return True
        with self._lock:
            return self._renewed(host)

    def allows(self, host: str, sender: str) -> bool:
        """[any-thread] Say whether a sender at one address may have feedback sent to another."""
        if host == sender or self._is_known(host):
            return True
        with self._lock:
            return self._renewed(host)

    def authorise(self, host: str, token: object) -> bool:
        """[any-thread] Let an address be heard for a lease if the token is the right one."""
        given = token.encode() if isinstance(token, str) else b""
        if self._token is None or not hmac.compare_digest(given, self._token.encode()):
            return False
        now = self._clock()
        with self._lock:
            for each in [h for h, end in self._authorised.items() if end <= now]:
                del self._authorised[each]
            if len(self._authorised) >= _MOST_AUTHORISED:
                del self._authorised[next(iter(self._authorised))]
            self._authorised[host] = now + LEASE_SECONDS
        return True

    def _renewed(self, host: str) -> bool:
        now = self._clock()
        if self._authorised.get(host, 0.0) <= now:
            return False
        self._authorised[host] = now + LEASE_SECONDS
        return True

    def _find_known(self, host: str) -> bool:
        address = _address(host)
        if address is None:
            return False
        if address.is_loopback or address == self._here:
            return True
        return any(address in network for network in self._networks)


def _address(text: str) -> _Address | None:
    """Return an address; one of IPv4 that IPv6 has wrapped as what it is."""
    with contextlib.suppress(ValueError):
        address = ipaddress.ip_address(text)
        mapped = getattr(address, "ipv4_mapped", None)
        return mapped if isinstance(mapped, ipaddress.IPv4Address) else address
    return None
