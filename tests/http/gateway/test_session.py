"""The session by itself: frames and the clock in, effects out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from turnero.engine.domain.booking import Actor, Role, Slot
from turnero.engine.domain.errors import Conflict, Forbidden, Unauthenticated, Unavailable
from turnero.engine.domain.value import BusinessId, ProviderId
from turnero.engine.runtime.requests import Caller
from turnero.http.access import Bearer
from turnero.http.gateway import frames
from turnero.http.gateway.session import (
    IDS_REMEMBERED,
    NONSENSE_MAX,
    SUBSCRIPTIONS_MAX,
    Close,
    Effect,
    Identify,
    Run,
    Send,
    Session,
)

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC).timestamp()
OWNER = Actor(role=Role.OWNER, subject="ana", business_id=BusinessId("biz_1"))


def said(event: str, data: object = None, id_: str | None = None) -> str:
    frame: dict[str, object] = {"event": event, "data": {} if data is None else data}
    return msgspec.json.encode(frame | ({} if id_ is None else {"id": id_})).decode()


def new() -> Session:
    return Session(now=NOW, auth_within_s=5)


def opened(actor: Actor = OWNER, *, expires_at: float = NOW + 60) -> Session:
    session = new()
    assert session.identified(None, Bearer(actor, expires_at), now=NOW) == []
    return session


def shown(effects: list[Effect]) -> list[Any]:
    """Return effects as a reader sees them: frames decoded, the rest as it is."""
    return [msgspec.json.decode(e.text) if isinstance(e, Send) else e for e in effects]


def error(effects: list[Effect]) -> tuple[str | None, str]:
    """Return the id and code of the one error in `effects`."""
    frame = shown(effects)[0]
    assert frame["event"] == "error", frame
    return frame.get("id"), frame["data"]["code"]


# --- Who is there -------------------------------------------------------------------------------------------------


def test_the_first_frame_says_who_it_is() -> None:
    session = new()
    asked = session.received(said("auth", {"token": "t"}, "1"), now=NOW)

    assert asked == [Identify("1", "t")]
    assert shown(session.identified(Identify("1", "t"), Bearer(OWNER, NOW + 60), now=NOW)) == [
        {
            "event": "auth:ok",
            "id": "1",
            "data": {
                "role": "owner",
                "subject": "ana",
                "businessId": "biz_1",
                "expiresAt": "2026-11-27T12:01:00Z",
            },
        }
    ]


@pytest.mark.parametrize(
    "first",
    ["nonsense", said("ping", id_="1"), said("auth", {}, "1"), said("auth", {"token": "t", "role": "admin"}, "1")],
)
def test_any_other_first_frame_ends_the_session(first: str) -> None:
    session = new()
    effects = session.received(first, now=NOW)

    assert isinstance(effects[0], Send)
    assert effects[1] == Close(4401, "unauthenticated")
    assert session.over
    assert session.received(said("auth", {"token": "t"}), now=NOW) == []


def test_whoever_says_nothing_in_time_makes_room() -> None:
    session = new()

    assert session.deadline == NOW + 5
    effects = session.time_is_up()
    assert error(effects) == (None, "auth_timeout")
    assert effects[1] == Close(4401, "auth_timeout")


def test_a_first_frame_that_the_server_reads_late_still_counts() -> None:
    assert new().received(said("auth", {"token": "t"}, "1"), now=NOW + 60) == [Identify("1", "t")]


def test_a_token_that_is_not_good_ends_the_session() -> None:
    session = new()
    effects = session.identified(Identify("1", "t"), Unauthenticated("No."), now=NOW)

    assert error(effects) == ("1", "unauthenticated")
    assert effects[1] == Close(4401, "unauthenticated")


def test_when_nobody_can_be_asked_who_it_is_the_client_is_to_come_again() -> None:
    effects = new().identified(None, Unavailable("not_ready", "Not now."), now=NOW)

    assert error(effects) == (None, "not_ready")
    assert effects[1] == Close(1013, "not_ready")


def test_a_ticket_opens_the_session_without_a_frame() -> None:
    session = opened()

    assert shown(session.received(said("ping", id_="1"), now=NOW)) == [{"event": "ping:ok", "id": "1", "data": {}}]


def test_the_session_ends_with_its_token() -> None:
    session = opened(expires_at=NOW + 60)

    assert session.deadline == NOW + 60
    effects = session.time_is_up()
    assert error(effects) == (None, "token_expired")
    assert effects[1] == Close(4401, "token_expired")


def test_a_frame_that_comes_after_the_token_has_expired_is_not_acted_upon() -> None:
    session = opened(expires_at=NOW + 60)

    assert error(session.received(said("ping", id_="1"), now=NOW + 60)) == (None, "token_expired")


def test_a_ticket_whose_token_has_expired_meanwhile_is_of_no_use() -> None:
    effects = new().identified(None, Bearer(OWNER, NOW), now=NOW)

    assert effects[1] == Close(4401, "unauthenticated")


def test_a_fresh_token_prolongs_the_session() -> None:
    session = opened(expires_at=NOW + 60)
    (asked,) = session.received(said("auth", {"token": "t2"}, "1"), now=NOW)
    assert isinstance(asked, Identify)
    session.identified(asked, Bearer(OWNER, NOW + 3600), now=NOW)

    assert session.deadline == NOW + 3600


def test_nobody_becomes_somebody_else() -> None:
    session = opened()
    admin = Bearer(Actor(role=Role.ADMIN, subject="x"), NOW + 60)

    effects = session.identified(Identify("1", "t"), admin, now=NOW)
    assert error(effects) == ("1", "unauthenticated")
    assert session.over


# --- Reading ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frame", "id_", "code"),
    [
        ("nonsense", None, "malformed"),
        (b"\x00\x01", None, "malformed"),
        ("[]", None, "malformed"),
        ("1", None, "malformed"),
        ('{"data": {}}', None, "malformed"),
        ('{"event": "ping", "id": 1}', None, "malformed"),
        ('{"event": "ping", "more": 1}', None, "malformed"),
        ('{"event": "ping", "id": "' + "x" * 65 + '"}', None, "malformed"),
        ('{"event": "ping", "id": "\\u0000"}', None, "malformed"),
        ("[" * 100_000, None, "malformed"),
        ('{"event": "ping", "id": "\ud800"}', None, "malformed"),
        ('{"event": "no:such", "id": "1"}', "1", "unknown_event"),
        ('{"event": "auth:ok", "id": "1"}', "1", "unknown_event"),
        ('{"event": "ping", "id": "1", "data": {"more": 1}}', "1", "invalid"),
        ('{"event": "ping", "id": "1", "data": []}', "1", "invalid"),
        ('{"event": "calendar:subscribe", "id": "1"}', "1", "invalid"),
        ('{"event": "calendar:subscribe", "id": "1", "data": {"providerId": "\\u0000"}}', "1", "invalid"),
        (
            '{"event": "reconnect:request-sync", "id": "1", "data": {"providerId": "p", "sinceSequence": -1}}',
            "1",
            "invalid",
        ),
    ],
)
def test_what_makes_no_sense_is_answered_with_an_error_and_the_session_goes_on(
    frame: str | bytes, id_: str | None, code: str
) -> None:
    session = opened()

    assert error(session.received(frame, now=NOW)) == (id_, code)
    assert not session.over
    assert shown(session.received(said("ping", id_="after"), now=NOW))[0]["event"] == "ping:ok"


def test_every_wrong_field_is_named() -> None:
    session = opened()
    (frame,) = shown(session.received(said("booking:reschedule", {"start": "tomorrow"}, "1"), now=NOW))

    assert [field["path"] for field in frame["data"]["data"]["fields"]] == ["$.bookingId", "$.start"]


def test_an_id_is_good_once() -> None:
    session = opened()
    session.received(said("ping", id_="1"), now=NOW)

    assert error(session.received(said("ping", id_="1"), now=NOW)) == ("1", "id_reused")
    assert shown(session.received(said("ping", id_="2"), now=NOW))[0]["event"] == "ping:ok"


def test_ids_are_not_remembered_without_end() -> None:
    session = opened()
    for n in range(IDS_REMEMBERED + 1):
        session.received(said("ping", id_=str(n)), now=NOW)

    assert shown(session.received(said("ping", id_="0"), now=NOW))[0]["event"] == "ping:ok"


def test_whoever_never_makes_sense_is_sent_away() -> None:
    session = opened()
    effects = [session.received("nonsense", now=NOW) for _ in range(NONSENSE_MAX)]

    assert all(len(e) == 1 for e in effects[:-1])
    assert effects[-1][1] == Close(1008, "too_much_nonsense")


def test_sense_in_between_is_a_fresh_start() -> None:
    session = opened()
    for n in range(NONSENSE_MAX * 2):
        session.received("nonsense", now=NOW)
        if n % (NONSENSE_MAX - 1) == 0:
            session.received(said("ping"), now=NOW)

    assert not session.over


# --- Commands -----------------------------------------------------------------------------------------------------


def test_a_command_is_run_as_whoever_is_there_under_the_key_that_they_gave() -> None:
    session = opened()
    move = {"bookingId": "bkg_1", "start": "2026-12-01T10:00:00-03:00", "idempotencyKey": "k"}
    (run,) = session.received(said("booking:reschedule", move, "1"), now=NOW)

    assert isinstance(run, Run)
    assert (run.request_id, run.event, run.caller) == ("1", "booking:reschedule", Caller(actor=OWNER, key="k"))
    assert isinstance(run.command, frames.Reschedule)


def run_of(session: Session, event: str, data: object) -> Run:
    (run,) = session.received(said(event, data, "1"), now=NOW)
    assert isinstance(run, Run)
    return run


def test_what_came_of_a_command_is_answered_under_its_id() -> None:
    session = opened()
    run = run_of(session, "availability:subscribe", {"providerId": "prv_1"})

    answer = session.done(run, frames.Subscribed(provider_id="prv_1", sequence=7))
    assert shown(answer) == [
        {"event": "availability:subscribe:ok", "id": "1", "data": {"providerId": "prv_1", "sequence": 7}}
    ]
    assert session.subscriptions == {("availability", "prv_1")}


def test_a_refusal_is_an_error_with_its_code_and_data() -> None:
    session = opened()
    run = run_of(session, "calendar:subscribe", {"providerId": "prv_1"})

    assert error(session.done(run, Forbidden("No."))) == ("1", "forbidden")
    assert not session.subscriptions


def test_who_should_try_later_is_told_when() -> None:
    session = opened()
    run = run_of(session, "booking:transition", {"bookingId": "bkg_1", "newStatus": "CONFIRMED"})
    (frame,) = shown(session.done(run, Unavailable("outcome_unknown", "Nobody knows.", retry_after_s=3)))

    assert frame["data"] == {"code": "outcome_unknown", "detail": "Nobody knows.", "data": {"retryAfter": 3}}


def test_a_conflict_of_a_booking_brings_suggestions_in_the_providers_own_time() -> None:
    session = opened()
    run = run_of(session, "booking:reschedule", {"bookingId": "bkg_1", "start": "2026-12-01T10:00:00-03:00"})
    slot = Slot(
        start=datetime(2026, 12, 1, 14, tzinfo=UTC),
        end=datetime(2026, 12, 1, 14, 30, tzinfo=UTC),
        provider_id=ProviderId("prv_1"),
    )
    zone = "America/Argentina/Buenos_Aires"
    conflict = Conflict("slot_taken", {"timeZone": zone, "suggestedSlots": (slot,)})

    assert shown(session.done(run, conflict)) == [
        {
            "event": "booking:conflict",
            "id": "1",
            "data": {
                "code": "slot_taken",
                "detail": "Somebody else has that time.",
                "data": {"timeZone": zone},
                "suggestedSlots": [
                    {
                        "start": "2026-12-01T11:00:00-03:00",
                        "end": "2026-12-01T11:30:00-03:00",
                        "providerId": "prv_1",
                    }
                ],
            },
        }
    ]


def test_a_reason_goes_with_a_cancellation_only() -> None:
    session = opened()
    asked = {"bookingId": "bkg_1", "newStatus": "CONFIRMED", "reason": "because"}

    assert error(session.received(said("booking:transition", asked, "1"), now=NOW)) == ("1", "invalid")


def test_presence_is_answered_and_shown_as_it_will_be_pushed() -> None:
    session = opened()
    run = run_of(session, "presence:subscribe", {"providerId": "prv_1"})
    data = {"providerId": "prv_1", "online": True}

    assert shown(session.done(run, frames.Presence(provider_id="prv_1", online=True))) == [
        {"event": "presence:subscribe:ok", "id": "1", "data": data},
        {"event": "presence:updated", "data": data},
    ]


def subscribe(session: Session, provider: str) -> None:
    (run,) = session.received(said("availability:subscribe", {"providerId": provider}), now=NOW)
    assert isinstance(run, Run)
    session.done(run, frames.Subscribed(provider_id=provider, sequence=0))


def test_one_connection_has_so_many_subscriptions_and_no_more() -> None:
    session = opened()
    for n in range(SUBSCRIPTIONS_MAX):
        subscribe(session, f"prv_{n}")

    another = said("availability:subscribe", {"providerId": "prv_x"}, "1")
    assert error(session.received(another, now=NOW)) == ("1", "too_many_subscriptions")
    subscribe(session, "prv_0")  # again is no more
    (run,) = session.received(said("availability:unsubscribe", {"providerId": "prv_0"}), now=NOW)
    assert isinstance(run, Run)
    session.done(run, frames.Named(provider_id="prv_0"))
    subscribe(session, "prv_x")


def test_what_was_subscribed_to_while_the_connection_ended_is_noted_for_whoever_clears_up() -> None:
    session = opened()
    run = run_of(session, "availability:subscribe", {"providerId": "prv_1"})
    session.ended()

    assert session.done(run, frames.Subscribed(provider_id="prv_1", sequence=0)) == []
    assert session.subscriptions == {("availability", "prv_1")}
