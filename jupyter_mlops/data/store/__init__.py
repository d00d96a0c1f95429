"""The table store: versions of frames as keys and what changed since, in content-addressed objects."""
