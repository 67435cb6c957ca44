"""What the OSC server does for many at once, over real sockets."""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import threading
import time

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.operations import Set
from ronn_jack.errors import MachineError
from ronn_jack.interfaces.osc.access import Access
from ronn_jack.interfaces.osc.server import OscServer
from ronn_jack.parameters import PARAMETERS, Value
from ronn_jack.settings import FeedbackTo
from tests.support.jack_server import wait_for
from tests.support.osc_client import ANSWER_SECONDS, OscClient, bundle, message
from tests.support.ports import own_port
from tests.support.recording import MemoryStore, RecordingNode, RecordingOrigin

NTP = 2_208_988_800


class GatedNode(RecordingNode):
    """A node that lets a change of `fade_ms` wait until it may go on."""

    def __init__(self) -> None:
        super().__init__()
        self.entered, self.gate = threading.Event(), threading.Event()
        self.gate.set()

    def set_controls(self, values) -> None:
        super().set_controls(values)
        if "fade_ms" in values:
            self.entered.set()
            assert self.gate.wait(ANSWER_SECONDS)


class GatedStore(MemoryStore):
    """A folder of presets that takes long to write to."""

    def __init__(self) -> None:
        super().__init__(fuzz={"layers": 3})
        self.entered, self.gate = threading.Event(), threading.Event()
        self.saved: list[tuple[str, Value]] = []

    def save(self, name, values, *, snapshots=None):
        self.entered.set()
        assert self.gate.wait(ANSWER_SECONDS)
        self.saved.append((name, values["mix"]))
        return super().save(name, values, snapshots=snapshots)


@pytest.fixture
def node() -> GatedNode:
    return GatedNode()


@pytest.fixture
def store() -> GatedStore:
    return GatedStore()


@pytest.fixture
def controller(node: GatedNode, store: GatedStore) -> Controller:
    return Controller(node, store)


def tagged(ahead: float, *parts: bytes) -> bytes:
    """Return a bundle for a time from now, in s."""
    time_tag = round((time.time() + ahead + NTP) * 2**32)
    return b"#bundle\0" + struct.pack(">Q", time_tag) + bundle(*parts)[16:]


def heard_until(client: OscClient, address: str, value: object) -> list[tuple[str, list[object]]]:
    """Return all that comes until an address has a value."""
    heard = []
    while True:
        found, _, arguments = client.receive()
        heard.append((found, arguments))
        if (found, arguments) == (address, [value]):
            return heard


