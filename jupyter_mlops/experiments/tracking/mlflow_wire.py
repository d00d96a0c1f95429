"""Calls to a tracking server: short, once, and silent after a server that does not answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, TypeAlias, TypeVar
from urllib.parse import urlsplit

from jupyter_mlops.core.clock import Clock
from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.redact import redact
from jupyter_mlops.experiments.tracking import mlflow_errors
from jupyter_mlops.experiments.tracking.patience import dial, why_silent, within

if TYPE_CHECKING:
    from requests import Response

Request: TypeAlias = "Callable[[int, float | None], Response]"  # retries, and seconds
Answer = TypeVar("Answer")
Made = TypeVar("Made")
_REST_S = 5.0
_KNOCK_S = 4.0
_WHOLE = 3  # time-outs that an answer may take to its last byte
_CREATES = ("/runs/create", "/model-versions/create", "/logged-models")
_OURS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "GIT_PYTHON_REFRESH": "quiet",
}


class Wire:
    """The way to one tracking store, and what is known of its health.

    Parameters
    ----------
    uri
        The tracking URI.
    timeout_s
        Longest wait for one answer, unless the user set MLflow's own variables.
    """

    def __init__(self, uri: str, timeout_s: float, clock: Clock) -> None:
        self.uri = uri
        self._timeout_s = timeout_s
        self._clock = clock
        self._silent_since: float | None = None
        self._answered_at: float | None = None
        self._reason = ""
        self._is_hung_up = False

    def __repr__(self) -> str:
        return f"Wire({self._shown!r})"

    @property
    def is_remote(self) -> bool:
        """Whether another process answers, so that it may not."""
        return self.is_http or bool(urlsplit(self.uri).hostname and not self.uri.startswith("databricks"))

    @property
    def is_http(self) -> bool:
        """Whether it is an MLflow server."""
        return self.uri.startswith(("http://", "https://"))

    @property
    def _shown(self) -> str:
        return redact(self.uri.rpartition("@")[2])

    @contextmanager
    def calling(self) -> Iterator[None]:
        """Make calls within, if the store answers; what it says comes out as one of our errors.

        Raises
        ------
        Unavailable
            It does not answer, or did not a few seconds ago.
        """
        for name, value in _OURS.items():
            os.environ.setdefault(name, value)
        self._knock()
        with mlflow_errors.translated(self._shown):
            try:
                yield
            except Exception as error:
                if self._is_resting() and self.is_http:
                    raise self._unavailable() from error
                raise

    @property
    def is_silent(self) -> bool:
        """Whether the store did not answer when it was last asked."""
        return self._silent_since is not None

    def hang_up(self) -> None:
        """Ask nothing more until the block of `listening` ends."""
        self._is_hung_up = True

    @contextmanager
    def listening(self, block: AbstractContextManager[Answer]) -> Iterator[Answer]:
        """Run *block*; whoever hung up in it is heard again at its end."""
        try:
            with block as found:
                yield found
        finally:
            if self._is_hung_up:
                self._is_hung_up, self._silent_since = False, None

    def install(self) -> None:
        """Let MLflow's requests to this server pass here; those to others stay as they were."""
        mlflow_errors.hush()
        if not self.is_http:
            return
        from mlflow.utils import rest_utils

        name = "_get_http_response_with_retries"
        gate = getattr(rest_utils, name)
        if not isinstance(gate, _Gate):
            gate = _Gate(gate)
            setattr(rest_utils, name, gate)
        gate.wires[self.uri.rstrip("/")] = self

    def send(
        self, request: Request, *, is_repeatable: bool, is_short: bool, timeout: float | None
    ) -> Response:
        """Send one request, with our limits; an answer lost on the way is asked for again when that is harmless.

        Parameters
        ----------
        is_short
            Neither sends nor returns a file: then the whole answer has a limit too.
        """
        import requests
        from urllib3.exceptions import ProtocolError

        if self._is_resting():
            raise requests.ConnectionError(self._unavailable().message)
        retries = int(os.environ.get("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")) if is_repeatable else 0
        limit = timeout if "MLFLOW_HTTP_REQUEST_TIMEOUT" in os.environ else self._timeout_s
        if is_short and not retries and limit == self._timeout_s:
            request = self._bounded(request)
        try:
            try:
                response = request(retries, limit)
            except requests.ConnectionError as error:
                cause = next(iter(error.args), None)
                if not isinstance(getattr(cause, "reason", cause), ProtocolError):
                    raise
                if not is_repeatable:
                    raise LostAnswer(*error.args) from error
                response = request(retries, limit)
        except (requests.exceptions.SSLError, LostAnswer):
            raise
        except (requests.Timeout, requests.ConnectionError) as error:
            self._fell_silent(why_silent(error, limit or self._timeout_s))
            raise
        self._answered()
        return response

    def _bounded(self, request: Request) -> Request:
        """Limit the whole answer: a server that sends a byte now and then passes every time-out of its parts."""
        import requests

        patience = _WHOLE * self._timeout_s

        def ask(retries: int, limit: float | None) -> Response:
            try:
                return within(patience, lambda: request(retries, limit))
            except TimeoutError as error:
                self._fell_silent(f"did not finish its answer within {patience:g} s")
                raise requests.exceptions.ChunkedEncodingError(self._reason) from error

        return ask

    def _knock(self) -> None:
        """Ask for a sign of life, unless there was one a moment ago."""
        if not self.is_remote:
            return
        if self._is_resting():
            raise self._unavailable()
        if self._answered_at is not None and self._clock.monotonic() - self._answered_at < _REST_S:
            return
        patience = min(self._timeout_s, _KNOCK_S)
        try:
            reason = within(patience + 0.5, lambda: self._sign_of_life(patience))
        except TimeoutError:
            reason = f"did not answer within {patience:g} s"
        if reason:
            self._fell_silent(reason)
            raise self._unavailable()
        self._answered()

    def _sign_of_life(self, patience: float) -> str:
        import requests

        if not self.is_http:
            return dial(self.uri, patience)
        try:
            requests.get(
                f"{self.uri.rstrip('/')}/health", timeout=patience, allow_redirects=False, stream=True
            ).close()
        except requests.exceptions.SSLError:
            return ""  # somebody is there; the call itself knows how to check who
        except requests.RequestException as error:
            return why_silent(error, patience)
        return ""

    def _is_resting(self) -> bool:
        if self._is_hung_up:
            return True
        return self._silent_since is not None and self._clock.monotonic() - self._silent_since < _REST_S

    def _fell_silent(self, reason: str) -> None:
        self._silent_since, self._answered_at, self._reason = self._clock.monotonic(), None, reason

    def _answered(self) -> None:
        self._silent_since, self._answered_at = None, self._clock.monotonic()

    def _unavailable(self) -> Unavailable:
        return Unavailable(
            f"The tracker {self._shown} {self._reason}.",
            hint="See that it runs and answers, or check tracking_uri with `%mlops settings`.",
        )


