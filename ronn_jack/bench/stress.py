"""How many blocks are run while the interpreter is busy: compiled callback against Python's."""