class TestTimeTags:
    def test_a_bundle_is_done_when_its_time_has_come(self, client, controller) -> None:
        ahead, begin = 1.0, time.time()
        client.transmit(tagged(ahead, message("/ronn/mix", 0.5), message("/ronn/layers", 9)))
        answers = client.answers(message("/ronn/mix"))
        assert answers == [("/ronn/mix", [1.0])] or time.time() - begin >= ahead
        wait_for(lambda: controller.value("mix") == 0.5)
        assert time.time() - begin >= ahead
        assert controller.value("layers") == 9

    @pytest.mark.parametrize("ahead", [-1e9, -3600.0, -1.0, 0.0])
    def test_a_late_one_is_done_at_once(self, client, controller, node, ahead) -> None:
        late = tagged(ahead, message("/ronn/mix", 0.5), message("/ronn/layers", 9))
        assert client.errors(late) == []
        assert controller.value("mix") == 0.5
        assert len(node.rebuilds) == 1

    def test_a_clock_that_is_far_ahead_is_told_so_and_stalls_nobody(self, client, controller):
        [(address, reason)] = client.errors(tagged(7200.0, message("/ronn/mix", 0.5)))
        assert address == "" and "7.2e+03 s ahead" in reason and "clock" in reason
        assert controller.value("mix") == 1.0

    def test_equal_times_keep_their_order(self, client, controller) -> None:
        in_time = False
        while not in_time:  # or else some are late ones, which are done as they come
            client.answers(message("/ronn/seed", 99))
            when = time.time() + 0.2
            tag = struct.pack(">Q", round((when + NTP) * 2**32))
            for step in range(50):
                body = bundle(message("/ronn/n/mix", step / 50), message("/ronn/seed", step))[16:]
                client.transmit(b"#bundle\0" + tag + body)
            client.answers()
            in_time = time.time() < when
        wait_for(lambda: controller.value("seed") == 49)
        assert controller.value("mix") == pytest.approx(0.98)

    def test_too_much_for_later_is_refused_once_a_packet(self, client) -> None:
        parts = [tagged(50.0 + n / 100, message("/ronn/mix", 0.5)) for n in range(600)]
        [(_, reason)] = client.errors(bundle(*parts))
        assert "too many bundles wait" in reason

    @pytest.mark.parametrize(
        "packets", [300, pytest.param(200_000, marks=[pytest.mark.fuzz, pytest.mark.timeout(1800)])]
    )
    def test_any_tags_are_taken(self, client, packets) -> None:
        chance = random.Random(3)
        for number in range(packets):
            tag = chance.choice((chance.getrandbits(64), chance.getrandbits(33), 2**64 - 1, 0))
            body = bundle(message("/ronn/mix", chance.random()), message("/ronn/subscribe"))[16:]
            client.transmit(b"#bundle\0" + struct.pack(">Q", tag) + body)
            if number % 50 == 0:
                # The pong to the ping that ends it.
                assert all("internal" not in str(a) for _, a in client.answers())


class TestFairness:
    def test_a_quiet_sender_is_served_between_those_that_flood(self, server, client, node) -> None:
        with contextlib.ExitStack() as stack:
            floods = [stack.enter_context(OscClient(server.port)) for _ in range(10)]
            node.gate.clear()
            client.send("/ronn/fade_ms", 50.0)
            assert node.entered.wait(ANSWER_SECONDS)
            # While the server is held up, so that all of it waits when it goes on.
            for step in range(20):
                for flood in floods:
                    flood.send("/ronn/xy_x", step / 20)
            with OscClient(server.port) as quiet:
                quiet.send("/ronn/mix", 0.5)
                node.gate.set()
                assert quiet.answers() == []
            names = [name for controls in node.controls for name in controls]
            # Once each, while the last packets of the held one and of the floods were due.
            assert names.index("mix") <= 2 * (len(floods) + 1)

    def test_who_sends_too_much_is_told_so_and_its_last_value_counts(
        self, server, client, node, controller
    ) -> None:
        node.gate.clear()
        client.send("/ronn/fade_ms", 50.0)
        assert node.entered.wait(ANSWER_SECONDS)
        with OscClient(server.port) as flood:
            node.gate.set()
            for number in range(5000):
                flood.send("/ronn/seed_next")
                if number % 100 == 0:
                    flood.send("/ronn/mix", number / 5000)
            flood.send("/ronn/mix", 0.125)
            deadline = time.monotonic() + ANSWER_SECONDS
            while controller.value("mix") != 0.125 and time.monotonic() < deadline:
                flood.send("/ronn/mix", 0.125)  # the system may have dropped it
                time.sleep(0.05)
        assert controller.value("mix") == 0.125


