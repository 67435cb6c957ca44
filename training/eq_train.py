"""Train the models of the latent equaliser and write `ronn_jack/model/latent/equaliser.npz`.

    python -m training.eq_train [OUT]

It needs torch, and a minute of one core. A variational autoencoder for each number of dimensions
and each beta learns curves: its encoder reads one, its decoder is the package's own `Decoder`. The
four betas of a number of dimensions are trained side by side.
"""

from __future__ import annotations

import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from ronn_jack.model.latent import equaliser
from ronn_jack.model.latent.curve_search import FREQUENCIES, RATE
from ronn_jack.model.latent.decoders import DIMENSIONS, GAINS, PLACES, Array
from ronn_jack.model.latent.equaliser import BANDS
from training import eq_corpus
from training.eq_attributes import WEIGHTS, attributes
from training.eq_model_file import SHIPPED, write_model, write_record

BETAS = {"none": 0.0, "less": 0.02, "some": 0.06, "more": 0.2}
"""Weights in dB of the divergence from the standard normal distribution."""
EPOCHS, BATCH = 24, 250
RATE_OF_LEARNING = 3e-3
HIDDEN = (32, 64)
ORDER, SMOOTH, SPREAD = 1.0, 1.0, 0.1
"""Weights of disorder, roughness and misfit."""
LEAST_RISE_DB, MOST_SLOPE_DB = 0.05, 4.0
"""What an attribute shall rise along its axis at least, and a curve move at most, in a unit."""


class Layers(nn.Module):
    """Linear layers of several networks side by side, each [shape=(networks, inputs, outputs)]."""

    def __init__(self, networks: int, *sizes: int) -> None:
        super().__init__()
        pairs = list(pairwise(sizes))
        self.weights = nn.ParameterList(
            [nn.Parameter(torch.randn(networks, i, o) / i**0.5) for i, o in pairs]
        )
        self.biases = nn.ParameterList([nn.Parameter(torch.zeros(networks, o)) for _, o in pairs])

    def layers(self) -> list[tuple[Array, Array]]:
        """Return the weights and biases of each layer."""
        pairs = zip(self.weights, self.biases, strict=True)
        return [(w.detach().numpy(), b.detach().numpy()) for w, b in pairs]

    def layer(self, i: int, values: Tensor) -> Tensor:
        return torch.baddbmm(self.biases[i][:, None], values, self.weights[i])


class Encoder(Layers):
    """From curves [shape=(networks, n, 64)] to means and logarithms of variances."""

    def forward(self, shapes: Tensor) -> tuple[Tensor, Tensor]:
        values = shapes / 6.0
        for i in range(len(self.weights) - 1):
            values = torch.relu(self.layer(i, values))
        means, logs = self.layer(len(self.weights) - 1, values).chunk(2, dim=2)
        return means, logs.clamp(-12.0, 4.0)


class CurveDecoder(Layers):
    """From points [shape=(networks, n, dims)] to curves, as `Decoder` of the form "curve"."""

    def forward(self, points: Tensor) -> Tensor:
        values = points
        for i in range(len(self.weights) - 1):
            values = torch.tanh(self.layer(i, values)) - torch.tanh(self.biases[i][:, None])
        values = torch.bmm(values, self.weights[-1])
        gains = equaliser.DECODED_GAIN_DB * torch.tanh(values[..., :5])
        shares = torch.sigmoid(values[..., 5:] + self.biases[-1][:, None, 5:])
        places = torch.exp(LOWEST_LOG + (HIGHEST_LOG - LOWEST_LOG) * shares)
        return curves(gains, places[..., :5], places[..., 5:])


def tensor(values: object) -> Tensor:
    return torch.tensor(np.asarray(values), dtype=torch.float32)


LOWEST_LOG, HIGHEST_LOG = tensor(equaliser.LOWEST_LOG), tensor(equaliser.HIGHEST_LOG)
POWERS = tensor(np.tan(np.pi * FREQUENCIES / RATE) ** np.array([[0], [2], [4]]))
MEASURES = tensor(WEIGHTS)


