"""What is told of a sound beside its values: its preset, its snapshots, and what was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ronn_jack.control.events import Event, PresetEdited, PresetTaken, Refused
from ronn_jack.control.midi_events import Landed, in_words
from ronn_jack.control.operations import COMMAND_LINE, Origin
from ronn_jack.control.protocols import Preset
from ronn_jack.control.recall_events import Auditioned, RecallMoved
from ronn_jack.control.scene import Scene
from ronn_jack.control.transaction import Draft
from ronn_jack.parameters import Value


class Publish(Protocol):
    """Tells an event to all subscribers."""

    def __call__(self, event: Event, origin: Origin | None = None) -> None:
        """[any-thread] Tell it; returns at once."""
        ...


class Teller:
    """Tells what has become another since it was told last; the values' lock protects it.

    Parameters
    ----------
    publish : callable
    scene : Scene
        What the node begins with.
    """

    def __init__(self, publish: Publish, scene: Scene) -> None:
        self._publish = publish
        self._untold = self._preset = scene.preset
        self._edited = scene.edited
        self._recall = scene.recall
        self._scene, self._sounds = scene, scene.snapshots.sounds
        self._landed: Mapping[str, Value] = {}

    @property
    def landed(self) -> str:
        """What positions became last whose values don't fit, in words; "" where they do."""
        return in_words(self._landed)

    def landing(self, draft: Draft, origin: Origin) -> None:
        """Tell what positions became, once as long as they become the same."""
        if draft.subject and draft.landed != self._landed:
            self._landed = draft.landed
            if draft.landed:
                self._publish(Landed(origin.name, draft.landed), origin)

    def first_preset(self) -> None:
        """Tell what it began with, once somebody may listen and before any other preset."""
        preset, self._untold = self._untold, None
        if preset is not None:
            edited, self._edited = self._edited, False
            self._publish(PresetTaken(COMMAND_LINE.name, preset.name, False), COMMAND_LINE)
            self._edit(preset, edited, COMMAND_LINE)

    def preset(self, preset: Preset | None, origin: Origin, saved: bool) -> None:
        """Tell that the sound is a preset's, or comes from none again."""
        self.first_preset()
        self._preset, self._edited = preset, False
        self._publish(PresetTaken(origin.name, preset.name if preset else "", saved), origin)

    def preset_of(self, scene: Scene, origin: Origin) -> None:
        """Tell where a sound comes from, if that is another and was not told yet."""
        if scene.preset is not self._preset:
            self.preset(scene.preset, origin, saved=False)

    def scene(self, scene: Scene, origin: Origin) -> None:
        """Tell where recall stands, and whether the sound is still its preset's."""
        auditions = scene.audition is not self._scene.audition
        if auditions:
            place = scene.audition.place if scene.audition else 0
            self._publish(Auditioned(origin.name, place), origin)
        same = scene.same_origin(self._scene) and scene.snapshots.sounds is self._sounds
        if auditions or not same:
            self._scene, self._sounds = scene, scene.snapshots.sounds
            self._recall_of(scene, origin)
        if scene.preset is not None:
            self._edit(scene.preset, scene.edited, origin)

    def _recall_of(self, scene: Scene, origin: Origin) -> None:
        recall = scene.recall
        moved = {name: value for name, value in recall.items() if value != self._recall[name]}
        if moved:
            self._recall = recall
            self._publish(RecallMoved(moved), origin)

    def refusal(self, origin: Origin | None, subject: str, reason: str, network: bool) -> None:
        """Tell that something was not done, and answer who asked for it."""
        self._publish(Refused(origin.name if origin else "", subject, reason, network), origin)
        if origin is not None:
            origin.refuse(subject, reason)

    def _edit(self, preset: Preset, edited: bool, origin: Origin) -> None:
        if edited != self._edited:
            self._edited = edited
            self._publish(PresetEdited(preset.name, edited), origin)
