"""What every plugin does, whatever its format: its functions, its controls, its memory."""
