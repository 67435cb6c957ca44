"""Foreign addresses move parameters by the tables of aliases."""

from __future__ import annotations

from pathlib import Path

import pytest

from ronn_jack.control.controller import Controller
from ronn_jack.control.operations import NODE, Set
from ronn_jack.errors import UsageError
from ronn_jack.files import shipped_folder
from ronn_jack.interfaces.osc.aliases.alias import Aliases
from ronn_jack.interfaces.osc.aliases.alias_file import load_aliases, read_aliases
from ronn_jack.interfaces.osc.codec import Argument, Fault, Message
from ronn_jack.interfaces.osc.server import OscServer
from ronn_jack.parameters import PARAMETERS, defaults
from ronn_jack.presets.store import PresetStore
from ronn_jack.surfaces.reaper import ADDRESS, sliders
from tests.support.osc_client import OscClient, message
from tests.support.recording import MemoryStore, RecordingNode

SHIPPED = sorted(path.stem for path in (shipped_folder() / "aliases").glob("*.toml"))

Told = list[tuple[str, tuple[Argument, ...]]]


def aliases(folder: Path, text: str) -> Aliases:
    path = folder / "a.toml"
    path.write_text(f"version = 1\n{text}")
    return load_aliases([str(path)])


def told(table: Aliases, address: str, *arguments: Argument) -> Told:
    messages = table.translate(Message(address, arguments))
    return [(m.address, m.arguments) for m in messages if isinstance(m, Message)]


def row(text: str) -> str:
    return f'[[alias]]\naddress = "/x"\n{text}\n'


@pytest.mark.parametrize(
    ("text", "arguments", "expected"),
    [
        ("parameter = 'mix'", (0.25,), (0.25,)),
        ("parameter = 'mix'\nfrom = 0\nto = 127", (127,), (1.0,)),
        ("parameter = 'mix'\nfrom = 127\nto = 0", (127,), (0.0,)),
        ("parameter = 'mix'\nminimum = 1.0\nmaximum = 0.0", (0.25,), (0.75,)),
        ("parameter = 'mix'\ncurve = 'square'", (0.5,), (0.25,)),
        ("parameter = 'mix'", (7.0,), (1.0,)),
        ("parameter = 'mix'", (-7.0,), (0.0,)),
        ("parameter = 'mix'", ("0.5",), (0.5,)),
        ("parameter = 'mix'", ("loud",), ("loud",)),
        ("parameter = 'mix'", (), ()),
        ("parameter = 'layers'", (1.0,), (24,)),
        ("parameter = 'bypass'", (1.0,), (True,)),
        ("parameter = 'activation'", (0.0,), ("linear",)),
        ("parameter = 'activation'\nvalue = 'tanh'", (1.0,), ("tanh",)),
        ("parameter = 'activation'\nvalue = 'tanh'", (0.0,), None),
        ("parameter = 'mix'\nposition = 2", (0.1, 0.9), (0.9,)),
        ("parameter = 'mix'\nposition = 2", (0.1,), None),
        ("parameter = 'mix'\nleading = [3]", (3, 0.9), (0.9,)),
        ("parameter = 'mix'\nleading = [3]", (4, 0.9), None),
        ("parameter = 'mix'\nleading = ['a', 2]\nposition = 2", ("a", 2, 0.1, 0.9), (0.9,)),
        ("parameter = 'mix'\nskip = 0", (0.0,), None),
        ("parameter = 'mix'\nskip = 0", (0.01,), (0.01,)),
        ("action = 'reseed'", (1.0,), ()),
        ("action = 'reseed'", (), ()),
        ("action = 'reseed'", (0.0,), None),
        ("action = 'reseed'\nto = 127", (64,), ()),
        ("action = 'reseed'\nto = 127", (63,), None),
        ("action = 'randomize'\nto = 4", (1,), (0.25,)),
        ("action = 'preset_load'\nargument = 'hall'", (1,), ("hall",)),
        ("action = 'preset_load'\nargument = 0", (), (0,)),
    ],
)
def test_what_an_alias_makes_of_a_message(
    tmp_path: Path,
    text: str,
    arguments: tuple[Argument, ...],
    expected: tuple[Argument, ...] | None,
) -> None:
    name = text.split("'")[1]
    meant = [] if expected is None else [(f"/ronn/{name}", expected)]
    assert told(aliases(tmp_path, row(text)), "/x", *arguments) == meant


def test_one_control_drives_several_and_patterns_stop_at_a_slash(tmp_path: Path) -> None:
    table = aliases(
        tmp_path,
        '[[alias]]\naddress = ["/*/f?", "/a.b"]\nparameter = "mix"\n'
        '[[alias]]\naddress = "/1/f1"\nparameter = "morph"\n',
    )
    both = [("/ronn/morph", (1.0,)), ("/ronn/mix", (1.0,))]
    assert told(table, "/1/f1", 1.0) == both
    assert told(table, "/2/f1", 1.0) == both[1:]
    assert told(table, "/a.b", 1.0) == both[1:]
    for other in ("/1/2/f1", "/1/f", "/1/f10", "/axb"):
        assert told(table, other, 1.0) == [(other, (1.0,))]


