"""Make a run again from its record, and judge whether the same came of it."""