class LostAnswer(ConnectionError):
    """The connection broke before the answer of a request that must not be sent twice unseen."""


def once(find: Callable[[], Made | None], make: Callable[[], Made]) -> Made:
    """Return what was made under this key, or make it; after an answer that was lost, look again first."""
    from mlflow.exceptions import MlflowException

    found = find()
    if found is not None:
        return found
    try:
        return make()
    except MlflowException as error:
        if not _is_lost(error):
            raise
        found = find()
        return make() if found is None else found


def _is_lost(error: BaseException) -> bool:
    """Tell whether MLflow complains of a lost answer: what was asked may have been done."""
    return isinstance(error.__cause__ or error.__context__, LostAnswer)


class _Gate:
    """Stand where MLflow sends its requests, and pass each to the wire of its server."""

    def __init__(self, send: Callable[..., Response]) -> None:
        self.wires: dict[str, Wire] = {}
        self._send = send

    def __call__(self, method: str, url: str, max_retries: int, *args: object, **options: object) -> Response:
        wire = next((wire for prefix, wire in self.wires.items() if url.startswith(f"{prefix}/")), None)
        if wire is None:
            return self._send(method, url, max_retries, *args, **options)
        given = options.pop("timeout", None)
        is_read = method.upper() == "GET"
        is_repeatable = is_read or ("data" not in options and not url.endswith(_CREATES))

        is_short = "data" not in options and not options.get("stream")

        def request(retries: int, timeout: float | None) -> Response:
            return self._send(method, url, retries, *args, **options, timeout=timeout)

        return wire.send(
            request,
            is_repeatable=is_repeatable,
            is_short=is_short,
            timeout=float(given) if isinstance(given, int | float) else None,
        )
