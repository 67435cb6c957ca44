"""What subscribers are told, without a socket and by a clock that is set by hand."""

from __future__ import annotations

import math

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.operations import Set
from ronn_jack.control.status import STATUS
from ronn_jack.errors import UsageError
from ronn_jack.interfaces.osc.access import LEASE_SECONDS, Access
from ronn_jack.interfaces.osc.addresses import PANIC, PRESET, STATUS_ROOT
from ronn_jack.interfaces.osc.dispatcher import Dispatcher
from ronn_jack.interfaces.osc.feedback import LARGEST_BYTES, TICK_SECONDS, Feedback
from ronn_jack.interfaces.osc.sessions import Sessions
from ronn_jack.interfaces.osc.subscribers import CROSSING_SECONDS, MOST_SUBSCRIBERS, Subscribers
from ronn_jack.parameters import PARAMETERS, Group
from tests.support.osc_client import bundle, message
from tests.support.osc_senders import Clock, Mailbox
from tests.support.recording import MemoryStore, RecordingNode, RecordingOrigin

PLACES = {("127.0.0.1", 9000): Mailbox("there"), ("127.0.0.1", 9001): Mailbox("elsewhere")}


def as_told(value: object) -> object:
    """Return what comes of a value by OSC: a number for a switch, a float32."""
    return int(value) if isinstance(value, bool) else pytest.approx(value)


