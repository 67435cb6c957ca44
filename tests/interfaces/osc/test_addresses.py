"""Every address of the tables, sent as its kind is meant."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.exploring.search import Search
from ronn_jack.control.operations import NODE, Set
from ronn_jack.interfaces.osc.access import Access
from ronn_jack.interfaces.osc.addresses import ENDPOINTS, Role
from ronn_jack.interfaces.osc.dispatcher import Dispatcher
from ronn_jack.interfaces.osc.sessions import Sessions
from ronn_jack.interfaces.osc.subscribers import Subscribers
from ronn_jack.parameters import ACTIONS, PARAMETERS, Kind, defaults
from ronn_jack.parameters.share import share
from tests.support.candidates import pool_with
from tests.support.osc_client import message
from tests.support.osc_senders import Mailbox
from tests.support.recording import MemoryStore, RecordingNode

TOKEN = "open sesame"
ARGUMENTS = {
    "": [],
    "amount": [0.5],
    "name": ["mine"],
    "preset": ["drone"],
    "snapshot": [1],
    "parameter": ["layers"],
    "text": [share({**defaults(), "layers": 2})],
    "candidate": [1],
    "pair": ["1 2"],
}


class Rig:
    """A node and somebody who sends to it, has subscribed and recalls."""

    def __init__(self) -> None:
        store = MemoryStore(fuzz={"layers": 3}, drone={"layers": 4})
        store.songs = ("fuzz", "drone")
        search = Search(finder=pool_with({"layers": 2, "seed": 3}, {"layers": 3, "seed": 4}))
        self.controller = Controller(RecordingNode(), store, search=search)
        self.sender = Mailbox()
        sessions = Sessions(Subscribers(), Access("127.0.0.1", (), TOKEN))
        self.dispatcher = Dispatcher(self.controller, sessions)
        self.controller.apply([Set("dilation", 1)], NODE)  # so that everything fits
        for first in ("/ronn/subscribe", "/ronn/seed_next"):
            self.asks(first)
        self.asks("/ronn/snapshot_save", 1)

    def asks(self, address: str, *values: object) -> dict[str, object]:
        later = self.dispatcher.handle(message(address, *values), self.sender)
        if later is not None:
            later()
        return self.sender.read()


@pytest.fixture
def rig() -> Rig:
    return Rig()


@pytest.mark.parametrize("name", PARAMETERS)
@pytest.mark.parametrize("normalised", [False, True], ids=["native", "normalised"])
def test_every_parameter_is_moved_and_asked_for(rig: Rig, name: str, normalised: bool) -> None:
    row = PARAMETERS[name]
    value = next(v for p in (0.4, 1.0) if (v := row.denormalise(p)) != rig.controller.value(name))
    address, sent = f"/ronn/{name}", value
    if normalised:
        address, sent = f"/ronn/n/{name}", float(np.float32(row.normalise(value)))
        value = row.denormalise(sent)
    assert rig.asks(address, sent) == {}
    accepted = rig.controller.value(name)
    assert accepted == (pytest.approx(value) if row.kind is Kind.FLOAT else value)
    told = row.normalise(accepted) if normalised else accepted
    if not isinstance(told, str):
        told = pytest.approx(float(told))
    assert rig.asks(address) == {address: told}


@pytest.mark.parametrize(
    "address", [address for address, each in ENDPOINTS.items() if not each.is_value]
)
def test_every_other_address_does_or_answers_what_its_kind_is_for(rig: Rig, address: str) -> None:
    endpoint = ENDPOINTS[address]
    match endpoint.role:
        case Role.ACTION:
            if endpoint.name == "redo":
                rig.asks("/ronn/undo")
            if endpoint.name == "audition_keep":
                rig.asks("/ronn/audition", 1)
            assert rig.asks(address, *ARGUMENTS[ACTIONS[endpoint.name].argument]) == {}
        case Role.CANDIDATE | Role.KEPT:
            assert list(rig.asks(address)) == [address]
            refused = "can only be asked: send no value"
            assert rig.asks(address, 1) == {"/ronn/error": (address, refused)}
        case Role.STATUS | Role.PRESET | Role.PRESETS | Role.SHARE | Role.MIDI:
            assert list(rig.asks(address)) == [address]
        case Role.PING:
            assert list(rig.asks(address)) == ["/ronn/pong"]
        case Role.SUBSCRIBE | Role.UNSUBSCRIBE | Role.REFRESH:
            assert rig.asks(address) == {}
        case Role.AUTH:
            assert list(rig.asks(address, TOKEN)) == [address]
        case Role.LEARN:
            assert rig.asks(address, "mix") == {"/ronn/error": (address, "there is no MIDI here")}
        case Role.ANSWER:
            assert rig.asks(address, "mix") == {}, "two nodes would answer each other for ever"
