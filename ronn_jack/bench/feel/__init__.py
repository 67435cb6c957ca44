"""What a musician feels: loudness that is held, tails that decay, knobs that answer."""
