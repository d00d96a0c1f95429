"""Registering a small model, against MLflow's log_model with inferred requirements."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from measure import Action, Claim, Prepare, Turn, compare, report, times
from notebook import DATA, FIT, MLFLOW, check, opened, said, vary

KEPT, NEW = "register, kept by a run", "register, kept by none"
PEER = "mlflow.sklearn.log_model"
_LOG = """
with mlflow.start_run():
    mlflow.sklearn.log_model(model, name="model", registered_model_name="churn")
"""


def ours(folder: Path, *, fit: str) -> Turn:
    start = "%load_ext jupyter_mlops\n%mlops init"
    return _turns(start, fit, "%mlops register model churn", folder / ".mlops" / "mlflow.db")


def mlflows(folder: Path) -> Turn:
    return _turns(f"{MLFLOW}\nimport mlflow.sklearn", FIT, _LOG, folder / "mlflow.db")


def _turns(start: str, fit: str, cell: str, database: Path) -> Turn:
    shell = opened(start, DATA)

    def turn(number: int) -> Action:
        if number:
            check(database, model_versions=number, logged_models=number)
        vary(shell, number)
        said(shell, fit)
        return partial(said, shell, cell)

    return turn


def main() -> None:
    repetitions = times()
    contenders: dict[str, Prepare] = {
        KEPT: partial(ours, fit=f"%%mlops record churn\n{FIT}"),
        NEW: partial(ours, fit=FIT),
        PEER: mlflows,
    }
    found = compare(contenders, repetitions)
    report(
        "register: a LogisticRegression in a warm notebook, SQLite store",
        repetitions,
        found,
        Claim(KEPT, found[KEPT], "s", 0.5),
        Claim(NEW, found[NEW], "s", 0.5),
        Claim(f"{KEPT}, ratio to {PEER}", found[KEPT] / found[PEER], "×"),
        Claim(f"{NEW}, ratio to {PEER}", found[NEW] / found[PEER], "×"),
    )


if __name__ == "__main__":
    main()
