"""The composition root: puts the node together, starts its parts in order, stops them reversed."""

from __future__ import annotations

import contextlib
import gc
import logging
import sys
import time
from collections.abc import Mapping

from ronn_jack.control.controller import Controller
from ronn_jack.control.events import (
    ServerJoined,
    ServerLost,
    StateChanged,
    Stopped,
    log_event,
)
from ronn_jack.control.protocols import Preset
from ronn_jack.control.subscriptions import Delivery, Numbered
from ronn_jack.cost.calibration import load_cost_model
from ronn_jack.drivers.jack_devices import DEFAULT_DEVICE
from ronn_jack.drivers.jack_driver import JackClient, Wire
from ronn_jack.errors import JackError, NoServerError, SpecError
from ronn_jack.hotswap.node import LiveNode
from ronn_jack.interfaces.event_log import STDOUT, EventLog
from ronn_jack.interfaces.midi.input import MidiInput
from ronn_jack.interfaces.osc.server import OscServer
from ronn_jack.interfaces.terminal.snapshot import Snapshot, take_snapshot
from ronn_jack.interfaces.terminal.view import PlainView, logging_to, open_view
from ronn_jack.interrupts import Interrupts
from ronn_jack.parameters import Value
from ronn_jack.presets.store import PresetStore
from ronn_jack.settings import Settings

POLL_SECONDS = 0.02
"""How often `App.poll` wants to be called."""
_SWITCH_SECONDS = 0.0005
"""Longest turn of a Python thread while others wait: a knob should not wait for the screen."""
_WIRES_SECONDS = 0.25
_LOOK_SECONDS = 0.1
"""Time between two looks at the audio thread's counters."""
_SETTLED_SECONDS = 0.5
"""Wiring younger than this may be what a dying server has left of it."""
_LATE_SECONDS = 0.2
_MUTED_POLL_SECONDS = 0.001
_RECONNECT_SECONDS = 0.1
_REWIRE_SECONDS = 30.0

log = logging.getLogger(__name__)


