"""What a preset's file says of the equaliser."""

from __future__ import annotations

from pathlib import Path

import pytest

from ronn_jack.control.scene import sound_of
from ronn_jack.errors import PresetError
from ronn_jack.model.latent.equaliser import FLAT
from ronn_jack.model.latent.playing import playing, with_bands
from ronn_jack.parameters import PARAMETERS, Value, defaults
from ronn_jack.presets.preset import preset_text, read_preset, saved_values
from ronn_jack.presets.state import State, read_state, write_state


def read(folder: Path, *lines: str) -> dict[str, Value]:
    path = folder / "some.toml"
    path.write_text("version = 1\n[parameters]\n" + "\n".join(lines), encoding="utf-8")
    return {**defaults(), **read_preset(path).values}


def test_one_of_before_has_none(tmp_path: Path) -> None:
    values = read(tmp_path, "layers = 4")
    assert values == {**defaults(), "layers": 4}
    assert values["eq"] is False and playing(values) == FLAT


@pytest.mark.parametrize("band", ["eq_low_gain = 6.0", "eq_mid2 = false", "eq_high_freq = 4000.0"])
def test_one_that_names_a_band_and_no_mode_is_set_by_hand(tmp_path: Path, band: str) -> None:
    assert read(tmp_path, band)["eq_mode"] == "manual"
    assert read(tmp_path, band, 'eq_mode = "words"')["eq_mode"] == "words"
    assert read(tmp_path, "eq_x = 1.0")["eq_mode"] == "latent"
    with pytest.raises(PresetError, match="eq_low_gian"):
        read(tmp_path, "eq_low_gian = 1.0")


@pytest.mark.parametrize("mode", PARAMETERS["eq_mode"].choices)
def test_one_that_was_saved_is_read_as_the_same_sound(tmp_path: Path, mode: str) -> None:
    warm = {**defaults(), "eq": True, "eq_x": -1.2, "eq_y": 0.4, "eq_interpolate": 0.7}
    values = {**with_bands({**warm, "eq_z": 1.9}), "eq_z": 0.3, "eq_mode": mode}
    path = tmp_path / "mine.toml"
    path.write_text(preset_text("mine", saved_values(values)), encoding="utf-8")
    back = {**defaults(), **read_preset(path).values}
    assert playing(back) == playing(values) != FLAT
    assert with_bands(back) == with_bands(values)


@pytest.mark.parametrize("mode", PARAMETERS["eq_mode"].choices)
def test_a_node_s_state_comes_back_as_it_was(tmp_path: Path, mode: str) -> None:
    warm = with_bands({**defaults(), "eq": True, "eq_x": -1.2, "eq_word_a": "dark"})
    values = {**with_bands({**warm, "eq_mode": mode}), "mix": 0.5}
    path = tmp_path / "ronn.toml"
    write_state(path, State(values, other=sound_of(warm)))
    back = read_state(path)
    assert back.values == values and back.other == sound_of(warm)
