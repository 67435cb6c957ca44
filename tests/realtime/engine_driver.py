"""Drive an engine offline, the way the node and the renderer do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ronn_jack.hotswap.voice_factory import make_voice
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import Value, defaults
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.voice import Voice
from ronn_jack.render import offline_engine

RATE = 48000.0


def engine_for(spec: NetworkSpec, history_seconds: float = 2.0, **values: Value) -> Engine:
    """Return an engine that plays `spec` with the given parameters from the first frame on."""
    return offline_engine(spec, {**defaults(), **values}, RATE, history_seconds)


def voice_of(engine: Engine) -> Voice:
    """Return the voice of an engine that has not played yet."""
    voice = engine.withdraw()
    assert voice is not None
    engine.publish(voice)
    return voice


def play(engine: Engine, x: NDArray[np.float32], block: int = 64) -> NDArray[np.float32]:
    """Process a signal in equal blocks."""
    parts = [engine.process(x[:, i : i + block]) for i in range(0, x.shape[1], block)]
    return np.concatenate(parts, axis=1)


def swap(engine: Engine, spec: NetworkSpec, fade_frames: int) -> None:
    """Hand over a voice that has caught up with the present."""
    voice = make_voice(spec, RATE)
    voice.set_fade(fade_frames, 1.0)
    assert engine.prime(voice, engine.position)
    engine.publish(voice)


def noise(frames: int, channels: int = 2, peak: float = 0.5, seed: int = 1) -> NDArray[np.float32]:
    """Return uniform white noise."""
    generator = np.random.default_rng(seed)
    return generator.uniform(-peak, peak, (channels, frames)).astype(np.float32)
