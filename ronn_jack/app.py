"""The composition root: puts the node together, starts its parts in order, stops them reversed."""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from ronn_jack.control.controller import Controller
from ronn_jack.control.events import log_event
from ronn_jack.control.exploring.search import Search
from ronn_jack.control.scene import Scene
from ronn_jack.control.subscriptions import Delivery, Numbered
from ronn_jack.cost.calibration import load_cost_model
from ronn_jack.drivers.jack_driver import Connection, JackClient
from ronn_jack.errors import JackError
from ronn_jack.explore.explorer import Explorer
from ronn_jack.explore.pool import Pool
from ronn_jack.hotswap.node import LiveNode
from ronn_jack.interfaces.event_log import STDOUT, EventLog
from ronn_jack.interfaces.midi.input import JACK_PORT, MidiInput
from ronn_jack.interfaces.midi.output import MidiOutput, NativePort
from ronn_jack.interfaces.midi.output_ports import HardwareOutputs
from ronn_jack.interfaces.osc.access import Access, new_token
from ronn_jack.interfaces.osc.aliases.alias_file import load_aliases
from ronn_jack.interfaces.osc.server import OscServer
from ronn_jack.interfaces.ports import listen
from ronn_jack.interfaces.state_keeper import StateKeeper
from ronn_jack.interfaces.terminal.keys import Keys
from ronn_jack.interfaces.terminal.snapshot import Snapshot, take_snapshot
from ronn_jack.interfaces.terminal.view import PlainView, View, logging_to, open_view
from ronn_jack.interfaces.web.announce import Announcer
from ronn_jack.interfaces.web.opening import open_page
from ronn_jack.interfaces.web.server import WebServer
from ronn_jack.interrupts import Interrupts
from ronn_jack.midimap.profile_file import ProfileStore
from ronn_jack.pictures.live import LivePictures
from ronn_jack.presets.store import PresetStore
from ronn_jack.running_nodes import Registration, RunningNode
from ronn_jack.settings import Settings
from ronn_jack.supervisor import Supervisor

POLL_SECONDS = 0.02
"""How often `App.poll` wants to be called."""
_WEB_SECONDS = 3.0
"""Time after which HTTP is served even if no network could be heard."""
_OBJECTS = 700
"""New ones after which Python looks for what nobody needs: so few are looked through in no time."""
_SWITCH_SECONDS = 0.0005
"""Longest turn of a Python thread while others wait: a knob should not wait for the screen."""


class App:
    """The node with all its interfaces.

    Parameters
    ----------
    settings : Settings
    scene : Scene
        What to begin with.
    profiles : ProfileStore, optional
        MIDI profiles; by default the program's and the user's.
    """

    def __init__(
        self, settings: Settings, scene: Scene, profiles: ProfileStore | None = None
    ) -> None:
        self.settings = settings
        presets = PresetStore()
        presets.names()  # read now, rather than while a sender waits
        node = LiveNode(settings.inputs, settings.outputs, cost=load_cost_model().sounding_seconds)
        node.set_controls(scene.values)
        pool = Pool()
        search = Search(settings.lock, pool)
        self.controller = Controller(node, presets, scene=scene, search=search)
        self._explorer = Explorer(pool, self.controller, node) if settings.explore else None
        node.report_to(self.controller)
        self.subscriptions = self.controller.subscriptions
        access = Access(settings.bind, settings.allow, settings.osc_token or new_token())
        self._registration = Registration()
        self._midi_out = MidiOutput(
            NativePort(JACK_PORT),
            HardwareOutputs(settings.name),
            self.subscriptions.subscribe(dump=True),
        )
        self._midi = MidiInput(
            self.controller,
            settings,
            profiles,
            publish=self.subscriptions.publish,
            output=self._midi_out,
            state=self.controller.midi,
        )
        self._osc = OscServer(
            self.controller,
            settings.bind,
            access=access,
            feedback=settings.osc_feedback,
            aliases=load_aliases(settings.osc_aliases),
            learning=self._midi.learning,
        )
        self._pictures = LivePictures(self.controller, node)
        self._web = WebServer(
            self.controller,
            self._osc.handle,
            settings.bind,
            permits=access.permits,
            forget=self._osc.dispatcher.gone,
            token=None if access.here_only else access.token,
            pictures=self._pictures,
        )
        self._announcer = Announcer(settings.bind)
        self._web_latest: float | None = None
        """When HTTP is served at the latest; None while stopped, and once it is served."""
        self._supervisor = Supervisor(self.controller, node, self._open, settings.name)

    @property
    def client(self) -> JackClient | None:
        """The present client of the server; None while there is none."""
        return self._supervisor.client

    @property
    def osc_port(self) -> int:
        """The UDP port that OSC is taken on."""
        return self._osc.port

    @property
    def http_port(self) -> int:
        """The TCP port that HTTP is served on."""
        return self._web.port

    def start(self) -> None:
        """Start every part.

        Raises
        ------
        MachineError
            If the OSC or HTTP port is taken, or there is no libjack or no server.
        SpecError
            If the network is too long at the server's rate.
        """
        with contextlib.ExitStack() as undo:
            undo.callback(self.stop)
            settings = self.settings
            listening = listen(settings.bind, settings.osc_port, settings.http_port)
            self._web.listen(listening.http)
            self._osc.start((listening.udp, listening.tcp))
            self._supervisor.start(settings.connect)
            self._midi_out.native.send = self._supervisor.send_midi
            self._midi_out.native.targets = lambda: self._supervisor.midi_targets
            self._midi.following.read = self._supervisor.read_timing
            self._midi.start(self._supervisor.read_midi)
            self._supervisor.describe()
            self._register()
            if self._explorer is not None:
                self._explorer.start()
            self._web_latest = time.monotonic() + _WEB_SECONDS
            undo.pop_all()

    def snapshot(self) -> Snapshot:
        """Return what there is to see now."""
        osc = f"{self.settings.bind}:{self.osc_port}"
        preset, edited = self.controller.preset, self.controller.edited
        page, code = self._web.invitation, self._page_code
        return take_snapshot(self.controller, self.client, osc, preset, edited, page, code)

    @functools.cached_property
    def _page_code(self) -> tuple[str, ...]:
        """The page's address as a picture, where other machines may have it."""
        return self._web.code

    def _register(self) -> None:
        """Let others find the node under the name that the server has given it."""
        client = self.client
        if client is not None:
            osc = f"{self.settings.bind}:{self.osc_port}"
            http = f"{self.settings.bind}:{self.http_port}"
            self._registration.tell(
                RunningNode(os.getpid(), client.name, self.settings.server or "", osc, http)
            )

    def _serve_web(self) -> None:
        """Serve HTTP once the sound is there: so much is imported for it that all else waits."""
        latest = self._web_latest
        if latest is not None and (self.controller.ready or time.monotonic() >= latest):
            self._web_latest = None
            self._web.start(self.osc_port)
            self._announcer.start(self.controller.name, self.http_port, self.osc_port)
            if self.settings.open:
                open_page(self._web.url)

    @property
    def page_is_open(self) -> bool:
        """Whether a browser shows the page."""
        return self._web.pages > 0

    def show_page(self, shown: bool) -> None:
        """Let the user's browser show the page, or all browsers no more; returns at once."""
        if shown:
            open_page(self._web.url)
        else:
            self._web.hide_pages()

    def connections(self) -> Sequence[Connection]:
        """Return the connections of the node's ports, and those that wait for their other port."""
        return self._supervisor.connections()

    def connect(self, connections: Sequence[Connection]) -> None:
        """Make connections, each as soon as its other port is there."""
        self._supervisor.connect(connections)

    def _open(self, name: str) -> JackClient:
        settings = self.settings
        return JackClient(name, settings.server, settings.inputs, settings.outputs)

    def poll(self) -> None:
        """Take care of server, tempo and what may wait; to be called every POLL_SECONDS."""
        self._supervisor.poll()
        self.controller.tend()
        self._register()
        self._serve_web()

    def stop(self) -> None:
        """Fade out and stop every part; doing so twice is harmless."""
        self._web_latest = None
        giving_way: list[Announcer | LivePictures | Explorer] = [self._announcer, self._pictures]
        if self._explorer is not None:
            giving_way.append(self._explorer)
        # Good-byes take a moment, and so does the end of threads that give way to all others.
        with ThreadPoolExecutor(len(giving_way)) as meanwhile:
            ends = [meanwhile.submit(part.close) for part in giving_way]
            self._registration.close()
            self._midi.close()
            self._web.close()
            self._osc.close()
            self._supervisor.stop()
        for end in ends:
            end.result()


