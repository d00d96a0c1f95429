"""Loaded by each Dask worker before it works."""

import os

os.environ["DASK_PID"] = str(os.getpid())
