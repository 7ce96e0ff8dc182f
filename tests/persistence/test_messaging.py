"""How customers want to be written to, as it is kept."""

from __future__ import annotations

from turnero.engine.domain.value import BusinessId, CustomerId
from turnero.engine.ports.messaging import MessagingPreferences
from turnero.persistence.catalogue import SqlCatalogue
from turnero.persistence.database import Database
from turnero.persistence.messaging import wishes_of

SHOP, OTHER = BusinessId("biz_1"), BusinessId("biz_2")
ANA, BRUNO = CustomerId("cus_ana"), CustomerId("cus_bruno")
WISHES = MessagingPreferences(channels=("email", "whatsapp"), opted_out=("sms",))


async def test_whoever_has_said_nothing_may_be_written_to_by_any_channel(database: Database) -> None:
    assert await SqlCatalogue(database).messaging(SHOP, ANA) == MessagingPreferences()


async def test_wishes_are_kept_for_one_person_in_one_business_and_the_last_ones_hold(database: Database) -> None:
    catalogue = SqlCatalogue(database)
    await catalogue.put_messaging(SHOP, ANA, MessagingPreferences(opted_out=("email",)))
    await catalogue.put_messaging(SHOP, ANA, WISHES)
    assert await catalogue.messaging(SHOP, ANA) == WISHES
    assert await catalogue.messaging(OTHER, ANA) == await catalogue.messaging(SHOP, BRUNO) == MessagingPreferences()


async def test_those_of_many_are_found_at_once(database: Database) -> None:
    catalogue = SqlCatalogue(database)
    await catalogue.put_messaging(SHOP, ANA, WISHES)
    await catalogue.put_messaging(OTHER, ANA, MessagingPreferences())
    people = {(SHOP, ANA), (SHOP, BRUNO)}
    assert await database.read(lambda connection: wishes_of(connection, people)) == {(SHOP, ANA): WISHES}
    assert await database.read(lambda connection: wishes_of(connection, ())) == {}
