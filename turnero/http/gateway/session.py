"""One client's side of the stream, as a pure state machine: what it says, and what the clock shows, become effects.

No socket, no clock, no engine. The shell (`connection.py`) feeds it and carries out what it returns, in order; the
session alone decides who may say what, when, and what every frame is answered with.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import NamedTuple

import msgspec

from turnero.engine.domain.errors import Conflict, Malformed, TurneroError, Unauthenticated, Unavailable
from turnero.engine.domain.value import Value
from turnero.engine.runtime.requests import Caller
from turnero.http.access import Bearer
from turnero.http.decoding import BodyReader
from turnero.http.gateway import frames
from turnero.http.wire import render, shapes

# Close codes. RFC 6455 §7.4.1, and 4401 for all that HTTP would answer with 401: a page can tell it from an outage,
# and knows that it is to sign in again rather than to come back.
GOING_AWAY = 1001
POLICY_VIOLATION = 1008
TRY_AGAIN_LATER = 1013
UNAUTHENTICATED = 4401

# A day of a large shop's providers on one screen; each costs a place in a table for every event.
SUBSCRIPTIONS_MAX = 100
# The newest ids that a client gave its frames. A client that counts never meets the end of it, and one that reuses an
# id does so soon.
IDS_REMEMBERED = 256
# A client that still says nothing sensible after so many frames in a row is broken, or is trying.
NONSENSE_MAX = 20


# --- Effects: what the shell is to do, in order -------------------------------------------------------------------


class Send(NamedTuple):
    """Send a text frame."""

    text: bytes


class Close(NamedTuple):
    """Close the connection; nothing is sent after it."""

    code: int
    reason: str


class Identify(NamedTuple):
    """Find out who has this token, and say so with `identified`."""

    request_id: str | None
    token: str


class Run(NamedTuple):
    """Carry a command out, and say what came of it with `done`."""

    request_id: str | None
    event: str
    command: Value
    caller: Caller


Effect = Send | Close | Identify | Run


class Phase(Enum):
    NEW = "new"
    OPEN = "open"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class _Said:
    """A frame that could be read."""

    request_id: str | None
    event: str
    data: Value


_envelopes = msgspec.json.Decoder(frames.Envelope)
_readers: Mapping[str, BodyReader[Value]] = {
    event: BodyReader(exchange.says) for event, exchange in frames.EXCHANGES.items()
}

_SUBSCRIBE = ":subscribe"


class Session:
    """What one connection has said so far, and may say next. Frames are dealt with one at a time, in order."""

    __slots__ = ("_bearer", "_ids", "_nonsense", "_phase", "_subscriptions", "deadline")

    def __init__(self, *, now: float, auth_within_s: float) -> None:
        # When `time_is_up` is to be called unless something else comes first, in seconds since 1970.
        self.deadline = now + auth_within_s
        self._phase = Phase.NEW
        self._bearer: Bearer | None = None
        self._ids: OrderedDict[str, None] | None = None
        self._nonsense = 0
        self._subscriptions: frozenset[tuple[str, str]] = frozenset()

    @property
    def over(self) -> bool:
        return self._phase is Phase.OVER

    @property
    def subscriptions(self) -> AbstractSet[tuple[str, str]]:
        """What has been subscribed to, as (topic, provider), and not given up since."""
        return self._subscriptions

    # --- What happens ---------------------------------------------------------------------------------------------

    def received(self, text: str | bytes, *, now: float) -> list[Effect]:
        """Take a frame from the client. Bytes are those of a binary frame, of which the protocol has none."""
        if self.over:
            return []
        try:
            said = self._read(text)
        except _Unreadable as fault:
            return self._nonsense_said(fault)
        self._nonsense = 0
        if self._phase is Phase.NEW and not isinstance(said.data, frames.Auth):
            refusal = Unauthenticated("The first frame says who you are: `auth`, with a token.")
            return [*_error(said.request_id, refusal), self._end(UNAUTHENTICATED, refusal.code)]
        if self._phase is Phase.OPEN and now >= self.deadline:
            return self.time_is_up()
        return list(self._asked(said))

    def identified(self, asked: Identify | None, found: Bearer | TurneroError, *, now: float) -> list[Effect]:
        """Take what became of an `Identify`, or (None) of the ticket in the address, which is not answered."""
        if self.over:
            return []
        request_id = None if asked is None else asked.request_id
        if isinstance(found, Bearer) and found.expires_at <= now:
            found = Unauthenticated("The token has expired.")
        if isinstance(found, Unavailable):
            return [*_error(request_id, found), self._end(TRY_AGAIN_LATER, found.code)]
        if isinstance(found, TurneroError):
            return [*_error(request_id, found), self._end(UNAUTHENTICATED, found.code)]
        if self._bearer is not None and self._bearer.actor != found.actor:
            # What is subscribed to, and under way, was allowed to somebody else.
            refusal = Unauthenticated("A session is of one person: connect again as somebody else.")
            return [*_error(request_id, refusal), self._end(UNAUTHENTICATED, refusal.code)]
        self._bearer, self.deadline, self._phase = found, found.expires_at, Phase.OPEN
        return [] if asked is None else [_answer("auth", request_id, _shown(found))]

    def done(self, run: Run, outcome: frames.Answer | TurneroError) -> list[Effect]:
        """Take what came of a command, and answer it."""
        if isinstance(outcome, TurneroError):
            return [] if self.over else _refusal(run, outcome)
        if isinstance(run.command, frames.OfProvider):
            # Also when it is over: whoever clears up goes by what is noted here.
            topic, _, verb = run.event.partition(":")
            it = {(topic, run.command.provider_id)}
            self._subscriptions = self._subscriptions | it if verb == "subscribe" else self._subscriptions - it
        if self.over:
            return []
        effects: list[Effect] = [_answer(run.event, run.request_id, outcome)]
        if isinstance(outcome, frames.Presence):
            # Also as the push that it will be from now on, so that a page needs one place for both.
            effects.append(frame(frames.PRESENCE_UPDATED, outcome))
        return effects

    def time_is_up(self) -> list[Effect]:
        """Say that `deadline` has come."""
        if self.over:
            return []
        if self._phase is Phase.NEW:
            refusal = TurneroError("auth_timeout", "Nobody has said in time who this is.")
        else:
            refusal = TurneroError("token_expired", "The token has expired. Connect again with a fresh one.")
        return [*_error(None, refusal), self._end(UNAUTHENTICATED, refusal.code)]

    def ended(self) -> None:
        """Note that the connection is gone, for whatever reason."""
        self._phase = Phase.OVER

    # --- Reading --------------------------------------------------------------------------------------------------

    def _read(self, text: str | bytes) -> _Said:
        if isinstance(text, bytes):
            raise _Unreadable(None, Malformed("Frames are JSON in text frames; this was a binary one."))
        try:
            envelope = _envelopes.decode(text)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            detail = f'A frame is a JSON object {{"id", "event", "data"}}: {error}.'
            raise _Unreadable(None, Malformed(detail)) from None
        if "\0" in envelope.event or "\0" in (envelope.id or ""):
            raise _Unreadable(None, Malformed("U+0000 is not allowed in text."))
        if envelope.id is not None and not self._fresh(envelope.id):
            refusal = TurneroError("id_reused", "A frame with this id has been answered already.")
            raise _Unreadable(envelope.id, refusal)
        reader = _readers.get(envelope.event)
        if reader is None:
            raise _Unreadable(envelope.id, TurneroError("unknown_event", "There is no such event."))
        try:
            data = reader.read(bytes(envelope.data))
        except TurneroError as refusal:
            raise _Unreadable(envelope.id, refusal) from None
        return _Said(envelope.id, envelope.event, data)

    def _fresh(self, request_id: str) -> bool:
        if self._ids is None:
            self._ids = OrderedDict()
        if request_id in self._ids:
            return False
        self._ids[request_id] = None
        if len(self._ids) > IDS_REMEMBERED:
            self._ids.popitem(last=False)
        return True

    def _nonsense_said(self, fault: _Unreadable) -> list[Effect]:
        effects = _error(fault.request_id, fault.refusal)
        self._nonsense += 1
        if self._phase is Phase.NEW:
            effects.append(self._end(UNAUTHENTICATED, "unauthenticated"))
        elif self._nonsense >= NONSENSE_MAX:
            effects.append(self._end(POLICY_VIOLATION, "too_much_nonsense"))
        return effects

    # --- Deciding -------------------------------------------------------------------------------------------------

    def _asked(self, said: _Said) -> Iterator[Effect]:
        if isinstance(said.data, frames.Auth):
            yield Identify(said.request_id, said.data.token)
            return
        assert self._bearer is not None, "only `auth` gets past a session that is new"
        if isinstance(said.data, frames.Ping):
            yield _answer(said.event, said.request_id, frames.Nothing())
            return
        if isinstance(said.data, frames.OfProvider) and said.event.endswith(_SUBSCRIBE):
            subscription = (said.event.removesuffix(_SUBSCRIBE), said.data.provider_id)
            if subscription not in self._subscriptions and len(self._subscriptions) >= SUBSCRIPTIONS_MAX:
                detail = f"One connection has at most {SUBSCRIPTIONS_MAX} subscriptions."
                yield from _error(said.request_id, TurneroError("too_many_subscriptions", detail))
                return
        key = getattr(said.data, "idempotency_key", None)
        yield Run(said.request_id, said.event, said.data, Caller(actor=self._bearer.actor, key=key))

    def _end(self, code: int, reason: str) -> Close:
        self._phase = Phase.OVER
        return Close(code, reason)


class _Unreadable(Exception):
    """A frame that cannot be acted upon: why, and its id as far as that could be read."""

    def __init__(self, request_id: str | None, refusal: TurneroError) -> None:
        super().__init__(refusal.code)
        self.request_id = request_id
        self.refusal = refusal


# --- Writing ------------------------------------------------------------------------------------------------------


def _answer(event: str, request_id: str | None, data: frames.Data) -> Send:
    return frame(frames.EXCHANGES[event].answer, data, request_id)


def _refusal(run: Run, refusal: TurneroError) -> list[Effect]:
    if not (isinstance(refusal, Conflict) and frames.EXCHANGES[run.event].conflicts):
        return _error(run.request_id, refusal)
    data = render.refusal_data(refusal.data)
    found = msgspec.convert(data.pop("suggestedSlots", ()), tuple[shapes.Slot, ...])
    conflict = frames.ConflictData(code=refusal.code, detail=refusal.detail, data=data, suggested_slots=found)
    return [frame(frames.CONFLICT, conflict, run.request_id)]


def _error(request_id: str | None, refusal: TurneroError) -> list[Effect]:
    data = render.refusal_data(refusal.data)
    if isinstance(refusal, Unavailable):
        data["retryAfter"] = refusal.retry_after_s
    refused = frames.Refused(code=refusal.code, detail=refusal.detail, data=data)
    return [frame(frames.ERROR, refused, request_id)]


def frame(event: str, data: frames.Data, request_id: str | None = None) -> Send:
    """Return a frame to send."""
    return Send(render.encode(frames.Frame(event=event, data=data, id=request_id)))


def _shown(bearer: Bearer) -> frames.Identified:
    actor = bearer.actor
    return frames.Identified(
        role=actor.role,
        subject=actor.subject,
        business_id=actor.business_id,
        expires_at=datetime.fromtimestamp(int(bearer.expires_at), UTC),
    )
