"""The OSC reference, rendered from the tables."""

from __future__ import annotations

from ronn_jack.control.protocols import STATUS
from ronn_jack.parameters import ACTIONS, PARAMETERS, Kind, Parameter

_TYPE_TAGS = {Kind.INT: "i", Kind.FLOAT: "f", Kind.BOOL: "i", Kind.ENUM: "s"}
_ARGUMENTS = {
    "": "",
    "amount": "0–1, or none for 1",
    "preset": "a preset's name or index",
    "name": "a name",
}

_HEAD = """\
# OSC reference

Generated from the parameter table. The node listens on UDP port 9420 (`--osc-port`) of the
loopback interface (`--bind`) and answers to the port that a message came from.

- A value out of range, non-finite or unknown changes nothing and is answered with
  `/ronn/error s:address s:reason`, as is everything else that can't be done.
- Numbers, `T`, `F` and numeric text are converted to a parameter's kind. An enum takes a name or
  an index, counted from 0.
- A message without argument asks: the value comes back to the asker at the same address.
- `/ronn/n/<parameter>` takes and answers a position from 0 to 1 of the range instead; positions
  beyond are clamped.
- A bundle is one change with one new network. Its time tag is not kept: it is applied at once.
- Address patterns (`?`, `*`, `[a-z]`, `{a,b}`) reach all addresses that they match; a pattern
  without argument only asks, unless all it matches are actions.
- Seeds above 2147483647 may be sent as int64, float, double or text; as int64 they come back.
"""

_LIST = (
    "the presets' names in the order of their indices, as many as fit into 32 kB: a thousand of "
    "the usual length; those beyond are loaded by index"
)
_ACTIONS_HEAD = """\
An action is done on a message without argument or with any value from 0.5 on; lower values, such
as a button's release, are ignored. Of an amount only 0 is a release."""


def osc_reference() -> str:
    """Return docs/osc.md: every address with its values, as Markdown."""
    parameters = [
        ["address", "answer", "range", "default", "effect", "meaning"],
        *map(_parameter_row, PARAMETERS.values()),
    ]
    actions = [
        ["address", "argument", "meaning"],
        *(
            [f"`/ronn/{action.name}`", _ARGUMENTS[action.argument], action.description]
            for action in ACTIONS.values()
        ),
    ]
    status = [
        ["address", "answer"],
        *([f"`/ronn/status/{name}`", meaning] for name, meaning in STATUS.items()),
        ["`/ronn/preset`", "`s:name i:edited` of the preset loaded or saved last; no name if none"],
        ["`/ronn/presets`", _LIST],
        ["`/ronn/ping`", "`/ronn/pong s:name s:version`, once the node can be heard"],
    ]
    return "\n".join(
        [
            _HEAD,
            "## Parameters\n",
            _table(parameters),
            "## Actions\n",
            _ACTIONS_HEAD + "\n",
            _table(actions),
            "## Questions\n",
            _table(status).rstrip("\n") + "\n",
        ]
    )


def _parameter_row(row: Parameter) -> list[str]:
    default = ("on" if row.default else "off") if row.kind is Kind.BOOL else str(row.default)
    return [
        f"`/ronn/{row.name}`",
        _TYPE_TAGS[row.kind],
        row.range_text,
        default,
        row.effect.value,
        row.description,
    ]


def _table(rows: list[list[str]]) -> str:
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
