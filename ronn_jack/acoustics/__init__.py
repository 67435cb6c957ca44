"""What hearing makes of sound, as numbers that need no engine."""
