"""Every text of a notice by name: what is said of our own accord. Placeholders in braces are the same in all languages.

`{day}` is "mañana" or "el jueves 7 de mayo", `{Day}` the same where a sentence begins. Each text is a line or two; the
facts below it (price, address) are lines of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeTexts:
    """The texts of one language. `stars` names each number of them; those and `do_*` fit on a button."""

    # --- To customers ------------------------------------------------------------------------------------------------
    booked: str
    booked_pending: str
    confirmed: str
    rescheduled: str
    rescheduled_pending: str
    cancelled_by_them: str
    cancelled_by_shop: str
    expired: str
    reminder: str
    reminder_pending: str
    offer: str
    rating: str

    # --- To providers ------------------------------------------------------------------------------------------------
    provider_booked: str
    provider_asked: str
    provider_rescheduled: str
    provider_cancelled: str
    provider_expired: str
    agenda: str
    agenda_empty: str
    agenda_line: str
    agenda_more: str

    # --- Parts -------------------------------------------------------------------------------------------------------
    price: str
    where: str
    reason: str
    to_be_confirmed: str

    # --- Choices -----------------------------------------------------------------------------------------------------
    do_acknowledge: str
    do_move: str
    do_cancel: str
    do_take: str
    do_decline: str
    stars: Mapping[int, str]

    # --- Subjects of mails, titles of pushes -------------------------------------------------------------------------
    subjects: Mapping[str, str]
    provider_subjects: Mapping[str, str]

    # --- Mail --------------------------------------------------------------------------------------------------------
    mail_foot: str
    mail_open: str
