"""A step in the making: what it changes, wants and says is collected here, and read off at the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from msgspec.structs import replace

from turnero.bots.conversation.effects import Effect, Release
from turnero.bots.conversation.purposes import Nothing, Purpose
from turnero.bots.conversation.reply import (
    BUTTON_TITLE_CHARS_MAX,
    BUTTONS_MAX,
    LIST_DETAIL_CHARS_MAX,
    LIST_MAX,
    LIST_TITLE_CHARS_MAX,
    TEXT_CHARS_MAX,
    About,
    Choice,
    Layout,
    Reply,
)
from turnero.bots.conversation.shop import Shop
from turnero.bots.conversation.state import Asked, Conversation, Draft, Menu, Option
from turnero.bots.texts import Texts, texts_in

# What comes before a question goes into the same message, unless the two make a wall of text together.
TOGETHER_CHARS_MAX = 480

# What may be picked for as long as nothing else is asked, but wants no answer.
_STANDING = frozenset({Asked.MAIN, Asked.AFTER, Asked.COMMENT})

_NOTHING = Nothing()


class Turn:
    """What is known when something happens, and what is to follow from it.

    It is used within one step only; outside, a step is a function of its arguments.
    """

    def __init__(self, state: Conversation, shop: Shop, now: datetime) -> None:
        self.state = state
        self.shop = shop
        self.now = now.astimezone(shop.zone)
        self.effects: list[Effect] = []
        self.replies: list[Reply] = []
        # Whether what was being made ran out before this message came.
        self.expired = False

    @property
    def texts(self) -> Texts:
        return texts_in(self.state.language)

    @property
    def language(self) -> str:
        return self.state.language

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def draft(self) -> Draft:
        """What is being made. Ask for it only where there is one."""
        assert self.state.draft is not None, "nothing is being made"
        return self.state.draft

    # --- Changing -------------------------------------------------------------------------------------------------

    def change(self, **fields: Any) -> None:  # noqa: ANN401  the fields of `Conversation`, each of its own type
        """Replace fields of the conversation."""
        self.state = replace(self.state, **fields)

    def redraft(self, **fields: Any) -> None:  # noqa: ANN401  the fields of `Draft`, each of its own type
        """Replace fields of what is being made."""
        self.change(draft=replace(self.draft, **fields))

    def introduce(self, name: str) -> None:
        """Remember what they are called, as they said it themselves."""
        self.change(me=replace(self.state.me, name=name, sure_of_name=True))

    def start(self, draft: Draft) -> None:
        """Begin to make something else; what was kept for the former is given back."""
        self._leave()
        self.change(draft=draft, menu=None)

    def drop(self) -> None:
        """Make nothing any more."""
        self._leave()
        self.change(draft=None, menu=None)

    def _leave(self) -> None:
        """Give back what is held, and keep what they are called: that outlasts what was being made."""
        self.let_go()
        name = None if self.state.draft is None else self.draft.name
        if name and not self.state.me.name:
            self.change(me=replace(self.state.me, name=name))

    def let_go(self) -> None:
        """Give back what is held."""
        draft = self.state.draft
        if draft is None:
            return
        if draft.hold_id is not None:
            self.want(Release(hold_id=draft.hold_id))
        self.redraft(slot=None, hold_id=None, held_until=None)

    def want(self, effect: Effect, purpose: Purpose = _NOTHING) -> None:
        """Have something done. Only the last effect of a step has a purpose: then their order is never in doubt."""
        assert not self.state.awaiting or isinstance(self.state.awaiting[-1], Nothing), self.state.awaiting
        self.effects.append(effect)
        self.change(awaiting=(*self.state.awaiting, purpose))

    # --- Saying ---------------------------------------------------------------------------------------------------

    def lead(self, text: str) -> None:
        """Say this before whatever is said next, in the same message if it is short."""
        self.change(leads=(*self.state.leads, text))

    def say(self, text: str, *, about: About | None = None) -> None:
        """Say something that asks for nothing."""
        self._reply(Reply(text=self._with_leads(text), about=about))

    def ask(
        self,
        asked: Asked,
        text: str,
        options: Sequence[Option] = (),
        *,
        yes: int | None = None,
        no: int | None = None,
        about: About | None = None,
    ) -> None:
        """Ask something. `yes` and `no` are the choices that these words stand for."""
        number = self.state.menus + 1
        shown = tuple(_fitting(option) for option in options[:LIST_MAX])
        menu = Menu(number=number, asked=asked, text=text, at=self.now, options=shown, yes=yes, no=no)
        self.change(menu=menu, menus=number)
        self._show(menu, about)

    def ask_again(self) -> None:
        """Return to the open question, if there is one."""
        menu = self.state.menu
        if menu is not None:
            self.change(menu=replace(menu, at=self.now))
            self._show(menu)
        else:
            self.flush()

    def aside(self, text: str) -> None:
        """Say something, and return to the open question; a standing menu stays open without being shown again."""
        menu = self.state.menu
        self.lead(text)
        if menu is not None and menu.asked in _STANDING:
            self.flush()
        else:
            self.ask_again()

    def flush(self) -> None:
        """Say what was to be said before something that did not come."""
        leads, self.state = self.state.leads, replace(self.state, leads=())
        if leads:
            self._reply(Reply(text=_cut("\n\n".join(leads))))

    def _show(self, menu: Menu, about: About | None = None) -> None:
        choices = tuple(
            Choice(token=f"m{menu.number}.{index}", title=option.title, detail=option.detail)
            for index, option in enumerate(menu.options)
        )
        few = len(choices) <= BUTTONS_MAX
        short = all(len(choice.title) <= BUTTON_TITLE_CHARS_MAX and not choice.detail for choice in choices)
        self._reply(
            Reply(
                text=self._with_leads(menu.text),
                choices=choices,
                layout=Layout.BUTTONS if few and short else Layout.LIST,
                asks_contact=menu.asked is Asked.NAME and self.state.me.phone is None,
                about=about,
            )
        )

    def _with_leads(self, text: str) -> str:
        leads = self.state.leads
        self.change(leads=())
        together = "\n\n".join((*leads, text))
        if len(together) <= TOGETHER_CHARS_MAX:
            return _cut(together)
        if leads:
            self._reply(Reply(text=_cut("\n\n".join(leads))))
        return _cut(text)

    def _reply(self, reply: Reply) -> None:
        self.replies.append(replace(reply, replaces=self.state.replacing, language=self.state.language))
        self.change(replacing=False)


def _cut(text: str) -> str:
    """Return `text` as long as a message may be. Ours are shorter; names in it are other people's."""
    return text if len(text) <= TEXT_CHARS_MAX else text[: TEXT_CHARS_MAX - 1] + "…"


def _fitting(option: Option) -> Option:
    return replace(
        option,
        title=_shortened(option.title, LIST_TITLE_CHARS_MAX),
        detail=_shortened(option.detail, LIST_DETAIL_CHARS_MAX),
    )


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
