"""The API's routes, by what they are about. `API_ROUTES` is all of them, and there is no other list."""

from turnero.http.routes import (
    advanced,
    analytics,
    api_keys,
    bookings,
    businesses,
    customers,
    holds,
    messages,
    messaging,
    providers,
    series,
    services,
    sessions,
    sign_in,
    slots,
    transitions,
    waitlist,
)
from turnero.http.routing import AnyRoute

API_ROUTES: tuple[AnyRoute, ...] = (
    *businesses.ROUTES,
    *services.ROUTES,
    *providers.ROUTES,
    *slots.ROUTES,
    *holds.ROUTES,
    *customers.ROUTES,
    *messaging.ROUTES,
    *messages.ROUTES,
    *bookings.ROUTES,
    *transitions.ROUTES,
    *waitlist.ROUTES,
    *advanced.ROUTES,
    *series.ROUTES,
    *sessions.ROUTES,
    *analytics.ROUTES,
    *api_keys.ROUTES,
    *sign_in.ROUTES,
)
