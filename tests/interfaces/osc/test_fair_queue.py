"""What waits to be done: nobody starves, and no last value is lost."""

from __future__ import annotations

from random import Random

import pytest

from ronn_jack.interfaces.osc.codec import Message, decode, encode
from ronn_jack.interfaces.osc.fair_queue import MOST, PATIENT, FairQueue
from tests.support.osc_client import bundle, message
from tests.support.osc_senders import Mailbox


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


class TestAFlood:
    def test_values_that_are_out_of_date_are_left_out_and_never_the_last(self) -> None:
        queue, box, random = FairQueue(), Mailbox(), Random(1)
        last: dict[str, float] = {}
        names = ["mix", "xy_x", "xy_y", "n/mix", "layers", "bias"]
        for n in range(20 * MOST):
            name = random.choice(names)
            last[name] = float(n)
            assert queue.put(message(f"/ronn/{name}", float(n)), box)
        packets = [packet for packet, _ in taken(queue)]
        assert len(packets) <= 2 * PATIENT
        told = {decode(p)[0].address: decode(p)[0].arguments[0] for p in packets}
        assert told == {f"/ronn/{name}": value for name, value in last.items()}

    def test_bundles_of_values_are_too(self) -> None:
        queue, box = FairQueue(), Mailbox()
        for n in range(4 * MOST):
            pad = bundle(message("/ronn/xy_x", float(n)), message("/ronn/xy_y", float(n)))
            assert queue.put(pad, box)
        packets = [packet for packet, _ in taken(queue)]
        assert len(packets) <= 2 * PATIENT and packets[-1] == pad

    def test_what_an_action_has_to_find_stays(self) -> None:
        queue, box = FairQueue(), Mailbox()
        queue.put(message("/ronn/mix", 0.125), box)
        queue.put(message("/ronn/preset_save", "mine"), box)
        for n in range(4 * MOST):
            queue.put(message("/ronn/mix", float(n)), box)
        addresses = [decode(packet)[0] for packet, _ in taken(queue)]
        assert addresses[:2] == [
            Message("/ronn/mix", (0.125,)),
            Message("/ronn/preset_save", ("mine",)),
        ]

    def test_a_question_is_answered_with_what_was_set_before_it(self) -> None:
        queue, box = FairQueue(), Mailbox()
        for n in range(4 * MOST):
            queue.put(message("/ronn/mix", float(n)), box)
            queue.put(message("/ronn/mix"), box)
        packets = [packet for packet, _ in taken(queue)]
        assert packets[-2:] == [message("/ronn/mix", float(4 * MOST - 1)), message("/ronn/mix")]
        assert len(packets) <= 2 * PATIENT

    def test_link_counts_when_it_comes(self) -> None:
        queue, box = FairQueue(), Mailbox()
        start = [("link", 1), ("input_gain", 3.0), ("link", 0)]
        for name, value in start:
            queue.put(message(f"/ronn/{name}", value), box)
        for n in range(2 * PATIENT):
            queue.put(message("/ronn/input_gain", float(n % 7)), box)
        first = [decode(packet)[0] for packet, _ in taken(queue)][:3]
        assert first == [Message(f"/ronn/{name}", (value,)) for name, value in start]

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