def test_what_is_ours_or_unknown_stays_and_what_is_ignored_goes(tmp_path: Path) -> None:
    table = aliases(tmp_path, "ignore = '/'\n" + row("parameter = 'mix'"))
    assert told(table, "/ronn/mix", 0.5) == [("/ronn/mix", (0.5,))]
    assert told(table, "/ronn/moox", 0.5) == [("/ronn/moox", (0.5,))]
    assert told(table, "/heartbeat", 1.0) == []
    assert told(Aliases(), "/heartbeat", 1.0) == [("/heartbeat", (1.0,))]
    fault = Fault("", "cut off")
    assert list(table.translate(fault)) == [fault]


def test_every_fault_is_told_with_its_remedy(tmp_path: Path) -> None:
    text = (
        "ignore = 7\n"
        + row("parameter = 'mixx'")
        + row("action = 'resed'")
        + row("parameter = 'mix'\naction = 'reseed'")
        + row("")
        + "[[alias]]\nadress = '/x'\nparameter = 'mix'\n"
        + "[[alias]]\naddress = 'x'\nparameter = 'mix'\n"
        + row("parameter = 'mix'\nfrom = 1\nto = 1")
        + row("parameter = 'mix'\nmaximum = 2.0")
        + row("parameter = 'morph'\ncurve = 'exponential'")
        + row("parameter = 'mix'\nposition = 0\nleading = [[1]]")
        + row("action = 'panic'\nargument = 1")
        + row("action = 'preset_save'")
    )
    with pytest.raises(UsageError) as caught:
        aliases(tmp_path, text)
    for part in (
        "ignore = 7 is no list of texts",
        "alias 1: unknown parameter 'mixx': did you mean 'mix'?",
        "alias 2: unknown action 'resed': did you mean 'reseed'?",
        "alias 3: leads to parameter and action; give one",
        "alias 4: leads to nothing",
        "alias 5: address is missing",
        "alias 5: unknown key 'adress': did you mean 'address'?",
        "alias 6: address = 'x' is no OSC address; begin it with /",
        "alias 7: from = 1 and to = 1 are no range",
        "alias 8: maximum: mix = 2.0 is out of range; use 0 to 1",
        "alias 9: curve exponential needs limits above 0",
        "alias 10: position = 0 is out of range",
        "alias 10: leading = [[1]] is no list",
        "alias 11: panic takes no argument; leave it out",
        "alias 12: preset_save needs an argument",
    ):
        assert part in str(caught.value)


def test_too_many_patterns_are_refused(tmp_path: Path) -> None:
    rows = "".join(f'[[alias]]\naddress = "/{n}/*"\nparameter = "mix"\n' for n in range(65))
    with pytest.raises(UsageError, match="more than 64 addresses with"):
        aliases(tmp_path, rows)


def test_a_table_of_the_user_stands_in_for_a_shipped_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    folder = tmp_path / "ronn_jack" / "aliases"
    folder.mkdir(parents=True)
    (folder / "reaper.toml").write_text("version = 1\n" + row("action = 'panic'"))
    assert told(load_aliases(["reaper"]), "/x", 1) == [("/ronn/panic", ())]
    with pytest.raises(UsageError, match="unknown table of aliases 'reapr': did you mean 'reaper'"):
        load_aliases(["reapr"])


def test_what_ships() -> None:
    assert SHIPPED == ["ardour", "bitwig", "reaper", "touchosc"]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_table_moves_what_it_names_to_both_ends(name: str) -> None:
    rows, _ = read_aliases(shipped_folder() / "aliases" / f"{name}.toml")
    table = load_aliases([name])
    presets = PresetStore(user=Path("/nowhere"))
    controller = Controller(RecordingNode(), presets)
    with OscServer(controller, port=0, aliases=table) as server, OscClient(server.port) as client:
        for alias in rows:
            for value in (alias.low, alias.high):
                # Some values can't be had together.
                small = {**defaults(), "kernel": 1, "dilation": 1}
                controller.apply([Set(key, each) for key, each in small.items()], NODE)
                blank = [0.0] * (alias.position - 1)
                arguments = (*alias.leading, *blank, value)
                assert client.answers(message(alias.address, *arguments)) == []
                if alias.target.name in PARAMETERS:
                    meant = alias.message(arguments)
                    if value == alias.skip:
                        assert meant is None
                        continue
                    assert meant is not None
                    assert (controller.value(alias.target.name),) == meant.arguments


def test_reaper_tells_each_slider() -> None:
    table = load_aliases(["reaper"])
    for number, slider in enumerate(sliders(), 1):
        target = slider.parameter
        for place, limit in ((0.0, target.minimum), (1.0, slider.maximum)):
            expected = target.from_number(limit)
            assert told(table, ADDRESS.format(number), place) == [
                (f"/ronn/{target.name}", (expected,))
            ]


def test_bitwig_and_ardour_are_not_answered_for_the_rest_that_they_tell() -> None:
    with (
        OscServer(
            Controller(RecordingNode(), MemoryStore()), port=0, aliases=load_aliases(["bitwig"])
        ) as server,
        OscClient(server.port) as client,
    ):
        assert client.answers(message("/track/1/name", "Bass"), message("/update", True)) == []
        [(address, _)] = client.answers(message("/ronn/lairs", 3))
        assert address == "/ronn/error"
