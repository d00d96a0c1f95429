"""Tell people through apprise: e-mail, Slack, Teams, Telegram and a hundred more, by address."""

from __future__ import annotations

from jupyter_mlops.core.errors import Unavailable
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.secret import read
from jupyter_mlops.pipelines.durable.notice import Notice


class AppriseNotifier:
    """Send a notice to each of its addresses, as apprise writes them, like mailto://."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def send(self, notice: Notice) -> None:
        """Send it to every address.

        Raises
        ------
        Unavailable
            apprise is not installed, or an address did not take it.
        """
        try:
            import apprise
        except ImportError:
            raise Unavailable(
                "The notifier is apprise, which is not installed.", hint="`pip install jupyter-mlops[notify]`"
            ) from None
        for reference in notice.to:
            carrier = apprise.Apprise()
            if not carrier.add(read(self._project.root, reference)):
                raise Unavailable(
                    f"apprise knows no address like that of {reference}.", hint="See its pages."
                )
            if not carrier.notify(title=notice.title, body=notice.body):
                raise Unavailable(f"{reference} did not take the notice.", hint="Check the address.")
