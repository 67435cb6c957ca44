"""Sound files and pipes, read and written."""
