"""What is to be closed, at the end of a `with` block at the latest."""

from __future__ import annotations

import threading
from types import TracebackType
from typing import Self


class Closing:
    """Is closed when its `with` block ends, however that ends."""

    def close(self) -> None:
        """Free what is held."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


class ClosingOnce(Closing):
    """Is closed by any thread, as often as it likes; who comes meanwhile waits until it is done."""

    def __init__(self) -> None:
        self._closes = threading.Lock()

    def close(self) -> None:
        """Free what is held; doing so twice is harmless."""
        with self._closes:
            self._end()

    def _end(self) -> None:
        """Free what is still held, by one thread at a time."""
        raise NotImplementedError
