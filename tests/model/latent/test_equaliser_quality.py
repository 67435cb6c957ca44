"""The shipped model is as good as it is said to be, on settings that it was not trained on."""

import tomllib

import pytest

from ronn_jack.model.latent.equaliser import EqModel
from training import eq_corpus, eq_model_file
from training.eq_quality import DEFAULT_BETA, judge

MODEL = EqModel.ours()
VARIANTS = [
    pytest.param(*key, marks=() if key[1] == DEFAULT_BETA else pytest.mark.slow)
    for key in MODEL.decoders
]
RECORD = tomllib.loads(eq_model_file.RECORD.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("dims", "beta"), VARIANTS)
def test_every_decoder_is_as_good_as_promised(dims, beta):
    wanted = eq_corpus.read_held_out().curves
    found = judge(MODEL.decoders[dims, beta], dims, beta, wanted)
    assert list(found.faults()) == []


def test_a_worse_model_is_seen():
    wanted = eq_corpus.read_held_out().curves[:100]
    found = judge(MODEL.decoders[1, "less"], 1, "less", -wanted[::-1] * 1.5)
    assert any("dB off" in fault for fault in found.faults())


def test_the_held_out_settings_are_those_that_no_model_was_trained_on():
    held_out = eq_corpus.read_held_out()
    assert held_out.hash == eq_corpus.draw(eq_corpus.HELD_OUT_SEED, 1000).hash


def test_the_shipped_file_and_its_corpus_are_those_that_are_recorded():
    corpus = eq_corpus.draw(eq_corpus.TRAINING_SEED, eq_corpus.TRAINING_SETTINGS)
    assert corpus.hash == RECORD["corpus"]
    assert eq_model_file.file_hash(eq_model_file.SHIPPED) == RECORD["model"]
    assert eq_model_file.SHIPPED.stat().st_size <= 200_000


def test_the_model_knows_every_word_of_the_table():
    words, _ = eq_corpus.words()
    assert all(list(decoder.words) == words for decoder in MODEL.decoders.values())
