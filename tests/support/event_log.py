"""Reading what `--log-json` writes while it is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def told(log: Path) -> list[dict[str, Any]]:
    """Return the events so far, without a line whose end is still to come."""
    whole, _, _ = log.read_bytes().rpartition(b"\n")
    return [json.loads(line) for line in whole.splitlines()]
