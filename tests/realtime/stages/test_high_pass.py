import numpy as np
import pytest

from ronn_jack.model.recipes import BY_NAME
from ronn_jack.realtime.stages.high_pass import HighPass
from tests import oracle
from tests.realtime.stages.running_chain import RATE, RunningChain, noise


def high_pass(channels, recipe="ronn", before=(0.0, 0.0)):
    return RunningChain([HighPass.of(BY_NAME[recipe])], channels, before)


@pytest.mark.parametrize("recipe", ["ronn", "plugin"])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_high_pass_is_the_oracle_s(recipe, channels):
    before = np.array([0.25, -0.5])[:channels]
    x = noise(channels) + before[:, np.newaxis]
    y = high_pass(channels, recipe, before).run(x)
    expected = oracle.high_pass(x, RATE, oracle.Q[recipe], before)
    assert np.abs(y - expected).max() < 1e-9 * np.abs(expected).max()


def test_a_channel_is_filtered_as_if_it_were_alone():
    x = noise(2)
    both = high_pass(2).run(x)
    for channel in range(2):
        assert np.array_equal(high_pass(1).run(x[channel : channel + 1])[0], both[channel])


def test_the_constant_that_came_before_is_silent_to_the_bit():
    before = (0.3, -0.7)
    x = np.repeat(np.array([before]).T, 1000, axis=1)
    assert not high_pass(2, before=before).run(x).any()


@pytest.mark.parametrize("recipe", ["ronn", "plugin"])
def test_after_its_memory_it_has_forgotten_how_it_started(recipe):
    frames = HighPass.of(BY_NAME[recipe]).memory_frames(RATE)
    y = high_pass(1, recipe, before=(1.0,)).run(np.zeros((1, frames + 1)))
    assert np.abs(y[0, :10]).max() > 0.9
    assert abs(y[0, -1]) < 1e-5
