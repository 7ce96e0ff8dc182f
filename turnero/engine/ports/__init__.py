"""What the engine needs from outside, as Protocols, and the values that cross those borders.

Implementations live in `turnero.persistence`; fakes for tests pass the same contract suites.
"""

from turnero.engine.ports.broadcast import Broadcast, Notice
from turnero.engine.ports.catalogue import AlreadyAnswered, Catalogue
from turnero.engine.ports.journal import Activation, Batch, Journal, JournalFailed, Outcome, SnapshotRecord
from turnero.engine.ports.presence import Presence
from turnero.engine.ports.reading import BookingFilter, BookingRecord, MessageRecord, Page, record_of
from turnero.engine.ports.records import (
    ApiKey,
    Attachment,
    BookingText,
    Business,
    Customer,
    Name,
    Provider,
    RequestKey,
    Service,
    TextKind,
)
from turnero.engine.ports.sign_ins import Account, SignInLink, SignInMessage, SignIns, SignInSender, WebSession
from turnero.engine.ports.surroundings import Clock, Ids
from turnero.engine.ports.tickets import Tickets
from turnero.engine.ports.waitlist import (
    Awaited,
    Entry,
    EntryFilter,
    EntryPage,
    EntryStatus,
    InLine,
    Offer,
    Waitlist,
)

__all__ = [
    "Account",
    "Activation",
    "AlreadyAnswered",
    "ApiKey",
    "Attachment",
    "Awaited",
    "Batch",
    "BookingFilter",
    "BookingRecord",
    "BookingText",
    "Broadcast",
    "Business",
    "Catalogue",
    "Clock",
    "Customer",
    "Entry",
    "EntryFilter",
    "EntryPage",
    "EntryStatus",
    "Ids",
    "InLine",
    "Journal",
    "JournalFailed",
    "MessageRecord",
    "Name",
    "Notice",
    "Offer",
    "Outcome",
    "Page",
    "Presence",
    "Provider",
    "RequestKey",
    "Service",
    "SignInLink",
    "SignInMessage",
    "SignInSender",
    "SignIns",
    "SnapshotRecord",
    "TextKind",
    "Tickets",
    "Waitlist",
    "WebSession",
    "record_of",
]
