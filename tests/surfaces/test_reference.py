"""The OSC reference is what the tables say."""

from __future__ import annotations

from pathlib import Path

from ronn_jack.interfaces.osc.addresses import (
    CANDIDATE_ROOT,
    ENDPOINTS,
    NORMALISED_ROOT,
    Role,
)
from ronn_jack.surfaces.reference import osc_reference

DOCUMENT = Path(__file__).parents[2] / "docs" / "osc.md"


def test_it_names_every_address():
    text = osc_reference()
    for address, endpoint in ENDPOINTS.items():
        if endpoint.role not in (Role.NORMALISED, Role.CANDIDATE, Role.ANSWER):
            assert f"`{address}`" in text
    assert f"`{NORMALISED_ROOT}<parameter>`" in text
    assert f"`{CANDIDATE_ROOT}<place>`" in text


def test_the_shipped_document_is_up_to_date():
    assert DOCUMENT.read_text(encoding="utf-8") == osc_reference()
