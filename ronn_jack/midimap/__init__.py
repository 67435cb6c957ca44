"""From MIDI messages to operations, by a controller's profile."""
