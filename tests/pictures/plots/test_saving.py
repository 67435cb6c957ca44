"""What can be written is known beforehand."""

from __future__ import annotations

import sys

import pytest

from ronn_jack.errors import MachineError, UsageError
from ronn_jack.pictures.plots.saving import check_picture


@pytest.mark.parametrize(
    ("name", "said"),
    [("a.xyz", r"plot \S+a.xyz: write one of .*\.png"), ("no/a.png", "make it first")],
)
def test_a_picture_that_can_t_be_written_is_named_beforehand(tmp_path, name, said):
    pytest.importorskip("matplotlib")
    check_picture(tmp_path / "a.svg", "plot")
    with pytest.raises(UsageError, match=said):
        check_picture(tmp_path / name, "plot")


def test_without_matplotlib_it_is_said_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)  # so the system takes it for missing
    with pytest.raises(MachineError, match="pip install matplotlib"):
        check_picture(tmp_path / "a.png", "plot")
