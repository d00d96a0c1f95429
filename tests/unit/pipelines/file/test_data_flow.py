from __future__ import annotations

import pytest

from jupyter_mlops.pipelines.file.data_flow import Data, data_of
from jupyter_mlops.pipelines.file.python_source import parse


def data(source: str, folder: str = "") -> Data:
    return data_of(source, parse(source), ["path", "ref"], folder)


class TestReads:
    @pytest.mark.parametrize(
        ("source", "reads"),
        [
            ("df = %mlops load customers@3", ["snapshot:customers@3"]),
            ("mlops.load('customers')", ["snapshot:customers"]),
            ("mlops.load(ref)", ["snapshot:${parameters.ref}"]),
            (
                "pd.read_csv('a.csv'); pl.scan_parquet('b.parquet'); pd.read_csv('a.csv')",
                ["file:a.csv", "file:b.parquet"],
            ),
            ("pd.read_excel(io='a.xlsx')", ["file:a.xlsx"]),
            ("pd.read_csv('https://x.example/a.csv')", ["url:https://x.example/a.csv"]),
            ("pd.read_csv(path)", ["file:${parameters.path}"]),
            ("pd.read_csv(other)\npd.read_csv(f'{x}.csv')\npd.read_sql('select 1', c)\nread_csv('a')", []),
        ],
    )
    def test_what_the_code_says(self, source: str, reads: list[str]) -> None:
        """Literals and parameters; what only the kernel knows is passed over."""
        assert data(source).reads == reads

    def test_files_are_told_from_where_the_pipeline_lies(self) -> None:
        """The kernel works beside its notebook."""
        assert data("pd.read_csv('../a.csv')", "nb/x").reads == ["file:nb/a.csv"]


class TestMakes:
    def test_snapshots_versions_and_outputs(self) -> None:
        """By magic and by method."""
        source = "%mlops snapshot df scores\nmlops.register(model, 'churn')\n%mlops output auc=best\n%mlops register m"
        found = data(source)
        assert (found.makes, found.outputs) == (["snapshot:scores", "version:churn"], ["auc"])
