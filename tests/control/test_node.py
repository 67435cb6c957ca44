"""What the running effect says of itself."""

import math

from ronn_jack.control.seams import STATUS
from tests.control.test_steering import desk


def test_status_is_finite_with_and_without_a_server():
    with desk() as d:
        for _ in range(2):
            status = d.node.status()
            assert set(status) == set(STATUS)
            numbers = [value for value in status.values() if not isinstance(value, str)]
            assert all(map(math.isfinite, numbers)), status
            d.node.detach()
        assert [status[key] for key in ("level_in", "level_out", "true_peak")] == [-200.0] * 3
