"""What the choices of notices mean, whatever is sent in their place."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from turnero.bots.conversation.meanings import AcceptOffer, Deed, Meaning, PassOffer, RateVisit, TakeBooking
from turnero.bots.conversation.pressing import of_a_notice
from turnero.engine.domain.value import BookingId, EntryId

BOOKING = BookingId("bkg_1.prv_2")
ENTRY = EntryId("wle_1")


@pytest.mark.parametrize(
    ("token", "meaning"),
    [
        (f"ack:{BOOKING}", TakeBooking(deed=Deed.ACKNOWLEDGE, booking_id=BOOKING)),
        (f"move:{BOOKING}", TakeBooking(deed=Deed.MOVE, booking_id=BOOKING)),
        (f"cancel:{BOOKING}", TakeBooking(deed=Deed.CANCEL, booking_id=BOOKING)),
        (f"take:{ENTRY}", AcceptOffer(entry_id=ENTRY)),
        (f"pass:{ENTRY}", PassOffer(entry_id=ENTRY)),
        (f"rate:{BOOKING}:4", RateVisit(booking_id=BOOKING, stars=4)),
        (f"rate:{BOOKING}:6", None),
        (f"rate:{BOOKING}", None),
        ("rate::5", None),
        ("ack:", None),
        ("cancel", None),
        ("m1.0", None),
        ("", None),
    ],
)
def test_a_notice_says_by_itself_what_its_choices_mean(token: str, meaning: Meaning | None) -> None:
    assert of_a_notice(token) == meaning


@given(st.text())
def test_a_token_that_nobody_gave_out_means_nothing_or_something_harmless(token: str) -> None:
    meaning = of_a_notice(token)
    assert meaning is None or not isinstance(meaning, TakeBooking) or meaning.deed is not Deed.CANCEL_SURELY
