"""The manual page, from the commands themselves."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

import click

from ronn_jack.parameters import PARAMETERS

_PROGRAM = "ronn-jack"
_END = """\
.SH EXIT STATUS
0 done, 2 wrong use, 1 anything else; one line on stderr says why.
.SH FILES
.TP
.I ~/.config/ronn_jack/config.toml
settings of the node
.TP
.I ~/.config/ronn_jack/midi/, ~/.config/ronn_jack/aliases/
profiles of MIDI controllers, tables of other programs' OSC addresses
.TP
.I ~/.local/share/ronn_jack/presets/
your presets
.SH SEE ALSO
.BR jackd (1),
.BR pw-jack (1),
.BR oscsend (1)
"""


def manual_page(program: click.Group) -> str:
    """Return docs/ronn-jack.1 for `man`."""
    lines = [
        f'.TH RONN-JACK 1 "" {_PROGRAM} "User Commands"',
        ".SH NAME",
        f"{_text(_PROGRAM)} \\- {_text(_first(program))}",
        ".SH SYNOPSIS",
        f".B {_text(_PROGRAM)}",
        ".I COMMAND",
        "[options]",
        ".SH COMMANDS",
    ]
    # Commands remember the help option of the context that asks for it first.
    top = click.Context(program, info_name=_PROGRAM, **program.context_settings)
    for context in _commands(program, top):
        lines += _command(context)
    lines.append(".SH PARAMETERS")
    lines.append(_text("What --set NAME=VALUE sets, and a preset holds:"))
    for row in PARAMETERS.values():
        lines += [".TP", f".B {_text(row.name)}", _text(f"{row.range_text}: {row.description}")]
    return "\n".join(lines) + "\n" + _END


def _commands(group: click.Group, context: click.Context) -> Iterator[click.Context]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        below = click.Context(command, info_name=name, parent=context)
        if not isinstance(command, click.Group):
            yield below
            continue
        if command.invoke_without_command:
            yield below
        yield from _commands(command, below)


def _command(context: click.Context) -> Iterator[str]:
    command = context.command
    name = context.command_path.removeprefix(_PROGRAM + " ")
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    yield f".SS {_text(usage)}"
    for number, paragraph in enumerate(textwrap.dedent(command.help or "").strip().split("\n\n")):
        if number:
            yield ".PP"
        yield _text(" ".join(paragraph.split()))
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record is not None and "--help" not in parameter.opts:
            yield from (".TP", f".B {_text(record[0])}", _text(record[1]))


def _first(command: click.Command) -> str:
    return (command.help or "").strip().partition("\n")[0].rstrip(".")


def _text(text: str) -> str:
    """Return a text as roff takes it: its hyphens are typed as they stand."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{text}" if text.startswith((".", "'")) else text
