"""What is logged, and what never is."""

from __future__ import annotations

import io
import json
import logging
import sqlite3
from collections.abc import Iterator

import pytest
import structlog

from turnero.logs import PERSONAL_OR_SECRET, configure_logs


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    written = io.StringIO()
    configure_logs(written)
    yield written
    structlog.reset_defaults()
    root.handlers[:], root.level = before


def test_a_log_is_one_json_object_a_line(stream: io.StringIO) -> None:
    structlog.get_logger().info("request", path="/api/v1/slots", status=200)

    line = json.loads(stream.getvalue())
    assert line["event"] == "request"
    assert (line["path"], line["status"], line["level"]) == ("/api/v1/slots", 200, "info")
    assert line["timestamp"].endswith("Z")


def test_logs_of_libraries_come_out_in_the_same_shape(stream: io.StringIO) -> None:
    logging.getLogger("some.library").warning("it is %s", "late")

    line = json.loads(stream.getvalue())
    assert (line["event"], line["level"], line["logger"]) == ("it is late", "warning", "some.library")


def test_a_traceback_stays_within_its_line(stream: io.StringIO) -> None:
    try:
        int("boom")
    except ValueError:
        structlog.get_logger().exception("failed")

    assert stream.getvalue().count("\n") == 1
    assert "ValueError: invalid literal" in json.loads(stream.getvalue())["exception"]


@pytest.mark.parametrize("field", sorted(PERSONAL_OR_SECRET))
def test_personal_data_and_secrets_are_hidden_even_if_somebody_logs_them(stream: io.StringIO, field: str) -> None:
    structlog.get_logger().info("booked", **{field: "Ana Pérez"})

    assert "Ana" not in stream.getvalue()
    assert json.loads(stream.getvalue())[field] == "***"


def test_what_a_database_quotes_in_its_errors_is_withheld_but_not_where_it_happened(stream: io.StringIO) -> None:
    try:
        try:
            sqlite3.connect(":memory:").execute("INSERT INTO people VALUES ('Ana Pérez')")
        except sqlite3.Error as error:
            raise RuntimeError("the commit broke") from error
    except RuntimeError:
        structlog.get_logger().exception("failed")

    text = json.loads(stream.getvalue())["exception"]
    assert "sqlite3.OperationalError: (message withheld)" in text
    assert "RuntimeError: the commit broke" in text
    assert "test_logs.py" in text


def test_what_pykka_says_about_exceptions_is_not_repeated(stream: io.StringIO) -> None:
    logging.getLogger("pykka").info("Exception returned: Ana Pérez")

    assert stream.getvalue() == ""


def test_neither_telegram_s_tokens_nor_what_its_library_could_not_read_is_written_down(stream: io.StringIO) -> None:
    logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/bot1234:hush/sendMessage")
    logging.getLogger("telegram.ext.ExtBot").critical("Error while parsing updates! Received data was Ana Pérez")

    assert stream.getvalue() == ""
