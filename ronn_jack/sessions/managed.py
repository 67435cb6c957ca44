"""The node as a part of a session: opened, saved and ended by a session manager."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import sys
import time
from pathlib import Path

from ronn_jack.app import POLL_SECONDS, App, followed, run_node, shown, spare_collections
from ronn_jack.control.scene import Scene
from ronn_jack.control.subscriptions import Subscription
from ronn_jack.errors import MachineError, RonnError, UsageError, reason_of
from ronn_jack.files import name_or_file
from ronn_jack.interfaces.nsm import (
    MOST_IMPORTANT,
    Announced,
    Code,
    Command,
    NsmClient,
    Open,
    Refused,
    Save,
    Show,
)
from ronn_jack.interfaces.state_keeper import scene_of, state_of
from ronn_jack.interfaces.terminal.keys import Keys
from ronn_jack.interrupts import Interrupts
from ronn_jack.midimap.profile_file import ProfileStore
from ronn_jack.presets.state import State
from ronn_jack.presets.store import PresetStore
from ronn_jack.process import SESSION
from ronn_jack.sessions.session_file import (
    PROFILES_FOLDER,
    SETTINGS,
    Session,
    read_session,
    write_session,
)
from ronn_jack.settings import Settings

PROGRAM = "ronn-jack"
CAPABILITIES = ("switch", "dirty", "progress", "message", "optional-gui")

_ANSWER_SECONDS = 3.0
"""Time after which a manager that says nothing is taken for gone."""

log = logging.getLogger(__name__)


def run_managed(
    settings: Settings, scene: Scene, log_json: str | None, interrupts: Interrupts
) -> None:
    """Run the node until it is interrupted, as a part of a session if there is a manager.

    Takes and raises what `run_node` does.
    """
    manager = _manager(settings.name, interrupts)
    if manager is None:
        run_node(settings, scene, log_json, interrupts)
        return
    with shown(log_json, interrupts) as view, contextlib.ExitStack() as stack:
        stack.callback(manager.close)
        managed = ManagedNode(manager, settings, scene, log_json)
        stack.callback(managed.close)
        interrupts.started()
        keys, ended = Keys(), False
        while not (ended or interrupts.wanted.wait(POLL_SECONDS)):
            managed.poll()
            if managed.app is not None:
                view.update(managed.app.snapshot())
                ended = keys.press(view.pressed(), managed.app.controller)


class ManagedNode:
    """A node that does what a session manager asks for; there is none until a session is opened.

    Parameters
    ----------
    manager : NsmClient
        Has taken us.
    settings, scene, log_json
        As `run_node` takes them, for a session that is new.
    """

    def __init__(
        self,
        manager: NsmClient,
        settings: Settings,
        scene: Scene,
        log_json: str | None,
    ) -> None:
        self._manager = manager
        self._settings = settings
        self._begin = scene
        self._log_json = log_json
        self._folder = Path()
        self._running = contextlib.ExitStack()
        self._events: Subscription | None = None
        self._saved: State | None = None
        self._dirty = self._shown = False
        self.app: App | None = None
        """The node; None while no session is open."""

    def poll(self) -> None:
        """Do what the manager has asked for, and take care of the node."""
        while (command := self._manager.poll()) is not None:
            self._do(command)
        if self.app is not None:
            self.app.poll()
            self._look_for_changes()
        self._look_for_pages()

    def close(self) -> None:
        """Fade out and leave JACK."""
        self.app = None
        self._running.close()

    def _do(self, command: Command) -> None:
        match command:
            case Open():
                self._open(command)
            case Save():
                self._save()
            case Show(shown) if self.app is not None:
                self.app.show_page(shown)

    def _open(self, asked: Open) -> None:
        self._manager.tell_progress(0.0)
        try:
            # Before anything ends: what is at fault leaves the present session as it is.
            session = read_session(asked.folder)
            settings = _settings_of(session, self._settings, asked.client_id)
            profiles = ProfileStore(session=asked.folder / PROFILES_FOLDER)
            profiles.load(name_or_file(settings.midi_profile))
            asked.folder.mkdir(parents=True, exist_ok=True)
        except UsageError as error:
            self._fail(Code.BAD_PROJECT, error)
            return
        except OSError as error:
            self._fail(Code.CREATE_FAILED, f"{asked.folder}: {reason_of(error)}")
            return
        self.close()
        try:
            self._start(settings, session, profiles)
        except (OSError, RonnError) as error:
            self._fail(Code.GENERAL, error)
            return
        self._folder = asked.folder
        self._manager.tell_progress(1.0)
        self._manager.tell_dirty(False)
        assert self.app is not None
        self._manager.tell(f"OSC on port {self.app.osc_port}, HTTP on port {self.app.http_port}")
        self._manager.opened(f"{asked.title} is open")
        log.info("session %s", asked.title)

    def _start(self, settings: Settings, session: Session, profiles: ProfileStore) -> None:
        with contextlib.ExitStack() as stack:
            scene = self._begin
            if session.state is not None:
                scene = scene_of(session.state, PresetStore())
            app = stack.enter_context(followed(settings, scene, self._log_json, profiles))
            self._events = app.subscriptions.subscribe()
            stack.callback(self._events.close)
            app.start()
            app.connect(session.connections)
            spare_collections()
            self._running = stack.pop_all()
        self.app, self._dirty = app, False
        self._saved = state_of(app.controller.scene)

    def _save(self) -> None:
        if self.app is None:
            self._manager.not_saved(Code.NO_SESSION_OPEN, "no session is open")
            return
        app, state = self.app, state_of(self.app.controller.scene)
        own = {name: getattr(app.settings, name) for name in SETTINGS}
        settings = {name: value for name, value in own.items() if value is not None}
        try:
            write_session(self._folder, Session(state, settings, tuple(app.connections())))
        except OSError as error:
            self._manager.not_saved(Code.GENERAL, f"{self._folder}: {reason_of(error)}")
            return
        self._saved, self._dirty = state, False
        self._manager.tell_dirty(False)
        self._manager.saved("saved")

    def _fail(self, code: Code, reason: object) -> None:
        self._manager.tell(str(reason), MOST_IMPORTANT)
        self._manager.not_opened(code, str(reason))
        log.warning("the session can't be opened: %s", reason)

    def _look_for_changes(self) -> None:
        """Tell whether what there is differs from what was saved, once something has happened."""
        if self._events is None or self.app is None or not self._events.take():
            return
        # Connections are none of the user's changes: other programs come and go.
        dirty = state_of(self.app.controller.scene) != self._saved
        if dirty != self._dirty:
            self._dirty = dirty
            self._manager.tell_dirty(dirty)

    def _look_for_pages(self) -> None:
        """Tell whether a browser shows the page, whoever has opened it."""
        shown = self.app is not None and self.app.page_is_open
        if shown != self._shown:
            self._shown = shown
            self._manager.tell_shown(shown)


def _settings_of(session: Session, settings: Settings, client_id: str) -> Settings:
    """Return the settings of a node in a session, which the manager names and the user connects.

    Raises
    ------
    UsageError
        Listing every fault of the session's own.
    """
    return settings.changed({**session.settings, "name": client_id, "connect": None})


def _executable() -> str:
    """Return the bare name by which the manager can start this program again."""
    called = Path(sys.argv[0]).name
    if shutil.which(called) is not None:
        return called
    if shutil.which(PROGRAM) is None:
        log.warning("the session manager can't start %s again: it is not in PATH", PROGRAM)
    return PROGRAM


def _manager(application: str, interrupts: Interrupts) -> NsmClient | None:
    """Return the session manager that has started the program and takes it, if there is one."""
    url = os.environ.get(SESSION)
    if not url:
        return None
    try:
        manager = NsmClient(url)
    except MachineError as error:
        log.warning("no session: %s", error)
        return None
    manager.announce(application, _executable(), CAPABILITIES)
    deadline = time.monotonic() + _ANSWER_SECONDS
    while time.monotonic() < deadline and not interrupts.wanted.wait(POLL_SECONDS):
        # What follows the welcome is left for the node to do.
        match manager.poll():
            case Announced(name):
                log.info("in a session of %s", name)
                return manager
            case Refused(reason):
                log.warning("no session: %s", reason)
                manager.close()
                return None
    log.warning("no session: nobody answers at %s = %s", SESSION, url)
    manager.close()
    return None
