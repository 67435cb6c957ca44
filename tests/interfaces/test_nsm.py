from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ronn_jack.errors import MachineError
from ronn_jack.interfaces.nsm import (
    Announced,
    Code,
    Command,
    NsmClient,
    Open,
    Refused,
    Save,
    Show,
)
from tests.support.osc_client import message
from tests.support.session_manager import CAPABILITIES, SessionManager

PATIENCE_SECONDS = 10.0


@pytest.fixture
def manager() -> Iterator[SessionManager]:
    with SessionManager() as manager:
        yield manager
        assert manager.breaches == []


@pytest.fixture
def client(manager: SessionManager) -> Iterator[NsmClient]:
    client = NsmClient(manager.url)
    client.announce("ronn", "ronn-jack", CAPABILITIES)
    yield client
    client.close()


def heard(client: NsmClient) -> Command:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (command := client.poll()) is None:
        assert time.monotonic() < deadline, "nothing has come"
    return command


def test_it_announces_itself_as_the_api_demands(manager: SessionManager, client: NsmClient) -> None:
    manager.welcome()
    able = ":switch:dirty:progress:message:optional-gui:"
    assert manager.announced == ("ronn", able, "ronn-jack", 1, 1, os.getpid())
    assert heard(client) == Announced("Test Manager")


def test_what_it_shows_is_told_after_the_announcement(
    manager: SessionManager, client: NsmClient
) -> None:
    manager.welcome()
    manager.wait_for(lambda: manager.count("/nsm/client/gui_is_hidden") == 1)
    assert heard(client) == Announced("Test Manager")
    client.tell_shown(True)
    manager.wait_for(lambda: manager.count("/nsm/client/gui_is_shown") == 1)


def test_a_manager_may_refuse_it(manager: SessionManager, client: NsmClient) -> None:
    manager.turn_away(-2, "too new")
    assert heard(client) == Refused("too new")


def test_it_is_told_to_open_save_and_show(
    manager: SessionManager, client: NsmClient, tmp_path: Path
) -> None:
    manager.welcome()
    assert heard(client) == Announced("Test Manager")
    manager.tell("/nsm/client/open", f"{tmp_path}/ronn.nABC", "Song", "ronn.nABC")
    assert heard(client) == Open(tmp_path / "ronn.nABC", "Song", "ronn.nABC")
    manager.tell("/nsm/client/save")
    assert heard(client) == Save()
    manager.tell("/nsm/client/session_is_loaded")
    manager.tell("/some/broadcast", "of another client", 1)
    manager.tell("/nsm/client/show_optional_gui")
    assert heard(client) == Show(True)
    manager.tell("/nsm/client/hide_optional_gui")
    assert heard(client) == Show(False)


def test_what_it_tells_has_the_types_of_the_api(manager: SessionManager, client: NsmClient) -> None:
    manager.welcome()
    assert heard(client) == Announced("Test Manager")
    client.tell_dirty(True)
    client.tell_dirty(False)
    client.tell_progress(1)
    client.tell("compiling", 1)
    manager.wait_for(lambda: manager.count("/nsm/client/message") == 1)
    assert manager.heard[-4:] == [
        ("/nsm/client/is_dirty", ()),
        ("/nsm/client/is_clean", ()),
        ("/nsm/client/progress", (1.0,)),
        ("/nsm/client/message", (1, "compiling")),
    ]


@pytest.mark.parametrize(
    "arguments",
    [(), ("/path",), ("/path", "name", ""), ("relative", "name", "id"), (1, 2, 3), ("/p", "n", 3)],
)
def test_an_open_that_makes_no_sense_is_answered(arguments: tuple[object, ...]) -> None:
    with SessionManager() as manager:
        client = NsmClient(manager.url)
        client.announce("ronn", "ronn-jack", ())
        manager.welcome()
        assert heard(client) == Announced("Test Manager")
        manager.tell("/nsm/client/open", *arguments)
        assert client.poll() is None
        manager.wait_for(lambda: manager.count("/error") == 1)
        address, code, _ = manager.heard[-1][1]
        assert (address, code) == ("/nsm/client/open", Code.GENERAL)
        client.close()


def test_what_comes_at_once_is_taken_one_by_one(
    manager: SessionManager, client: NsmClient, tmp_path: Path
) -> None:
    manager.welcome()
    manager.tell("/nsm/client/open", str(tmp_path), "Song", "ronn.nABC")
    manager.tell("/nsm/client/save")
    assert heard(client) == Announced("Test Manager")
    assert heard(client) == Open(tmp_path, "Song", "ronn.nABC")
    assert heard(client) == Save()
    assert client.poll() is None


def test_strangers_are_not_heard(manager: SessionManager, client: NsmClient) -> None:
    manager.welcome()
    assert heard(client) == Announced("Test Manager")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.sendto(message("/nsm/client/save"), manager.client_address)
    manager.tell("/nsm/client/show_optional_gui")
    assert heard(client) == Show(True)


def test_a_manager_that_answers_from_another_address_of_this_machine_is_heard() -> None:
    # Debian gives a machine's own name 127.0.1.1; nsmd listens on all, and answers from 127.0.0.1.
    with SessionManager("127.0.1.1") as manager:
        client = NsmClient(manager.url)
        client.announce("ronn", "ronn-jack", ())
        manager.welcome()
        assert heard(client) == Announced("Test Manager")
        client.close()


def test_a_machine_that_is_not_known_by_its_own_name_is_reached() -> None:
    with SessionManager() as manager:
        port = manager.url.rpartition(":")[2].strip("/")
        client = NsmClient(f"osc.udp://{socket.gethostname()}.nowhere.invalid:{port}/")
        client.announce("ronn", "ronn-jack", ())
        manager.welcome()
        assert heard(client) == Announced("Test Manager")
        client.close()


@pytest.mark.parametrize(
    "url",
    ["", "osc.udp://", "osc.udp://host", "osc.tcp://127.0.0.1:9000/", "http://127.0.0.1:9000",
     "osc.udp://no.such.host.invalid:9000/", "osc.udp://127.0.0.1:99999999/"],
)  # fmt: skip
def test_a_url_that_leads_nowhere_is_told(url: str) -> None:
    with pytest.raises(MachineError, match="NSM_URL"):
        NsmClient(url)


def test_a_manager_that_is_gone_is_no_fault() -> None:
    with SessionManager() as manager:
        url = manager.url
    client = NsmClient(url)
    for _ in range(3):
        client.announce("ronn", "ronn-jack", ())
        assert client.poll() is None
    client.close()
