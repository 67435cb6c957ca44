"""What there is to see of the equaliser and of the reverb."""
