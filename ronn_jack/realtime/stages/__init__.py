"""Effects that the network's output passes, each in a module, and the chain of them."""
