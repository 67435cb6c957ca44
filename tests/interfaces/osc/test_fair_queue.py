"""What waits to be done: nobody starves, and no last value is lost."""

from __future__ import annotations

from random import Random

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.interfaces.osc.codec import Message, decode, encode
from ronn_jack.interfaces.osc.dispatcher import Dispatcher
from ronn_jack.interfaces.osc.fair_queue import MOST, PATIENT, FairQueue
from tests.support.osc_client import bundle, message
from tests.support.osc_senders import Mailbox
from tests.support.recording import MemoryStore, RecordingNode


def taken(queue: FairQueue, seconds: float = 0.001) -> list[tuple[bytes, Mailbox]]:
    """Return all that waits in its turn, each of which takes some time."""
    found = []
    while queue:
        packet, sender = queue.take()
        queue.done(sender, seconds)
        found.append((packet, sender))
    return found


def test_a_senders_packets_stay_in_order() -> None:
    queue, box = FairQueue(), Mailbox()
    packets = [message("/ronn/mix", n / 200) for n in range(PATIENT - 1)]
    assert all(queue.put(packet, box) for packet in packets)
    assert [packet for packet, _ in taken(queue)] == packets
    assert queue.take() is None


def test_a_quiet_sender_comes_next_however_much_the_others_sent() -> None:
    queue = FairQueue()
    floods = [Mailbox(str(n)) for n in range(10)]
    for box in floods:
        for n in range(100):
            queue.put(message("/ronn/seed_next", n), box)
    for _ in range(500):
        _, sender = queue.take()
        queue.done(sender, 0.001)
    quiet = Mailbox("quiet")
    queue.put(message("/ronn/mix"), quiet)
    order = [sender.name for _, sender in taken(queue)]
    assert order.index("quiet") <= len(floods)


def test_who_asks_for_more_work_is_served_less_often() -> None:
    queue, light, heavy = FairQueue(), Mailbox("light"), Mailbox("heavy")
    for n in range(100):
        queue.put(message("/ronn/seed_next", n), light)
        queue.put(message("/ronn/randomize", n), heavy)
    served = []
    for _ in range(44):
        _, sender = queue.take()
        queue.done(sender, 0.010 if sender is heavy else 0.001)
        served.append(sender.name)
    assert 36 <= served.count("light") <= 42


def test_a_sender_whose_packet_is_still_done_elsewhere_has_no_turn() -> None:
    queue, box, other = FairQueue(), Mailbox(), Mailbox()
    queue.put(b"1", box)
    queue.put(b"2", box)
    assert queue.take() == (b"1", box)
    queue.put(b"3", other)
    assert queue.take() == (b"3", other)
    assert queue.take() is None
    queue.done(box, 0.0)
    assert queue.take() == (b"2", box)


def ending(packets: list[bytes]) -> dict[str, object]:
    """Return the values that a node has in the end."""
    controller = Controller(RecordingNode(), MemoryStore())
    dispatcher = Dispatcher(controller)
    for packet in packets:
        dispatcher.handle(packet, Mailbox())
    return dict(controller.values)


