"""Whatever people do, in whatever order: nothing raises, nothing is booked without a yes, nothing is held twice."""

from __future__ import annotations

from datetime import timedelta

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec.structs import replace

from tests.bots.conversation.world import COLOR, CORTE, CORTE_Y_BARBA, DIEGO, JUAN, LUCIA, MARTIN, World
from turnero.bots.conversation import Conversation, step
from turnero.bots.conversation import effects as fx
from turnero.bots.conversation.inbound import Attached, Attachment, Inbound, Pressed, Said, SharedContact, Started
from turnero.bots.conversation.reply import TEXT_CHARS_MAX
from turnero.engine.domain.booking import Status
from turnero.engine.domain.value import BookingId, ProviderId, ServiceId

PIECES = (
    "hola", "quiero un turno", "un corte", "corte y barba", "color", "con Martín", "con Lucía", "con cualquiera",
    "mañana", "el sábado", "el domingo", "el 25 de mayo", "el finde", "la semana que viene", "en agosto", "hoy",
    "a las 10", "a las 16:30", "tipo 6", "a la tarde", "después de las 5", "entre las 3 y las 5", "a las 13",
    "lo antes posible", "sí", "no", "dale", "confirmo", "no, mejor el jueves", "cancelá", "cancelá mi turno",
    "cambiame el turno", "pasalo para el viernes", "misma hora", "mis turnos", "lista de espera", "deshacer",
    "precios", "dónde queda", "horarios", "quiero hablar con una persona", "menú", "gracias", "chau", "1", "2",
    "la última", "8", "el de las 10", "Juan", "soy Ana", "BAJA", "ALTA", "in English please", "em português",
    "lo de siempre", "5", "👍", "⭐⭐⭐⭐", "🔥", "", "   ", "{name}", "%s", "<b>x</b>", "bloqueá mañana de 13 a 15",
    "llegó", "no vino", "¿qué tengo hoy?", "x" * 2_000, "\n", "ñ", "0", "99", "para dos personas", "otro horario",
    "el de martín",
)  # fmt: skip

TOKENS = (
    "", "m1.0", "m99.0", "m0.7", "zzz", "ack:bkg1", "move:bkg1", "cancel:bkg1", "cancel:nobody", "take:wle2",
    "pass:wle2", "take:nobody", "rate:bkg1:5", "rate:bkg1:1", "rate:bkg1:9", "rate:", "rate:::", "ack:",
    "m1.99", "m-1.0",
)  # fmt: skip


class Anything(RuleBasedStateMachine):
    """One person, of whatever sort, doing whatever comes to their mind."""

    @initialize(
        provider=st.booleans(),
        name=st.sampled_from(["", "Juan", "{x}"]),
        usual=st.sampled_from([None, (CORTE, MARTIN), (COLOR, LUCIA), (CORTE, DIEGO)]),
    )
    def begin(self, provider: bool, name: str, usual: tuple[ServiceId, ProviderId] | None) -> None:
        met = fx.Met(
            customer_id=JUAN,
            name=name,
            sure_of_name=bool(name),
            provider_id=MARTIN if provider else None,
            usual=usual,
        )
        self.world = World(met=met)
        self.world.booked("2026-05-07 10:00", mine=True)
        self.world.booked("2026-05-09 11:00", LUCIA, CORTE_Y_BARBA, mine=True)
        self.world.booked("2026-05-06 10:30", MARTIN)
        past = self.world.booked("2026-05-04 10:00", mine=True)
        self.world.bookings[past.id] = replace(past, status=Status.COMPLETED)
        self.world.waits("2026-05-08", offer="2026-05-08 16:00")

    @rule(pieces=st.lists(st.sampled_from(PIECES), min_size=1, max_size=4))
    def say(self, pieces: list[str]) -> None:
        self.do(Said(text=" ".join(pieces)))

    @rule(text=st.text(max_size=40))
    def say_anything(self, text: str) -> None:
        self.do(Said(text=text))

    @rule(token=st.sampled_from(TOKENS))
    def press_anything(self, token: str) -> None:
        self.do(Pressed(token=token))

    @rule(data=st.data())
    def press_something_shown(self, data: st.DataObject) -> None:
        shown = [choice for reply in self.world.replies[-4:] for choice in reply.choices]
        if shown:
            choice = data.draw(st.sampled_from(shown))
            self.do(Pressed(token=choice.token, title=choice.title))

    @rule(kind=st.sampled_from(Attachment))
    def send(self, kind: Attachment) -> None:
        self.do(Attached(kind=kind))

    @rule(name=st.sampled_from(["", "Ana"]))
    def share(self, name: str) -> None:
        self.do(SharedContact(phone="+5491145550101", name=name))

    @rule()
    def start(self) -> None:
        self.do(Started())

    @rule(minutes=st.sampled_from([1, 6, 31, 60 * 24]))
    def wait(self, minutes: int) -> None:
        self.world.passes(minutes=minutes)

    @rule(hour=st.integers(min_value=9, max_value=19))
    def somebody_else_is_faster(self, hour: int) -> None:
        day = (self.world.now + timedelta(days=1)).date()
        start = f"{day} {hour:02}:00"
        slots = self.world.free(CORTE, MARTIN, day, day)
        if any(f"{slot.start.astimezone(self.world.shop.zone):%Y-%m-%d %H:%M}" == start for slot in slots):
            self.world.booked(start, name="Otro")

    def do(self, inbound: Inbound) -> None:
        world = self.world
        before, bookings = world.state, set(world.mine)
        first = step(before, inbound, shop=world.shop, now=world.now)
        assert first == step(before, inbound, shop=world.shop, now=world.now), "a step is a function of its arguments"
        world.hears(inbound)
        for reply in world.last:
            assert 0 < len(reply.text) <= TEXT_CHARS_MAX
            assert "{" not in reply.text.replace("{x}", "").replace("{X}", "").replace("{name}", ""), reply.text
        new = world.mine - bookings
        if new:
            self.consented(inbound, before, new)

    def consented(self, inbound: Inbound, before: Conversation, new: set[BookingId]) -> None:
        """A booking is there: then there was a card, an offer, or something to take back, and they said yes."""
        assert len(new) == 1, new
        shown = before.menu
        offered = any(isinstance(effect, fx.Accept) for effect in self.world.seen[-3:])
        undone = before.undo is not None
        card = (
            shown is not None and shown.asked == "card" and before.draft is not None and before.draft.slot is not None
        )
        assert offered or undone or card, (inbound, shown)

    @invariant()
    def at_most_one_slot_is_held(self) -> None:
        held = [hold for hold in self.world.holds.values() if hold.until > self.world.now]
        assert len(held) <= 1, held


Anything.TestCase.settings = settings(stateful_step_count=25)
TestAnything = Anything.TestCase
