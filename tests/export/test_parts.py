"""A target's part is made in a process of its own: what has ended that is told in a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from ronn_jack.export.parts import PartsError, make_parts
from ronn_jack.export.sound import FrozenSound
from ronn_jack.parameters import Value, defaults
from ronn_jack.realtime.level import LevelTable
from ronn_jack.realtime.mixing import UNKNOWN

MORE_THAN_A_PIPE_HOLDS = 1 << 20


@pytest.mark.parametrize(
    ("end", "said"), [("echo no memory >&2; exit 3", "no memory"), ("kill -9 $$", "-9")]
)
def test_a_process_that_ends_before_it_has_read_is_told_of(
    tmp_path: Path, end: str, said: str
) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nexec 0<&-\n{end}\n")
    python.chmod(0o755)
    values: dict[str, Value] = {**defaults(), "note": "." * MORE_THAN_A_PIPE_HOLDS}
    sound = FrozenSound(values, 2, LevelTable(), UNKNOWN)
    with pytest.raises(PartsError, match=f"target native can't be made here: {said}$"):
        make_parts(sound, ["native"], "", str(python))
