"""The model that comes with the package, and files of others."""

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from ronn_jack.errors import ModelError
from ronn_jack.model.latent.decoders import DIMENSIONS, Decoder, to_arrays
from ronn_jack.model.latent.equaliser import (
    BANDS,
    DECODED_GAIN_DB,
    FLAT,
    MOST_GAIN_DB,
    EqModel,
    decode,
    response,
)

OURS = EqModel.ours()
VARIANTS = list(OURS.decoders)
FREQUENCIES = np.geomspace(20.0, 20000.0, 64)
VALUES = {
    "eq_mode": "latent",
    "eq_x": 0.0,
    "eq_y": 0.0,
    "eq_z": 0.0,
    "eq_extend": False,
    "eq_dims": 3,
    "eq_beta": "less",
    "eq_word_a": "warm",
    "eq_word_b": "bright",
    "eq_interpolate": 0.0,
    "eq_strength": 1.0,
}


def curve(settings):
    return response(settings, FREQUENCIES, 48000.0)


def tilt(settings):
    return float(curve(settings) @ np.linspace(-1, 1, FREQUENCIES.size))


def test_there_is_a_decoder_for_all_dimensions_and_betas():
    betas = ["none", "less", "some", "more"]
    assert sorted(VARIANTS) == sorted((dims, beta) for dims in DIMENSIONS for beta in betas)


@pytest.mark.parametrize(("dims", "beta"), VARIANTS)
def test_the_origin_is_flat_to_the_bit(dims, beta):
    assert OURS.decode((0.0, 0.0, 0.0), dims, beta).gains == FLAT.gains


@pytest.mark.parametrize(("dims", "beta"), VARIANTS)
def test_settings_are_within_their_bands_however_far_a_point_is(dims, beta):
    random = np.random.default_rng(0)
    for reach in (2.0, 4.0, 1e6):
        for point in random.uniform(-reach, reach, (50, 3)):
            settings = OURS.decode(point, dims, beta)
            assert max(map(abs, settings.gains)) <= DECODED_GAIN_DB
            for band, f, q in zip(BANDS, settings.frequencies, settings.qs, strict=True):
                assert band.lowest <= f <= band.highest
                assert band.lowest_q <= q <= band.highest_q


@pytest.mark.parametrize("end", [-1e6, 1e6])
def test_a_decoder_at_its_end_is_not_a_rounding_beyond_it(end):
    decoder = Decoder("curve", ((np.zeros((1, 13)), np.full(13, end)),), {})
    _, frequencies, _ = (each[0] for each in decode(decoder, np.ones((1, 1))))
    for band, frequency in zip(BANDS, frequencies, strict=True):
        assert band.lowest <= frequency <= band.highest
        assert frequency == pytest.approx(band.lowest if end < 0 else band.highest)


def test_coordinates_beyond_the_dimensions_do_not_count():
    assert OURS.decode((1.0, 2.0, 3.0), 1, "less") == OURS.decode((1.0, 0.0, 0.0), 1, "less")
    assert OURS.decode((1.0, 2.0, 3.0), 2, "less") == OURS.decode((1.0, 2.0, 0.0), 2, "less")
    assert OURS.decode((1.0, 2.0, 3.0), 3, "less") != OURS.decode((1.0, 2.0, 0.0), 3, "less")


def test_extended_the_same_knobs_reach_twice_as_far():
    near = OURS.decode((1.0, -2.0, 0.5), 3, "less", extend=True)
    assert near == OURS.decode((2.0, -4.0, 1.0), 3, "less")


def test_words_sound_as_they_say():
    def of(word):
        return OURS.between(word, word, 0.0, 3, "less")

    assert tilt(of("bright")) > 20.0
    assert max(tilt(of("warm")), tilt(of("dark"))) < -20.0
    bass = {word: curve(of(word))[FREQUENCIES < 120].mean() for word in ("boomy", "thin", "tinny")}
    assert bass["boomy"] > 3.0
    assert max(bass["thin"], bass["tinny"]) < -3.0
    middle = np.abs(np.log(FREQUENCIES / 1000.0)) < 0.5
    assert curve(of("mid"))[middle].mean() > 2.0
    assert curve(of("smile"))[middle].mean() < -2.0


