"""Structured logs: one JSON object a line, or readable columns on a terminal; never anybody's personal data.

Logs go to standard error; standard output belongs to what a command answers.
"""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TextIO

import msgspec
import structlog
from structlog.typing import EventDict, ExcInfo, Processor, WrappedLogger

# What a log must not hold (Ley 25.326; architecture, rule 14), whoever passes it by mistake.
PERSONAL_OR_SECRET = frozenset(
    {
        "address",
        "authorization",
        "body",
        "comment",
        "customer",
        "email",
        "name",
        "note",
        "password",
        "phone",
        "reason",
        "secret",
        "text",
        "token",
    }
)

# Packages whose errors repeat values and rows in their messages.
TALKATIVE = frozenset({"aiosqlite", "asyncpg", "sqlalchemy", "sqlite3"})

# A chain of errors longer than this goes round in circles.
CAUSES_MAX = 8

# Other people's loggers, and from which level on they may speak. pykka's INFO repeats the texts of exceptions,
# aiohttp's access log would repeat what the request log says, with the peer's address. httpx' INFO repeats addresses,
# in which Telegram has its tokens, and what Telegram's library cannot read it writes down whole, whoever's it is.
LOUD = {
    "pykka": logging.WARNING,
    "aiohttp.access": logging.WARNING,
    "alembic": logging.WARNING,
    "httpx": logging.WARNING,
    "telegram": logging.CRITICAL + 1,
}


_stream: TextIO | None = None


def configure_logs(stream: TextIO | None = None, *, level: int = logging.INFO) -> None:
    """Send every log of this process, structlog's and the standard library's, to `stream` (default: stderr).

    Nothing below `level` is written.
    """
    global _stream  # noqa: PLW0603  there is one log per process, as there is one standard library's root logger
    stream = sys.stderr if stream is None else stream
    _stream = stream
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        stamp,
        hide_personal,
    ]
    rendering: list[Processor] = [
        structlog.processors.ExceptionRenderer(careful_traceback),
        structlog.dev.ConsoleRenderer() if stream.isatty() else structlog.processors.JSONRenderer(serializer=_json),
    ]
    structlog.configure(
        processors=[*shared, *rendering],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendering],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, own in LOUD.items():
        logging.getLogger(name).setLevel(max(own, level))


def write_lines(lines: Sequence[msgspec.Struct]) -> None:
    """Write many lines at once, as they are: for whoever writes thousands a second, and names nobody in them.

    They go where `configure_logs` sends everything, in the same form.
    """
    stream = _stream or sys.stderr
    if stream.isatty():
        log = structlog.get_logger()
        for line in lines:
            said = msgspec.structs.asdict(line)
            log.info(said.pop("event"), **{name: said[name] for name in said.keys() - {"level", "timestamp"}})
        return
    stream.write("".join(f"{_json_line(line)}\n" for line in lines))
    stream.flush()


def _json_line(line: msgspec.Struct) -> str:
    return msgspec.json.encode(line).decode()


def stamp(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Say when it happened. An instant, not a text: what renders it does so ten times faster than `strftime`."""
    event["timestamp"] = datetime.now(UTC)
    return event


def hide_personal(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace the values of fields that name personal data or secrets: the last net, not the first."""
    for key in PERSONAL_OR_SECRET & event.keys():
        event[key] = "***"
    return event


def careful_traceback(exc_info: ExcInfo) -> str:
    """Return a traceback, causes first, without the messages that quote what a database was given."""
    told: list[str] = []
    error: BaseException | None = exc_info[1]
    while error is not None and len(told) < CAUSES_MAX:
        kind = type(error)
        quiet = kind.__module__.partition(".")[0] in TALKATIVE
        name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
        message = "(message withheld)" if quiet else str(error)
        told.append("".join([*traceback.format_tb(error.__traceback__), f"{name}: {message}"]))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\nand then:\n\n".join(reversed(told))


def _json(event: EventDict, **_options: object) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()
