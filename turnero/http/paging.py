"""Pages of lists that are short enough to be read whole, in the same shape as those that are not."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from msgspec import Meta

from turnero.engine.domain.errors import Invalid
from turnero.engine.domain.value import Value
from turnero.engine.runtime.requests import Id
from turnero.http.wire.shapes import Items

ItemT = TypeVar("ItemT")
ShownT = TypeVar("ShownT")

LIMIT_DEFAULT = 50
# A page that a person scrolls through; a program that wants everything follows the cursor.
LIMIT_MAX = 200

Limit = Annotated[int, Meta(ge=1, le=LIMIT_MAX, description="How many at most.")]
Cursor = Annotated[str, Meta(min_length=1, max_length=500, description="The `nextCursor` of the page before.")]


class PageQuery(Value):
    limit: Limit = LIMIT_DEFAULT
    cursor: Cursor | None = None


class BusinessPageQuery(PageQuery, kw_only=True):
    business_id: Id


def page(
    items: Sequence[ItemT], query: PageQuery, *, key: Callable[[ItemT], str], show: Callable[[ItemT], ShownT]
) -> Items[ShownT]:
    """Return the part of `items` that `query` asks for. The cursor names the last item that was seen.

    Raises:
        Invalid: the cursor is not one of this list's.
    """
    start = 0 if query.cursor is None else _after(query.cursor, [key(item) for item in items])
    shown = items[start : start + query.limit]
    more = start + query.limit < len(items)
    return Items(items=tuple(map(show, shown)), next_cursor=_cursor(key(shown[-1])) if more else None)


def _cursor(last: str) -> str:
    return base64.urlsafe_b64encode(last.encode()).decode().rstrip("=")


def _after(cursor: str, keys: list[str]) -> int:
    try:
        last = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        return keys.index(last) + 1
    except (binascii.Error, ValueError):
        raise Invalid("This cursor is not from this list", path="$.cursor") from None
