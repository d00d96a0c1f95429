"""The panel: how large its bundle is, and how long after JupyterLab is ready it is painted."""

from __future__ import annotations

import gzip
import os
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from measure import times

ROOT = Path(__file__).parents[1]
STATIC = ROOT / "jupyter_mlops/labextension/static"
BUNDLE_KB, PAINT_MS = 300, 300
READY = """async () => {
  while (!window.jupyterapp) { await new Promise(go => setTimeout(go, 5)); }
  await window.jupyterapp.restored;
  const ready = performance.now();
  await window.jupyterapp.commands.execute('jupyter-mlops:open');
  while (!document.querySelector('#jupyter-mlops-panel .jp-Mlops-section')) {
    await new Promise(go => requestAnimationFrame(go));
  }
  await new Promise(go => requestAnimationFrame(() => requestAnimationFrame(go)));
  return performance.now() - ready;
}"""


def bundle_kb() -> float:
    """Return the size of what the browser may load, each file compressed as servers do."""
    return sum(len(gzip.compress(path.read_bytes())) for path in STATIC.glob("*.js")) / 1000


def paints_ms(repetitions: int) -> list[float]:
    """Load JupyterLab anew each time, and measure from its being ready to the painted panel."""
    from playwright.sync_api import sync_playwright

    sys.path.insert(0, str(ROOT))
    from jupyter_mlops.core.project import Project
    from tests.browser.server import TOKEN, Lab

    browser = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    found: list[float] = []
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder, sync_playwright() as play:
        lab = Lab(Path(folder, "home"), Project.create(Path(folder, "shop")).root)
        lab.start()
        try:
            chromium = play.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
            for _ in range(repetitions + 1):
                page = chromium.new_page()
                page.goto(f"{lab.address}lab?token={TOKEN}&reset")
                found.append(float(page.evaluate(READY)))
                page.close()
            chromium.close()
        finally:
            lab.stop()
    return found[1:]


def main() -> None:
    repetitions = times()
    size, paint = bundle_kb(), statistics.median(paints_ms(repetitions))
    print(f"panel: median of {repetitions} ({os.cpu_count()} cores, load {os.getloadavg()[0]:.1f})")
    print(f"  bundle, gzipped: {size:.0f} kB; promise ≤ {BUNDLE_KB} kB: {_verdict(size <= BUNDLE_KB)}")
    print(
        f"  painted after JupyterLab is ready: {paint:.0f} ms; promise ≤ {PAINT_MS} ms: {_verdict(paint <= PAINT_MS)}"
    )


def _verdict(holds: bool) -> str:
    return "holds" if holds else "DOES NOT HOLD"


if __name__ == "__main__":
    main()
