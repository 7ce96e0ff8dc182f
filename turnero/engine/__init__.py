"""The engine: pure rules (`domain`), what they need from outside (`ports`), the actors that run them (`runtime`)."""
