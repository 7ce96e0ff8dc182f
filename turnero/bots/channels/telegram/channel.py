"""The channel `telegram`: takes updates in, by webhook or by polling, and sends replies as cards.

The library is transport and codec. Its dispatcher stays out of it: a handler's exception would be lost there, and what
is in the queue of its updater would be confirmed to Telegram before it is durable.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import cache, partial
from typing import Any, Protocol, TypeVar, cast
from urllib.parse import urlencode

import httpx
import structlog
from aiohttp import web
from telegram import BotCommand, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.error import BadRequest, TelegramError
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from turnero.bots.channels.telegram.cards import keyboard
from turnero.bots.channels.telegram.faults import failure_of, is_as_it_was
from turnero.bots.channels.telegram.pacing import PATIENCE_S, Pacing
from turnero.bots.channels.telegram.updates import ALLOWED_UPDATES, NAME, read
from turnero.bots.ports import Outgoing, Receive, ReportBack, TryLater, Undeliverable
from turnero.bots.texts.frames import FRAMES
from turnero.engine.ports import Clock

HOOK = "/hooks/telegram"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
API_URL = "https://api.telegram.org"

# An answer usually takes a tenth of a second. Whoever waits longer than this does not know whether it was sent.
TIMEOUT = timedelta(seconds=10)
# How long Telegram may hold a poll open: the longer, the fewer requests; proxies cut at a minute.
POLL = timedelta(seconds=50)
# Sends at a time. At a tenth of a second each, more would only run into the limit of 30 a second.
CONNECTIONS = 16

# After an outage we are back soon; during a long one we do not hammer.
RETRY_FIRST = timedelta(seconds=1)
RETRY_MOST = timedelta(minutes=1)

_log = structlog.get_logger(__name__)

T = TypeVar("T")


class Reachability(Protocol):
    """Where it is recorded that somebody has blocked the bot: the part of `Chats` that does."""

    async def mark(self, channel: str, person: str, *, blocked: bool | None = None) -> None: ...


class TelegramChannel:
    """The channel `telegram`. With a `public_url` and a `secret` it serves a webhook there, without it polls."""

    def __init__(
        self,
        token: str,
        *,
        reachability: Reachability,
        clock: Clock,
        public_url: str | None = None,
        secret: str | None = None,
        api_url: str | None = None,
        pacing: Pacing | None = None,
        timeout: timedelta = TIMEOUT,
        retry_first: timedelta = RETRY_FIRST,
    ) -> None:
        assert public_url is None or secret, "without a secret anybody could forge updates"
        self._bot, self._requests = _bot(token, api_url, timeout)
        self._reachability = reachability
        self._clock = clock
        self._public_url = public_url
        self._secret = (secret or "").encode()
        self._pacing = pacing or Pacing()
        self._retry_first = retry_first
        self._receive: Receive | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def name(self) -> str:
        return NAME

    # --- Sending --------------------------------------------------------------------------------------------------

    async def send(self, outgoing: Outgoing) -> str | None:
        """Send a card, or put it in the place of an earlier one, and return its id in the chat."""
        try:
            chat_id = int(outgoing.address)
        except ValueError:
            raise Undeliverable("bad_address") from None
        await self._pace(chat_id)
        try:
            if outgoing.replaces is not None and outgoing.replaces.isdecimal():
                edited = await self._edit(chat_id, int(outgoing.replaces), outgoing)
                if edited:
                    return outgoing.replaces
            sent = await self._bot.send_message(
                chat_id,
                outgoing.reply.text,
                reply_markup=keyboard(outgoing.reply),
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except TelegramError as error:
            # Without its cause: the library's errors quote requests and answers.
            raise failure_of(error) from None
        return str(sent.message_id)

    async def _edit(self, chat_id: int, message_id: int, outgoing: Outgoing) -> bool:
        """Put a card in the place of another. False if that cannot be: it is too old, or gone, or not ours."""
        markup = keyboard(outgoing.reply)
        if markup is not None and not isinstance(markup, InlineKeyboardMarkup):
            return False
        try:
            await self._bot.edit_message_text(
                outgoing.reply.text,
                chat_id,
                message_id,
                reply_markup=markup,
                link_preview_options=LinkPreviewOptions(is_disabled=True),
            )
        except BadRequest as refusal:
            return is_as_it_was(refusal)
        return True

    async def _pace(self, chat_id: int) -> None:
        wait_s = self._pacing.wait_s(chat_id, now=asyncio.get_running_loop().time())
        if wait_s > PATIENCE_S:
            raise TryLater("too_fast", after=timedelta(seconds=wait_s))
        if wait_s:
            await asyncio.sleep(wait_s)

    # --- Taking in ------------------------------------------------------------------------------------------------

    def routes(self) -> Sequence[web.RouteDef]:
        return () if self._public_url is None else (web.post(HOOK, self._hook),)

    @asynccontextmanager
    async def running(self, receive: Receive, report: ReportBack) -> AsyncIterator[None]:  # noqa: ARG002  nothing is reported later: Telegram answers at once
        self._receive = receive
        for request in self._requests:
            await request.initialize()
        self._start(self._listen())
        try:
            yield
        finally:
            self._receive = None
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for request in self._requests:
                await request.shutdown()

    async def _listen(self) -> None:
        """Have Telegram call us, or call it, until cancelled. An outage of theirs is waited out."""
        await self._insist(self._announce)
        _log.info("telegram_listening", by="polling" if self._public_url is None else "webhook")
        self._start(self._offer_commands())
        if self._public_url is None:
            await self._poll()

    async def _announce(self) -> None:
        """Tell Telegram how we listen."""
        if self._public_url is None:
            await self._bot.delete_webhook()
            return
        await self._bot.set_webhook(
            f"{self._public_url}{HOOK}", secret_token=self._secret.decode(), allowed_updates=ALLOWED_UPDATES
        )

    async def _offer_commands(self) -> None:
        """Put commands into the menu of the chat: each language's own, and for everybody else those of the first."""
        with suppress(TelegramError):  # without them everything works as well
            for language, frame in [("", FRAMES["es"]), *FRAMES.items()]:
                commands = [BotCommand(*command) for command in frame.menu]
                await self._bot.set_my_commands(commands, language_code=language or None)

    async def _poll(self) -> None:
        sending, polling = self._requests
        patience_s = POLL.total_seconds() + (sending.read_timeout or 0)
        asked = {"timeout": int(POLL.total_seconds()), "allowed_updates": json.dumps(ALLOWED_UPDATES), "offset": 0}

        async def look() -> Sequence[Mapping[str, Any]]:
            # Not the library's own method: it reads all updates or none, and one that it cannot read would come again
            # and again, with all others behind it.
            url = f"{self._bot.base_url}/getUpdates?{urlencode(asked)}"
            return cast("Sequence[Mapping[str, Any]]", await polling.post(url, read_timeout=patience_s))

        while True:
            for told in await self._insist(look):
                await self._insist(partial(self._take, told))
                # Only now: asking for what comes after it is what confirms an update to Telegram.
                asked["offset"] = told["update_id"] + 1

    async def _insist(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Return what `attempt` returns in the end, trying again for as long as it takes."""
        wait = self._retry_first
        while True:
            try:
                return await attempt()
            except Exception as error:  # noqa: BLE001  whatever keeps us from listening now may be over in a minute
                why = error.message if isinstance(error, TelegramError) else ""
                _log.warning("telegram_away", error=type(error).__name__, why=why, again_in_s=wait.total_seconds())
            await asyncio.sleep(wait.total_seconds())
            wait = min(wait * 2, RETRY_MOST)

    async def _hook(self, request: web.Request) -> web.StreamResponse:
        given = request.headers.get(HEADER, "").encode("utf-8", "surrogateescape")  # as it came, whatever it was
        if not hmac.compare_digest(given, self._secret):
            raise web.HTTPForbidden
        if self._receive is None:
            raise web.HTTPServiceUnavailable
        try:
            # Not msgspec: it refuses texts with half a surrogate pair, which people can send.
            told = json.loads(await request.read())
        except (ValueError, RecursionError) as wrong:
            raise web.HTTPBadRequest from wrong
        # If this fails, Telegram is told so, and tells us again.
        await self._take(told)
        return web.Response()

    async def _take(self, told: Mapping[str, Any]) -> None:
        """Make an update durable. A repeat of it is the driver's to recognise."""
        assert self._receive is not None
        try:
            news = read(told, now=self._clock.now())
        except Exception as bug:  # noqa: BLE001  what we cannot read today must not be told us for ever
            _log.error("telegram_unreadable", error=type(bug).__name__)
            return
        if news.standing is not None:
            await self._reachability.mark(NAME, news.standing.person, blocked=news.standing.blocked)
        if news.incoming is not None:
            await self._receive(news.incoming)
        if news.query_id is not None:
            self._start(self._stop_spinning(news.query_id))

    async def _stop_spinning(self, query_id: str) -> None:
        """Answer a press: until then its button looks as if nothing had happened."""
        with suppress(TelegramError):  # a press that is too old stops by itself
            await self._bot.answer_callback_query(query_id)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def name_of_bot(token: str, *, api_url: str | None = None) -> str:
    """Return the name under which people find the bot whose token this is. Raises: DeliveryFailed."""
    bot, requests = _bot(token, api_url, TIMEOUT)
    try:
        return (await bot.get_me()).name
    except TelegramError as error:
        raise failure_of(error) from None
    finally:
        for request in requests:
            await request.shutdown()


def _bot(token: str, api_url: str | None, timeout: timedelta) -> tuple[ExtBot[int], tuple[HTTPXRequest, HTTPXRequest]]:
    """Return a bot, and its connections: one set for sending, another for polls, which each hold one for minutes."""
    seconds = timeout.total_seconds()
    sending, polling = (
        HTTPXRequest(
            connection_pool_size=size,
            read_timeout=seconds,
            write_timeout=seconds,
            connect_timeout=seconds,
            pool_timeout=seconds,
            httpx_kwargs={"verify": _trusted()},
        )
        for size in (CONNECTIONS, 1)
    )
    bot = ExtBot(
        token,
        base_url=f"{(api_url or API_URL).rstrip('/')}/bot",
        request=sending,
        get_updates_request=polling,
        # 30 messages a second for the bot as a whole. What is refused all the same waits in the outbox, not here.
        rate_limiter=AIORateLimiter(max_retries=0),
    )
    return bot, (sending, polling)


@cache
def _trusted() -> ssl.SSLContext:
    """Return whom we believe to be Telegram: reading all certificates takes 20 ms, and once is enough."""
    return httpx.create_ssl_context()
