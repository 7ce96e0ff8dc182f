"""The AsyncAPI 3.0 document of the stream, generated from the table of frames and the types that they really have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

import turnero
from turnero.http.gateway import frames
from turnero.http.gateway.gateway import STREAM

# AsyncAPI is a format of nested objects; this is the codec for it.
Object = dict[str, Any]

_CHANNEL = "stream"
_ADDRESS = "#/channels/stream"

_DESCRIPTION = """Calendars, live. Frames are JSON objects `{"id", "event", "data"}` in WebSocket text frames.

The first one says who you are (`auth`), unless the address has a ticket. Every frame of yours gets one answer with its
`id`: its own, `booking:conflict` or `error`. Pushes of one calendar come in order and without gaps in `sequence`."""


def document() -> Object:
    """Return the AsyncAPI document of the stream."""
    schemas = _Schemas()
    messages = dict(_messages(schemas))
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Turnero stream", "version": turnero.__version__, "description": _DESCRIPTION},
        "defaultContentType": "application/json",
        "servers": {
            "here": {"host": "{host}", "protocol": "wss", "variables": {"host": {"default": "localhost:8080"}}},
        },
        "channels": {
            _CHANNEL: {
                "address": STREAM,
                "description": "One connection carries all subscriptions.",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
                "bindings": {
                    "ws": {
                        "method": "GET",
                        "query": {
                            "type": "object",
                            "properties": {
                                "ticket": {"type": "string", "description": "From `POST /api/v1/stream/tickets`."}
                            },
                        },
                    }
                },
            }
        },
        "operations": dict(_operations()),
        "components": {"messages": messages, "schemas": schemas.components},
    }


class _Schemas:
    """JSON Schemas of everything that a frame's `data` can be."""

    def __init__(self) -> None:
        types = dict.fromkeys(
            [
                *(exchange.says for exchange in frames.EXCHANGES.values()),
                *(exchange.answers for exchange in frames.EXCHANGES.values()),
                *frames.PUSHES.values(),
                frames.Refused,
                frames.ConflictData,
            ]
        )
        found, self.components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
        self._by_type = dict(zip(types, found, strict=True))

    def of(self, type_: type[msgspec.Struct]) -> Object:
        """Return the schema of a type in the table, by reference."""
        return self._by_type[type_]


def _messages(schemas: _Schemas) -> Iterator[tuple[str, Object]]:
    for event, exchange in frames.EXCHANGES.items():
        yield _name(event), _message(event, exchange.summary, schemas.of(exchange.says), asked=True)
        yield _name(exchange.answer), _message(exchange.answer, f"Answers `{event}`", schemas.of(exchange.answers))
    for event, type_ in frames.PUSHES.items():
        yield _name(event), _message(event, "Pushed to subscribers", schemas.of(type_))
    yield _name(frames.CONFLICT), _message(frames.CONFLICT, "The calendar says no", schemas.of(frames.ConflictData))
    yield _name(frames.ERROR), _message(frames.ERROR, "Says why not", schemas.of(frames.Refused))


def _message(event: str, summary: str, data: Object, *, asked: bool = False) -> Object:
    """Return a message; a frame that is asked of us (`asked`) may leave out `data` only where nothing is in it."""
    identifier: Object = {"type": "string", "description": "That of the frame which this one answers."}
    if asked:
        identifier = {
            "type": "string",
            "minLength": 1,
            "maxLength": frames.FRAME_ID_CHARS_MAX,
            "description": "Your name for this frame, not used before on this connection; the answer carries it.",
        }
    payload: Object = {
        "type": "object",
        "required": ["event"] if event == "ping" else ["event", "data"],
        "properties": {"event": {"const": event}, "id": identifier, "data": data},
    }
    if asked:
        payload["additionalProperties"] = False
    return {"name": event, "title": event, "summary": summary, "payload": payload}


def _operations() -> Iterator[tuple[str, Object]]:
    for event, exchange in frames.EXCHANGES.items():
        replies = [exchange.answer, *([frames.CONFLICT] if exchange.conflicts else []), frames.ERROR]
        yield (
            _name(event),
            {
                "action": "receive",
                "channel": {"$ref": _ADDRESS},
                "summary": exchange.summary,
                "messages": [_in_channel(event)],
                "reply": {"channel": {"$ref": _ADDRESS}, "messages": [_in_channel(reply) for reply in replies]},
            },
        )
    for event in frames.PUSHES:
        causes = ", ".join(f"`{cause}`" for cause, exchange in frames.EXCHANGES.items() if exchange.pushes == event)
        yield (
            _name(event),
            {
                "action": "send",
                "channel": {"$ref": _ADDRESS},
                "summary": f"Follows {causes}",
                "messages": [_in_channel(event)],
            },
        )


def _in_channel(event: str) -> Object:
    return {"$ref": f"{_ADDRESS}/messages/{_name(event)}"}


def _name(event: str) -> str:
    """Return `event` as a key: AsyncAPI's keys have no colons."""
    return event.replace(":", ".")
