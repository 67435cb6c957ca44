"""What the node is told to do: the controller, its builder, presets and MIDI bindings."""
