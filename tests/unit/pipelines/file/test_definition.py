from __future__ import annotations

from collections.abc import Callable

import pytest

from jupyter_mlops.core.errors import Invalid, NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.core.verb import Registry, Verb, verb_of
from jupyter_mlops.models.promote import promote
from jupyter_mlops.models.register import register
from jupyter_mlops.pipelines.file.definition import Definition, load
from tests.unit.pipelines.files import write_pipeline, write_tagged

TRAIN = '[steps.train]\nnotebook = "train.ipynb"\n'
CHAIN = "".join(
    f'[steps.{name}]\nnotebook = "train.ipynb"\nneeds = ["{needs}"]\n'
    for name, needs in (("a", "c"), ("b", "a"), ("c", "b"))
)
Load = Callable[[str], Definition]


@pytest.fixture
def loaded(project: Project) -> Load:
    """Load a pipeline that says so, beside a notebook with two parameters and two steps."""
    cells = ("trees: int = 100\nname = 'a'", "pipeline-parameters"), ("x = trees", "step:load")
    write_tagged(project, *cells)
    registry = Registry([_verb(register), _verb(promote)])

    def load_text(text: str) -> Definition:
        write_pipeline(project, text)
        return load(project.root, "retrain", registry=registry)

    return load_text


def _verb(function: object) -> Verb:
    found = verb_of(function)
    assert found is not None
    return found


