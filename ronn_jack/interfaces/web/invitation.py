"""The page's address as others need it: with the token, and as a picture for a phone's camera."""

from __future__ import annotations

import itertools
import socket
from urllib.parse import quote

from ronn_jack.interfaces.ports import EVERYWHERE

_QUIET_MODULES = 2
"""Border that readers need around a code."""
_HALVES = {(0, 0): " ", (1, 0): "▀", (0, 1): "▄", (1, 1): "█"}
"""Characters by their upper and lower half, a module each."""
_FAR = ("192.0.2.1", 9)
"""An address that no machine has, RFC 5737; nothing is sent there."""


def invitation(bind: str, port: int, token: str) -> str:
    """Return the page's address for who is on another machine."""
    host = outward_address() if bind in EVERYWHERE else bind
    return f"http://{f'[{host}]' if ':' in host else host}:{port}/#token={quote(token, safe='')}"


def outward_address() -> str:
    """Return the address at which others find this machine, or its name if it is in no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_FAR)
        except OSError:
            return socket.gethostname()
        name: str = probe.getsockname()[0]
        return name


def code_lines(text: str) -> tuple[str, ...]:
    """Return a QR code of a text, dark on light, as lines of a terminal."""
    import segno  # here, as it is needed once, and by few

    code = segno.make_qr(text, error="l")
    rows = [list(row) for row in code.matrix_iter(border=_QUIET_MODULES)]
    pairs = itertools.zip_longest(rows[::2], rows[1::2], fillvalue=[0] * len(rows[0]))
    return tuple(
        "".join(_HALVES[bool(a), bool(b)] for a, b in zip(upper, lower, strict=True))
        for upper, lower in pairs
    )
