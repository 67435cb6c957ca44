"""The sound as an LV2 bundle."""
