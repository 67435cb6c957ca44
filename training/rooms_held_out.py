"""Rooms to judge the decoder by, computed by pyroomacoustics: `python -m training.rooms_held_out`.

None of its code, materials or rooms takes part in the training. It needs pyroomacoustics, of the
extra `training`; what it writes is committed, so nothing else does.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from training.rooms_measures import OCTAVES, octave_t30, relief

FILE = Path(__file__).with_name("rooms_held_out.npz")
ROOMS = 120
RATE = 32000
_SEED = 3382
_MATERIALS = (
    "rough_concrete", "limestone_wall", "brick_wall_rough", "plasterboard", "wooden_lining",
    "glass_window", "smooth_brickwork_10mm_pointing", "curtains_cotton_0.5", "curtains_velvet",
    "carpet_hairy", "carpet_cotton", "linoleum_on_concrete", "audience_orchestra_choir",
    "plywood_thin", "ceiling_plasterboard", "ceramic_tiles", "marble_floor", "hard_surface",
    "acoustical_plaster_25mm", "panel_fabric_covered_6pcf", "ceiling_perforated_gypsum_board",
    "concrete_floor", "studio_curtains", "felt_5mm", "reverb_chamber",
)  # fmt: skip
_RAYS = 12000


def main() -> None:
    """Compute the rooms and write what is measured of them."""
    import pyroomacoustics as pra

    random = np.random.RandomState(_SEED)
    reliefs, times, sizes = [], [], []
    while len(reliefs) < ROOMS:
        size = np.exp(random.uniform(np.log([3.0, 2.5, 2.3]), np.log([30.0, 22.0, 12.0])))
        usual = random.choice(_MATERIALS)
        faces = ("east", "west", "north", "south", "ceiling", "floor")
        names = [
            usual if random.random_sample() < 0.4 else random.choice(_MATERIALS) for _ in faces
        ]
        scattering = random.uniform(0.05, 0.6)
        place, ear = (size * random.uniform(0.15, 0.85, 3) for _ in range(2))
        numbers = int(random.randint(2**31))
        if np.linalg.norm(place - ear) < 0.4:
            continue
        np.random.seed(numbers)
        pra.random.seed(numbers)
        room = pra.ShoeBox(
            size,
            fs=RATE,
            materials={
                face: pra.Material(name, scattering)
                for face, name in zip(faces, names, strict=True)
            },
            max_order=3,
            air_absorption=True,
            ray_tracing=True,
        )
        room.set_ray_tracing(n_rays=_RAYS, energy_thres=1e-8, time_thres=9.0)
        room.add_source(place)
        room.add_microphone(ear)
        room.compute_rir()
        response = np.asarray(room.rir[0][0])
        # From the direct sound on; pyroomacoustics delays it by half of its interpolation filter.
        delay = pra.constants.get("frac_delay_length") // 2
        start = int(np.linalg.norm(place - ear) / room.c * RATE) + delay - 20
        response = response[None, max(0, start) :]
        seconds = octave_t30(response, RATE)
        if not (0.2 <= seconds[3] <= 6.0 and np.isfinite(seconds).all()):
            continue
        reliefs.append(relief(response, RATE))
        times.append(seconds)
        sizes.append(size)
        print(len(reliefs), np.round(size, 1), np.round(seconds, 2), flush=True)
    levels = np.array(reliefs)
    levels -= levels[..., :1].max(axis=(1, 2), keepdims=True)
    np.savez_compressed(
        FILE,
        centibels=np.maximum(np.rint(levels * 100.0), -12000).astype(np.int16),
        octaves=OCTAVES.astype(np.float32),
        t30=np.array(times, np.float32),
        metres=np.array(sizes, np.float32),
    )


if __name__ == "__main__":
    main()
