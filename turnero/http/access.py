"""Which roles may call what. Every route names one of these rules; a route with no rule is denied.

This is the outer fence. Whose business, calendar or booking it is, the engine decides.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from typing import NamedTuple

from turnero.engine.domain.booking import MAY_BECOME, Actor, Role, Status
from turnero.engine.domain.errors import Forbidden, Unauthenticated


class Rule(NamedTuple):
    """Who may call a route: anybody, or the bearers of some roles. Nothing said: nobody."""

    public: bool = False
    roles: AbstractSet[Role] = frozenset()


class Bearer(NamedTuple):
    """Who a token, a key, a ticket or a browser's session stands for, and until when (seconds since 1970)."""

    actor: Actor
    expires_at: float
    session_id: str | None = None


# `system` is Turnero itself and never comes in over HTTP.
_CALLERS = frozenset(Role) - {Role.SYSTEM}


def only(*roles: Role) -> Rule:
    return Rule(roles=frozenset(roles) & _CALLERS)


NOBODY = Rule()
PUBLIC = Rule(public=True)
ANY_ROLE = only(*_CALLERS)
PLATFORM = only(Role.ADMIN)
MANAGERS = only(Role.ADMIN, Role.OWNER)
STAFF = only(Role.ADMIN, Role.OWNER, Role.PROVIDER)
STAFF_AND_INTEGRATORS = only(Role.ADMIN, Role.OWNER, Role.PROVIDER, Role.INTEGRATOR)
CUSTOMERS = only(Role.CUSTOMER)
# Those to whom messages are addressed.
RECIPIENTS = only(Role.CUSTOMER, Role.PROVIDER)
# Those between whom something is agreed; an integrator only passes on what they say.
PARTIES = only(Role.ADMIN, Role.OWNER, Role.PROVIDER, Role.CUSTOMER)


def who_may_bring_about(status: Status) -> Rule:
    """Return the rule that the domain's own table sets for bringing a booking into `status`."""
    return only(*MAY_BECOME[status])


def check(rule: Rule, actor: Actor | None) -> None:
    """Let `actor` pass, or refuse.

    Raises:
        Unauthenticated: there is no token, and the route is not public.
        Forbidden: the role may not call this.
    """
    if rule.public:
        return
    if actor is None:
        raise Unauthenticated("This needs a token: `Authorization: Bearer ...`.")
    if actor.role not in rule.roles:
        raise Forbidden(f"The role `{actor.role}` may not do this.")
