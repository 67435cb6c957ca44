"""What a network is: its architecture, its weights, and the seeds they come from."""
