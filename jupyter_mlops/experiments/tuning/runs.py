"""The runs of a study: at the tracker, and once that is away in the spool until it is back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from jupyter_mlops.core.errors import MlopsError, Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Run, RunLog, RunStatus
from jupyter_mlops.experiments import spool
from jupyter_mlops.experiments.unsent import unsent


@dataclass
class StudyRuns:
    """Start, write and close runs; whatever the tracker does, the search goes on.

    Parameters
    ----------
    trouble
        Why the tracker is not asked any more.
    """

    project: Project
    trouble: str = ""

    def start(self, name: str, *, key: str, experiment: str, tags: Mapping[str, str]) -> Run:
        """Start a run, or answer one that is to be started later."""
        try:
            if not self.trouble:
                return self.project.tracker.start(name, key=key, experiment=experiment, tags=tags)
        except MlopsError as error:
            self.trouble = error.message
        return unsent(self.project, name, key=key, experiment=experiment, tags=tags)

    def close(self, run: Run, log: RunLog, status: RunStatus, took_s: float = 0.0) -> None:
        """Write what a run lacks, its journal included, and close it."""
        missed = spool.journalled(self.project, run)
        logs = [log] if missed is None else [missed, log]
        if not self._is_closed(run, logs, status):
            spool.keep(self.project, run, status, logs, took_s)
        elif missed is not None:
            spool.drop(self.project, run)

    def add(self, run: Run, log: RunLog) -> bool:
        """Write more to a run that finished, and tell whether the tracker has it."""
        try:
            if not self.trouble:
                self.project.tracker.log(run, log)
                return True
        except Unavailable as error:
            self.trouble = error.message
        spool.keep(self.project, run, "finished", [log], 0.0)
        return False

    def settle(self) -> bool:
        """Send what waits if the tracker is back, and tell whether nothing of ours is missing there."""
        if self.trouble:
            try:
                spool.replay(self.project)
            except MlopsError:
                return False
            self.trouble = ""
        return True

    def _is_closed(self, run: Run, logs: list[RunLog], status: RunStatus) -> bool:
        if self.trouble:
            return False
        try:
            for log in logs:
                self.project.tracker.log(run, log)
            self.project.tracker.finish(run, status)
        except MlopsError as error:
            self.trouble = error.message
        return not self.trouble
