"""The composition root: the only module that knows every concrete class, and joins them into a running node.

Redis' client takes a quarter of a second to load, so what needs it is imported where a node shares something with
others.
"""

from __future__ import annotations

import asyncio
import errno
import gc
import secrets
import signal
from collections.abc import AsyncIterator, Coroutine, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

import structlog
import uvloop
from aiohttp import web
from prometheus_client import CollectorRegistry
from sqlalchemy.exc import SQLAlchemyError

from turnero import channels
from turnero.bots.channels.web import WebChat
from turnero.bots.courier.courier import Courier
from turnero.bots.courier.outlet import Outlet
from turnero.bots.courier.sign_in import SignInLinks
from turnero.bots.driver.answering import Seat
from turnero.bots.driver.driver import Driver
from turnero.bots.driver.links import Links
from turnero.bots.ports import DeliveryFailed
from turnero.config import CannotStart, Settings, variable, without_password
from turnero.engine.domain.booking import Actor, Role
from turnero.engine.domain.errors import Unavailable
from turnero.engine.domain.hours import known_holidays
from turnero.engine.domain.value import ProviderId
from turnero.engine.ports import Broadcast, Clock, SignInSender
from turnero.engine.ports.timing import TimingQueue
from turnero.engine.runtime.dispatcher import PooledDispatcher
from turnero.engine.runtime.requests import Caller
from turnero.engine.runtime.runtime import Runtime
from turnero.engine.runtime.service import BookingService
from turnero.engine.runtime.sign_in_desk import Whose
from turnero.engine.runtime.waitlist_keeper import WaitlistKeeper
from turnero.http.gateway.gateway import Admission, Stream
from turnero.http.metrics import registry_of_process
from turnero.http.routes.sign_in import ENTER
from turnero.http.routing import AnyRoute
from turnero.http.server import Runner, make_app
from turnero.http.tokens import issue_token
from turnero.http.web.sessions import NoSender, Web
from turnero.logs import write_lines
from turnero.persistence.broadcast import LocalBroadcast
from turnero.persistence.catalogue import SqlCatalogue
from turnero.persistence.chats import SqlChats
from turnero.persistence.database import Database, open_database
from turnero.persistence.journal import SqlJournal
from turnero.persistence.migrate import SchemaMismatch, is_new, require_current_schema
from turnero.persistence.migrate import migrate as migrate_database
from turnero.persistence.outbox import SqlOutbox
from turnero.persistence.presence import LocalPresence
from turnero.persistence.tickets import LocalTickets
from turnero.persistence.timing import LocalTiming
from turnero.persistence.waitlist import SqlWaitlist

log = structlog.get_logger(__name__)

# Whoever runs commands on this machine, with the secret that signs everybody's tokens.
OPERATOR = Caller(actor=Actor(role=Role.ADMIN, subject="operator"))

T = TypeVar("T")

# Requests in flight get this long to finish before their connections are closed; commits take milliseconds. With the
# runtime's own patience after it, a stop takes 20 s at most, which the container files leave room for.
SHUTDOWN_TIMEOUT_S = 10.0

# Connections that the system keeps waiting while the loop is busy: a burst of customers must not be turned away.
BACKLOG = 1_024


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present as an aware UTC instant."""
        return datetime.now(UTC)


class RandomIds:
    """Ids such as `bkg_7f…`, with 128 bits from the system's source of randomness. For one thread.

    Randomness is fetched for many ids at once: each fetch gives up the interpreter lock, and while a database thread
    has it, the event loop stands still. Measured, that was a sixth of the time of a booking.
    """

    _BYTES = 16
    _FETCHED_AT_ONCE = 256

    def __init__(self) -> None:
        self._unused = b""

    def new(self, prefix: str) -> str:
        """Return a fresh id."""
        if not self._unused:
            self._unused = secrets.token_bytes(self._BYTES * self._FETCHED_AT_ONCE)
        mine, self._unused = self._unused[: self._BYTES], self._unused[self._BYTES :]
        return f"{prefix}_{mine.hex()}"


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` on uvloop, to its end."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main)


def token(settings: Settings, *, role: Role, sub: str, business: str | None, ttl: timedelta) -> str:
    """Return a bearer token for `sub` in `role`, good for `ttl` from now."""
    return issue_token(
        secret=settings.secret, role=role, subject=sub, now=SystemClock().now(), lifetime=ttl, business=business
    )


async def migrate_if_new(settings: Settings) -> None:
    """Make the tables of a database that has none. Raises: CannotStart: it cannot be reached or used."""
    async with _reported(settings):
        database = open_database(settings.database_url)
        try:
            new = await is_new(database)
        finally:
            await database.close()
    if new:
        await migrate(settings)


async def migrate(settings: Settings) -> None:
    """Bring the database's tables up to date.

    Raises:
        CannotStart: the database cannot be reached or used.
    """
    async with _reported(settings):
        await asyncio.to_thread(migrate_database, settings.database_url)


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT; then finish what is in flight, and return.

    Raises:
        CannotStart: the database is not ready for this program, or the port is not free.
    """
    with stop_signals() as stop:
        clock = SystemClock()
        async with (
            node(settings, clock=clock) as running,
            reachable(settings, running, clock=clock) as doors,
            listening(
                settings, running.service, hooks=doors.hooks, registry=doors.registry, sender=doors.sender
            ) as url,
        ):
            log.info("listening", url=url)
            await stop.wait()
            log.info("stopping")
        log.info("stopped")