@pytest.mark.parametrize(("dims", "beta"), VARIANTS)
def test_every_decoder_knows_the_words_within_reach(dims, beta):
    words = OURS.words(dims, beta)
    assert len(words) >= 14
    for point in words.values():
        assert point.shape == (dims,)
        assert np.abs(point).max() <= 2.0


def test_between_two_words_the_ends_are_the_words_and_the_way_is_smooth():
    assert OURS.between("warm", "bright", 0.0, 3, "less") == OURS.decode(
        OURS.words(3, "less")["warm"], 3, "less"
    )
    way = [OURS.between("warm", "bright", share, 3, "less") for share in np.linspace(0, 1, 101)]
    assert way[-1] == OURS.decode(OURS.words(3, "less")["bright"], 3, "less")
    assert np.abs(np.diff([curve(s) for s in way], axis=0)).max() < 0.5


def test_a_word_that_a_model_does_not_know_is_flat():
    assert OURS.between("unheard", "unheard", 0.5, 3, "less").gains == FLAT.gains


def test_strength_multiplies_the_gains_and_below_0_inverts_the_curve():
    values = VALUES | {"eq_x": 1.5, "eq_y": -1.0, "eq_z": 0.7}
    once = OURS.at(values)
    for strength in (-1.0, 0.0, 0.5, 2.0):
        settings = OURS.at(values | {"eq_strength": strength})
        assert settings.frequencies == once.frequencies
        assert settings.gains == pytest.approx([strength * gain for gain in once.gains])
    inverse = OURS.at(values | {"eq_strength": -1.0})
    assert curve(inverse) == pytest.approx(-curve(once), abs=1e-9)


def test_no_strength_goes_beyond_what_a_band_may_do():
    settings = dataclasses.replace(FLAT, gains=(12.0, -12.0, 20.0, -20.0, 1.0))
    assert settings.scaled(2.0).gains == (24.0, -24.0, MOST_GAIN_DB, -MOST_GAIN_DB, 2.0)
    assert settings.scaled(-2.0).gains == (-24.0, 24.0, -24.0, 24.0, -2.0)


def test_values_of_parameters_lead_all_the_way():
    point = VALUES | {"eq_x": 1.0, "eq_y": 0.5, "eq_z": -0.5, "eq_dims": 2, "eq_beta": "more"}
    assert OURS.at(point) == OURS.decode((1.0, 0.5), 2, "more")
    assert OURS.at(point | {"eq_extend": True}) == OURS.decode((2.0, 1.0), 2, "more")
    words = VALUES | {"eq_mode": "words", "eq_interpolate": 0.25, "eq_x": 2.0, "eq_strength": 2.0}
    assert OURS.at(words) == OURS.between("warm", "bright", 0.25, 3, "less").scaled(2.0)


def test_a_model_is_what_its_file_holds(tmp_path):
    np.savez_compressed(tmp_path / "copy.npz", **to_arrays(OURS.decoders))
    copy = EqModel.load(tmp_path / "copy.npz")
    for (dims, beta), word in zip(VARIANTS, ("warm", "air", "mid", "full") * 3, strict=True):
        assert copy.at(VALUES | {"eq_x": 1.1, "eq_dims": dims, "eq_beta": beta}) == OURS.at(
            VALUES | {"eq_x": 1.1, "eq_dims": dims, "eq_beta": beta}
        )
        assert copy.between(word, word, 0.0, dims, beta) == OURS.between(word, word, 0, dims, beta)


def flow(dims=2, hidden=16):
    random = np.random.default_rng(dims)
    sizes = ((dims, hidden), (hidden, 13))
    layers = tuple((random.standard_normal(s), random.standard_normal(s[1])) for s in sizes)
    return Decoder("flow", layers, {"warm": np.ones(dims)})


