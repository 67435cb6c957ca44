"""What there is to see of a network and of its sound, computed off the audio thread."""
