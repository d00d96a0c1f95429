"""Making a recorded run again: rebuilt, run, compared and sealed, against the bare run of the same notebook."""

from __future__ import annotations

from pathlib import Path

from measure import Claim, Turn, compare, report, times

OURS, BARE = "reproduce", "bare nbclient, the same notebook"
CELLS = (
    "%load_ext jupyter_mlops",
    "import mlflow\nimport numpy as np\nfrom sklearn.ensemble import RandomForestClassifier",
    "rows = %mlops load rows",
    "features = rows.drop(columns='target')",
    """%%mlops record churn
model = RandomForestClassifier(60, random_state=0).fit(features, rows['target'])
mlflow.log_metric('accuracy', model.score(features, rows['target']))""",
)


def project_in(folder: Path) -> Path:
    """Make a project with a snapshot of 20,000 rows and the notebook; return the notebook's path."""
    import nbformat
    import numpy as np
    import pandas as pd
    from nbformat.v4 import new_code_cell, new_notebook

    from jupyter_mlops.core.project import Project
    from jupyter_mlops.data.snapshot import snapshot

    random = np.random.default_rng(1)
    rows = pd.DataFrame(random.normal(size=(20_000, 8)), columns=list("abcdefgh"))
    rows["target"] = (rows["a"] + random.normal(size=len(rows)) > 0).astype(int)
    snapshot(Project.create(folder), rows, "rows")
    node = new_notebook(cells=[new_code_cell(source) for source in CELLS])
    node.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "train.ipynb"
    nbformat.write(node, path)
    return path


def execute(path: Path) -> None:
    import nbformat
    from nbclient import NotebookClient

    node = nbformat.read(path, as_version=4)
    NotebookClient(node, kernel_name="python3", resources={"metadata": {"path": str(path.parent)}}).execute()
    nbformat.write(node, path.with_name("out.ipynb"))


def ours(folder: Path) -> Turn:
    from jupyter_mlops.core.project import Project
    from jupyter_mlops.experiments.reproduce import reproduce
    from jupyter_mlops.experiments.runs import runs

    execute(project_in(folder))
    project = Project.open(folder)
    run = runs(project).runs[0].ref

    def again() -> None:
        assert reproduce(project, run).is_reproduced

    return lambda _number: again


def bare(folder: Path) -> Turn:
    path = project_in(folder)
    return lambda _number: lambda: execute(path)


def main() -> None:
    repetitions = times()
    found = compare({OURS: ours, BARE: bare}, repetitions)
    report(
        "reproduce: a recorded forest on 20,000 rows",
        repetitions,
        found,
        Claim(f"{OURS}, ratio to {BARE}", found[OURS] / found[BARE], "×", 1.5),
    )


if __name__ == "__main__":
    main()
