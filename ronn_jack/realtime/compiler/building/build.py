"""Machine code of a function, for this host and wherever in memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from ronn_jack.realtime.compiler.building.emit import Emission
from ronn_jack.realtime.compiler.building.numba_api import compiled
from ronn_jack.realtime.compiler.elf.image import image_of
from ronn_jack.realtime.compiler.host import TARGET_VARIABLE
from ronn_jack.realtime.compiler.language import Signature
from ronn_jack.realtime.compiler.loading import Image
from ronn_jack.realtime.compiler.machine_code import MachineCode

_ENTRY = "entry"
_NOTHING_TO_RUN = Image(b"", 0, 0, [], [])


def build(
    function: Callable[..., Any], signature: Signature, optimise_callees: bool
) -> MachineCode:
    """Compile a function that names what is numba's.

    Parameters
    ----------
    optimise_callees : bool
        Whether what it calls is optimised by itself, too.
    """
    made = compiled(function, signature.resolve(), optimise_callees)
    if TARGET_VARIABLE in os.environ:
        return MachineCode(_NOTHING_TO_RUN, made.native, made.bitcode, made.lasting)
    emission = Emission(function.__qualname__)
    emission.wrapper(made, signature, _ENTRY)
    image = image_of(emission.object_file([_ENTRY], whole=False), _ENTRY)
    return MachineCode(image, made.native, made.bitcode, made.lasting)
