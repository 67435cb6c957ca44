"""The composition root: puts the node together, starts its parts in order, stops them reversed."""

from __future__ import annotations

import contextlib
import gc
import sys
from collections.abc import Mapping

from ronn_jack.control.controller import Controller
from ronn_jack.control.events import (
    log_event,
)
from ronn_jack.control.protocols import Preset
from ronn_jack.control.subscriptions import Delivery, Numbered
from ronn_jack.cost.calibration import load_cost_model
from ronn_jack.drivers.jack_driver import JackClient
from ronn_jack.errors import JackError
from ronn_jack.hotswap.node import LiveNode
from ronn_jack.interfaces.event_log import STDOUT, EventLog
from ronn_jack.interfaces.midi.input import JACK_PORT, MidiInput
from ronn_jack.interfaces.midi.output import MidiOutput, NativePort
from ronn_jack.interfaces.midi.output_ports import HardwareOutputs
from ronn_jack.interfaces.osc.access import Access
from ronn_jack.interfaces.osc.server import OscServer
from ronn_jack.interfaces.terminal.snapshot import Snapshot, take_snapshot
from ronn_jack.interfaces.terminal.view import PlainView, logging_to, open_view
from ronn_jack.interrupts import Interrupts
from ronn_jack.parameters import Value
from ronn_jack.presets.store import PresetStore
from ronn_jack.settings import Settings
from ronn_jack.supervisor import Supervisor

POLL_SECONDS = 0.02
"""How often `App.poll` wants to be called."""
_SWITCH_SECONDS = 0.0005
"""Longest turn of a Python thread while others wait: a knob should not wait for the screen."""


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
        node = LiveNode(settings.inputs, settings.outputs, cost=load_cost_model().seconds)
        node.set_controls(values)
        presets = PresetStore()
        presets.names()  # read now, rather than while a sender waits
        self.controller = Controller(node, presets, values, preset=preset)
        node.report_to(self.controller)
        self.subscriptions = self.controller.subscriptions
        self._midi_out = MidiOutput(
            NativePort(JACK_PORT),
            HardwareOutputs(settings.name),
            self.subscriptions.subscribe(dump=True),
        )
        self._midi = MidiInput(
            self.controller,
            settings,
            publish=self.subscriptions.publish,
            output=self._midi_out,
        )
        self._osc = OscServer(
            self.controller,
            settings.bind,
            settings.osc_port,
            Access(settings.bind, settings.allow, settings.osc_token),
            settings.osc_feedback,
            self._midi.learning,
        )
        self._supervisor = Supervisor(self.controller, node, self._open, settings.name)

    @property
    def client(self) -> JackClient | None:
        """The present client of the server; None while there is none."""
        return self._supervisor.client

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
            self._supervisor.start(self.settings.connect)
            self._midi_out.native.send = self._supervisor.send_midi
            self._midi_out.native.targets = lambda: self._supervisor.midi_targets
            self._midi.start(self._supervisor.read_midi)
            self._supervisor.describe()
            undo.pop_all()

    def snapshot(self) -> Snapshot:
        """Return what there is to see now."""
        osc = f"{self.settings.bind}:{self.osc_port}"
        preset, edited = self.controller.preset, self.controller.edited
        return take_snapshot(self.controller, self.client, osc, preset, edited)

    def _open(self, name: str) -> JackClient:
        settings = self.settings
        return JackClient(name, settings.server, settings.inputs, settings.outputs)

    def poll(self) -> None:
        """Take care of the server; to be called every POLL_SECONDS."""
        self._supervisor.poll()

    def stop(self) -> None:
        """Fade out and stop every part; doing so twice is harmless."""
        self._midi.close()
        self._osc.close()
        self._supervisor.stop()


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
    interrupts.joining()  # before the terminal shows what has to be taken away again
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
        if not interrupts.wanted.is_set():
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
