"""What is measured while the input comes in is what measuring it whole would give."""

import numpy as np
import pytest

from ronn_jack.bench.sources import drums, guitar, piano, voice
from ronn_jack.hotswap.engine_controls import aim
from ronn_jack.hotswap.job import Job
from ronn_jack.hotswap.priming import prepare
from ronn_jack.loudness.excerpt import typical_stretch
from ronn_jack.loudness.input_meter import InputLoudness
from ronn_jack.loudness.match import DryMeter, dry_powers, gate, loudness
from ronn_jack.loudness.pad import pad_from
from ronn_jack.model.spec import NetworkSpec
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.meters.loudness import powers_of_steps
from tests.realtime.engine_driver import RATE, noise
from tests.support.changes import change_to
from tests.support.jack_server import wait_for
from tests.support.rigged import LIGHT, REAL, RiggedPipeline
from tests.support.running_builder import play, running

pytestmark = pytest.mark.slow

STEP = 4800
WINDOW = 50 * STEP
AUTO = NetworkSpec(layers=3, activation="tanh")


def engine_of(inputs=2, outputs=2, rate=RATE, history_seconds=20.0):
    engine = Engine(inputs, outputs, rate, history_seconds)
    engine.settle()
    return engine


def feed(engine, x, loudness=None, pieces=(777, 4800, 1, 20000, 64)):
    """Let an engine hear a signal; its loudness is followed after each piece, if given."""
    done = turn = 0
    while done < x.shape[1]:
        part = x[:, done : done + pieces[turn % len(pieces)]]
        engine.process(part)
        if loudness is not None:
            loudness.follow()
        done += part.shape[1]
        turn += 1


@pytest.mark.parametrize("rate", [RATE, 44100.0])
@pytest.mark.parametrize("inputs,outputs", [(1, 1), (1, 2), (2, 1), (2, 2)])
def test_what_was_followed_is_what_is_measured_whole(inputs, outputs, rate):
    engine = engine_of(inputs, outputs, rate)
    loudness = InputLoudness(engine)
    x = noise(round(7.33 * rate), inputs)
    feed(engine, x, loudness)
    window = loudness.window()
    step = round(0.1 * rate)
    assert (window.begin, window.end) == (23 * step, 73 * step)
    # Blocks of the whole signal, of which the window's are the last ones.
    whole = dry_powers(x[:, : window.end], outputs, rate)
    assert window.powers.size == 47
    assert np.array_equal(window.powers, whole[-47:])


def test_what_was_not_followed_is_measured_from_the_window_s_begin_on():
    engine = engine_of()
    loudness = InputLoudness(engine)
    x = noise(round(7.33 * RATE))
    feed(engine, x)
    window = loudness.window()
    assert np.array_equal(window.powers, dry_powers(x[:, window.begin : window.end], 2, RATE))
    another = engine_of()
    followed = InputLoudness(another)
    feed(another, x, followed)
    # The filters forget how they began.
    assert window.powers == pytest.approx(followed.window().powers, rel=0.02)
    assert window.powers[4:] == pytest.approx(followed.window().powers[4:], rel=1e-9)


def test_a_quick_window_is_the_latest_stretch_that_is_as_loud_as_the_rest():
    engine = engine_of()
    loudness = InputLoudness(engine)
    x = noise(60 * STEP)
    feed(engine, x, loudness)
    window = loudness.quick_window(1.0)
    assert (window.begin, window.end) == (50 * STEP, 60 * STEP)
    assert np.array_equal(window.powers, loudness.window().powers[-7:])
    feed(engine, 0.01 * noise(20 * STEP), loudness)
    window = loudness.quick_window(1.0)
    # A quarter of its power is enough for it: some steps may be from after the pause has begun.
    assert 60 * STEP < window.end <= 68 * STEP
    assert window.end - window.begin == 10 * STEP


