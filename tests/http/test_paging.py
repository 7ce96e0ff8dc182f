"""Pages of short lists."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnero.engine.domain.errors import Invalid
from turnero.http.paging import PageQuery, page
from turnero.http.wire.shapes import Items


def numbers(items: list[int], *, limit: int, cursor: str | None = None) -> Items[int]:
    return page(items, PageQuery(limit=limit, cursor=cursor), key=str, show=int)


@given(st.lists(st.integers(), unique=True), st.integers(1, 10))
def test_following_the_cursor_reads_everything_once(items: list[int], limit: int) -> None:
    read: list[int] = []
    cursor: str | None = None
    while True:
        part = numbers(items, limit=limit, cursor=cursor)
        read += part.items
        cursor = part.next_cursor
        if cursor is None:
            break

    assert read == items


def test_a_list_that_fits_has_no_next_page() -> None:
    assert numbers([1, 2], limit=2).next_cursor is None


@pytest.mark.parametrize("cursor", ["x", "////", "MTIz", "ñ", "_w", "=="])
def test_a_cursor_from_elsewhere_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid):
        numbers([1, 2], limit=1, cursor=cursor)
