"""Settings, read once from the environment. Only the composition root, and what starts it, looks in here.

Every variable of the contract is known, also those of parts that come later: a typing error in a name is found by
`turnero check` and not by a customer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any
from urllib.parse import SplitResult, urlsplit

PREFIX = "TURNERO_"

# HS256 keys shorter than the hash's 32 bytes can be guessed faster than the hash can be broken (RFC 7518 §3.2).
SECRET_BYTES_MIN = 32


class SettingsError(Exception):
    """The environment cannot be used as it is. Each of `problems` names a variable and says what to do."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class CannotStart(Exception):
    """A node cannot run here as it is told to. The message is one line and says what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a node is told from outside. Field `x` comes from `TURNERO_X`.

    Fields that hold a secret, or a URL that may hold a password, are left out of `repr`.
    """

    secret: str = field(repr=False)
    database_url: str = field(default="sqlite:///turnero.db", repr=False)
    redis_url: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str | None = None

    twilio_account_sid: str | None = None
    twilio_auth_token: str | None = field(default=None, repr=False)
    twilio_whatsapp_from: str | None = None
    twilio_sms_from: str | None = None
    twilio_api_url: str | None = None
    # Approved templates by the kind of message; beside the contract, which has no place for what WhatsApp demands.
    twilio_templates: Mapping[str, str] | None = None

    telegram_token: str | None = field(default=None, repr=False)
    telegram_secret: str | None = field(default=None, repr=False)
    telegram_api_url: str | None = None

    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = None
    vapid_private_key: str | None = field(default=None, repr=False)

    mercadopago_token: str | None = field(default=None, repr=False)
    mercadopago_api_url: str | None = None


def settings_from(environ: Mapping[str, str]) -> Settings:
    """Read the settings from `environ`. A variable that is empty counts as missing, as compose files write it.

    Raises:
        SettingsError: something is missing or wrong; it lists everything, not only the first.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for one in fields(Settings):
        name = variable(one.name)
        text = environ.get(name, "").strip()
        if not text:
            if one.default is MISSING:
                problems.append(f"{name} is missing: {_WHEN_MISSING[one.name]}")
            continue
        try:
            values[one.name] = _READERS.get(one.name, _text)(text)
        except ValueError as wrong:
            problems.append(f"{name} {wrong}")
    if problems:
        raise SettingsError(tuple(problems))
    return Settings(**values)


def variable(field_name: str) -> str:
    """Return the environment variable that a field of `Settings` is read from."""
    return PREFIX + field_name.upper()


def unknown_variables(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the `TURNERO_` variables that mean nothing: most likely typing errors."""
    known = {variable(one.name) for one in fields(Settings)}
    return tuple(sorted(name for name in environ if name.startswith(PREFIX) and name not in known))


def without_password(url: str) -> str:
    """Return `url` as it may be shown and logged."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    return parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":***@", 1)).geturl()


# --- Readers: text to value, or a ValueError whose message goes on after the variable's name -----------------------


def _text(text: str) -> str:
    return text


def _secret(text: str) -> str:
    if len(text.encode()) < SECRET_BYTES_MIN:
        raise ValueError(f"is too short to sign tokens with, it takes {SECRET_BYTES_MIN} bytes: {_MAKE_ONE}")
    return text


def _port(text: str) -> int:
    # 0 lets the system choose a free one, which is printed at start.
    if not text.isdecimal() or int(text) not in range(65_536):
        raise ValueError(f"is {text!r}: give a port between 0 and 65535")
    return int(text)


def _url(*schemes: str, example: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        scheme = _split(text).scheme if "://" in text else ""
        if scheme not in schemes:
            # The text itself is not repeated: it may hold a password.
            raise ValueError(f"is {f'a {scheme!r}' if scheme else 'not a'} URL: give one such as {example}")
        return text

    return read


def _split(text: str) -> SplitResult:
    try:
        return urlsplit(text)
    except ValueError:
        raise ValueError("is not a URL") from None


def _public_url(text: str) -> str:
    url = _url("http", "https", example="https://turnos.example")(text).rstrip("/")
    parts = _split(url)
    if not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be where the outside reaches this server, such as https://turnos.example")
    return url


def _telegram_secret(text: str) -> str:
    # https://core.telegram.org/bots/api#setwebhook
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", text):
        raise ValueError(f"may have letters, digits, _ and - only, 256 at most: {_MAKE_ONE}")
    return text


def _templates(text: str) -> Mapping[str, str]:
    example = '{"reminder": "HX0123456789abcdef0123456789abcdef"}'
    try:
        given = json.loads(text)
    except ValueError:
        given = None
    if not isinstance(given, dict) or not all(re.fullmatch("HX[0-9a-f]{32}", str(sid)) for sid in given.values()):
        raise ValueError(f"is no JSON object of messages and Content SIDs: give one such as {example}")
    return given


def _smtp_url(text: str) -> str:
    url = _url("smtp", "smtps", "starttls", example="smtps://user:password@mail.example")(text)
    parts = _split(url)
    try:
        whole = bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is no number
        whole = False
    if not whole or parts.path.strip("/") or parts.query:
        raise ValueError("must be a mail server and nothing else, such as smtps://user:password@mail.example:465")
    return url


def _mail_from(text: str) -> str:
    if not re.fullmatch(r"[^@\s<>,;]+@[^@\s<>,;]+", text) or not text.isascii():
        raise ValueError(f"is {text!r}: give an address such as turnos@example.com, without a name")
    return text


_MAKE_ONE = 'make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'

_READERS: Mapping[str, Callable[[str], Any]] = {
    "secret": _secret,
    "database_url": _url(
        "sqlite",
        "postgres",
        "postgresql",
        "postgresql+asyncpg",
        example="sqlite:///turnero.db or postgresql://user:password@host/turnero",
    ),
    "redis_url": _url("redis", "rediss", "unix", example="redis://localhost:6379/0"),
    "port": _port,
    "public_url": _public_url,
    "telegram_secret": _telegram_secret,
    "smtp_url": _smtp_url,
    "mail_from": _mail_from,
    "twilio_templates": _templates,
}

_WHEN_MISSING: Mapping[str, str] = {"secret": _MAKE_ONE}
