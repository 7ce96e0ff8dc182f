"""Which batches may be written, given where each calendar stands: the fencing rules, free of any database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from turnero.engine.domain.value import ProviderId
from turnero.engine.ports import Batch


class Head(NamedTuple):
    """Where a calendar's stream stands in the journal, and who may append to it."""

    epoch: int
    sequence: int


def admitted(batches: Sequence[Batch], heads: Mapping[ProviderId, Head]) -> list[bool]:
    """Tell for each batch whether it may be written.

    A batch is refused when its epoch is not the calendar's, when its numbers do not follow the calendar's last event
    without a gap, when an earlier batch of its calendar is refused, or when a batch of its `joint` is.
    """
    refused: set[int] = set()
    while True:
        found = _refused_next(batches, heads, refused)
        if not found:
            return [index not in refused for index in range(len(batches))]
        # A refused joint reaches back: batches that passed may have followed one of its members. Look again.
        refused |= found


def _refused_next(batches: Sequence[Batch], heads: Mapping[ProviderId, Head], refused: set[int]) -> set[int]:
    position = {provider_id: head.sequence for provider_id, head in heads.items()}
    stopped: set[ProviderId] = set()
    found: set[int] = set()
    joints: set[str] = set()
    for index, batch in enumerate(batches):
        provider_id = batch.provider_id
        if index in refused:
            stopped.add(provider_id)
        elif provider_id in stopped or not _follows(batch, heads.get(provider_id), position.get(provider_id)):
            stopped.add(provider_id)
            found.add(index)
            if batch.joint is not None:
                joints.add(batch.joint)
        else:
            position[provider_id] = batch.after.sequence
    if joints:
        found |= {index for index, batch in enumerate(batches) if batch.joint in joints}
    return found - refused


def _follows(batch: Batch, head: Head | None, position: int | None) -> bool:
    if head is None or batch.epoch != head.epoch or batch.before != position:
        return False
    numbers = [recorded.sequence for recorded in batch.events]
    return (
        numbers == list(range(batch.before + 1, batch.before + 1 + len(numbers)))
        and batch.after.sequence == batch.before + len(numbers)
        and batch.after.provider_id == batch.provider_id
    )


def independent(batches: Sequence[Batch]) -> list[list[int]]:
    """Split `batches`, by index, into the smallest groups that share neither a calendar nor a joint, order kept.

    A single calendar without joints is split further, batch by batch: there each stands only on the ones before it.
    """
    if all(batch.joint is None for batch in batches) and len({batch.provider_id for batch in batches}) == 1:
        return [[index] for index in range(len(batches))]
    groups: list[tuple[frozenset[str], list[int]]] = []
    for index, batch in enumerate(batches):
        indexes = [index]
        names = frozenset({f"calendar {batch.provider_id}"} | ({f"joint {batch.joint}"} if batch.joint else set()))
        for joined in [group for group in groups if group[0] & names]:
            groups.remove(joined)
            names, indexes = names | joined[0], indexes + joined[1]
        groups.append((names, indexes))
    return [sorted(indexes) for _, indexes in groups]
