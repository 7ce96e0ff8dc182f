"""Turnero: appointment booking by chat, with calendars that cannot double-book."""

__version__ = "0.1.0"
