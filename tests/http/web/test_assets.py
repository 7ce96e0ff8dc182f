"""Pages and scripts: small, kept for as long as they may be, and under a policy that lets nothing else run."""

from __future__ import annotations

import gzip
import re

import pytest

from tests.http.web.door import Door
from turnero.http.web import assets

# What the calendar page may weigh on the wire, compressed: a second on a slow phone.
BUDGET_BYTES = 150 * 1024

PAGES = ["/calendar", "/calendar/sign-in", "/calendar/enter"]


def linked(page: bytes) -> set[str]:
    """Return the addresses that a page loads."""
    return set(re.findall(r'(?:src|href)="(/[^"]+)"', page.decode()))


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_runs_scripts_of_our_own_files_only(door: Door, path: str) -> None:
    answer = await door.get(path)

    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert not re.search(rb"<script(?![^>]*\ssrc=)|\son\w+=|javascript:|\sstyle=", answer.body)


@pytest.mark.parametrize("path", PAGES)
async def test_what_a_page_loads_is_there_and_is_kept_for_a_year(door: Door, path: str) -> None:
    page = await door.get(path)
    assert page.headers["Cache-Control"] == "no-cache"

    for address in linked(page.body):
        answer = await door.get(address)
        assert answer.status == 200, address
        assert "immutable" in answer.headers["Cache-Control"]


async def test_what_is_known_already_is_not_sent_again(door: Door) -> None:
    page = await door.get("/calendar")

    again = await door.ask("GET", "/calendar", headers={"If-None-Match": page.headers["ETag"]})

    assert (again.status, again.body) == (304, b"")
    assert again.headers["ETag"] == page.headers["ETag"]


async def test_a_page_of_before_an_update_still_finds_its_scripts_but_does_not_keep_them(door: Door) -> None:
    answer = await door.get(f"{assets.ASSETS}/0123456789abcdef/js/main.js")

    assert answer.status == 200
    assert answer.headers["Cache-Control"] == "no-cache"


async def test_files_are_sent_compressed_to_whoever_takes_that(door: Door) -> None:
    address = next(one for one in linked((await door.get("/calendar")).body) if one.endswith("main.js"))

    plain = await door.ask("GET", address, headers={"Accept-Encoding": "identity"}, auto_decompress=False)
    zipped = await door.ask("GET", address, headers={"Accept-Encoding": "gzip, br"}, auto_decompress=False)

    assert "Content-Encoding" not in plain.headers
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert zipped.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(zipped.body) == plain.body


@pytest.mark.parametrize(
    "path", ["calendar.html", "../pages.py", "%2e%2e/pages.py", "js", "vendor/event-calendar/LICENSE"]
)
async def test_nothing_else_is_given_away(door: Door, path: str) -> None:
    assert (await door.get(f"{assets.ASSETS}/x/{path}")).status == 404


def test_the_calendar_page_keeps_to_its_budget() -> None:
    """Everything that it may load in one language, dialogs included; a test in a browser counts what it does load."""
    languages = {name for name in assets.files() if name.startswith("js/texts/")}
    of_the_page = set(assets.files()) - languages - {"sign-in.html", "css/sign-in.css", "js/sign-in.js"}
    largest_language = max(languages, key=lambda name: len(assets.files()[name].zipped or b""))
    files = [assets.files()[name] for name in of_the_page | {largest_language}]

    assert sum(len(file.zipped or file.plain) for file in files) <= BUDGET_BYTES


def test_all_languages_say_the_same_things() -> None:
    texts = {
        name: dict(re.findall(r'^  ("[^"]+"): "(.*)",$', file.plain.decode(), re.MULTILINE))
        for name, file in assets.files().items()
        if name.startswith("js/texts/")
    }
    spanish = texts["js/texts/es.js"]

    assert len(texts) == 3
    for name, said in texts.items():
        assert said.keys() == spanish.keys(), name
        for key, text in said.items():
            assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", spanish[key])), (name, key)


def test_every_text_that_is_asked_for_is_there() -> None:
    texts = assets.files()["js/texts/es.js"].plain.decode()
    known = set(re.findall(r'^  "([^"]+)"', texts, re.MULTILINE))
    known |= {key.removesuffix(".other") for key in known}
    asked: set[str] = set()
    for name, file in assets.files().items():
        source = file.plain.decode()
        if name.startswith("vendor/"):
            continue
        asked |= set(re.findall(r'\bt\("([\w.]+)"', source)) | set(re.findall(r'data-(?:text|label)="([^"]+)"', source))
        asked |= {key for pair in re.findall(r'\? "(\w+\.\w+)" : "(\w+\.\w+)"', source) for key in pair}

    assert asked
    assert asked <= known, asked - known


def test_no_script_of_ours_takes_html_or_runs_text() -> None:
    for name, file in assets.files().items():
        if name.endswith(".js") and not name.startswith("vendor/"):
            source = file.plain.decode()
            assert not re.search(
                r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", source
            ), name
