"""Recording a fit of a logistic regression, against MLflow's autologging with and without the model."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from measure import Action, Claim, Prepare, Turn, compare, report, times
from notebook import DATA, FIT, MLFLOW, check, opened, said, vary

PLAIN, OURS = "the fit alone", "%%mlops record, model kept"
LEAN, FULL = "mlflow.autolog(log_models=False)", "mlflow.autolog(), model kept"
COLD = "the same, no bytecode cached"


def plain(_folder: Path) -> Turn:
    return _turns("", FIT, None, 0)


def ours(folder: Path) -> Turn:
    start = "%load_ext jupyter_mlops\n%mlops init"
    return _turns(start, f"%%mlops record churn\n{FIT}", folder / ".mlops" / "mlflow.db", 1)


def mlflows(folder: Path, *, models: bool) -> Turn:
    start = f"{MLFLOW}\nmlflow.autolog(log_models={models}, silent=True)"
    return _turns(
        start, f"with mlflow.start_run(run_name='churn'):\n    {FIT}", folder / "mlflow.db", int(models)
    )


def cold(folder: Path) -> Turn:
    """MLflow's autologging where its child processes find no compiled modules, as in many containers."""
    os.environ |= {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": str(folder / "none")}
    return mlflows(folder, models=True)


def _turns(start: str, cell: str, database: Path | None, models: int) -> Turn:
    shell = opened(start, DATA)

    def turn(number: int) -> Action:
        if number and database is not None:
            check(database, runs=number, params=10, metrics=6, logged_models=models * number)
        vary(shell, number)
        return partial(said, shell, cell)

    return turn


def main() -> None:
    repetitions = times()
    contenders: dict[str, Prepare] = {
        PLAIN: plain,
        OURS: ours,
        LEAN: partial(mlflows, models=False),
        FULL: partial(mlflows, models=True),
        COLD: cold,
    }
    found = compare(contenders, repetitions)
    report(
        "record: a LogisticRegression fit in a warm notebook, SQLite store",
        repetitions,
        found,
        Claim(f"ratio to {LEAN}", found[OURS] / found[LEAN], "×", 1.2),
        Claim(f"times faster than {FULL}", found[FULL] / found[OURS], "×", 10, at_least=True),
        Claim("times faster than it where no bytecode is cached", found[COLD] / found[OURS], "×"),
    )


if __name__ == "__main__":
    main()
