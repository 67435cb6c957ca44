"""Where audio comes from: a JACK server, or arrays and files."""
