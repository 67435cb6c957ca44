"""The OSC reference, rendered from the tables."""

from __future__ import annotations

from ronn_jack.control.status import STATUS, Status
from ronn_jack.parameters import ACTIONS, PARAMETERS, Effect, Group, Kind, Parameter

_TYPE_TAGS = {Kind.INT: "i", Kind.FLOAT: "f", Kind.BOOL: "i", Kind.ENUM: "s", Kind.TEXT: "s"}
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
- The node draws seeds below 16777216, which every float holds. Larger ones may be sent as int64,
  float, double or text; above 2147483647 they come back as int64.
- A packet has room for 4096 values and actions, at most 64 of them actions. One with more, or with
  more than 64 faults, is refused as a whole, in one answer.
"""

_LIST = (
    "the presets' names in the order of their indices, as many as fit into 32 kB: a thousand of "
    "the usual length; those beyond are loaded by index"
)
_EFFECTS = """\
Moving a parameter whose effect is *rebuild* crossfades to a new network, a *continuous* one glides
to the new value, with the network that sounds where it moves that, and a *setting* counts from the
next change on.
"""

_ACTIONS_HEAD = """\
An action is done on a message without argument or with any value from 0.5 on; lower values, such
as a button's release, are ignored. Of an amount only 0 is a release."""


def osc_reference() -> str:
    """Return docs/osc.md: every address with its values, as Markdown."""
    actions = [
        ["address", "argument", "meaning"],
        *(
            [f"`/ronn/{action.name}`", _ARGUMENTS[action.argument], action.description]
            for action in ACTIONS.values()
        ),
    ]
    status = [
        ["address", "answer", "range", "meaning"],
        *map(_status_row, STATUS.values()),
        ["`/ronn/preset`", "s i", "", "name and whether edited of the preset loaded or saved last"],
        ["`/ronn/presets`", "s …", "", _LIST],
        ["`/ronn/ping`", "s s", "", "name and version at `/ronn/pong`, once the node can be heard"],
    ]
    return "\n".join(
        [
            _HEAD,
            "## Parameters\n",
            _EFFECTS,
            *map(_group, Group),
            "## Actions\n",
            _ACTIONS_HEAD + "\n",
            _table(actions),
            "## Questions\n",
            _table(status).rstrip("\n") + "\n",
        ]
    )


def _group(group: Group) -> str:
    rows = [_parameter_row(row) for row in PARAMETERS.values() if row.group is group]
    head = ["address", "answer", "range", "default", "effect", "meaning"]
    return f"### {group.value}\n\n{_table([head, *rows])}"


def _status_row(row: Status) -> list[str]:
    return [f"`/ronn/status/{row.name}`", _TYPE_TAGS[row.kind], row.range_text, row.description]


def _parameter_row(row: Parameter) -> list[str]:
    default = ("on" if row.default else "off") if row.kind is Kind.BOOL else str(row.default)
    return [
        f"`/ronn/{row.name}`",
        _TYPE_TAGS[row.kind],
        row.range_text,
        default,
        _effect(row.effect),
        row.description,
    ]


def _effect(effect: Effect) -> str:
    # How a value glides, in the engine or in the network itself, is no matter to who sends it.
    told = Effect.CONTINUOUS if effect is Effect.EXPRESSIVE else effect
    return str(told.value)


def _table(rows: list[list[str]]) -> str:
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
