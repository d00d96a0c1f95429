from __future__ import annotations

import pytest

from jupyter_mlops.core.errors import NotFound
from jupyter_mlops.core.project import Project
from jupyter_mlops.pipelines.attach import attach


class TestAttach:
    @pytest.mark.parametrize("end", [False, True])
    def test_none_is_kept(self, project: Project, end: bool) -> None:
        """The sentence says which step would keep one; a real kernel is in the integration tests."""
        with pytest.raises(NotFound, match="keep_kernel_s"):
            attach(project, "train", end=end)
