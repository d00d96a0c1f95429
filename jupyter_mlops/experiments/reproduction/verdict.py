"""Tell whether a run is reproduced, and why."""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_mlops.experiments.reproduction.judge import Changed, Measured, Predicted


def verdict_of(
    metrics: tuple[Measured, ...],
    predicted: Predicted | None,
    models: tuple[Changed, ...],
    *,
    has_models: bool,
) -> tuple[bool, str]:
    """Tell whether a run is reproduced, and why.

    Metrics and predictions decide; models only where there are neither.

    Parameters
    ----------
    models
        Those whose digests differ.
    has_models
        Whether the recorded run kept any.
    """
    others = list(differing(metrics))
    if others:
        more = len(others) - 1
        return False, others[0] + (f", and {more} more differ" if more else "")
    if predicted is not None and predicted.sameness == "other":
        return False, predicted.why or f"{predicted.differing} of {predicted.rows} predictions differ"
    if metrics or predicted is not None:
        return True, _agreement(metrics, predicted)
    if has_models:
        return not models, "the models' digests differ" if models else "the models' digests are equal"
    return False, "it kept no metric, prediction or model to compare"


def _agreement(metrics: tuple[Measured, ...], predicted: Predicted | None) -> str:
    parts = []
    if metrics:
        equal = sum(item.sameness == "equal" for item in metrics)
        exactly = "all equal" if equal == len(metrics) else f"{equal} equal, the others within the tolerance"
        parts.append(f"{len(metrics)} metric{'s' if len(metrics) > 1 else ''}, {exactly}")
    if predicted is not None:
        how = "equal" if predicted.sameness == "equal" else "within the tolerance"
        parts.append(f"{predicted.rows} predictions {how}")
    return "; ".join(parts)


def differing(metrics: tuple[Measured, ...]) -> Iterator[str]:
    """Yield a clause for each metric that is another now."""
    for item in metrics:
        if item.sameness == "other":
            was, now = ("missing" if value is None else f"{value:.8g}" for value in (item.recorded, item.now))
            yield f"{item.name} was {was}, is {now}"