def test_a_quick_window_has_at_least_a_block_and_at_most_all_input():
    engine = engine_of()
    loudness = InputLoudness(engine)
    feed(engine, noise(7 * STEP), loudness)
    assert loudness.quick_window(0.0).powers.size == 1
    window, whole = loudness.quick_window(1.0), loudness.window()
    assert (window.begin, window.end) == (whole.begin, whole.end)


def test_less_input_than_a_window_is_measured_from_its_start():
    engine = engine_of()
    loudness = InputLoudness(engine)
    assert loudness.window().powers.size == 0
    x = noise(STEP * 4 + 100)
    feed(engine, x[:, : STEP * 4 - 1])
    assert loudness.window().powers.size == 0
    feed(engine, x[:, STEP * 4 - 1 :])
    window = loudness.window()
    assert (window.begin, window.end) == (0, 4 * STEP)
    assert np.array_equal(window.powers, dry_powers(x[:, : 4 * STEP], 2, RATE))


def test_an_engine_that_keeps_little_is_measured_as_far_back_as_it_keeps():
    engine = engine_of(history_seconds=3.0)
    loudness = InputLoudness(engine)
    x = noise(round(6.05 * RATE))
    feed(engine, x)
    window = loudness.window()
    assert (window.begin, window.end) == (40 * STEP, 60 * STEP)
    assert np.array_equal(window.powers, dry_powers(x[:, window.begin : window.end], 2, RATE))


def test_the_raw_input_is_measured_whatever_is_done_to_it_before_the_network():
    engine, plain = engine_of(), engine_of()
    aim(engine, {"input_gain": 12.0, "drive": 30.0, "gate": -20.0})
    for each in (engine, plain):
        feed(each, noise(WINDOW))
    assert np.array_equal(
        InputLoudness(engine).window().powers, InputLoudness(plain).window().powers
    )


def test_a_loop_is_as_loud_as_what_it_was_made_of():
    engine = engine_of()
    aim(engine, {"drive": 30.0})
    loud = noise(WINDOW)
    feed(engine, loud)
    before = loudness(InputLoudness(engine).window().powers)
    engine.set_freeze(True, 0)
    feed(engine, np.zeros((2, 2 * WINDOW), np.float32))
    assert loudness(InputLoudness(engine).window().powers) == pytest.approx(before, abs=0.3)


def test_a_pad_is_as_loud_as_what_it_was_made_of():
    engine = engine_of()
    aim(engine, {"drive": 30.0, "input_gain": -10.0})
    feed(engine, noise(WINDOW))
    before = loudness(InputLoudness(engine).window().powers)
    end = engine.position
    recent, raw = engine.recent_input(end, 2 * round(RATE)), engine.recent_dry(end, 2 * round(RATE))
    engine.set_freeze(True, 0, pad_from(recent, RATE, raw))
    feed(engine, np.zeros((2, 2 * WINDOW), np.float32))
    assert loudness(InputLoudness(engine).window().powers) == pytest.approx(before, abs=0.3)


def test_behind_a_closed_gate_a_level_is_found_on_noise():
    engine = engine_of()
    aim(engine, {"gate": -20.0})
    engine.settle()
    feed(engine, noise(WINDOW, peak=0.05))
    prepared = prepare(change_to(AUTO, levelled=True), engine, None, None, 1.0, Job())
    assert prepared.level.on_noise and not prepared.level.silent


def test_an_excerpt_is_a_typical_stretch_and_noise_where_all_is_quiet():
    engine = engine_of()
    x = 0.001 * noise(WINDOW)
    x[:, 20 * STEP : 34 * STEP] *= 100.0
    x[:, 24 * STEP : 28 * STEP] *= 2.0
    feed(engine, x)
    excerpt = InputLoudness(engine).excerpt(7 * STEP, 0.4)
    assert excerpt.begin == 7 * STEP
    firsts = [
        f
        for f in range(7, 46)
        if np.array_equal(excerpt.samples, x[:, (f - 7) * STEP :][:, : 11 * STEP])
    ]
    assert firsts == [30], "neither what is loudest nor what is silent"
    quiet = engine_of()
    feed(quiet, 1e-6 * x)
    assert InputLoudness(quiet).excerpt(7 * STEP, 0.4).dry_lufs > -30.0


