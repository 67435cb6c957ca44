"""Real counterparts for the tests: a JACK server, a player and a recorder, a node process."""
