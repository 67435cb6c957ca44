"""Tempo, and the sample rate for which delays are meant, in what is kept of a sound."""

from __future__ import annotations

import pytest

from ronn_jack.control.operations import Act, Set
from ronn_jack.parameters import defaults
from ronn_jack.parameters.share import read_shared
from tests.support.recall_rig import Rig


@pytest.fixture
def rig() -> Rig:
    return Rig()


def beat_later(rig: Rig, seconds: float = 0.8) -> int:
    """Let some time pass as a node does; return how many networks were asked for."""
    before = len(rig.node.rebuilds)
    for _ in range(round(seconds / 0.02)):
        rig.time += 0.02
        rig.controller.tend()
    return len(rig.node.rebuilds) - before


def delay(rig: Rig) -> float:
    return rig.node.rebuilds[-1][0].longest_dilation / rig.node.rate


def test_a_tempo_that_holds_is_built_for_once_and_is_no_step(rig: Rig) -> None:
    rig.do(Set("layers", 11), Set("sync", "1/4"))
    assert delay(rig) == pytest.approx(0.125, abs=1e-4)
    asked = len(rig.node.rebuilds)
    rig.do(Set("tempo", 100.0))
    assert len(rig.node.rebuilds) == asked
    assert beat_later(rig) == 1
    assert delay(rig) == pytest.approx(0.15, abs=1e-4)
    assert rig.steps == (1, 0)
    rig.controller.sounding(rig.node.last_change)
    assert beat_later(rig) == 0
    rig.do(Set("tempo", 100.5))
    assert beat_later(rig, 3.0) == 0


def test_a_tempo_is_nothing_to_build_for_where_nothing_is_synced(rig: Rig) -> None:
    rig.do(Set("tempo", 200.0))
    assert beat_later(rig, 2.0) == 0
    rig.do(Set("sync", "1/4"), Set("layers", 11))
    assert delay(rig) == pytest.approx(0.075, abs=1e-4)
    assert beat_later(rig, 2.0) == 0


def test_a_refused_tempo_is_asked_for_once_and_moves_nothing(rig: Rig) -> None:
    rig.do(Set("sync", "1/4"))
    rig.do(Set("tempo", 90.0))
    assert beat_later(rig) == 1
    values = rig.values
    rig.refuse()
    assert rig.values == values
    assert beat_later(rig, 3.0) == 0


def test_a_tempo_that_makes_no_network_leaves_the_one_that_sounds(rig: Rig) -> None:
    rig.do(Set("layers", 9), Set("sync", "1/16"))
    rig.node.rate = 1.0  # of the server that has come nothing fits any more
    rig.do(Set("tempo", 90.0))
    assert beat_later(rig, 3.0) == 0


def test_taps_are_the_tempo_and_end_no_silence(rig: Rig) -> None:
    rig.do(Act("panic"))
    for _ in range(4):
        rig.ask(Act("tap"), Act("tap", 0), after=0.75)
    assert rig.value("tempo") == [pytest.approx(80.0)]
    assert rig.node.panics == [True]
    assert rig.steps == (0, 0)


def test_the_node_hears_of_what_drift_follows(rig: Rig) -> None:
    rig.do(Set("sync", "1/4"))
    rig.do(Set("tempo", 90.0))
    assert rig.node.controls == [{"sync": "1/4"}, {"tempo": 90.0}]


def test_a_saved_preset_says_for_which_rate_its_delays_are(rig: Rig) -> None:
    rig.node.rate = 96_000.0
    rig.do(Set("layers", 9))
    rig.do(Act("snapshot_save", 3))
    asked = len(rig.node.rebuilds)
    rig.do(Act("preset_save", "mine"))
    assert rig.store.presets["mine"]["rate"] == 96_000
    assert rig.store.snapshots["mine"][3]["rate"] == 96_000
    assert len(rig.node.rebuilds) == asked
    assert not rig.controller.edited
    # It keeps its times should another server come.
    before = rig.controller.model()
    rig.node.rate = 48_000.0
    after = rig.controller.model()
    assert after.longest_dilation * 2 == before.longest_dilation
    rig.do(Act("preset_save", "mine"))
    assert rig.store.presets["mine"]["rate"] == 96_000


def test_a_network_that_arrives_after_the_save_edits_nothing(rig: Rig) -> None:
    rig.ask(Set("layers", 9))
    rig.ask(Act("preset_save", "mine"), after=0.0)
    rig.controller.sounding(rig.node.last_change)
    assert not rig.controller.edited


def test_a_preset_of_another_rate_is_stretched_and_undone_with_it(rig: Rig) -> None:
    rig.store.presets["far"] = {**defaults(), "layers": 9, "rate": 24_000}
    rig.do(Set("layers", 9))
    assert rig.node.rebuilds[-1][0].longest_dilation == 256
    rig.do(Act("preset_load", "far"))
    assert rig.node.rebuilds[-1][0].longest_dilation == 512
    assert not rig.controller.edited
    rig.do(Act("undo"))
    assert rig.node.rebuilds[-1][0].longest_dilation == 256


def test_one_without_a_rate_is_as_it_was(rig: Rig) -> None:
    rig.node.rate = 96_000.0
    rig.do(Act("preset_load", "fuzz"))
    assert rig.node.rebuilds[-1][0].longest_dilation == 4
    assert not rig.controller.edited


def test_a_shared_sound_says_its_rate(rig: Rig) -> None:
    rig.node.rate = 44_100.0
    assert read_shared(rig.controller.share())["rate"] == 44_100
    rig.do(Set("rate", 48_000))
    assert read_shared(rig.controller.share())["rate"] == 48_000
