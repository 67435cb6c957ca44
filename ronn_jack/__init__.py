"""Randomized overdrive neural networks as a JACK effect, turned by OSC and MIDI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ronn_jack.model.spec import NetworkSpec
    from ronn_jack.network import Network

__version__ = "0.1.0"
__all__ = ["Network", "NetworkSpec", "__version__"]


def __getattr__(name: str) -> Any:
    """Import the public classes when they are first asked for.

    The command line starts through this package: its help and its refusals need no compiler.
    """
    if name == "NetworkSpec":
        from ronn_jack.model.spec import NetworkSpec

        return NetworkSpec
    if name == "Network":
        from ronn_jack.network import Network

        return Network
    raise AttributeError(f"module 'ronn_jack' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
