"""The one door: every call is validated, authorised, run and recorded here."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import SecretStr, ValidationError
from sqlalchemy import Connection

from jupyter_mlops.core import checkpoint, copies, ledger
from jupyter_mlops.core.call import Call, Later, current
from jupyter_mlops.core.errors import Interrupted, Invalid, MlopsError, Refused, Unavailable
from jupyter_mlops.core.ledger import AuditEvent, Outcome, Phase
from jupyter_mlops.core.policy import authorise
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.redact import redact
from jupyter_mlops.core.types import parts_of
from jupyter_mlops.core.verb import Parameter, Verb

_PATIENCE_S = 10.0
_PAUSE_S = 0.5
Face = Literal["magic", "cli", "rest", "python", "pipeline"]


def enter(project: Project, verb: Verb, arguments: Mapping[str, object], *, face: Face = "python") -> object:
    """Call *verb* on *project*.

    Parameters
    ----------
    arguments
        By name; live ones as objects or `Later`, the others as values or as the text a person typed.

    Returns
    -------
    object
        The verb's answer: a Record, or a live table.

    Raises
    ------
    Invalid
        An argument is unknown, missing or ill-typed.
    Refused
        The actor's role is too low, or a gate refused; the ledger has it.
    """
    outer = current.get()
    if outer is not None and outer.root != project.root:
        outer = None  # another project's ledger knows nothing of it
    under_way = Call(verb.name, project.root, project.session, parent=outer.seq if outer else None)
    if outer is not None:
        outer.has_inner = True
    passage = _Passage(project, verb, face, under_way)
    values = validate(verb, arguments)
    passage.describe(values)
    try:
        authorise(project.actor, verb, project.settings, passage.named)
    except Refused as error:
        passage.record("outcome", "refused", error.message)
        raise
    answer = passage.run(values)
    if outer is not None:
        outer.inputs |= under_way.inputs
        outer.outputs |= under_way.outputs
        outer.is_signed |= under_way.is_signed
    elif under_way.is_signed:
        copies.publish(project)
    return answer


def turned_away(project: Project, verb: Verb, *, face: Face, reason: str) -> None:
    """Record that somebody was refused before their call reached the door."""
    _Passage(project, verb, face, Call(verb.name, project.root, project.session)).record(
        "outcome", "refused", reason
    )


def validate(verb: Verb, arguments: Mapping[str, object]) -> dict[str, object]:
    """Return the arguments as the verb takes them.

    Raises
    ------
    Invalid
        One is unknown, missing or ill-typed.
    """
    values = {name: _value(verb, verb.parameter(name), given) for name, given in arguments.items()}
    missing = [item.name for item in verb.parameters if item.is_required and item.name not in values]
    if missing:
        raise Invalid(f"{verb.name} needs {', '.join(missing)}.", hint=f"See `%mlops {verb.name} --help`.")
    return values


def _value(verb: Verb, parameter: Parameter, given: object) -> object:
    if parameter.live is not None:
        return given
    try:
        return _fitted(parameter, given)
    except ValidationError as error:
        what = error.errors()[0]["msg"]
        choices = f"It is one of {', '.join(parameter.choices)}." if parameter.choices else parameter.help
        said = "What was given" if SecretStr in parts_of(parameter.annotation) else repr(given)
        raise Invalid(f"{said} is no {parameter.name} for {verb.name}: {what}.", hint=choices) from None


def _fitted(parameter: Parameter, given: object) -> object:
    """Return a value as its parameter takes it; a lone text is one of several, never its letters."""
    is_lone = isinstance(given, str) and parameter.is_repeated
    try:
        return parameter.adapter.validate_python(given)
    except ValidationError:
        if not is_lone:
            raise
    return parameter.adapter.validate_python([given])


class _Passage:
    """One call on its way through the door."""

    def __init__(self, project: Project, verb: Verb, face: Face, call: Call) -> None:
        self._project = project
        self._verb = verb
        self._face = face
        self._call = call
        self._arguments: dict[str, object] = {}
        self._answer: object = None
        self._line: tuple[int, str] | None = None
        self.named: list[str] = []
        self._started = project.clock.monotonic()

    def describe(self, values: Mapping[str, object]) -> None:
        """Keep what the ledger may know of the arguments, and the references among them."""
        for name, value in values.items():
            parameter = self._verb.parameter(name)
            self._arguments[name] = _describe(parameter, value)
            if parameter.word is None:
                continue
            references = [parameter.word.reference(word) for word in _words(value)]
            self.named += references
            if parameter.word.is_lineage:
                self._call.inputs |= dict.fromkeys(references)

    def run(self, values: Mapping[str, object]) -> object:
        """Run the verb and record what came of it."""
        token = current.set(self._call)
        try:
            if self._verb.effect == "write" and self._verb.is_foreign:
                self._call.seq = self.record("intent", "started")
            return self._finish(values)
        except MlopsError as error:
            self.record("outcome", "refused" if isinstance(error, Refused) else "failed", error.message)
            raise
        except OSError as error:
            self.record("outcome", "failed", str(error))
            raise Unavailable(
                f"{self._verb.name} could not finish: {error}.", hint="Check the disk and permissions."
            ) from error
        except KeyboardInterrupt:
            self.record("outcome", "failed", "It was interrupted.")
            raise
        except BaseException as error:
            self.record("outcome", "failed", f"{type(error).__name__}: {error}")
            raise
        finally:
            current.reset(token)

    def _finish(self, values: Mapping[str, object]) -> object:
        """Run the verb in one transaction; once more where the connection broke in it and nothing came of it."""
        try:
            return self._once(values)
        except Interrupted:
            if self._verb.is_foreign or self._call.has_inner:
                raise
            if not self._is_written():
                self._call.stack, self._call.connection = ExitStack(), None
                return self._once(values)
        return self._answer

    def _once(self, values: Mapping[str, object]) -> object:
        with self._call.stack:
            found = {name: _found(value) for name, value in values.items()}
            self._answer = self._verb.function(self._project, **found)
            self._collect(self._answer)
            self.record("outcome", "ok", self._call.reason)
        return self._answer

    def _is_written(self) -> bool:
        """Tell whether the transaction that broke off has become true, once the store can be asked."""
        seq, at = self._line or (0, "")
        until = self._project.clock.monotonic() + _PATIENCE_S
        while True:
            try:
                with self._project.store.read() as connection:
                    return any(event.at == at for event in ledger.entries(connection, after=seq - 1, limit=1))
            except Unavailable:
                if self._project.clock.monotonic() > until:
                    raise
                time.sleep(_PAUSE_S)

    def record(self, phase: Phase, outcome: Outcome, reason: str = "") -> int | None:
        """Write a line of the ledger, in the call's own transaction when the call succeeded in one."""
        if self._verb.effect == "read" and outcome != "refused":
            return None
        if self._verb.is_anywhere and not self._project.folder.is_dir():
            return None  # outside a project there is no ledger
        entry = self._entry(phase, outcome, redact(reason))
        if outcome == "ok" and self._call.connection is not None:
            return self._append(self._call.connection, entry)
        with self._project.store.write() as connection:
            return self._append(connection, entry)

    def _append(self, connection: Connection, entry: AuditEvent) -> int:
        seq = ledger.append(connection, entry)
        self._line = (seq, entry.at)
        self._call.is_signed |= checkpoint.when_due(self._project, connection)
        return seq

    def _entry(self, phase: Phase, outcome: Outcome, reason: str) -> AuditEvent:
        project, call = self._project, self._call
        elapsed = (project.clock.monotonic() - self._started) * 1000
        return AuditEvent(
            at=project.clock.now().isoformat(),
            actor=project.actor.name,
            source=project.actor.source,
            face=self._face,
            verb=self._verb.name,
            phase=phase,
            intent=call.seq,
            parent=call.parent,
            arguments=self._arguments,
            inputs=tuple(call.inputs),
            outputs=tuple(call.outputs),
            outcome=outcome,
            reason=reason,
            duration_ms=None if phase == "intent" else round(elapsed, 3),
        )

    def _collect(self, answer: object) -> None:
        if self._verb.effect == "read" or not isinstance(answer, Record):
            return
        for reference in answer.references():
            if reference not in self._call.inputs:
                self._call.outputs[reference] = None


def _words(value: object) -> list[str]:
    given = value if isinstance(value, list | tuple) else [value]
    return [item for item in given if isinstance(item, str)]


def _found(value: object) -> object:
    return value.find() if isinstance(value, Later) else value


def _describe(parameter: Parameter, value: object) -> object:
    """Say what a value was without keeping data or secrets."""
    if isinstance(value, Later):
        return redact(value.said)
    if parameter.live is not None and not isinstance(value, str):
        shape = getattr(value, "shape", None)
        return f"<{type(value).__name__}{'' if shape is None else ' ' + '×'.join(map(str, shape))}>"
    return _plain(value)


def _plain(value: object) -> object:
    if isinstance(value, SecretStr):
        return "***"
    if isinstance(value, bool | int | type(None)):
        return value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return value.as_posix()
    return redact(str(value))
