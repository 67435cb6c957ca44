"""The library as a host finds it: its entry, factory, descriptor, threads and refusals."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from tests.export.clap import abi
from tests.export.clap.host import Host, Instance, Library
from tests.export.clap.loading import described, loaded


@pytest.fixture(scope="module")
def library() -> Library:
    return loaded()


def test_a_host_finds_one_plugin(library: Library) -> None:
    assert library.initialised
    assert library.entry.version.major == 1
    assert not library.entry.get_factory(b"clap.other-factory")
    assert not library.entry.get_factory(None)
    factory = library.factory
    assert factory.contents.get_plugin_count(factory) == 1
    assert not factory.contents.get_plugin_descriptor(factory, 1)
    descriptor = library.descriptor
    assert (descriptor.version.major, descriptor.version.minor) == (1, 2)
    assert descriptor.id == b"org.ronn-jack.stand-in"
    assert (descriptor.name, descriptor.version_text) == (b"Stand-in", b"1.2.3")
    assert descriptor.description == b"A gain"
    features = [descriptor.features[i] for i in range(4)]
    assert features == [b"audio-effect", b"distortion", b"stereo", None]


def test_the_entry_may_be_initialised_twice(library: Library) -> None:
    assert library.entry.init(b"/elsewhere")
    library.entry.deinit()
    with Instance(library) as plugin:
        assert plugin.activate()


def test_another_id_or_another_abi_makes_no_plugin(library: Library) -> None:
    host, old = Host(), Host(major=0)
    assert not library.create(host, b"org.ronn-jack.other")
    assert not library.create(host, b"")
    assert not library.create(host, b"org.ronn-jack.stand-in2")
    assert not library.create(old)
    assert not library.factory.contents.create_plugin(library.factory, None, library.descriptor.id)
    host.close()
    old.close()


def test_a_plugin_that_was_never_initialised_is_destroyed(library: Library) -> None:
    host = Host()
    created = library.create(host)
    address = ctypes.addressof(created.contents)
    assert not created.contents.activate(address, 48000.0, 1, 64)
    created.contents.destroy(address)
    host.close()


def test_a_machine_that_is_too_old_is_told_so_in_words(capfd: pytest.CaptureFixture[str]) -> None:
    library = loaded(future=True)
    assert not library.initialised
    said = capfd.readouterr().err
    assert said == "Stand-in: this plugin needs a processor of the future, and this one is older\n"


@pytest.mark.parametrize("rate", [1.0, 1e6, 0.0, -48000.0, float("nan"), float("inf")])
def test_a_rate_that_the_heart_refuses_is_refused(library: Library, rate: float) -> None:
    with Instance(library) as plugin:
        assert not plugin.activate(rate)
        status, _ = plugin.process(np.zeros((2, 8), np.float32))
        assert status == abi.ERROR
        plugin.reset()
        assert plugin.activate(44100.0)


def test_extensions_are_those_of_an_effect(library: Library) -> None:
    with Instance(library) as plugin:
        for name in ("clap.note-ports", "clap.gui", "clap.par", "clap.params2", ""):
            assert plugin.extension(name) is None
        assert plugin.plugin.get_extension(plugin.address, None) is None
        assert plugin.extension("clap.latency").get(plugin.address) == 0
        render = plugin.extension("clap.render")
        assert not render.has_hard_realtime_requirement(plugin.address)
        assert [render.set(plugin.address, mode) for mode in (0, 1, 2, -1)] == [
            True, True, False, False,
        ]  # fmt: skip


@pytest.mark.parametrize("inputs", [1, 2])
def test_ports_are_as_wide_as_the_sound(inputs: int) -> None:
    with Instance(loaded(described(inputs=inputs))) as plugin:
        ports, info = plugin.extension("clap.audio-ports"), abi.AudioPortInfo()
        for is_input, channels in ((True, inputs), (False, 2)):
            assert ports.count(plugin.address, is_input) == 1
            assert ports.get(plugin.address, 0, is_input, info)
            assert (info.channel_count, info.flags) == (channels, 1)
            assert info.port_type == (b"mono" if channels == 1 else b"stereo")
            assert info.in_place_pair == (0 if inputs == 2 else abi.INVALID_ID)
            assert info.name
            assert not ports.get(plugin.address, 1, is_input, info)


def test_the_tail_is_the_hearts(library: Library) -> None:
    with Instance(library) as plugin:
        assert plugin.tail == 77
        plugin.set((0, plugin.infos["Bypass"].id, 1.0))
        assert plugin.tail == 2**31 - 1
