"""The sounds with a name: their files, their folders and their numbers."""
