"""What glides, morphs and drifts while a network runs."""
