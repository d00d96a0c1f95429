"""What every engine does; each adapter passes the same suite."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.durable.dbos_engine import DbosEngine
from jupyter_mlops.pipelines.durable.engine import Duty, Engine, QueueLimits, Task
from jupyter_mlops.pipelines.durable.local_engine import LocalEngine

ENGINES: dict[str, Callable[[Project], Engine]] = {"local": LocalEngine, "dbos": DbosEngine}
WAIT_S = 20


def wait_for(claim: Callable[[], bool]) -> None:
    """Wait until *claim* holds."""
    until = time.monotonic() + WAIT_S
    while not claim():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.01)


@dataclass
class Shop:
    """An engine, and what it performed: keys in the order of their beginning, and when."""

    engine: Engine
    begun: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    running: int = 0
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    gate: threading.Event = field(default_factory=threading.Event)

    def open(self, slots: int = 4, *, is_open: bool = True, **queues: QueueLimits) -> Shop:
        self.engine.start(Duty("w1", slots, self.perform, queues or {"default": QueueLimits()}, is_open))
        return self

    def perform(self, key: str) -> None:
        with self.lock:
            self.begun.append(key)
            self.times.append(time.monotonic())
            self.running += 1
            self.most = max(self.most, self.running)
        try:
            if key.startswith("slow"):
                self.gate.wait(WAIT_S)
            elif key.startswith("short"):
                time.sleep(0.05)
            elif key.startswith("bad"):
                raise ValueError(key)
        finally:
            with self.lock:
                self.running -= 1

    def submit(self, *keys: str, queue: str = "default", priority: int = 50) -> None:
        for key in keys:
            self.engine.submit(Task(key, queue, priority))

    def finish(self, *keys: str) -> None:
        wait_for(lambda: all(self.engine.state(key) == "done" for key in keys))


@pytest.fixture(params=ENGINES)
def shop(request: pytest.FixtureRequest, project: Project) -> Iterator[Shop]:
    made = Shop(ENGINES[request.param](project))
    yield made
    made.gate.set()
    made.engine.stop(WAIT_S)


class TestEngine:
    def test_a_task_is_performed_once_and_then_done(self, shop: Shop) -> None:
        """A key that is known already is not queued again, whether it waits, runs or is over."""
        shop.open().submit("a", "a", "b")
        shop.finish("a", "b")
        shop.submit("a")
        shop.submit("c")
        shop.finish("c")
        assert sorted(shop.begun) == ["a", "b", "c"]

    def test_an_unknown_key_has_no_state(self, shop: Shop) -> None:
        """None, not an error."""
        assert shop.open().engine.state("nobody") is None

    def test_what_it_raises_ends_the_task_alone(self, shop: Shop) -> None:
        """The next task is performed as if nothing had been."""
        shop.open(slots=1).submit("bad", "good")
        shop.finish("bad", "good")
        assert shop.begun == ["bad", "good"]

    def test_the_urgent_come_first(self, shop: Shop) -> None:
        """By priority, then in the order of their coming."""
        shop.open(slots=1).submit("slow")
        wait_for(lambda: shop.begun == ["slow"])
        shop.submit("late", "later", priority=90)
        shop.submit("urgent", priority=1)
        shop.gate.set()
        shop.finish("late", "later", "urgent")
        assert shop.begun == ["slow", "urgent", "late", "later"]

    def test_never_more_at_once_than_slots(self, shop: Shop) -> None:
        """Over all queues together."""
        keys = [f"short-{number}" for number in range(8)]
        shop.open(slots=2, default=QueueLimits(), other=QueueLimits())
        shop.submit(*keys[:4])
        shop.submit(*keys[4:], queue="other")
        shop.finish(*keys)
        assert shop.most == 2

    def test_a_queue_has_its_own_limit(self, shop: Shop) -> None:
        """One at a time, though four slots are free."""
        keys = [f"short-{number}" for number in range(4)]
        shop.open(slots=4, gpu=QueueLimits(concurrency=1)).submit(*keys, queue="gpu")
        shop.finish(*keys)
        assert shop.most == 1

    def test_a_queue_has_its_own_rate(self, shop: Shop) -> None:
        """The third of two a second begins a second after the first."""
        shop.open(api=QueueLimits(rate=2, per_s=1.0)).submit("a", "b", "c", queue="api")
        shop.finish("a", "b", "c")
        assert shop.times[2] - shop.times[0] > 0.9

    def test_a_queue_that_nobody_named_is_served(self, shop: Shop) -> None:
        """Unless the worker is for some queues only."""
        shop.open().submit("a", queue="new")
        shop.finish("a")

    def test_a_worker_for_some_queues_leaves_the_others(self, shop: Shop) -> None:
        """What is not its own stays queued."""
        shop.open(is_open=False, gpu=QueueLimits())
        shop.submit("other", queue="default")
        shop.submit("mine", queue="gpu")
        shop.finish("mine")
        assert shop.engine.state("other") == "queued"

    def test_a_queued_task_can_be_taken_back(self, shop: Shop) -> None:
        """It never begins; the one that runs is left to itself."""
        shop.open(slots=1).submit("slow")
        wait_for(lambda: shop.begun == ["slow"])
        shop.submit("queued")
        shop.engine.cancel("queued")
        shop.engine.cancel("slow")
        shop.engine.cancel("nobody")
        assert (shop.engine.state("slow"), shop.engine.state("queued")) == ("running", "cancelled")
        shop.gate.set()
        shop.finish("slow")
        assert shop.begun == ["slow"]

    def test_what_runs_at_the_stop_is_performed_again(self, shop: Shop) -> None:
        """And what waited is not lost."""
        shop.open(slots=1).submit("slow", "queued")
        wait_for(lambda: shop.begun == ["slow"])
        threading.Timer(0.1, shop.gate.set).start()
        shop.engine.stop(WAIT_S)
        assert shop.begun == ["slow"]
        shop.open()
        shop.finish("slow", "queued")
        assert sorted(shop.begun) == ["queued", "slow", "slow"]

    def test_the_stop_waits_no_longer_than_told(self, shop: Shop) -> None:
        """A task that does not end is left behind."""
        shop.open(slots=1).submit("slow")
        wait_for(lambda: shop.begun == ["slow"])
        started = time.monotonic()
        shop.engine.stop(0.2)
        assert time.monotonic() - started < 8

    def test_what_is_over_can_be_forgotten(self, shop: Shop) -> None:
        """The rest stays."""
        shop.open(slots=1).submit("a", "slow", "queued")
        shop.finish("a")
        assert shop.engine.forget(3600) == 0
        assert shop.engine.forget(0) == 1
        assert (shop.engine.state("a"), shop.engine.state("queued")) == (None, "queued")

    def test_nobody_else_holds_anything(self, shop: Shop) -> None:
        """One's own tasks are not somebody else's; and a worker that is not known leaves nothing behind."""
        shop.open(slots=1).submit("slow")
        wait_for(lambda: shop.begun == ["slow"])
        assert not shop.engine.holders()
        shop.engine.take_over("nobody")
        assert shop.engine.state("slow") == "running"
