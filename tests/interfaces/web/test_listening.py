"""Those who listen over a WebSocket, on real ones."""

from __future__ import annotations

import json
import socket
import time
from random import Random

import pytest
from pythonosc.osc_message import OscMessage
from websockets.exceptions import ConnectionClosed, InvalidStatus

from ronn_jack.control.controller import Controller
from ronn_jack.control.operations import COMMAND_LINE, Act, Set
from ronn_jack.interfaces.osc.addresses import ENDPOINTS, Role
from ronn_jack.interfaces.osc.dispatcher import Dispatcher
from ronn_jack.interfaces.web.listening import TICK_SECONDS
from ronn_jack.interfaces.web.server import WebServer
from tests.interfaces.web.clients import Http, WebListener
from tests.interfaces.web.conftest import OSC_PORT
from tests.support.jack_server import wait_for
from tests.support.osc_client import bundle, message

TELLING_PRESETS = {
    "/ronn/presets", "/ronn/preset_tags", "/ronn/preset_descriptions", "/ronn/preset_load",
}  # fmt: skip
READ = (Role.STATUS, Role.PRESET, Role.PRESETS, Role.SHARE, Role.KEPT, Role.CANDIDATE, Role.MIDI)


@pytest.fixture
def client(server):
    with WebListener(server.port) as client:
        yield client


@pytest.fixture
def other(server):
    with WebListener(server.port) as other:
        yield other


def change(controller, **values):
    controller.apply([Set(name, value) for name, value in values.items()], COMMAND_LINE)


def tags(frame: bytes) -> str:
    return frame[frame.index(b",") :].split(b"\0")[0].decode()


