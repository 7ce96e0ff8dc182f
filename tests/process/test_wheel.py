"""The wheel, as somebody has it who has no checkout: everything is in it, and its pages work."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZipFile

import aiohttp
import pytest
from yarl import URL

from tests.process.test_demo import ROOT, printed, running

# Beside those that the demo names.
PAGES = ("/calendar/sign-in", "/calendar")

# -P: what is imported is not what lies in the working directory, which is the checkout.
PYTHON = (sys.executable, "-P")

# What a page names by an address of this server, be it markup or a module that imports others.
_NAMED = re.compile(r"""(?:src=|href=|\bfrom\s+|\bimport\s+)["']((?:/|\./|\.\./)[^"'{}]+)["']""")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture
def installed(wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the wheel's packages are, ahead of the checkout's."""
    with ZipFile(wheel) as archive:
        archive.extractall(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def test_whatever_the_package_is_made_of_is_in_the_wheel(wheel: Path) -> None:
    sources = {str(path.relative_to(ROOT)) for path in (ROOT / "turnero").rglob("*") if path.is_file()}
    shipped = set(ZipFile(wheel).namelist())

    assert {source for source in sources if "__pycache__" not in source} <= shipped
    assert not [name for name in shipped if not name.startswith(("turnero/", "turnero-"))]


def test_what_runs_is_what_is_installed(installed: Path) -> None:
    look = [*PYTHON, "-c", "import turnero; print(turnero.__file__)"]
    found = subprocess.run(look, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert Path(found.strip()).is_relative_to(installed)


@pytest.mark.usefixtures("installed")
async def test_its_pages_and_all_that_they_are_made_of_are_served() -> None:
    async with running(*PYTHON, "-m", "turnero", "demo", "--port", "0", "--json") as process:
        (line,) = await printed(process, "{")
        links = json.loads(line)
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as browser:
            page, _, secret = links["calendar"].partition("#")
            async with browser.post(page, json={"secret": secret}) as entered:
                assert entered.status == 204
            pages = [links["chat"], links["docs"], *(links["base"] + path for path in PAGES)]
            served = await _reachable(browser, pages)

    assert {path.rsplit(".", 1)[-1] for path in served} >= {"css", "js", "svg", "webmanifest"}
    assert {"chat.js", "main.js", "sign-in.js"} <= {path.rsplit("/", 1)[-1] for path in served}


async def _reachable(browser: aiohttp.ClientSession, pages: Sequence[str]) -> set[str]:
    """Follow whatever pages and their modules name, and return what was there: everything has to be."""
    found: set[str] = set()
    ahead = list(pages)
    while ahead:
        address = ahead.pop()
        if address in found:
            continue
        async with browser.get(address) as response:
            assert response.status == 200, address
            found.add(address)
            if response.content_type in {"text/html", "text/javascript", "application/javascript"}:
                named = _NAMED.findall(await response.text())
                ahead += [str(response.url.join(URL(name))) for name in named]
    return found
