"""A sound as a plugin for other programs: native code and memory, without Python."""