async def sign_in_link(settings: Settings, whose: Whose) -> str:
    """Return a link that signs somebody in to the calendar on the web, once, within ten minutes.

    Raises:
        CannotStart: the database is not ready for this program.
        TurneroError: there is no such provider or business.
    """
    async with engine(settings, clock=SystemClock()) as service:
        issued = await service.issue_sign_in_link(OPERATOR, whose, now=SystemClock().now())
    base = settings.public_url or f"http://{_bracketed(settings.host)}:{settings.port}"
    return base + ENTER.format(secret=issued.secret)


async def chat_links(settings: Settings, provider_id: ProviderId) -> Sequence[str]:
    """Return a code that makes the chat it is sent in a provider's, and where there is one, the link that sends it.

    Raises:
        CannotStart: the database is not ready for this program.
        TurneroError: there is no such provider.
    """
    async with engine(settings, clock=SystemClock()) as service:
        await service.provider(provider_id)
    code = Links(settings.secret).code(provider_id, now=SystemClock().now())
    return [code, *await channels.links(settings, code)]


async def unlink_chats(settings: Settings, provider_id: ProviderId) -> int:
    """Let no chat be a provider's any more that was made so by a code; return how many were.

    Raises:
        CannotStart: the database is not ready for this program.
        TurneroError: there is no such provider.
    """
    async with node(settings, clock=SystemClock()) as running:
        await running.service.provider(provider_id)
        return await running.chats.unlink(provider_id)


async def try_database(settings: Settings) -> None:
    """Return if the database answers and has the tables that this program needs. Raises: CannotStart."""
    async with _database(settings):
        pass


async def try_redis(url: str) -> None:
    """Return if the Redis at `url` answers. Raises: CannotStart."""
    from turnero.persistence.redis_channel import OUTAGES, client  # noqa: PLC0415  see the module

    redis = client(url)
    try:
        await redis.ping()
    except OUTAGES as error:
        where = f"Redis at {without_password(url)} ({variable('redis_url')})"
        raise CannotStart(f"{where} does not answer: {_first_line(error)}") from error
    finally:
        await redis.aclose()


async def try_telegram(settings: Settings) -> None:
    """Return if the bot of `settings` is there. Raises: CannotStart."""
    try:
        await channels.try_telegram(settings)
    except DeliveryFailed as failed:
        raise CannotStart(f"Telegram: {channels.why_not(failed, field='telegram_token')}") from failed


async def try_twilio(settings: Settings) -> None:
    """Return if the account of `settings` is there. Raises: CannotStart."""
    try:
        await channels.try_twilio(settings)
    except DeliveryFailed as failed:
        raise CannotStart(f"Twilio: {channels.why_not(failed, field='twilio_auth_token')}") from failed


async def try_email(settings: Settings) -> None:
    """Return if the mail server of `settings` takes letters of ours. Raises: CannotStart."""
    try:
        await channels.try_email(settings)
    except DeliveryFailed as failed:
        server = without_password(settings.smtp_url or "")
        raise CannotStart(f"mail {server}: {channels.why_not(failed, field='smtp_url')}") from failed


class Node(NamedTuple):
    """A running engine, and the stores that those talk through who speak for it."""

    service: BookingService
    chats: SqlChats
    outbox: SqlOutbox
    catalogue: SqlCatalogue
    runtime: Runtime


@asynccontextmanager
async def engine(settings: Settings, *, clock: Clock) -> AsyncIterator[BookingService]:
    """Run the engine on the database of `settings`; see `node`."""
    async with node(settings, clock=clock) as running:
        yield running.service


