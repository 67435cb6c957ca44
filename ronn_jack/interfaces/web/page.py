"""The page for people: its files as a browser gets them, and the tables that it is made from."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from ronn_jack import __version__
from ronn_jack.control.status import STATUS
from ronn_jack.parameters import (
    ACTIONS,
    CANDIDATES,
    KEPT_SOUNDS,
    MAXIMUM_DRAWN_SEED,
    MOST_SNAPSHOTS,
    PARAMETERS,
    Kind,
    Parameter,
)

FOLDER = Path(__file__).parents[2] / "page"
PREFIX = "/page/"
"""Below it lies what belongs to the page; OSCQuery has no address there."""
_START = f"{PREFIX}index.html"
_TABLE = f"{PREFIX}table.json"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
"""The kinds of files that are served; the others are not for browsers."""
_CACHING = "no-cache"
"""Kept by the browser, which asks each time whether it is still the same."""


class Page:
    """All that can be asked for of the page, held in memory: no request reaches the file system.

    Parameters
    ----------
    version : str
        Of the program.
    """

    def __init__(self, version: str = __version__) -> None:
        files = {
            PREFIX + path.relative_to(FOLDER).as_posix(): path.read_bytes()
            for path in sorted(FOLDER.rglob("*"))
            if path.suffix in _TYPES and path.is_file()
        }
        table = {"version": version, **tables()}
        build = hashlib.sha256(b"".join([_json(table), *files.values()])).hexdigest()
        self._contents = {**files, _TABLE: _json({**table, "build": build})}

    def wants(self, request: Request) -> bool:
        """Say whether a request is for the page, and not for OSCQuery's tree.

        The root is both: who names HTML among what it accepts is a browser that somebody looks at.
        """
        path: str = request.scope["path"]
        if path != "/":
            return path.startswith(PREFIX)
        asks_all = not request.scope["query_string"]
        return asks_all and "text/html" in request.headers.get("accept", "")

    def answer(self, request: Request) -> Response:
        """Answer a request for the page."""
        path: str = request.scope["path"]
        name = _START if path == "/" else path
        content = self._contents.get(name)
        if content is None:
            return Response(f"there is no {path}\n", 404, media_type="text/plain")
        tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        headers = {"etag": tag, "cache-control": _CACHING, "vary": "accept"}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(content, headers={**headers, "content-type": _TYPES[Path(name).suffix]})


def tables() -> Mapping[str, Any]:
    """Return what the page is made from: parameters, actions and status, as plain values."""
    return {
        "parameters": [_parameter(row) for row in PARAMETERS.values()],
        "actions": [dataclasses.asdict(row) for row in ACTIONS.values()],
        "status": [dataclasses.asdict(row) for row in STATUS.values()],
        "snapshots": MOST_SNAPSHOTS,
        "candidates": CANDIDATES,
        "kept_sounds": KEPT_SOUNDS,
        "largest_drawn_seed": MAXIMUM_DRAWN_SEED,
    }


def _parameter(row: Parameter) -> Mapping[str, Any]:
    return {
        **dataclasses.asdict(row),
        "range": row.range_text,
        "shown_default": row.words(row.default),
        "names": row.names if row.kind is Kind.NAME else (),
    }


def _json(value: object) -> bytes:
    return msgspec.json.encode(value)  # of an infinite limit it makes null
