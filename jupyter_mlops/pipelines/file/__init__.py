"""The pipeline file and the notebooks it names: read, checked, inferred and written."""
