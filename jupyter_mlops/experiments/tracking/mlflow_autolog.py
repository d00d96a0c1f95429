"""A block in which libraries, and the user's own MLflow calls, log to one run."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from jupyter_mlops.core import live
from jupyter_mlops.core.redact import is_secret_name, redact
from jupyter_mlops.core.tracker import AutologSession
from jupyter_mlops.experiments.tracking import mlflow_errors
from jupyter_mlops.experiments.tracking.mlflow_active import (
    activate,
    active_in_thread,
    entity,
    open_block,
    replace,
)

if TYPE_CHECKING:
    from mlflow.entities import Metric
    from mlflow.entities import Run as MlflowRun

    from jupyter_mlops.core.tracker import Run
    from jupyter_mlops.experiments.tracking.mlflow_outbox import Outbox

_GLOBAL = "globally_configured"
_SKLEARN = "sklearn"
_LIGHTNING = "lightning"
_SPARING = "_jupyter_mlops_sparing"


class Autolog:
    """Make a run MLflow's active one, with autologging on and without models, and undo it at the end.

    Parameters
    ----------
    uri
        Where the user's own MLflow calls go meanwhile.
    run
        The run as MLflow knows it.
    outbox
        Keeps what the server does not take.
    """

    def __init__(self, uri: str, run: MlflowRun, outbox: Outbox) -> None:
        self.uri = uri
        self._run = run
        self._outbox = outbox
        self._undo = ExitStack()

    def __enter__(self) -> object:
        with ExitStack() as stack:
            stack.callback(_send_traces)
            spare_imports()
            _direct(stack, self.uri)
            _quieten(stack)
            _redact(stack)
            _switch_on(stack)
            _mend_lightning(stack)
            activate(stack, self, self._run)
            self._outbox.install(stack)
            _observe(stack, self._run.info.run_id)
            self._undo = stack.pop_all()
        return self

    def __exit__(self, *error: object) -> None:
        self._undo.close()

    @contextmanager
    def within(self, run: Run) -> Iterator[None]:
        """Let this thread log to another run of the same experiment meanwhile, like a trial's; the server is not asked."""
        self._outbox.stand_for(run)
        with active_in_thread(entity(run, self._run.info.experiment_id)):
            yield


def standing(uri: str) -> Autolog | None:
    """Return the block that is open in this process, if what is logged in it goes to *uri*."""
    block = open_block()
    return block if isinstance(block, Autolog) and block.uri == uri else None


def spare_imports() -> None:
    """Keep MLflow from taking its lock for every import, for good: it takes it for those that it waits for.

    Python holds a lock of its own meanwhile, and autologging imports under MLflow's: another thread that imported
    anything at all just then, as MLflow's telemetry does, waited for ever, and the notebook with it.
    """
    from mlflow.utils import import_hooks

    finder = import_hooks.ImportHookFinder
    original = finder.find_spec
    if hasattr(original, _SPARING):
        return
    tables = ("_post_import_hooks", "_import_error_hooks")

    def find_spec(self: object, fullname: str, path: object, target: object = None) -> object:
        is_awaited = any(fullname in getattr(import_hooks, table) for table in tables)
        return original(self, fullname, path, target) if is_awaited else None

    setattr(find_spec, _SPARING, True)
    setattr(finder, "find_spec", find_spec)  # noqa: B010 - a method cannot be assigned


def silence() -> AutologSession:
    """Return a block in which no library logs, not even for a user whose own autologging is on."""
    from mlflow.utils.autologging_utils import disable_autologging

    return disable_autologging()


def _direct(stack: ExitStack, uri: str) -> None:
    import mlflow
    from mlflow.tracking._tracking_service import utils

    variable = "MLFLOW_TRACKING_URI"
    before, declared = getattr(utils, "_tracking_uri"), os.environ.get(variable)  # noqa: B009 - MLflow has no reader

    def restore() -> None:
        mlflow.set_tracking_uri(before)
        if declared is not None:  # MLflow removes it, also when the user had set it
            os.environ[variable] = declared

    mlflow.set_tracking_uri(uri)
    stack.callback(restore)


def _send_traces() -> None:
    """Wait for the traces that are sent in the background, if anything was traced."""
    if "mlflow.tracing.export.async_export_queue" in sys.modules:
        import mlflow

        mlflow.flush_trace_async_logging()


def _switch_on(stack: ExitStack) -> None:
    import mlflow
    from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS

    before = {name: dict(config) for name, config in AUTOLOGGING_INTEGRATIONS.items()}
    stack.callback(_restore, before)
    if _is_resting():
        AUTOLOGGING_INTEGRATIONS[_SKLEARN]["disable"] = False
        mlflow.autolog(log_models=False, log_datasets=False, silent=True, exclude_flavors=[_SKLEARN])
        return
    for config in AUTOLOGGING_INTEGRATIONS.values():
        if not config.get("disable", True):
            config[_GLOBAL] = True  # or MLflow keeps the user's options, models included, and not ours
    mlflow.autolog(log_models=False, log_datasets=False, silent=True)


