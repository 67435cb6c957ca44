"""What a person sees who runs the node in a terminal."""
