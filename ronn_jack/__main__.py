"""`ronn-jack`, and `python -m ronn_jack`, from the first moment on."""

from __future__ import annotations

import _thread
import contextlib
import gc
import os
import signal
import sys
import time
import warnings
from types import FrameType
from typing import Any

from ronn_jack.process import is_node, on_signals, open_closed_streams

_SOON_SECONDS = 0.01
_OBJECTS = 100_000
"""New ones after which Python looks for what nobody needs any more."""


def main() -> None:
    """Load the command line and run it; until it listens to signals, they end it at once."""
    open_closed_streams()
    if not sys.warnoptions:  # Python's -W and PYTHONWARNINGS show them
        warnings.simplefilter("ignore")
    # Before numpy is imported: no sound needs its threads, of which each takes memory.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # Nearly all that a start makes stays: looking through it again and again took 0.2 s.
    gc.set_threshold(_OBJECTS)
    on_signals(_leave, signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    sys.unraisablehook = _interrupt_again
    from ronn_jack.cli import main as command_line

    code: str | int | None = 0
    try:
        command_line()
    except SystemExit as end:
        code = end.code
    from ronn_jack.drivers import jack_calls

    jack_calls.leave()
    # Python isn't taken down: that takes seconds on a busy machine, deaf to signals, and a thread
    # that waits in libjack meanwhile would crash the process.
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(code if isinstance(code, int) else code is not None)


def _interrupt_again(fault: Any) -> None:
    """See to it that an interrupt that came within a callback, where it is ignored, is not lost."""
    if issubclass(fault.exc_type, KeyboardInterrupt):
        # Later and from elsewhere, as it would be raised and ignored right here.
        _thread.start_new_thread(_interrupt_soon, ())
    else:
        sys.__unraisablehook__(fault)


def _interrupt_soon() -> None:
    time.sleep(_SOON_SECONDS)
    # A real one, as main() may wait in a system call.
    os.kill(os.getpid(), signal.SIGINT)


def _leave(number: int, frame: FrameType | None) -> None:
    # An exception in the middle of an import would be shown as a traceback.
    if is_node():
        os._exit(0)
    os.write(2, b"ronn-jack: interrupted\n")
    os._exit(1)


if __name__ == "__main__":
    main()