def _mend_lightning(stack: ExitStack) -> None:
    """Patch Lightning when the cell imports it; MLflow's own hook gives up where both of its packages are there."""
    import mlflow
    from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS
    from mlflow.utils.import_hooks import register_post_import_hook

    is_open = [True]
    stack.callback(is_open.clear)

    def patch(_module: object) -> None:
        if is_open:
            mlflow.pytorch.autolog(log_models=False, log_datasets=False, silent=True)
            AUTOLOGGING_INTEGRATIONS["pytorch"][_GLOBAL] = True

    if _LIGHTNING not in sys.modules:
        register_post_import_hook(patch, _LIGHTNING)


def _restore(before: dict[str, dict[str, object]]) -> None:
    """Leave autologging as the user had it: off, or on with the user's own options."""
    import mlflow
    from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS

    users = {name: config for name, config in before.items() if _is_users(config)}
    if _SKLEARN in users or not _is_patched():
        mlflow.autolog(disable=True)
    else:
        mlflow.autolog(disable=True, exclude_flavors=[_SKLEARN])
        AUTOLOGGING_INTEGRATIONS[_SKLEARN]["disable"] = True
    for name, config in users.items():
        flavour = mlflow if name == "mlflow" else getattr(mlflow, name, None)
        if flavour is not None:
            flavour.autolog(**config)


def _is_users(config: Mapping[str, object]) -> bool:
    return not config.get("disable", True) and not config.get(_GLOBAL, False)


def _is_patched() -> bool:
    from mlflow.utils.autologging_utils import safety

    return bool(getattr(safety, "_AUTOLOGGING_PATCHES").get(_SKLEARN))  # noqa: B009 - MLflow has no reader


def _is_resting() -> bool:
    """Tell whether scikit-learn is still patched by an earlier block of ours, and switched off.

    Patching its two hundred classes anew takes longer than all else that a block does.
    """
    from mlflow.utils.autologging_utils import AUTOLOGGING_INTEGRATIONS

    config = AUTOLOGGING_INTEGRATIONS.get(_SKLEARN, {})
    is_ours = config.get(_GLOBAL, False) and not config.get("log_models", True)
    return bool(is_ours and config.get("disable", True) and _is_patched())


def _quieten(stack: ExitStack) -> None:
    """Silence the warnings of MLflow's own metrics, and leave those of the user's code alone."""
    import mlflow.sklearn.utils as flavour

    name = "_log_estimator_content"
    original: Callable[..., object] = getattr(flavour, name)

    def silently(*args: object, **options: object) -> object:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return original(*args, **options)

    replace(stack, flavour, name, silently)
    mlflow_errors.hush()


def _redact(stack: ExitStack) -> None:
    """Mask what looks like a secret among the parameters that libraries log by themselves."""
    from mlflow.utils.autologging_utils.client import MlflowAutologgingQueueingClient as Client

    original = Client.log_params

    def log_params(client: Client, run_id: str, params: dict[str, object]) -> None:
        original(client, run_id, {key: _safe(key, value) for key, value in params.items()})

    replace(stack, Client, "log_params", log_params)


def _safe(key: str, value: object) -> object:
    if is_secret_name(key) and isinstance(value, str):
        return "***"
    return value if isinstance(value, bool | int | float | None) else redact(str(value))


def _observe(stack: ExitStack, ours: str) -> None:
    """Let whoever looks see the metrics of the run as they are logged."""
    from mlflow.tracking import MlflowClient

    point = live.pen()  # libraries may log from threads of their own
    log_metric: Callable[..., object] = MlflowClient.log_metric
    log_batch: Callable[..., object] = MlflowClient.log_batch

    def one(client: object, run_id: str, key: str, value: float, *args: object, **options: object) -> object:
        answer = log_metric(client, run_id, key, value, *args, **options)
        step = options.get("step", args[1] if len(args) > 1 else None)
        if run_id == ours:
            point(key, step if isinstance(step, int) else 0, float(value))
        return answer

    def many(
        client: object, run_id: str, metrics: Sequence[Metric] = (), *args: object, **options: object
    ) -> object:
        answer = log_batch(client, run_id, metrics, *args, **options)
        for metric in metrics if run_id == ours else ():
            point(metric.key, metric.step, float(metric.value))
        return answer

    replace(stack, MlflowClient, "log_metric", one)
    replace(stack, MlflowClient, "log_batch", many)