class TestListen:
    def test_it_is_told_the_present_value_and_every_new_one(self, client, controller):
        assert client.listen("/ronn/mix") == [1.0]
        change(controller, mix=0.25)
        assert client.receive() == ("/ronn/mix", [0.25])

    def test_only_what_was_asked_for_is_told(self, client, controller):
        assert client.listen("/ronn/mix") == [1.0]
        assert client.listen("/ronn/n/input_gain") == [0.5]
        client.command("IGNORE", "/ronn/mix")
        client.told()  # it is ignored from here on
        change(controller, mix=0.5, layers=9, input_gain=24.0)
        assert client.receive() == ("/ronn/n/input_gain", [1.0])
        assert client.told() == []

    def test_every_address_that_can_be_read_can_be_listened_to(self, client, node):
        for endpoint in ENDPOINTS.values():
            client.command("LISTEN", endpoint.address)
            address, values = client.receive()
            if endpoint.is_value or endpoint.role in READ:
                assert address == endpoint.address
            else:
                assert (address, values[0]) == ("/ronn/error", endpoint.address)

    def test_values_have_their_types(self, client, controller, node):
        node.statuses |= {"silent": 1, "state": "running", "xruns": 3, "load": 0.25}
        change(controller, seed=2**32 - 1)
        for address, tag in [
            ("/ronn/layers", ",i"), ("/ronn/seed", ",h"), ("/ronn/bias", ",F"),
            ("/ronn/auto_level", ",T"), ("/ronn/init", ",s"), ("/ronn/preset", ",sF"),
            ("/ronn/presets", ",ss"), ("/ronn/status/silent", ",T"), ("/ronn/status/xruns", ",i"),
            ("/ronn/status/load", ",f"), ("/ronn/n/seed", ",f"),
        ]:  # fmt: skip
            client.command("LISTEN", address)
            assert tags(client.socket.recv(20)) == tag, address

    def test_status_is_told_when_it_is_another(self, client, node):
        assert client.listen("/ronn/status/load") == [0.25]
        node.statuses = {**node.statuses, "load": 0.5, "xruns": 7}
        assert client.receive() == ("/ronn/status/load", [0.5])

    def test_what_is_sent_to_an_address_that_is_no_parameter_ends_nothing(self, client, node):
        for endpoint in ENDPOINTS.values():
            if endpoint.role in READ and not endpoint.is_value:
                client.listen(endpoint.address)
                client.send(endpoint.address, 5.0)
                client.told()
        node.statuses = {**node.statuses, "load": 0.5}
        wait_for(lambda: client.receive() == ("/ronn/status/load", [0.5]))

    def test_the_preset_is_told_and_who_has_edited_it(self, client, controller):
        assert client.listen("/ronn/preset") == ["", False]
        controller.apply([Act("preset_load", "fuzz")], COMMAND_LINE)
        assert client.receive() == ("/ronn/preset", ["fuzz", False])
        change(controller, mix=0.5)
        assert client.receive() == ("/ronn/preset", ["fuzz", True])

    def test_a_new_preset_is_told_as_a_change_of_what_can_be_chosen(self, client, controller):
        assert client.listen("/ronn/presets") == ["fuzz", "drone"]
        controller.apply([Act("preset_save", "mine")], COMMAND_LINE)
        frames = [client.socket.recv(20) for _ in range(1 + len(TELLING_PRESETS))]
        commands = [json.loads(frame) for frame in frames if isinstance(frame, str)]
        assert {c["COMMAND"] for c in commands} == {"PATH_CHANGED"}
        assert {c["DATA"] for c in commands} == TELLING_PRESETS
        [packet] = [OscMessage(frame) for frame in frames if isinstance(frame, bytes)]
        assert (packet.address, packet.params) == ("/ronn/presets", ["fuzz", "drone", "mine"])
        controller.apply([Act("preset_save", "mine")], COMMAND_LINE)
        assert client.told() == []

    def test_the_sounds_text_is_told_with_the_sound(self, client, controller):
        assert client.listen("/ronn/share") == [controller.share()]
        change(controller, mix=0.25)
        assert client.receive() == ("/ronn/share", [controller.share()])
        change(controller, fade_ms=50.0)
        assert client.told() == [], "which is none of the sound"

    def test_presets_that_come_and_go_as_files_are_told_too(self, client, store):
        assert client.listen("/ronn/presets") == ["fuzz", "drone"]
        del store.presets["fuzz"]
        frames = [client.socket.recv(20) for _ in range(1 + len(TELLING_PRESETS))]
        changed = sum(isinstance(frame, str) and "PATH_CHANGED" in frame for frame in frames)
        assert changed == len(TELLING_PRESETS)
        [packet] = [OscMessage(frame) for frame in frames if isinstance(frame, bytes)]
        assert (packet.address, packet.params) == ("/ronn/presets", ["drone"])

    def test_a_sweep_is_thinned_and_its_last_value_comes(self, client, controller):
        assert client.listen("/ronn/mix") == [1.0]
        begin = time.monotonic()
        for step in range(2000):
            change(controller, mix=step / 2000)
        change(controller, mix=0.125)
        values = []
        while not values or values[-1] != 0.125:
            values.append(client.receive()[1][0])
        elapsed = time.monotonic() - begin
        assert values == [*sorted(values[:-1]), 0.125]
        assert len(values) <= elapsed / TICK_SECONDS + 2

    @pytest.mark.parametrize(
        "text",
        ["", "x", "[]", "null", "{}", '{"COMMAND": "LISTEN"}', '{"COMMAND": 1, "DATA": 2}',
         '{"COMMAND": "LISTEN", "DATA": ["/ronn/mix"]}', '{"COMMAND": "SING", "DATA": "/ronn/mix"}',
         "[" * 50_000, '{"a":' * 10_000],
    )  # fmt: skip
    def test_what_is_no_command_is_answered_and_ends_nothing(self, client, text):
        client.socket.send(text)
        address, [subject, reason] = client.receive()
        assert (address, subject) == ("/ronn/error", "")
        assert "LISTEN" in reason
        assert client.listen("/ronn/mix") == [1.0]

    @pytest.mark.parametrize("address", ["/ronn/colour", "/ronn", "/ronn/*", "", "x" * 50_000])
    def test_what_can_not_be_listened_to_is_answered(self, client, address):
        client.command("LISTEN", address)
        told, [subject, reason] = client.receive()
        assert (told, subject) == ("/ronn/error", "")
        assert "no address that can be listened to" in reason
        assert len(reason) < 200


