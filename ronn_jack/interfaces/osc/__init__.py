"""OSC over the network."""
