"""MIDI from the JACK port and from hardware."""
