"""A real JupyterLab, a real kernel, a real browser."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.server import TOKEN, Lab
from tests.notebooks.builder import write_notebook

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "build/screenshots"

TITLE = ".jp-AccordionPanel-title"

PATIENCE_MS = 120_000  # a kernel takes a minute to load its libraries on a busy machine
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(autouse=True)
def jp_asyncio_loop() -> None:
    """Switch off pytest-jupyter's own loop: Playwright runs one."""


@pytest.fixture(autouse=True)
def jp_server_cleanup() -> None:
    """Likewise: no server runs in this process."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("CHROMIUM") or next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        pytest.exit("No Chromium was found: install it, or name it in CHROMIUM, or use `make browser`.", 2)
    flags = [
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-software-rasterizer",
        "--force-device-scale-factor=1",
    ]
    return {**browser_type_launch_args, "executable_path": found, "args": flags}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "viewport": {"width": 1280, "height": 860}, "reduced_motion": "reduce"}


@pytest.fixture(scope="session")
def lab(tmp_path_factory) -> Iterator[Lab]:
    """JupyterLab on the demo's project, which has runs, a dataset and two model versions."""
    made = Lab(tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("work") / "shop")
    made.demo()
    made.start()
    yield made
    made.stop()


class Desk:
    """What a person does at the page."""

    def __init__(self, page: Page, lab: Lab) -> None:
        self.page, self.lab = page, lab
        self.panel = page.locator("#jupyter-mlops-panel")
        self.forgives: list[str] = []

    def open(self, *, reset: bool = True) -> Desk:
        """Load the page, with the panel open."""
        suffix = "&reset" if reset else ""
        self.page.goto(f"{self.lab.address}lab?token={TOKEN}{suffix}")
        self.page.wait_for_function("window.jupyterapp && window.jupyterapp.restored")
        self.page.evaluate("() => window.jupyterapp.restored")
        self._await_splash()
        if reset:
            self.command("jupyter-mlops:open")
        return self

    def command(self, command: str, /, **values: object) -> None:
        self.page.evaluate(
            "([name, values]) => { window.jupyterapp.commands.execute(name, values) }", [command, values]
        )

    def section(self, name: str) -> Locator:
        """Return a section, unfolded."""
        self._fold(name, is_open=True)
        return self.panel.locator(".jp-Mlops-section").nth(self._titles().index(name.upper()))

    def fold_others(self, name: str) -> Locator:
        """Return a section that is the only one unfolded."""
        found = self.section(name)
        for title in self._titles():
            if title != name.upper():
                self._fold(title, is_open=False)
        return found

    def theme(self, name: str) -> None:
        self.command("apputils:change-theme", theme=name)
        is_light = str(name.endswith("Light")).lower()
        self.page.wait_for_function(f"document.body.dataset.jpThemeLight === '{is_light}'")
        self._await_splash()  # JupyterLab takes it away twice when the next theme comes too soon

    def wide(self) -> None:
        """Give the panel the room that a reader would."""
        handle = self.page.locator("#jp-main-split-panel > .lm-SplitPanel-handle:not(.lm-mod-hidden)").first
        box = handle.bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + 2, 400)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + 122, 400)
        self.page.mouse.up()

    def notebook(self, name: str, *cells: str, parameters: str | None = None) -> None:
        """Write a notebook and open it, with its kernel ready."""
        write_notebook(self.lab.root / name, *cells, parameters=parameters)
        self.command("docmanager:open", path=name)
        self.page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
        kernel = "window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel"
        self.page.wait_for_function(f"{kernel}?.status === 'idle'")

    def _await_splash(self) -> None:
        self.page.locator("#jupyterlab-splash").wait_for(state="detached")

    def _titles(self) -> list[str]:
        """Return the titles of the sections, without the count that some carry."""
        texts = self.panel.locator(TITLE).all_inner_texts()
        return [re.sub(r" \(\d+\)$", "", text.strip()).upper() for text in texts]

    def _fold(self, name: str, *, is_open: bool) -> None:
        self.panel.locator(TITLE, has_text="Audit").wait_for()  # the last one
        title = self.panel.locator(TITLE, has_text=name)
        if title.get_attribute("aria-expanded") != str(is_open).lower():
            title.locator(".lm-AccordionPanel-titleLabel").click()


@pytest.fixture
def desk(page: Page, lab: Lab) -> Iterator[Desk]:
    """A page with the panel open, and nothing that went wrong unseen."""
    page.set_default_timeout(PATIENCE_MS)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    made = Desk(page, lab).open()
    yield made
    page.unroute_all(behavior="ignoreErrors")
    assert [error for error in errors if error not in made.forgives] == []
