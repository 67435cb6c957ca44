import numpy as np
import pytest

from ronn_jack.model.latent.curve_search import decoded_curves, errors, nearest_points
from ronn_jack.model.latent.equaliser import EqModel


@pytest.mark.parametrize("dims", [1, 2, 3])
def test_what_a_decoder_can_make_is_found_again(dims):
    decoder = EqModel.ours().decoder(dims, "less")
    hidden = np.random.default_rng(dims).uniform(-2.0, 2.0, (50, dims))
    wanted = decoded_curves(decoder, hidden)
    missed = errors(decoder, nearest_points(decoder, wanted), wanted)
    # A few end in another valley.
    assert np.quantile(missed, 0.9) < 0.01
    assert missed.max() < 1.0


def test_no_point_is_out_of_reach():
    decoder = EqModel.ours().decoder(3, "less")
    wanted = np.random.default_rng(0).normal(0.0, 12.0, (20, 64))
    assert np.abs(nearest_points(decoder, wanted, reach=1.0)).max() <= 1.0
