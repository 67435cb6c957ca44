"""A sound's network as files that other programs read: JSON, WAV, ONNX and NAM."""
