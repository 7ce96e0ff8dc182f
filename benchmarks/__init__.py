"""How fast: `make bench`."""
