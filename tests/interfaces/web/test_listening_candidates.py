"""Candidates are told to who listens, and one that is heard ends with who has asked for it."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.exploring.search import Search
from ronn_jack.control.operations import Act
from ronn_jack.explore.pool import Pool
from ronn_jack.interfaces.web.limits import Limits
from ronn_jack.parameters.share import read_shared
from tests.interfaces.web.clients import WebListener
from tests.support.candidates import pool_with
from tests.support.jack_server import wait_for
from tests.support.osc_client import message
from tests.support.recording import MemoryStore, RecordingNode, RecordingOrigin

FIRST = {"layers": 3, "seed": 7}


@pytest.fixture
def pool() -> Pool:
    return pool_with(FIRST, {"layers": 2, "seed": 8})


@pytest.fixture
def controller(node: RecordingNode, store: MemoryStore, pool: Pool) -> Controller:
    return Controller(node, store, search=Search(finder=pool))


@pytest.fixture
def client(server) -> Iterator[WebListener]:
    with WebListener(server.port) as client:
        yield client


def test_a_candidate_is_told_once_and_again_when_it_is_another(client, pool) -> None:
    words, seed, liked, *numbers = client.listen("/ronn/candidate/1")
    assert (words, seed, liked) == ("relu · 3 × 3 taps · 8 channels", 7, 0)
    assert len(numbers) == 4 + 40 + 32
    assert client.listen("/ronn/candidate/3") == [""]
    client.send("/ronn/candidate_like", 1)
    address, (_, _, liked, *_) = client.receive()
    assert (address, liked) == ("/ronn/candidate/1", 1)
    client.send("/ronn/candidate_dislike", 1)
    assert client.receive() == ("/ronn/candidate/1", [""])
    assert pool.places == [2]


def test_the_sounds_that_are_kept_are_told_as_texts_by_their_places(client, controller) -> None:
    assert client.listen("/ronn/kept") == []
    client.send("/ronn/audition", 2)
    client.send("/ronn/audition_keep")
    address, texts = client.receive()
    assert (address, [read_shared(text)["seed"] for text in texts]) == ("/ronn/kept", [8])
    assert texts == [controller.share()]


def test_what_is_heard_ends_with_the_connection_that_asked_for_it(server, controller) -> None:
    with WebListener(server.port) as other:
        with WebListener(server.port) as client:
            client.send("/ronn/audition", 1)
            wait_for(lambda: controller.value("layers") == 3)
            other.send("/ronn/mix", 0.5)
        wait_for(lambda: controller.value("layers") == 6)
        wait_for(lambda: controller.value("mix") == 0.5)
        assert controller.status()["audition"] == 0


@pytest.mark.parametrize("limits", [Limits(lost_seconds=2.0)], ids=["soon"])
def test_what_is_heard_ends_when_its_page_is_lost(http, controller, limits) -> None:
    connection, status = http.upgraded()
    assert status == b"101"
    packet = message("/ronn/audition", 1)
    with connection:  # which answers no ping, as one out of reach
        connection.sendall(bytes([0x82, 0x80 | len(packet), 0, 0, 0, 0]) + packet)
        wait_for(lambda: controller.value("layers") == 3)
        wait_for(lambda: controller.value("layers") == 6)


def test_what_another_one_begins_to_hear_meanwhile_does_not_end(
    server, controller, monkeypatch
) -> None:
    apply, other, done = controller.apply, RecordingOrigin("other"), threading.Event()

    def late(operations, origin) -> None:
        apply([Act("audition", 2)], other)
        apply(operations, origin)
        done.set()

    with WebListener(server.port) as client:
        client.send("/ronn/audition", 1)
        wait_for(lambda: controller.status()["audition"] == 1)
        monkeypatch.setattr(controller, "apply", late)
    assert done.wait(20)
    assert controller.status()["audition"] == 2


def test_what_another_one_hears_does_not_end_with_it(server, controller) -> None:
    with WebListener(server.port) as other:
        with WebListener(server.port) as client:
            client.send("/ronn/audition", 1)
            wait_for(lambda: controller.status()["audition"] == 1)
            other.send("/ronn/audition", 2)
            wait_for(lambda: controller.status()["audition"] == 2)
        with WebListener(server.port) as client:
            client.send("/ronn/mix", 0.5)
            wait_for(lambda: controller.value("mix") == 0.5)
        assert controller.status()["audition"] == 2
    wait_for(lambda: controller.status()["audition"] == 0)
    assert controller.values == {**controller.values, "layers": 6, "seed": 42}
