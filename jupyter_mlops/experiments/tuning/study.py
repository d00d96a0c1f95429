"""Open a study: the memory of a search, on disk, where the next session finds it."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from jupyter_mlops.core.errors import Conflict, Invalid, NotFound, Unavailable
from jupyter_mlops.core.project import Project

if TYPE_CHECKING:
    from optuna import Study, Trial
    from optuna.pruners import BasePruner
    from optuna.samplers import BaseSampler
    from optuna.storages import RDBStorage
    from optuna.trial import FrozenTrial

Direction = Literal["maximize", "minimize"]
Sampler = Literal["tpe", "random", "qmc"]
Pruner = Literal["median", "halving", "hyperband", "none"]

OWNER = "jupyter_mlops.owner"
_SCHEMA = "jupyter_mlops_tune"
_WAIT_S = 60


@dataclass(frozen=True)
class Search:
    """How a study looks for better parameters.

    Parameters
    ----------
    seed
        The same seed proposes the same parameters, as long as one trial runs at a time.
    """

    direction: Direction = "maximize"
    sampler: Sampler = "tpe"
    pruner: Pruner = "median"
    seed: int = 0


def open_study(project: Project, name: str, search: Search, *, is_resumed: bool) -> Study:
    """Make the study called *name*, or go on with it.

    Raises
    ------
    Conflict
        It exists, and is not to be resumed.
    NotFound
        It is to be resumed, and does not exist.
    Invalid
        It looks the other way.
    Unavailable
        Optuna is not installed.
    """
    _require()
    import optuna

    storage = _storage(project)
    known = {
        item.study_name: item for item in optuna.get_all_study_summaries(storage, include_best_trial=False)
    }
    if name in known and not is_resumed:
        raise Conflict(
            f"There is a study {name!r} already, of {known[name].n_trials} trials.",
            hint="Go on with it by --resume, or take another name.",
        )
    if is_resumed and name not in known:
        raise NotFound(
            f"No study {name!r} to resume.", hint=f"There are: {', '.join(sorted(known)) or 'none'}."
        )
    done = known[name].n_trials if name in known else 0
    study = optuna.create_study(
        study_name=name,
        storage=storage,
        sampler=_sampler(search, done),
        pruner=_pruner(search.pruner),
        direction=search.direction,
        load_if_exists=True,
    )
    if study.direction.name.lower() != search.direction:
        raise Invalid(
            f"The study {name!r} is to {study.direction.name.lower()}.",
            hint=f"Say --direction {study.direction.name.lower()}.",
        )
    _settle(study)
    return study


def owned(trial: Trial) -> None:
    """Say which process works on a trial, so that the next one knows whether it still does."""
    import psutil

    born = psutil.Process().create_time()
    trial.set_user_attr(OWNER, [socket.gethostname(), os.getpid(), born])


def _settle(study: Study) -> None:
    """Close as failed the trials whose process is gone."""
    from optuna.trial import TrialState

    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        if not _is_worked_on(trial):
            study.tell(trial.number, state=TrialState.FAIL, skip_if_finished=True)


def _is_worked_on(trial: FrozenTrial) -> bool:
    import psutil

    host, pid, born = trial.user_attrs.get(OWNER, (socket.gethostname(), -1, 0.0))
    if host != socket.gethostname():
        return True  # who knows
    try:
        return abs(psutil.Process(int(pid)).create_time() - float(born)) < 1
    except (psutil.Error, ValueError):
        return False


def _require() -> None:
    try:
        import optuna
    except ImportError:
        raise Unavailable(
            "Tuning needs Optuna, which is not installed.", hint="`pip install 'jupyter-mlops[tune]'`"
        ) from None
    optuna.logging.set_verbosity(optuna.logging.ERROR)


def _storage(project: Project) -> RDBStorage:
    """Return where studies are kept: beside the project's own tables, in a schema of their own on PostgreSQL."""
    from optuna.storages import RDBStorage

    url = project.settings.store_url or ""
    if not url.startswith("postgres"):
        place = f"sqlite:///{project.folder / 'tune.db'}"
        return RDBStorage(place, engine_kwargs={"connect_args": {"timeout": _WAIT_S}})
    from sqlalchemy import text

    with project.store.write() as connection:
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {_SCHEMA}"))
    return RDBStorage(
        "postgresql+psycopg://" + url.partition("://")[2],
        engine_kwargs={"pool_pre_ping": True, "connect_args": {"options": f"-c search_path={_SCHEMA}"}},
    )


def _sampler(search: Search, done: int) -> BaseSampler:
    """Return what proposes parameters; a study that goes on proposes no trial twice."""
    from optuna import samplers

    if search.sampler == "tpe":
        return samplers.TPESampler(seed=search.seed + done)
    if search.sampler == "random":
        return samplers.RandomSampler(seed=search.seed + done)
    return samplers.QMCSampler(seed=search.seed, scramble=True, warn_independent_sampling=False)


def _pruner(name: Pruner) -> BasePruner:
    from optuna import pruners

    if name == "median":
        return pruners.MedianPruner()
    if name == "halving":
        return pruners.SuccessiveHalvingPruner()
    return pruners.HyperbandPruner() if name == "hyperband" else pruners.NopPruner()
