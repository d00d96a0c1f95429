"""Show what is set, and where each value came from."""

from __future__ import annotations

from jupyter_mlops.core.card import Card
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.record import Record
from jupyter_mlops.core.redact import is_secret_name, redact
from jupyter_mlops.core.verb import verb


class Setting(Record):
    """One setting, its value as text, and its origin."""

    name: str
    value: str
    origin: str
    meaning: str


class SettingsShown(Record):
    """Every setting."""

    items: tuple[Setting, ...]

    def card(self) -> Card:
        """Show them as a table."""
        rows = tuple((item.name, item.value, item.origin, item.meaning) for item in self.items)
        note = "Change them in [tool.jupyter-mlops] of pyproject.toml, or as JUPYTER_MLOPS_NAME in the environment."
        return Card(
            "Settings", "info", columns=("setting", "value", "from", "meaning"), rows=rows, notes=(note,)
        )


@verb("settings", effect="read", anywhere=True)
def settings(project: Project) -> SettingsShown:
    """Show every setting, its value and where it came from."""
    values = project.settings
    return SettingsShown(
        items=tuple(
            Setting(
                name=name,
                value="***" if is_secret_name(name) else redact(str(getattr(values, name))),
                origin=project.settings_origins[name],
                meaning=str(field.description),
            )
            for name, field in type(values).model_fields.items()
        )
    )
