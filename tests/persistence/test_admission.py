"""The fencing rules as properties: whatever waits for a commit, in whatever order."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.contracts.pen import NOW, Pen, held
from turnero.engine.domain.calendar import empty
from turnero.engine.domain.value import ProviderId
from turnero.engine.ports import Batch
from turnero.persistence.admission import Head, admitted, independent


class Waiting(NamedTuple):
    """A batch that waits: whose it is, what it is joint with, and whether something is wrong with it."""

    calendar: str
    joint: str | None
    fenced: bool
    lost_one_before: bool


waiting = st.lists(
    st.builds(
        Waiting,
        st.sampled_from(["a", "b", "c", "d", "gone"]),
        st.sampled_from([None, None, "x", "y"]),
        st.integers(0, 9).map(lambda n: n == 0),
        st.integers(0, 9).map(lambda n: n == 0),
    ),
    max_size=12,
)
HEADS = {ProviderId(name): Head(epoch=1, sequence=0) for name in ("a", "b", "c", "d")}


def as_batches(items: list[Waiting]) -> list[Batch]:
    pens: dict[str, Pen] = {}
    batches = []
    for item in items:
        pen = pens.setdefault(item.calendar, Pen(empty(ProviderId(item.calendar)), epoch=1))
        if item.lost_one_before:
            pen.batch(held(until=NOW))
        batch = pen.batch(held(until=NOW), joint=item.joint)
        batches.append(replace(batch, epoch=0) if item.fenced else batch)
    return batches


@given(waiting)
def test_a_batch_is_refused_for_a_reason_and_only_then(items: list[Waiting]) -> None:
    may = admitted(as_batches(items), HEADS)
    for index, item in enumerate(items):
        earlier = [i for i in range(index) if items[i].calendar == item.calendar]
        mates = [i for i, other in enumerate(items) if item.joint is not None and other.joint == item.joint]
        reasons = (
            item.calendar == "gone",
            item.fenced,
            item.lost_one_before,
            any(not may[i] for i in earlier),
            any(not may[i] for i in mates if i != index),
        )
        if may[index]:
            assert not any(reasons)
        else:
            assert any(reasons)


@given(waiting)
def test_refusals_start_somewhere(items: list[Waiting]) -> None:
    """No two batches are refused only because the other one is."""
    if not any(item.fenced or item.lost_one_before or item.calendar == "gone" for item in items):
        assert all(admitted(as_batches(items), HEADS))


@given(waiting)
def test_independent_groups_share_nothing_and_keep_the_order(items: list[Waiting]) -> None:
    batches = as_batches(items)
    groups = independent(batches)
    assert sorted(index for group in groups for index in group) == list(range(len(items)))
    assert all(group == sorted(group) for group in groups)
    if len({item.calendar for item in items}) > 1 or any(item.joint for item in items):
        for name in {item.calendar for item in items}:
            assert sum(any(items[i].calendar == name for i in group) for group in groups) == 1
    for joint in {item.joint for item in items if item.joint is not None}:
        assert sum(any(items[i].joint == joint for i in group) for group in groups) == 1
