"""How the models that come with the package are made: run from the repository, never shipped."""
