"""PyTorch, by itself and with Lightning: what `%%mlops record` sees of it, with the real MLflow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_mlops.core.project import Project
from jupyter_mlops.core.tracker import Run
from jupyter_mlops.experiments.tracking.mlflow import MlflowTracker
from tests.faces.shell import Notebook

DATA = """
import logging, torch
torch.manual_seed(0)
X = torch.randn(128, 4)
y = (X[:, 0] > 0).float().unsqueeze(1)
loss_of = torch.nn.functional.binary_cross_entropy_with_logits
"""
LIGHTNING = """%%mlops record lightning
import lightning
from torch.utils.data import DataLoader, TensorDataset
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
class Net(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(4, 1)
    def training_step(self, batch, number):
        loss = loss_of(self.layer(batch[0]), batch[1])
        self.log("loss", loss)
        return loss
    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=0.05)
trainer = lightning.Trainer(max_epochs=3, logger=False, enable_checkpointing=False, log_every_n_steps=1,
                            enable_progress_bar=False, enable_model_summary=False)
net = Net()
trainer.fit(net, DataLoader(TensorDataset(X, y), batch_size=32))
"""
LOOP = """%%mlops record loop
import mlflow
model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for step in range(20):
    optimizer.zero_grad()
    loss = loss_of(model(X), y)
    loss.backward()
    optimizer.step()
    mlflow.log_metric("loss", loss.item(), step=step)
"""


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notebook]:
    """A notebook in a fresh project."""
    Project.create(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    shell = Notebook.instance()
    shell.run_cell("%load_ext jupyter_mlops", store_history=True)
    yield shell
    Notebook.clear_instance()


def newest(root: Path) -> tuple[MlflowTracker, Run]:
    tracker = MlflowTracker(Project(root))
    return tracker, tracker.run("@latest")


class TestLightning:
    def test_its_parameters_and_the_course_of_its_loss_arrive(
        self, notebook: Notebook, tmp_path: Path
    ) -> None:
        """One point an epoch, and the optimiser."""
        notebook.say(DATA)
        notebook.say(LIGHTNING)
        tracker, run = newest(tmp_path)
        assert (run.status, run.params["optimizer_name"], run.params["epochs"]) == ("finished", "Adam", "3")
        assert len(tracker.details(run).curves["loss"]) == 3
        assert run.tags["mlops.proven"] == "true"


class TestLoop:
    def test_what_it_logs_arrives_with_its_steps(self, notebook: Notebook, tmp_path: Path) -> None:
        """A loop of one's own has no autologging; its metrics have a course all the same."""
        notebook.say(DATA)
        notebook.say(LOOP)
        tracker, run = newest(tmp_path)
        assert [step for step, _ in tracker.details(run).curves["loss"]] == list(range(20))
        assert run.tags["mlops.proven"] == "true"

    def test_the_model_is_registered_from_its_run(self, notebook: Notebook, tmp_path: Path) -> None:
        """In the form that MLflow traces, without a pickle, as the refusal of the variable says."""
        notebook.say(DATA)
        notebook.say(LOOP + "rows = X[:5].numpy()\n")
        (keep,) = re.findall("`(mlflow.*?)` in a cell", str(notebook.fails("%mlops register model net")))
        notebook.say(f"%%mlops record kept\n_ = {keep}\n")
        notebook.say("%mlops register @latest net")
        tracker, _ = newest(tmp_path)
        files = [file.path for file in tracker.model_files(tracker.resolve("net@1"))]
        assert [path for path in files if path.startswith("data/")] == ["data/model.pt2"]

    def test_without_a_seed_it_is_unproven(self, notebook: Notebook, tmp_path: Path) -> None:
        """Its weights are drawn from torch's global generator."""
        notebook.say(DATA.replace("torch.manual_seed(0)", ""))
        notebook.say(LOOP)
        _, run = newest(tmp_path)
        assert run.tags["mlops.proven"] == "false"
        assert "torch" in run.tags["mlops.unproven_reasons"]
