"""Barbería El Turno: what the sample barbershop consists of. Everything here is made up, the phones included."""

from __future__ import annotations

from typing import NamedTuple

from turnero.engine.domain.booking import Money, Status
from turnero.engine.domain.schedule import Schedule, Weekday, WeeklyHours
from turnero.engine.domain.value import BusinessId
from turnero.engine.runtime.requests import CustomerRef, NewBusiness, NewService

BUSINESS = NewBusiness(
    name="Barbería El Turno",
    slug="el-turno",
    time_zone="America/Argentina/Buenos_Aires",
    locale="es-AR",
    address="Av. Corrientes 3247, Balvanera, Buenos Aires",
    phone="+54 11 4555-0147",
    vertical="barber",
    holidays="AR",
)


class ServiceRow(NamedTuple):
    """A line of the price list: prices in whole pesos, as the board on the wall says."""

    name: str
    minutes: int
    minutes_to_clean_up: int
    price_pesos: int

    def new(self, business_id: BusinessId) -> NewService:
        return NewService(
            business_id=business_id,
            name=self.name,
            duration_minutes=self.minutes,
            buffer_after_minutes=self.minutes_to_clean_up,
            price=Money(amount=self.price_pesos * 100, currency="ARS"),
        )


# What a neighbourhood barbershop in Buenos Aires asks in 2026.
SERVICES = (
    ServiceRow("Corte de pelo", 30, 0, 18_000),
    ServiceRow("Arreglo de barba", 20, 0, 12_000),
    ServiceRow("Corte y barba", 45, 0, 27_000),
    ServiceRow("Corte infantil", 30, 0, 15_000),
    ServiceRow("Afeitado clásico con toalla caliente", 40, 5, 16_500),
    ServiceRow("Color", 90, 15, 48_000),
)


class BarberRow(NamedTuple):
    """A barber, when lunch is, and which lines of the price list they do."""

    name: str
    lunch: tuple[str, str]
    services: tuple[int, ...]

    def schedule(self) -> Schedule:
        week = (*_WEEKDAYS, Weekday.SA)
        return Schedule(
            weekly=tuple(
                WeeklyHours(day=day, opens="09:00", closes="18:00" if day is Weekday.SA else "20:00") for day in week
            ),
            breaks=tuple(WeeklyHours(day=day, opens=self.lunch[0], closes=self.lunch[1]) for day in week),
        )


_WEEKDAYS = (Weekday.MO, Weekday.TU, Weekday.WE, Weekday.TH, Weekday.FR)

BARBERS = (
    BarberRow("Martín Ferreyra", ("13:00", "14:00"), (0, 1, 2, 3, 4)),
    BarberRow("Lucía Benítez", ("13:00", "14:00"), (0, 2, 3, 5)),
    BarberRow("Diego Acosta", ("14:00", "15:00"), (0, 1, 2, 4)),
)

CUSTOMERS = (
    CustomerRef(name="Ana Pérez", phone="+54 9 11 4555-0101"),
    CustomerRef(name="Bruno Díaz", phone="+54 9 11 4555-0102"),
    CustomerRef(name="Carla Suárez", phone="+54 9 11 4555-0103"),
    CustomerRef(name="Esteban Quiroga", phone="+54 9 11 4555-0104"),
    CustomerRef(name="Florencia Ibáñez", phone="+54 9 11 4555-0105"),
    CustomerRef(name="Gustavo Medina", phone="+54 9 11 4555-0106"),
)


class BookingRow(NamedTuple):
    """A booking of the sample week: the first free slot from `hour` on, or the day's last, `day` working days from now.

    Day 0 is today, if it is one. `ends` is what becomes of it, where that is not just to be booked.
    """

    day: int
    hour: int
    barber: int
    service: int
    customer: int
    ends: Status | None = None


BOOKINGS = (
    BookingRow(-2, 9, 0, 0, 0, Status.COMPLETED),
    BookingRow(-2, 10, 0, 2, 1, Status.COMPLETED),
    BookingRow(-2, 16, 1, 5, 2, Status.COMPLETED),
    BookingRow(-2, 11, 2, 1, 3, Status.NO_SHOW),
    BookingRow(-1, 9, 0, 3, 4, Status.COMPLETED),
    BookingRow(-1, 15, 1, 2, 5, Status.COMPLETED),
    BookingRow(-1, 17, 2, 4, 0, Status.CANCELLED),
    BookingRow(-1, 18, 2, 0, 1, Status.COMPLETED),
    BookingRow(0, 11, 0, 0, 3),
    BookingRow(0, 17, 1, 2, 4),
    BookingRow(0, 10, 1, 0, 5),
    BookingRow(0, 12, 1, 5, 2),
    BookingRow(0, 10, 2, 4, 1),
    BookingRow(0, 12, 2, 0, 2),
    BookingRow(0, 16, 2, 2, 5),
    BookingRow(0, 18, 0, 1, 1),
    BookingRow(1, 9, 0, 0, 2),
    BookingRow(1, 11, 0, 4, 3),
    BookingRow(1, 10, 1, 5, 4),
    BookingRow(1, 15, 2, 2, 5),
    BookingRow(1, 16, 0, 1, 1, Status.CANCELLED),
    BookingRow(2, 9, 1, 0, 0),
    BookingRow(2, 17, 0, 2, 2),
    BookingRow(2, 12, 2, 1, 3),
    BookingRow(3, 10, 2, 0, 4),
    BookingRow(4, 16, 1, 3, 5),
)