class TestSaving:
    def test_others_are_answered_while_a_file_is_written(self, server, client, store) -> None:
        client.send("/ronn/preset_save", "mine")
        assert store.entered.wait(ANSWER_SECONDS)
        with OscClient(server.port) as other:
            assert other.answers(message("/ronn/mix")) == [("/ronn/mix", [1.0])]
        store.gate.set()
        assert client.answers(message("/ronn/preset")) == [("/ronn/preset", ["mine", 0])]

    def test_what_its_sender_sends_next_waits_for_it(self, client, store) -> None:
        client.send("/ronn/mix", 0.5)
        client.send("/ronn/preset_save", "mine")
        assert store.entered.wait(ANSWER_SECONDS)
        client.send("/ronn/mix", 0.75)
        client.send_bundle(("/ronn/preset_save", "other"), ("/ronn/presets",))
        store.gate.set()
        assert client.receive() == ("/ronn/presets", ",sss", ["fuzz", "mine", "other"])
        assert store.saved == [("mine", 0.5), ("other", 0.75)]

    def test_a_file_that_can_not_be_written_is_told(self, client, store) -> None:
        store.gate.set()
        [(address, reason)] = client.errors(message("/ronn/preset_save", "a/b"))
        assert address == "/ronn/preset_save" and "'/'" in reason

    def test_a_save_that_was_asked_for_is_done_before_the_server_ends(self, controller, store):
        store.gate.set()
        with OscServer(controller, port=0) as server, OscClient(server.port) as client:
            client.send("/ronn/preset_save", "mine")
            assert store.entered.wait(ANSWER_SECONDS)
        assert store.saved == [("mine", 1.0)]


