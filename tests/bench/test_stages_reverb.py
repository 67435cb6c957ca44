import pytest

from ronn_jack.bench.stages.reverb import measure_reverb

pytestmark = pytest.mark.slow


def test_the_reverb_is_measured_still_and_on_its_way_and_against_uniform_partitions():
    figures = {figure.what: figure for figure in measure_reverb(True, lambda text: None)}
    assert figures["p99"].value >= figures["mean"].value > 0.0
    assert figures["from room to room, mean"].value > figures["mean"].value
    assert figures["faster than uniform partitions"].value > 1.0
