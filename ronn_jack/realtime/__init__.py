"""Audio-thread code: compiled, and free of locks, logs, allocation and Python objects."""
