"""What the stages that outlive networks take of a block."""
