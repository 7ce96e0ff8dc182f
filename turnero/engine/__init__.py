"""The engine: pure rules (`domain`), what they need from outside (`ports`), and the actors that run them (`runtime`)."""