def test_a_decoder_of_flow_eq_reads_its_outputs_on_linear_scales():
    decoder, point = flow(), np.array([[0.5, -1.5]])
    (w1, b1), (w2, b2) = decoder.layers
    shares = 1 / (1 + np.exp(-(np.maximum(point @ w1 + b1, 0) @ w2 + b2)[0]))
    gains, frequencies, qs = (each[0] for each in decode(decoder, point))
    assert gains == pytest.approx(-12 + 24 * shares[:5])
    lowest, highest = np.array([22, 82, 180, 220, 580]), np.array([1000, 3900, 4700, 10000, 20000])
    assert frequencies == pytest.approx(lowest + (highest - lowest) * shares[5:10])
    assert qs == pytest.approx([0.71, *(0.1 + 9.9 * shares[10:]), 0.71])


def test_a_model_with_few_decoders_plays_the_nearest(tmp_path):
    np.savez(tmp_path / "one.npz", **to_arrays({(2, "less"): flow()}))
    model = EqModel.load(tmp_path / "one.npz")
    for dims, beta in VARIANTS:
        assert model.decoder(dims, beta) is model.decoders[2, "less"]
        values = VALUES | {"eq_x": 0.3, "eq_y": -0.2, "eq_dims": dims, "eq_beta": beta}
        assert model.at(values) == model.decode((0.3, -0.2), 2, "less")


def test_a_word_beyond_what_a_knob_reaches_is_at_its_end(tmp_path):
    arrays = to_arrays({(2, "less"): flow()})
    arrays["points_2"][:] = [3.5, -1e6]
    np.savez(tmp_path / "far.npz", **arrays)
    words = EqModel.load(tmp_path / "far.npz").words(2, "less")
    assert {tuple(point) for point in words.values()} == {(2.0, -2.0)}


SPOILT = {
    "nothing": lambda arrays: arrays.clear(),
    "another version": lambda arrays: arrays.update(version=np.array(2)),
    "another form": lambda arrays: arrays.update(form=np.array("cubic")),
    "no beta": lambda arrays: arrays.update(betas=np.array([], dtype="U4")),
    "a layer lost": lambda arrays: arrays.pop("weights_2_1"),
    "no biases": lambda arrays: arrays.pop("biases_2_0"),
    "not a number": lambda arrays: arrays["weights_2_0"].fill(np.nan),
    "beyond all numbers": lambda arrays: arrays["weights_2_0"].fill(1e30),
    "whole numbers": lambda arrays: arrays.update(weights_2_0=np.ones((1, 2, 16), dtype=int)),
    "too few outputs": lambda arrays: arrays.update(
        weights_2_1=np.ones((1, 16, 12)), biases_2_1=np.ones((1, 12))
    ),
    "layers that don't fit": lambda arrays: arrays.update(weights_2_1=np.ones((1, 15, 13))),
    "flat weights": lambda arrays: arrays.update(weights_2_0=np.ones(32)),
    "words without points": lambda arrays: arrays.pop("points_2"),
    "a word too many": lambda arrays: arrays.update(words=np.array(["warm", "dark"])),
    "numbers for words": lambda arrays: arrays.update(words=np.ones(1)),
    "many versions": lambda arrays: arrays.update(version=np.ones(3)),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_what_is_no_model_is_refused_in_a_line(tmp_path, spoil):
    arrays = to_arrays({(2, "less"): flow()})
    spoil(arrays)
    np.savez(tmp_path / "bad.npz", **arrays)
    with pytest.raises(ModelError, match="is no model of an equaliser"):
        EqModel.load(tmp_path / "bad.npz")


def test_nothing_is_read_before_it_is_asked_for():
    program = """
import sys
opened = []
sys.addaudithook(lambda event, given: opened.append(str(given[0])) if event == "open" else None)
from ronn_jack.model.latent.equaliser import EqModel
assert not any(name.endswith(".npz") for name in opened)
assert not {"numba", "scipy", "torch"} & sys.modules.keys()
EqModel.ours()
assert any(name.endswith(".npz") for name in opened), "it is how it would be seen"
"""
    subprocess.run([sys.executable, "-c", program], check=True)
