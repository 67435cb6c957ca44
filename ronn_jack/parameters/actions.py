"""The actions: what is done once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

MOST_SNAPSHOTS = 8
"""Sounds that a preset has room for beside its own, numbered from 1."""
CANDIDATES = 24
"""Places for sounds that were found, numbered from 1."""
KEPT_SOUNDS = 8
"""Places for those that were kept, numbered on."""
PLACES = CANDIDATES + KEPT_SOUNDS


@dataclass(frozen=True)
class Action:
    """Something to be done once, rather than a value to be set.

    Attributes
    ----------
    argument : str
        What the action may be given: "" (nothing), "amount" (0–1), "preset" (name or index),
        "name" (of a preset to be), "snapshot" (its number), "text" (of a sound), "parameter" (its
        name), "candidate" (the number of its place) or "pair" (of such numbers, as text; without
        one, those kept last).
    """

    name: str
    label: str
    argument: str
    description: str


ACTIONS: Mapping[str, Action] = {
    action.name: action
    for action in (
        Action("reseed", "Reseed", "", "draw a new random seed"),
        Action("seed_next", "Next seed", "", "seed + 1"),
        Action("seed_previous", "Previous seed", "", "seed − 1"),
        Action("randomize", "Randomize", "amount", "draw an architecture, near (0) or far (1)"),
        Action("like", "Like", "", "let randomize go nearer to this sound"),
        Action("dislike", "Dislike", "", "let randomize go farther from this sound"),
        Action("explore", "Explore", "amount", "look for candidates near (0) or far (1)"),
        Action("audition", "Audition", "candidate", "hear a candidate until it is kept or ended"),
        Action("audition_next", "Next candidate", "", "hear the next candidate"),
        Action("audition_previous", "Previous candidate", "", "hear the one before"),
        Action("audition_keep", "Keep", "", "stay at the candidate that is heard"),
        Action("audition_end", "Back", "", "go back to the sound before"),
        Action("candidate_like", "Like it", "candidate", "let what is found be nearer to it"),
        Action("candidate_dislike", "Dislike it", "candidate", "drop it, and go farther from it"),
        Action("candidate_more", "More like it", "candidate", "look for candidates like this one"),
        Action("candidate_never", "Nothing like it", "candidate", "drop all that is like it"),
        Action("breed", "Breed", "pair", "look for candidates between two that were kept"),
        Action("lock", "Lock", "parameter", "let randomize leave a parameter as it is"),
        Action("unlock", "Unlock", "parameter", "let randomize draw a parameter again"),
        Action("preset_load", "Load preset", "preset", "load a preset by name or index"),
        Action("preset_save", "Save preset", "name", "save the sound as a user preset"),
        Action("preset_next", "Next preset", "", "load the next preset"),
        Action("preset_previous", "Previous preset", "", "load the previous preset"),
        Action("setlist_next", "Next song", "", "load the next preset of the setlist"),
        Action("setlist_previous", "Previous song", "", "load the previous preset of the setlist"),
        Action("snapshot_save", "Save snapshot", "snapshot", "keep the sound as a snapshot"),
        Action("snapshot_load", "Load snapshot", "snapshot", "recall a snapshot of the preset"),
        Action("snapshot_next", "Next snapshot", "", "recall the next snapshot that is not empty"),
        Action("snapshot_previous", "Previous snapshot", "", "recall the previous one"),
        Action("ab", "A/B", "", "go to the other of two sounds, at first a copy of this one"),
        Action("load_text", "Load text", "text", "take over a sound from its text ronn:…"),
        Action("tap", "Tap", "", "set the tempo by tapping it"),
        Action("undo", "Undo", "", "take the last change of the sound back"),
        Action("redo", "Redo", "", "do again what was undone last"),
        Action("panic", "Panic", "", "silence now, until any change"),
    )
}