class TestLoad:
    def test_a_name_and_a_path_name_the_same(
        self, project: Project, loaded: Load, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Paths start where one stands, or at the project's root."""
        known = loaded(TRAIN)
        assert load(project.root, "retrain.pipeline.toml") == known
        monkeypatch.chdir(project.root)
        assert load(project.root, "./retrain.pipeline.toml") == known
        assert (known.name, known.file) == ("retrain", "retrain.pipeline.toml")

    def test_paths_start_at_the_file(self, project: Project) -> None:
        """A definition has them from the project's root."""
        write_tagged(project, "x = 1", name="shared/train.ipynb")
        (project.root / "jobs").mkdir()
        text = (
            '[steps.train]\nnotebook = "../shared/train.ipynb"\nreads = ["file:in.csv", "snapshot:rates"]\n'
            '[triggers.new]\npattern = "in/*.csv"\n'
        )
        write_pipeline(project, text, "jobs/retrain")
        found = load(project.root, "retrain")
        assert found.steps[0].notebook == "shared/train.ipynb"
        assert found.steps[0].reads == ("file:jobs/in.csv", "snapshot:rates")
        assert found.triggers[0].pattern == "jobs/in/*.csv"

    def test_it_survives_the_wire(self, loaded: Load) -> None:
        """What a store keeps is the same pipeline again."""
        text = (
            TRAIN + 'retries = { times = 2 }\n[triggers.nightly]\ncron = "30 1 * * *"\nzone = "Europe/Vienna"'
        )
        found = loaded(text)
        assert Definition.model_validate(found.wire()) == found
        assert found.steps[0].retries.times == 2

    def test_the_digest_is_of_what_it_says(self, loaded: Load) -> None:
        """Comments and layout do not count; a value does."""
        plain = loaded(TRAIN).digest
        assert loaded(f"# why\n\n{TRAIN}   timeout_s = 9.0").digest != plain
        assert loaded(f"# why\n\n{TRAIN.replace(' = ', '=')}").digest == plain

    def test_what_a_step_uses_it_needs(self, loaded: Load) -> None:
        """A placeholder, or a variable taken over, implies the need; the order follows."""
        text = (
            '[steps.last]\nverb = "promote"\narguments = { version = "${steps.first.outputs.version}" }\n'
            '[steps.first]\nverb = "register"\narguments = { model = "${steps.train.outputs.run}", name = "churn" }\n'
            + TRAIN
            + 'outputs = ["run"]'
        )
        found = loaded(text)
        assert found.step("last").needs == ("first",)
        assert found.order() == ("train", "first", "last")

    def test_the_order_keeps_the_file_where_it_may(self, loaded: Load) -> None:
        """Steps without needs come as they are written."""
        text = "".join(f'[steps.{name}]\nnotebook = "train.ipynb"\n' for name in ("z", "a", "m"))
        assert loaded(text + '[steps.b]\nnotebook="train.ipynb"\nneeds=["a"]').order() == ("z", "a", "m", "b")


class TestValues:
    def test_texts_become_the_types(self, loaded: Load) -> None:
        """What is given comes before the defaults, and as JSON has it."""
        found = loaded(
            '[parameters]\nn = 1\nday = { type = "date", default = 2026-11-01 }\nx = "a"\n' + TRAIN
        )
        assert found.values({"n": "3"}) == {"n": 3, "day": "2026-11-01", "x": "a"}
        assert found.values({"day": "2026-12-24"})["day"] == "2026-12-24"

    @pytest.mark.parametrize(
        ("given", "says"),
        [
            ({"txt": 1}, "'txt' is no parameter of retrain. Did you mean 'text'?"),
            ({}, "retrain needs n."),
            ({"n": "many"}, "n='many' is no int"),
            ({"n": 9}, "n=9 is above its maximum, 5."),
            ({"n": 3, "mode": "odd"}, "none of its choices. Choose from fast, exact."),
            ({"n": 3, "key": "hunter2"}, "takes a reference to a secret"),
            ({"n": 3, "rate": "nan"}, "no finite number"),
            ({"n": 3, "text": "a" * 5_000_000}, "5,000,002 characters"),
        ],
    )
    def test_bad_values_are_told(self, loaded: Load, given: dict[str, object], says: str) -> None:
        """Unknown, missing, ill-typed, out of bounds, secret, not finite, too large."""
        text = (
            '[parameters]\nn = { type = "int", maximum = 5 }\nmode = { default = "fast", choices = ["fast", "exact"] }\n'
            'key = { type = "secret", default = "env:KEY" }\nrate = 0.1\ntext = ""\n'
        )
        with pytest.raises(Invalid) as caught:
            loaded(text + TRAIN).values(given)
        assert says in str(caught.value)
        assert "hunter2" not in str(caught.value)


class TestBadFiles:
    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("[steps.train\n", "it is no TOML: Expected ']'"),
            ("", "steps: field required"),
            ('name = "x"\n' + TRAIN, "'name' is no key here. Its name is that of its file."),
            ('[[steps]]\nnotebook = "train.ipynb"', "Write [steps.NAME] for [[steps]]."),
            (TRAIN + 'ned = ["a"]', "steps.train: 'ned' is no key here. Did you mean 'needs'?"),
            (
                TRAIN + 'needs = ["lod"]\n[steps.load]\nnotebook = "train.ipynb"',
                "'lod' is no step. Did you mean 'load'?",
            ),
            (TRAIN + 'needs = ["train"]', "steps.train.needs: it needs itself"),
            (CHAIN, "steps need each other: a → c → b → a"),
            (TRAIN.replace("train.ip", "trian.ip"), "Did you mean 'train.ipynb'?"),
            (TRAIN.replace("train.ip", "../../train.ip"), "lies outside the project"),
            (TRAIN.replace("train.ip", "/etc/train.ip"), "is no path within the project"),
            ('[steps.ask]\napproval = "ok?"', "steps.ask.approval: it is a table, { … }, not 'ok?'"),
            (TRAIN + 'timeout_s = "long"', "steps.train.timeout_s: input should be a valid number"),
            (
                TRAIN + "retries = { times = 1, backoff_s = -1 }",
                "steps.train.retries.backoff_s: input should be",
            ),
            (TRAIN + 'verb = "promote"', "this one has notebook and verb"),
            ("[steps.train]\n", "this one has none"),
            ('[steps."a b"]\nnotebook = "train.ipynb"', "steps.a b: 'a b' is no name"),
            ('[parameters]\n"x; import os #" = 1\n' + TRAIN, "'x; import os #' is no name of a variable"),
            (TRAIN + 'parameters.trees = "\\"; import os #"', "trees='\"; import os #' is no int"),
            (TRAIN + "parameters.trees = nan", "nan is no finite number"),
            (TRAIN + f'parameters.name = "{"a" * 70_000}"', "70,002 characters; at most 65,536"),
            (TRAIN + f'parameters.name = "{"a" * 5_000_000}"', "it has 5,000,059 bytes, more than 1,000,000"),
            (
                TRAIN + "parameters.tress = 1",
                "'tress' is no parameter of the notebook. Did you mean 'trees'?",
            ),
            (
                TRAIN + 'parameters.trees = "${parameters.tres}"\n[parameters]\ntrees = 1',
                "Did you mean 'trees'?",
            ),
            (TRAIN + 'parameters.trees = "${nonsense}"', "${nonsense} is no placeholder"),
            (TRAIN + 'cells = "lod"', "no cell of train.ipynb is tagged 'step:lod'. Did you mean 'load'?"),
            (TRAIN + "matrix.trees = [1, 2]\nparameters.trees = 3", "'trees' is given twice"),
            (
                TRAIN + f"matrix.trees = {[*range(40)]}\nmatrix.name = {[*map(str, range(40))]}",
                "1,600 combinations",
            ),
            ('[steps.a]\nverb = "regster"', "No verb 'regster'. Did you mean 'register'?"),
            ('[steps.a]\nverb = "promote"\narguments = { versoin = "x@1" }', "Did you mean 'version'?"),
            ('[steps.a]\nverb = "promote"\narguments = { version = "x@1@2" }', "'x@1@2' is not a reference"),
            ('[steps.a]\nverb = "promote"', "promote needs version"),
            (
                TRAIN + '[steps.b]\nnotebook = "train.ipynb"\nparameters.name = "${steps.train.outputs.m}"',
                "no output 'm'",
            ),
            (
                TRAIN + 'parameters.name = "${steps.b.outputs.verson}"\n[steps.b]\nverb = "promote"\n'
                'arguments = { version = "x@1" }',
                "promote answers no 'verson'. Did you mean 'version'?",
            ),
            (
                'overlap = "never"\n' + TRAIN,
                "overlap: input should be 'forbid', 'queue' or 'replace', not 'never'",
            ),
            ("priority = 0\n" + TRAIN, "priority: input should be greater than or equal to 1, not 0"),
        ],
    )
    def test_one_sentence_says_what_and_where(self, loaded: Load, text: str, says: str) -> None:
        """The file, the key, what is wrong with the value, and what to write."""
        with pytest.raises(Invalid) as caught:
            loaded(text)
        assert caught.value.message.startswith("retrain.pipeline.toml: ")
        assert says in str(caught.value)
        assert len(str(caught.value)) < 600

    @pytest.mark.parametrize(
        ("trigger", "says"),
        [
            ('cron = "61 * * * *"', "minute '61' is not in 0–59"),
            ('cron = "0 0 6 * * *"', "would be seconds"),
            ('cron = "0 6 * * *"\nzone = "Europe/Wien"', "Did you mean 'Europe/Vienna'?"),
            ('zone = "UTC"', "a trigger has one of cron, dataset"),
            ('cron = "0 6 * * *"\ndataset = "a"', "this one has cron and dataset"),
            ('dataset = "a"\njitter_s = 5', "jitter_s goes with cron"),
            ('pipeline = "retrain"', "would start itself"),
            ('dataset = "a/b"', "'a/b' is not a name"),
            ('dataset = "a"\nparameters = { day = "${parameters.day}" }', "is not known yet when it fires"),
            ('dataset = "a"\nparameters = { dya = "${trigger.reference}" }', "Did you mean 'day'?"),
            ('dataset = "a"\nparameters = { n = 1 }', "retrain needs day"),
        ],
    )
    def test_triggers(self, loaded: Load, trigger: str, says: str) -> None:
        """Nonsense is explained at the trigger's name."""
        text = f'[parameters]\nn = 0\nday = {{ type = "date" }}\n{TRAIN}[triggers.nightly]\n{trigger}'
        with pytest.raises(Invalid) as caught:
            loaded(text)
        assert "triggers.nightly" in caught.value.message
        assert says in str(caught.value)

    @pytest.mark.parametrize(
        "text",
        [
            '[parameters]\napi_key = "hunter2hunter2"\n' + TRAIN,
            '[parameters]\napi_key = { type = "secret", default = "hunter2hunter2" }\n' + TRAIN,
            '[parameters]\nurl = "postgres://ada:hunter2hunter2@db/shop"\n' + TRAIN,
            TRAIN + 'environment = { API_TOKEN = "hunter2hunter2" }',
            TRAIN + 'secrets = { API_TOKEN = "hunter2hunter2" }',
            TRAIN + 'secrets = "hunter2hunter2"',
            TRAIN + 'matrix.password = ["hunter2hunter2"]',
            TRAIN + '[triggers.hook]\nwebhook = "hunter2hunter2"',
            TRAIN + '[notify]\nto = ["https://hooks.example/hunter2hunter2"]',
        ],
    )
    def test_secrets_are_refused_and_not_repeated(self, loaded: Load, text: str) -> None:
        """Only references to them may stand in a file."""
        with pytest.raises(Invalid) as caught:
            loaded(text)
        assert "hunter2" not in str(caught.value)

    def test_secrets_by_reference_are_welcome(self, loaded: Load) -> None:
        """In a step's secrets, directly or through a parameter; elsewhere such a parameter is refused."""
        head = '[parameters]\nkey = { type = "secret", default = "keyring:shop/key" }\n'
        step = TRAIN + 'secrets = { KEY = "${parameters.key}", TOKEN = "file:/run/secrets/token" }\n'
        assert loaded(head + step).steps[0].secrets["KEY"] == "${parameters.key}"
        with pytest.raises(Invalid, match="'key' refers to a secret"):
            loaded(head + TRAIN + 'parameters.name = "${parameters.key}"')

    def test_a_misspelt_name_is_met_halfway(self, project: Project, loaded: Load) -> None:
        """No such pipeline, but one that is called alike."""
        loaded(TRAIN)
        with pytest.raises(NotFound, match="Did you mean 'retrain'"):
            load(project.root, "retrian")
        with pytest.raises(NotFound):
            load(project.root, "../other.pipeline.toml")

    def test_two_files_of_one_name(self, project: Project, loaded: Load) -> None:
        """A name must name one."""
        loaded(TRAIN)
        (project.root / "jobs").mkdir()
        write_pipeline(project, TRAIN, "jobs/retrain")
        with pytest.raises(Invalid, match=r"jobs/retrain\.pipeline\.toml and retrain\.pipeline\.toml"):
            load(project.root, "retrain")
