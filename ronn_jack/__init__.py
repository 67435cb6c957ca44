"""Randomized overdrive neural networks as a JACK effect, turned by OSC and MIDI."""

from ronn_jack.model.network import Network
from ronn_jack.model.spec import NetworkSpec

__version__ = "0.1.0"
__all__ = ["Network", "NetworkSpec", "__version__"]
