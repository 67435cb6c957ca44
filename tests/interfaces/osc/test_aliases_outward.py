"""Programs that are told parameters by the addresses that they know them by."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.operations import Set
from ronn_jack.errors import UsageError
from ronn_jack.files import shipped_folder
from ronn_jack.interfaces.osc.access import Access
from ronn_jack.interfaces.osc.aliases.alias import Follow, is_pattern
from ronn_jack.interfaces.osc.aliases.alias_file import load_aliases, load_outward, read_aliases
from ronn_jack.interfaces.osc.codec import Argument, Message, decode
from ronn_jack.interfaces.osc.dispatcher import Dispatcher
from ronn_jack.interfaces.osc.feedback import LARGEST_BYTES, TICK_SECONDS, Feedback
from ronn_jack.interfaces.osc.server import OscServer
from ronn_jack.interfaces.osc.sessions import Sessions
from ronn_jack.interfaces.osc.subscribers import Subscribers
from ronn_jack.parameters import PARAMETERS, Value, defaults
from ronn_jack.settings import FeedbackTo
from tests.support.osc_client import ANSWER_SECONDS, OscClient, message
from tests.support.osc_senders import Clock, Mailbox
from tests.support.recording import MemoryStore, RecordingNode, RecordingOrigin

SHIPPED = sorted(path.stem for path in (shipped_folder() / "aliases").glob("*.toml"))


def row(text: str, address: str = "/x") -> str:
    return f'[[alias]]\naddress = "{address}"\n{text}\n'


def table(folder: Path, text: str) -> str:
    path = folder / "a.toml"
    path.write_text(f"version = 1\n{text}")
    return str(path)


def told(reference: str, name: str, **values: Value) -> list[tuple[str, tuple[Argument, ...]]]:
    """Return the messages that tell a parameter, as they are read."""
    packets = load_outward(reference).messages(name, {**defaults(), **values})
    messages = [item for packet in packets for item in decode(packet)]
    return [(m.address, m.arguments) for m in messages if isinstance(m, Message)]


@pytest.mark.parametrize(
    ("text", "value", "arguments"),
    [
        ("parameter = 'mix'", 0.25, (0.25,)),
        ("parameter = 'mix'\nto = 127", 1.0, (127.0,)),
        ("parameter = 'mix'\nfrom = 127\nto = 0", 0.25, (95.25,)),
        ("parameter = 'mix'\nminimum = 1.0\nmaximum = 0.0", 0.25, (0.75,)),
        ("parameter = 'mix'\nminimum = 0.5", 0.75, (0.5,)),
        ("parameter = 'mix'\nminimum = 0.5", 0.25, (0.0,)),
        ("parameter = 'mix'\ncurve = 'square'", 0.25, (0.5,)),
        ("parameter = 'layers'", 24, (1.0,)),
        ("parameter = 'bypass'\nto = 5", True, (5.0,)),
        (f"parameter = 'activation'\nto = {PARAMETERS['activation'].maximum:g}", "tanh", (2.0,)),
        ("parameter = 'mix'\nleading = [3, 'a']", 0.5, (3, "a", 0.5)),
        ("parameter = 'mix'\nskip = 0", 0.0, (0.0,)),
        ("parameter = 'mix'\nminimum = 0.5\nmaximum = 0.5", 0.5, None),
        ("parameter = 'mix'\nposition = 2", 0.5, None),
        ("parameter = 'mix'\nvalue = 0.5", 0.5, None),
        ("action = 'reseed'", None, None),
        ("action = 'randomize'", None, None),
    ],
)
def test_what_tells_a_value_is_what_would_bring_it(
    tmp_path: Path, text: str, value: Value, arguments: tuple[Argument, ...] | None
) -> None:
    name = text.split("'")[1]
    given = {} if value is None else {name: value}
    expected = [] if arguments is None else [("/x", pytest.approx(arguments, abs=1e-6))]
    assert told(table(tmp_path, row(text)), name, **given) == expected


def test_all_addresses_but_patterns_are_told_and_the_first_of_one_counts(tmp_path: Path) -> None:
    reference = table(
        tmp_path,
        '[[alias]]\naddress = ["/a", "/b", "/*/c"]\nparameter = "mix"\n'
        + row("parameter = 'morph'", "/a")
        + row("parameter = 'morph'", "/d"),
    )
    assert told(reference, "mix", mix=0.5) == [("/a", (0.5,)), ("/b", (0.5,))]
    assert told(reference, "morph", morph=0.5) == [("/d", (0.5,))]
    assert told(reference, "layers") == []


def test_both_values_of_a_pad_are_told_by_its_one_message(tmp_path: Path) -> None:
    pad = row("parameter = 'xy_y'\nposition = 2") + row("parameter = 'xy_x'")
    reference = table(tmp_path, pad)
    for name in ("xy_x", "xy_y"):
        assert told(reference, name, xy_x=1.0, xy_y=0.0) == [("/x", (1.0, 0.5))]


@pytest.mark.parametrize("name", SHIPPED)
def test_what_a_shipped_table_tells_would_bring_the_same_value(name: str) -> None:
    rows, _ = read_aliases(shipped_folder() / "aliases" / f"{name}.toml")
    follow = {r.target.name: r for r in rows if isinstance(r.target, Follow)}
    assert follow
    inward = load_aliases([name])
    for parameter, alias in follow.items():
        assert not is_pattern(alias.address)
        target = alias.target
        assert isinstance(target, Follow)
        for place in (0.0, 0.25, 1.0):
            (value,) = target.at(place)
            messages = told(name, parameter, **{parameter: value})
            assert messages, f"{parameter} is told"
            for address, arguments in messages:
                meant = [
                    each.arguments[0]
                    for each in inward.translate(Message(address, arguments))
                    if isinstance(each, Message) and each.address == f"/ronn/{parameter}"
                ]
                skipped = alias.skip is not None and arguments[-1] == alias.skip
                expected = value if isinstance(value, str) else pytest.approx(value, abs=1e-5)
                assert meant == ([] if skipped else [expected]), (address, arguments)


class Rig:
    """A tablet that is told by a table of aliases beside one that knows the node's addresses."""

    def __init__(self, reference: str) -> None:
        self.clock = Clock()
        self.controller = Controller(RecordingNode(), MemoryStore(hall={"layers": 3}))
        self.subscribers = Subscribers(self.clock)
        self.dispatcher = Dispatcher(
            self.controller,
            Sessions(self.subscribers, Access()),
            aliases=load_aliases([reference]),
        )
        self.feedback = Feedback(self.controller, self.subscribers, self.clock)
        self.tablet = Mailbox(host="192.168.1.7")
        self.native = Mailbox()
        self.subscribers.add(self.tablet, None, outward=load_outward(reference))
        self.subscribers.add(self.native, None)

    def send(self, address: str, *values: object) -> None:
        self.dispatcher.handle(message(address, *values), self.tablet)

    def turn(self, **values: object) -> None:
        self.controller.apply([Set(n, v) for n, v in values.items()], RecordingOrigin())

    def told(self, seconds: float = TICK_SECONDS) -> dict[str, object]:
        self.clock.now += seconds
        self.feedback.tick()
        return self.tablet.read()


