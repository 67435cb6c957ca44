"""Train the latent reverb's decoder: `python -m training.rooms_train`, a few minutes on one core.

It needs `pip install torch==2.13.0`, which nothing else does, and writes the weights into the
package. An encoder reads how each octave of a room dies away and says its character, so that
characters are spread as a normal distribution (a variational autoencoder, whose decoder is
followed by the physics that every response has). Its three axes are not learned: x is the room's
own T30, y and z are measured of it, and the character is kept uncorrelated with them.
"""

from __future__ import annotations

import hashlib
import itertools
import sys
from pathlib import Path
from typing import Any

import numpy as np

from ronn_jack.model.latent.reverb import SHIPPED, WIDTHS
from ronn_jack.model.latent.room_physics import CHARACTER, first_slope, remaining, stretched
from training.rooms_corpus import OCTAVES, REFERENCE, STEPS, Corpus, make_rooms

HASHES = Path(__file__).with_name("rooms_hashes.toml")
ROOMS = 8000
EPOCHS = 60
_SEED = 1791
_BATCH = 128
_RATE = 2e-3
_BETA = 0.015
"""dB of a cell's error that one nat of the character's information may cost."""
_APART = 0.2
_TOP_DB = 60.0
_TESTED = 500


def main() -> None:
    """Train, write the weights and both hashes."""
    import torch

    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(_SEED)
    corpus = make_rooms(ROOMS + _TESTED, _SEED)
    encoder = _network(torch, (OCTAVES.size * STEPS + 3, 128, 128, 2 * CHARACTER))
    decoder = _network(torch, WIDTHS)
    parameters = [*encoder.parameters(), *decoder.parameters()]
    optimiser = torch.optim.Adam(parameters, _RATE)
    count = corpus.seconds.size - _TESTED
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, _RATE, total_steps=EPOCHS * -(-count // _BATCH)
    )
    tensors = {
        name: torch.tensor(values)
        for name, values in (
            ("levels", corpus.levels), ("times", corpus.times()),
            ("x", corpus.x), ("y", corpus.y), ("z", corpus.z),
        )
    }  # fmt: skip
    for epoch in range(EPOCHS):
        order = torch.randperm(count)
        sums = np.zeros(2)
        for i in order.split(_BATCH):
            room = {name: values[i] for name, values in tensors.items()}
            axes = torch.stack((room["x"], room["y"], room["z"]), -1)
            mean, spread = _encode(torch, encoder, room, axes)
            drawn = mean + torch.exp(0.5 * spread) * torch.randn_like(mean)
            error = _error(torch, decoder(drawn), room)
            nats = 0.5 * (spread.exp() + mean**2 - 1.0 - spread).sum(-1).mean()
            centred = axes - axes.mean(0)
            apart = ((mean - mean.mean(0)).T @ centred / len(i)).pow(2).mean()
            warm = min(1.0, epoch / 10.0)
            optimiser.zero_grad()
            (error + warm * (_BETA * nats + _APART * apart)).backward()
            optimiser.step()
            schedule.step()
            sums += [error.item() * len(i), nats.item() * len(i)]
        if epoch % 10 == 9:
            room = {name: values[count:] for name, values in tensors.items()}
            with torch.no_grad():
                axes = torch.stack((room["x"], room["y"], room["z"]), -1)
                tested = _error(torch, decoder(_encode(torch, encoder, room, axes)[0]), room)
            trained, nats = sums / count
            print(f"{epoch + 1}: {trained:.2f} dB, {nats:.1f} nats; others {tested:.2f} dB", flush=True)
    _write(decoder, corpus)


def _network(torch: Any, widths: tuple[int, ...]) -> Any:
    layers: list[Any] = []
    for inputs, outputs in itertools.pairwise(widths):
        layers += [torch.nn.Linear(inputs, outputs), torch.nn.Tanh()]
    return torch.nn.Sequential(*layers[:-1])


def _encode(torch: Any, encoder: Any, room: dict[str, Any], axes: Any) -> tuple[Any, Any]:
    seen = torch.clamp(room["levels"], min=-_TOP_DB - 10.0) / 30.0 + 1.0
    mean, spread = encoder(torch.cat((seen.flatten(1), axes), 1)).chunk(2, 1)
    return mean, spread.clamp(-8.0, 4.0)


def _error(torch: Any, said: Any, room: dict[str, Any]) -> Any:
    """Return the mean error in dB of the octaves' decays, as far down as they are judged."""
    # How long the first slope has to be is found, not learned.
    first = first_slope(said.detach().numpy(), *(room[axis].numpy() for axis in "xyz"))
    decay = stretched(said, torch.tensor(first), room["y"], room["z"], torch)
    energy = remaining(decay, room["times"][:, None, :], torch)[:, ::3]
    levels = 10.0 * torch.log10(energy.clamp(min=1e-30))
    levels = levels - levels[:, REFERENCE, None, :1]
    target = room["levels"]
    judged = target >= target[..., :1] - _TOP_DB
    return torch.nn.functional.smooth_l1_loss(levels[judged], target[judged], beta=0.5)


def _write(decoder: Any, corpus: Corpus) -> None:
    arrays = {}
    for i, layer in enumerate(decoder[::2]):
        arrays[f"weight_{i}"] = layer.weight.detach().numpy().astype(np.float32)
        arrays[f"bias_{i}"] = layer.bias.detach().numpy().astype(np.float32)
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED
    np.savez_compressed(target, allow_pickle=False, **arrays)
    weights = hashlib.sha256(target.read_bytes()).hexdigest()
    HASHES.write_text(
        "# Of what `python -m training.rooms_train` was trained on, and of what it wrote.\n"
        f'rooms = "{corpus.digest()}"\nweights = "{weights}"\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
