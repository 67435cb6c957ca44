"""A pytest plugin that ends the run by force where a test hangs beyond its own time-out.

A signal, by which pytest-timeout ends a test, does not reach one that waits inside a library.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import threading
from collections.abc import Iterator

import psutil
import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("hang_grace", "Seconds that a test may outlive its time-out.", default="15")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    watchdog = threading.Timer(_limit(item), _end, [item])
    watchdog.daemon = True
    watchdog.start()
    try:
        return (yield)
    finally:
        watchdog.cancel()


def _limit(item: pytest.Item) -> float:
    marker = item.get_closest_marker("timeout")
    seconds = marker.args[0] if marker else item.config.getini("timeout")
    return float(seconds) + float(item.config.getini("hang_grace"))


def _end(item: pytest.Item) -> None:
    item.config.pluginmanager.getplugin("capturemanager").suspend_global_capture(in_=True)
    os.write(2, f"\n{item.nodeid} hangs, and is ended by force:\n".encode())
    faulthandler.dump_traceback(sys.__stderr__)
    for child in psutil.Process().children(recursive=True):
        child.kill()
    os._exit(1)
