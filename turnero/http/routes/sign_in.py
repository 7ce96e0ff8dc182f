"""Who one is, and how those who work at a business get into its calendar on the web: accounts, links, sessions."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus

from turnero.engine.domain.value import BusinessId, ProviderId
from turnero.engine.runtime.sign_in_desk import AccountChange, Whose
from turnero.http import access
from turnero.http.paging import PageQuery, page
from turnero.http.routing import API, AnyRoute, Call, Empty, Route
from turnero.http.wire import people, shapes

TAG = "Signing in"

# Where a link leads. Its secret is behind the #, so that it stays in the browser and out of every server's log, and so
# that a preview of the link, which only fetches it, does not use it.
ENTER = "/calendar/enter#{secret}"


async def me(call: Call[Empty, Empty]) -> people.Me:
    assert call.bearer is not None, "the route is not public"
    actor = await call.service.themselves(call.caller)
    return people.me(actor, expires_at=call.bearer.expires_at, now=call.service.now())


async def issue_link(call: Call[Empty, Whose]) -> people.IssuedSignInLink:
    issued = await call.service.issue_sign_in_link(call.caller, call.body, now=datetime.now(UTC))
    return people.IssuedSignInLink(path=ENTER.format(secret=issued.secret), expires_at=issued.expires_at)


async def read_provider(call: Call[Empty, Empty]) -> people.Account:
    whose = Whose(provider_id=ProviderId(call.path["providerId"]))
    return people.account(await call.service.account(call.caller, whose))


async def read_owner(call: Call[Empty, Empty]) -> people.Account:
    whose = Whose(business_id=BusinessId(call.path["businessId"]))
    return people.account(await call.service.account(call.caller, whose))


async def put_provider(call: Call[Empty, AccountChange]) -> people.Account:
    return await _put(call, Whose(provider_id=ProviderId(call.path["providerId"])))


async def put_owner(call: Call[Empty, AccountChange]) -> people.Account:
    return await _put(call, Whose(business_id=BusinessId(call.path["businessId"])))


async def _put(call: Call[Empty, AccountChange], whose: Whose) -> people.Account:
    return people.account(await call.service.put_account(call.caller, whose, call.body, now=datetime.now(UTC)))


async def sessions(call: Call[PageQuery, Empty]) -> shapes.Items[people.WebSession]:
    found = await call.service.web_sessions(call.caller, now=datetime.now(UTC))
    here = None if call.bearer is None else call.bearer.session_id
    return page(
        found, call.query, key=lambda one: one.id, show=lambda one: people.web_session(one, current=one.id == here)
    )


async def end_session(call: Call[Empty, Empty]) -> None:
    await call.service.end_web_session(call.caller, call.path["sessionId"])


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        method="GET",
        path=f"{API}/me",
        name="getMe",
        tag=TAG,
        summary="Read who you are, and what time it is here",
        access=access.ANY_ROLE,
        handler=me,
        answer=people.Me,
    ),
    Route(
        method="POST",
        path=f"{API}/sign-in/links",
        name="createSignInLink",
        tag=TAG,
        summary="Get a link that signs somebody in to the calendar on the web",
        description=(
            "For a provider, or with `businessId` for the owner. It is good once, for ten minutes; `path` is told this"
            " once. Every request gets a new one."
        ),
        access=access.MANAGERS,
        handler=issue_link,
        body=Whose,
        answer=people.IssuedSignInLink,
        status=HTTPStatus.CREATED,
        example={"providerId": "prv_1"},
    ),
    Route(
        method="GET",
        path=f"{API}/providers/{{providerId}}/account",
        name="getProviderAccount",
        tag=TAG,
        summary="Read where a provider is reached, and whether they have a password",
        access=access.STAFF,
        handler=read_provider,
        answer=people.Account,
    ),
    Route(
        method="GET",
        path=f"{API}/businesses/{{businessId}}/account",
        name="getOwnerAccount",
        tag=TAG,
        summary="Read where the owner is reached, and whether they have a password",
        access=access.MANAGERS,
        handler=read_owner,
        answer=people.Account,
    ),
    Route(
        method="PUT",
        path=f"{API}/providers/{{providerId}}/account",
        name="putProviderAccount",
        tag=TAG,
        summary="Say where a provider is reached, and with which password they sign in",
        description=(
            "Addresses that are left out are removed; a password that is left out stays. A new password signs all of"
            " the account's browsers out."
        ),
        access=access.STAFF,
        handler=put_provider,
        body=AccountChange,
        answer=people.Account,
        example={"email": "marcos@example.com", "phone": "+54 9 11 2345-6789"},
    ),
    Route(
        method="PUT",
        path=f"{API}/businesses/{{businessId}}/account",
        name="putOwnerAccount",
        tag=TAG,
        summary="Say where the owner is reached, and with which password they sign in",
        access=access.MANAGERS,
        handler=put_owner,
        body=AccountChange,
        answer=people.Account,
        example={"email": "ana@example.com", "phone": "+54 9 11 2345-6789"},
    ),
    Route(
        method="GET",
        path=f"{API}/sign-in/sessions",
        name="listWebSessions",
        tag=TAG,
        summary="List the browsers that you are signed in with",
        access=access.STAFF,
        handler=sessions,
        query=PageQuery,
        answer=shapes.Items[people.WebSession],
    ),
    Route(
        method="DELETE",
        path=f"{API}/sign-in/sessions/{{sessionId}}",
        name="endWebSession",
        tag=TAG,
        summary="Sign one of your browsers out",
        access=access.STAFF,
        handler=end_session,
        status=HTTPStatus.NO_CONTENT,
    ),
)
