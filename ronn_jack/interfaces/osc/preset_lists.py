"""What can be told of all presets: a text of each, in the order of their indices."""

from __future__ import annotations

from collections.abc import Sequence

from ronn_jack.control.protocols import ListedPreset
from ronn_jack.interfaces.osc.addresses import PRESET_TAGS, PRESETS
from ronn_jack.interfaces.osc.codec import one_line

TAG_SEPARATOR = ", "


def preset_texts(address: str, listed: Sequence[ListedPreset]) -> list[str]:
    """Return what one of PRESET_LISTS tells."""
    if address == PRESETS:
        return [each.name for each in listed]
    if address == PRESET_TAGS:
        return [TAG_SEPARATOR.join(each.tags) for each in listed]
    return [one_line(each.description) for each in listed]
