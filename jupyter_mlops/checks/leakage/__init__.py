"""The ways in which a test set is told too much."""
