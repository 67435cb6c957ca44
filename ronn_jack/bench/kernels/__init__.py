"""The kernels alone, against the processor's peak."""
