"""Long calls: answered at once, followed, cancelled, and nobody else's business."""

from __future__ import annotations

import asyncio
import json
import threading
from pathlib import Path

import pytest

from jupyter_mlops.core import progress
from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.record import Record
from jupyter_mlops.faces.jobs import Job, Jobs
from tests.faces.test_rest import Fetch, jp_server_config, post, refused

__all__ = ["jp_server_config"]


class Said(Record):
    word: str


class Heard:
    """Jobs, and a way to wait for their end."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.seen: list[tuple[int, int, str]] = []
        self.jobs = Jobs(self._changed)

    def _changed(self, job: Job) -> None:
        self.seen.append((job.done, job.total, job.label))
        if job.state != "running":
            self.ended.set()

    def run(self, work: object) -> Job:
        job = self.jobs.start("say", "ada", work)  # type: ignore[arg-type]
        assert self.ended.wait(20)
        return job


class TestJobs:
    def test_a_job_reports_and_answers(self) -> None:
        """Its progress is heard; its answer is kept with its card."""

        def work() -> Record:
            progress.report(1, 2, "half")
            return Said(word="hello")

        heard = Heard()
        job = heard.run(work)
        assert (1, 2, "half") in heard.seen
        assert job.wire()["state"] == "done"
        assert job.wire()["answer"]["record"] == {"word": "hello"}  # type: ignore[index]
        assert job.wire(is_whole=False)["answer"] is None

    def test_an_error_is_kept_with_its_hint(self) -> None:
        """As REST would have answered it."""

        def work() -> Record:
            raise Invalid("Wrong.", hint="Mend it.")

        job = Heard().run(work)
        assert job.state == "failed"
        assert job.error is not None
        assert (job.error["code"], job.error["hint"]) == ("invalid", "Mend it.")

    def test_a_cancelled_job_stops_itself(self) -> None:
        """The work asks whether it should stop, and says that it did."""
        begun = threading.Event()

        def work() -> Record:
            begun.set()
            while not progress.is_cancelled():
                begun.wait(0.01)
            raise Invalid("Stopped.")

        heard = Heard()
        job = heard.jobs.start("say", "ada", work)
        assert begun.wait(20)
        heard.jobs.cancel(job.id, "ada")
        assert heard.ended.wait(20)
        assert job.state == "cancelled"

    def test_nobody_else_sees_it(self) -> None:
        """Neither in the list, nor by its id."""
        heard = Heard()
        job = heard.run(lambda: Said(word="secret"))
        assert heard.jobs.listed("eve") == []
        assert heard.jobs.listed("ada") == [job]
        with pytest.raises(NotFound):
            heard.jobs.find(job.id, "eve")


class TestRest:
    async def test_a_call_may_be_answered_at_once(self, jp_fetch: Fetch) -> None:
        """202 with a job; the job ends with what the verb answers."""
        body = {"table": "c.csv", "name": "customers"}
        started = await post(jp_fetch, "snapshot", body, headers={"Prefer": "respond-async"})
        assert started.code == 202
        job = json.loads(started.body)
        while job["state"] == "running":
            await asyncio.sleep(0.05)
            job = json.loads((await jp_fetch("jupyter-mlops/v1/jobs", job["id"])).body)
        assert job["answer"]["record"]["ref"] == "customers@1"
        listed = json.loads((await jp_fetch("jupyter-mlops/v1/jobs")).body)["jobs"]
        assert [item["id"] for item in listed] == [job["id"]]

    async def test_an_unknown_job_is_not_found(self, jp_fetch: Fetch) -> None:
        """A server that was restarted says so."""
        status, said = await refused(jp_fetch("jupyter-mlops/v1/jobs/nobody"))
        assert (status, said["code"]) == (404, "not-found")

    async def test_a_stranger_sees_none(self, jp_fetch: Fetch, jp_root_dir: Path) -> None:
        """Jobs are for those who are in."""
        stranger = {"Authorization": "none"}
        for route in ("jobs", "jobs/x"):
            status, _ = await refused(jp_fetch(f"jupyter-mlops/v1/{route}", headers=stranger))
            assert status == 403
        status, _ = await refused(jp_fetch("jupyter-mlops/v1/jobs/x", method="DELETE", headers=stranger))
        assert status == 403
