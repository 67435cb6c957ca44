"""From Python functions to machine code: all that needs numba and LLVM."""
