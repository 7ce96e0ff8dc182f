"""The browser of the tests: Chromium, found on this machine. `python -m tests.browser` installs it where it can.

Nothing is skipped in silence: without a browser its tests fail, with one line that says what to install.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# A container has no user namespaces for the sandbox and no graphics card, and a test has no business with Google.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

_PACKAGE = "chromium"


class BrowserMissing(RuntimeError):
    """There is no Chromium on this machine. The message says how to get it."""


def chromium() -> str:
    """Return where Chromium is. Raises: BrowserMissing."""
    for name in NAMES:
        found = shutil.which(name)
        if found is not None:
            return found
    raise BrowserMissing(f"The tests need Chromium: install it (Debian: `apt-get install {_PACKAGE}`).")


def install() -> bool:
    """Install Debian's Chromium if we may; return whether there is a browser afterwards."""
    as_root = () if os.geteuid() == 0 else ("sudo", "-n")
    if shutil.which("apt-get") is not None and (not as_root or shutil.which("sudo") is not None):
        for command in (("update", "-qq"), ("install", "-y", "-qq", "--no-install-recommends", _PACKAGE)):
            subprocess.run(
                [*as_root, "apt-get", *command],
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
            )
    return any(shutil.which(name) for name in NAMES)


def main() -> None:
    """Have a browser, or say that there is none: its tests will fail, all others need not wait for it."""
    if any(shutil.which(name) for name in NAMES):
        return
    print("Installing Chromium for the tests of the web calendar ...", file=sys.stderr)  # noqa: T201 - a program's say
    if not install():
        print(f"Chromium could not be installed here: apt-get install {_PACKAGE}", file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    main()