class Desk:
    """A node with subscribers; time passes by its ticks."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.node = RecordingNode()
        self.controller = Controller(
            self.node, MemoryStore(fuzz={"layers": 3}, drone={"layers": 4, "mix": 0.5})
        )
        self.subscribers = Subscribers(self.clock)
        sessions = Sessions(self.subscribers, Access(), lambda host, port: PLACES[host, port])
        self.dispatcher = Dispatcher(self.controller, sessions)
        self.feedback = Feedback(self.controller, self.subscribers, self.clock)

    def send(self, sender: Mailbox, *packets: bytes) -> None:
        for packet in packets:
            later = self.dispatcher.handle(packet, sender)
            if later is not None:
                later()

    def tick(self, seconds: float = TICK_SECONDS) -> None:
        self.clock.now += seconds
        self.feedback.tick()

    def told(self, box: Mailbox) -> dict[str, object]:
        """Let a tick pass, and return what a subscriber is told but the status."""
        self.tick()
        return {a: v for a, v in box.read().items() if not a.startswith(STATUS_ROOT)}

    def subscribed(self, *arguments: object, n: bool = False) -> Mailbox:
        box = Mailbox()
        self.send(box, message("/ronn/n/subscribe" if n else "/ronn/subscribe", *arguments))
        self.told(box)
        return box

    def turn(self, **values: object) -> None:
        """Move parameters from somewhere else."""
        self.controller.apply([Set(n, v) for n, v in values.items()], RecordingOrigin())


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize("normalised", [False, True])
def test_who_subscribes_is_told_everything(desk: Desk, normalised: bool) -> None:
    box = Mailbox()
    desk.send(box, message("/ronn/n/subscribe" if normalised else "/ronn/subscribe"))
    assert box.packets == []
    desk.tick()
    assert all(len(packet) <= LARGEST_BYTES for packet in box.packets)
    told = box.read()
    for name, row in PARAMETERS.items():
        if normalised:
            assert told[f"/ronn/n/{name}"] == pytest.approx(row.normalise(row.default))
        else:
            assert told[f"/ronn/{name}"] == as_told(row.default)
    assert told[PRESET] == ("", 0)
    assert told[PANIC] == 0
    assert {f"{STATUS_ROOT}{name}" for name in STATUS} <= told.keys()
    assert len(told) == len(PARAMETERS) + len(STATUS) + 2
    assert desk.told(box) == {}


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_parameter_is_told_of_whoever_moves_it(desk: Desk, name: str) -> None:
    desk.turn(dilation=1)
    native, normalised = desk.subscribed(), desk.subscribed(n=True)
    row = PARAMETERS[name]
    value = row.denormalise(0.4)
    if value == desk.controller.value(name):
        value = row.denormalise(1.0)
    before = desk.controller.values
    desk.turn(**{name: value})
    moved = {n: v for n, v in desk.controller.values.items() if v != before[n]}
    assert moved[name] == value and (len(moved) == 1 or row.group is Group.EQUALISER)
    assert desk.told(native) == {f"/ronn/{n}": as_told(v) for n, v in moved.items()}
    assert normalised.read()[f"/ronn/n/{name}"] == pytest.approx(row.normalise(value))


@pytest.mark.parametrize("text", ["9" * 400, "-" + "9" * 400, "9" * 5000, "1e400", "nan"])
@pytest.mark.parametrize("address", ["/ronn/mix", "/ronn/n/mix", "/ronn/seed", "/ronn/n/init"])
def test_a_number_that_nothing_can_hold_stops_nobody_from_being_told(
    desk: Desk, address: str, text: str
) -> None:
    box, other = desk.subscribed(), desk.subscribed()
    desk.send(box, message(address, text))
    desk.told(box)
    desk.turn(layers=9)
    assert desk.told(other)["/ronn/layers"] == 9


class TestEcho:
    @pytest.mark.parametrize(
        ("address", "value"),
        [
            ("/ronn/mix", 0.3),
            ("/ronn/n/mix", 0.3),
            ("/ronn/layers", 9),
            ("/ronn/layers", 9.0),
            ("/ronn/layers", "9"),
            ("/ronn/activation", "tanh"),
            ("/ronn/activation", 2),
            ("/ronn/bias", True),
            ("/ronn/bias", "on"),
            ("/ronn/n/fade_ms", 0.7),
            ("/ronn/n/seed", 0.25),
            (PANIC, 1.0),
        ],
    )
    def test_what_a_subscriber_sends_is_told_to_the_others_alone(self, desk, address, value):
        own, other = desk.subscribed(), desk.subscribed()
        desk.send(own, message(address, value))
        desk.tick()
        assert address.replace("/n/", "/") in other.read()
        assert desk.told(own) == {}

    @pytest.mark.parametrize(
        ("sent", "told"),
        [
            (("/ronn/layers", 8.7), {"/ronn/layers": 9}),
            (("/ronn/layers", 6.2), {"/ronn/layers": 6}),
            (("/ronn/layers", 99), {"/ronn/layers": 6}),
            (("/ronn/layers", math.nan), {"/ronn/layers": 6}),
            (("/ronn/activation", "tan"), {"/ronn/activation": "relu"}),
            (("/ronn/n/mix", 1.5), {"/ronn/mix": 1.0}),
            (("/ronn/n/layers", 0.5), {"/ronn/layers": 12}),
            (("/ronn/bias", 0.7), {"/ronn/bias": 1}),
        ],
        ids=["snap", "snap to the same", "range", "not finite", "word", "clamp", "place", "switch"],
    )
    def test_a_value_that_differs_from_what_was_sent_comes_back(self, desk, sent, told):
        own = desk.subscribed()
        desk.send(own, message(*sent))
        own.read()  # a refusal
        assert desk.told(own) == told

    def test_the_link_partner_is_told(self, desk):
        own = desk.subscribed()
        desk.send(own, message("/ronn/link", 1), message("/ronn/input_gain", 6.0))
        assert desk.told(own) == {"/ronn/output_gain": -6.0}

    def test_a_refused_network_comes_back_later(self, desk):
        own, other = desk.subscribed(), desk.subscribed()
        desk.send(own, message("/ronn/layers", 9))
        assert desk.told(own) == {} and desk.told(other) == {"/ronn/layers": 9}
        desk.controller.refused(desk.node.last_change, "over budget")
        own.read()
        assert desk.told(own) == {"/ronn/layers": 6}
        assert other.read()["/ronn/layers"] == 6

    def test_a_network_that_is_refused_within_a_tick_comes_back_too(self, desk):
        own = desk.subscribed()
        desk.send(own, message("/ronn/layers", 9))
        desk.controller.refused(desk.node.last_change, "over budget")
        own.read()
        assert desk.told(own) == {"/ronn/layers": 6}

    def test_an_action_tells_its_sender_what_it_did(self, desk):
        own = desk.subscribed()
        desk.send(own, message("/ronn/preset_load", "drone"))
        assert desk.told(own) == {"/ronn/layers": 4, "/ronn/mix": 0.5, PRESET: ("drone", 0)}
        desk.send(own, message("/ronn/seed_next"))
        assert desk.told(own) == {"/ronn/seed": 43, PRESET: ("drone", 1)}

    def test_an_own_value_makes_an_older_foreign_one_void(self, desk):
        own = desk.subscribed()
        desk.turn(mix=0.7)
        desk.send(own, message("/ronn/mix", 0.25))
        assert desk.told(own) == {}

    def test_a_value_that_may_have_crossed_another_is_told_again(self, desk):
        own = desk.subscribed()
        desk.clock.now += 1.0
        desk.turn(mix=0.75)
        assert desk.told(own) == {"/ronn/mix": 0.75}
        # It was sent before 0.75 came there, and is what the node has.
        desk.send(own, message("/ronn/mix", 0.25))
        assert desk.told(own) == {"/ronn/mix": 0.25}
        desk.clock.now += CROSSING_SECONDS
        desk.send(own, message("/ronn/mix", 0.5))
        assert desk.told(own) == {}

    def test_the_senders_of_a_subscription_are_its_asker_and_its_destination(self, desk):
        there = PLACES["127.0.0.1", 9000]
        asker, stranger = Mailbox(), Mailbox()
        desk.send(asker, message("/ronn/subscribe", "127.0.0.1", 9000))
        desk.tick()
        there.read()
        for sender in (asker, there):
            desk.send(sender, message("/ronn/mix", 0.5))
            assert desk.told(there) == {}
            desk.send(stranger, message("/ronn/mix", 0.75))
            assert desk.told(there) == {"/ronn/mix": 0.75}
            desk.clock.now += CROSSING_SECONDS
        assert asker.packets == stranger.packets == []


class TestRate:
    def test_the_newest_value_wins_and_the_last_one_comes(self, desk):
        box = desk.subscribed()
        for step in range(100):
            desk.turn(mix=step / 100)
        assert desk.told(box) == {"/ronn/mix": pytest.approx(0.99)}
        desk.turn(mix=0.5)
        desk.tick(TICK_SECONDS / 2)
        assert "/ronn/mix" not in box.read()
        assert desk.told(box) == {"/ronn/mix": 0.5}

    def test_what_comes_together_is_told_in_one_bundle(self, desk):
        box = desk.subscribed()
        desk.turn(mix=0.5, layers=3, xy_x=0.25)
        desk.tick()
        assert len(box.packets) == 1
        assert box.packets[0].startswith(b"#bundle\0\0\0\0\0\0\0\0\1")

    def test_what_could_not_be_sent_is_sent_later(self, desk):
        box = desk.subscribed()
        box.takes = False
        desk.turn(mix=0.5)
        desk.controller.apply([], RecordingOrigin())
        desk.node.statuses["xruns"] = 7
        desk.tick(0.2)
        box.takes = True
        desk.tick(0.2)
        told = box.read()
        assert (told["/ronn/mix"], told[f"{STATUS_ROOT}xruns"]) == (0.5, 7)

    def test_status_comes_at_the_subscribers_interval_and_only_if_it_changed(self, desk):
        often, seldom = desk.subscribed(10), desk.subscribed(1000)
        heard = {id(often): 0, id(seldom): 0}
        for step in range(200):
            desk.node.statuses["level_in"] = -float(step)
            desk.tick(0.01)
            for box in (often, seldom):
                heard[id(box)] += len(box.read())
        assert 190 <= heard[id(often)] <= 201
        assert 1 <= heard[id(seldom)] <= 3

    def test_a_fault_of_the_status_does_not_silence_the_values(self, desk, caplog):
        box = desk.subscribed()
        desk.controller.counters = None
        desk.turn(mix=0.5)
        desk.tick(1.0)
        assert box.read() == {"/ronn/mix": 0.5}
        assert "status" in caplog.text


class TestLease:
    def test_it_ends_after_a_minute_without_a_message(self, desk):
        box = desk.subscribed()
        desk.clock.now += LEASE_SECONDS - 1.0
        desk.send(box, message("/ronn/mix"))
        box.read()
        desk.clock.now += LEASE_SECONDS - 1.0
        desk.turn(mix=0.5)
        assert desk.told(box) == {"/ronn/mix": 0.5}
        desk.clock.now += 2.0
        desk.turn(mix=0.75)
        assert desk.told(box) == {}
        assert desk.feedback.next == math.inf

    def test_where_it_is_known_that_the_other_side_is_there_none_is_needed(self, desk):
        box = Mailbox(lasts=True)
        desk.send(box, message("/ronn/subscribe"))
        desk.tick(10 * LEASE_SECONDS)
        assert box.read()
        desk.subscribers.forget(box)
        desk.turn(mix=0.5)
        assert desk.told(box) == {}

    def test_a_destination_of_the_settings_stays(self, desk):
        tablet = Mailbox(host="192.168.1.7")
        desk.subscribers.add(tablet, None, normalised=True)
        desk.tick(10 * LEASE_SECONDS)
        assert tablet.read()["/ronn/n/mix"] == 1.0
        with pytest.raises(UsageError, match=r"config\.toml"):
            desk.subscribers.remove(tablet)
        # Whatever port of it asks for everything.
        desk.send(Mailbox(host="192.168.1.7"), message("/ronn/refresh"))
        assert len(desk.told(tablet)) == len(PARAMETERS) + 2

    def test_everything_comes_again_on_a_refresh(self, desk):
        box = desk.subscribed()
        desk.send(box, message("/ronn/mix", 0.5), message("/ronn/refresh"))
        told = desk.told(box)
        assert told["/ronn/mix"] == 0.5
        assert len(told) == len(PARAMETERS) + 2

    def test_unsubscribing_ends_it(self, desk):
        there = PLACES["127.0.0.1", 9000]
        box = desk.subscribed()
        desk.send(box, message("/ronn/subscribe", "127.0.0.1", 9000))
        desk.told(there)
        desk.send(box, message("/ronn/unsubscribe", "127.0.0.1", 9000))
        desk.turn(mix=0.5)
        assert desk.told(there) == {}
        assert box.read()["/ronn/mix"] == 0.5
        desk.send(box, message("/ronn/unsubscribe"))
        desk.turn(mix=0.75)
        assert desk.told(box) == {}
        assert desk.feedback.next == math.inf

    def test_subscribing_anew_changes_form_and_interval(self, desk):
        box = desk.subscribed()
        desk.send(box, message("/ronn/n/subscribe", 1000))
        assert len(desk.told(box)) == len(PARAMETERS) + 2
        desk.turn(layers=12)
        assert desk.told(box) == {"/ronn/n/layers": pytest.approx(11 / 23)}
        assert len(desk.subscribers) == 1

    def test_only_so_many_subscribe(self, desk):
        boxes = [desk.subscribed() for _ in range(MOST_SUBSCRIBERS)]
        late = Mailbox()
        desk.send(late, message("/ronn/subscribe"))
        [(address, reason)] = [late.read()["/ronn/error"]]
        assert address == "/ronn/subscribe" and "64 subscribers already" in reason
        desk.send(boxes[0], message("/ronn/subscribe"))  # a renewal is none more
        desk.send(boxes[0], message("/ronn/unsubscribe"))
        boxes[0].read()
        desk.send(late, message("/ronn/subscribe"))
        assert desk.told(late)


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (("127.0.0.1",), "needs a port"),
        (("127.0.0.1", 0), "port 0 is out of range; use 1 to 65535"),
        (("127.0.0.1", 70000), "70000"),
        (("127.0.0.1", 9000.5), "9000.5"),
        (("127.0.0.1", True), "true"),
        (("127.0.0.1", 9000, 5), "interval 5 is out of range; use 10 to 10000"),
        (("127.0.0.1", 9000, "soon"), "'soon'"),
        ((9000, 100), "a host as text and a port"),
        ((5,), "interval 5"),
        ((math.nan,), "nan"),
        (("127.0.0.1", 9000, 100, 1), "not 4"),
    ],
)
def test_a_subscription_that_makes_no_sense_is_refused_in_words(desk, arguments, hint):
    box = Mailbox()
    desk.send(box, message("/ronn/subscribe", *arguments))
    address, reason = box.read()["/ronn/error"]
    assert address == "/ronn/subscribe" and hint in reason
    assert len(desk.subscribers) == 0


@pytest.mark.parametrize("address", ["/ronn/refresh", "/ronn/unsubscribe"])
def test_who_has_subscribed_nothing_is_told_so(desk, address):
    box = Mailbox()
    desk.send(box, message(address))
    assert "not subscribed" in box.read()["/ronn/error"][1]


def test_no_pattern_subscribes(desk):
    box = Mailbox()
    desk.send(box, message("/ronn/*"), message("/ronn/{subscribe,auth}"))
    assert len(desk.subscribers) == 0
    assert "matches no address" in box.read()["/ronn/error"][1]


def test_a_subscription_in_a_bundle_comes_after_what_the_bundle_sets(desk):
    box = Mailbox()
    desk.send(box, bundle(message("/ronn/subscribe"), message("/ronn/mix", 0.5)))
    assert desk.told(box)["/ronn/mix"] == 0.5
