"""What protects the tests from other programs, other programs from the tests, and both from hangs.

JACK's programs share files in /dev/shm: a studio that plays there while the tests run must not be
hurt by servers that are killed, nor the tests by what somebody else has left behind.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support import shared_memory
from tests.support.models import put_models

pytest_plugins = [
    "tests.support.watchdog",
    "tests.support.order",
    "tests.support.command_line",
]

# How long an example takes is the machine's affair. What has changed is told by the same examples
# as before; `make soak` seeks new ones.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("seeking", unhurried)
settings.register_profile("same", unhurried, derandomize=True)
settings.load_profile("same")

# Nodes keep what they were doing: not where the user's own do.
os.environ["XDG_STATE_HOME"] = tempfile.mkdtemp(prefix="ronn-test-state-")
atexit.register(shutil.rmtree, os.environ["XDG_STATE_HOME"], ignore_errors=True)

# Nor are the user's presets and models looked at: there are others, that names can be chosen among.
os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp(prefix="ronn-test-data-")
atexit.register(shutil.rmtree, os.environ["XDG_DATA_HOME"], ignore_errors=True)
put_models(Path(os.environ["XDG_DATA_HOME"]) / "ronn_jack")

# Before the process has other threads.
shared_memory.enter_private()


def pytest_sessionstart(session: pytest.Session) -> None:
    """Compile first what is missing, as no test waits for that; don't begin where JACK hangs."""
    if not (hasattr(session.config, "workerinput") or session.config.option.collectonly):
        # Not at the top, as numpy starts threads.
        from ronn_jack.commands.kernels import compile_kernels

        compile_kernels(print)
    if shared_memory.is_private():
        return
    from ronn_jack.drivers.jack_server import probe
    from ronn_jack.errors import JackError

    try:
        probe("ronn-test-none")
    except JackError as error:
        pytest.exit(str(error), returncode=1)
