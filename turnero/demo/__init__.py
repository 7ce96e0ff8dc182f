"""The demo: a sample barbershop on an embedded database, with a clock that can be moved."""
