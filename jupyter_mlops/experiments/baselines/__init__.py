"""Baselines: what a table allows without any craft, to measure one's own work by."""
