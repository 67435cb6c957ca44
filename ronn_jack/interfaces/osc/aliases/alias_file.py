"""What a file of aliases says, and where the files lie.

A TOML file that is named after the program whose addresses it knows::

    version = 1
    name = "My tablet"
    ignore = ["/heartbeat"]       # optional: beginnings of addresses not to be answered

    [[alias]]
    address = "/1/fader1"         # or a list of them; * and ? stand for any characters but /
    parameter = "mix"             # or action = "…"
    from = 0                      # optional: the range of what comes, 0 to 1
    to = 127

Optional too: `minimum`, `maximum`, `curve` and `value` as in a MIDI profile; `leading`, arguments
that have to come first; `position`, which argument after them is the value; `skip`, a value that
is not meant; `argument`, what an action is given.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from ronn_jack.errors import UsageError, shown, unknown
from ronn_jack.files import (
    Fields,
    name_or_file,
    raise_faults,
    read_table,
    shipped_folder,
)
from ronn_jack.folders import user_config_folder
from ronn_jack.interfaces.osc.aliases.alias import Alias, Aliases, Amount, Follow, Press, is_pattern
from ronn_jack.interfaces.osc.aliases.outward import Outward
from ronn_jack.parameters import ACTIONS, PARAMETERS, Curve

_MOST_FAULTS = 100
_MOST_PATTERNS = 64
"""In one file: each is tried on every foreign address."""
_MOST_ARGUMENTS = 16
_TARGET_KEYS = ("parameter", "action", "value", "minimum", "maximum", "curve", "argument")


def load_aliases(references: Sequence[str]) -> Aliases:
    """Return the aliases of some files, each given by its name or path.

    Raises
    ------
    UsageError
        If there is no such file, or listing every fault of one.
    """
    rows: list[Alias] = []
    ignored: list[str] = []
    for reference in references:
        found, left = read_aliases(_path(reference))
        rows += found
        ignored += left
    return Aliases(rows, ignored)


def load_outward(reference: str) -> Outward:
    """Return how the program of one file is told values; raises as `load_aliases` does."""
    return Outward(read_aliases(_path(reference))[0])


def read_aliases(path: Path) -> tuple[list[Alias], list[str]]:
    """Return the aliases of a file, and what addresses begin with that are to be ignored.

    Raises
    ------
    UsageError
        Listing every fault, unknown keys with the nearest known one.
    """
    faults: list[str] = []
    fields = Fields(read_table(path, UsageError), faults)
    fields.version()
    fields.optional("name", str)
    ignored = [each for each in fields.texts("ignore") if _checked(fields, "ignore", each)]
    rows: list[Alias] = []
    for number, table in enumerate(fields.tables("alias"), 1):
        rows += _read_alias(table, faults, f"alias {number}: ")
        if len(faults) > _MOST_FAULTS:  # nobody reads more, and to find each takes a while
            break
    if sum(is_pattern(row.address) for row in rows) > _MOST_PATTERNS:
        fields.fault(f"more than {_MOST_PATTERNS} addresses with * or ?; write them out")
    fields.finish()
    raise_faults(path, faults, UsageError)
    return rows, ignored


def _path(reference: str) -> Path:
    path = name_or_file(reference)
    if isinstance(path, Path):
        return path
    paths = _paths()
    if path not in paths:
        raise UsageError(unknown("table of aliases", shown(path)[1:-1], paths))
    return paths[path]


def _paths() -> dict[str, Path]:
    """Return the files by name; a user's stands in for a shipped one of its name."""
    folders = (user_config_folder() / "aliases", shipped_folder() / "aliases")
    paths: dict[str, Path] = {}
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            paths.setdefault(path.stem, path)
    return paths


def _read_alias(table: Mapping[str, object], faults: list[str], where: str) -> list[Alias]:
    """Return the aliases of one table, none after adding its faults."""
    before = len(faults)
    fields = Fields(table, faults, where)
    addresses = [each for each in fields.texts("address") if _checked(fields, "address", each)]
    if not addresses and len(faults) == before:
        fields.fault("address is missing; write address = the one that the other program sends")
    leading = _leading(fields)
    position = fields.within("position", 1, _MOST_ARGUMENTS) or 1
    low, high = fields.take("from", float, 0.0), fields.take("to", float, 1.0)
    if low == high or not abs(high - low) < float("inf"):
        fields.fault(f"from = {low:g} and to = {high:g} are no range; write two different numbers")
    skip = fields.optional("skip", float)
    target = _read_target(fields)
    fields.finish()
    if target is None or len(faults) > before:
        return []
    return [Alias(address, leading, position, low, high, target, skip) for address in addresses]


def _checked(fields: Fields, key: str, address: str) -> bool:
    good = address.startswith("/") and address.isprintable()
    if not good:
        fields.fault(f"{key} = {shown(address)} is no OSC address; begin it with /")
    return good


def _leading(fields: Fields) -> tuple[int | float | str, ...]:
    raw = fields.raw("leading")
    values = raw if isinstance(raw, list) else [] if raw is None else [raw]
    plain = [v for v in values if isinstance(v, int | float | str) and not isinstance(v, bool)]
    if len(plain) < len(values) or len(plain) > _MOST_ARGUMENTS:
        fields.fault(f"leading = {shown(raw)} is no list of a few numbers and texts")
    return tuple(plain)


def _read_target(fields: Fields) -> Follow | Press | Amount | None:
    given = [key for key in ("parameter", "action") if fields.has(key)]
    if given == ["parameter"]:
        return _read_parameter(fields)
    if given == ["action"]:
        return _read_action(fields)
    fields.fault(f"leads to {' and '.join(given) or 'nothing'}; give one of parameter and action")
    _skip(fields)
    return None


def _skip(fields: Fields) -> None:
    """Take the rest of an alias whose target is at fault, so that it isn't called unknown."""
    for key in _TARGET_KEYS:
        fields.raw(key)


def _read_parameter(fields: Fields) -> Follow | Press | None:
    name = fields.one_of("parameter", PARAMETERS)
    if name is None:
        _skip(fields)
        return None
    parameter = PARAMETERS[name]
    if fields.has("value"):
        return Press(name, (fields.parameter("value", parameter),))
    low = fields.parameter("minimum", parameter)
    high = fields.parameter("maximum", parameter)
    word = fields.one_of("curve", [curve.value for curve in Curve])
    curve = Curve(word) if word else parameter.curve
    minimum = parameter.minimum if low is None else parameter.to_number(low)
    maximum = parameter.maximum if high is None else parameter.to_number(high)
    if curve is Curve.EXPONENTIAL and min(minimum, maximum) <= 0.0:
        fields.fault(
            f"curve exponential needs limits above 0, {name} goes from {minimum:g} to "
            f"{maximum:g}; give minimum and maximum, or use square"
        )
    return Follow(parameter, minimum, maximum, curve)


def _read_action(fields: Fields) -> Press | Amount | None:
    name = fields.one_of("action", ACTIONS)
    if name is None:
        _skip(fields)
        return None
    argument = fields.raw("argument")
    if argument is None:
        takes = ACTIONS[name].argument
        if takes == "amount":
            return Amount(name)
        if takes and takes != "pair":
            fields.fault(f"{name} needs an argument; write argument = its {takes}")
        return Press(name)
    if not ACTIONS[name].argument:
        fields.fault(f"{name} takes no argument; leave it out")
    if isinstance(argument, bool) or not isinstance(argument, int | float | str):
        fields.fault(f"argument = {shown(argument)} is neither a number nor text")
        return None
    return Press(name, (argument,))
