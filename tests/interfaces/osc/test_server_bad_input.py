"""Whatever is sent is answered in words, changes nothing by mistake and holds nobody up."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ronn_jack.control.controller import Controller
from ronn_jack.interfaces.osc.addresses import ENDPOINTS, Role
from ronn_jack.interfaces.osc.server import OscServer
from tests.support.osc_client import OscClient, bundle, message
from tests.support.osc_rubbish import Rubbish
from tests.support.recording import MemoryStore, RecordingNode


class TestBadInput:
    @pytest.mark.parametrize(
        ("datagram", "address", "hint"),
        [
            (message("/ronn/layer", 3), "/ronn/layer", "did you mean '/ronn/layers'?"),
            (message("/ronn/n/layer", 3), "/ronn/n/layer", "did you mean '/ronn/n/layers'?"),
            (message("/ronn/status/lod"), "/ronn/status/lod", "did you mean '/ronn/status/load'?"),
            (message("/ronn/n/status/load"), "/ronn/n/status/load", "'/ronn/status/load'?"),
            (message("/layers", 3), "/layers", "did you mean '/ronn/layers'?"),
            (message("/ronn/qqqqq"), "/ronn/qqqqq", "unknown address"),
            (message("/ronn/layers", 25), "/ronn/layers", "1 to 24"),
            (message("/ronn/layers", "lots"), "/ronn/layers", "no number"),
            (message("/ronn/activation", "tan"), "/ronn/activation", "did you mean 'tanh'"),
            (message("/ronn/mix", math.nan), "/ronn/mix", "not finite"),
            (message("/ronn/mix", math.inf), "/ronn/mix", "not finite"),
            (message("/ronn/n/mix", math.nan), "/ronn/n/mix", "not finite"),
            (message("/ronn/n/mix", -math.inf), "/ronn/n/mix", "not finite"),
            (message("/ronn/mix", "nan"), "/ronn/mix", "not finite"),
            (message("/ronn/reseed", math.nan), "/ronn/reseed", "no finite number"),
            (message("/ronn/layers", 3, 4), "/ronn/layers", "one value, not 2"),
            (message("/ronn/mix", b"abcd"), "/ronn/mix", "type tag 'b'"),
            (message("/ronn/mix", "x" * 5000), "/ronn/mix", "too long"),
            (message("/ronn/mix", "9" * 1000), "/ronn/mix", "use 0 to 1"),
            (message("/ronn/mix", "a\nb"), "/ronn/mix", "no number"),
            (message("/ronn/init", "a\nb\x1b"), "/ronn/init", "unknown"),
            (message("/ronn/preset_load", "fuz"), "/ronn/preset_load", "did you mean 'fuzz'"),
            (message("/ronn/preset_load", 99), "/ronn/preset_load", "out of range"),
            (message("/ronn/" + "x" * 300), "", "too long"),
            (message("/ronn/mix", 0.5)[:-4], "/ronn/mix", "truncated"),
            (message("/ronn/mix", 0.5)[:-1], "", "multiple of 4"),
            (bundle(message("/ronn/mix", 0.5))[:-4], "", "bundle element"),
            (b"", "", "empty"),
            (b"\xff" * 64, "", "starts with"),
        ],
    )
    def test_it_is_answered_in_one_line_and_changes_nothing(
        self, client, controller, node, datagram, address, hint
    ):
        before = dict(controller.values)
        [(answered, reason)] = client.errors(datagram)
        assert answered == address
        assert hint in reason
        assert reason.isprintable() and len(reason) <= 501
        assert dict(controller.values) == before
        assert not node.rebuilds and not node.controls

    def test_answers_of_other_nodes_are_not_answered(self, client):
        client.transmit(message("/ronn/pong", "ronn", "1"))
        assert (
            client.errors(message("/ronn/error", "/ronn/mix", "no"), message("/ronn/error")) == []
        )

    def test_a_later_refusal_finds_the_sender_and_the_address_it_used(
        self, client, controller, node
    ):
        client.transmit(message("/ronn/n/channels", 1.0))
        client.answers()
        assert node.last_change.origin.name == client.name
        controller.refused(node.last_change, "over budget:\nlower channels to 12")
        _, _, arguments = client.receive()
        assert arguments == ["/ronn/n/channels", "over budget: lower channels to 12"]
        assert controller.value("channels") == 8

    def test_a_fault_of_our_own_does_not_end_the_server(self, client, node, caplog):
        del node.statuses["load"]
        [(_, reason)] = client.errors(message("/ronn/status/load"))
        assert "internal error" in reason
        assert "KeyError" in caplog.text


@pytest.fixture(scope="module")
def lasting_client() -> Iterator[OscClient]:
    node = RecordingNode()
    with (
        OscServer(Controller(node, MemoryStore(fuzz={})), port=0) as server,
        OscClient(server.port) as client,
    ):
        yield client


KNOWN = [address for address, endpoint in ENDPOINTS.items() if endpoint.role is not Role.PING]
ADDRESSES = st.integers(0, len(KNOWN) - 1).map(lambda place: KNOWN[place]) | st.text(
    "/ronxy?*[]{}!-,", max_size=20
).map(lambda tail: "/" + tail)
ARGUMENTS = st.lists(
    st.none()
    | st.booleans()
    | st.integers(-(2**31), 2**31 - 1)
    | st.floats(width=32)
    | st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=12)
    | st.binary(min_size=1, max_size=8),
    max_size=3,
)
MESSAGES = st.builds(lambda address, values: message(address, *values), ADDRESSES, ARGUMENTS)
PACKETS = MESSAGES | st.lists(MESSAGES, max_size=4).map(lambda parts: bundle(*parts))
DATAGRAMS = st.one_of(
    st.binary(max_size=200),
    PACKETS,
    st.builds(lambda packet, share: packet[: int(share * len(packet))], PACKETS, st.floats(0, 1)),
    st.builds(
        lambda packet, place, byte: packet[:place] + bytes([byte]) + packet[place + 1 :],
        PACKETS,
        st.integers(0, 100),
        st.integers(0, 255),
    ),
)


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.lists(DATAGRAMS, min_size=1, max_size=6))
def test_whatever_comes_a_ping_still_answers_and_nothing_is_internal(lasting_client, datagrams):
    answers = lasting_client.answers(*datagrams)
    # Patterns may have asked for pings too; read them all.
    lasting_client.answers()
    assert not any("internal" in str(arguments) for _, arguments in answers)


@pytest.mark.parametrize(
    "packets", [1000, pytest.param(300_000, marks=[pytest.mark.fuzz, pytest.mark.timeout(1800)])]
)
def test_a_storm_of_rubbish_is_answered_in_words(lasting_client, packets):
    rubbish = Rubbish(packets)
    for number in range(packets):
        datagram = rubbish.datagram()
        lasting_client.transmit(datagram)
        # Not a ping, as what was mangled may have asked for pongs too.
        lasting_client.transmit(message(f"/last/{number}"))
        arguments: list[object] = []
        while f"/last/{number}" not in arguments:
            _, _, arguments = lasting_client.receive()
            assert not any("internal" in str(each) for each in arguments), datagram


def test_every_refused_change_of_a_flood_is_answered(client):
    refused = 0
    for _ in range(40):
        burst = [message("/ronn/layers", 99), message("/ronn/mix", 0.5)] * 25
        refused += len(client.errors(*burst))
    assert refused == 1000


def full_bundle(*messages: bytes) -> bytes:
    """Return a bundle of the messages, repeated until no datagram has room for more."""
    size = sum(len(each) + 4 for each in messages)
    return bundle(*messages * (61_000 // size))


class TestOneHugePacket:
    """None keeps others waiting: what comes after it is answered soon."""

    @pytest.mark.parametrize(
        "parts",
        [
            [message(f"/{'*' * (230 + i % 10)}{'?' * (i // 10)}") for i in range(200)],
            [message("/ronn/*")],
            [message("/ronn/n/*", 0.5)],
            [message("/ronn/laye" + "rs" * i) for i in range(64)],
            [message(f"/ronn/{i:x}") for i in range(3000)],
            [message("/ronn/mix", b"abcd")],
            [message("/ronn/preset_next")],
            [message("/ronn/preset_save", f"file{i}") for i in range(1000)],
            [message("/ronn/randomize")],
        ],
        ids=[
            "patterns of stars",
            "questions by pattern",
            "settings by pattern",
            "near misses",
            "unknown addresses",
            "malformed messages",
            "presets",
            "files",
            "architectures",
        ],
    )
    def test_too_much_is_refused_as_a_whole_in_one_answer(self, client, controller, node, parts):
        before = dict(controller.values)
        [(address, reason)] = client.errors(full_bundle(*parts))
        assert address == "" and "nothing of the packet was done" in reason
        assert dict(controller.values) == before
        assert not node.rebuilds and not node.controls

    def test_as_many_settings_as_fit_are_done(self, client, controller):
        datagram = full_bundle(message("/ronn/layers", 9), message("/ronn/mix", 0.25))
        assert client.errors(datagram) == []
        assert (controller.value("layers"), controller.value("mix")) == (9, 0.25)
