"""Parameters as a host sees them: what they are, their values, and both in words."""

from __future__ import annotations

import math

import pytest

from ronn_jack.parameters import PARAMETERS, Kind, defaults
from tests.export.clap import abi
from tests.export.clap.host import Instance, Library, moved
from tests.export.clap.loading import controls, described, loaded


@pytest.fixture(scope="module")
def library() -> Library:
    return loaded()


def test_infos_are_rows_of_the_table(library: Library) -> None:
    with Instance(library) as plugin:
        infos = plugin.infos
        assert list(infos) == ["Output gain", "Gate", "Mix", "Bypass"]
        gain = infos["Output gain"]
        assert (gain.min_value, gain.max_value, gain.default_value) == (-24.0, 24.0, 3.5)
        assert (gain.flags, gain.module) == (abi.AUTOMATABLE, b"Levels")
        assert infos["Bypass"].flags == abi.AUTOMATABLE | abi.STEPPED | abi.BYPASS
        assert len({info.id for info in infos.values()}) == 4
        assert all(info.id < 2**31 for info in infos.values())
        params = plugin.extension("clap.params")
        assert not params.get_info(plugin.address, 4, abi.ParamInfo())
        assert not params.get_info(plugin.address, 2**32 - 1, abi.ParamInfo())


def test_ids_never_change(library: Library) -> None:
    with Instance(library) as plugin:
        assert plugin.infos["Mix"].id == 0x55AFA881
        assert plugin.infos["Bypass"].id == 0x6F088674


def test_values_are_set_clamped_and_read(library: Library) -> None:
    with Instance(library) as plugin:
        mix = plugin.infos["Mix"].id
        assert plugin.value(mix) == 0.25
        plugin.set((0, mix, 0.75))
        assert plugin.value(mix) == 0.75
        plugin.set((0, mix, 7.0))
        assert plugin.value(mix) == 1.0
        for rubbish in (math.nan, math.inf, -math.inf):
            plugin.set((0, mix, rubbish))
            assert plugin.value(mix) == 1.0
        plugin.set((0, mix + 1, 0.5), (0, 2**32 - 1, 0.5))
        assert plugin.value(mix) == 1.0
        assert plugin.value(mix + 1) is None


def test_events_of_anything_else_are_ignored(library: Library) -> None:
    with Instance(library) as plugin:
        mix = plugin.infos["Mix"].id
        plugin.set(
            moved(0, mix, 0.5, type=abi.MIDI),
            moved(0, mix, 0.5, space_id=1),
            moved(0, mix, 0.5, size=16),
        )
        assert plugin.value(mix) == 0.25


NAMES = ["input_gain", "mix", "gate", "drift_rate", "bypass", "reverb_low_cut", "reverb_high_cut",
         "reverb_predelay", "decay"]  # fmt: skip
VALUES = [0.0, 1.0, -1.0, 0.5, 0.1, 1 / 3, 2 / 3, 0.999, 0.9999, 0.99999, 1e-3, 1.5e-4, -3.25,
          -23.996, 9.9994, 9.9996, 12.345, 99.99, 123.4, 123.45, 1234.4, 19999.0]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_words_are_those_of_the_node(name: str) -> None:
    row = PARAMETERS[name]
    with Instance(loaded(described(controls=controls([(name, row.minimum)])))) as plugin:
        (info,) = plugin.infos.values()
        for value in VALUES:
            number = min(row.maximum, max(row.minimum, value))
            accepted = row.from_number(number)
            words = plugin.words(info.id, value)
            assert words == row.words(accepted)
            read = plugin.read(info.id, words.encode())
            exact = row.kind is not Kind.FLOAT
            assert read == pytest.approx(row.to_number(accepted), rel=0 if exact else 1e-3)
        assert plugin.words(info.id, math.nan) is None


def test_words_fit_the_room_that_there_is(library: Library) -> None:
    with Instance(library) as plugin:
        gain = plugin.infos["Output gain"].id
        assert plugin.words(gain, -23.99) == "-23.99 dB"
        shown = [plugin.words(gain, -23.99, capacity) for capacity in range(11)]
        assert shown == [None, "", "-", "-2", "-23", "-23.", "-23.9", "-23.99", "-23.99 ",
                         "-23.99 d", "-23.99 dB"]  # fmt: skip


def test_what_a_user_types_is_read(library: Library) -> None:
    with Instance(library) as plugin:
        gain, bypass = plugin.infos["Output gain"].id, plugin.infos["Bypass"].id
        read = {
            b"3": 3.0, b" -3.5 dB ": -3.5, b"+.5db": 0.5, b"2.": 2.0, b"1e1": 10.0, b"1e-1 dB": 0.1,
            b"100": 24.0, b"-1e999": -24.0, b"1e99999999999999999999": 24.0,
        }  # fmt: skip
        assert {text: plugin.read(gain, text) for text in read} == pytest.approx(read)
        for text in (b"", b" ", b"dB", b"nan", b"inf", b"1,5", b"3 Hz", b".", b"-", b"1.2.3",
                     b"3 dBx", b"on", b"\xff\xfe"):  # fmt: skip
            assert plugin.read(gain, text) is None
        words = {b"on": 1.0, b"OFF": 0.0, b" On ": 1.0, b"1": 1.0, b"0.4": 0.0}
        assert {text: plugin.read(bypass, text) for text in words} == words
        assert plugin.read(bypass + 5, b"1") is None


def test_an_enum_is_told_by_its_names() -> None:
    value = float(PARAMETERS["activation"].to_number(defaults()["activation"]))
    with Instance(loaded(described(controls=controls([("activation", value)])))) as plugin:
        (info,) = plugin.infos.values()
        assert info.flags == abi.AUTOMATABLE | abi.STEPPED | abi.ENUM
        for index, name in enumerate(PARAMETERS["activation"].choices):
            assert plugin.words(info.id, float(index)) == name
            assert plugin.read(info.id, name.upper().encode()) == index
