"""Looking for sounds: what is looked for, what was found, and one of it heard for a try."""