class App:
    """The node with all its interfaces.

    Parameters
    ----------
    settings : Settings
    values : mapping
        Accepted value of every parameter.
    preset : Preset, optional
        The one that `values` were taken from.
    """

    def __init__(
        self,
        settings: Settings,
        values: Mapping[str, Value],
        preset: Preset | None = None,
    ) -> None:
        self.settings = settings
        cost = load_cost_model().seconds
        self._node = LiveNode(settings.inputs, settings.outputs, cost=cost)
        self._node.set_controls(values)
        presets = PresetStore()
        presets.names()  # read now, rather than while a sender waits
        self.controller = Controller(self._node, presets, values, preset=preset)
        self._node.report_to(self.controller)
        self.subscriptions = self.controller.subscriptions
        self._osc = OscServer(self.controller, settings.bind, settings.osc_port)
        self._midi = MidiInput(self.controller, settings, publish=self.subscriptions.publish)
        self._state = ""
        self.client: JackClient | None = None
        self._wirings: list[tuple[float, list[Wire]]] = []
        self._missing: list[Wire] = []
        self._rewire_until = 0.0
        self._next_wiring = self._next_rewiring = self._next_attempt = self._next_look = 0.0
        self._joined = self._checked = False
        self._name = settings.name
        self._obstacle = ""

    @property
    def osc_port(self) -> int:
        """The UDP port that OSC is taken on."""
        return self._osc.port

    def start(self) -> None:
        """Start every part.

        Raises
        ------
        MachineError
            If the OSC port is taken, or there is no libjack or no server.
        SpecError
            If the network is too long at the server's rate.
        """
        with contextlib.ExitStack() as undo:
            undo.callback(self.stop)
            self._osc.start()
            client = self._open()
            self._start_audio(client)
            if self.settings.connect is not None:
                self._connect(client, self.settings.connect)
            self._midi.start(self._read_midi)
            self._describe(client)
            undo.pop_all()

    def snapshot(self) -> Snapshot:
        """Return what there is to see now."""
        osc = f"{self.settings.bind}:{self.osc_port}"
        preset, edited = self.controller.preset, self.controller.edited
        return take_snapshot(self.controller, self.client, osc, preset, edited)

    def poll(self) -> None:
        """Take care of a server that went or came back, and of wires that are to be restored."""
        now = time.monotonic()
        if now >= self._next_look:
            self._next_look = now + _LOOK_SECONDS
            self._look()
        if self.client is None:
            self._try_again(now)
        elif self.client.lost:
            self._lose(now)
        elif self.client.rate_changed:
            self._follow_rate(self.client)
        else:
            self._check_scheduling(self.client)
            self._keep_wires(self.client, now)

    def stop(self) -> None:
        """Fade out and stop every part; doing so twice is harmless."""
        self._midi.close()
        self._osc.close()
        client, self.client = self.client, None
        if client is not None:
            self._look()
            status = self._node.status()
            if not client.lost:
                self._fade_out(client)
            # It may still report a network that was heard, so the end is told after it.
            self._node.detach()
            client.close()
            self.subscriptions.publish(Stopped(status))

    def _fade_out(self, client: JackClient) -> None:
        """Fall silent; a server whose blocks are late gets the time it needs, within reason."""
        deadline = time.monotonic() + self._node.fade_out() + _LATE_SECONDS
        while not client.engine.muted and time.monotonic() < deadline:
            time.sleep(_MUTED_POLL_SECONDS)
        # The block that ends the fade has still to be played.
        time.sleep(client.period / client.rate)

    def _look(self) -> None:
        xruns = self._node.look()
        if xruns is not None:
            self.subscriptions.publish(xruns)
        state = self._node.state
        if state != self._state:
            self._state = state
            self.subscriptions.publish(StateChanged(state))

    def _open(self) -> JackClient:
        settings = self.settings
        return JackClient(self._name, settings.server, settings.inputs, settings.outputs)

    def _start_audio(self, client: JackClient) -> None:
        # Told before the first network can sound, as the swap is told by another thread.
        self.subscriptions.publish(
            ServerJoined(client.name, client.rate, client.period, client.realtime)
        )
        try:
            self._begin(client)
            client.activate()
            self._joined = True
            self._name = client.name  # asked for again, so that no two nodes swap their names
        except BaseException:
            self._node.detach()
            client.close()
            raise
        self.client = client

    def _check_scheduling(self, client: JackClient) -> None:
        """Tell of an audio thread without realtime scheduling, once it has run."""
        if self._checked or not client.blocks:
            return
        self._checked = True
        if not client.realtime:
            log.warning(
                "the audio thread runs without realtime scheduling, so expect dropouts: "
                "'ronn-jack doctor' says what to do"
            )

    def _begin(self, client: JackClient) -> None:
        try:
            self.controller.begin(lambda: self._node.attach(client))
        except SpecError as error:
            if not self._joined:
                raise
            # The server has come back at another rate, and is no reason to end.
            self.controller.refused(None, str(error))
            self._node.go_dry()

    def _follow_rate(self, client: JackClient) -> None:
        """Go on at the server's new rate, as after a server that came back at it."""
        self._fade_out(client)
        if client.follow_rate():
            self._node.detach()
            self.subscriptions.publish(
                ServerJoined(client.name, client.rate, client.period, client.realtime)
            )
            self._begin(client)
            client.resume()

    def _describe(self, client: JackClient) -> None:
        try:
            client.describe()
        except JackError as error:
            log.warning("%s", error)

    def _connect(self, client: JackClient, pattern: str) -> None:
        wires = client.wires_to(pattern)
        for wire in wires:
            client.connect(wire)
        if wires:
            pairs = [f"{wire.port} with {wire.other}" for wire in wires]
            log.info("connected %s", ", ".join(pairs))
        elif pattern == DEFAULT_DEVICE:
            log.warning("there is no sound card: choose ports with --connect PATTERN")
        else:
            log.warning("no JACK port matches --connect %s; jack_lsp lists them", pattern)
        sources = {wire.other for wire in wires if wire.port in ("in_1", "in_2")}
        if len(sources) == 2:
            log.info("a guitar in one of two channels is heard on both sides with --inputs 1")

    def _read_midi(self) -> list[bytes]:
        client = self.client
        return client.read() if client is not None else []

    def _lose(self, now: float) -> None:
        """Leave a server that is gone, and remember the wiring as it was while it was well."""
        assert self.client is not None
        self.subscriptions.publish(ServerLost())
        settled = [wires for at, wires in self._wirings if at < now - _SETTLED_SECONDS]
        self._missing = (settled or [wires for _, wires in self._wirings] or [[]])[-1]
        self._wirings = []
        client, self.client = self.client, None
        self._node.detach()
        client.close()

    def _try_again(self, now: float) -> None:
        if now < self._next_attempt:
            return
        self._next_attempt = now + _RECONNECT_SECONDS
        try:
            self._start_audio(client := self._open())
        except NoServerError:
            return
        except JackError as error:
            if str(error) != self._obstacle:
                self._obstacle = str(error)
                log.warning("still waiting: %s", error)
            return
        self._obstacle = ""
        self._rewire_until = now + _REWIRE_SECONDS
        self._describe(client)

    def _keep_wires(self, client: JackClient, now: float) -> None:
        if self._missing and self._next_rewiring <= now < self._rewire_until:
            self._next_rewiring = now + _RECONNECT_SECONDS
            self._missing = client.restore(self._missing)
        if now >= self._next_wiring:
            self._next_wiring = now + _WIRES_SECONDS
            with contextlib.suppress(JackError):
                wires = client.wires()
                if not client.lost:
                    self._wirings = [*self._wirings[-4:], (now, wires)]


def run_node(
    settings: Settings,
    values: Mapping[str, Value],
    log_json: str | None,
    interrupts: Interrupts,
    preset: Preset | None = None,
) -> None:
    """Run the node until it is interrupted, then fade out and close.

    Parameters
    ----------
    settings : Settings
    values : mapping
        Accepted value of every parameter.
    log_json : str or None
        File for the event log, or STDOUT; what people read goes to stderr then.
    interrupts : Interrupts
        Tell when to end.
    preset : Preset, optional
        The one that `values` were taken from.

    Raises
    ------
    RonnError
        If it can't start.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)
    with contextlib.ExitStack() as stack:
        event_log = None if log_json is None else stack.enter_context(EventLog(log_json))
        view = PlainView(sys.stderr) if log_json == STDOUT else open_view(sys.stdout)
        stack.enter_context(view)
        stack.enter_context(logging_to(view))
        app = App(settings, values, preset)
        stack.enter_context(Delivery(app.subscriptions.subscribe(), _log))
        if event_log is not None:
            event_log.follow(app.subscriptions)
        stack.callback(app.stop)
        try:
            app.start()
        except JackError:
            if not interrupts.wanted.is_set():
                raise
        interrupts.started()
        _spare_collections()
        while not interrupts.wanted.wait(POLL_SECONDS):
            app.poll()
            view.update(app.snapshot())


def _spare_collections() -> None:
    """Keep the garbage collector from walking through all that the program consists of.

    Compiled code alone brings 100,000 objects: a collection would hold every thread up for 50 ms.
    """
    gc.collect()
    gc.freeze()


def _log(numbered: Numbered) -> None:
    log_event(numbered.event)
