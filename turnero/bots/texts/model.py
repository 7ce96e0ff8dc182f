"""Every text of the conversation by name. Each language fills all of them; placeholders in braces are the same in all.

Short, warm, plain text: a channel shows nothing else. Whatever goes into a placeholder is shown as it is.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The texts of one language. Names of choices begin with `do_`, and fit on a button."""

    # --- Hello -------------------------------------------------------------------------------------------------------
    hello: str
    hello_name: str
    hello_again: str
    hello_back: str
    hello_back_name: str
    how_can_i_help: str
    usual_offer: str
    menu: str
    do_usual: str
    do_something_else: str
    do_book: str
    do_my_bookings: str
    do_prices: str
    do_hours: str
    do_address: str
    do_person: str
    do_carry_on: str
    do_menu: str

    # --- What is missing ---------------------------------------------------------------------------------------------
    which_service: str
    which_of_these: str
    no_such_service: str
    which_staff: str
    which_staff_then: str
    no_such_staff: str
    staff_does_not: str
    do_anybody: str
    favourite_detail: str
    which_day: str
    which_day_doubtful: str
    doubtful_or: str
    day_detail_one: str
    day_detail: str
    do_soonest: str
    which_time: str
    which_time_days: str
    do_other_times: str
    do_other_day: str
    do_wait: str
    with_staff: str
    your_name: str
    name_unclear: str
    name_changed: str
    one_at_a_time: str

    # --- Why not -----------------------------------------------------------------------------------------------------
    past: str
    day_past: str
    too_soon: str
    too_far: str
    holiday: str
    closed: str
    day_over: str
    outside: str
    in_break: str
    off_grid: str
    taken: str
    full_day: str
    nothing_then: str
    but_these: str
    but_these_on: str
    following_days: str
    nothing_for_weeks: str
    no_more_times: str
    lost: str
    hour: str
    minutes: str
    hours: str
    days: str

    # --- The card ----------------------------------------------------------------------------------------------------
    card: str
    card_move: str
    do_confirm: str
    do_move_it: str
    do_other_time: str
    do_drop: str
    booked: str
    booked_pending: str
    booked_after: str
    dropped: str
    not_moved: str
    no_to_card: str
    do_leave_it: str

    # --- What is booked ----------------------------------------------------------------------------------------------
    nothing_booked: str
    nothing_to_cancel: str
    nothing_to_move: str
    no_such_booking: str
    line: str
    your_booking: str
    moving: str
    your_bookings: str
    waiting_lines: str
    pending: str
    which_to_cancel: str
    which_to_move: str
    sure_to_cancel: str
    do_cancel_surely: str
    do_rather_move: str
    do_keep: str
    kept: str
    cancelled: str
    do_undo: str
    undone: str
    nothing_to_undo: str
    too_late: str
    too_many_moves: str
    not_any_more: str
    moved: str
    acknowledged: str
    coming_or_not: str
    do_coming: str
    do_move: str
    do_cancel: str

    # --- The waitlist ------------------------------------------------------------------------------------------------
    wait_which_service: str
    wait_which_day: str
    do_this_week: str
    do_next_week: str
    do_any_day: str
    joined: str
    joined_position: str
    already_waiting: str
    no_waitlist: str
    left_line: str
    not_waiting: str
    offered: str
    do_take: str
    do_let_go: str
    do_leave_line: str
    waiting: str
    no_offer: str
    passed: str

    # --- After the visit ---------------------------------------------------------------------------------------------
    rated: str
    rated_low: str
    already_rated: str
    commented: str
    comment_thanks: str
    nothing_to_rate: str

    # --- About the business ------------------------------------------------------------------------------------------
    price_of: str
    price_line: str
    price_unknown: str
    prices: str
    address: str
    address_unknown: str
    phone: str
    hours_of: str
    hours_of_staff: str
    hours_day: str
    closed_on: str
    staff: str
    policy: str
    policy_free: str
    unknown_fact: str

    # --- Beside the point --------------------------------------------------------------------------------------------
    thanks: str
    bye: str
    insult: str
    no_secrets: str
    voice: str
    attachment: str
    location: str
    emoji: str
    too_long: str
    language_changed: str
    muted: str
    unmuted: str
    person: str
    person_after_all: str
    nobody_there: str
    person_phone: str
    contact_thanks: str
    late: str
    on_the_way: str
    staleness: str
    draft_over: str
    draft_lost: str
    pick_one: str
    not_understood: str
    not_understood_menu: str
    nothing_to_confirm: str
    alright: str
    nothing_to_deny: str
    failed: str

    # --- Who works here ----------------------------------------------------------------------------------------------
    staff_hello: str
    staff_help: str
    staff_book: str
    agenda: str
    agenda_line: str
    agenda_empty: str
    blocked: str
    blocked_day: str
    blocked_days: str
    blocked_until: str
    block_when: str
    block_in_the_way: str
    staff_which: str
    staff_none: str
    staff_calendar: str
    already_noted: str
    staff_sure: str
    staff_cancelled: str
    came: str
    came_not: str
    not_yet: str
    noted: str
    status_completed: str
    status_no_show: str
    status_pending: str
    status_cancelled: str
