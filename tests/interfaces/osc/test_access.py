"""Who is heard."""

from __future__ import annotations

import pytest

from ronn_jack.interfaces.osc.access import LEASE_SECONDS, Access
from tests.support.osc_senders import Clock

LAN = ["192.168.1.0/24", "10.0.0.7", "fd00::/8"]


@pytest.mark.parametrize(
    ("bind", "allow", "host", "heard"),
    [
        ("0.0.0.0", [], "127.0.0.1", True),
        ("0.0.0.0", [], "127.8.9.1", True),
        ("::", [], "::1", True),
        ("::", [], "::ffff:127.0.0.1", True),
        ("192.168.1.5", [], "192.168.1.5", True),
        ("192.168.1.5", [], "192.168.1.6", False),
        ("0.0.0.0", [], "192.168.1.6", False),
        ("0.0.0.0", LAN, "192.168.1.6", True),
        ("0.0.0.0", LAN, "192.168.2.6", False),
        ("0.0.0.0", LAN, "10.0.0.7", True),
        ("0.0.0.0", LAN, "10.0.0.8", False),
        ("::", LAN, "::ffff:10.0.0.7", True),
        ("::", LAN, "fd00::1", True),
        ("::", LAN, "fe80::1", False),
        ("0.0.0.0", ["192.168.1.9/24"], "192.168.1.6", True),
        ("studio.local", [], "192.168.1.6", False),
        ("0.0.0.0", LAN, "no address", False),
    ],
)
def test_who_is_heard_beyond_this_computer(bind, allow, host, heard) -> None:
    access = Access(bind, allow)
    assert not access.here_only
    assert access.permits(host) == heard


@pytest.mark.parametrize("bind", ["127.0.0.1", "127.3.2.1", "::1", "localhost"])
def test_loopback_needs_no_list(bind) -> None:
    assert Access(bind).here_only


class TestToken:
    def test_it_lets_an_address_in_for_a_lease_that_messages_renew(self) -> None:
        clock = Clock()
        access = Access("0.0.0.0", token="open sesame", clock=clock)
        assert not access.permits("10.0.0.7")
        assert access.authorise("10.0.0.7", "open sesame")
        for _ in range(3):
            clock.now += LEASE_SECONDS - 1.0
            assert access.permits("10.0.0.7")
            assert not access.permits("10.0.0.8")
        clock.now += LEASE_SECONDS + 1.0
        assert not access.permits("10.0.0.7")

    @pytest.mark.parametrize("given", ["open", "", "open sesame ", 7, None, True, "öpen sesame"])
    def test_nothing_else_does(self, given) -> None:
        access = Access("0.0.0.0", token="open sesame")
        assert not access.authorise("10.0.0.7", given)
        assert not access.permits("10.0.0.7")

    @pytest.mark.parametrize("given", ["", "None", None])
    def test_without_one_nobody_is_let_in(self, given) -> None:
        assert not Access("0.0.0.0").authorise("10.0.0.7", given)

    def test_only_so_many_are_kept(self) -> None:
        access = Access("0.0.0.0", token="open sesame")
        for number in range(1000):
            access.authorise(f"10.0.{number // 250}.{number % 250}", "open sesame")
        assert sum(access.permits(f"10.0.{n // 250}.{n % 250}") for n in range(1000)) == 256


def test_feedback_goes_to_the_sender_or_who_is_allowed() -> None:
    access = Access("0.0.0.0", LAN, "open sesame")
    assert access.allows("10.9.9.9", "10.9.9.9")
    assert access.allows("192.168.1.6", "10.9.9.9")
    assert not access.allows("8.8.8.8", "192.168.1.6")
    # A computer that listens to itself alone is asked for no amplifier either.
    assert not Access().allows("8.8.8.8", "127.0.0.1")
    assert Access().allows("127.0.0.2", "127.0.0.1")
