"""The reverb's impulse responses, from parameter values to the engine."""
