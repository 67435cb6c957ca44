"""Keeps what a node is doing in a file, so that it can go on there after its end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path

from ronn_jack.closing import Closing
from ronn_jack.control.controller import Controller
from ronn_jack.control.scene import Scene, Snapshots
from ronn_jack.errors import PresetError, reason_of
from ronn_jack.presets.state import (
    State,
    read_state,
    remove_unfinished,
    state_path,
    write_state,
)
from ronn_jack.presets.store import PresetStore

SETTLE_SECONDS = 0.5
"""Time without an event after which changes have settled."""
LONGEST_SECONDS = 5.0
"""Time after which they are written even if they don't."""
_END_SECONDS = 2.0

_log = logging.getLogger(__name__)


class StateKeeper(Closing):
    """Writes a node's state on a thread of its own, once changes have settled and at the end.

    Parameters
    ----------
    controller : Controller
    name : str
        The node's name for as long as no server has given it one.
    settle_seconds, longest_seconds : float, optional
    write : callable, optional
        Writes the state to a path; raises OSError where it can't.
    """

    def __init__(
        self,
        controller: Controller,
        name: str,
        settle_seconds: float = SETTLE_SECONDS,
        longest_seconds: float = LONGEST_SECONDS,
        write: Callable[[Path, State], None] = write_state,
    ) -> None:
        self._controller = controller
        self._name = name
        self._settle_seconds = settle_seconds
        self._longest_seconds = longest_seconds
        self._write_state = write
        # It only has to know that something happened.
        self._subscription = controller.subscriptions.subscribe(capacity=1)
        self._closing = threading.Event()
        self._latest = 0.0
        self._written: Scene | None = None
        self._fault = ""
        self._thread = threading.Thread(target=self._run, name="state", daemon=True)
        self._thread.start()

    def finish(self) -> None:
        """Write what is new, and end; `close` waits for it."""
        if not self._closing.is_set():
            # From here on the node may leave its server, and have no name.
            self._name = self._controller.name or self._name
            self._latest = time.monotonic() + _END_SECONDS
        self._closing.set()
        self._subscription.close()

    def close(self) -> None:
        """Write what is new, for a moment at most, and end."""
        self.finish()
        self._thread.join(max(0.0, self._latest - time.monotonic()))

    def _run(self) -> None:
        remove_unfinished(state_path(self._name).parent)
        while self._subscription.take(None):
            latest = time.monotonic() + self._longest_seconds
            while time.monotonic() < latest and not self._closing.wait(self._settle_seconds):
                if not self._subscription.take():
                    break
            self._write()
        self._write()

    def _write(self) -> None:
        scene = self._controller.scene
        if scene is self._written:
            return
        # The one that the server gave; while there is no server it has none.
        self._name = self._controller.name or self._name
        path = state_path(self._name)
        try:
            self._write_state(path, state_of(scene))
        except OSError as error:
            if error.strerror != self._fault:
                self._fault = error.strerror or ""
                _log.warning("%s: the state can't be kept: %s", path, reason_of(error))
            return
        self._written = scene


def state_of(scene: Scene) -> State:
    """Return what is kept of a scene, without what is only heard for a try."""
    scene = scene.kept
    return State(
        values=scene.values,
        preset=scene.preset.name if scene.preset else None,
        song=scene.song,
        snapshots=scene.snapshots.sounds,
        snapshot=scene.snapshot,
        slot=scene.slot,
        other=scene.other,
    )


def restored(name: str, presets: PresetStore) -> Scene | None:
    """Return the scene in which a node of a name was last, or None, after saying why.

    What is damaged is no reason not to play.
    """
    path = state_path(name)
    try:
        state = read_state(path)
    except PresetError as error:
        _log.warning("nothing is restored: %s", error)
        return None
    return scene_of(state, presets)


def scene_of(state: State, presets: PresetStore) -> Scene:
    """Return the scene that a state was kept of; a preset that has gone is told and left out."""
    preset = None
    if state.preset is not None:
        try:
            preset = presets.load(state.preset)
        except PresetError as error:
            _log.warning("the preset is not restored: %s", error)
    return Scene(
        state.values,
        preset,
        state.preset,
        state.song,
        Snapshots(state.snapshots),
        state.snapshot,
        state.snapshot,
        state.slot,
        state.other,
    )
