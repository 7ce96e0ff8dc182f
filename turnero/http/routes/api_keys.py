"""API keys, by which integrators act for one business."""

from __future__ import annotations

from http import HTTPStatus

from turnero.engine.runtime.requests import NewApiKey
from turnero.http import access
from turnero.http.paging import BusinessPageQuery, page
from turnero.http.routing import API, AnyRoute, Call, Empty, Route
from turnero.http.wire import render, shapes

TAG = "API keys"


async def issue(call: Call[Empty, NewApiKey]) -> shapes.IssuedApiKey:
    return render.issued_api_key(await call.service.issue_api_key(call.caller, call.body))


async def of_business(call: Call[BusinessPageQuery, Empty]) -> shapes.Items[shapes.ApiKey]:
    keys = await call.service.api_keys(call.caller, call.query.business_id)
    return page(keys, call.query, key=lambda key: key.id, show=render.api_key)


async def revoke(call: Call[Empty, Empty]) -> None:
    await call.service.revoke_api_key(call.caller, call.path["apiKeyId"])


ROUTES: tuple[AnyRoute, ...] = (
    Route(
        method="POST",
        path=f"{API}/api-keys",
        name="issueApiKey",
        tag=TAG,
        summary="Issue an API key",
        description="The answer holds the secret, this once. Send it as a bearer token.",
        access=access.MANAGERS,
        handler=issue,
        body=NewApiKey,
        answer=shapes.IssuedApiKey,
        status=HTTPStatus.CREATED,
        example={"businessId": "biz_1", "name": "Agenda web"},
    ),
    Route(
        method="GET",
        path=f"{API}/api-keys",
        name="listApiKeys",
        tag=TAG,
        summary="List a business's API keys, without their secrets",
        access=access.MANAGERS,
        handler=of_business,
        query=BusinessPageQuery,
        answer=shapes.Items[shapes.ApiKey],
    ),
    Route(
        method="DELETE",
        path=f"{API}/api-keys/{{apiKeyId}}",
        name="revokeApiKey",
        tag=TAG,
        summary="Revoke an API key",
        access=access.MANAGERS,
        handler=revoke,
        status=HTTPStatus.NO_CONTENT,
    ),
)
