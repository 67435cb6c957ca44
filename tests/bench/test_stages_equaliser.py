import pytest

from ronn_jack.bench.stages.equaliser import measure_equaliser

pytestmark = pytest.mark.slow


def test_the_equaliser_is_measured_moving_at_rest_and_off():
    figures = {figure.what: figure for figure in measure_equaliser(True, lambda text: None)}
    times = [figures[f"64 stereo frames, {how}"].value for how in ("off", "at rest", "moving")]
    assert times == sorted(times)
    assert times[0] > 0.0