class TestSend:
    def test_it_is_heard_like_osc(self, client, controller):
        client.send("/ronn/layers", 9)
        client.send("/ronn/n/mix", 0.5)
        client.send("/ronn/layers")
        assert client.receive() == ("/ronn/layers", [9])
        assert (controller.value("layers"), controller.value("mix")) == (9, 0.5)
        client.send("/ronn/layers", 900)
        assert client.receive()[1][0] == "/ronn/layers"
        client.send("/ronn/preset_load", "drone")
        client.send("/ronn/layers")
        assert client.receive() == ("/ronn/layers", [4])

    def test_a_bundle_is_one_change(self, client, node):
        client.socket.send(bundle(message("/ronn/layers", 9), message("/ronn/kernel", 15)))
        assert client.told() == []
        [(spec, change)] = node.rebuilds
        assert (spec.layers, spec.kernel) == (9, 15)
        assert change.origin.name.startswith("web 127.0.0.1:")

    @pytest.mark.usefixtures("nothing_crosses")
    def test_a_refusal_that_comes_later_reaches_who_asked(self, client, other, controller, node):
        assert client.listen("/ronn/layers") == other.listen("/ronn/layers") == [6]
        client.send("/ronn/layers", 9)
        assert other.receive() == ("/ronn/layers", [9])
        controller.refused(node.last_change, "too much for this machine")
        assert other.receive() == ("/ronn/layers", [6])
        answers = sorted([client.receive(), client.receive()])
        assert answers == [
            ("/ronn/error", ["/ronn/layers", "too much for this machine"]),
            ("/ronn/layers", [6]),
        ]

    @pytest.mark.usefixtures("nothing_crosses")
    def test_who_sends_gets_no_echo_but_all_others(self, client, other, controller):
        for each in (client, other):
            assert each.listen("/ronn/mix") == [1.0]
            assert each.listen("/ronn/n/mix") == [1.0]
            assert each.listen("/ronn/input_gain") == [0.0]
        client.send("/ronn/mix", 0.25)
        assert {other.receive()[0], other.receive()[0]} == {"/ronn/mix", "/ronn/n/mix"}
        assert client.receive() == ("/ronn/n/mix", [0.25]), "which it has not sent"
        change(controller, input_gain=3.0)  # a witness that nothing else was told before
        assert client.receive() == ("/ronn/input_gain", [3.0])
        assert client.told() == []

    @pytest.mark.usefixtures("nothing_crosses")
    @pytest.mark.parametrize(
        ("address", "sent"),
        [
            ("/ronn/mix", "0.25"), ("/ronn/layers", 9), ("/ronn/layers", 9.0),
            ("/ronn/activation", "tanh"), ("/ronn/activation", 2), ("/ronn/bias", True),
            ("/ronn/bias", 1.0), ("/ronn/n/mix", 0.1), ("/ronn/n/fade_ms", 0.3),
        ],
    )  # fmt: skip
    def test_it_is_not_told_what_it_shows(self, client, controller, address, sent):
        client.listen(address)
        assert client.listen("/ronn/input_gain") == [0.0]
        client.send(address, sent)
        client.told()  # it is done
        change(controller, input_gain=3.0)
        assert client.receive() == ("/ronn/input_gain", [3.0])
        assert client.told() == []

    @pytest.mark.usefixtures("nothing_crosses")
    @pytest.mark.parametrize(
        ("address", "sent", "accepted"),
        [
            ("/ronn/layers", 9.4, 9), ("/ronn/bias", 0.7, True), ("/ronn/mix", 2.0, 1.0),
            ("/ronn/n/mix", -3.0, 0.0), ("/ronn/n/layers", 0.5, 11 / 23), ("/ronn/init", "x", None),
        ],
    )  # fmt: skip
    def test_it_is_told_what_differs_from_what_it_sent(self, client, address, sent, accepted):
        [present] = client.listen(address)
        client.send(address, sent)
        told = client.receive()
        if told[0] == "/ronn/error":
            told, accepted = client.receive(), present
        assert told == (address, [pytest.approx(accepted)])

    @pytest.mark.usefixtures("nothing_crosses")
    def test_it_is_told_what_others_make_of_what_it_sent(self, client, other):
        assert client.listen("/ronn/mix") == other.listen("/ronn/mix") == [1.0]
        client.send("/ronn/mix", 0.25)
        assert other.receive() == ("/ronn/mix", [0.25])
        other.send("/ronn/mix", 0.5)
        assert client.receive() == ("/ronn/mix", [0.5])
        assert other.told() == []

    def test_a_linked_gain_is_told(self, client, controller):
        change(controller, link=True)
        assert client.listen("/ronn/output_gain") == [0.0]
        client.send("/ronn/input_gain", 6.0)
        assert client.receive() == ("/ronn/output_gain", [-6.0])

    def test_a_value_that_may_have_crossed_ours_is_answered(self, client, limits):
        limits.crossing_seconds = 1000.0
        assert client.listen("/ronn/mix") == [1.0]
        client.send("/ronn/mix", 0.25)
        assert client.receive() == ("/ronn/mix", [0.25])


