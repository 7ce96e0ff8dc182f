"""Delivers what is planned: when it is due, once, on the channel that reaches the person."""
