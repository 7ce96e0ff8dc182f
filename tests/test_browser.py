"""The browser of the tests: found, or said to be missing in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser import BrowserMissing, chromium


def test_a_missing_browser_is_said_in_one_line_that_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(BrowserMissing, match="apt-get install chromium") as missing:
        chromium()
    assert "\n" not in str(missing.value)


def test_the_browser_is_found_where_programs_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "chromium"
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert chromium() == str(program)
