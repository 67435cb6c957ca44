"""Changes whose networks were asked for and not heard yet, and what is left if they can't be."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from ronn_jack.control.history import History, Touch
from ronn_jack.control.operations import Change
from ronn_jack.control.scene import PLACES, Scene
from ronn_jack.parameters import Value

MOST_KEPT = 64
"""Changes that are kept apart: of what comes on top of so many, all is taken back together."""


@dataclass(frozen=True, eq=False)
class _Asked:
    change: Change
    before: Scene
    after: Scene
    history: History
    """As it was before the change."""
    whole: bool


class Unheard:
    """Remembers, of each change on its way, what there was before; the values' lock protects it."""

    def __init__(self) -> None:
        self._asked: list[_Asked] = []

    def add(
        self, change: Change, before: Scene, after: Scene, history: History, whole: bool
    ) -> None:
        """Note that the network of a change was asked for.

        Parameters
        ----------
        before, after : Scene
        history : History
            As it was before.
        whole : bool
            Whether all that the change moved is to go with its network, and not that alone.
        """
        if len(self._asked) < MOST_KEPT:
            self._asked.append(_Asked(change, before, after, history, whole))

    def heard(self, change: Change, last: bool) -> None:
        """Note that a network sounds: it and those before it are there to stay.

        Parameters
        ----------
        last : bool
            Whether nothing else is on its way.
        """
        places = [place for place, asked in enumerate(self._asked) if asked.change is change]
        del self._asked[: len(self._asked) if last else (places[-1] + 1 if places else 0)]

    def again(self, change: Change, replacement: Change) -> None:
        """Note that the network of a change was asked for anew by another one."""
        self._asked = [
            dataclasses.replace(asked, change=replacement) if asked.change is change else asked
            for asked in self._asked
        ]

    def taken_back(
        self, scene: Scene, history: History, sounding: Mapping[str, Value], touch: Touch
    ) -> tuple[Scene, History]:
        """Return what is left when none of them can be had: nothing is unheard after it.

        Parameters
        ----------
        scene, history : Scene and History
            As they are now, with what was moved since.
        sounding : mapping
            Values of all rebuild parameters, as they sound.
        touch : Touch
            Who takes it back.
        """
        asked, self._asked = self._asked, []
        for each in reversed(asked):
            if each.whole:
                scene = _without(scene, each.before, each.after)
        here = scene.outlasting(sounding)
        history = asked[0].history if asked else history
        if here is not scene:
            history = history.with_scene(here)
        scene = here.holding({**here.values, **sounding})
        if not asked:
            return scene, history.without_refused(scene)
        return scene, history.with_change(scene, touch)


def _without(scene: Scene, before: Scene, after: Scene) -> Scene:
    """Return a scene without what a change made of it, where nothing has moved that since."""
    values = {
        name: before.values[name] if value == after.values[name] else value
        for name, value in scene.values.items()
    }
    rest = {
        field.name: getattr(before, field.name)
        for field in dataclasses.fields(Scene)
        if field.name not in PLACES and getattr(scene, field.name) == getattr(after, field.name)
    }
    return dataclasses.replace(scene, **{**rest, "values": values})
