"""Mistakes that the flow of the cells shows: what a model could learn of its test, and what never comes again."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from jupyter_mlops.checks.report import Finding
from jupyter_mlops.core.session import Session
from jupyter_mlops.experiments.recorder.called import names_in
from jupyter_mlops.experiments.recorder.history import History
from jupyter_mlops.pipelines.file import python_source
from jupyter_mlops.pipelines.file.expression import root_of

FIT_BEFORE_SPLIT = "fit-before-split"
TEST_PEEKING = "test-peeking"
SEED_MISSING = "seed-missing"
TARGET_IN_FEATURE = "target-in-feature"

_SPLITS = frozenset(["train_test_split"])
_FITS = frozenset(["fit", "fit_transform", "partial_fit"])
_LOOKS = frozenset(
    [
        "score",
        "predict",
        "predict_proba",
        "decision_function",
        "describe",
        "hist",
        "plot",
        "corr",
        "value_counts",
    ]
)
_METRICS = re.compile(r".*(?:_score|_error|_loss)$|roc_curve|confusion_matrix|classification_report")
_TEST = re.compile(r"(?:^|_)(?:test|holdout|hold_out)(?:$|_)", re.IGNORECASE)
_TARGET = re.compile(r"^(?:y|target|label|labels|target_name|target_column)$", re.IGNORECASE)
_DRAWS = re.compile(
    r"^(?:train_test_split|(?:Stratified)?(?:Group)?KFold|ShuffleSplit|StratifiedShuffleSplit|RandomForest\w+|ExtraTrees\w+"
    r"|GradientBoosting\w+|HistGradientBoosting\w+|MLP\w+|SGD\w+|KMeans|MiniBatchKMeans|BaggingClassifier|BaggingRegressor)$"
)
_SHUFFLED = re.compile(r"KFold$")


@dataclass
class _Flow:
    """The calls of the cells in the order in which they ran."""

    events: list[tuple[int, ast.Call]] = field(default_factory=list)
    assignments: list[tuple[int, ast.Assign]] = field(default_factory=list)


def flow_findings(cells: Sequence[str]) -> list[Finding]:
    """Return what the flow of *cells*, sources in the order of execution, shows.

    Notes
    -----
    Names and calls are read, never run: a finding says what to look at, and none says that nothing is wrong.
    """
    flow = _Flow()
    for position, source in enumerate(cells):
        try:
            tree = python_source.parse(source)
        except (SyntaxError, ValueError, RecursionError):
            continue
        nodes = sorted((node for node in ast.walk(tree) if hasattr(node, "lineno")), key=_ended)
        flow.events += [(position, node) for node in nodes if isinstance(node, ast.Call)]
        flow.assignments += [(position, node) for node in nodes if isinstance(node, ast.Assign)]
    finders: tuple[Callable[[_Flow], Iterator[Finding]], ...] = (
        _fit_before_split,
        _test_peeking,
        _seed_missing,
        _target_in_feature,
    )
    return [finding for finder in finders for finding in finder(flow)]


def of_session(session: Session) -> list[Finding]:
    """Return what the flow of a session's cells shows, each cell as it ran last and in the order of that."""
    history = session.recorder
    if not isinstance(history, History):
        return []
    last = {item.cell: item for item in history.executions if item.status in {"ok", "running"}}
    return flow_findings([item.source for item in sorted(last.values(), key=lambda item: item.number)])


def _ended(node: ast.AST) -> tuple[int, int]:
    return getattr(node, "end_lineno", 0) or 0, getattr(node, "end_col_offset", 0) or 0


def _fit_before_split(flow: _Flow) -> Iterator[Finding]:
    """Find what learnt from all rows that a later split draws from."""
    learnt: dict[str, str] = {}
    for position, call in flow.events:
        if _called(call) in {"fit", "fit_transform"} and isinstance(call.func, ast.Attribute):
            seen = [*_arguments(call), *_target_of(flow, call)]
            learnt |= dict.fromkeys(
                (name for name in seen if name not in learnt), ast.unparse(call.func.value)
            )
        # An encoder of the target learns its classes only.
        split = _arguments(call) if _called(call) in _SPLITS else []
        spoilt = [name for name in split if name in learnt and not _TARGET.fullmatch(name)]
        if spoilt:
            said = f"{learnt[spoilt[0]]} was fitted on {spoilt[0]} before it was split: it has seen the test rows"
            yield Finding(
                check=FIT_BEFORE_SPLIT,
                subject=spoilt[0],
                message=said,
                evidence={"cell": str(position + 1)},
            )
            return


