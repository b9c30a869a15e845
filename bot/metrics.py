"""What is counted and measured, for Prometheus. No names and no ids: labels are words of ours only."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.logs import COUNTED
from storage.overview import Queues
from storage.records import OutboxRow, OutboxState

disable_created_metrics()  # type: ignore[no-untyped-call]

KIND = "text/plain; version=0.0.4; charset=utf-8"
_SOON = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600)
_LAG = (0.01, 0.05, 0.1, 0.5, 1, 5)


class Meters:
    """The meters of one process."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._queues = _Queues()
        self._delivery = Histogram(
            "vidsyn_delivery_seconds",
            "From the moment a message may go until the platform has taken it.",
            ["channel"],
            buckets=_SOON,
            registry=registry,
        )
        self._ended = Counter(
            "vidsyn_outbox_ended", "Messages that ended here, by how.", ["channel", "state"], registry=registry
        )
        self._ticks = Histogram(
            "vidsyn_tick_seconds", "How long a part of a tick took.", ["part"], buckets=_SOON, registry=registry
        )
        self._lag = Histogram(
            "vidsyn_loop_lag_seconds", "How late the event loop came to its beat.", buckets=_LAG, registry=registry
        )
        registry.register(self._queues)
        ProcessCollector(registry=registry)

    def ended(self, row: OutboxRow, state: OutboxState, now: datetime) -> None:
        """A message has come to its end."""
        self._ended.labels(row.to.channel, state.value).inc()
        if state is OutboxState.SENT:
            self._delivery.labels(row.to.channel).observe(max((now - row.not_before).total_seconds(), 0.0))

    def ticked(self, part: str, seconds: float) -> None:
        """A part of a tick is over."""
        self._ticks.labels(part).observe(seconds)

    def lagged(self, seconds: float) -> None:
        """The event loop was so late."""
        self._lag.observe(seconds)

    def page(self, queues: Queues | None, *, ready: bool) -> bytes:
        """All of it, as Prometheus reads it. `queues` is None when the database cannot be asked."""
        self._queues.seen, self._queues.ready = queues, ready
        return generate_latest(self._registry)


class _Queues(Collector):
    """What was last seen in the database, and what was logged."""

    def __init__(self) -> None:
        self.seen: Queues | None = None
        self.ready = False

    def collect(self) -> Iterator[Metric]:
        """The gauges of the moment."""
        yield _gauge("vidsyn_ready", "Whether /readyz says so.", float(self.ready))
        yield _gauge("vidsyn_database_up", "Whether the database answered.", float(self.seen is not None))
        logged = CounterMetricFamily(
            "vidsyn_errors", "Warnings and errors, by what they are.", labels=["level", "kind"]
        )
        for (level, kind), count in sorted(COUNTED.items()):
            if level in ("warning", "error", "critical"):
                logged.add_metric([level, kind], count)
        yield logged
        if self.seen is not None:
            yield from _waiting(self.seen)


def _waiting(seen: Queues) -> Iterator[Metric]:
    yield _gauge("vidsyn_inbox_pending", "Received and not answered yet.", seen.received)
    yield _gauge("vidsyn_inbox_oldest_seconds", "How long the oldest of them waits.", seen.received_age.total_seconds())
    yield _gauge("vidsyn_inbox_set_aside", "Received and set aside: see `vidsyn inbox`.", seen.set_aside)
    outbox = GaugeMetricFamily(
        "vidsyn_outbox", "Messages that have no end yet, or one that nobody knows.", labels=["channel", "state"]
    )
    for (state, channel), count in sorted(seen.outbox.items()):
        outbox.add_metric([channel, state], count)
    yield outbox
    oldest = GaugeMetricFamily(
        "vidsyn_outbox_oldest_seconds", "How long the oldest message could have gone.", labels=["channel"]
    )
    for channel, age in sorted(seen.held_up.items()):
        oldest.add_metric([channel], age.total_seconds())
    yield oldest
    yield _gauge("vidsyn_prompts_due", "Due and not said yet.", seen.due)
    yield _gauge("vidsyn_prompts_oldest_seconds", "How long the oldest of them is due.", seen.due_age.total_seconds())


def _gauge(name: str, said: str, value: float) -> Metric:
    return GaugeMetricFamily(name, said, value=value)
