"""Others' models and impulse responses, read from the user's own files by what these hold."""
