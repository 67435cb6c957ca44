"""What is said while the kernels are compiled."""

from __future__ import annotations

import sys

import click


def compile_ahead(err: bool = True) -> None:
    """Compile what the cache does not hold, and say so: it takes long.

    Only a terminal is told on stderr, where programs that read it expect errors alone.
    """
    from ronn_jack.commands.kernels import compile_kernels
    from ronn_jack.realtime.compiler.compile import when_compiling

    def tell(text: str) -> None:
        if sys.stderr.isatty() or not err:
            click.echo(text, err=err)

    compile_kernels(tell)
    when_compiling(lambda: tell("compiling what this needs besides, this time only"))