@asynccontextmanager
async def node(settings: Settings, *, clock: Clock) -> AsyncIterator[Node]:
    """Run the engine on the database of `settings`.

    At the end commands in flight finish first, then the actors end, then what they decided is committed, and the
    database is closed last.

    Raises:
        CannotStart: the database is not ready for this program.
    """
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(_database(settings))
        broadcast = await stack.enter_async_context(_broadcast(settings))
        catalogue = SqlCatalogue(database)
        runtime = Runtime(
            journal=SqlJournal(database),
            catalogue=catalogue,
            broadcast=broadcast,
            clock=clock,
            dispatcher=PooledDispatcher(),
        )
        runtime.start()
        stack.push_async_callback(runtime.stop)
        _calm_collector()
        waitlist = SqlWaitlist(database)
        keeper = WaitlistKeeper(runtime, catalogue, waitlist, clock=clock, ids=RandomIds())
        keeper.start()
        stack.push_async_callback(keeper.stop)
        service = BookingService(runtime, catalogue, clock=clock, ids=RandomIds(), waitlist=waitlist, keeper=keeper)
        # The tables of public holidays take a quarter of a second to load: not on the loop, and not on a customer.
        await asyncio.to_thread(known_holidays, "AR")
        # A crash in the middle of a PATCH may have kept a business's new terms from some of its calendars.
        await service.settle_businesses()
        yield Node(service, SqlChats(database), SqlOutbox(database), catalogue, runtime)


class Talking(NamedTuple):
    """What answers people, and what sends them the answers."""

    driver: Driver
    courier: Courier


@asynccontextmanager
async def talking(
    settings: Settings,
    running: Node,
    outlets: Sequence[Outlet],
    *,
    clock: Clock,
    seat: Seat | None = None,
    alone: bool = True,
    registry: CollectorRegistry | None = None,
) -> AsyncIterator[Talking]:
    """Answer what people say, and send what is to be sent to them by `outlets`, while the context lasts.

    Unless these are all the channels there are (`alone`), what others are for is left to other processes.
    """
    async with AsyncExitStack() as stack:
        queue: TimingQueue = LocalTiming()
        if settings.redis_url is not None and alone:
            from turnero.persistence.redis_timing import RedisTiming  # noqa: PLC0415  see the module

            queue = shared = RedisTiming(settings.redis_url)
            stack.push_async_callback(shared.close)
        courier = Courier(
            running.outbox,
            queue,
            outlets,
            agendas=running.catalogue,
            marks=running.chats,
            clock=clock,
            alone=alone,
            registry=registry,
        )
        courier.start()
        stack.push_async_callback(courier.stop)
        running.runtime.watch(courier)
        links = Links(settings.secret)
        driver = Driver(running.service, running.chats, clock, wake=courier.wake, links=links, seat=seat)
        await stack.enter_async_context(driver.running())
        yield Talking(driver, courier)


class Doors(NamedTuple):
    """By which people come in: what channels serve over HTTP; the courier, who goes out by them; and who is counted.

    `sender` brings sign-in links to those who work here.
    """

    hooks: Sequence[web.RouteDef]
    courier: Courier
    registry: CollectorRegistry
    sender: SignInSender


@asynccontextmanager
async def reachable(settings: Settings, running: Node, *, clock: Clock, demo: bool = False) -> AsyncIterator[Doors]:
    """Talk to people on every channel that is configured, and on the page at `/chat`, while the context lasts.

    Raises:
        SettingsError: a channel is half configured.
    """
    async with AsyncExitStack() as stack:
        opened = await stack.enter_async_context(
            channels.open_channels(settings, clock=clock, reachability=running.chats, devices=running.catalogue)
        )
        secure = (settings.public_url or "").startswith("https:")
        page = WebChat(running.chats, running.service, clock=clock, secure=secure, demo=demo)
        outlets = [*opened.outlets, Outlet(channel=page, traits=channels.ON_A_PAGE, deduplicates=True)]
        registry = registry_of_process()
        both = await stack.enter_async_context(talking(settings, running, outlets, clock=clock, registry=registry))
        conversing = (*opened.running, page)
        for channel in conversing:
            await stack.enter_async_context(channel.running(both.driver.receive, both.courier.report))
        hooks = [hook for channel in conversing for hook in channel.routes()]
        yield Doors(hooks, both.courier, registry, SignInLinks(opened.outlets))


@asynccontextmanager
async def listening(
    settings: Settings,
    service: BookingService,
    *,
    more_routes: Sequence[AnyRoute] = (),
    hooks: Sequence[web.RouteDef] = (),
    registry: CollectorRegistry | None = None,
    sender: SignInSender | None = None,
) -> AsyncIterator[str]:
    """Answer HTTP requests, and yield the URL at which. `hooks` are what channels serve; `registry` has the metrics.

    `sender` brings sign-in links to those who ask for one.

    At the end nothing new is accepted, and what is in flight is answered, for `SHUTDOWN_TIMEOUT_S` at most.

    Raises:
        CannotStart: the port is not free, or the host is not ours.
    """
    async with _stream(settings) as stream:
        app = make_app(
            service,
            secret=settings.secret,
            registry=registry,
            more_routes=more_routes,
            hooks=hooks,
            write_requests=write_lines,
            stream=stream,
            pages=Web(public_url=settings.public_url, sender=sender or NoSender()),
        )
        runner = Runner(app, shutdown_timeout_s=SHUTDOWN_TIMEOUT_S)
        await runner.setup()
        try:
            try:
                await web.TCPSite(runner, settings.host, settings.port, backlog=BACKLOG).start()
            except OSError as error:
                raise CannotStart(_why_not_listening(settings, error)) from error
            yield f"http://{_bracketed(settings.host)}:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()


