"""What is to be closed, at the end of a `with` block at the latest."""

from __future__ import annotations

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
