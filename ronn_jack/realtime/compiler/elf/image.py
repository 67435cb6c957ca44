"""Make an image of a relocatable object, which `loading.load` brings into memory."""

from __future__ import annotations

from ronn_jack.realtime.compiler.elf.link import PAGE_BYTES, Layout, Linker
from ronn_jack.realtime.compiler.elf.objects import read_object
from ronn_jack.realtime.compiler.loading import Image

_WORD = 8


def image_of(data: bytes, entry: str) -> Image:
    """Return the image of an object whose function `entry` is to be called.

    Raises
    ------
    LinkError
        If it can't be linked.
    """
    return _ImageLinker([read_object(data)], [entry], (), "").image(entry)


class _ImageLinker(Linker):
    def image(self, entry: str) -> Image:
        layout = Layout(0)
        self.put_sections(layout, "r")
        self.put_sections(layout, "x")
        self.put_stubs(layout)
        page = PAGE_BYTES[self.machine]
        executed = layout.at = -(-layout.at // page) * page
        self.put_words(layout)
        self.put_sections(layout, "w")
        content, relative = self.placed(layout)
        number, symbol = self.defined[entry]
        return Image(
            bytes(content),
            self.address(layout, number, symbol),
            executed,
            [(layout.places["slot", name], name) for name in self.foreign],
            relative,
        )
