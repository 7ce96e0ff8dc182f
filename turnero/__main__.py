"""`python -m turnero`, and the program `turnero`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line."""
    if sys.argv[1:2] == ["understand"]:
        # It is run on a few sentences at a time, and importing the app takes ten times as long as reading them.
        from turnero.understand import understand  # noqa: PLC0415 (see above)

        understand.main(args=sys.argv[2:], prog_name="turnero understand")
    from turnero.cli import main as run  # noqa: PLC0415 (see above)

    run()


if __name__ == "__main__":
    main()
