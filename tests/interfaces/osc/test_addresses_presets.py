"""What can be asked of all presets at once."""

from __future__ import annotations

from ronn_jack.interfaces.osc.addresses import PRESET_LISTS, preset_texts
from tests.support.recording import Listed


def test_each_list_tells_one_text_of_every_preset_in_order():
    listed = [Listed("fuzz", "torn\nspeakers", ("guitar", "fuzz")), Listed("hall")]
    assert [preset_texts(address, listed) for address in PRESET_LISTS] == [
        ["fuzz", "hall"],
        ["guitar, fuzz", ""],
        ["torn speakers", ""],
    ]
