"""Train the latent reverb's decoder and write `ronn_jack/model/latent/reverb.npz`.

    python -m training.rooms_train [OUT]

It needs torch, of the extra `training`, and two minutes of one core. An encoder reads how each
octave of a room dies away and says its character, so that characters are spread as a normal
distribution (a variational autoencoder, whose decoder is followed by the physics that every
response has). The three axes are not learned: x is the room's own T30, y and z are measured of it,
and the character is kept uncorrelated with them.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor, nn

from ronn_jack.model.latent.reverb import SHIPPED, WIDTHS
from ronn_jack.model.latent.room_physics import (
    CHARACTER,
    first_slope,
    nearer_slope,
    remaining,
    stretched,
)
from training.rooms_corpus import OCTAVES, REFERENCE, STEPS, Corpus, make_rooms
from training.rooms_file import write_decoder, write_record

DRAWN, TESTED = 8500, 500
"""Rooms drawn, and of those in range the last ones, which are not learned from."""
EPOCHS, BATCH = 60, 128
RATE_OF_LEARNING = 1e-3
STEEPEST = 10.0
"""The longest gradient."""
BETA, WARM_EPOCHS = 0.015, 10
"""dB of a cell's error that one nat of the character's information may cost, in the end."""
APART = 0.2
"""Weight of the character's covariance with the axes."""
TOP_DB = 60.0
_SEED = 1791

Rooms = dict[str, Tensor]


class Trainer:
    """An encoder and a decoder, and how far a room lies from what they make of it."""

    def __init__(self) -> None:
        self.encoder = _network(OCTAVES.size * STEPS + 3, 128, 128, 2 * CHARACTER)
        self.decoder = _network(*WIDTHS)

    def parameters(self) -> list[nn.Parameter]:
        """Return all that is learned."""
        return [*self.encoder.parameters(), *self.decoder.parameters()]

    def encode(self, rooms: Rooms) -> tuple[Tensor, Tensor]:
        """Return the mean of each room's character and the logarithm of its variance."""
        seen = torch.clamp(rooms["levels"], min=-TOP_DB - 10.0) / 30.0 + 1.0
        mean, spread = self.encoder(torch.cat((seen.flatten(1), _axes(rooms)), 1)).chunk(2, 1)
        return mean, spread.clamp(-8.0, 4.0)

    def error(self, character: Tensor, rooms: Rooms) -> Tensor:
        """Return about the mean error in dB of the octaves' first 60 dB."""
        said = self.decoder(character)
        x, y, z = (rooms[axis] for axis in "xyz")
        # How long the first slope has to be is found; the last round says how that depends.
        first = torch.tensor(first_slope(said.detach().numpy(), *_axes(rooms).numpy().T))
        decay = stretched(said, nearer_slope(said, first, x, y, z, torch), y, z, torch)
        energy = remaining(decay, rooms["times"][:, None, :], torch)[:, ::3]
        levels = 10.0 * torch.log10(energy.clamp(min=1e-30))
        levels = levels - levels[:, REFERENCE, None, :1]
        target = rooms["levels"]
        judged = target >= target[..., :1] - TOP_DB
        return nn.functional.smooth_l1_loss(levels[judged], target[judged], beta=0.5)

    def loss(self, rooms: Rooms, share: float) -> tuple[Tensor, Tensor]:
        """Return what is to be made small, and the character's information in nats."""
        mean, spread = self.encode(rooms)
        drawn = mean + torch.exp(0.5 * spread) * torch.randn_like(mean)
        error = self.error(drawn, rooms)
        nats = 0.5 * (spread.exp() + mean**2 - 1.0 - spread).sum(-1).mean()
        axes = _axes(rooms)
        apart = ((mean - mean.mean(0)).T @ (axes - axes.mean(0)) / len(mean)).pow(2).mean()
        return error + share * (BETA * nats + APART * apart), nats


def main() -> None:
    """Train, and write the weights and what they come from."""
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(_SEED)
    corpus = make_rooms(DRAWN, _SEED)
    rooms = _tensors(corpus)
    others = {name: values[-TESTED:] for name, values in rooms.items()}
    rooms = {name: values[:-TESTED] for name, values in rooms.items()}
    trainer = Trainer()
    count = len(rooms["x"])
    optimiser = torch.optim.Adam(trainer.parameters(), RATE_OF_LEARNING)
    steps = EPOCHS * -(-count // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE_OF_LEARNING, total_steps=steps)
    for epoch in range(EPOCHS):
        for some in torch.randperm(count).split(BATCH):
            batch = {name: values[some] for name, values in rooms.items()}
            loss, nats = trainer.loss(batch, min(1.0, epoch / WARM_EPOCHS))
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(trainer.parameters(), STEEPEST)
            optimiser.step()
            schedule.step()
        if epoch % 10 == 9:
            with torch.no_grad():
                error = float(trainer.error(trainer.encode(others)[0], others))
            print(f"epoch {epoch + 1}: {error:.2f} dB, {nats.item():.0f} nats", flush=True)
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED
    layers = ((i.weight, i.bias) for i in trainer.decoder if isinstance(i, nn.Linear))
    write_decoder(path, ((w.detach().numpy(), b.detach().numpy()) for w, b in layers))
    if path == SHIPPED:
        write_record(path, corpus.digest())


def _network(*widths: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [nn.Linear(inputs, outputs), nn.Tanh()]
    return nn.Sequential(*layers[:-1])


def _axes(rooms: Rooms) -> Tensor:
    return torch.stack([rooms[axis] for axis in "xyz"], -1)


def _tensors(corpus: Corpus) -> Rooms:
    arrays = {axis: getattr(corpus, axis) for axis in "xyz"}
    arrays |= {"levels": corpus.levels, "times": corpus.times()}
    return {name: torch.tensor(values) for name, values in arrays.items()}


if __name__ == "__main__":
    main()
