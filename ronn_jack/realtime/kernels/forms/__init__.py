"""The forms of layers, each in a module: how it is planned, packed, run, settled and counted."""
