"""Recording a fit of a logistic regression, against MLflow's autologging, and against its calls by hand.

The calls by hand keep what autologging keeps: parameters, metrics, its three plots, the estimator's page; and the figure and the
model besides.
"""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from textwrap import indent

from measure import Action, Claim, Prepare, Turn, compare, report, times
from notebook import DATA, FIT, MLFLOW, check, opened, said, vary

PLAIN, OURS = "the fit alone", "%%mlops record, model kept"
LEAN, FULL = "mlflow.autolog(log_models=False)", "mlflow.autolog(), model kept"
COLD = "the same, no bytecode cached"
DRAWN = "%%mlops record, model and figure kept"
HAND, TERSE = "MLflow's calls by hand, the same kept", "the same, packages and signature given"
DRAW = """
import matplotlib; matplotlib.use("agg")
from matplotlib import pyplot
pyplot.close("all")
figure, axes = pyplot.subplots()
_ = axes.scatter(model.coef_[0], range(len(model.coef_[0])))
"""
MEASURE = """
from sklearn import metrics as of
chance, said = model.predict_proba(X), model.predict(X)
measured = {
    "accuracy": of.accuracy_score(y, said), "f1": of.f1_score(y, said), "log_loss": of.log_loss(y, chance),
    "precision": of.precision_score(y, said), "recall": of.recall_score(y, said),
    "roc_auc": of.roc_auc_score(y, chance[:, 1]), "score": model.score(X, y),
}
mlflow.log_params(model.get_params())
mlflow.log_metrics(measured)
mlflow.log_figure(figure, "figure.png")
"""
PLOTS = """
import sklearn.utils
with matplotlib.rc_context({"savefig.dpi": 175, "figure.autolayout": True, "font.size": 8}):
    for name, plot in {
        "training_confusion_matrix.png": of.ConfusionMatrixDisplay,
        "training_roc_curve.png": of.RocCurveDisplay,
        "training_precision_recall_curve.png": of.PrecisionRecallDisplay,
    }.items():
        display = plot.from_estimator(model, X, y)
        mlflow.log_figure(display.figure_, name)
        pyplot.close(display.figure_)
mlflow.log_text(sklearn.utils.estimator_html_repr(model), "estimator.html")
"""
PINS = "pip_requirements=['scikit-learn'], signature=mlflow.models.infer_signature(X.head(4), said[:4])"


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


def drawn(folder: Path) -> Turn:
    start = "%load_ext jupyter_mlops\n%mlops init"
    return _turns(start, f"%%mlops record churn\n{FIT}\n{DRAW}", folder / ".mlops" / "mlflow.db", 1)


def by_hand(folder: Path, *, options: str) -> Turn:
    keep = f"mlflow.sklearn.log_model(model, name='model', serialization_format='skops', {options})"
    cell = f"with mlflow.start_run(run_name='churn'):\n{indent(FIT + DRAW + MEASURE + PLOTS + keep, '    ')}"
    return _turns(MLFLOW, cell, folder / "mlflow.db", 1)


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
        DRAWN: drawn,
        HAND: partial(by_hand, options="input_example=X.head(4)"),
        TERSE: partial(by_hand, options=PINS),
    }
    found = compare(contenders, repetitions)
    report(
        "record: a LogisticRegression fit in a warm notebook, SQLite store",
        repetitions,
        found,
        Claim(f"ratio to {LEAN}", found[OURS] / found[LEAN], "×", 1.2),
        Claim(f"times faster than {FULL}", found[FULL] / found[OURS], "×", 10, at_least=True),
        Claim(f"ratio to {HAND}", found[DRAWN] / found[HAND], "×", 1.2),
        Claim(f"ratio to {TERSE}", found[DRAWN] / found[TERSE], "×", 1.2),
        Claim("times faster than it where no bytecode is cached", found[COLD] / found[OURS], "×"),
    )


if __name__ == "__main__":
    main()
