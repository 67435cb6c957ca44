"""What is said while the kernels are compiled."""

from __future__ import annotations

import sys

import click


def tell_of_compiling(err: bool = True) -> None:
    """Let it be said what takes so long, once the compiler starts to work.

    Only a terminal is told on stderr, where programs that read it expect errors alone.
    """
    from ronn_jack.realtime.compiler.compile import when_compiling

    text = "compiling for this machine: up to a minute, this time only"
    if sys.stderr.isatty() or not err:
        when_compiling(lambda: click.echo(text, err=err))
