"""`python -m turnero`, and the program `turnero`."""

from __future__ import annotations

from turnero.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
