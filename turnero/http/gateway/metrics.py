"""What Prometheus is told about the stream."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge


class StreamMetrics:
    """Counts connections, what is pushed to them, and why they end."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.connections = Gauge("turnero_stream_connections", "WebSockets that are open.", registry=registry)
        self.followed = Gauge("turnero_stream_calendars", "Calendars that somebody is watching.", registry=registry)
        self.events = Counter("turnero_stream_events", "Events of watched calendars.", registry=registry)
        self.pushes = Counter("turnero_stream_pushes", "Frames pushed to subscribers.", ("topic",), registry=registry)
        self.closed = Counter(
            "turnero_stream_closed", "Connections that this server closed, by close code.", ("code",), registry=registry
        )
        self.refused = Counter(
            "turnero_stream_refused",
            "Connections that were not let in, by HTTP status.",
            ("status",),
            registry=registry,
        )