class TestAFlood:
    def test_values_that_are_out_of_date_are_left_out_and_never_the_last(self) -> None:
        queue, box, random = FairQueue(), Mailbox(), Random(1)
        last: dict[str, float] = {}
        names = ["mix", "xy_x", "xy_y", "n/mix", "layers", "bias"]
        for n in range(20 * MOST):
            name = random.choice(names)
            # Whatever may be set: a fraction, or 1 for what is counted.
            value = 1.0 if name in ("layers", "bias") else n / (20 * MOST)
            last[name.removeprefix("n/")] = value
            assert queue.put(message(f"/ronn/{name}", value), box)
        packets = [packet for packet, _ in taken(queue)]
        assert len(packets) <= 2 * PATIENT
        told = {}
        for packet in packets:
            [item] = decode(packet)
            told[item.address.rpartition("/")[2]] = item.arguments[0]
        assert told == pytest.approx(last)

    def test_bundles_of_values_are_too(self) -> None:
        queue, box = FairQueue(), Mailbox()
        for n in range(4 * MOST):
            pad = bundle(message("/ronn/xy_x", n / 9999), message("/ronn/xy_y", n / 9999))
            assert queue.put(pad, box)
        packets = [packet for packet, _ in taken(queue)]
        assert len(packets) <= 2 * PATIENT and packets[-1] == pad

    def test_what_an_action_has_to_find_stays(self) -> None:
        queue, box = FairQueue(), Mailbox()
        queue.put(message("/ronn/mix", 0.125), box)
        queue.put(message("/ronn/preset_save", "mine"), box)
        for n in range(4 * MOST):
            queue.put(message("/ronn/mix", n / 9999), box)
        addresses = [decode(packet)[0] for packet, _ in taken(queue)]
        assert addresses[:2] == [
            Message("/ronn/mix", (0.125,)),
            Message("/ronn/preset_save", ("mine",)),
        ]

    def test_a_question_is_answered_with_what_was_set_before_it(self) -> None:
        queue, box = FairQueue(), Mailbox()
        for n in range(4 * MOST):
            queue.put(message("/ronn/mix", n / 9999), box)
            queue.put(message("/ronn/mix"), box)
        packets = [packet for packet, _ in taken(queue)]
        assert packets[-2:] == [message("/ronn/mix", (4 * MOST - 1) / 9999), message("/ronn/mix")]
        assert len(packets) <= MOST + PATIENT

    def test_every_question_is_kept_while_there_is_room(self) -> None:
        queue, box = FairQueue(), Mailbox()
        for n in range(4 * MOST):
            assert queue.put(message("/ronn/mix", n / 9999), box)
            if n % 64 == 0:
                queue.put(message("/ronn/layers"), box)
        asked = [packet for packet, _ in taken(queue) if packet == message("/ronn/layers")]
        assert len(asked) == 4 * MOST // 64

    def test_link_counts_when_it_comes(self) -> None:
        queue, box, random = FairQueue(), Mailbox(), Random(2)
        sent = [
            message(f"/ronn/{random.choice(['link', 'input_gain', 'output_gain', 'mix'])}", n % 2)
            for n in range(MOST)
        ]
        assert all(queue.put(packet, box) for packet in sent)
        kept = [packet for packet, _ in taken(queue)]
        assert len(kept) < len(sent)
        assert ending(kept) == ending(sent)

    @pytest.mark.parametrize("wrong", [2.0, -0.1, float("nan"), "wet", "", (0.5, 0.5)])
    def test_what_is_to_be_refused_stays_and_makes_no_value_void(self, wrong) -> None:
        queue, box = FairQueue(), Mailbox()
        refused = message("/ronn/mix", *(wrong if isinstance(wrong, tuple) else (wrong,)))
        for n in range(PATIENT):
            queue.put(message("/ronn/mix", n / PATIENT), box)
            queue.put(message("/ronn/xy_x", n / PATIENT), box)
        queue.put(message("/ronn/mix", 0.5), box)
        queue.put(refused, box)
        for n in range(2 * PATIENT):
            queue.put(message("/ronn/xy_x", n / PATIENT / 2), box)
        kept = [packet for packet, _ in taken(queue)]
        assert refused in kept and len(kept) < 2 * PATIENT
        assert ending(kept)["mix"] == 0.5

    @pytest.mark.parametrize("name", ["tanh", "relu"])
    def test_names_are_values_too(self, name) -> None:
        queue, box = FairQueue(), Mailbox()
        for _ in range(4 * MOST):
            assert queue.put(message("/ronn/activation", name), box)
        assert len(taken(queue)) <= 2 * PATIENT

    def test_what_can_not_be_left_out_is_bounded_and_refused_once(self) -> None:
        queue, box = FairQueue(), Mailbox()
        accepted = [queue.put(message("/ronn/seed_next"), box) for _ in range(3 * MOST)]
        assert accepted == [True] * MOST + [False] * (2 * MOST)
        assert queue.turn_away(box) and not queue.turn_away(box)
        # A value finds room even then.
        assert queue.put(message("/ronn/mix", 0.5), box)
        assert taken(queue)[-1] == (message("/ronn/mix", 0.5), box)

    def test_of_all_senders_together_only_so_much_is_kept(self) -> None:
        queue = FairQueue()
        large = encode("/ronn/mix", ["x" * 1000]) * 60
        for _ in range(600):
            if queue.full:
                break
            queue.put(large, Mailbox())
        assert queue.full
        taken(queue)
        assert not queue.full

    @pytest.mark.parametrize("packet", [b"", b"\xff" * 40, b"/\0\0\0", b"#bundle\0" * 9])
    def test_rubbish_is_bounded_too(self, packet: bytes) -> None:
        queue, box = FairQueue(), Mailbox()
        for _ in range(3 * MOST):
            queue.put(packet, box)
        assert queue.waiting_of(box) == MOST
