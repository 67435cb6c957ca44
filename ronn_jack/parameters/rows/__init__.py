"""The rows of the table of parameters, by where a musician looks for them."""
