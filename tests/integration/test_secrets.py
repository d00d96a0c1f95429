"""Twenty secrets go through a notebook that does its worst with them, and nothing that is left behind holds one."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import nbformat
import pytest

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.file import document
from jupyter_mlops.pipelines.running.inside.forms import forms_of
from jupyter_mlops.pipelines.running.papermill import PapermillRunner
from jupyter_mlops.pipelines.running.runner import CellProgress, Job, NotebookRun
from tests.notebooks.builder import write_notebook

SHAPES = (
    "canary-{}-plain",
    "canary {} with blanks",
    "canary\"{}'quoted\\",
    "canary&{}<html>",
    "canary+/{}=base64",
    "canary%{}?url#&x=1",
    "cänäry-{}-ünïcode-€",
    "-----BEGIN KEY-----\ncanaryMIIEvQ{}IBADAN\nBgkqhkiG9w0B{}\n-----END KEY-----",
)
SECRETS = {
    f"key_{number}": SHAPES[number % len(SHAPES)].replace("{}", f"{number:02d}x7") for number in range(20)
}
KEYRING = "import json\nVALUES = {values!r}\ndef get_password(service, name):\n    return VALUES[service + '/' + name]\n"
ALL = "[key_{}]".format(", key_".join(map(str, range(20))))
WORST = (
    f"keys = {ALL}\nprint(keys, *keys)",
    (
        "import base64, json, sys, urllib.parse\nfor key in keys:\n"
        "    print(key.encode().hex(), urllib.parse.quote(key), json.dumps(key), repr(key))\n"
        "    print(base64.b64encode(f'ada:{key}'.encode()).decode(), base64.urlsafe_b64encode(key.encode()).decode())"
    ),
    "for key in keys:\n    for letter in key:\n        sys.stderr.write(letter)\n        sys.stderr.flush()",
    (
        "from IPython.display import HTML, JSON, display, update_display\n"
        "display(HTML('<b>' + keys[0] + '</b>'), metadata={'key': keys[1]})\ndisplay(JSON({'deep': [keys]}))\n"
        "shown = display('nothing yet', display_id='x')\nshown.update({'text/plain': keys[2]}, raw=True)\nkeys[3]"
    ),
    "import ipywidgets\nipywidgets.Text(keys[4])",
    "import logging, warnings\nlogging.warning(keys[5])\nwarnings.warn(keys[6])",
    # What an onlooker sees: every command line, and what the kernel hands on to its children.
    (
        "import os, subprocess\nchild = subprocess.Popen(['/bin/sleep', '60'])\nfound = b''\n"
        "for pid in filter(str.isdigit, os.listdir('/proc')):\n"
        "    try:\n        found += open(f'/proc/{pid}/cmdline', 'rb').read()\n    except OSError:\n        pass\n"
        "for pid in (child.pid, os.getpid()):\n    found += open(f'/proc/{pid}/environ', 'rb').read()\n"
        "open('onlooker', 'wb').write(found)\nassert len(found) > 1000"
    ),
    "import resource\nassert resource.getrlimit(resource.RLIMIT_CORE)[0] == 0",
    "header = {'Authorization': 'Basic ' + base64.b64encode(keys[7].encode()).decode()}\nclient = [header]",
    "table = __import__('pandas').DataFrame({'key': keys})\narray = __import__('numpy').array(keys)\ncount = len(keys)",
    "password = 'canary-in-the-source'",
    "raise ValueError(f'cannot log in with {keys[8]} and {keys}')",
)


class Desk:
    """Runs notebooks with secrets, and looks everywhere for them."""

    def __init__(self, project: Project, tmp_path: Path) -> None:
        self.project = project
        self.folder = project.root
        self.elsewhere = tmp_path / "elsewhere"
        self.elsewhere.mkdir()
        self.heard: list[CellProgress] = []

    def references(self, values: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
        """Put each value where its reference will say: a variable, a file or the keyring."""
        found, ring = {}, {}
        for number, (name, value) in enumerate(values.items()):
            if number % 3 == 0:
                monkeypatch.setenv(f"CANARY_{number}", value)
                found[name] = f"env:CANARY_{number}"
            elif number % 3 == 1:
                (self.elsewhere / name).write_text(f"{value}\n")
                found[name] = f"file:{self.elsewhere / name}"
            else:
                ring[f"shop/{name}"] = value
                found[name] = f"keyring:shop/{name}"
        (self.elsewhere / "keyring.py").write_text(KEYRING.format(values=ring))
        monkeypatch.setenv("PYTHONPATH", str(self.elsewhere))
        return found

    def run(self, *sources: str, secrets: Mapping[str, str], resume: bool = False) -> NotebookRun:
        path = write_notebook(self.folder / "a.ipynb", *sources, parameters="n = 1\nkey_0 = ''")
        job = Job(
            document.read(path, path.name),
            self.folder / "out.ipynb",
            60.0,
            secrets=secrets,
            checkpoint=self.project.folder / "step",
            resume=resume,
        )
        answer = PapermillRunner(self.project).run(job, self.heard.append, lambda: False)
        path.unlink()  # the author's own file may say what it wants
        return answer

    def sinks(self) -> Iterator[tuple[str, str]]:
        for path in self.folder.rglob("*"):
            if path.is_file():
                yield path.relative_to(self.folder).as_posix(), path.read_bytes().decode("utf-8", "replace")
        yield "progress", repr(self.heard)


@pytest.fixture
def desk(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("IPYTHONDIR", str(project.root / "ipython"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(project.root / "runtime"))
    return Desk(project, tmp_path)


def hits(sinks: Iterator[tuple[str, str]]) -> list[tuple[str, str]]:
    known = [form for value in SECRETS.values() for form in forms_of(value) if len(form) >= 8]
    return [(name, form) for name, text in sinks for form in known if form in text]


@pytest.mark.skipif(sys.platform != "linux", reason="What an onlooker sees is read from /proc")
class TestCanary:
    def test_nothing_that_is_left_behind_holds_one(
        self,
        desk: Desk,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        """Output, metadata, traceback, widgets, log, answer, progress, checkpoint, history, processes: no hit."""
        caplog.set_level(logging.DEBUG)
        answer = desk.run(*WORST, secrets=desk.references(SECRETS, monkeypatch))
        assert answer.failure is not None
        assert (answer.failure.name, answer.failure.cell) == ("ValueError", len(WORST) + 2)
        said = capfd.readouterr()
        sinks = [
            *desk.sinks(),
            ("answer", answer.model_dump_json()),
            ("log", caplog.text),
            ("console", f"{said}"),
        ]
        assert {"out.ipynb", "onlooker", ".mlops/step/cells.jsonl", "progress"} <= {name for name, _ in sinks}
        assert hits(iter(sinks)) == []
        assert not [name for name, text in sinks if "canary-in-the-source" in text and name != "onlooker"]
        cells = nbformat.read(desk.folder / "out.ipynb", as_version=4).cells
        assert "secret('env:CANARY_0')" in cells[1].source
        assert cells[2].outputs[0].text.count("***") == 40

    def test_a_resumed_notebook_has_them_again(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """Not from the checkpoint, but from where they are found; what held one is made anew."""
        secrets = desk.references(SECRETS, monkeypatch)
        made = "header = {'key': key_1}\nn = 2"
        assert desk.run(made, "1 / 0", secrets=secrets).status == "failed"
        answer = desk.run(
            made, "assert header['key'] == key_1 and key_0 and n == 2", secrets=secrets, resume=True
        )
        assert [cell.status for cell in answer.cells] == ["restored", "restored", "replayed", "completed"]
        assert hits(desk.sinks()) == []


class TestResolving:
    def test_the_value_arrives(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whole, also one with quotes, lines and signs of all kinds."""
        secrets = desk.references(SECRETS, monkeypatch)
        (desk.folder / "digests").write_text("")
        code = f"import hashlib\nopen('digests', 'w').write(','.join(hashlib.sha256(k.encode()).hexdigest() for k in {ALL}))"
        assert desk.run(code, secrets=secrets).status == "completed"
        import hashlib

        expected = [hashlib.sha256(value.encode()).hexdigest() for value in SECRETS.values()]
        assert (desk.folder / "digests").read_text().split(",") == expected

    @pytest.mark.parametrize(
        ("reference", "words"),
        [
            ("file:/no/such/file", "The secret file:/no/such/file does not exist."),
            ("keyring:shop/nobody", "The secret keyring:shop/nobody cannot be read (KeyError)."),
        ],
    )
    def test_one_that_cannot_be_had(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, reference: str, words: str
    ) -> None:
        """Is told before any cell runs."""
        desk.references({}, monkeypatch)
        answer = desk.run("open('ran', 'w')", secrets={"key": reference})
        assert answer.failure is not None
        assert (answer.failure.cause, answer.failure.message) == ("no_secret", words)
        assert not (desk.folder / "ran").exists()

    def test_a_value_instead_of_a_reference(self, desk: Desk) -> None:
        """Is refused before a kernel starts, and not repeated."""
        with pytest.raises(Invalid, match="something else than a reference") as caught:
            desk.run("1", secrets={"key": "hunter2"})
        assert "hunter2" not in str(caught.value)
