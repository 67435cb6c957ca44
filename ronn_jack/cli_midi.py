"""The commands of `ronn-jack midi`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from ronn_jack.cli_options import WholeRange
from ronn_jack.errors import MachineError

_ANSWER_SECONDS = 2.0
_SLACK_SECONDS = 5.0


def _node(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say which node is meant."""
    host = click.option("--host", default="127.0.0.1", show_default=True, help="Where it runs.")
    port = click.option(
        "--port", type=WholeRange(1, 65535), help="Its OSC port; without it, that of the settings."
    )
    return host(port(command))


@click.group()
def midi() -> None:
    """MIDI controllers."""


@midi.command("list")
def list_() -> None:
    """List the hardware MIDI input ports, each with the profile that reads it."""
    from ronn_jack.interfaces.midi.input import describe_ports

    for line in describe_ports():
        click.echo(line)


@midi.command()
@click.argument("name", metavar="PARAMETER|ACTION")
@_node
def learn(name: str, host: str, port: int | None) -> None:
    """Bind the next control that is moved, in the node that runs.

    It is written into the user's copy of the controller's profile.
    """
    from ronn_jack.interfaces.midi.learning import LEARN_SECONDS
    from ronn_jack.interfaces.osc.addresses import LEARN, LEARN_CANCEL, LEARNED

    with _question(host, port) as question:
        try:
            question.send(LEARN, name)
            click.echo(f"move the control for {name} (an encoder right and then left), or Ctrl-C")
            answer = question.answer({LEARNED}, LEARN_SECONDS + _SLACK_SECONDS)
        except KeyboardInterrupt:
            question.send(LEARN_CANCEL)
            raise
    _, control, where, before = _answered(answer)
    click.echo(f"{name}: {control} of {where}{f', in place of {before}' if before else ''}")


@midi.command()
@click.argument("name", metavar="PARAMETER|ACTION")
@_node
def unlearn(name: str, host: str, port: int | None) -> None:
    """Remove the bindings of a parameter or action on the ports of the node that runs."""
    from ronn_jack.interfaces.osc.addresses import UNLEARN, UNLEARNED

    with _question(host, port) as question:
        question.send(UNLEARN, name)
        answer = _answered(question.answer({UNLEARNED}, _ANSWER_SECONDS))
        while answer is not None:
            click.echo(f"{name} is no longer bound to {answer[1]}")
            answer = question.answer({UNLEARNED}, _ANSWER_SECONDS / 10)


@midi.command()
@_node
def undo(host: str, port: int | None) -> None:
    """Take back what was learned or unlearned last in the node that runs."""
    from ronn_jack.interfaces.osc.addresses import LEARN_UNDO, LEARN_UNDONE

    with _question(host, port) as question:
        question.send(LEARN_UNDO)
        (name,) = _answered(question.answer({LEARN_UNDONE}, _ANSWER_SECONDS))
    click.echo(f"{name} is bound again as it was before")


def _question(host: str, port: int | None) -> Any:
    from ronn_jack.interfaces.osc.question import Question
    from ronn_jack.settings import load_settings

    return Question(host, load_settings().osc_port if port is None else port)


def _answered(answer: Any) -> Any:
    if answer is None:
        raise MachineError("the node has not answered; is it still running?")
    return answer
