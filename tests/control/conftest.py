"""A node that plays nothing, and somebody who turns it."""

from __future__ import annotations

import pytest

from tests.support.recording import RecordingNode, RecordingOrigin


@pytest.fixture
def node() -> RecordingNode:
    return RecordingNode()


@pytest.fixture
def origin() -> RecordingOrigin:
    return RecordingOrigin()
