"""Accounts, sign-in links and browser sessions on SQL."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection, bindparam, delete, insert, or_, select, update

from turnero.engine.domain.booking import Actor
from turnero.engine.ports import Account, SignInLink, WebSession
from turnero.persistence.database import Database
from turnero.persistence.schema import accounts, sign_in_links, web_sessions

# Asked with every request of a page.
_SESSION = select(web_sessions).where(web_sessions.c.digest == bindparam("digest"))


class SignInStore:
    """The part of `turnero.engine.ports.Catalogue` that lets people in."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put_account(self, account: Account) -> None:
        mine = accounts.c.actor == account.actor

        def work(connection: Connection) -> None:
            known = connection.execute(select(accounts.c.password).where(mine)).one_or_none()
            connection.execute(delete(accounts).where(mine))
            connection.execute(insert(accounts).values(msgspec.structs.asdict(account)))
            if known is not None and known.password != account.password:
                connection.execute(delete(web_sessions).where(web_sessions.c.actor == account.actor))

        await self._database.write(work)

    async def account(self, actor: Actor) -> Account | None:
        query = select(accounts).where(accounts.c.actor == actor)
        row = await self._database.read(lambda connection: connection.execute(query).one_or_none())
        return None if row is None else Account(**row._asdict())

    async def accounts_at(self, *, email: str | None, phone_key: str | None, limit: int) -> list[Account]:
        query = (
            select(accounts)
            # Nothing is equal to NULL, so what was not asked for matches nobody.
            .where(or_(accounts.c.email == email, accounts.c.phone_key == phone_key))
            .order_by(accounts.c.created_at, accounts.c.actor)
            .limit(limit)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [Account(**row._asdict()) for row in rows]

    async def add_link(self, link: SignInLink, *, now: datetime) -> None:
        def work(connection: Connection) -> None:
            connection.execute(delete(sign_in_links).where(sign_in_links.c.expires_at <= now))
            connection.execute(insert(sign_in_links).values(msgspec.structs.asdict(link)))

        await self._database.write(work)

    async def redeem(self, digest: str, *, now: datetime) -> Actor | None:
        good = (sign_in_links.c.digest == digest) & (sign_in_links.c.uses_left > 0) & (sign_in_links.c.expires_at > now)

        def work(connection: Connection) -> Actor | None:
            # The update is the judge: of two at once, the second waits for the first and then matches nothing.
            used = connection.execute(
                update(sign_in_links).where(good).values(uses_left=sign_in_links.c.uses_left - 1)
            ).rowcount
            if not used:
                return None
            stands_for: Actor = connection.scalars(
                select(sign_in_links.c.actor).where(sign_in_links.c.digest == digest)
            ).one()
            return stands_for

        return await self._database.write(work)

    async def add_session(self, session: WebSession) -> None:
        def work(connection: Connection) -> None:
            connection.execute(delete(web_sessions).where(web_sessions.c.expires_at <= session.created_at))
            connection.execute(insert(web_sessions).values(msgspec.structs.asdict(session)))

        await self._database.write(work)

    async def session(self, digest: str) -> WebSession | None:
        row = await self._database.read(
            lambda connection: connection.execute(_SESSION, {"digest": digest}).one_or_none()
        )
        return None if row is None else WebSession(**row._asdict())

    async def sessions(self, actor: Actor, *, now: datetime) -> list[WebSession]:
        query = (
            select(web_sessions)
            .where(web_sessions.c.actor == actor, web_sessions.c.expires_at > now)
            .order_by(web_sessions.c.seen_at.desc(), web_sessions.c.id)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [WebSession(**row._asdict()) for row in rows]

    async def prolong_session(self, session_id: str, *, seen_at: datetime, expires_at: datetime) -> None:
        statement = (
            update(web_sessions).where(web_sessions.c.id == session_id).values(seen_at=seen_at, expires_at=expires_at)
        )
        await self._database.write(lambda connection: connection.execute(statement))

    async def end_session(self, actor: Actor, session_id: str) -> bool:
        statement = delete(web_sessions).where(web_sessions.c.id == session_id, web_sessions.c.actor == actor)
        return bool(await self._database.write(lambda connection: connection.execute(statement).rowcount))