class TestFeedback:
    def test_a_subscriber_hears_what_another_sends(self, server, client) -> None:
        client.send("/ronn/subscribe")
        heard_until(client, "/ronn/budget", pytest.approx(0.7))
        with OscClient(server.port) as other:
            other.send("/ronn/layers", 9)
            heard_until(client, "/ronn/layers", 9)

    def test_a_subscription_by_host_and_port_goes_there(self, server, client, controller) -> None:
        with OscClient(server.port) as there:
            host, port = there.address
            client.send("/ronn/n/subscribe", "localhost", port, 50)
            heard_until(there, "/ronn/n/budget", pytest.approx(0.75))
            # Neither its asker nor its destination are told what they sent.
            client.send("/ronn/mix", 0.25)
            there.send("/ronn/xy_x", 0.5)
            controller.apply([Set("layers", 12)], RecordingOrigin())
            heard = heard_until(there, "/ronn/n/layers", pytest.approx(11 / 23))
            assert not {"/ronn/n/mix", "/ronn/n/xy_x"} & {a for a, _ in heard[1:]}
            client.send("/ronn/unsubscribe", host, port)
            assert client.answers() == []
            assert len(server.subscribers) == 0

    @pytest.mark.parametrize(
        ("host", "hint"),
        [
            ("8.8.8.8", "--allow 8.8.8.8"),
            ("tablet.local", "'tablet.local' is no IPv4 address"),
            ("", "no IPv4 address"),
            ("::1", "no IPv4 address"),
        ],
    )
    def test_it_goes_to_nobody_else(self, client, host, hint) -> None:
        [(address, reason)] = client.errors(message("/ronn/subscribe", host, 9000))
        assert address == "/ronn/subscribe" and hint in reason

    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
    def test_it_does_not_go_to_the_node_itself(self, server, client, host) -> None:
        [(address, reason)] = client.errors(message("/ronn/subscribe", host, server.port))
        assert address == "/ronn/subscribe" and "the node's own" in reason

    def test_nor_does_it_by_any_address_of_this_computer(self, controller) -> None:
        access = Access("0.0.0.0", ["0.0.0.0/0"])
        with (
            OscServer(controller, "0.0.0.0", 0, access) as server,
            OscClient(server.port) as client,
        ):
            for host in ("127.0.0.1", "127.0.0.2", "0.0.0.0"):
                [(_, reason)] = client.errors(message("/ronn/subscribe", host, server.port))
                assert "the node's own" in reason

    def test_the_same_number_at_another_address_is_another_programs(self, server, client) -> None:
        assert client.answers(message("/ronn/subscribe", "127.0.0.2", server.port)) == []

    def test_nor_by_the_settings(self, controller) -> None:
        port = own_port()
        server = OscServer(controller, port=port, feedback=[FeedbackTo("localhost", port)])
        with pytest.raises(MachineError, match=r"osc_feedback: .* the node's own"):
            server.start()

    def test_destinations_of_the_settings_are_told_unasked(self, controller) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as tablet:
            tablet.bind(("127.0.0.1", 0))
            tablet.settimeout(ANSWER_SECONDS)
            to = [FeedbackTo("localhost", tablet.getsockname()[1], normalised=True)]
            with OscServer(controller, port=0, feedback=to) as server:
                datagram, sender = tablet.recvfrom(65536)
                assert sender == ("127.0.0.1", server.port)
                assert b"/ronn/n/layers" in datagram

    def test_one_that_can_not_be_found_is_told_at_the_start(self, controller) -> None:
        server = OscServer(controller, port=0, feedback=[FeedbackTo("no such.host", 9000)])
        with pytest.raises(MachineError, match=r"osc_feedback: host 'no such.host'"):
            server.start()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
            free.bind(("127.0.0.1", server.port))

    def test_a_dead_one_costs_nothing(self, server, client) -> None:
        dead = OscClient(server.port)
        dead.send("/ronn/subscribe", 10)
        dead.answers()
        with contextlib.ExitStack() as stack:
            # Before it is closed, as one of them could be given its port.
            others = [stack.enter_context(OscClient(server.port)) for _ in range(200)]
            dead.close()
            client.send("/ronn/subscribe", 10)
            for step, other in enumerate(others):
                assert other.answers(message("/ronn/n/mix", step / 400)) == []
        heard_until(client, "/ronn/mix", pytest.approx(199 / 400))

    def test_every_subscriber_ends_with_every_final_value(self, server, controller) -> None:
        chance = random.Random(5)
        with contextlib.ExitStack() as stack:
            ears = [stack.enter_context(OscClient(server.port)) for _ in range(20)]
            for number, ear in enumerate(ears):
                ear.send("/ronn/n/subscribe" if number % 2 else "/ronn/subscribe", 1000)
            senders = [stack.enter_context(OscClient(server.port)) for _ in range(4)]
            sending = threading.Thread(target=_turn_about, args=(senders, chance), daemon=True)
            sending.start()
            shown = [_Display(ear) for ear in ears]
            sending.join()
            for sender in senders:
                sender.answers()
            # The last of all, after which everybody has been told the rest.
            senders[0].answers(message("/ronn/budget", 0.875))
            for display in shown:
                display.thread.join(ANSWER_SECONDS)
                assert not display.thread.is_alive()
                display.see_the_rest()
        for number, display in enumerate(shown):
            for name, row in PARAMETERS.items():
                value = controller.value(name)
                told = display.values[f"/ronn/n/{name}" if number % 2 else f"/ronn/{name}"]
                if number % 2:
                    value = row.normalise(value)
                wanted = value if isinstance(value, str) else pytest.approx(float(value))
                assert told == wanted, name


def _turn_about(senders: list[OscClient], chance: random.Random) -> None:
    names = [name for name in PARAMETERS if name not in ("dilation", "layers", "link", "budget")]
    for number in range(2000):
        name = chance.choice(names)
        senders[number % len(senders)].send(f"/ronn/n/{name}", chance.random())
        if number % 50 == 0:
            time.sleep(0.01)  # what a socket of the system holds


class _Display:
    """What a subscriber shows, until it has been told the last of all."""

    def __init__(self, ear: OscClient) -> None:
        self.values: dict[str, object] = {}
        self.ear = ear
        self.thread = threading.Thread(target=self._listen, args=(ear,), daemon=True)
        self.thread.start()

    def _listen(self, ear: OscClient) -> None:
        last = {"/ronn/budget": 0.875, "/ronn/n/budget": pytest.approx(0.96875)}
        while True:
            address, _, arguments = ear.receive()
            self.values[address] = arguments[0]
            if address in last and arguments[0] == last[address]:
                return

    def see_the_rest(self) -> None:
        """See what was told together with the last, in another bundle."""
        for address, (value, *_) in self.ear.answers():
            self.values[address] = value
