"""A plugin is known by what it sounds like."""

from __future__ import annotations

from dataclasses import replace

from ronn_jack.export.identity import identity
from ronn_jack.export.sound import Choices, FrozenSound
from ronn_jack.parameters import Value, defaults
from ronn_jack.realtime.level import LevelTable
from ronn_jack.realtime.mixing import UNKNOWN


def known_as(inputs: int = 2, level: float = 1.0, **values: Value) -> str:
    return identity(FrozenSound({**defaults(), **values}, inputs, LevelTable(level), UNKNOWN))


def test_another_sound_is_another_plugin() -> None:
    sounds = [
        known_as(),
        known_as(seed=7),
        known_as(inputs=1),
        known_as(level=2.0),
        known_as(sync="1/4"),
        known_as(sync="1/4", tempo=90.0),
    ]
    assert len(set(sounds)) == len(sounds)


def test_another_control_is_another_plugin() -> None:
    sound = FrozenSound(defaults(), 2, LevelTable(1.0), UNKNOWN)
    named = [Choices(name, words) for name in ("kept", "snapshot") for words in (("1",), ("2",))]
    assert len({identity(replace(sound, named=each)) for each in (None, *named)}) == 5


def test_a_tempo_that_nothing_keeps_makes_no_other() -> None:
    assert known_as(tempo=90.0) == known_as()
