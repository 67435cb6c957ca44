"""`ronn-jack`, and `python -m ronn_jack`, from the first moment on."""

from __future__ import annotations

import os
import signal
from types import FrameType

from ronn_jack.process import on_signals, open_closed_streams


def main() -> None:
    """Load the command line and run it; until it listens to signals, SIGINT ends it in one line."""
    open_closed_streams()
    on_signals(_leave, signal.SIGINT)
    from ronn_jack.cli import main as command_line

    command_line()


def _leave(number: int, frame: FrameType | None) -> None:
    # An exception in the middle of an import would be shown as a traceback.
    os.write(2, b"ronn-jack: interrupted\n")
    os._exit(1)


if __name__ == "__main__":
    main()