def _test_peeking(flow: _Flow) -> Iterator[Finding]:
    """Find looks at the test rows before the last fit."""
    fits = [index for index, (_, call) in enumerate(flow.events) if _called(call) in _FITS]
    if not fits:
        return
    for index, (position, call) in enumerate(flow.events[: fits[-1]]):
        name = _called(call)
        looks = name in _LOOKS or _METRICS.fullmatch(name)
        roots = {*_arguments(call), root_of(call.func) or ""}
        seen = sorted(part for part in roots if _TEST.search(part))
        if looks and seen and index < fits[-1]:
            yield Finding(
                check=TEST_PEEKING,
                severity="warning",
                subject=seen[0],
                message=f"{seen[0]} was looked at with {name} before the last fit: choices may follow the test",
                evidence={"cell": str(position + 1)},
            )
            return


def _seed_missing(flow: _Flow) -> Iterator[Finding]:
    """Find what draws at random and was given no seed."""
    if any(
        _called(call) in {"seed", "manual_seed", "seed_everything", "set_seed"} for _, call in flow.events
    ):
        return
    for position, call in flow.events:
        name = _called(call)
        if _is_unseeded(call, name):
            yield Finding(
                check=SEED_MISSING,
                severity="warning",
                subject=name,
                message=f"{name} draws at random and has no random_state: another run gives another result",
                evidence={"cell": str(position + 1)},
            )


def _is_unseeded(call: ast.Call, name: str) -> bool:
    words = {word.arg: word.value for word in call.keywords}
    if not _DRAWS.fullmatch(name) or None in words:
        return False  # nobody knows what `**options` give
    if _SHUFFLED.search(name) and not _is_true(words.get("shuffle")):
        return False
    given = words.get("random_state")
    return given is None or (isinstance(given, ast.Constant) and given.value is None)


def _target_in_feature(flow: _Flow) -> Iterator[Finding]:
    """Find columns that are computed from the target, other than the target itself."""
    targets = set(_target_columns(flow))
    for position, node in flow.assignments:
        for target in node.targets:
            column = _column(target)
            used = {name for part in ast.walk(node.value) if (name := _column(part))} & targets
            if column and column not in targets and used and _table(target) is not None:
                yield Finding(
                    check=TARGET_IN_FEATURE,
                    severity="warning",
                    subject=column,
                    message=f"{column} is computed from the target {sorted(used)[0]}",
                    evidence={"cell": str(position + 1)},
                )


def _target_columns(flow: _Flow) -> Iterator[str]:
    """Yield the columns that the cells take as the target: `y = table["bought"]`."""
    for name, value in (pair for _, node in flow.assignments for pair in _pairs(node)):
        if isinstance(name, ast.Name) and _TARGET.fullmatch(name.id):
            column = _column(value)
            if column:
                yield column
            elif isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield value.value


def _pairs(node: ast.Assign) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield each name that is bound with what it is bound to, also where several are at once."""
    for target in node.targets:
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        yield from zip(names, values, strict=False)


def _column(node: ast.AST) -> str | None:
    match node:
        case ast.Subscript(slice=ast.Constant(value=str() as name)):
            return name
        case ast.Call(func=ast.Attribute(attr="pop"), args=[ast.Constant(value=str() as name), *_]):
            return name
        case ast.Attribute(value=ast.Subscript() as inner):
            return _column(inner)
    return None


def _table(node: ast.expr) -> str | None:
    return root_of(node) if isinstance(node, ast.Subscript) else None


def _target_of(flow: _Flow, call: ast.Call) -> Iterator[str]:
    for _, node in flow.assignments:
        if any(part is call for part in ast.walk(node.value)):
            yield from (name for target in node.targets for name in names_in(target))


def _arguments(call: ast.Call) -> list[str]:
    parts: Iterable[ast.expr] = (*call.args, *(word.value for word in call.keywords))
    return list(dict.fromkeys(name for part in parts for name in names_in(part)))


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _is_true(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is True
