"""Convolution with long responses, without latency, its work dealt out evenly to all blocks."""
