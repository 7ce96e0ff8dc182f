"""What Prometheus is told about messages."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

# From "at once" to "hours late".
BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1_800.0, 7_200.0)


class CourierMetrics:
    """Counts messages, and what became of them. Never by person, and by no more of a message than its kind."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.sent = Counter(
            "turnero_messages_sent", "Messages that a channel has taken.", ("channel", "kind"), registry=registry
        )
        self.failed = Counter(
            "turnero_messages_failed",
            "Messages that could not be delivered, by the channel that was tried last.",
            ("channel", "kind"),
            registry=registry,
        )
        self.dropped = Counter(
            "turnero_messages_dropped",
            "Messages whose time had passed, or who had no address.",
            ("why",),
            registry=registry,
        )
        self.errors = Counter(
            "turnero_message_errors", "Tries that failed, by channel and code.", ("channel", "code"), registry=registry
        )
        self.reported = Counter(
            "turnero_message_reports",
            "What channels said later of messages.",
            ("channel", "status"),
            registry=registry,
        )
        self.lateness = Histogram(
            "turnero_message_lateness_seconds",
            "From when a message was due to when its channel had it.",
            ("urgency",),
            buckets=BUCKETS_S,
            registry=registry,
        )
        self.refilled = Counter("turnero_queue_fillings", "Times the timing queue was filled anew.", registry=registry)
        self.waiting = Gauge("turnero_queue_waiting", "Messages that wait in the timing queue.", registry=registry)
