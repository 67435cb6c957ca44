"""From compiled functions to an object file that needs no Python."""
