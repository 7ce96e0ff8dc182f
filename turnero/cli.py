"""The command line. What users do wrong is answered in one line on standard error: 2 for usage and settings, else 1.

Loading the app takes two seconds of a slow machine, and most commands are over in a moment: so each imports what it
runs when it runs, and what they all need is light.
"""

from __future__ import annotations

import logging
import os
import secrets
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from getpass import getuser
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import click

import turnero
from turnero.config import CannotStart, Settings, SettingsError, settings_from, variable
from turnero.engine.domain.booking import Role
from turnero.engine.domain.errors import TurneroError
from turnero.engine.domain.value import BusinessId, ProviderId

if TYPE_CHECKING:
    from turnero.checkup import Finding

P = ParamSpec("P")
R = TypeVar("R")

# `system` is Turnero itself: nobody gets a token for it.
ROLES = [role.value for role in Role if role is not Role.SYSTEM]

# Their tokens say for which business; without it they would open nothing.
BOUND_TO_A_BUSINESS = {Role.OWNER, Role.INTEGRATOR}


class WrongSettings(click.ClickException):
    """Something about the environment or the arguments is wrong; trying again will not help."""

    exit_code = 2


def one_line_errors(command: Callable[P, R]) -> Callable[P, R]:
    """Answer what a user can mend in one line, without a traceback. Everything else is a bug and shows as one."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except SettingsError as wrong:
            raise WrongSettings(str(wrong)) from wrong
        except CannotStart as failed:
            raise click.ClickException(str(failed)) from failed
        except TurneroError as refused:
            raise click.ClickException(refused.detail) from refused

    return run


class Instant(click.ParamType[datetime]):
    """An RFC 3339 instant with an offset."""

    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            instant = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not an instant such as 2026-12-01T09:00:00-03:00", param, ctx)
        if instant.tzinfo is None:
            self.fail(f"{value!r} has no offset: say 2026-12-01T09:00:00-03:00, or end it in Z", param, ctx)
        return instant


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Turnero: appointments that cannot be booked twice. Settings come from TURNERO_... in the environment."""


@main.command()
def version() -> None:
    """Print the version."""
    click.echo(turnero.__version__)


@main.command()
def understand() -> None:
    """Read JSON lines {"text", "now", "tz"?}, and print what each means as one line of JSON.

    A line that cannot be read is answered with {"error"}, so that answers stay aligned, and the exit code is 1.
    """
    from turnero.understand import answers  # noqa: PLC0415  see the module

    well = True
    for answer, good in answers(sys.stdin.buffer):
        click.echo(answer)  # It flushes: whoever asks line by line is answered line by line.
        well = well and good
    raise SystemExit(0 if well else 1)


@main.command()
@one_line_errors
def serve() -> None:
    """Serve the API until SIGTERM or SIGINT; what is in flight is finished first."""
    settings = _settings()
    _log()
    from turnero import app  # noqa: PLC0415  see the module

    app.run(app.serve(settings))


@main.command()
@one_line_errors
def migrate() -> None:
    """Bring the database's tables up to date. Safe to repeat, and to run from several machines at once."""
    settings = _settings()
    _log()
    from turnero import app  # noqa: PLC0415  see the module

    app.run(app.migrate(settings))
    click.echo("The database is up to date.")


@main.command()
@click.option("--port", type=click.IntRange(0, 65_535), default=8080, show_default=True, help="0: any free one.")
@click.option("--now", type=Instant(), help="What the demo's clock shows at the start. Default: the time it is.")
@click.option("--json", "as_json", is_flag=True, help="Print addresses, ids and tokens as one line of JSON.")
@one_line_errors
def demo(port: int, now: datetime | None, *, as_json: bool) -> None:
    """Serve a sample barbershop from a database in a temporary folder, and say how to book there."""
    _log()
    from turnero import app  # noqa: PLC0415  see the module
    from turnero.demo.server import serve_demo  # noqa: PLC0415  see the module

    app.run(serve_demo(port=port, now=now, say=click.echo, as_json=as_json))


