"""What Prometheus is told about requests."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

CONTENT_TYPE = CONTENT_TYPE_LATEST

# From a cached read to a commit on a slow disk; what takes longer than 10 s has been given up by its client.
BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """Counts and times requests, by route template: never by path, which would be a series for every id."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._seconds = Histogram(
            "turnero_http_request_seconds",
            "Time from a request's head to its answer, by route and status.",
            ("method", "route", "status"),
            buckets=BUCKETS_S,
            registry=registry,
        )
        # Looking a series up by its labels takes longer than observing; there are a few hundred at most.
        self._series: dict[tuple[str, str, int], Histogram] = {}

    def observe(self, method: str, route: str, status: int, duration_s: float) -> None:
        labels = (method, route, status)
        series = self._series.get(labels)
        if series is None:
            series = self._series[labels] = self._seconds.labels(method, route, str(status))
        series.observe(duration_s)

    def page(self) -> bytes:
        """Return everything in the registry in Prometheus' text format."""
        return generate_latest(self._registry)


def registry_of_process() -> CollectorRegistry:
    """Return a registry that tells of the process itself: memory, files, garbage collection."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry
