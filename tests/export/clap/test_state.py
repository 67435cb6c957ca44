"""The state of a project: saved and loaded through streams, whatever they do and hold."""

from __future__ import annotations

import numpy as np
import pytest

from tests.export.clap.host import Instance, Library
from tests.export.clap.loading import loaded


@pytest.fixture(scope="module")
def library() -> Library:
    return loaded()


@pytest.mark.parametrize("at_once", [1, 3, 2**20])
def test_what_is_saved_is_loaded(library: Library, at_once: int) -> None:
    with Instance(library) as a, Instance(library) as b:
        mix, gain = a.infos["Mix"].id, a.infos["Output gain"].id
        a.set((0, mix, 0.5), (0, gain, -6.0))
        chunk = a.save(at_once)
        assert chunk
        assert b.load(chunk, at_once)
        assert (b.value(mix), b.value(gain)) == (0.5, -6.0)
        assert [call[0] for call in b.host.told] == ["rescan"]
        assert b.host.told[0][1:] == (b.host.main, 1)


def test_no_chunk_but_a_state_is_taken(library: Library) -> None:
    with Instance(library) as plugin:
        mix = plugin.infos["Mix"].id
        plugin.set((0, mix, 0.5))
        chunk = plugin.save()
        assert chunk
        generator = np.random.default_rng(3)
        hostile = [b"", b"\0", chunk[:-1], chunk + b"\0", chunk[1:], b"\xff" * 65536,
                   b"\0" * 65537, chunk + bytes(2**20),
                   *(generator.bytes(size) for size in (1, 8, 40, 4096))]  # fmt: skip
        for rubbish in hostile:
            assert not plugin.load(rubbish)
        assert not plugin.load(b"", failing=-1)
        assert not plugin.load(chunk[:-1], failing=-1)
        assert not plugin.load(chunk, failing=2**40)
        assert not plugin.load(chunk[:-1], failing=2**62)
        assert plugin.value(mix) == 0.5
        assert plugin.host.told == []
        assert plugin.load(chunk)


def test_a_stream_that_fails_saves_nothing(library: Library) -> None:
    with Instance(library) as plugin:
        assert plugin.save(at_once=0) is None