@pytest.fixture
def rig() -> Rig:
    rig = Rig("touchosc")
    rig.told()
    rig.native.read()
    return rig


def test_a_destination_that_has_aliases_is_told_everything_by_them_and_nothing_else() -> None:
    rig = Rig("touchosc")
    rig.clock.now += TICK_SECONDS
    rig.feedback.tick()
    assert all(len(packet) <= LARGEST_BYTES for packet in rig.tablet.packets)
    messages = [item for packet in rig.tablet.packets for item in decode(packet)]
    addresses = [m.address for m in messages if isinstance(m, Message)]
    assert len(addresses) == len(set(addresses)), "each is told once, a pad too"
    everything = rig.told(0.0)
    assert everything["/1/fader1"] == everything["/fader1"] == 1.0
    assert everything["/xy1"] == (0.5, 0.5)
    assert not any(address.startswith("/ronn/") for address in everything), "no status either"
    rig.send("/ronn/refresh")
    assert rig.told() == everything


def test_what_moves_is_told_by_its_aliases_and_to_others_as_ever(rig: Rig) -> None:
    rig.turn(mix=0.25, layers=9, xy_x=1.0)
    assert rig.told(1.0) == {
        "/1/fader1": 0.25,
        "/fader1": 0.25,
        "/3/xy": (1.0, 0.5),
        "/xy1": (1.0, 0.5),
    }
    native = rig.native.read()
    assert (native["/ronn/mix"], native["/ronn/layers"]) == (0.25, 9)
    assert rig.told(1.0) == {}, "nor is it told the status"
    assert rig.feedback.next < float("inf")


def test_it_is_told_no_echo_but_what_became_of_another_s(rig: Rig) -> None:
    rig.clock.now += 1.0
    rig.send("/1/fader1", 0.25)
    assert rig.told() == {}
    assert rig.native.read()["/ronn/mix"] == 0.25
    rig.turn(mix=0.75)
    assert rig.told() == {"/1/fader1": 0.75, "/fader1": 0.75}
    rig.send("/1/toggle4", 1.0)
    rig.send("/1/fader2", 1.0)
    assert rig.controller.value("input_gain") == -24.0
    assert rig.told() == {}, "the table has no address for the other gain"


def test_what_could_not_be_sent_is_sent_later(rig: Rig) -> None:
    rig.tablet.takes = False
    rig.turn(mix=0.25)
    assert rig.told() == {}
    rig.tablet.takes = True
    assert rig.told() == {"/1/fader1": 0.25, "/fader1": 0.25}


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_parameter_can_be_told_to_a_program_of_the_user_s(tmp_path: Path, name: str) -> None:
    reference = table(tmp_path, row(f"parameter = '{name}'\nto = 100"))
    target = PARAMETERS[name]
    value = target.denormalise(1.0)
    assert told(reference, name, **{name: value}) == [("/x", (100.0,))]


def test_the_settings_destination_is_told_by_its_table(tmp_path: Path) -> None:
    reference = table(tmp_path, row("parameter = 'mix'\nto = 127", "/fader"))
    controller = Controller(RecordingNode(), MemoryStore())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as tablet:
        tablet.bind(("127.0.0.1", 0))
        tablet.settimeout(ANSWER_SECONDS)
        to = [FeedbackTo("localhost", tablet.getsockname()[1], aliases=reference)]
        with (
            OscServer(controller, port=0, feedback=to) as server,
            OscClient(server.port) as client,
        ):
            assert list(decode(tablet.recv(65536))) == [Message("/fader", (127.0,))]
            client.send("/ronn/mix", 0.0)
            assert list(decode(tablet.recv(65536))) == [Message("/fader", (0.0,))]


def test_a_table_that_is_not_there_is_told_at_the_start() -> None:
    controller = Controller(RecordingNode(), MemoryStore())
    to = [FeedbackTo("localhost", 9000, aliases="touchsc")]
    with pytest.raises(UsageError, match=r"osc_feedback: unknown table .* mean 'touchosc'\?"):
        OscServer(controller, port=0, feedback=to)
