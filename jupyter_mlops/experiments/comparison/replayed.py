"""How much of a difference each factor explains, as far as running again can tell."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.types import RunRef
from jupyter_mlops.experiments.comparison.swap import Factor
from jupyter_mlops.experiments.reproduction.judge import EVALUATED

_SHOWN = 5
_SYSTEM = "system/"
_UNASKED = "training_"


class Turn(Record):
    """One run of the first run's cells with what is *taken* from the second.

    Parameters
    ----------
    failed
        Why it gave nothing; empty for one that did.
    """

    taken: tuple[Factor, ...]
    run: RunRef | None = None
    took_s: float = 0.0
    metrics: dict[str, float] = {}
    failed: str = ""


class Effect(Record):
    """What swapping one factor does to a metric.

    Parameters
    ----------
    alone
        Its change when the first run takes this factor only.
    last
        Its change when the second run takes this factor last, after all others.
    explains
        The mean of both; the one that is known where only one is.
    """

    factor: Factor
    alone: float | None = None
    last: float | None = None
    explains: float | None = None


class Attribution(Record):
    """What the change of one metric comes from.

    Parameters
    ----------
    before, after
        As both were recorded.
    before_again, after_again
        As both came out now; the effects are of these.
    rest
        What the factors do only together: the change now, less what each explains. None while one is not known.
    noise
        How far the same cells moved between then and now: an effect below it says nothing.
    """

    metric: str
    before: float
    after: float
    before_again: float
    after_again: float
    effects: tuple[Effect, ...]
    rest: float | None
    noise: float

    @property
    def change(self) -> float:
        """How far it moved, in the runs of now."""
        return self.after_again - self.before_again

    def lines(self) -> Iterator[str]:
        """Yield the change, and what each factor explains of it, the largest first."""
        yield f"{self.before_again:.6g} → {self.after_again:.6g} ({self.change:+.3g})"
        for effect in sorted(self.effects, key=lambda one: -abs(one.explains or 0.0)):
            yield f"{effect.factor}: {self._said(effect)}"
        if len(self.effects) > 1 and self.rest is not None and abs(self.rest) > self.noise:
            yield f"only together: {self.rest:+.3g}"

    def _said(self, effect: Effect) -> str:
        if effect.explains is None:
            return "not known"
        share = f", {effect.explains / self.change:.0%}" if abs(self.change) > self.noise else ""
        parts = [f"alone {effect.alone:+.3g}"] if effect.alone is not None else []
        parts += [f"last {effect.last:+.3g}"] if effect.last is not None else []
        differs = len(self.effects) > 1 and (len(parts) < 2 or effect.alone != effect.last)
        both = f" ({', '.join(parts)})" if differs else ""
        faint = "; no more than chance" if 0 < abs(effect.explains) <= self.noise else ""
        return f"{effect.explains:+.3g}{share}{both}{faint}"


class Replay(Record):
    """What the change between two runs comes from, found by running again with one factor swapped.

    Parameters
    ----------
    factors
        What differs and could be swapped, and in what.
    attributions
        By metric, those that somebody logged before those that libraries did.
    turns
        Every run that was made for it.
    not_swapped
        What may differ as well, and could not be swapped.
    """

    before: RunRef
    after: RunRef
    factors: dict[Factor, str]
    attributions: tuple[Attribution, ...] = ()
    turns: tuple[Turn, ...] = ()
    not_swapped: tuple[str, ...] = ()
    took_s: float = 0.0

    def facts(self) -> Iterator[tuple[str, str]]:
        """Yield a fact for each metric that changed, then what was swapped."""
        moved = [one for one in self.attributions if abs(one.change) > 0]
        for one in moved[:_SHOWN]:
            yield f"why {one.metric}", "\n    ".join(one.lines())
        for factor, headline in self.factors.items():
            yield f"swapped {factor}", headline

    def notes(self) -> Iterator[str]:
        """Yield what the figures do not tell."""
        moved = sum(abs(one.change) > 0 for one in self.attributions)
        if self.attributions and not moved:
            yield "Run again, both give the same metrics."
        if moved > _SHOWN:
            yield f"{moved - _SHOWN} more metrics moved; --json shows all."
        for one in self.attributions[:_SHOWN]:
            if one.noise:
                yield f"{one.metric} of the same cells moved by {one.noise:.3g} since it was recorded: smaller effects say nothing."
        for turn in self.turns:
            if turn.failed:
                yield f"With {' and '.join(turn.taken) or 'nothing'} of {self.after}: {turn.failed}."
        yield from (f"Not swapped. {line}" for line in self.not_swapped)

    def card(self) -> Card:
        """Show what each factor explains."""
        title = f"{self.before} → {self.after}, replayed: {len(self.turns)} runs in {self.took_s:.0f} s"
        return Card(title, "info", tuple(self.facts()), notes=tuple(self.notes()))


def attributed(
    recorded: tuple[Mapping[str, float], Mapping[str, float]],
    factors: Sequence[Factor],
    given: Mapping[frozenset[Factor], Mapping[str, float]],
) -> tuple[Attribution, ...]:
    """Say what each factor explains of each metric.

    Parameters
    ----------
    recorded
        The metrics of both runs as they were recorded.
    given
        The metrics by what was taken from the second run; of a turn that failed there are none.

    Notes
    -----
    With two factors the mean of first and last is Shapley's value, and nothing is left over. With more it is the mean of
    two of the orders, and `rest` is what is left over.
    """
    none, every = frozenset[Factor](), frozenset(factors)
    if none not in given or every not in given:
        return ()
    names = [
        name
        for name in recorded[0]
        if _counts(name) and all(name in side for side in (recorded[1], given[none], given[every]))
    ]
    return tuple(
        _attribution(
            name,
            (recorded[0][name], recorded[1][name]),
            factors,
            {key: side[name] for key, side in given.items() if name in side},
        )
        for name in sorted(names, key=lambda name: name.startswith(_UNASKED))
    )


def _attribution(
    name: str,
    recorded: tuple[float, float],
    factors: Sequence[Factor],
    values: Mapping[frozenset[Factor], float],
) -> Attribution:
    every = frozenset(factors)
    first, second = values[frozenset()], values[every]
    effects = tuple(_effect(factor, every, values) for factor in factors)
    explained = [effect.explains for effect in effects]
    known = [value for value in explained if value is not None]
    rest = second - first - sum(known) if len(known) == len(explained) else None
    noise = max(abs(recorded[0] - first), abs(recorded[1] - second))
    return Attribution(
        metric=name,
        before=recorded[0],
        after=recorded[1],
        before_again=first,
        after_again=second,
        effects=effects,
        rest=None if rest is None or not math.isfinite(rest) else rest,
        noise=noise if math.isfinite(noise) else 0.0,
    )


def _effect(factor: Factor, every: frozenset[Factor], values: Mapping[frozenset[Factor], float]) -> Effect:
    alone = _between(values, frozenset(), {factor})
    last = _between(values, every - {factor}, every)
    known = [value for value in (alone, last) if value is not None]
    return Effect(factor=factor, alone=alone, last=last, explains=sum(known) / len(known) if known else None)


def _between(
    values: Mapping[frozenset[Factor], float], before: Collection[Factor], after: Collection[Factor]
) -> float | None:
    one, other = values.get(frozenset(before)), values.get(frozenset(after))
    return None if one is None or other is None else other - one


def _counts(name: str) -> bool:
    return not name.startswith((_SYSTEM, EVALUATED))
