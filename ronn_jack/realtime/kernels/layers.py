"""One layer over one block, whatever its form. [audio-thread]"""

from __future__ import annotations

from ronn_jack.realtime.compiler.compile import shared
from ronn_jack.realtime.kernels.forms.form import RUN
from ronn_jack.realtime.kernels.forms.registry import run_form
from ronn_jack.realtime.kernels.layout import SOURCE_STRIDE, WORD
from ronn_jack.realtime.kernels.vectors import load_int64


@shared(RUN, optimise_callees=True)
def run_layer(
    layer: int,
    following: int,
    target: int,
    target_stride: int,
    frames: int,
    moved: int,
    glided: int,
    slopes: int,
    number: int,
) -> None:
    """[audio-thread] Compute a layer's output for one block.

    Parameters
    ----------
    layer, following : int64
        Addresses of this layer's words and of those of the layer that its output goes to, or 0.
    target, target_stride : int64
        Where the output goes if to no layer, and bytes from row to row.
    frames : int64
        1 to the network's step; the source holds as many new ones.
    moved, glided, slopes : int64
        As in the network's header. While the weights move, the frames stay within their cell.
    number : int64
        Of the first frame, since the start.
    """
    if following != 0:
        target_stride = load_int64(following + WORD * SOURCE_STRIDE)
    run_form(layer, following, target, target_stride, frames, moved, glided, slopes, number)
