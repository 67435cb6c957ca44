"""Groups of the command line, and the options that several commands take."""
