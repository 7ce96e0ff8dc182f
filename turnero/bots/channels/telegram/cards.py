"""A reply as Telegram shows it: plain text, and buttons below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, KeyboardButton, ReplyKeyboardMarkup

from turnero.bots.conversation.reply import Choice, Layout, Reply
from turnero.bots.texts.frames import FRAMES

# Between a choice's title and its detail, which Telegram has no place of its own for.
DETAIL = " · "

# What fits into one row on a small phone before Telegram cuts titles off.
ROW_CHARS_MAX = 24


def keyboard(reply: Reply) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | None:
    """Return what can be pressed below `reply`.

    A message has one keyboard. The one that shares a number is not below the message but in place of the letters;
    choices then stand there, too, and come back as their own words.
    """
    if reply.asks_contact:
        share = KeyboardButton(FRAMES[reply.language].share_number, request_contact=True)
        rows: list[list[KeyboardButton]] = [[share], *([KeyboardButton(choice.title)] for choice in reply.choices)]
        return ReplyKeyboardMarkup(rows, resize_keyboard=True, one_time_keyboard=True)
    if not reply.choices:
        return None
    return InlineKeyboardMarkup([[_button(choice) for choice in row] for row in _rows(reply)])


def _rows(reply: Reply) -> Iterator[Sequence[Choice]]:
    """Yield the choices row by row: those of a list each by itself, buttons side by side as long as they fit."""
    if reply.layout is Layout.LIST or sum(len(choice.title) for choice in reply.choices) > ROW_CHARS_MAX:
        yield from ([choice] for choice in reply.choices)
    else:
        yield reply.choices


def _button(choice: Choice) -> InlineKeyboardButton:
    title = f"{choice.title}{DETAIL}{choice.detail}" if choice.detail else choice.title
    return InlineKeyboardButton(title, callback_data=choice.token)
