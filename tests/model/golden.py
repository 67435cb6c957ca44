"""Reads the golden data: what torch and the original programs gave for the same seeds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ronn_jack.model.spec import NetworkSpec

FOLDER = Path(__file__).parent.parent / "data" / "golden"

_ACTIVATIONS = {"LeakyReLU": "leaky_relu"}
_PACKAGE_INITIALISERS = {"uniform": "uniform_0.1", "orthongonal": "orthogonal"}
_PLUGIN_INITIALISERS = [
    "normal",
    "uniform_0.25",
    "uniform_1",
    "xavier_normal",
    "xavier_uniform",
    "kaiming_normal",
    "kaiming_uniform",
]


@dataclass(frozen=True)
class Golden:
    """One file: its description and its arrays."""

    name: str
    meta: dict[str, Any]
    arrays: dict[str, np.ndarray]

    @property
    def spec(self) -> NetworkSpec:
        if self.meta["kind"] == "plugin":
            return plugin_spec(self.meta["params"])
        return package_spec(self.meta["params"], self.meta["film_y"])


def load(name: str) -> Golden:
    with np.load(FOLDER / f"{name}.npz", allow_pickle=False) as file:
        arrays = {key: file[key] for key in file.files}
    return Golden(name, json.loads(str(arrays.pop("meta_json"))), arrays)


def names(kind: str) -> list[str]:
    return sorted(path.stem for path in FOLDER.glob(f"{kind}_*.npz"))


def package_spec(params: dict[str, Any], film: list[float] | None) -> NetworkSpec:
    activation = params.get("activation", "ReLU")
    return NetworkSpec(
        recipe="package",
        inputs=params["n_inputs"],
        outputs=params["n_outputs"],
        layers=params["n_layers"],
        channels=params["n_channels"],
        kernel=params["kernel_size"],
        dilation=params.get("dilation_growth", 1),
        activation=_ACTIVATIONS.get(activation, activation.lower()),
        init=_PACKAGE_INITIALISERS.get(params["init"], params["init"]),
        residual=params.get("residual", False),
        seed=params["seed"],
        film_dim=params["film_dim"],
        film=film,
    )


def plugin_spec(params: dict[str, Any]) -> NetworkSpec:
    activation = params.get("activation", "ReLU")
    return NetworkSpec(
        recipe="plugin",
        inputs=params["inputs"],
        outputs=params["outputs"],
        layers=params["layers"],
        channels=params["channels"],
        kernel=params["kernel"],
        dilation=params.get("dilation", 1),
        activation=_ACTIVATIONS.get(activation, activation.lower()),
        init=_PLUGIN_INITIALISERS[params["init"]],
        depthwise=params["depthwise"],
        seed=params["seed"],
    )


def digest(array: np.ndarray) -> str:
    """Return the first 16 hex digits of SHA-256 over the little-endian float32 bytes."""
    return hashlib.sha256(np.ascontiguousarray(array, "<f4").tobytes()).hexdigest()[:16]
