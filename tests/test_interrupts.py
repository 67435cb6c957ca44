"""Signals end the node in time, whatever its threads are in the middle of."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

from ronn_jack.interrupts import LAST_SECONDS

_SLACK_SECONDS = 2.0
_WITHIN_COMPILED_CODE = """
import ctypes, signal
from ronn_jack.interrupts import Interrupts
Interrupts(signal.SIGTERM)
mutex = ctypes.create_string_buffer(64)
print("there", flush=True)
for _ in range(2):  # the second waits for ever, and no signal interrupts it
    ctypes.CDLL(None).pthread_mutex_lock(mutex)
"""


def test_a_signal_ends_the_start_though_the_main_thread_is_in_compiled_code() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _WITHIN_COMPILED_CODE], stdout=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(0.1)  # on its way into the lock; earlier, the test would see no less
            process.send_signal(signal.SIGTERM)
            assert process.wait(LAST_SECONDS + _SLACK_SECONDS) == 0
        finally:
            process.kill()
