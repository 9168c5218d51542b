"""The project's own tooling: what `make` runs. Python 3.9+, standard library only."""
