"""The Jupyter Server extension: it serves the REST face."""

from __future__ import annotations

from jupyter_server.extension.application import ExtensionApp
from traitlets import Dict

from jupyter_mlops.faces import rest


class MlopsExtension(ExtensionApp):
    """Add one route a verb to the server."""

    name = "jupyter_mlops"
    imposed = Dict(help="Settings that no project may change, by name.").tag(config=True)

    def initialize_handlers(self) -> None:
        """Register the routes."""
        self.handlers.extend(rest.handlers())
