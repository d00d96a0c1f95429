"""Cells for tests: real code, executed in a dictionary."""

from __future__ import annotations

import ast
import traceback
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field

from jupyter_mlops.core.code import Evaluation
from jupyter_mlops.core.types import Execution, Figure
from jupyter_mlops.faces import evaluation


@dataclass
class PlainCell:
    """Source executed where `namespace` is; what it shows is given beforehand."""

    source: str
    namespace: MutableMapping[str, object] = field(default_factory=dict)
    notebook: str | None = "notebooks/train.ipynb"
    figures: tuple[Figure, ...] = ()
    times: int = 0

    def execute(self) -> Execution:
        """Run the source once."""
        self.times += 1
        try:
            exec(compile(self.source, "<cell>", "exec"), self.namespace)  # type: ignore[arg-type]
        except BaseException as error:  # noqa: BLE001 - kept, and raised again by `reraise`
            return Execution(error, traceback.format_exc(), self.figures)
        return Execution(figures=self.figures)

    def evaluate(self, given: Mapping[str, object]) -> Evaluation:
        """Run the source for its value."""
        self.times += 1
        tree = ast.parse(self.source, "<cell>")
        return evaluation.evaluate(tree, "<cell>", {**self.namespace, **given}, str)

    def bind(self, names: Mapping[str, object]) -> None:
        """Make *names* variables."""
        self.namespace.update(names)

    def reraise(self, execution: Execution) -> None:
        """Raise the user's own error."""
        if execution.error is not None:
            raise execution.error


def __getattr__(name: str) -> object:
    """Make the estimator of one's own when it is asked for: scikit-learn takes a second to import."""
    if name != "Doubler":
        raise AttributeError(name)
    from sklearn.base import BaseEstimator, RegressorMixin

    class Doubler(RegressorMixin, BaseEstimator):  # type: ignore[misc]
        """Predict twice the first feature."""

        def fit(self, X: object, y: object) -> object:
            """Remember nothing."""
            self.factor_ = 2
            return self

        def predict(self, X: object) -> object:
            """Double."""
            return [self.factor_ * row[0] for row in X]  # type: ignore[attr-defined]

    Doubler.__qualname__, Doubler.__module__ = "Doubler", __name__
    globals()["Doubler"] = Doubler
    return Doubler
