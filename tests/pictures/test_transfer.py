"""The curves of activations."""

from __future__ import annotations

import numpy as np
import pytest

from ronn_jack.model.spec import NetworkSpec
from ronn_jack.parameters import PARAMETERS
from ronn_jack.pictures.transfer import places, transfer_curves
from tests import oracle


@pytest.mark.parametrize("name", PARAMETERS["activation"].choices)
def test_a_curve_is_that_of_the_layer(name):
    layer = NetworkSpec(activation=name, depthwise=True, residual=True, decay=1.0).layer(2)
    expected = oracle.activation(layer, places().astype(np.float64))
    np.testing.assert_allclose(transfer_curves(layer), expected, rtol=2e-5, atol=2e-4)


def test_the_last_layer_has_none():
    np.testing.assert_array_equal(transfer_curves(NetworkSpec().layer(5)), places())