def curves(gains: Tensor, frequencies: Tensor, bell_qs: Tensor) -> Tensor:
    """Return the gains in dB, as `ronn_jack.model.latent.equaliser.curves` does."""
    scale = 1.0 / torch.tan(torch.pi * (frequencies / RATE).clamp(max=0.49)).square()
    total = torch.ones((*gains.shape[:-1], FREQUENCIES.size))
    for i, band in enumerate(BANDS):
        # A power is a ratio of polynomials in the square of the warped frequency.
        amplitude, one = 10.0 ** (gains[..., i] / 40.0), torch.ones_like(gains[..., i])
        if band.form == "bell":
            width = bell_qs[..., i - 1].square().reciprocal()
            upper = one, width * amplitude**2 - 2.0, one
            lower = one, width / amplitude**2 - 2.0, one
        else:
            middle = amplitude * (1.0 / band.q**2 - 2.0)
            upper, lower = (amplitude**2, middle, one), (one, middle, amplitude**2)
            total = total * amplitude[..., None] ** 2
            if band.form == "high_shelf":
                upper, lower = lower, upper
        powers = torch.stack([one, scale[..., i], scale[..., i].square()], dim=-1)
        above, below = (torch.stack(each, dim=-1) * powers @ POWERS for each in (upper, lower))
        total = total * above / below
    return 10.0 * torch.log10(total)


def train(dims: int, shapes: Tensor, measured: Tensor) -> CurveDecoder:
    """Return the decoders of all betas for a number of dimensions."""
    torch.manual_seed(dims)
    networks, weights = len(BETAS), tensor(list(BETAS.values()))
    encoder, decoder = (
        Encoder(networks, 64, 96, 64, 2 * dims),
        CurveDecoder(networks, dims, *HIDDEN, GAINS + PLACES),
    )
    parameters = [*encoder.parameters(), *decoder.parameters()]
    optimiser = torch.optim.Adam(parameters, RATE_OF_LEARNING)
    plan = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, EPOCHS)
    for epoch in range(EPOCHS):
        total = torch.zeros(networks)
        for chosen in torch.stack([torch.randperm(len(shapes)) for _ in BETAS]).split(BATCH, dim=1):
            wanted = shapes[chosen]
            means, logs = encoder(wanted)
            points = means + torch.exp(0.5 * logs) * torch.randn_like(means)
            errors = (decoder(points) - wanted).square().mean(dim=2).add(1e-4).sqrt().mean(dim=1)
            divergence = 0.5 * (logs.exp() + means.square() - 1.0 - logs).sum(dim=2).mean(dim=1)
            loss = errors + weights * divergence + SPREAD * misfit(means)
            loss = (
                loss + ORDER * disorder(means, measured[chosen]) + SMOOTH * roughness(decoder, dims)
            )
            optimiser.zero_grad()
            loss.sum().backward()
            optimiser.step()
            total += errors.detach() * chosen.shape[1] / len(shapes)
        plan.step()
        if epoch % 10 == 9:
            print(f"dims {dims} epoch {epoch + 1}: {[round(e, 3) for e in total.tolist()]} dB")
    return decoder


def misfit(means: Tensor) -> Tensor:
    """Return how far points are from the usual spread, so that -2 … 2 is most of them."""
    return means.square().mean(dim=1).add(1e-6).log().square().mean(dim=1)


def disorder(means: Tensor, measured: Tensor) -> Tensor:
    """Return how far the order along axes is from that of attributes (Pati and Lerch, 2020)."""
    some, marks = means[:, :50], measured[:, :50, : means.shape[2]]
    apart = torch.tanh(2.0 * (some[:, :, None] - some[:, None]))
    return (apart - torch.sign(marks[:, :, None] - marks[:, None])).abs().mean(dim=(1, 2, 3))


def roughness(decoder: CurveDecoder, dims: int) -> Tensor:
    """Return how far attributes fail to rise along their axes, and curves are too steep.

    Anywhere within ±4, by difference.
    """
    step = 0.1
    points = (torch.rand(len(BETAS), 16, dims) * 2.0 - 1.0) * 4.0
    moved = torch.cat([points, *(points + step * torch.eye(dims)[i] for i in range(dims))], dim=1)
    here, *there = decoder(moved).chunk(dims + 1, dim=1)
    missing = torch.zeros(len(BETAS))
    for i, each in enumerate(there):
        slopes = (each - here) / step
        missing = missing + torch.relu(LEAST_RISE_DB - slopes @ MEASURES[i]).mean(dim=1)
        steepest = slopes.abs().amax(dim=2)
        missing = missing + 0.1 * torch.relu(steepest - MOST_SLOPE_DB).mean(dim=1)
    return missing


def main() -> None:
    out = Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    began = time.monotonic()
    settings = eq_corpus.draw(eq_corpus.TRAINING_SEED, eq_corpus.TRAINING_SETTINGS)
    measured = attributes(settings.curves)
    shapes, measured = tensor(settings.curves), tensor(measured / measured.std(axis=0))
    decoders = {dims: train(dims, shapes, measured) for dims in DIMENSIONS}
    write_model(out, list(BETAS), {dims: each.layers() for dims, each in decoders.items()})
    print(f"{time.monotonic() - began:.0f} s")
    if out == SHIPPED:
        write_record(out)


if __name__ == "__main__":
    main()
