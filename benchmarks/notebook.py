"""A notebook's shell to measure in: cells run as a person runs them, and their errors are ours."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

DATA = """
import warnings; warnings.simplefilter("ignore")
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
X, y = load_breast_cancer(return_X_y=True, as_frame=True)
X = StandardScaler().set_output(transform="pandas").fit_transform(X)
"""
FIT = "model = LogisticRegression(C=c).fit(X, y)"
MLFLOW = """
import logging, mlflow
logging.getLogger("mlflow").setLevel(logging.ERROR)
mlflow.set_tracking_uri("sqlite:///mlflow.db")
mlflow.set_experiment("bench")
"""


def opened(*cells: str) -> InteractiveShell:
    """Return a shell that has run *cells*."""
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell.instance()
    for cell in cells:
        said(shell, cell)
    return shell


def said(shell: InteractiveShell, cell: str) -> object:
    """Run a cell, and return what it shows."""
    answer = shell.run_cell(cell)
    answer.raise_error()
    return answer.result


def vary(shell: InteractiveShell, number: int) -> None:
    """Make the next fit another model, so that nobody can answer from memory."""
    shell.user_ns["c"] = 1 + number / 100


def check(database: Path, **least: int) -> None:
    """Refuse to measure what was not kept: tables of MLflow, and the least number of rows in each."""
    connection = sqlite3.connect(database)
    for table, count in least.items():
        found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        assert found >= count, f"{database} keeps {found} {table}, not {count}"
    connection.close()