@main.command()
@click.option("--business", metavar="SLUG", help="With which business, where there are several.")
@click.option("--provider", metavar="ID", help="Talk as this provider, not as a customer.")
@click.option("--as", "name", metavar="NAME", default=getuser, help="Who you are. Default: your name on this machine.")
@click.option("--now", type=Instant(), help="What the clock shows at the start. Default: the time it is.")
@one_line_errors
def chat(business: str | None, provider: str | None, name: str, now: datetime | None) -> None:
    """Book by chatting: each line of standard input is a message. A new database gets a sample barbershop."""
    settings = _settings(signing=False)
    # Whoever sits at a terminal is told what went wrong, and not what goes on.
    _log(level=logging.WARNING)
    from turnero import app  # noqa: PLC0415  see the module
    from turnero import chat as terminal  # noqa: PLC0415  see the module

    try:
        app.run(terminal.chat(settings, terminal.Guest(name=name, business=business, provider=provider), now=now))
    except terminal.NoSuchPlace as wrong:
        raise WrongSettings(str(wrong)) from wrong


@main.command()
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--sub", required=True, help="Who: a provider's id, a customer's id, or a name for an owner or admin.")
@click.option("--business", help="The business's id; needed by owner and integrator.")
@click.option(
    "--ttl", "ttl_hours", type=click.FloatRange(0, min_open=True), default=24, show_default=True, help="Hours."
)
@one_line_errors
def token(role: str, sub: str, business: str | None, ttl_hours: float) -> None:
    """Print a bearer token, signed with TURNERO_SECRET."""
    if business is None and Role(role) in BOUND_TO_A_BUSINESS:
        raise click.UsageError(f"a token of the role {role} names its business: --business ID")
    settings = _settings()
    from turnero.http.tokens import issue_token  # noqa: PLC0415  see the module

    lifetime = timedelta(hours=ttl_hours)
    click.echo(
        issue_token(
            secret=settings.secret,
            role=Role(role),
            subject=sub,
            now=datetime.now(UTC),
            lifetime=lifetime,
            business=business,
        )
    )


@main.command("sign-in")
@click.option("--provider", metavar="ID", help="For the provider with this id.")
@click.option("--owner", metavar="BUSINESS", help="For the owner of the business with this id or slug.")
@one_line_errors
def sign_in(provider: str | None, owner: str | None) -> None:
    """Print a link that signs somebody in to the calendar on the web: once, within ten minutes."""
    if (provider is None) == (owner is None):
        raise click.UsageError("say for whom: --provider ID, or --owner BUSINESS")
    settings = _settings()
    _log()
    from turnero import app  # noqa: PLC0415  see the module
    from turnero.engine.runtime.sign_in_desk import Whose  # noqa: PLC0415  see the module

    whose = Whose(
        provider_id=None if provider is None else ProviderId(provider),
        business_id=None if owner is None else BusinessId(owner),
    )
    click.echo(app.run(app.sign_in_link(settings, whose)))


@main.command()
@click.option("--provider", metavar="ID", required=True, help="Who is to be known by the chat.")
@click.option("--revoke", is_flag=True, help="Take back what such codes have done: no chat is theirs any more.")
@one_line_errors
def link(provider: str, *, revoke: bool) -> None:
    """Print a code that makes the chat in which it is sent a provider's, once, within a day; and links that send it."""
    settings = _settings()
    _log(level=logging.WARNING)
    from turnero import app  # noqa: PLC0415  see the module

    if revoke:
        count = app.run(app.unlink_chats(settings, ProviderId(provider)))
        click.echo(f"{count} {'chat is' if count == 1 else 'chats are'} theirs no more.")
        return
    for line in app.run(app.chat_links(settings, ProviderId(provider))):
        click.echo(line)


@main.command()
def check() -> None:
    """Say what is configured, try the outside services, and name what is missing. Exit code 1 if anything is wrong."""
    from turnero import app  # noqa: PLC0415  see the module
    from turnero.checkup import Mark  # noqa: PLC0415  see the module

    well = True
    for mark, text in app.run(_report()):
        click.echo(f"{mark}  {text}")
        well = well and mark is not Mark.WRONG
    raise SystemExit(0 if well else 1)


async def _report() -> list[Finding]:
    from turnero.checkup import Finding, Mark, findings  # noqa: PLC0415  see the module

    try:
        settings = _settings()
    except SettingsError as wrong:
        return [Finding(Mark.WRONG, problem) for problem in wrong.problems]
    return [finding async for finding in findings(settings, os.environ)]


def _log(level: int = logging.INFO) -> None:
    from turnero.logs import configure_logs  # noqa: PLC0415  see the module

    configure_logs(level=level)


def _settings(*, signing: bool = True) -> Settings:
    """Return the settings; for a command that signs nothing for others to read, any secret will do."""
    environ = dict(os.environ)
    if not signing and not environ.get(variable("secret"), "").strip():
        environ[variable("secret")] = secrets.token_urlsafe(48)
    return settings_from(environ)
