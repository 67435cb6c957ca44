"""Weights as shades."""

from __future__ import annotations

import numpy as np

from ronn_jack.pictures.weight_image import MOST_COLUMNS, weight_image


def test_a_small_layer_is_shown_weight_by_weight():
    weight = np.array([[[0.1, -0.2], [0.0, 0.05]], [[0.2, 0.1], [-0.1, 0.0]]], np.float32)
    image, peak = weight_image(weight)
    np.testing.assert_allclose(image * peak / 127.0, weight.reshape(2, 4), atol=peak / 250)
    assert peak == np.float32(0.2)


def test_of_a_large_one_the_strongest_of_neighbours_is_shown():
    weight = np.zeros((3, 64, 128), np.float32)
    weight[1, 40, 77] = -2.0
    image, peak = weight_image(weight)
    assert image.shape[0] == 3
    assert image.shape[1] <= MOST_COLUMNS
    assert peak == 2.0
    assert np.argwhere(image == -127).tolist() == [[1, (40 * 128 + 77) // 16]]
    assert np.count_nonzero(image) == 1


def test_nothing_is_dark():
    image, peak = weight_image(np.zeros((2, 2, 3), np.float32))
    assert peak == 0.0
    assert not image.any()
