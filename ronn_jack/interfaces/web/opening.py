"""Opening the page in the user's browser."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading

_OPEN = "import sys, webbrowser; sys.exit(not webbrowser.open(sys.argv[1]))"

_log = logging.getLogger(__name__)


def open_page(url: str) -> None:
    """Let the user's browser show a page; returns at once."""
    threading.Thread(target=_open, args=(url,), name="browser", daemon=True).start()


def _open(url: str) -> None:
    # A process of its own: what a browser writes belongs on no screen of ours, one for a terminal
    # must not take ours, and Ctrl-C ends the node, not the browser.
    command = [sys.executable, "-c", _OPEN, url]
    nothing = subprocess.DEVNULL
    ended = subprocess.run(
        command, stdin=nothing, stdout=nothing, stderr=nothing, start_new_session=True, check=False
    )
    if ended.returncode:
        _log.warning("no browser could be opened: open %s yourself", url)
