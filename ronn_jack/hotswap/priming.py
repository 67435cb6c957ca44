"""From a model to a voice that is ready to sound: drawn, tried, primed and levelled."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from ronn_jack.control.events import Swap
from ronn_jack.control.operations import Change
from ronn_jack.cost.admission import HOPELESS, Cost, Deadline, admit
from ronn_jack.errors import RefusedError
from ronn_jack.hotswap.job import Job, OutdatedError
from ronn_jack.hotswap.voice_factory import KeptNetworks, make_voice
from ronn_jack.loudness import auto_level
from ronn_jack.loudness.auto_level import Level
from ronn_jack.loudness.excerpt import Excerpt
from ronn_jack.loudness.input_meter import InputLoudness, Window
from ronn_jack.loudness.match import gate, match_powers
from ronn_jack.model.expression import AT_REST, Expression
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.kernels.layout import MAX_BLOCK
from ronn_jack.realtime.level import LevelTable
from ronn_jack.realtime.meters.comparison import ComparingMeter
from ronn_jack.realtime.meters.loudness import LoudnessMeter
from ronn_jack.realtime.voice import Voice
from ronn_jack.units import decibels_to_gain, gain_to_decibels

_PIECE_SECONDS = 0.25
"""Input that a voice takes before it is asked for again."""
_SHORT_SECONDS = 0.002
"""A piece that takes less time is followed by one twice as long: asking takes time too."""
_TRIED_BLOCKS = 8
_LEAST_TRIED_BLOCKS = 2
_TRIED_FRAMES = 1024
_MOST_TRIED_FRAMES = 8192
"""Of large blocks fewer are enough to go by, and many would hold a change up."""
_TRIES = 3
_CHASES = 8
"""A heavy network takes a good part of a block to catch up with the last one."""
EXCERPT_SECONDS = 2.0
"""Input on which `drive` is compared with none."""
_QUICK_SECONDS = 0.012
"""Processor time that a network's first level may take, beside its run-up."""
_LONGEST_QUICK_SECONDS = 1.0
"""Input that it is found on at most; it takes 400 ms at least."""
_COMPARED_FRAMES = 2048
"""Output that is compared with the old network's, to choose the crossfade's gains."""


@dataclass
class PreparedVoice:
    """A voice that was made for a change, and what was found out about it; until it has gone.

    It is the builder's thread's, which alone writes it, but for `expression`; any thread may read
    the one that sounds.

    Attributes
    ----------
    period : int
        Frames in a block to which it was admitted; 0 where no deadline holds.
    block_seconds : float
        Processor time that it takes a block of the period.
    expression : Expression
        Where its numbers are; written under the lock of `live_motion` once the voice sounds.
    level : Level or None
        None where no level was asked for.
    correlation : float
        Of its output with the one that was heard meanwhile, 0–1.
    swap : Swap
        What is told of it once it is heard.
    levelled_at : Expression
        Where its numbers were when its level was found.
    late : int
        Times that the audio thread has turned it away because the present had moved on.
    """

    change: Change
    voice: Voice
    period: int
    block_seconds: float
    expression: Expression
    level: Level | None = None
    levelled_at: Expression = AT_REST
    correlation: float = 0.0
    swap: Swap = field(default_factory=Swap)
    late: int = 0

    @property
    def load(self) -> float:
        """Share of a core that it takes; above 0."""
        return max(1e-9, self.load_at(self.period or MAX_BLOCK))

    def load_at(self, period: int) -> float:
        """Return the share of so many frames that a block takes; 0 where no deadline holds."""
        return self.block_seconds * self.voice.rate / period if period else 0.0


