"""The commands of `ronn-jack midi`."""

from __future__ import annotations

from typing import Any

import click

from ronn_jack.commands.options import place_options

_ANSWER_SECONDS = 2.0
_SLACK_SECONDS = 5.0


@click.group()
def midi() -> None:
    """MIDI controllers."""


@midi.command("list")
def list_() -> None:
    """List the hardware MIDI ports, each with the profile that it is used by."""
    from ronn_jack.interfaces.midi.input import describe_ports

    for line in describe_ports():
        click.echo(line)


@midi.command()
@click.argument("name", metavar="PARAMETER|ACTION")
@place_options
def learn(name: str, **place: Any) -> None:
    """Bind the next control that is moved, in the node that runs.

    It is written into the user's copy of the controller's profile.
    """
    from ronn_jack.commands.place import answers, connected
    from ronn_jack.interfaces.midi.learning import LEARN_SECONDS
    from ronn_jack.interfaces.osc.addresses import LEARN, LEARN_CANCEL, LEARNED

    with connected(**place) as client:
        try:
            client.send(LEARN, [name])
            click.echo(f"move the control for {name} (an encoder right and then left), or Ctrl-C")
            learned = answers(client, LEARNED, LEARN_SECONDS + _SLACK_SECONDS)
            _, control, port, before = next(learned)
        except KeyboardInterrupt:
            client.send(LEARN_CANCEL)
            raise
    click.echo(f"{name}: {control} of {port}{f', in place of {before}' if before else ''}")


@midi.command()
@click.argument("name", metavar="PARAMETER|ACTION")
@place_options
def unlearn(name: str, **place: Any) -> None:
    """Remove the bindings of a parameter or action on the ports of the node that runs."""
    from ronn_jack.commands.place import answers, connected
    from ronn_jack.interfaces.osc.addresses import UNLEARN, UNLEARNED

    with connected(**place) as client:
        client.send(UNLEARN, [name])
        for _, control in answers(client, UNLEARNED, _ANSWER_SECONDS):
            click.echo(f"{name} is no longer bound to {control}")


@midi.command()
@place_options
def undo(**place: Any) -> None:
    """Take back what was learned or unlearned last in the node that runs."""
    from ronn_jack.commands.place import answers, connected
    from ronn_jack.interfaces.osc.addresses import LEARN_UNDO, LEARN_UNDONE

    with connected(**place) as client:
        client.send(LEARN_UNDO)
        (name,) = next(answers(client, LEARN_UNDONE, _ANSWER_SECONDS))
    click.echo(f"{name} is bound again as it was before")
