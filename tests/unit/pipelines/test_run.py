from __future__ import annotations

import os
from pathlib import Path

import pytest

from jupyter_mlops.core import progress
from jupyter_mlops.core.door import enter
from jupyter_mlops.core.errors import Invalid, NotFound, Refused, Unavailable
from jupyter_mlops.core.ledger import entries
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import verb_of
from jupyter_mlops.pipelines.durable.account import Execution
from jupyter_mlops.pipelines.follow import follow
from jupyter_mlops.pipelines.run import run
from tests.fakes import FakeTracker
from tests.notebooks.builder import FakeRunner, write_notebook


class Shop:
    """A project whose notebooks run without a kernel."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.runner = FakeRunner()
        self.tracker = project.tracker
        assert isinstance(self.tracker, FakeTracker)
        project._services["runner"] = self.runner

    def notebook(self, *sources: str, name: str = "train.ipynb", parameters: str | None = None) -> str:
        write_notebook(self.project.root / name, *sources, parameters=parameters)
        return name

    @property
    def last(self) -> object:
        return self.tracker.run("@latest")


@pytest.fixture
def shop(project: Project) -> Shop:
    return Shop(project)


class TestRun:
    def test_it_is_recorded(self, shop: Shop) -> None:
        """Parameters with their defaults, the notebook's digest, the output."""
        name = shop.notebook("print(n)", parameters="n: int = 1\nalpha = 0.1")
        answer = run(shop.project, name, param=("n=5",))
        found = shop.tracker.run(answer.run)
        assert (found.name, found.status, found.params) == ("train", "finished", {"n": "5", "alpha": "0.1"})
        assert found.tags["jupyter_mlops.notebook"] == "train.ipynb"
        assert found.tags["jupyter_mlops.execution"] == answer.ref
        assert len(found.tags["jupyter_mlops.notebook_sha256"]) == 64
        assert found.metrics["duration_s"] > 0
        assert "5\\n" in shop.tracker.artifacts[found.id]["train.ipynb"].decode()

    def test_the_kernel_learns_what_it_is_part_of(self, shop: Shop) -> None:
        """Its notebook, its execution, and the run that what it records belongs to."""
        answer = run(shop.project, shop.notebook("1"))
        assert shop.runner.job is not None
        given = shop.runner.job.environment
        assert given["JUPYTER_MLOPS_NOTEBOOK"] == "train.ipynb"
        assert given["JUPYTER_MLOPS_EXECUTION"] == answer.ref
        assert f"@{given['JUPYTER_MLOPS_PARENT_RUN'][:8]}" == answer.run

    def test_the_source_is_left_alone(self, shop: Shop) -> None:
        """The output is another file, in the project's own folder."""
        name = shop.notebook("print(1)")
        before = (shop.project.root / name).read_bytes()
        answer = run(shop.project, name)
        assert (shop.project.root / name).read_bytes() == before
        assert answer.steps[0].output == f".mlops/runs/{answer.ref}/train.ipynb"

    def test_progress_is_reported(self, shop: Shop) -> None:
        """Done, total, and the cell's first line."""
        heard: list[tuple[int, int, str]] = []
        with progress.listening(lambda *at: heard.append(at)):
            run(shop.project, shop.notebook("a = 1", "b = 2"))
        assert heard[0] == (0, 2, "a = 1")
        assert (1, 2, "b = 2") in heard
        assert heard[-1][:2] == (2, 2)

    def test_time_limits(self, shop: Shop) -> None:
        """The option's, else the settings'."""
        name = shop.notebook("1")
        for given, expected in ((None, 3600.0), (5.0, 5.0)):
            run(shop.project, name, timeout=given)
            assert shop.runner.job is not None
            assert shop.runner.job.timeout_s == expected

    def test_the_ledger_has_it(self, shop: Shop) -> None:
        """Intent, then outcome, with the notebook it read and the run it made."""
        verb = verb_of(run)
        assert verb is not None
        answer = enter(shop.project, verb, {"target": shop.notebook("1")})
        assert isinstance(answer, Execution)
        with shop.project.store.read() as connection:
            intent, outcome = entries(connection)
        assert (intent.phase, outcome.outcome) == ("intent", "ok")
        assert outcome.inputs == ("notebook:train.ipynb",)
        assert set(outcome.outputs) == {f"execution:{answer.ref}", f"run:{answer.run}"}

    def test_the_card(self, shop: Shop) -> None:
        """What ran, where it is, and what to type next."""
        text = str(run(shop.project, shop.notebook("1")))
        assert "train.ipynb ran to its end." in text
        assert "%mlops show @" in text

    def test_a_notebook_that_is_edited_meanwhile(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        """What was frozen is what ran and what is recorded; the answer says that the file is newer."""
        name = shop.notebook("print(1)")
        ran = shop.runner.run

        def edit(*given: object) -> object:
            shop.notebook("print(2)")
            return ran(*given)  # type: ignore[arg-type]

        monkeypatch.setattr(shop.runner, "run", edit)
        answer = run(shop.project, name)
        assert answer.changed == ("train.ipynb",)
        assert "since then train.ipynb changed." in str(answer)
        output = (shop.project.root / answer.steps[0].output).read_text()
        assert "print(1)" in output
        assert "print(2)" not in output

    def test_the_card_says_what_the_runner_remarks(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        """As when the kernel that the notebook names is not installed, and another one ran instead."""
        warning = "The kernel 'conda' is not installed; this Python's own ran instead."
        ran = shop.runner.run
        monkeypatch.setattr(
            shop.runner, "run", lambda *given: ran(*given).model_copy(update={"warnings": (warning,)})
        )
        assert warning in str(run(shop.project, shop.notebook("1")))


class TestFailure:
    @pytest.mark.parametrize(
        ("source", "kind", "words"),
        [
            ("1/0", Invalid, r"cell \[2\] \(1/0\): ZeroDivisionError: division by zero"),
            ("class Refused(Exception): ...\nraise Refused('auc too low')", Refused, "auc too low"),
            ("class Unavailable(Exception): ...\nraise Unavailable('no server')", Unavailable, "no server"),
        ],
    )
    def test_a_cell_that_raises(self, shop: Shop, source: str, kind: type[Exception], words: str) -> None:
        """The error says what the caller can do; run and output are kept."""
        with pytest.raises(kind, match=words) as caught:
            run(shop.project, shop.notebook("x = 1", source, "y = 1"))
        found = shop.tracker.run("@latest")
        assert found.status == "failed"
        assert "train.ipynb" in shop.tracker.artifacts[found.id]
        opened, _, again = str(caught.value).split("Open ")[1].partition(",")
        assert (shop.project.root / opened).is_file()
        assert "retry" in again

    def test_a_disk_that_fills(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        """Is told as such, with how far the cells had come; the run is closed."""
        ran = shop.runner.run

        def fill(*given: object) -> object:
            ran(*given)  # type: ignore[arg-type]
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(shop.runner, "run", fill)
        with pytest.raises(Unavailable, match=r"could not be saved: No space left on device\."):
            run(shop.project, shop.notebook("1", "2"))
        assert shop.tracker.run("@latest").status == "failed"
        (step,) = follow(shop.project, wait=0).steps
        assert step.error["cause"] == "not_saved"
        assert [cell.number for cell in step.cells] == [1, 2]

    def test_an_interrupt_closes_the_run(self, shop: Shop) -> None:
        """Ctrl-C goes through, and nothing stays running."""

        shop.runner.interrupts = True
        with pytest.raises(KeyboardInterrupt):
            run(shop.project, shop.notebook("1", "2"))
        assert shop.tracker.run("@latest").status == "killed"

    def test_what_an_error_says_to_do_is_passed_on(self, shop: Shop) -> None:
        """Before the way to go on."""

        def refuse(_job: object) -> None:
            raise Unavailable("No cluster is named.", hint="Name one.")

        shop.runner.before = refuse
        with pytest.raises(Unavailable, match="No cluster is named") as caught:
            run(shop.project, shop.notebook("1"))
        assert caught.value.hint.startswith("Name one. Go on from there with ")

    def test_the_tracker_fails_after_the_notebook(self, shop: Shop) -> None:
        """The notebook's own failure is what is told."""
        shop.tracker.fails["finish"] = Unavailable("gone")
        with pytest.raises(Invalid, match="ZeroDivisionError"):
            run(shop.project, shop.notebook("1/0"))


class TestBadInput:
    @pytest.mark.parametrize(
        ("target", "kind"),
        [
            ("nowhere.ipynb", NotFound),
            ("../outside.ipynb", NotFound),
            ("folder", Invalid),
            ("notes.txt", Invalid),
        ],
    )
    def test_no_notebook(self, shop: Shop, target: str, kind: type[Exception]) -> None:
        """One sentence, and nothing is started."""
        (shop.project.root / "folder").mkdir()
        (shop.project.root / "notes.txt").write_text("hello")
        (shop.project.root.parent / "outside.ipynb").write_text("{}")
        with pytest.raises(kind):
            run(shop.project, target)
        assert shop.tracker.runs().runs == ()

    def test_wrong_parameters_start_nothing(self, shop: Shop) -> None:
        """They are refused before a run or a kernel exists, with what would be accepted."""
        name = shop.notebook("print(n)", parameters="n: int = 1")
        with pytest.raises(Invalid, match="n: int = 1"):
            run(shop.project, name, param=("m=5",))
        assert shop.runner.job is None
        assert shop.tracker.runs().runs == ()

    def test_the_working_folder_comes_first(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        """A path may start where one stands, or at the project's root."""
        name = shop.notebook("1", name="examples/train.ipynb")
        monkeypatch.chdir(shop.project.root / "examples")
        assert run(shop.project, "train.ipynb").notebook == name
        assert run(shop.project, name).notebook == name
        assert run(shop.project, os.fspath(Path("train.ipynb").absolute())).notebook == name

    def test_a_secret_is_given_by_reference(self, shop: Shop) -> None:
        """The kernel finds it; execution, run and ledger hold the reference at most."""
        name = shop.notebook("print(n)", parameters="n: int = 1\napi_key: str")
        answer = run(shop.project, name, param=("api_key=env:SHOP_KEY", "n=2"))
        assert shop.runner.job is not None
        assert shop.runner.job.secrets == {"api_key": "env:SHOP_KEY"}
        assert answer.parameters == {"n": 2}
        assert shop.tracker.run(answer.run).params == {"n": "2"}

    @pytest.mark.parametrize(
        ("param", "words"),
        [
            ("api_key=hunter2-hunter2", "api_key looks secret"),
            ("name=postgresql://ada:hunter2@db/shop", "looks like a secret"),
            ("name=" + "x" * 5_000_000, "5,000,002 characters; at most 65,536"),
        ],
    )
    def test_a_value_that_must_not_be_written_down(self, shop: Shop, param: str, words: str) -> None:
        """Nothing is started, and neither the store nor the error holds it."""
        name = shop.notebook("1", parameters="name = 'bo'\napi_key = ''")
        with pytest.raises(Invalid, match=words) as caught:
            run(shop.project, name, param=(param,))
        assert shop.tracker.runs().runs == ()
        assert "hunter2" not in str(caught.value)
        assert len(str(caught.value)) < 400

    def test_code_is_text(self, shop: Shop) -> None:
        """It is written as a literal, whatever it would do."""
        name = shop.notebook("print(name)", parameters="name = 'bo'")
        code = '"; import os #'
        answer = run(shop.project, name, param=(f"name={code}",))
        assert shop.tracker.run(answer.run).params == {"name": code}
        assert shop.runner.job is not None
        assert shop.runner.job.parameters == {"name": code}

    @pytest.mark.parametrize("given", ["nan", "inf", "-inf"])
    def test_a_float_that_json_lacks(self, shop: Shop, given: str) -> None:
        """The notebook gets the number; rows and answers hold text, since PostgreSQL and browsers take no NaN."""
        name = shop.notebook("print(alpha)", parameters="alpha = 0.1")
        answer = run(shop.project, name, param=(f"alpha={given}",))
        assert shop.runner.job is not None
        assert repr(shop.runner.job.parameters["alpha"]) == given
        assert isinstance(answer.parameters["alpha"], str)
