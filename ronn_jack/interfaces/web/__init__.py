"""What is served over HTTP: OSCQuery, which tells other programs what the node can do."""
