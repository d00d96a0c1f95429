"""What runs within a kernel, on behalf of the runner.

The kernel's Python may be another than ours, without this package: it loads this folder from where it lies, under the
name `_jupyter_mlops`. So the modules here import one another relatively, and else the standard library; what is heavy
or may be missing (cloudpickle, numpy) is found when it is needed.
"""

from .vault import secret

__all__ = ["secret"]