class TestLimits:
    def test_rubbish_ends_nothing(self, client, other, controller, caplog):
        random = Random(1)
        packet = bundle(message("/ronn/layers", 9), message("/ronn/mix", 0.5))
        for _ in range(300):
            data = bytearray(packet)
            for _ in range(random.randint(1, 6)):
                data[random.randrange(len(data))] = random.randrange(256)
            client.socket.send(bytes(data[: random.randint(0, len(data))]))
        client.told()
        assert other.listen("/ronn/status/state")
        assert caplog.records == []

    def test_a_frame_that_is_too_long_ends_its_connection_alone(self, client, other):
        client.socket.send(bytes(65536))
        assert client.receive()[0] == "/ronn/error"
        client.socket.send(bytes(65540))
        with pytest.raises(ConnectionClosed, match="1009"):
            client.receive()
        assert other.listen("/ronn/mix") == [1.0]

    def test_there_are_only_so_many(self, server, limits):
        limits.listeners = 2
        with WebListener(server.port) as one:
            with WebListener(server.port):
                assert one.listen("/ronn/mix") == [1.0]
                with pytest.raises(InvalidStatus, match="503"), WebListener(server.port):
                    pass
            wait_for(lambda: is_served(server), what="room for another listener")

    def test_who_does_not_read_is_not_waited_for(self, http, other, controller):
        question = bundle(*[message("/ronn/status/xruns_after")] * 1500)
        frame = b"\x82\xff" + len(question).to_bytes(8, "big") + bytes(4) + question
        connection, _ = http.upgraded()
        with connection, pytest.raises(TimeoutError):
            connection.settimeout(0.5)
            while True:  # until its answers fill what the system keeps for a connection
                connection.sendall(frame)
        assert other.listen("/ronn/mix") == [1.0]
        change(controller, mix=0.5)
        assert other.receive() == ("/ronn/mix", [0.5])

    def test_a_flood_of_small_frames_holds_nobody_up(self, controller):
        flood, handled = 20_000, []

        def handle(packet, endpoint):
            handled.append(packet)
            return Dispatcher(controller).handle(packet, endpoint)

        with WebServer(controller, handle, port=0) as server:
            server.listen()
            server.start(OSC_PORT)
            connection, _ = Http(server.port).upgraded()
            with WebListener(server.port) as other, connection:
                assert other.listen("/ronn/mix") == [1.0]
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**20)
                connection.sendall(b"\x82\x84abcdabcd" * flood)
                change(controller, mix=0.5)
                assert other.receive() == ("/ronn/mix", [0.5])
                server.close()
                assert len(handled) < flood // 5, "what one read brings is not done in one go"

    def test_who_only_pings_and_does_not_read_is_cut(self, http, other):
        connection, _ = http.upgraded()
        with connection, pytest.raises(ConnectionError):
            while True:
                connection.sendall((b"\x89\xfd" + bytes(4 + 125)) * 1000)
        assert other.listen("/ronn/mix") == [1.0]

    def test_nothing_is_followed_while_nobody_listens(self, controller: Controller):
        subscribed = []
        subscribe = controller.subscriptions.subscribe
        controller.subscriptions.subscribe = lambda **options: (
            subscribed.append(subscribe(**options)) or subscribed[-1]
        )
        with WebServer(controller, Dispatcher(controller).handle, port=0) as server:
            server.listen()
            server.start(OSC_PORT)
            for _ in range(2):
                assert all(each.closed for each in subscribed)
                with WebListener(server.port) as client:
                    assert client.listen("/ronn/mix") == [1.0]
                    wait_for(lambda: not subscribed[-1].closed, what="it to be followed")
                wait_for(lambda: subscribed[-1].closed, what="it to be followed no more")
        assert len(subscribed) == 2


@pytest.fixture
def nothing_crosses(limits):
    """Let values that are told never be taken for ones that cross a listener's own."""
    limits.crossing_seconds = -1.0


def is_served(server: WebServer) -> bool:
    try:
        with WebListener(server.port) as client:
            return client.listen("/ronn/mix") == [1.0]
    except InvalidStatus:
        return False
