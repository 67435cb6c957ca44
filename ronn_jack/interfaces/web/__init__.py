"""What is served over HTTP: the page for people, and OSCQuery for other programs."""
