"""Controls are learned by OSC: who asks is answered once the control was touched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.operations import Set
from ronn_jack.interfaces.osc.server import OscServer
from ronn_jack.midimap.learn import ENCODER_SECONDS
from tests.support.midi_rig import LearningRig
from tests.support.osc_client import OscClient, message
from tests.support.recording import MemoryStore, RecordingNode


@pytest.fixture
def rig(tmp_path: Path) -> LearningRig:
    return LearningRig(tmp_path)


@pytest.fixture
def client(rig: LearningRig) -> Iterator[OscClient]:
    controller = Controller(RecordingNode(), MemoryStore())
    with (
        OscServer(controller, port=0, learning=rig.midi.learning) as server,
        OscClient(server.port) as client,
    ):
        yield client


def touch(rig: LearningRig, *messages: bytes) -> None:
    rig.round()
    rig.round(*messages, port="midi_in")
    rig.wait(ENCODER_SECONDS)


def test_what_was_learned_is_answered_with_what_the_control_did_before(
    rig: LearningRig, client: OscClient
) -> None:
    assert client.answers(message("/ronn/learn", "mix")) == []
    touch(rig, b"\xb0\x14\x40")
    assert client.receive() == (
        "/ronn/learned", ",ssss", ["mix", "cc 20 on channel 1", "midi_in", "layers"],
    )  # fmt: skip
    assert rig.does(b"\xb0\x14\x7f") == [Set("mix", 1.0)]
    assert client.answers(message("/ronn/unlearn", "mix")) == []
    rig.round()
    assert [client.receive()[2] for _ in range(2)] == [
        ["mix", "cc 26"],
        ["mix", "cc 20 on channel 1"],
    ]
    assert client.answers(message("/ronn/learn_undo")) == []
    rig.round()
    assert client.receive() == ("/ronn/learn_undone", ",s", ["mix"])
    assert rig.does(b"\xb0\x14\x7f") == [Set("mix", 1.0)]


def test_a_cancelled_learning_is_answered(rig: LearningRig, client: OscClient) -> None:
    assert client.answers(message("/ronn/learn", "mix"), message("/ronn/learn_cancel")) == []
    rig.round()
    assert client.receive()[2] == ["/ronn/learn", "mix was not learned: it was cancelled"]


def test_the_release_of_a_button_cancels_nothing(rig: LearningRig, client: OscClient) -> None:
    client.answers(message("/ronn/learn", "mix"), message("/ronn/learn_cancel", 0.0))
    rig.round()
    assert rig.midi.learning.active
    client.answers(message("/ronn/learn_cancel", 1.0))
    rig.round()
    assert not rig.midi.learning.active


@pytest.mark.parametrize(
    ("address", "arguments", "reason"),
    [
        ("/ronn/learn", ["mixx"], "did you mean 'mix'?"),
        ("/ronn/learn", ["preset_load"], "needs to know more"),
        ("/ronn/learn", [], "takes one text"),
        ("/ronn/learn", [1], "takes one text"),
        ("/ronn/learn", ["mix", "mix"], "takes one text"),
        ("/ronn/unlearn", ["mixx"], "did you mean 'mix'?"),
        ("/ronn/learn_undo", [1, 2], "takes one value"),
        ("/ronn/learn_cancel", ["x"], "is no number"),
    ],
)
def test_what_can_not_be_done_is_answered_at_once(
    client: OscClient, address: str, arguments: list[object], reason: str
) -> None:
    ((refused, text),) = client.errors(message(address, *arguments))
    assert refused == address
    assert reason in text


def test_what_comes_of_it_later_is_answered_under_its_address(
    rig: LearningRig, client: OscClient
) -> None:
    client.answers(message("/ronn/unlearn", "morph"), message("/ronn/learn_undo"))
    rig.round()
    assert [client.receive()[2][0] for _ in range(2)] == ["/ronn/unlearn", "/ronn/learn_undo"]


def test_no_pattern_learns(rig: LearningRig, client: OscClient) -> None:
    assert client.errors(message("/ronn/lear[n]", "mix")) == [
        ("/ronn/lear[n]", "pattern '/ronn/lear[n]' matches no address")
    ]


def test_a_server_without_midi_says_so() -> None:
    controller = Controller(RecordingNode(), MemoryStore())
    with OscServer(controller, port=0) as server, OscClient(server.port) as client:
        assert client.errors(message("/ronn/learn", "mix")) == [
            ("/ronn/learn", "there is no MIDI here")
        ]
