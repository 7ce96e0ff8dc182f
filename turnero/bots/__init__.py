"""Booking by chatting: understanding, a pure conversation, the driver that connects it to the engine, and channels."""