@contextmanager
def stop_signals() -> Iterator[asyncio.Event]:
    """Yield an event that the first SIGTERM or SIGINT sets. A second one ends the process, as if nobody listened."""
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGTERM, signal.SIGINT)
    requested = asyncio.Event()

    def ignore_no_more() -> None:
        requested.set()
        for number in numbers:
            loop.remove_signal_handler(number)

    for number in numbers:
        loop.add_signal_handler(number, ignore_no_more)
    try:
        yield requested
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


@asynccontextmanager
async def _database(settings: Settings) -> AsyncIterator[Database]:
    async with _reported(settings):
        database = open_database(settings.database_url)
        try:
            await require_current_schema(database)
        except BaseException:
            await database.close()
            raise
    try:
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def _broadcast(settings: Settings) -> AsyncIterator[Broadcast]:
    # A Redis that is away does not keep a node from starting: it holds nothing that is not in the database.
    broadcast: LocalBroadcast | RedisBroadcast = LocalBroadcast()
    if settings.redis_url is not None:
        from turnero.persistence.redis_broadcast import RedisBroadcast  # noqa: PLC0415  see the module

        broadcast = RedisBroadcast(settings.redis_url)
    await broadcast.start()
    try:
        yield broadcast
    finally:
        await broadcast.close()


@asynccontextmanager
async def _stream(settings: Settings) -> AsyncIterator[Stream]:
    """Yield what the WebSocket gateway stands on: of this process alone, or shared through Redis."""
    presence: LocalPresence | RedisPresence = LocalPresence()
    tickets: LocalTickets | RedisTickets = LocalTickets()
    if settings.redis_url is not None:
        from turnero.persistence.redis_presence import RedisPresence  # noqa: PLC0415  see the module
        from turnero.persistence.redis_tickets import RedisTickets  # noqa: PLC0415  see the module

        presence, tickets = RedisPresence(settings.redis_url), RedisTickets(settings.redis_url)
    # Behind a proxy that names itself in `Host`, a page's own origin is still the address that the outside knows.
    public = urlsplit(settings.public_url or "")
    origins = (f"{public.scheme}://{public.netloc}",) if public.netloc else ()
    await presence.start()
    try:
        yield Stream(presence=presence, tickets=tickets, admission=Admission(origins=origins))
    finally:
        await presence.close()
        await tickets.close()


@asynccontextmanager
async def _reported(settings: Settings) -> AsyncIterator[None]:
    """Turn what a database raises when it cannot be used into one line that says so."""
    name = variable("database_url")
    url = without_password(settings.database_url)
    try:
        yield
    except SchemaMismatch as mismatch:
        raise CannotStart(str(mismatch)) from mismatch
    except ValueError as wrong:
        raise CannotStart(f"{name}: {wrong}") from wrong
    except Unavailable as away:
        raise CannotStart(f"the database at {url} ({name}) cannot be used: {_first_line(away)}") from away
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        raise CannotStart(f"the database at {url} ({name}) cannot be used: {_first_line(error)}") from error


def _calm_collector() -> None:
    """Make Python look for garbage in cycles less often, and no more among what was loaded at the start.

    Calendars are immutable values without cycles, so it would walk through all of them and find nothing. Measured with
    the default of 700 allocations, that cost a third of all bookings per second.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _first_line(error: BaseException) -> str:
    # SQLAlchemy wraps what the driver said, and goes on for several lines; the database's own refusal wraps both.
    cause = error.__cause__ if isinstance(error, Unavailable) and error.__cause__ is not None else error
    original = getattr(cause, "orig", None) or cause
    return (str(original).strip() or type(original).__name__).splitlines()[0]


def _why_not_listening(settings: Settings, error: OSError) -> str:
    where = f"{_bracketed(settings.host)}:{settings.port}"
    if error.errno == errno.EADDRINUSE:
        return f"{where} is in use by another program: stop that one, or choose another port ({variable('port')})"
    return f"cannot listen at {where} ({variable('host')}, {variable('port')}): {error.strerror or error}"


def _bracketed(host: str) -> str:
    """Return `host` as URLs write it (RFC 3986 §3.2.2)."""
    return f"[{host}]" if ":" in host else host
