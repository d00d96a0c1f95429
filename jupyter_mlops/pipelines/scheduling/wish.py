"""What a person asked for when scheduling, as the trigger that it means."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import ValidationError

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.verb import did_you_mean
from jupyter_mlops.pipelines.file.definition import Catchup, Overlap
from jupyter_mlops.pipelines.file.trigger_spec import TriggerSpec
from jupyter_mlops.pipelines.scheduling.arrivals import check_pattern

_FORMS = {
    "snapshot": "snapshot:customers",
    "alias": "alias:churn@champion",
    "file": "file:incoming/*.csv",
    "webhook": "webhook:env:HOOK_SECRET",
    "pipeline": "pipeline:retrain@success",
    "alert": "alert:churn-drift",
}


@dataclass(frozen=True)
class Wish:
    """The options of `schedule`."""

    cron: str | None = None
    zone: str | None = None
    on: str | None = None
    name: str | None = None
    param: tuple[str, ...] = ()
    overlap: Overlap | None = None
    catchup: Catchup | None = None
    jitter: float = 0.0
    debounce: float = 0.0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was asked for: the pipeline's file says what starts it."""
        return self == Wish()

    def trigger(self) -> TriggerSpec:
        """Return the trigger that it means.

        Raises
        ------
        Invalid
            It means none, or two.
        """
        if (self.cron is None) == (self.on is None):
            what = "both --cron and --on" if self.cron else "neither --cron nor --on"
            raise Invalid(
                f"There is {what}.", hint="Write --cron '30 6 * * *', or --on snapshot:customers, and so on."
            )
        said: dict[str, object] = {"cron": self.cron} if self.cron else _parsed(str(self.on))
        said |= {"zone": self.zone} if self.zone else {}
        said |= {"jitter_s": self.jitter} if self.jitter else {}
        said |= {"debounce_s": self.debounce} if self.debounce else {}
        return checked(said)


def checked(said: dict[str, object]) -> TriggerSpec:
    """Return a trigger if what was said makes one.

    Raises
    ------
    Invalid
        It does not; the sentence says why.
    """
    try:
        spec = TriggerSpec.model_validate({"name": "option", **said})
    except ValidationError as error:
        first = error.errors()[0]
        hint = str(first.get("ctx", {}).get("hint", "")) or "See `%mlops schedule --help`."
        raise Invalid(f"This starts nothing: {first['msg'].rstrip('.')}.", hint=hint) from None
    if spec.pattern is not None:
        check_pattern(spec.pattern)
    return spec


def _parsed(on: str) -> dict[str, object]:
    kind, _, rest = on.partition(":")
    if kind not in _FORMS:
        hint = did_you_mean(kind, _FORMS) or f"Write {', '.join(_FORMS.values())}."
        raise Invalid(f"{kind!r} is nothing that starts a pipeline.", hint=hint)
    if not rest:
        raise Invalid(f"{on!r} does not say of what.", hint=f"Write {_FORMS[kind]}.")
    name, _, what = rest.partition("@")
    said: dict[str, dict[str, object]] = {
        "snapshot": {"dataset": rest},
        "alias": {"model": name, "alias": what},
        "file": {"pattern": rest},
        "webhook": {"webhook": rest},
        "pipeline": {"pipeline": name, "on": what},
        "alert": {"monitor": rest},
    }
    return {key: value for key, value in said[kind].items() if value}