def run_node(
    settings: Settings, scene: Scene, log_json: str | None, interrupts: Interrupts
) -> None:
    """Run the node until it is interrupted, then fade out and close.

    Parameters
    ----------
    settings : Settings
    scene : Scene
        What to begin with.
    log_json : str or None
        File for the event log, or STDOUT; what people read goes to stderr then.
    interrupts : Interrupts
        Tell when to end.

    Raises
    ------
    RonnError
        If it can't start.
    """
    with (
        shown(log_json, interrupts) as view,
        contextlib.ExitStack() as written,
        followed(settings, scene, log_json) as app,
        contextlib.ExitStack() as keeping,
    ):
        try:
            app.start()
        except JackError:
            if not interrupts.wanted.is_set():
                raise
        else:
            keeper = written.enter_context(StateKeeper(app.controller, settings.name))
            keeping.callback(keeper.finish)  # a busy disk has time while the sound ends
        interrupts.started()
        if not interrupts.wanted.is_set():
            spare_collections()
        keys = Keys()
        while not interrupts.wanted.wait(POLL_SECONDS):
            app.poll()
            view.update(app.snapshot())
            if keys.press(view.pressed(), app.controller):
                break


@contextlib.contextmanager
def shown(log_json: str | None, interrupts: Interrupts) -> Iterator[View]:
    """Show what a node does, on stderr if its event log takes stdout."""
    sys.setswitchinterval(_SWITCH_SECONDS)
    interrupts.joining()  # before the terminal shows what has to be taken away again
    view = (
        PlainView(sys.stderr) if log_json == STDOUT else open_view(sys.stdout, keyboard=sys.stdin)
    )
    with view, logging_to(view):
        yield view


@contextlib.contextmanager
def followed(
    settings: Settings, scene: Scene, log_json: str | None, profiles: ProfileStore | None = None
) -> Iterator[App]:
    """Make a node whose events are logged from its start on, and stop it at the end."""
    with contextlib.ExitStack() as stack:
        event_log = None if log_json is None else stack.enter_context(EventLog(log_json))
        app = App(settings, scene, profiles)
        stack.enter_context(Delivery(app.subscriptions.subscribe(), _log))
        if event_log is not None:
            event_log.follow(app.subscriptions)
        stack.callback(app.stop)
        yield app


def spare_collections() -> None:
    """Keep the garbage collector from walking through all that the program consists of.

    A collection of all that is imported would hold every thread up for some 10 ms, so that there is
    none before either, while the first network is made.
    """
    gc.freeze()
    gc.set_threshold(_OBJECTS)


def _log(numbered: Numbered) -> None:
    log_event(numbered.event)
