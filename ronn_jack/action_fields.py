"""What a table in a file gives an action."""

from __future__ import annotations

from ronn_jack.errors import UsageError, shown
from ronn_jack.files import Fields, check_name
from ronn_jack.parameters import ACTIONS, MOST_SNAPSHOTS, PARAMETERS, PLACES
from ronn_jack.parameters.share import read_shared


def read_argument(fields: Fields, action: str, *, numbered: bool = False) -> object:
    """Take what an action of the table is given, as `argument`; None if it is nothing or at fault.

    Parameters
    ----------
    numbered : bool
        Whether a preset may be left open, as its number comes with what asks for it.
    """
    takes = ACTIONS[action].argument
    if takes == "amount":
        amount = fields.optional("argument", float)
        if amount is not None and not 0.0 <= amount <= 1.0:
            fields.fault(f"argument = {shown(amount)} is out of range; use 0 to 1")
        return amount
    if not takes:
        if fields.has("argument"):
            fields.fault(f"{action} takes no argument; leave it out")
        fields.raw("argument")
        return None
    if not fields.has("argument"):
        fields.raw("argument")
        if not (takes == "pair" or (takes == "preset" and numbered)):
            fields.fault(f"{action} needs {_NEEDED[takes]}")
        return None
    if takes == "preset":
        return _preset(fields)
    if takes == "snapshot":
        return fields.within("argument", 1, MOST_SNAPSHOTS)
    if takes == "candidate":
        return fields.within("argument", 1, PLACES)
    if takes == "parameter":
        return fields.one_of("argument", PARAMETERS)
    return _text(fields, takes)


_NEEDED = {
    "candidate": f"an argument; write argument = 1 to {PLACES}",
    "name": "a name; write argument = the name to save under",
    "parameter": "a parameter; write argument = its name",
    "preset": "a preset; write argument = its name or number",
    "snapshot": f"an argument; write argument = 1 to {MOST_SNAPSHOTS}",
    "text": "an argument; write argument = a sound's text, ronn:…",
}
"""What an action needs that can't do without an argument."""


def names_preset(value: object) -> bool:
    """Say whether a value is a preset's name or number."""
    if isinstance(value, str):
        return bool(value)
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _preset(fields: Fields) -> object:
    preset = fields.raw("argument")
    if not names_preset(preset):
        fields.fault(f"argument = {shown(preset)} is neither a preset's name nor its number")
    return preset


def _text(fields: Fields, takes: str) -> str | None:
    """Take the name to save a sound under, a sound's text, or the numbers of two."""
    text = fields.optional("argument", str)
    if text is not None:
        try:
            if takes == "name":
                check_name("preset", text, UsageError)
            elif takes == "text":
                read_shared(text)
        except UsageError as error:
            fields.fault(str(error))
    return text
