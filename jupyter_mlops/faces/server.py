"""The Jupyter Server extension: it serves the REST face and the live channel."""

from __future__ import annotations

import asyncio
from pathlib import Path

from jupyter_events import EventLogger
from jupyter_server.extension.application import ExtensionApp
from traitlets import Dict

from jupyter_mlops.faces import events, hooks, kernels, outputs, rest
from jupyter_mlops.faces.jobs import Job, Jobs
from jupyter_mlops.faces.worker_watch import WorkerWatch


class MlopsExtension(ExtensionApp):
    """Add one route a verb to the server, and say on its event socket what changed."""

    name = "jupyter_mlops"
    imposed = Dict(help="Settings that no project may change, by name.").tag(config=True)

    def initialize_settings(self) -> None:
        """Make what the routes share."""
        self._loop: asyncio.AbstractEventLoop | None = None
        self._tailing: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._jobs = Jobs(self._went_on)
        self.settings["mlops_jobs"] = self._jobs
        events.register(self._logger)

    def initialize_handlers(self) -> None:
        """Register the routes."""
        self.handlers.extend(rest.handlers())
        self.handlers.extend(hooks.handlers())
        self.handlers.extend(outputs.handlers())
        self.handlers.extend(kernels.handlers())

    async def _start_jupyter_server_extension(self, serverapp: object) -> None:
        self._loop = asyncio.get_running_loop()
        start = Path(self.settings["server_root_dir"]).expanduser()
        self._tailing = self._loop.create_task(events.Feed(start, self._emit).run())
        self._watch = WorkerWatch(start, dict(self.imposed), self.log)
        self._watching = self._loop.create_task(self._watch.run())

    async def stop_extension(self) -> None:
        """Stop tailing, ask every job to stop, and the worker."""
        if self._tailing is not None:
            self._tailing.cancel()
        self._jobs.close()
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.to_thread(self._watch.close)

    @property
    def _logger(self) -> EventLogger:
        logger = self.serverapp.event_logger if self.serverapp is not None else None
        if not isinstance(logger, EventLogger):
            raise TypeError("the server has no event logger")
        return logger

    def _emit(self, schema: str, data: dict[str, object]) -> None:
        self._logger.emit(schema_id=schema, data=data)

    def _went_on(self, job: Job) -> None:
        """Pass a job's progress on from its own thread to the server's loop."""
        data: dict[str, object] = {"job": job.id, "state": job.state, "done": job.done, "total": job.total}
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._emit, events.PROGRESS, data)
