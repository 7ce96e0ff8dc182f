"""The AsyncAPI document: valid, complete, and true of what is really sent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import msgspec

from tests.http.api import Client, Shop, token
from tests.http.gateway.stream import Dialler
from turnero.http import asyncapi
from turnero.http.gateway import frames
from turnero.http.wire import render

DOCUMENT: dict[str, Any] = json.loads(render.encode(asyncapi.document()))
# The standard's own schema (its licence is Apache-2.0), kept here because tests need no internet.
SCHEMA = json.loads(Path(__file__).with_name("asyncapi-3.0.0.schema.json").read_text())


def judge(name: str) -> jsonschema.Draft202012Validator:
    """Return what judges frames by the message `name` of the document."""
    schema = {**DOCUMENT["components"]["messages"][name.replace(":", ".")]["payload"]}
    return jsonschema.Draft202012Validator(
        schema | {"components": DOCUMENT["components"]}, format_checker=jsonschema.FormatChecker()
    )


def test_the_document_is_valid_asyncapi() -> None:
    jsonschema.Draft7Validator(SCHEMA).validate(DOCUMENT)


def test_every_reference_leads_somewhere() -> None:
    def walk(node: object) -> None:
        if isinstance(node, dict):
            if "$ref" in node:
                found: Any = DOCUMENT
                for part in node["$ref"].removeprefix("#/").split("/"):
                    found = found[part]
            for member in node.values():
                walk(member)
        elif isinstance(node, list):
            for member in node:
                walk(member)

    walk(DOCUMENT)


def test_every_frame_of_the_protocol_is_in_it() -> None:
    events = {message["name"] for message in DOCUMENT["components"]["messages"].values()}
    answers = {exchange.answer for exchange in frames.EXCHANGES.values()}

    assert events == {*frames.EXCHANGES, *answers, *frames.PUSHES, frames.CONFLICT, frames.ERROR}
    assert {o["action"] for o in DOCUMENT["operations"].values()} == {"receive", "send"}
    assert set(DOCUMENT["operations"]) == {event.replace(":", ".") for event in (*frames.EXCHANGES, *frames.PUSHES)}


async def test_the_document_is_served_as_it_is_generated(client: Client) -> None:
    assert (await client.get("/api/asyncapi.json")).body == DOCUMENT


async def test_what_is_sent_is_what_the_document_says(shop: Shop, dial: Dialler) -> None:
    of = {"providerId": shop.provider_id}
    wish = of | {"serviceId": shop.service_id, "startTime": "2026-12-01T10:00:00-03:00"}
    async with dial.connected() as stream:

        async def ask(event: str, data: object, *, answered: str | None = None) -> Any:
            asked = {"id": f"d{event}{answered}", "event": event, "data": data}
            judge(event).validate(asked)
            await stream.socket.send_str(msgspec.json.encode(asked).decode())
            answer = await stream.answer(str(asked["id"]))
            assert answer["event"] == (answered or frames.EXCHANGES[event].answer), answer
            judge(answer["event"]).validate(answer)
            return answer["data"]

        await ask("auth", {"token": shop.provider})
        await ask("ping", {})
        for topic in ("availability", "calendar", "presence"):
            await ask(f"{topic}:subscribe", of)
        await ask("booking:check-availability", wish)
        customer = {"name": "Ana Suárez", "phone": "+54 9 11 2345-6789"}
        booking = (await ask("booking:create-live", wish | {"customer": customer}))["booking"]
        conflict = await ask("booking:create-live", wish | {"customer": customer}, answered="booking:conflict")
        assert conflict["suggestedSlots"]
        await ask("booking:check-availability", wish, answered="booking:check-availability:ok")
        await ask("booking:reschedule", {"bookingId": booking["id"], "start": "2026-12-01T11:00:00-03:00"})
        await ask("booking:transition", {"bookingId": booking["id"], "newStatus": "CANCELLED"})
        assert (await ask("reconnect:request-sync", of | {"sinceSequence": 0}))["complete"]
        await ask("calendar:subscribe", {"providerId": "prv_none"}, answered="error")
        for topic in ("availability", "calendar", "presence"):
            await ask(f"{topic}:unsubscribe", of)
        pushed = [*stream._unread]

    assert {frame["event"] for frame in pushed} == set(frames.PUSHES)
    for frame in pushed:
        judge(frame["event"]).validate(frame)


async def test_what_others_are_told_of_what_they_missed_is_in_the_document_too(shop: Shop, dial: Dialler) -> None:
    of = {"providerId": shop.provider_id}
    async with dial.stream(token("customer", "cus_eva", shop.business_id)) as stream:
        begun = await stream.ok("availability:subscribe", of)
        await shop.booked()
        answers = [
            await stream.ask("reconnect:request-sync", of | {"sinceSequence": number})
            for number in (begun["sequence"], 0)
        ]

    assert [answer["data"]["complete"] for answer in answers] == [True, False]
    for answer in answers:
        judge("reconnect:sync-data").validate(answer)
