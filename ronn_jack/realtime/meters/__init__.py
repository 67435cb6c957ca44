"""Loudness, true peak and durations, measured."""