def time_block(voice: Voice, block: int) -> float:
    """Return the processor time in s that a voice takes for a block; its state is spoilt."""
    blocks = max(_LEAST_TRIED_BLOCKS, min(_TRIED_BLOCKS, _MOST_TRIED_FRAMES // block))
    frames = max(blocks * block, _TRIED_FRAMES)
    noise = auto_level.noise(voice.model.inputs, voice.rate, frames)
    return min(voice.time_block(noise, block) for _ in range(_TRIES))


def prepare(
    change: Change,
    engine: Engine,
    deadline: Deadline | None,
    cost: Cost | None,
    input_gain: float,
    job: Job,
    expression: Expression = AT_REST,
    input_loudness: InputLoudness | None = None,
    kept_networks: KeptNetworks | None = None,
    time_block: Callable[[Voice, int], float] = time_block,
) -> PreparedVoice:
    """Return a voice that has caught up with an engine's input.

    Parameters
    ----------
    change : Change
        What it is made for.
    deadline : Deadline or None
        What it has to fit into; None offline.
    cost : Cost or None
        Refuses what is hopeless before time is spent on it; None leaves that to measuring.
    input_gain : float
        Amplitude ratio of the gain before `drive`.
    job : Job
        Kept up to date, and asked whether to go on.
    expression : Expression
        Where its numbers are to be.
    input_loudness : InputLoudness, optional
        Of this engine, kept up to date; without it all is measured now.
    kept_networks : KeptNetworks, optional
        Where it is looked for before it is made.
    time_block : callable
        Measures the processor time in s that a voice takes a block.

    Raises
    ------
    RefusedError
        If it does not fit, or overflows.
    OutdatedError
        If it is no longer wanted, or the audio ran away from the priming.
    """
    begin = time.monotonic()
    model = change.model.at(expression.point)
    if deadline is not None and cost is not None:
        predicted = cost(model, deadline.period)
        if deadline.load(predicted) > HOPELESS * deadline.room:
            admit(model, predicted, deadline, cost, change.subject)
    period = deadline.period if deadline else 0
    kept = None
    if kept_networks is not None and not expression.moves_weights:
        kept = kept_networks.take(model, engine.rate)
    if kept is None:
        voice = make_voice(model, engine.rate, expression)
    else:
        voice = Voice(model, kept.network, engine.rate)
    if kept is not None and kept.period == period:
        seconds = kept.block_seconds
    else:
        seconds = time_block(voice, period or MAX_BLOCK)
    if voice.overflows:
        raise RefusedError(
            "the network overflows: its gain is beyond all numbers; choose a gentler init, fewer "
            "layers or a bounded activation"
        )
    made = time.monotonic()
    prepared = PreparedVoice(change, voice, period, seconds, expression, levelled_at=expression)
    admit_prepared(prepared, deadline, cost)
    voice.aim_level(expression)
    loudness = input_loudness or InputLoudness(engine)
    if change.values["auto_level"]:
        gain = input_gain * decibels_to_gain(expression.drive)
        _prime_levelled(prepared, engine, loudness, gain, job)
    else:
        if expression.drive > 0.0:
            excerpt = loudness.excerpt(voice.run_up_frames, EXCERPT_SECONDS)
            gain = undriven_gain(voice, excerpt, input_gain, expression.drive, job.check)
            voice.level.begin_with(LevelTable(gain))
        voice.start_at(_start(engine, voice, engine.position))
    catch_up(prepared, engine, job)
    level, now = prepared.level, time.monotonic()
    prepared.swap = Swap(
        subject=change.subject,
        build_ms=(now - begin) * 1e3,
        prime_ms=(now - made) * 1e3,
        load=deadline.load(seconds) if deadline else 0.0,
        fade_ms=float(change.values["fade_ms"]),
        correlation=prepared.correlation,
        level_db=gain_to_decibels(level.gain) if level else 0.0,
        silent=level is not None and level.silent,
    )
    return prepared


def admit_prepared(prepared: PreparedVoice, deadline: Deadline | None, cost: Cost | None) -> None:
    """Let a voice pass if it fits by the time that it was measured to take.

    Raises
    ------
    RefusedError
        As `admit` does.
    """
    # What was measured for another period says nothing of this one.
    if deadline is None or deadline.period != prepared.period:
        return
    change, seconds = prepared.change, prepared.block_seconds
    if not (change.fitted and deadline.load(seconds) <= deadline.trusted_room):
        admit(prepared.voice.model, seconds, deadline, cost, change.subject)


def catch_up(prepared: PreparedVoice, engine: Engine, job: Job) -> None:
    """Bring a voice to the present, and compare the end of its output with what is heard.

    Raises
    ------
    OutdatedError
        As `prepare` does.
    """
    voice = prepared.voice
    advance(voice, engine, engine.position - _COMPARED_FRAMES, job)
    compared = []
    end = engine.position
    while voice.position < end:
        begin = voice.position
        frames = min(MAX_BLOCK, end - begin)
        _prime(voice, engine, begin + frames, None)
        compared.append(voice.last_block[: engine.outputs, :frames].copy())
    if compared:
        new = np.concatenate(compared, axis=1)[:, -_COMPARED_FRAMES:]
        old = engine.recent_wet(end, new.shape[1])
        prepared.correlation = _correlation(new, old)
    for _ in range(_CHASES):
        advance(voice, engine, engine.position, job)


def undriven_gain(
    voice: Voice,
    excerpt: Excerpt,
    input_gain: float,
    drive: float,
    check: Callable[[], None] = lambda: None,
) -> float:
    """Return the gain that makes a voice as loud with `drive` (dB) as without; spoils its state.

    One of which nothing is heard without becomes as loud as its input.
    """
    found = []
    for gain in (input_gain * decibels_to_gain(drive), input_gain):
        voice.start_at(0)
        found.append(excerpt.gain_db(voice, gain, check))
    driven, without = found
    if driven is None:
        return 1.0
    return decibels_to_gain(driven - (without or 0.0))


def measure_level(
    voice: Voice, engine: Engine, loudness: InputLoudness, window: Window, gain: float, job: Job
) -> Level | None:
    """Return the level that the recent input calls for; None if there is too little of it.

    Leaves the voice at the end of the recorded input that was measured, or at the very beginning.

    Parameters
    ----------
    gain : float
        Amplitude ratio before the network, as it is now.
    """
    gated = gate(window.powers)
    if gated.any() and engine.driven_since > max(0, window.begin - voice.run_up_frames):
        # What the networks were given has passed another gain.
        seconds = (window.end - window.begin) / engine.rate
        excerpt = loudness.heard_excerpt(voice.run_up_frames, seconds)
        voice.start_at(0)
        found = excerpt.level(voice, gain, job.check) if excerpt else None
        voice.start_at(0)
        return found
    # Behind a closed gate a network says nothing of how loud it is.
    heard = engine.recent_input(window.end, window.end - window.begin)
    if not (gated.any() and heard.any()):
        return None
    voice.start_at(_start(engine, voice, window.begin))
    advance(voice, engine, window.begin, job)
    meter = ComparingMeter(engine.outputs, engine.rate)
    advance(voice, engine, window.end, job, meter)
    match = match_powers(window.powers, meter.powers)
    if match is None:
        return None
    return auto_level.level_from(match, on_noise=False, correlation=meter.correlation(gated))


def _prime_levelled(
    prepared: PreparedVoice,
    engine: Engine,
    loudness: InputLoudness,
    input_gain: float,
    job: Job,
) -> None:
    """Find a level soon, on little input; once the hand rests it is found on more."""
    voice = prepared.voice
    seconds = min(_LONGEST_QUICK_SECONDS, _QUICK_SECONDS / prepared.load)
    window = loudness.quick_window(seconds)
    found = measure_level(voice, engine, loudness, window, input_gain, job)
    if found is None:
        level = auto_level.level_on_noise(voice, input_gain, job.check, curve=engine.curve_before)
    else:
        level = dataclasses.replace(found, quick=True)
    # What was measured may be long ago, or have been noise.
    start = _start(engine, voice, engine.position)
    if level.on_noise or voice.position < start:
        voice.start_at(start)
    prepared.level = level
    voice.level.begin_with(LevelTable(level.gain))
    voice.blend.begin_with(level.blend)


def rejoin(voice: Voice, engine: Engine) -> None:
    """Put a voice that has rested where it can catch up from, if that is not where it is."""
    start = _start(engine, voice, engine.position)
    if voice.position < start:
        voice.start_at(start)


def _start(engine: Engine, voice: Voice, end: int) -> int:
    """Return where to begin so that the voice is right from `end` on, as far as is recorded."""
    oldest = max(0, engine.position - engine.recorded_frames)
    return max(oldest, end - voice.run_up_frames)


def advance(
    voice: Voice,
    engine: Engine,
    end: int,
    job: Job,
    meter: LoudnessMeter | None = None,
) -> None:
    """Let a voice take the recorded input up to `end`, piece by piece.

    Raises
    ------
    OutdatedError
        As `prepare` does.
    """
    piece = max(1, round(_PIECE_SECONDS * engine.rate))
    while voice.position < end:
        job.step(voice, engine)
        begin = job.clock()
        _prime(voice, engine, min(end, voice.position + piece), meter)
        if job.clock() - begin < _SHORT_SECONDS:
            piece *= 2


def _prime(voice: Voice, engine: Engine, end: int, meter: LoudnessMeter | None) -> None:
    if not engine.prime(voice, end, meter):
        raise OutdatedError


def _correlation(new: np.ndarray, old: np.ndarray) -> float:
    energy = float(np.sqrt(np.sum(new**2) * np.sum(old.astype(np.float64) ** 2)))
    if energy < 1e-12:
        return 0.0
    return min(1.0, max(0.0, float(np.sum(new * old)) / energy))
