"""Tests of MIDI that is sent once, on a machine that may be late with a block."""

from __future__ import annotations

import functools
from collections.abc import Callable

import pytest

from ronn_jack.drivers.jack_driver import JackClient
from tests.support.jack_server import wait_for

_TRIES = 4


def settle(client: JackClient) -> None:
    """Wait until what has been sent has been taken."""
    blocks = client.blocks
    wait_for(lambda: client.blocks > blocks + 2, what="blocks to pass")


def again_where_late(test: Callable[..., None]) -> Callable[..., None]:
    """Let a test of the fixture `client` begin with nothing waiting, and anew after xruns.

    The server drops the MIDI that a late block should have read.
    """

    @functools.wraps(test)
    def tried(client: JackClient, **fixtures: object) -> None:
        for number in range(1, _TRIES + 1):
            settle(client)
            client.midi.read()
            client.midi.read_clock()
            xruns = client.xruns
            try:
                test(client=client, **fixtures)
                return
            except (AssertionError, pytest.fail.Exception):
                if number == _TRIES or client.xruns == xruns:
                    raise

    return tried
