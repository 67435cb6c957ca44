"""`ronn-jack` that has longer to end in order than a busy machine takes for it.

One that hangs at its end still ends by force, with another code, while a test waits for it.
"""

from __future__ import annotations

import sys

LAST_SECONDS = 15.0
"""The node's own 2.3 s have been passed by 2 s where ten programs shared two processors."""

PATIENT = [
    sys.executable,
    "-c",
    f"""
from ronn_jack import __main__, interrupts
interrupts.LAST_SECONDS = {LAST_SECONDS}
__main__.main()
""",
]
"""A command that takes the same arguments."""
