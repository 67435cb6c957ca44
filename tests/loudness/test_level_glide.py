import numpy as np

from ronn_jack.loudness.level_glide import is_due


def test_three_audible_seconds_are_enough():
    audible = np.full(26, 0.01)
    assert not is_due(audible)
    assert is_due(np.append(audible, 0.01))
    assert not is_due(np.zeros(100))
