"""The level of the network that sounds: held where it is moved, and kept right."""
