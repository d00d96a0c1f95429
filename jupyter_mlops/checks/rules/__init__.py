"""The rules of contracts, one small class each; every one is an entry point of `jupyter_mlops.checks`."""
