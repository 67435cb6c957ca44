"""What a session manager may ask for that can't be done, without any server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ronn_jack.control.scene import beginning
from ronn_jack.interfaces.nsm import NsmClient
from ronn_jack.parameters import defaults
from ronn_jack.sessions.managed import CAPABILITIES, ManagedNode
from ronn_jack.settings import load_settings
from tests.support.session_manager import SessionManager

CREATE_FAILED, NO_SESSION = -10, -6


class PlayingNode:
    """Stands for the node of a session that is open."""

    page_is_open = False

    def poll(self) -> None:
        pass


class Desk:
    """A manager and the node that it manages, in one thread."""

    def __init__(self, manager: SessionManager, folder: Path) -> None:
        self.manager = manager
        self.client = client = NsmClient(manager.url)
        client.announce("ronn", "ronn-jack", CAPABILITIES)
        manager.welcome()
        settings = load_settings(user_file=folder / "none")
        self.node = ManagedNode(client, settings, beginning(defaults()), None)

    def answer(self, address: str, *arguments: object) -> tuple[object, ...]:
        """Let the manager ask for something; return what is answered."""
        self.manager.tell(address, *arguments)
        answers: list[tuple[object, ...]] = []

        def answered() -> bool:
            self.node.poll()
            heard = self.manager.heard
            answers[:] = [a for where, a in heard if where in ("/reply", "/error")]
            return bool(answers)

        self.manager.wait_for(answered, 0.01)
        self.manager.heard.clear()
        return answers[-1]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with SessionManager() as manager:
        desk = Desk(manager, tmp_path)
        yield desk
        desk.client.close()
        assert manager.breaches == []


@pytest.mark.parametrize("folder", ["{here}/file/ronn", "{here}/file", "/{long}", "{here}/{long}"])
def test_a_folder_that_can_not_be_had_is_told_and_the_present_session_plays_on(
    desk: Desk, tmp_path: Path, folder: str
) -> None:
    (tmp_path / "file").write_text("no folder")
    playing: Any = PlayingNode()
    desk.node.app = playing
    path = folder.format(here=tmp_path, long="n" * 300)
    to, code, reason = desk.answer("/nsm/client/open", path, "Song", "ronn.n1")
    assert (to, code) == ("/nsm/client/open", CREATE_FAILED)
    assert path[:50] in str(reason)
    assert desk.node.app is playing


def test_nothing_can_be_saved_before_a_session_is_open(desk: Desk) -> None:
    assert desk.answer("/nsm/client/save")[:2] == ("/nsm/client/save", NO_SESSION)