@pytest.mark.parametrize("source", [guitar, piano, drums, voice])
def test_nine_tenths_of_a_second_stand_for_five(source):
    """A network that saturates is as loud in the excerpt and in all; its input has to be, too."""
    rate = 48000.0
    meter = DryMeter(2, 2, rate)
    meter.add(np.tile(source(rate), (1, 2))[:, : round(5.0 * rate)])
    steps = meter.take_steps()
    powers = powers_of_steps(steps)
    first = typical_stretch(steps, 9)
    excerpt = steps[first : first + 9].mean()
    assert abs(10.0 * np.log10(excerpt / powers[gate(powers)].mean())) <= 1.0


def test_the_stretch_of_a_silence_is_the_latest():
    assert typical_stretch(np.zeros(20), 4) == 16
    assert typical_stretch(np.zeros(3), 2) == 1


def test_a_level_is_the_same_whether_the_loudness_was_followed_or_not():
    engine = engine_of()
    loudness = InputLoudness(engine)
    feed(engine, noise(round(6.28 * RATE)), loudness)
    followed, alone = (
        prepare(
            change_to(AUTO, levelled=True), engine, None, None, 1.0, Job(),
            input_loudness=known, time_block=LIGHT,
        )
        for known in (loudness, None)
    )  # fmt: skip
    assert not followed.level.on_noise
    assert followed.level.gain == pytest.approx(alone.level.gain, rel=1e-3)
    assert followed.voice.position == alone.voice.position == engine.position


def test_nothing_is_measured_anew_at_a_change_nor_when_auto_level_is_switched():
    measured = []

    class CountingMeter(DryMeter):
        def add(self, dry):
            measured.append(dry.shape[1])
            super().add(dry)

    def counting(engine):
        return InputLoudness(engine, CountingMeter)

    with running(pipeline=RiggedPipeline(loudness=counting)) as (audio, builder, _):
        wait_for(lambda: audio.engine.position > 2 * RATE)
        play(builder, NetworkSpec(seed=7), levelled=True)
        play(builder, NetworkSpec(seed=8), levelled=False)
        for on in (True, False, True):
            builder.switch_level(on)
            wait_for(lambda on=on: (builder.level is not None) == on)
        assert not builder.level.on_noise
        # Every frame once: no more than there were, and soon all of them.
        assert sum(measured) <= audio.engine.position
        wait_for(lambda: sum(measured) > audio.engine.position - RATE)


def test_another_engine_is_measured_from_its_own_start():
    made = []

    def noting(engine):
        made.append(InputLoudness(engine))
        return made[-1]

    with running(pipeline=RiggedPipeline(loudness=noting)) as (_, builder, _):
        play(builder, NetworkSpec(seed=7), levelled=True)
        builder.detach()
        engine = engine_of(rate=44100.0)
        feed(engine, noise(round(5.5 * 44100)))
        builder.attach(engine, lambda: 64)
        assert len(made) == 2
        builder.request(change_to(NetworkSpec(seed=7), levelled=True))
        wait_for(lambda: builder.voices.coming)
        window = made[-1].window()
        assert (window.begin, window.end) == (5 * 4410, 55 * 4410)


def test_the_builder_hands_its_loudness_on():
    given, made = [], []

    def loudness(engine):
        made.append(InputLoudness(engine))
        return made[-1]

    def noting(*arguments):
        given.extend(each for each in arguments if isinstance(each, InputLoudness))
        return REAL.prepare(*arguments)

    pipeline = RiggedPipeline(loudness=loudness)
    with running(pipeline=pipeline) as (_, builder, _):
        pipeline.prepare = noting
        builder.request(change_to(NetworkSpec(seed=7), levelled=True))
        wait_for(lambda: builder.sounding.seed == 7)
        assert given == made
