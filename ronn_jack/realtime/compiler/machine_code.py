"""A compiled function as it is kept: its image, and the bitcode that other code is made of."""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass

from ronn_jack.realtime.compiler.loading import Image

_LENGTHS = struct.Struct("<QQ")


@dataclass(frozen=True)
class MachineCode:
    """A compiled function.

    Attributes
    ----------
    image : Image
    native : str
        Symbol of numba's own function in the bitcode.
    bitcode : bytes
        The optimised module, with all that it calls but for what it knows by a symbol.
    lasting : bool
        Whether it holds no address of this process.
    """

    image: Image
    native: str
    bitcode: bytes
    lasting: bool = True

    def written(self) -> bytes:
        """Return it as it is kept."""
        head = {**asdict(self.image), "native": self.native}
        del head["content"]
        text = json.dumps(head).encode()
        return (
            _LENGTHS.pack(len(text), len(self.image.content))
            + text
            + self.image.content
            + self.bitcode
        )

    @classmethod
    def read(cls, data: bytes) -> MachineCode:
        """Return what was written so."""
        text_bytes, size = _LENGTHS.unpack_from(data)
        start = _LENGTHS.size + text_bytes
        head = json.loads(data[_LENGTHS.size : start])
        native = head.pop("native")
        return cls(Image(data[start : start + size], **head), native, data[start + size :])
