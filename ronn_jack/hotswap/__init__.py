"""Networks made, primed and exchanged while the audio runs, off the audio thread."""
