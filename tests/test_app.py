"""The composition root where no server takes part."""

import numpy as np

from ronn_jack.app import App
from ronn_jack.control.events import Refused
from ronn_jack.parameters import defaults
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.engine_state import Control
from ronn_jack.settings import load_settings


class Client:
    """A client of a server that is slower than the one before."""

    name, rate, period, realtime, lost, load, xruns = "ronn", 8000.0, 64, True, False, 0.0, 0

    def __init__(self):
        self.engine = Engine(2, 2, self.rate, history_seconds=1.0)
        self.active = False

    def callback_times(self):
        return np.zeros(1, np.int64)

    def activate(self):
        self.active = True

    def close(self):
        self.active = False


def test_a_server_that_comes_back_too_slow_for_the_network_plays_dry(tmp_path):
    # 1 + 99 · (2^14 − 1) frames: 34 s at 48 kHz.
    values = {**defaults(), "kernel": 100, "layers": 14}
    app = App(load_settings({}, tmp_path / "none.toml"), values)
    app._joined = True
    client = Client()
    told = app.subscriptions.subscribe()
    app._start_audio(client)
    try:
        assert client.active
        assert client.engine._record.controls[0, Control.DRY] == 1.0
        [refused] = [n.event for n in told.take() if isinstance(n.event, Refused)]
        assert "exceeds 60 s at 8000 Hz" in refused.reason
    finally:
        client.lost = True
        app.stop()
