"""Time tags, and what waits for them."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ronn_jack.errors import UsageError
from ronn_jack.interfaces.osc.codec import Message
from ronn_jack.interfaces.osc.schedule import (
    MOST_BUNDLES,
    MOST_OF_ONE_SENDER,
    MOST_SECONDS,
    Schedule,
)
from tests.support.osc_senders import Clock, Mailbox

SECOND = 2**32
EPOCH = 2_208_988_800
ERA_END = 2**32 - EPOCH
"""7 February 2036, when time tags begin anew, as seconds since 1970."""
NOW = 1_800_000_000.0
ITEMS = [Message("/ronn/mix", (0.5,))]


def tag(unix: float) -> int:
    return round((unix + EPOCH) * SECOND) % 2**64


@pytest.mark.parametrize(
    ("now", "time_tag", "ahead"),
    [
        (NOW, tag(NOW + 1.5), 1.5),
        (NOW, tag(NOW), 0.0),
        (NOW, tag(NOW - 1.5), 0.0),
        (NOW, tag(0.0), 0.0),
        (NOW, tag(NOW - 10 * 365 * 86400.0), 0.0),
        (NOW, 1, 0.0),
        (NOW, 0, 0.0),
        (NOW, 100 * SECOND, 0.0),
        (NOW, tag(NOW + 7200.0), 7200.0),
        (NOW, 2**64 - 1, ERA_END - NOW),
        (ERA_END - 1.0, tag(ERA_END + 1.0), 2.0),
        (ERA_END + 1.0, tag(ERA_END - 1.0), 0.0),
    ],
    ids=[
        "soon", "now", "late", "1970", "ten years late", "immediately", "nothing",
        "seconds since the start", "two hours", "the last of all", "into the new era",
        "back into the old",
    ],
)  # fmt: skip
def test_when_a_tag_is_due(now: float, time_tag: int, ahead: float) -> None:
    when = Schedule(lambda: now, lambda: 7.0).when(time_tag)
    assert (when or 7.0) == pytest.approx(7.0 + ahead, abs=1e-3)


@given(st.integers(0, 2**64 - 1), st.floats(0.0, 2.0**33))
def test_any_tag_is_over_or_has_a_time_to_come(time_tag: int, now: float) -> None:
    when = Schedule(lambda: now, lambda: 7.0).when(time_tag)
    assert when is None or 6.999 <= when < 2.0**32


def test_equal_tags_are_due_at_the_same_time_however_long_they_took_to_come() -> None:
    # Clocks that are never read at quite the same time, as other threads run in between.
    ticks = itertools.count()
    schedule = Schedule(lambda: NOW + next(ticks) * 1e-4, lambda: next(ticks) * 1e-4)
    assert len({schedule.when(tag(NOW + 1.0)) for _ in range(100)}) == 1


def test_what_is_due_comes_in_order_of_the_times_and_then_of_the_arrivals() -> None:
    clock, box = Clock(), Mailbox()
    schedule = Schedule(monotonic=clock)
    for number, ahead in enumerate((0.5, 0.25, 0.5, 0.25, 1.0)):
        schedule.put(clock.now + ahead, [Message(f"/{number}", ())], box)
    assert schedule.next == clock.now + 0.25
    assert schedule.take(clock.now) == []
    due = schedule.take(clock.now + 0.5)
    assert [each.items[0].address for each in due] == ["/1", "/3", "/0", "/2"]
    assert schedule.next == clock.now + 1.0


def test_a_clock_that_is_set_in_the_meantime_delays_nothing() -> None:
    wall, monotonic = Clock(NOW), Clock()
    schedule = Schedule(wall, monotonic)
    schedule.put(schedule.when(tag(NOW + 1.0)), ITEMS, Mailbox())
    wall.now -= 86400.0
    assert schedule.take(monotonic.now + 1.001)


def test_what_is_too_far_ahead_is_refused_in_words() -> None:
    clock = Clock()
    schedule = Schedule(monotonic=clock)
    schedule.put(clock.now + MOST_SECONDS, ITEMS, Mailbox())
    with pytest.raises(UsageError, match=r"61 s ahead is too far away; use 60 s at most.*clock"):
        schedule.put(clock.now + MOST_SECONDS + 1.0, ITEMS, Mailbox())


def test_only_so_much_waits_and_one_sender_leaves_room_for_others() -> None:
    clock = Clock()
    schedule = Schedule(monotonic=clock)
    boxes = [Mailbox() for _ in range(MOST_BUNDLES // MOST_OF_ONE_SENDER)]
    for box in boxes:
        for _ in range(MOST_OF_ONE_SENDER):
            schedule.put(101.0, ITEMS, box)
        with pytest.raises(UsageError, match=f"too many.*{MOST_OF_ONE_SENDER} of yours"):
            schedule.put(101.0, ITEMS, box)
    with pytest.raises(UsageError, match=f"0 of yours, and {MOST_BUNDLES} in all"):
        schedule.put(101.0, ITEMS, Mailbox())
    assert len(schedule.take(clock.now + 1.0)) == MOST_BUNDLES
    schedule.put(101.0, ITEMS, boxes[0])


def test_bundles_of_thousands_of_messages_count_as_what_they_are() -> None:
    schedule = Schedule(monotonic=Clock())
    with pytest.raises(UsageError, match="too many"):
        for _ in range(100):
            schedule.put(101.0, ITEMS * 3000, Mailbox())
