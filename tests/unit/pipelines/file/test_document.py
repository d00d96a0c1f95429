from __future__ import annotations

import json
import os
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from jupyter_mlops.core.errors import Invalid
from jupyter_mlops.pipelines.file import document
from tests.notebooks.builder import write_notebook


def raw(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


class TestRead:
    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            ('{\n "cells": [\n', "line 3"),
            ("", "line 1"),
            ("[]", "no 'nbformat'"),
            ("{}", "no 'nbformat'"),
            ({"nbformat": 4}, "no valid notebook"),
            ({"nbformat": 9, "cells": []}, "format 9"),
            (
                {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{"cell_type": "code"}]},
                "cells/0",
            ),
            ({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": 3}, "no valid notebook"),
            ("[" * 100_000, "deep"),
        ],
    )
    def test_broken_files(self, tmp_path: Path, content: object, sentence: str) -> None:
        """One sentence says where it is broken."""
        with pytest.raises(Invalid, match=sentence):
            document.read(raw(tmp_path / "a.ipynb", content), "a.ipynb")

    def test_bytes_that_are_no_text(self, tmp_path: Path) -> None:
        """A picture is no notebook."""
        (tmp_path / "a.ipynb").write_bytes(b"\x89PNG")
        with pytest.raises(Invalid, match="byte 0"):
            document.read(tmp_path / "a.ipynb", "a.ipynb")

    def test_lone_surrogates_are_marked(self, tmp_path: Path) -> None:
        """They could be sent to no kernel and written to no file."""
        path = write_notebook(tmp_path / "a.ipynb", "x = 1")
        path.write_text(path.read_text().replace("x = 1", "x = '\\ud800'"))
        assert document.read(path, "a.ipynb").node.cells[0].source == "x = '\ufffd'"

    def test_cells_of_old_notebooks_keep_their_ids(self, tmp_path: Path) -> None:
        """Two readings give the same ids, and joined sources."""
        cell = {
            "cell_type": "code",
            "metadata": {},
            "outputs": [],
            "execution_count": None,
            "source": ["a\n", "b"],
        }
        path = raw(
            tmp_path / "a.ipynb", {"nbformat": 4, "nbformat_minor": 2, "metadata": {}, "cells": [cell, cell]}
        )
        first, second = (document.read(path, "a.ipynb").node.cells for _ in range(2))
        assert [item.id for item in first] == [item.id for item in second]
        assert first[0].id != first[1].id
        assert first[0].source == "a\nb"

    def test_no_kernel_named(self, tmp_path: Path) -> None:
        """A notebook without a kernelspec is fine."""
        path = write_notebook(tmp_path / "a.ipynb", "1", kernel=None)
        assert document.read(path, "a.ipynb").kernel is None


class TestWrite:
    def test_what_was_written_is_valid(self, tmp_path: Path) -> None:
        """Lone surrogates of an output are marked, the rest is kept."""
        output = new_output("stream", text="before \ud800 after")
        document.write(new_notebook(cells=[new_code_cell("1", outputs=[output])]), tmp_path / "a.ipynb")
        found = nbformat.read(tmp_path / "a.ipynb", as_version=4)
        nbformat.validate(found)
        assert found.cells[0].outputs[0].text == "before \ufffd after"

    def test_a_failed_write_leaves_the_old_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Neither torn nor with a leftover beside it."""
        path = write_notebook(tmp_path / "a.ipynb", "1")
        before = path.read_bytes()

        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            document.write(new_notebook(), path)
        assert path.read_bytes() == before
        assert os.listdir(tmp_path) == ["a.ipynb"]  # noqa: PTH208


class TestCells:
    def test_which_cells_run(self) -> None:
        """Neither text, nor empty ones, nor those tagged to be skipped."""
        skipped = new_code_cell("1", metadata={"tags": ["skip-execution"]})
        cells = [new_markdown_cell("a"), new_code_cell("  \n"), skipped, new_code_cell("2")]
        assert document.runnable(cells) == [3]

    @pytest.mark.parametrize(
        ("above", "source", "shown"),
        [
            ("text\n## Train it", "x", "Train it"),
            ("text", "\n# load\nx", "# load"),
            ("", "x" * 90, "x" * 59 + "…"),
        ],
    )
    def test_label(self, above: str, source: str, shown: str) -> None:
        """The heading right above, or the first line."""
        assert document.label([new_markdown_cell(above), new_code_cell(source)], 1) == shown
